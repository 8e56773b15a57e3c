//! The schemes, one file each.

use std::sync::Arc;

use crate::VersionScheme;

pub(crate) mod api_date;
pub(crate) mod calver;
pub(crate) mod composite;
pub(crate) mod debian;
pub(crate) mod pep440;
pub(crate) mod rez;
mod scan;
pub(crate) mod semver;
mod stepping;

/// Builds a scheme from the part of its specification after the colon.
///
/// *Errors*: why the argument does not fit, for people.
type Build = fn(Option<&str>) -> Result<Arc<dyn VersionScheme>, String>;

/// A scheme's name and how to build it from the part of the specification after the colon.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) build: Build,
}

/// Every scheme there is.
pub(crate) const ALL: &[Entry] = &[
    Entry { name: "semver", build: |argument| plain(argument, semver::Semver) },
    Entry { name: "pep440", build: |argument| plain(argument, pep440::Pep440) },
    Entry { name: "calver", build: |argument| Ok(Arc::new(calver::Calver::new(argument)?)) },
    Entry {
        name: "composite",
        build: |argument| Ok(Arc::new(composite::Composite::new(argument)?)),
    },
    Entry { name: "api-date", build: |argument| plain(argument, api_date::ApiDate) },
    Entry { name: "rez", build: |argument| plain(argument, rez::Rez) },
    Entry { name: "debian", build: |argument| plain(argument, debian::Debian) },
];

/// A scheme that takes no argument.
fn plain(
    argument: Option<&str>,
    scheme: impl VersionScheme + 'static,
) -> Result<Arc<dyn VersionScheme>, String> {
    match argument {
        None => Ok(Arc::new(scheme)),
        Some(argument) => Err(format!("it takes no argument, but `{argument}` was given")),
    }
}
