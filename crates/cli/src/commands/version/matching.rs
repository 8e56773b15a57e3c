//! `trainyard version match`.

use std::borrow::Cow;

use serde::Serialize;
use trainyard_report::Outcome;
use trainyard_version::Version;

use super::{
    Failure, Operation, Question, answer_stdin,
    dialect::{Dialect, Dialects, Range, Wish},
    given,
    lines::question,
    required,
};
use crate::{args::version::Match, error::CommandError, printer::Printer};

pub(super) fn run(args: &Match, printer: &Printer) -> Result<Outcome, CommandError> {
    let dialect = Dialect::new(&args.reading, args.pre);
    if args.reading.jsonl {
        return answer_stdin(&mut Matching::new(dialect, args.range.clone()), printer);
    }
    let range = dialect.range("range", required(args.range.as_ref(), "range")?)?;
    let (versions, failures) = given::read(&dialect, &given::given(&args.versions.versions)?);
    let matching: Vec<_> =
        versions.iter().filter(|version| range.matches(version)).map(Version::text).collect();
    if !matching.is_empty() {
        printer.print(&matching.join("\n"))?;
    }
    Ok(match failures.report(printer) {
        Outcome::Clean if matching.is_empty() => Outcome::Findings,
        outcome => outcome,
    })
}

/// Holds the versions of lines against ranges.
#[derive(Debug)]
pub(super) struct Matching {
    dialects: Dialects,
    range: Option<String>,
}

impl Matching {
    /// Reads by `dialect` and holds against `range` where a line says nothing.
    pub(super) fn new(dialect: Dialect, range: Option<String>) -> Self {
        Self { dialects: Dialects::new(dialect), range }
    }
}

question! {
    struct MatchQuestion<'line> {
        #[serde(borrow)]
        version: Cow<'line, str>,
        range: Option<String>,
        pre: Option<bool>,
    }
}

/// Whether a version is in a range, and on which side of it otherwise.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    matches: bool,
    below: bool,
    above: bool,
}

impl Answer {
    fn new(range: &Range, version: &Version) -> Self {
        Self {
            matches: range.matches(version),
            below: range.is_below(version),
            above: range.is_above(version),
        }
    }
}

impl Operation for Matching {
    type Question<'line> = MatchQuestion<'line>;
    type Answer = Answer;

    fn answer(&mut self, question: &MatchQuestion<'_>) -> Result<Answer, Failure> {
        let dialect = self.dialects.choose(Wish { pre: question.pre, ..question.wish() })?;
        let range = required(question.range.as_ref().or(self.range.as_ref()), "range")?;
        let range = dialect.range("range", range)?;
        Ok(Answer::new(&range, &dialect.version("version", &question.version)?))
    }
}
