//! What a manifest says of its own package.

use camino::Utf8Path;
use toml::de::DeValue;

use super::formats::{json, toml as toml_format};

/// A package that lives in the repository, by its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The name that locks and other members call it by.
    pub name: String,
    /// What the manifest says of its version.
    pub version: OwnVersion,
}

/// What a manifest says of the version of its package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnVersion {
    /// The version itself.
    Stated(String),
    /// That it is the workspace's.
    Inherited,
    /// Nothing, or that it is found elsewhere.
    Unstated,
}

impl Manifest {
    /// Reads `Cargo.toml`, `pyproject.toml` or `package.json`; none where the text names no package or is something else.
    pub fn read(path: &Utf8Path, text: &str) -> Option<Self> {
        match path.file_name()? {
            "Cargo.toml" => from_toml(text, &[&["package"]]),
            "pyproject.toml" => from_toml(text, &[&["project"], &["tool", "poetry"]]),
            "package.json" => from_json(text),
            _ => None,
        }
    }
}

fn from_toml(text: &str, tables: &[&[&str]]) -> Option<Manifest> {
    let document = toml_format::Document::parse(text).ok()?;
    tables.iter().find_map(|keys| {
        let table =
            keys.iter().try_fold(document.table(), |table, key| toml_format::inner(table, key))?;
        let (name, _) = toml_format::string(table, "name")?;
        let version = match table.get("version").map(::toml::Spanned::get_ref) {
            Some(DeValue::String(version)) => OwnVersion::Stated(version.to_string()),
            Some(DeValue::Table(_)) => OwnVersion::Inherited,
            _ => OwnVersion::Unstated,
        };
        Some(Manifest { name: name.to_owned(), version })
    })
}

fn from_json(text: &str) -> Option<Manifest> {
    let first = |key| json::at(text, &[key]).ok()?.into_iter().next();
    let name = first("name")?.version().to_owned();
    let version = first("version");
    let version =
        version.map_or(OwnVersion::Unstated, |slot| OwnVersion::Stated(slot.version().to_owned()));
    Some(Manifest { name, version })
}
