//! SemVer versions with parts left out, as cargo and npm ranges have them.

use crate::{ParseError, Point, Version, VersionScheme, schemes::semver::Semver};

/// Three numbers of a release.
pub(crate) type Triple = [u64; 3];

/// Reads a version that is put together from checked parts.
///
/// *Errors*: only as the scheme does.
fn version(numbers: Triple, prerelease: &str) -> Result<Version, ParseError> {
    let [major, minor, patch] = numbers;
    match prerelease {
        "" => Semver.parse(&format!("{major}.{minor}.{patch}")),
        _ => Semver.parse(&format!("{major}.{minor}.{patch}-{prerelease}")),
    }
}

/// The place of a release or pre-release.
pub(crate) fn point(numbers: Triple, prerelease: &str) -> Result<Point, ParseError> {
    Ok(Point::from(&version(numbers, prerelease)?))
}

/// The place below all pre-releases of a release.
pub(crate) fn floor(numbers: Triple) -> Result<Point, ParseError> {
    point(numbers, "0")
}

/// The next triple by the number at `index`, carried into the one before at its end; none after the last of all.
pub(crate) fn next_at(numbers: Triple, index: usize) -> Option<Triple> {
    let mut next = numbers;
    for position in (0..=index).rev() {
        next[position + 1..].fill(0);
        if let Some(number) = numbers[position].checked_add(1) {
            next[position] = number;
            return Some(next);
        }
    }
    None
}
