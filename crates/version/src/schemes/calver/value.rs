//! What stands in the slots of a pattern.

use crate::{Phase, PreRelease, Stage};

/// The value of one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Its brackets were left out.
    Absent,
    Number(u64),
    /// A lexical number: its width is part of it.
    Build(String),
    Mark(Mark),
    Word(Word),
}

impl Value {
    pub(super) fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Build(digits) => digits.parse().ok(),
            _ => None,
        }
    }
}

/// How far a version is from final, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Development,
    Other,
    Alpha,
    Beta,
    Candidate,
    Final,
    Post,
}

impl Mark {
    /// Labels that a tag may have, each before those it begins with.
    pub(super) const LABELS: [&'static str; 11] =
        ["preview", "alpha", "final", "beta", "post", "dev", "pre", "rc", "a", "b", "c"];

    pub(super) fn from_label(label: &str) -> Self {
        match label.to_ascii_lowercase().as_str() {
            "dev" => Self::Development,
            "post" => Self::Post,
            "final" => Self::Final,
            other => Self::from_phase(&Phase::from_label(other)),
        }
    }

    pub(super) fn from_phase(phase: &Phase) -> Self {
        match phase {
            Phase::Alpha => Self::Alpha,
            Phase::Beta => Self::Beta,
            Phase::Candidate => Self::Candidate,
            Phase::Other(label) if &**label == "dev" => Self::Development,
            Phase::Other(_) => Self::Other,
        }
    }

    /// How TAG writes it.
    pub(super) fn long(self) -> &'static str {
        match self {
            Self::Development => "dev",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Candidate => "rc",
            Self::Final => "final",
            Self::Post => "post",
            Self::Other => "",
        }
    }

    /// How PYTAG writes it.
    pub(super) fn short(self) -> &'static str {
        match self {
            Self::Alpha => "a",
            Self::Beta => "b",
            Self::Final => "",
            other => other.long(),
        }
    }

    pub(super) fn is_prerelease(self) -> bool {
        self < Self::Final
    }

    /// The stage it stands for; `label` tells the phases without a meaning apart.
    pub(super) fn stage(self, number: Option<u64>, label: &str) -> Stage {
        let pre = |phase| Stage { pre: Some(PreRelease { phase, number }), ..Stage::default() };
        match self {
            Self::Development => Stage { dev: Some(number.unwrap_or(0)), ..Stage::default() },
            Self::Alpha => pre(Phase::Alpha),
            Self::Beta => pre(Phase::Beta),
            Self::Candidate => pre(Phase::Candidate),
            Self::Other => pre(Phase::Other(label.into())),
            Self::Final => Stage::default(),
            Self::Post => Stage { post: Some(number.unwrap_or(0)), ..Stage::default() },
        }
    }
}

/// A modifier such as `-beta.2` or `rc1`: a label, a number, and whatever follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Everything before the number, separators included.
    lead: String,
    /// The label in lower case.
    label: String,
    number: Option<u64>,
    rest: String,
}

impl Word {
    /// Reads a modifier; `None` where it has no label, or a number above `u64::MAX`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let separators = ['.', '-', '_'];
        let bare = text.trim_start_matches(separators);
        let label_end = bare.find(|other: char| !other.is_ascii_alphabetic());
        let (label, after) = bare.split_at(label_end.unwrap_or(bare.len()));
        if label.is_empty() {
            return None;
        }
        let digits_on = after.trim_start_matches(separators);
        let digits_end = digits_on.find(|other: char| !other.is_ascii_digit());
        let (digits, rest) = digits_on.split_at(digits_end.unwrap_or(digits_on.len()));
        let (number, rest) =
            if digits.is_empty() { (None, after) } else { (Some(digits.parse().ok()?), rest) };
        let lead = text.len() - rest.len() - digits.len();
        Some(Self {
            lead: text[..lead].to_owned(),
            label: label.to_ascii_lowercase(),
            number,
            rest: rest.to_owned(),
        })
    }

    /// The first of its kind.
    pub(super) fn first(label: &str, number: Option<u64>) -> Self {
        Self {
            lead: label.to_owned(),
            label: label.to_ascii_lowercase(),
            number,
            rest: String::new(),
        }
    }

    /// The next of its kind; `None` at the end of numbers.
    pub(super) fn next(&self, start: Option<u64>) -> Option<Self> {
        let number = match self.number {
            Some(number) => number.checked_add(1)?,
            None => start.unwrap_or(1).max(1),
        };
        Some(Self { number: Some(number), rest: String::new(), ..self.clone() })
    }

    pub(super) fn mark(&self) -> Mark {
        Mark::from_label(&self.label)
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn number(&self) -> Option<u64> {
        self.number
    }

    pub(super) fn rest(&self) -> &str {
        &self.rest
    }

    /// Whether anybody would read it as a pre- or post-release: `b3` and `-beta` are, `b` and `-linux` are not.
    pub(super) fn is_plain(&self) -> bool {
        let known = !matches!(self.mark(), Mark::Other | Mark::Final);
        known && (self.label.len() > 1 || self.number.is_some())
    }

    pub(super) fn text(&self) -> String {
        match self.number {
            Some(number) => format!("{}{number}{}", self.lead, self.rest),
            None => format!("{}{}", self.lead, self.rest),
        }
    }
}
