//! Ranges, lengths and patterns.

use super::{Judge, Subject};
use crate::config::{
    contract::{Limit, Limits},
    rules,
};

/// How one limit stands to another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Same,
    Tighter,
    Looser,
    /// Neither holds all of the other.
    Apart,
}

impl Judge<'_> {
    pub(super) fn limits(&mut self, subject: &Subject, old: &Limits, new: &Limits) {
        let names: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for name in names {
            let (before, after) = (old.get(name), new.get(name));
            let rule = match step(before, after) {
                Step::Same => continue,
                Step::Tighter => &rules::LIMIT_TIGHTENED,
                Step::Looser => &rules::LIMIT_LOOSENED,
                Step::Apart => &rules::PATTERN_CHANGED,
            };
            let (what, verb) = words(name);
            let sentence = match (before, after) {
                (Some(old), Some(new)) => format!("{what}must {verb} {new} now, not {old}"),
                (None, Some(new)) => format!("{what}must {verb} {new} now"),
                (Some(old), None) => format!("{what}need no longer {verb} {old}"),
                (None, None) => continue,
            };
            self.say(subject, rule, sentence);
        }
    }
}

/// How a limit is told: whose it is, and what must hold.
fn words(name: &str) -> (&'static str, &'static str) {
    match name {
        "smallest length" | "largest length" => ("its length ", "be"),
        "smallest number of items" | "largest number of items" => ("its number of items ", "be"),
        "smallest number of keys" | "largest number of keys" => ("its number of keys ", "be"),
        "items" => ("its items ", "be"),
        "pattern" => ("", "match"),
        "format" => ("", "have the format"),
        "conversion" => ("its type ", "be"),
        _ => ("", "be"),
    }
}

fn step(old: Option<&Limit>, new: Option<&Limit>) -> Step {
    use Limit::{AtLeast, AtMost, MultipleOf};
    match (old, new) {
        (None, None) => Step::Same,
        (None, Some(_)) => Step::Tighter,
        (Some(_), None) => Step::Looser,
        (Some(old), Some(new)) if old == new => Step::Same,
        (
            Some(AtLeast { value: old, is_exclusive: was_exclusive }),
            Some(AtLeast { value: new, is_exclusive }),
        ) => {
            let is_tighter = new > old || (new >= old && *is_exclusive && !was_exclusive);
            if is_tighter { Step::Tighter } else { Step::Looser }
        }
        (
            Some(AtMost { value: old, is_exclusive: was_exclusive }),
            Some(AtMost { value: new, is_exclusive }),
        ) => {
            let is_tighter = new < old || (new <= old && *is_exclusive && !was_exclusive);
            if is_tighter { Step::Tighter } else { Step::Looser }
        }
        (Some(MultipleOf(old)), Some(MultipleOf(new))) => {
            if is_multiple(*old, *new) {
                Step::Looser
            } else if is_multiple(*new, *old) {
                Step::Tighter
            } else {
                Step::Apart
            }
        }
        _ => Step::Apart,
    }
}

fn is_multiple(value: f64, of: f64) -> bool {
    of != 0.0 && (value % of).abs() < f64::EPSILON
}
