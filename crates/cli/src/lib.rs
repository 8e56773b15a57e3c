//! The `trainyard` command: arguments become a request, the request runs, the answer is rendered.

pub mod args;
mod auditing;
mod commands;
mod error;
pub mod examples;
mod files;
mod listed;
mod planning;
mod printer;
mod progress;
mod render;
mod site;
mod surroundings;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use trainyard_report::Outcome;

use crate::{args::Cli, error::CommandError, printer::Printer};

/// Runs the command with the process's arguments.
///
/// Exit codes: 0 clean, 1 findings (or nothing to release), 2 wrong use, 3 the environment failed.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let printer = Printer::new(cli.global.color);
    match commands::run(&cli, &printer) {
        Ok(outcome) => outcome.into(),
        Err(error) => report(error, &printer),
    }
}

/// The command's definition, for completions, man pages and documents.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Shows help (exit code 0) or what is wrong with the arguments (exit code 2).
fn refuse(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell where even this cannot be printed.
    _ = error.print();
    if error.use_stderr() { Outcome::Usage.into() } else { Outcome::Clean.into() }
}

fn report(error: CommandError, printer: &Printer) -> ExitCode {
    match error {
        CommandError::Usage(problem) => {
            printer.diagnose(&trainyard_report::render::problem(
                &problem,
                &printer.text_options(true),
            ));
            Outcome::Usage.into()
        }
        CommandError::Policy(text) => {
            printer.diagnose(&text);
            Outcome::Usage.into()
        }
        CommandError::Environment(problem) => {
            printer.diagnose(&trainyard_report::render::problem(
                &problem,
                &printer.text_options(true),
            ));
            Outcome::Environment.into()
        }
        CommandError::BrokenPipe => Outcome::Clean.into(),
    }
}
