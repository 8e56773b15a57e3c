//! How versions and ranges are read: by a scheme, or by a grammar and its scheme.

use std::{collections::BTreeMap, ops::Bound};

use trainyard_version::{
    Grammar, ParseError, Point, Prereleases, ReadOptions, Requirement, Scheme, Version, VersionSet,
};

use super::Failure;
use crate::args::version::Reading;

/// More schemes than any honest stream speaks of; a hostile one must not fill the memory.
const MOST_SCHEMES: usize = 64;
/// Longer specifications are not remembered, for the same reason.
const LONGEST_REMEMBERED: usize = 4096;

/// A way to read versions and ranges.
#[derive(Clone, Debug)]
pub(super) struct Dialect {
    scheme: Scheme,
    grammar: Option<Grammar>,
    options: ReadOptions,
}

impl Dialect {
    /// The way that arguments ask for.
    pub(super) fn new(reading: &Reading, pre: bool) -> Self {
        let scheme = match (reading.grammar, &reading.scheme) {
            (Some(grammar), _) => grammar.scheme(),
            (None, Some(scheme)) => scheme.clone(),
            (None, None) => Scheme::semver(),
        };
        let mut dialect =
            Self { scheme, grammar: reading.grammar, options: ReadOptions::default() };
        dialect.options.loose = reading.loose;
        dialect.let_prereleases_in(pre);
        dialect
    }

    /// The scheme of its versions.
    pub(super) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Says whether all pre-releases in a range count.
    pub(super) fn let_prereleases_in(&mut self, pre: bool) {
        self.options.prereleases = if pre { Prereleases::Include } else { Prereleases::ByGrammar };
    }

    /// Reads the version in a field.
    pub(super) fn version(&self, field: &str, text: &str) -> Result<Version, Failure> {
        self.read(text).map_err(|error| Failure::of_text(field, text, &error))
    }

    /// Reads the version in an element of a field.
    pub(super) fn version_at(
        &self,
        field: &str,
        index: usize,
        text: &str,
    ) -> Result<Version, Failure> {
        self.read(text).map_err(|error| Failure::of_text(format!("{field}[{index}]"), text, &error))
    }

    fn read(&self, text: &str) -> Result<Version, ParseError> {
        match self.grammar {
            Some(grammar) => grammar.version(text, self.options),
            None => self.scheme.parse(text),
        }
    }

    /// Reads the range in a field.
    pub(super) fn range(&self, field: impl Into<String>, text: &str) -> Result<Range, Failure> {
        match self.grammar {
            Some(grammar) => grammar
                .parse_with(text, self.options)
                .map(Range::Requirement)
                .map_err(|error| Failure::of_text(field, text, &error)),
            None => self.scheme.parse_set(text).map(Range::Set).map_err(|error| {
                let failure = Failure::of_text(field, text, &error);
                match grammars_of(&self.scheme) {
                    Some(names) => failure.hint(format!("name its grammar with --grammar {names}")),
                    None => failure,
                }
            }),
        }
    }
}

/// The grammars that speak of a scheme's versions, for people.
fn grammars_of(scheme: &Scheme) -> Option<String> {
    let grammars = Grammar::all().filter(|grammar| grammar.scheme() == *scheme);
    let names: Vec<_> = grammars.map(Grammar::name).collect();
    let (last, others) = names.split_last()?;
    Some(if others.is_empty() {
        (*last).to_owned()
    } else {
        format!("{} or {last}", others.join(", "))
    })
}

/// A range of a grammar, or a set.
#[derive(Clone, Debug)]
pub(super) enum Range {
    Requirement(Requirement),
    Set(VersionSet),
}

impl Range {
    /// The versions it means.
    pub(super) fn set(&self) -> &VersionSet {
        match self {
            Self::Requirement(requirement) => requirement.set(),
            Self::Set(set) => set,
        }
    }

