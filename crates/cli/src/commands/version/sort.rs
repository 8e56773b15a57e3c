//! `trainyard version sort`.

use std::cmp::Reverse;

use serde::Serialize;
use trainyard_report::Outcome;
use trainyard_version::Version;

use super::{
    Failure, Operation, Question, answer_stdin,
    dialect::{Dialect, Dialects},
    given,
    lines::question,
};
use crate::{args::version::Sort, error::CommandError, printer::Printer};

pub(super) fn run(args: &Sort, printer: &Printer) -> Result<Outcome, CommandError> {
    let dialect = Dialect::new(&args.reading, false);
    let order = Order { reverse: args.reverse, unique: args.unique };
    if args.reading.jsonl {
        return answer_stdin(&mut Sorting::new(dialect, order), printer);
    }
    let (versions, failures) = given::read(&dialect, &given::given(&args.versions.versions)?);
    let sorted = order.apply(versions);
    if !sorted.is_empty() {
        let texts: Vec<_> = sorted.iter().map(Version::text).collect();
        printer.print(&texts.join("\n"))?;
    }
    Ok(failures.report(printer))
}

/// How to sort.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order {
    /// Highest first.
    pub(super) reverse: bool,
    /// Of equal versions, the first alone.
    pub(super) unique: bool,
}

impl Order {
    /// Sorts by precedence; equal versions stay in the order in which they were given.
    pub(super) fn apply(self, mut versions: Vec<Version>) -> Vec<Version> {
        if self.reverse {
            versions.sort_by(|left, right| Reverse(left.key()).cmp(&Reverse(right.key())));
        } else {
            versions.sort_by(Version::precedence);
        }
        if self.unique {
            versions.dedup_by(|later, earlier| later.precedence(earlier).is_eq());
        }
        versions
    }
}

/// Sorts the versions of each line.
#[derive(Debug)]
pub(super) struct Sorting {
    dialects: Dialects,
    order: Order,
}

impl Sorting {
    /// Reads by `dialect` and sorts by `order` where a line says nothing.
    pub(super) fn new(dialect: Dialect, order: Order) -> Self {
        Self { dialects: Dialects::new(dialect), order }
    }
}

question! {
    struct SortQuestion<'line> {
        versions: Vec<String>,
        reverse: Option<bool>,
        unique: Option<bool>,
    }
}

/// The sorted versions, as they were written.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    versions: Vec<String>,
}

impl Operation for Sorting {
    type Question<'line> = SortQuestion<'line>;
    type Answer = Answer;

    fn answer(&mut self, question: &SortQuestion<'_>) -> Result<Answer, Failure> {
        let dialect = self.dialects.choose(question.wish())?;
        let order = Order {
            reverse: question.reverse.unwrap_or(self.order.reverse),
            unique: question.unique.unwrap_or(self.order.unique),
        };
        let versions = question.versions.iter().enumerate();
        let versions = versions.map(|(index, text)| dialect.version_at("versions", index, text));
        let sorted = order.apply(versions.collect::<Result<_, _>>()?);
        Ok(Answer { versions: sorted.iter().map(|version| version.text().to_owned()).collect() })
    }
}
