//! Calendar versions by a pattern: the tokens of calver.org and of bumpver, what AYON writes (`[A]`), and the letters of
//! the time zone database (`YYYY{letter}` for `2013a`).
//!
//! The argument is `PATTERN[;date=tag|line]`. Numbers are read with or without leading zeros, and spelled as the
//! pattern says; [`Version::text`] keeps what was written. Where unpadded tokens touch (`YYYYMMDD`) nothing but padding
//! keeps 2023-1-12 apart from 2023-11-2, so that they are padded there.

mod calendar;
mod parse;
mod pattern;
mod step;
mod token;
mod value;
mod write;

use jiff::civil;

use self::{
    pattern::{Node, Pattern},
    token::Field,
    value::Value,
};
use crate::{Date, Level, ParseError, Step, StepError, Version, VersionScheme};

/// What the date of a version tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dates {
    /// When this version was released.
    Tag,
    /// When its line was; a later patch keeps it.
    Line,
}

/// Calendar versions.
#[derive(Clone, Debug)]
pub(crate) struct Calver {
    pattern: Pattern,
    dates: Dates,
}

impl Calver {
    /// Reads the argument of the specification.
    ///
    /// *Errors*: what is wrong with it, for people.
    pub(crate) fn new(argument: Option<&str>) -> Result<Self, String> {
        let argument = argument.ok_or("it needs a pattern, as in `calver:YYYY.MM.MICRO`")?;
        let (pattern, option) = match argument.split_once(';') {
            Some((pattern, option)) => (pattern, Some(option)),
            None => (argument, None),
        };
        let dates = match option {
            None | Some("date=tag") => Dates::Tag,
            Some("date=line") => Dates::Line,
            Some(other) => {
                return Err(format!("`{other}` is no option; there are date=tag and date=line"));
            }
        };
        Ok(Self { pattern: Pattern::parse(pattern)?, dates })
    }

    /// The slots whose text is the line: up to the last of the date, or the first two segments where the date is a
    /// mere year.
    fn line_slots(&self) -> Vec<usize> {
        let slots = &self.pattern.slots;
        let last_date = slots.iter().rposition(|slot| slot.field().is_calendar()).unwrap_or(0);
        let dates = slots.iter().filter(|slot| slot.field().is_calendar()).count();
        let minor = self.pattern.find(&[Field::Minor]);
        let last = match minor {
            Some(minor) if dates == 1 && minor > last_date => minor,
            _ => last_date,
        };
        (0..=last).filter(|slot| slots[*slot].field().is_numeric()).collect()
    }
}

impl VersionScheme for Calver {
    fn parse(&self, text: &str) -> Result<Version, ParseError> {
        let values = parse::values(&self.pattern, text)?;
        Ok(write::version(&self.pattern, &values, Some(text)))
    }

    fn step(&self, from: &Version, step: &Step, today: Date) -> Result<Version, StepError> {
        step::step(&self.pattern, self.dates, from, step, today).map_err(|reason| StepError {
            version: from.canonical().to_owned(),
            step: step.to_string(),
            reason,
        })
    }

    fn first(&self, today: Date) -> Version {
        step::first(&self.pattern, today)
    }

    fn line(&self, version: &Version) -> String {
        let Ok(values) = parse::values(&self.pattern, version.canonical()) else {
            return version.canonical().to_owned();
        };
        let slots = self.line_slots();
        let (mut line, mut pending) = (String::new(), String::new());
        walk(&self.pattern.nodes, &mut |node| match node {
            Node::Literal(literal) => pending.push_str(literal),
            Node::Slot(index) => {
                let before = std::mem::take(&mut pending);
                if slots.contains(index) && values[*index] != Value::Absent {
                    let mut slot = self.pattern.slots[*index].clone();
                    slot.padded &= slot.glued;
                    // What stands before the first segment is no separator.
                    line.push_str(if line.is_empty() { "" } else { &before });
                    line.push_str(&write::write_slot(&slot, &values[*index]));
                }
            }
            Node::Optional(_) => {}
        });
        line
    }

    fn is_calendar(&self) -> bool {
        true
    }

    fn examples(&self) -> Vec<Version> {
        let start = civil::date(2023, 9, 3);
        let moves = [
            (Step::Level(Level::Patch, None), start),
            (Step::Date, civil::date(2023, 11, 12)),
            (Step::Date, civil::date(2024, 2, 29)),
        ];
        let mut examples = vec![self.first(start)];
        for (step, today) in moves {
            let next = examples.last().and_then(|last| self.step(last, &step, today).ok());
            examples.extend(next.filter(|_| examples.len() < 3));
        }
        examples
    }
}

/// Shows every literal and slot, in order.
fn walk(nodes: &[Node], show: &mut impl FnMut(&Node)) {
    for node in nodes {
        match node {
            Node::Optional(inner) => walk(inner, show),
            other => show(other),
        }
    }
}
