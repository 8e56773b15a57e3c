//! Semantic Versioning 2.0.0.

mod explain;
mod stage;
mod step;

use crate::{Date, KeyBuilder, OrderKey, ParseError, Step, StepError, Version, VersionScheme};

/// `MAJOR.MINOR.PATCH[-PRE.RELEASE][+BUILD]`, strictly: no `v` in front, no missing segments.
///
/// Build metadata has no precedence and every step drops it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Semver;

impl VersionScheme for Semver {
    fn parse(&self, text: &str) -> Result<Version, ParseError> {
        match semver::Version::parse(text) {
            Ok(parsed) => Ok(version(text, &parsed)),
            Err(error) => Err(explain::explain(text, &error)),
        }
    }

    fn step(&self, from: &Version, step: &Step, _today: Date) -> Result<Version, StepError> {
        step::step(from, step)
    }

    fn first(&self, _today: Date) -> Version {
        written(&semver::Version::new(0, 1, 0))
    }

    fn line(&self, version: &Version) -> String {
        format!("{}.{}", version.segment(0), version.segment(1))
    }

    fn examples(&self) -> Vec<Version> {
        ["1.2.3-rc.1", "1.2.3", "1.3.0"].iter().filter_map(|text| self.parse(text).ok()).collect()
    }
}

/// A version whose text is its canonical spelling.
fn written(parsed: &semver::Version) -> Version {
    version(&parsed.to_string(), parsed)
}

fn version(text: &str, parsed: &semver::Version) -> Version {
    let release = [parsed.major, parsed.minor, parsed.patch];
    Version::new(text, text, key(parsed), release, stage::stage(&parsed.pre))
}

/// After the numbers, a pre-release sorts before the final release, its identifiers one by one.
fn key(parsed: &semver::Version) -> OrderKey {
    const PRERELEASE: u8 = 0;
    const FINAL: u8 = 1;
    const END: u8 = 0;
    const NUMERIC: u8 = 1;
    const ALPHANUMERIC: u8 = 2;

    let numbers = KeyBuilder::new().number(parsed.major).number(parsed.minor).number(parsed.patch);
    if parsed.pre.is_empty() {
        return numbers.rank(FINAL).build();
    }
    parsed
        .pre
        .split('.')
        .fold(numbers.rank(PRERELEASE), |key, identifier| {
            if is_numeric(identifier) {
                key.rank(NUMERIC).digits(identifier)
            } else {
                key.rank(ALPHANUMERIC).text(identifier)
            }
        })
        .rank(END)
        .build()
}

fn is_numeric(identifier: &str) -> bool {
    !identifier.is_empty() && identifier.bytes().all(|byte| byte.is_ascii_digit())
}
