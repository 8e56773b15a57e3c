//! Which manifests and locks belong together.

use camino::Utf8Path;

/// A world of packages, whose names have nothing to do with those of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ecosystem {
    /// Crates.
    Cargo,
    /// Packages of Python.
    Python,
    /// Packages of Node.
    Npm,
}

impl Ecosystem {
    /// The one that a manifest or lock belongs to.
    pub fn of(path: &Utf8Path) -> Option<Self> {
        match path.file_name()? {
            "Cargo.toml" | "Cargo.lock" => Some(Self::Cargo),
            "pyproject.toml" | "uv.lock" | "poetry.lock" => Some(Self::Python),
            "package.json" | "package-lock.json" | "npm-shrinkwrap.json" => Some(Self::Npm),
            _ => None,
        }
    }
}
