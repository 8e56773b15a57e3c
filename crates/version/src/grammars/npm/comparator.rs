//! npm's comparators: what all the ways to write a range come down to.

use std::{collections::HashSet, fmt};

use crate::{
    ParseError, VersionSet,
    grammar::Range,
    grammars::partial::{Triple, floor, point},
};

/// How a comparator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    fn sign(self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// A comparison with a whole version, or none, which holds always.
#[derive(Clone, Debug)]
pub(super) enum Comparator {
    Any,
    Compares { operator: Operator, numbers: Triple, prerelease: String },
}

impl Comparator {
    /// The comparator that nothing satisfies.
    pub(super) fn nothing() -> Self {
        Self::new(Operator::Less, [0; 3], "0")
    }

    pub(super) fn new(operator: Operator, numbers: Triple, prerelease: &str) -> Self {
        Self::Compares { operator, numbers, prerelease: prerelease.to_owned() }
    }

    fn is_nothing(&self) -> bool {
        matches!(self, Self::Compares { operator: Operator::Less, numbers: [0, 0, 0], prerelease } if prerelease == "0")
    }

    fn set(&self) -> Result<VersionSet, ParseError> {
        let Self::Compares { operator, numbers, prerelease } = self else {
            return Ok(VersionSet::full());
        };
        if self.is_nothing() {
            return Ok(VersionSet::empty());
        }
        let point = point(*numbers, prerelease)?;
        Ok(match operator {
            Operator::Equal => VersionSet::exactly(point),
            Operator::Greater => VersionSet::above(point),
            Operator::GreaterOrEqual => VersionSet::at_least(point),
            Operator::Less => VersionSet::below(point),
            Operator::LessOrEqual => VersionSet::at_most(point),
        })
    }

    /// The release a pre-release of which is named.
    fn named_prerelease(&self) -> Option<Triple> {
        match self {
            Self::Compares { numbers, prerelease, .. } if !prerelease.is_empty() => Some(*numbers),
            _ => None,
        }
    }
}

impl fmt::Display for Comparator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Compares { operator, numbers: [major, minor, patch], prerelease } = self else {
            return Ok(());
        };
        write!(formatter, "{}{major}.{minor}.{patch}", operator.sign())?;
        match prerelease.as_str() {
            "" => Ok(()),
            prerelease => write!(formatter, "-{prerelease}"),
        }
    }
}

/// Each comparator once; the impossible one and the one that always holds make others pointless.
pub(super) fn simplified(comparators: Vec<Comparator>) -> Vec<Comparator> {
    if comparators.iter().any(Comparator::is_nothing) {
        return vec![Comparator::nothing()];
    }
    let mut seen = HashSet::new();
    let mut kept: Vec<_> =
        comparators.into_iter().filter(|comparator| seen.insert(comparator.to_string())).collect();
    if kept.len() > 1 {
        kept.retain(|comparator| !matches!(comparator, Comparator::Any));
    }
    kept
}

/// The alternatives without those that others make pointless.
pub(super) fn without_idle(mut alternatives: Vec<Vec<Comparator>>) -> Vec<Vec<Comparator>> {
    let holds_always = |alternative: &Vec<Comparator>| matches!(alternative[..], [Comparator::Any]);
    let is_impossible =
        |alternative: &Vec<Comparator>| alternative.iter().any(Comparator::is_nothing);
    if alternatives.iter().any(holds_always) {
        return vec![vec![Comparator::Any]];
    }
    if alternatives.iter().all(is_impossible) {
        alternatives.truncate(1);
    } else {
        alternatives.retain(|alternative| !is_impossible(alternative));
    }
    alternatives
}

/// The range of alternatives of which each has comparators that all hold.
pub(super) fn range(alternatives: &[Vec<Comparator>]) -> Result<Range, ParseError> {
    let mut sets = Vec::with_capacity(alternatives.len());
    let mut prereleases = Vec::new();
    for alternative in alternatives {
        let comparisons =
            alternative.iter().map(Comparator::set).collect::<Result<Vec<_>, ParseError>>()?;
        let set = VersionSet::intersection_of(comparisons);
        let named = alternative
            .iter()
            .filter_map(Comparator::named_prerelease)
            .map(|numbers| Ok(VersionSet::between(floor(numbers)?, point(numbers, "")?)))
            .collect::<Result<Vec<_>, ParseError>>()?;
        prereleases.push(set.intersection(&VersionSet::union_of(named)));
        sets.push(set);
    }
    let written: Vec<_> = alternatives
        .iter()
        .map(|alternative| {
            alternative.iter().map(Comparator::to_string).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let canonical = written.join("||");
    Ok(Range {
        set: VersionSet::union_of(sets),
        prereleases: VersionSet::union_of(prereleases),
        spellings: Vec::new(),
        canonical: if canonical.is_empty() { "*".to_owned() } else { canonical },
    })
}
