//! Writes a version into a file's text; every other byte stays as it is.
//!
//! A [`VersionPlace`] is looked up to a [`Slot`], the range of bytes that are the version, and only these are replaced.
//! So line ends, a byte order mark, indentation, comments and quotes survive. Of TOML, JSON, YAML and Python as much is
//! read as is needed to find the place.
//!
//! [`follow`] does the same for files that repeat versions of the packages of the repository: locks, and the
//! dependencies of one member of a workspace on another.

mod ecosystem;
mod error;
mod follow;
mod formats;
mod manifest;
mod slot;

use camino::Utf8Path;
pub use ecosystem::Ecosystem;
pub use error::EditError;
pub use follow::{Released, follow};
pub use manifest::{Manifest, OwnVersion};
pub use slot::{Replacement, Slot, replaced};
use trainyard_policy::{VersionFile, VersionPlace};

/// How many lines are named where a version is found more than once.
const TOLD_LINES: usize = 5;

/// Writes a version into the text of a file that states one.
///
/// *Cost*: linear. *Errors*: the place is not there or there twice, the file cannot be read as what its name says, or the
/// version cannot be written without escapes.
pub fn set_version(file: &VersionFile, text: &str, version: &str) -> Result<String, EditError> {
    let slot = find(&file.path, &file.place, text)?;
    let replacement = slot.replacement(version).ok_or_else(|| EditError::Unwritable {
        path: file.path.clone(),
        version: version.to_owned(),
    })?;
    Ok(replaced(text, &[replacement]))
}

/// Finds the one place where a file states its version.
///
/// *Cost*: linear. *Errors*: as [`set_version`].
pub fn find(path: &Utf8Path, place: &VersionPlace, text: &str) -> Result<Slot, EditError> {
    let mut slots = candidates(path, place, text)?;
    if slots.len() > 1 {
        let lines = slots.iter().take(TOLD_LINES).map(|slot| slot.line(text)).collect();
        return Err(EditError::FoundTwice { path: path.to_owned(), what: told(place), lines });
    }
    let absent = || EditError::NotFound { path: path.to_owned(), what: told(place) };
    slots.pop().ok_or_else(absent)
}

/// Reads the version that a file states, with its 1-based line; of several places, the first.
///
/// *Cost*: linear. *Errors*: what was looked for and not found.
pub fn version_in(
    path: &Utf8Path,
    place: &VersionPlace,
    text: &str,
) -> Result<(String, u32), EditError> {
    let slots = candidates(path, place, text)?;
    let absent = || EditError::NotFound { path: path.to_owned(), what: told(place) };
    let slot = slots.into_iter().next().ok_or_else(absent)?;
    Ok((slot.version().to_owned(), slot.line(text)))
}

/// Every place that could be meant, in the order of the text.
fn candidates(path: &Utf8Path, place: &VersionPlace, text: &str) -> Result<Vec<Slot>, EditError> {
    let unreadable = |reason| EditError::Unreadable { path: path.to_owned(), reason };
    match place {
        VersionPlace::Whole => Ok(formats::plain::whole(text)),
        VersionPlace::After(mark) => Ok(formats::plain::after(text, mark)),
        VersionPlace::Key(key) => {
            let keys: Vec<_> = key.split('.').collect();
            match path.extension() {
                Some("toml" | "lock") => formats::toml::at(text, &keys).map_err(unreadable),
                Some("json") => formats::json::at(text, &keys).map_err(unreadable),
                Some("py") => Ok(formats::python::assigned(text, key)),
                _ => Ok(formats::yaml::at(text, &keys)),
            }
        }
    }
}

/// A place in words, for messages.
fn told(place: &VersionPlace) -> String {
    match place {
        VersionPlace::Whole => "a line with text".to_owned(),
        VersionPlace::Key(key) => format!("a text under `{key}`"),
        VersionPlace::After(mark) => format!("a version after `{mark}`"),
    }
}
