//! Bundles in the forms that other programs read.

mod ayon;
mod compose;
mod cyclonedx;
mod pip;
mod rez;

use crate::{Bundle, Catalogue};

/// A form that another program reads.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    write: fn(&Bundle, &Catalogue) -> Result<String, ExportError>,
}

/// All forms, a line each.
pub const FORMATS: &[Format] = &[
    Format { name: "ayon", about: "the JSON of an AYON bundle", write: ayon::write },
    Format { name: "rez", about: "a Rez request", write: rez::write },
    Format { name: "pip", about: "constraints for pip", write: pip::write },
    Format {
        name: "compose",
        about: "an environment file for docker compose",
        write: compose::write,
    },
    Format {
        name: "cyclonedx",
        about: "a CycloneDX 1.6 bill of materials",
        write: cyclonedx::write,
    },
];

/// Why a bundle cannot be written in a form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Some pins cannot be said in it.
    #[error("{form} cannot name {}", pins.join(", "))]
    Unsayable {
        /// The form.
        form: &'static str,
        /// The pins, each with the reason.
        pins: Vec<String>,
    },
    /// The text could not be made.
    #[error("the {form} text could not be made: {reason}")]
    Text {
        /// The form.
        form: &'static str,
        /// Why.
        reason: String,
    },
}

impl Format {
    /// The form of a name.
    pub fn of(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// A bundle in this form, ending with a line's end. The same bundle is always the same text.
    ///
    /// *Errors*: [`ExportError`], where the form cannot say what the bundle says.
    pub fn write(&self, bundle: &Bundle, catalogue: &Catalogue) -> Result<String, ExportError> {
        (self.write)(bundle, catalogue)
    }
}

/// JSON for people, ending with a line's end.
fn json(form: &'static str, value: &serde_json::Value) -> Result<String, ExportError> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|error| ExportError::Text { form, reason: error.to_string() })?;
    Ok(text + "\n")
}
