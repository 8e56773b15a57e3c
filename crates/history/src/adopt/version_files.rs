//! The files of a part that state its version, in a repository without a policy.

use camino::Utf8Path;
use trainyard_policy::{Rules, VersionFile, VersionPlace};
use trainyard_version::Version;

use super::parts::is_passed_over;
use crate::{facts::Folder, survey::ComponentHistory};

/// Files in a part's own folder, with the keys that may hold its version.
const MANIFESTS: [(&str, &[&str]); 5] = [
    ("Cargo.toml", &["workspace.package.version", "package.version"]),
    ("pyproject.toml", &["project.version", "tool.poetry.version"]),
    ("package.json", &["version"]),
    ("composer.json", &["version"]),
    ("Chart.yaml", &["version", "appVersion"]),
];

/// Modules in which Python's packages say `__version__`, which lie in the part's folder, in `src`, or one below.
const MODULES: [&str; 5] =
    ["__init__.py", "__version__.py", "_version.py", "version.py", "__about__.py"];

/// Every place in a part's folder where a version may stand, those that are most often its own first.
///
/// `folder` is the part's, empty for the root; `folders` has it and those below.
pub fn version_file_candidates(folder: &Utf8Path, folders: &[Folder]) -> Vec<VersionFile> {
    let mut found = Vec::new();
    let own = folders.iter().filter(|each| each.path == folder);
    for name in own.clone().flat_map(|own| &own.files) {
        let path = folder.join(name);
        let at = |place| VersionFile { path: path.clone(), place };
        match name.as_str() {
            "VERSION" => found.insert(0, at(VersionPlace::Whole)),
            // Of an AYON addon.
            "package.py" => found.push(at(VersionPlace::After("\nversion =".to_owned()))),
            name => {
                let known = MANIFESTS.iter().find(|(manifest, _)| *manifest == name);
                let keys = known.into_iter().flat_map(|(_, keys)| *keys);
                found.extend(keys.map(|key| at(VersionPlace::Key((*key).to_owned()))));
            }
        }
    }
    let modules = folders.iter().filter(|each| is_package_of(&each.path, folder));
    for (package, name) in modules.flat_map(|each| each.files.iter().map(move |name| (each, name)))
    {
        if MODULES.contains(&name.as_str()) {
            let place = VersionPlace::After("__version__ =".to_owned());
            found.push(VersionFile { path: package.path.join(name), place });
        }
    }
    found
}

/// Whether a folder is where the package of a part's folder may lie.
fn is_package_of(path: &Utf8Path, folder: &Utf8Path) -> bool {
    let Ok(below) = path.strip_prefix(folder) else { return false };
    let below = below.strip_prefix("src").unwrap_or(below);
    below.components().count() <= 1 && !is_passed_over(path)
}

/// Those of some files that state the version of a part: one of its scheme, on no older line than its newest release, and the
/// same in all of them. Files that always say `0.0.0` state none. *Returns* each with what it states.
pub fn stated_alike(
    candidates: Vec<(VersionFile, String)>,
    rules: &Rules,
    past: &ComponentHistory,
) -> Vec<(VersionFile, Version)> {
    let newest = past.releases.iter().rfind(|release| release.is_final());
    let mut found: Vec<(VersionFile, Version)> = Vec::new();
    for (file, text) in candidates {
        let Ok((stated, _)) = crate::version_in(&file.path, &file.place, &text) else { continue };
        let Ok(version) = rules.scheme.parse(&stated) else { continue };
        let is_old = newest.is_some_and(|release| {
            version.precedence(&release.version).is_lt()
                && rules.scheme.line(&version) != release.line
        });
        let differs = found.first().is_some_and(|(_, agreed)| agreed.precedence(&version).is_ne());
        let is_placeholder = version.release().iter().all(|number| *number == 0);
        // A manifest may have two keys for it; a release writes the first.
        let is_told = found.iter().any(|(told, _)| told.path == file.path);
        if !(is_old || differs || is_placeholder || is_told) {
            found.push((file, version));
        }
    }
    found
}
