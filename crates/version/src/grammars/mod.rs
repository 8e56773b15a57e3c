//! The range grammars, one file each.

use crate::{
    ParseError, Scheme, Version, VersionScheme, VersionSet,
    grammar::{Range, ReadOptions},
    schemes::{debian::Debian, pep440::Pep440, rez::Rez, semver::Semver},
};

pub(crate) mod ayon;
pub(crate) mod cargo;
mod cursor;
pub(crate) mod debian;
pub(crate) mod npm;
mod partial;
pub(crate) mod pep440;
pub(crate) mod rez;

/// Reads the set of a range alone.
type ReadSet = fn(&str) -> Result<VersionSet, ParseError>;

/// A grammar's name, its scheme, and its parsers for ranges and versions.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) scheme: fn() -> Scheme,
    pub(crate) parse: fn(&str, ReadOptions) -> Result<Range, ParseError>,
    /// The set of a range alone, where that costs less than all that `parse` tells.
    pub(crate) set: Option<ReadSet>,
    pub(crate) version: fn(&str, ReadOptions) -> Result<Version, ParseError>,
}

/// Every grammar there is.
pub(crate) const ALL: &[Entry] = &[
    Entry {
        name: cargo::NAME,
        scheme: Scheme::semver,
        parse: |text, _| cargo::parse(text),
        set: None,
        version: |text, _| Semver.parse(text),
    },
    Entry {
        name: "npm",
        scheme: Scheme::semver,
        parse: npm::parse,
        set: None,
        version: npm::version,
    },
    Entry {
        name: "pep440",
        scheme: || Scheme::new("pep440", Pep440),
        parse: |text, _| pep440::parse(text),
        set: None,
        version: |text, _| Pep440.parse(text),
    },
    Entry {
        name: "ayon",
        scheme: Scheme::semver,
        parse: |text, _| ayon::parse(text),
        set: None,
        version: |text, _| Semver.parse(text),
    },
    Entry {
        name: "rez",
        scheme: || Scheme::new("rez", Rez),
        parse: |text, _| rez::parse(text),
        set: Some(rez::set),
        version: |text, _| Rez.parse(text),
    },
    Entry {
        name: "debian",
        scheme: || Scheme::new("debian", Debian),
        parse: |text, _| debian::parse(text),
        set: None,
        version: |text, _| Debian.parse(text),
    },
];
