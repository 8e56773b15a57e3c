//! Range grammars: the ways people write which versions they mean.

use std::{fmt, ops::Bound, str::FromStr};

use crate::{ParseError, Point, Scheme, Version, VersionSet, grammars};

/// A way to write ranges over the versions of one scheme, such as `npm` over SemVer.
#[derive(Clone, Copy)]
pub struct Grammar(&'static grammars::Entry);

impl Grammar {
    /// All grammars, in the order of the list in `grammars/mod.rs`.
    pub fn all() -> impl Iterator<Item = Self> {
        grammars::ALL.iter().map(Self)
    }

    /// Its name, as in `--grammar npm`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The scheme whose versions it speaks of.
    pub fn scheme(self) -> Scheme {
        (self.0.scheme)()
    }

    /// Reads a range by the grammar's default rules.
    ///
    /// *Errors*: the position and what was expected there.
    pub fn parse(self, text: &str) -> Result<Requirement, ParseError> {
        self.parse_with(text, ReadOptions::default())
    }

    /// Reads a range.
    ///
    /// *Errors*: the position and what was expected there.
    pub fn parse_with(self, text: &str, options: ReadOptions) -> Result<Requirement, ParseError> {
        let range = (self.0.parse)(text, options)?;
        Ok(Requirement { text: text.to_owned(), grammar: self, options, range })
    }

    /// Reads a range by the grammar's default rules, and tells the versions it means and nothing else.
    ///
    /// *Cost*: less than [`Self::parse`], where the range's text does not have to be spelled anew.
    ///
    /// *Errors*: the position and what was expected there.
    pub fn set(self, text: &str) -> Result<VersionSet, ParseError> {
        match self.0.set {
            Some(set) => set(text),
            None => Ok((self.0.parse)(text, ReadOptions::default())?.set),
        }
    }

    /// Reads a version as the grammar's own tool does (npm takes `v1.2.3`, and loosely `1.2.3beta`).
    ///
    /// *Errors*: the position and what was expected there.
    pub fn version(self, text: &str, options: ReadOptions) -> Result<Version, ParseError> {
        (self.0.version)(text, options)
    }
}

/// How to read a range and what it lets in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// What becomes of pre-releases.
    pub prereleases: Prereleases,
    /// Reads what npm reads in its loose mode; other grammars have none.
    pub loose: bool,
}

/// Whether a range lets pre-releases in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prereleases {
    /// By the default rule of the grammar's own tool.
    #[default]
    ByGrammar,
    /// All that lie in the range (npm's `includePrerelease`, which also moves some bounds; pip's `--pre`).
    Include,
    /// None.
    Exclude,
}

impl FromStr for Grammar {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::all().find(|grammar| grammar.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::all().map(Self::name).collect();
            format!("`{name}` is no range grammar; there are {}", names.join(", "))
        })
    }
}

impl PartialEq for Grammar {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Grammar {}

impl fmt::Debug for Grammar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Grammar({})", self.name())
    }
}

/// What a grammar's parser returns.
///
/// Pre-release rules are no set algebra over one order (npm admits `1.2.3-rc.1` only where a comparator names a
/// pre-release of 1.2.3), so they stand beside the set.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    /// The versions it means, pre-releases included where the order puts them.
    pub(crate) set: VersionSet,
    /// Which pre-releases of the set the grammar lets in by default.
    pub(crate) prereleases: VersionSet,
    /// Texts that a version must equal, letter case aside (PEP 440 `===`); lower case.
    pub(crate) spellings: Vec<Box<str>>,
    /// The range in the grammar's own preferred spelling.
    pub(crate) canonical: String,
}

/// A range as written.
#[derive(Clone)]
pub struct Requirement {
    text: String,
    grammar: Grammar,
    options: ReadOptions,
    range: Range,
}

impl Requirement {
    /// The range as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The range in the grammar's preferred spelling, such as `>=1.2.0 <2.0.0-0` for npm's `^1.2`.
    pub fn canonical(&self) -> &str {
        &self.range.canonical
    }

    /// The grammar it was read by.
    pub fn grammar(&self) -> Grammar {
        self.grammar
    }

    /// The versions it means, pre-releases included where the order puts them.
    pub fn set(&self) -> &VersionSet {
        &self.range.set
    }

    /// Whether the grammar's own tool would accept the version, its rule for pre-releases included.
    pub fn matches(&self, version: &Version) -> bool {
        self.set().contains(version) && self.admits(version) && self.is_spelled_as(version)
    }

    fn admits(&self, version: &Version) -> bool {
        if !version.is_prerelease() {
            return true;
        }
        match self.options.prereleases {
            Prereleases::ByGrammar => self.range.prereleases.contains(version),
            Prereleases::Include => true,
            Prereleases::Exclude => false,
        }
    }

    fn is_spelled_as(&self, version: &Version) -> bool {
        self.range.spellings.iter().all(|spelling| spelling.eq_ignore_ascii_case(version.text()))
    }

    /// Whether the two ranges share a place in the order.
    pub fn intersects(&self, other: &Self) -> bool {
        !self.set().is_disjoint_from(other.set())
    }

    /// Whether a version that is not accepted is too low.
    ///
    /// As npm has it: no interval is open at the bottom, and the version is beyond the top of none. A pre-release
    /// that is inside an interval but not admitted counts as below it, and as above it.
    pub fn is_below(&self, version: &Version) -> bool {
        let point = Point::from(version);
        self.is_outside(version, |low, high| *low != Bound::Unbounded && !ends_below(high, &point))
    }

    /// Whether a version that is not accepted is too high; the mirror image of [`Self::is_below`].
    pub fn is_above(&self, version: &Version) -> bool {
        let point = Point::from(version);
        self.is_outside(version, |low, high| {
            *high != Bound::Unbounded && !starts_above(low, &point)
        })
    }

    fn is_outside(
        &self,
        version: &Version,
        beside: impl Fn(&Bound<Point>, &Bound<Point>) -> bool,
    ) -> bool {
        !self.set().is_empty()
            && !self.matches(version)
            && self.set().intervals().all(|(low, high)| beside(low, high))
    }

    /// The range raised to a new version with its form kept, as cargo-release writes it into a manifest: `~1.0`
    /// becomes `~1.1` for 1.1.3.
    ///
    /// None where it stays as it is: another grammar than `cargo`, nothing to raise, or bounds (`>`, `<`) that
    /// only a person can move.
    pub fn upgraded_to(&self, version: &Version) -> Option<String> {
        let is_cargo = self.grammar.name() == grammars::cargo::NAME;
        is_cargo.then(|| grammars::cargo::upgraded(&self.text, version)).flatten()
    }
}

fn ends_below(high: &Bound<Point>, point: &Point) -> bool {
    match high {
        Bound::Included(end) => end < point,
        Bound::Excluded(end) => end <= point,
        Bound::Unbounded => false,
    }
}

fn starts_above(low: &Bound<Point>, point: &Point) -> bool {
    match low {
        Bound::Included(start) => start > point,
        Bound::Excluded(start) => start >= point,
        Bound::Unbounded => false,
    }
}

impl fmt::Debug for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Requirement({} {})", self.grammar.name(), self.text)
    }
}
