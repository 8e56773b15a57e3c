//! Which packages of a repository a release gives which version.

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_policy::VersionPlace;
use trainyard_version::{Scheme, Version};

use super::{Texts, Unit, is_of_package, spelling};
use crate::edit::{Ecosystem, Manifest, OwnVersion, Released};

/// The key by which members of a workspace share a version.
const OF_WORKSPACE: &str = "workspace.package.version";

/// The packages whose manifests state a unit's version, or inherit it from a workspace that does.
pub(super) fn released(units: &[Unit<'_>], texts: &Texts) -> Vec<(Ecosystem, Released)> {
    let manifests =
        texts.iter().filter_map(|(path, text)| Some((path, Manifest::read(path, text)?)));
    manifests
        .filter_map(|(path, manifest)| {
            let unit = match manifest.version {
                OwnVersion::Stated(_) => stating(units, path),
                OwnVersion::Inherited => inherited(units, path),
                OwnVersion::Unstated => None,
            }?;
            let version = as_written(unit, path)?;
            let folder = folder_of(path);
            Some((Ecosystem::of(path)?, Released { name: manifest.name, folder, version }))
        })
        .collect()
}

/// The unit whose version a manifest states.
fn stating<'u, 'p>(units: &'u [Unit<'p>], path: &Utf8Path) -> Option<&'u Unit<'p>> {
    let states = |unit: &&Unit<'_>| {
        let own = |key: &VersionPlace| *key != VersionPlace::Key(OF_WORKSPACE.to_owned());
        let mut files = unit.version_files.iter().filter(|file| is_of_package(file));
        files.any(|file| file.path == path && own(&file.place))
    };
    units.iter().find(states)
}

/// The unit whose version the nearest workspace above a manifest states.
fn inherited<'u, 'p>(units: &'u [Unit<'p>], path: &Utf8Path) -> Option<&'u Unit<'p>> {
    let key = VersionPlace::Key(OF_WORKSPACE.to_owned());
    folder_of(path).ancestors().find_map(|folder| {
        let manifest = folder.join("Cargo.toml");
        units.iter().find(|unit| {
            unit.version_files.iter().any(|file| file.path == manifest && file.place == key)
        })
    })
}

fn folder_of(path: &Utf8Path) -> Utf8PathBuf {
    path.parent().map(Utf8Path::to_owned).unwrap_or_default()
}

/// The version as the manifest has it; cargo compares it with requirements by its own scheme.
fn as_written(unit: &Unit<'_>, path: &Utf8Path) -> Option<Version> {
    let text = spelling::in_file(path, unit.scheme, &unit.version);
    match Scheme::semver().parse(&text) {
        Ok(version) => Some(version),
        Err(_) => unit.scheme.parse(&text).ok(),
    }
}
