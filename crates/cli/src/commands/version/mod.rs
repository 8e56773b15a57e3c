//! `trainyard version`: one file per command, on arguments or on JSON lines.
//!
//! Each command is an [`lines::Operation`]: a question as it stands in a line, and a serialisable answer. Arguments
//! go the same way to the same answer and only print it otherwise.

mod compare;
mod dialect;
mod failure;
mod given;
mod lines;
mod matching;
mod next;
mod parse;
mod ranges;
mod render;
mod sort;

#[cfg(test)]
mod tests;

use std::io;

use trainyard_report::Outcome;

use self::{
    failure::Failure,
    lines::{Operation, Question},
};
use crate::{args::version::VersionCommand, error::CommandError, printer::Printer};

/// Runs the asked command.
pub(super) fn run(command: &VersionCommand, printer: &Printer) -> Result<Outcome, CommandError> {
    match command {
        VersionCommand::Parse(args) => parse::run(args, printer),
        VersionCommand::Compare(args) => compare::run(args, printer),
        VersionCommand::Sort(args) => sort::run(args, printer),
        VersionCommand::Next(args) => next::run(args, printer),
        VersionCommand::Match(args) => matching::run(args, printer),
        VersionCommand::Ranges(command) => ranges::run(command, printer),
        VersionCommand::Render(args) => render::run(args, printer),
    }
}

/// Answers the lines of stdin on stdout.
fn answer_stdin(
    operation: &mut impl Operation,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let input = io::BufReader::with_capacity(lines::BUFFER, io::stdin().lock());
    lines::answer_all(operation, input, printer.stream())
}

/// An argument that the definitions require.
fn required<'argument>(
    argument: Option<&'argument String>,
    name: &str,
) -> Result<&'argument str, Failure> {
    argument.map(String::as_str).ok_or_else(|| Failure::missing(name))
}
