//! Reads the version that a file states.

use camino::Utf8Path;
use trainyard_policy::VersionPlace;
use trainyard_release::edit;

/// Finds the version in a file's text and its 1-based line, where a release would write it.
///
/// *Cost*: linear. *Errors*: what was looked for and not found, for people.
pub fn version_in(
    path: &Utf8Path,
    place: &VersionPlace,
    text: &str,
) -> Result<(String, u32), String> {
    edit::version_in(path, place, text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