    /// The preferred spelling.
    pub(super) fn canonical(&self) -> String {
        match self {
            Self::Requirement(requirement) => requirement.canonical().to_owned(),
            Self::Set(set) => set.to_string(),
        }
    }

    /// Whether the version is in it, by the rules of the grammar.
    pub(super) fn matches(&self, version: &Version) -> bool {
        match self {
            Self::Requirement(requirement) => requirement.matches(version),
            Self::Set(set) => set.contains(version),
        }
    }

    /// Whether a version that is not in it is too low.
    pub(super) fn is_below(&self, version: &Version) -> bool {
        match self {
            Self::Requirement(requirement) => requirement.is_below(version),
            Self::Set(set) => is_beside(set, version, |(low, _), point| match low {
                Bound::Included(low) => point < low,
                Bound::Excluded(low) => point <= low,
                Bound::Unbounded => false,
            }),
        }
    }

    /// Whether a version that is not in it is too high.
    pub(super) fn is_above(&self, version: &Version) -> bool {
        match self {
            Self::Requirement(requirement) => requirement.is_above(version),
            Self::Set(set) => is_beside(set, version, |(_, high), point| match high {
                Bound::Included(high) => point > high,
                Bound::Excluded(high) => point >= high,
                Bound::Unbounded => false,
            }),
        }
    }
}

fn is_beside(
    set: &VersionSet,
    version: &Version,
    beside: impl Fn((&Bound<Point>, &Bound<Point>), &Point) -> bool,
) -> bool {
    let point = Point::from(version);
    !set.is_empty() && set.intervals().all(|interval| beside(interval, &point))
}

/// What a line says about how to read it; what it does not say is as on the command line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wish<'line> {
    pub(super) scheme: Option<&'line str>,
    pub(super) grammar: Option<&'line str>,
    pub(super) loose: Option<bool>,
    pub(super) pre: Option<bool>,
}

/// The dialects of a stream. Schemes are built once.
#[derive(Debug)]
pub(super) struct Dialects {
    default: Dialect,
    schemes: BTreeMap<String, Scheme>,
}

impl Dialects {
    /// Dialects where lines that say nothing are read by the default.
    pub(super) fn new(default: Dialect) -> Self {
        Self { default, schemes: BTreeMap::new() }
    }

    /// The dialect of a line.
    pub(super) fn choose(&mut self, wish: Wish<'_>) -> Result<Dialect, Failure> {
        let mut dialect = match (wish.grammar, wish.scheme) {
            (None, None) => self.default.clone(),
            (None, Some(spec)) => {
                let scheme = self.scheme(spec)?;
                Dialect { scheme, grammar: None, options: self.default.options }
            }
            (Some(name), None) => {
                let grammar: Grammar = name
                    .parse()
                    .map_err(|message: String| Failure::of_field("grammar", message))?;
                let scheme = grammar.scheme();
                Dialect { scheme, grammar: Some(grammar), options: self.default.options }
            }
            (Some(_), Some(_)) => {
                let message = "a grammar implies its scheme, so that only one of the two is given";
                return Err(Failure::of_field("grammar", message));
            }
        };
        if let Some(loose) = wish.loose {
            dialect.options.loose = loose;
        }
        if let Some(pre) = wish.pre {
            dialect.let_prereleases_in(pre);
        }
        Ok(dialect)
    }

    fn scheme(&mut self, spec: &str) -> Result<Scheme, Failure> {
        if let Some(scheme) = self.schemes.get(spec) {
            return Ok(scheme.clone());
        }
        let scheme: Scheme = spec.parse().map_err(|error: trainyard_version::SchemeError| {
            Failure::of_field("scheme", error.to_string())
        })?;
        if spec.len() <= LONGEST_REMEMBERED {
            if self.schemes.len() >= MOST_SCHEMES {
                self.schemes.clear();
            }
            self.schemes.insert(spec.to_owned(), scheme.clone());
        }
        Ok(scheme)
    }
}
