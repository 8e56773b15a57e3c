//! `trainyard version ranges`.

use serde::Serialize;
use trainyard_report::Outcome;
use trainyard_version::VersionSet;

use super::{
    Failure, Operation, Question, answer_stdin,
    dialect::{Dialect, Dialects, Range, Wish},
    lines::question,
};
use crate::{
    args::version::{RangeReading, RangesCommand},
    error::CommandError,
    printer::Printer,
};

pub(super) fn run(command: &RangesCommand, printer: &Printer) -> Result<Outcome, CommandError> {
    let (action, ranges, RangeReading { reading, pre }) = match command {
        RangesCommand::Show(args) => (Action::Show, &args.ranges, &args.reading),
        RangesCommand::Intersect(args) => (Action::Intersect, &args.ranges, &args.reading),
        RangesCommand::Union(args) => (Action::Union, &args.ranges, &args.reading),
        RangesCommand::Complement(args) => (Action::Complement, &args.ranges, &args.reading),
        RangesCommand::Subset(args) => (Action::Subset, &args.ranges, &args.reading),
        RangesCommand::Disjoint(args) => (Action::Disjoint, &args.ranges, &args.reading),
    };
    let dialect = Dialect::new(reading, *pre);
    if reading.jsonl {
        return answer_stdin(&mut Combining::new(dialect, action), printer);
    }
    let answer = action.take(&read_all(&dialect, ranges)?)?;
    printer.print(&answer.text())?;
    Ok(match answer {
        Answer::Truth { holds: false } => Outcome::Findings,
        _ => Outcome::Clean,
    })
}

/// Reads ranges; of several, an error tells which one it is in.
fn read_all(dialect: &Dialect, ranges: &[String]) -> Result<Vec<Range>, Failure> {
    let ranges = ranges.iter().enumerate();
    ranges.map(|(index, text)| dialect.range(format!("ranges[{index}]"), text)).collect()
}

/// What to do with ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Show,
    Intersect,
    Union,
    Complement,
    Subset,
    Disjoint,
}

impl Action {
    fn take(self, ranges: &[Range]) -> Result<Answer, Failure> {
        let sets = || ranges.iter().map(|range| range.set().clone());
        Ok(match (self, ranges) {
            (Self::Show, [range]) => Answer::set(range.set(), Some(range.canonical())),
            (Self::Complement, [range]) => Answer::set(&range.set().complement(), None),
            (Self::Intersect, [_, ..]) => Answer::set(&VersionSet::intersection_of(sets()), None),
            (Self::Union, [_, ..]) => Answer::set(&VersionSet::union_of(sets()), None),
            (Self::Subset, [first, second]) => {
                Answer::Truth { holds: first.set().is_subset_of(second.set()) }
            }
            (Self::Disjoint, [first, second]) => {
                Answer::Truth { holds: first.set().is_disjoint_from(second.set()) }
            }
            _ => return Err(self.wrong_count(ranges.len())),
        })
    }

    fn wrong_count(self, count: usize) -> Failure {
        let wanted = match self {
            Self::Show | Self::Complement => "one range",
            Self::Intersect | Self::Union => "at least one range",
            Self::Subset | Self::Disjoint => "two ranges",
        };
        Failure::of_field("ranges", format!("{wanted} must be given, not {count}"))
    }
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Set {
        #[serde(skip_serializing_if = "Option::is_none")]
        canonical: Option<String>,
        set: String,
        empty: bool,
        full: bool,
    },
    Truth {
        holds: bool,
    },
}

impl Answer {
    fn set(set: &VersionSet, canonical: Option<String>) -> Self {
        Self::Set { canonical, set: set.to_string(), empty: set.is_empty(), full: set.is_full() }
    }

    fn text(&self) -> String {
        match self {
            Self::Set { canonical: Some(canonical), set, .. } => {
                format!("canonical  {canonical}\nset        {set}")
            }
            Self::Set { set, .. } => set.clone(),
            Self::Truth { holds: true } => "yes".to_owned(),
            Self::Truth { holds: false } => "no".to_owned(),
        }
    }
}

/// Combines the ranges of lines.
#[derive(Debug)]
pub(super) struct Combining {
    dialects: Dialects,
    action: Action,
}

impl Combining {
    /// Reads by `dialect` where a line says nothing.
    pub(super) fn new(dialect: Dialect, action: Action) -> Self {
        Self { dialects: Dialects::new(dialect), action }
    }
}

question! {
    struct RangesQuestion<'line> {
        ranges: Vec<String>,
        pre: Option<bool>,
    }
}

impl Operation for Combining {
    type Question<'line> = RangesQuestion<'line>;
    type Answer = Answer;

    fn answer(&mut self, question: &RangesQuestion<'_>) -> Result<Answer, Failure> {
        let dialect = self.dialects.choose(Wish { pre: question.pre, ..question.wish() })?;
        self.action.take(&read_all(&dialect, &question.ranges)?)
    }
}
