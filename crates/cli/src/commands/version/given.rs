//! Versions as they are given: as arguments, or as lines of stdin where there are none.

use std::io::{self, BufRead};

use trainyard_report::{Outcome, render};
use trainyard_version::Version;

use super::{Failure, dialect::Dialect};
use crate::printer::Printer;

/// One text that should be a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// The text.
    pub(super) text: String,
    /// The number of its line, where it was not an argument.
    pub(super) line: Option<usize>,
}

/// The arguments, or the lines of stdin where there are none.
pub(super) fn given(arguments: &[String]) -> io::Result<Vec<Given>> {
    if arguments.is_empty() {
        return from_lines(io::stdin().lock());
    }
    Ok(arguments.iter().map(|text| Given { text: text.clone(), line: None }).collect())
}

/// A text a line; empty lines do not count.
pub(super) fn from_lines(mut input: impl BufRead) -> io::Result<Vec<Given>> {
    let mut given = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if !text.is_empty() {
            given.push(Given { text: text.to_owned(), line: Some(number) });
        }
    }
    Ok(given)
}

/// Reads the versions among the texts, and tells why the others are none.
pub(super) fn read(dialect: &Dialect, given: &[Given]) -> (Vec<Version>, Failures) {
    let mut versions = Vec::new();
    let mut failures = Failures::default();
    for given in given {
        match dialect.version("version", &given.text) {
            Ok(version) => versions.push(version),
            Err(failure) => failures.push(given, failure),
        }
    }
    (versions, failures)
}

/// Why some texts are no versions. None of them keeps the others from their answer.
#[derive(Debug, Default)]
pub(super) struct Failures(Vec<Failure>);

impl Failures {
    pub(super) fn push(&mut self, given: &Given, failure: Failure) {
        self.0.push(match given.line {
            Some(number) => failure.in_line(number),
            None => failure,
        });
    }

    /// Tells all of them on stderr.
    pub(super) fn report(self, printer: &Printer) -> Outcome {
        let outcome = if self.0.is_empty() { Outcome::Clean } else { Outcome::Findings };
        for failure in self.0 {
            printer.diagnose(&render::problem(&failure.problem(), &printer.text_options(true)));
        }
        outcome
    }
}
