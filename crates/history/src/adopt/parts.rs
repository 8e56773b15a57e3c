//! Parts with tags and folders of their own.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_policy::VersionPlace;

use super::{
    candidates::best_candidate,
    names::{moving_tags, named_part, split},
};
use crate::facts::{Folder, History, Tag};

/// The fewest versions that make a prefix a part.
const FEWEST_TAGS: usize = 3;

/// Folders whose contents are nobody's own parts.
const PASSED_OVER: [&str; 9] = [
    "test",
    "tests",
    "docs",
    "doc",
    "examples",
    "example",
    "vendor",
    "node_modules",
    "third_party",
];

/// Files that make a folder a package, with the keys that may hold its name.
const MANIFESTS: [(&str, &[&str]); 11] = [
    ("Cargo.toml", &["package.name"]),
    ("pyproject.toml", &["project.name", "tool.poetry.name"]),
    ("package.json", &["name"]),
    ("Chart.yaml", &["name"]),
    ("composer.json", &["name"]),
    ("go.mod", &[]),
    ("setup.py", &[]),
    ("setup.cfg", &[]),
    ("pom.xml", &[]),
    ("build.gradle", &[]),
    ("build.gradle.kts", &[]),
];

/// The names of parts that at least three version tags name, for each of which [`adopt`](super::adopt) wants to know
/// the folder; none where the repository has no other tags, since then the part is the whole.
pub fn parts_in_tags(history: &History) -> Vec<String> {
    let moving = moving_tags(&history.tags);
    let tags = history.tags.iter().filter(|tag| !moving.contains(tag.name.as_str()));
    let groups = groups(tags);
    if groups.len() < 2 {
        return Vec::new();
    }
    groups
        .into_iter()
        .filter(|(_, tags)| tags.len() >= FEWEST_TAGS)
        .filter(|(_, tags)| best_candidate(tags).is_some_and(|best| best.2 >= FEWEST_TAGS))
        .filter_map(|(name, _)| Some(name?.to_owned()))
        .collect()
}

/// Tags by the part that they name; `None` for those that name none.
pub(super) fn groups<'t>(
    tags: impl Iterator<Item = &'t Tag>,
) -> BTreeMap<Option<&'t str>, Vec<&'t Tag>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for tag in tags {
        let (prefix, text) = split(&tag.name);
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            groups.entry(named_part(prefix)).or_default().push(tag);
        }
    }
    groups
}

/// The folder of a part: the one at that very path; else the one of that name at the root, or with a manifest; the
/// shallowest of several.
pub fn folder_of_part<'f>(name: &str, folders: &'f [Folder]) -> Option<&'f Utf8Path> {
    if let Some(exact) = folders.iter().find(|folder| folder.path == name) {
        return Some(&exact.path);
    }
    let wanted = loosely(unscoped(name));
    folders
        .iter()
        .filter(|folder| !is_passed_over(&folder.path))
        .filter(|folder| folder.path.file_name().is_some_and(|last| loosely(last) == wanted))
        .filter(|folder| is_at_root(&folder.path) || manifests(folder).next().is_some())
        .map(|folder| folder.path.as_path())
        .min_by_key(|path| (path.components().count(), *path))
}

/// The files in a folder that may say which package it is.
pub fn manifests(folder: &Folder) -> impl Iterator<Item = Utf8PathBuf> {
    let known = |file: &&String| MANIFESTS.iter().any(|(manifest, _)| manifest == file);
    let is_passed_over = is_passed_over(&folder.path);
    let found = folder.files.iter().filter(known).map(|file| folder.path.join(file));
    found.filter(move |_| !is_passed_over)
}

/// Whether a manifest's text says that its package has the name of a part.
pub fn is_package_named(name: &str, path: &Utf8Path, text: &str) -> bool {
    let keys = MANIFESTS.iter().find(|(manifest, _)| path.file_name() == Some(*manifest));
    let keys = keys.map_or(&[][..], |(_, keys)| keys);
    keys.iter().any(|key| {
        let found = crate::version_in(path, &VersionPlace::Key((*key).to_owned()), text);
        found.is_ok_and(|(found, _)| {
            loosely(&found) == loosely(name) || loosely(unscoped(&found)) == loosely(name)
        })
    })
}

/// `pkg` of `@scope/pkg`.
fn unscoped(name: &str) -> &str {
    match name.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
        Some((_, name)) => name,
        None => name,
    }
}

/// Package registries do not tell these names apart.
fn loosely(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

fn is_at_root(path: &Utf8Path) -> bool {
    path.components().count() == 1
}

pub(super) fn is_passed_over(path: &Utf8Path) -> bool {
    path.components()
        .any(|part| part.as_str().starts_with('.') || PASSED_OVER.contains(&part.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{Folder, Utf8Path, folder_of_part, is_package_named};

    fn folder(path: &str, files: &[&str]) -> Folder {
        Folder { path: path.into(), files: files.iter().map(|file| (*file).to_owned()).collect() }
    }

    #[test]
    fn a_part_lies_in_the_folder_of_its_name() {
        let folders = [
            folder("", &["README.md"]),
            folder("docs", &[]),
            folder("docs/server", &["package.json"]),
            folder("server", &[]),
            folder("packages/web_client", &["package.json"]),
            folder("apps/inner/web-client", &["package.json"]),
            folder("src/agent", &["mod.rs"]),
            folder("sdk/go", &["go.mod"]),
        ];
        let found = |name| folder_of_part(name, &folders).map(Utf8Path::as_str);
        assert_eq!(found("server"), Some("server"));
        assert_eq!(found("@shop/web-client"), Some("packages/web_client"), "the shallowest");
        assert_eq!(found("sdk/go"), Some("sdk/go"));
        assert_eq!(found("docs"), Some("docs"), "it is asked for by its path");
        assert_eq!(found("agent"), None, "a folder of code without a manifest is no part");
    }

    #[test]
    fn a_package_has_the_name_in_its_manifest() {
        for (path, text) in [
            ("a/package.json", "{\"name\": \"@shop/web_client\"}"),
            ("a/package.json", "{\"name\": \"web-client\"}"),
            ("a/Cargo.toml", "[package]\nname = \"web-client\"\n"),
            ("a/pyproject.toml", "[project]\nname = \"Web_Client\"\n"),
            ("a/pyproject.toml", "[tool.poetry]\nname = \"web-client\"\n"),
            ("a/Chart.yaml", "apiVersion: v2\nname: web-client\n"),
        ] {
            assert!(is_package_named("web-client", path.into(), text), "{path}: {text}");
            assert!(!is_package_named("web", path.into(), text), "{path}: {text}");
        }
        assert!(!is_package_named("web-client", "a/go.mod".into(), "module web-client"));
        assert!(!is_package_named("web-client", "a/package.json".into(), "{"));
    }
}
