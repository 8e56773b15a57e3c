//! Files that repeat the versions of the repository's own packages.

use std::{collections::BTreeMap, ops::Range};

use camino::{Utf8Path, Utf8PathBuf};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use trainyard_version::{Grammar, Scheme, Version};

use super::{
    Ecosystem, EditError, Replacement, Slot,
    formats::{json, toml as toml_format},
    replaced,
};

/// A package of the repository and the version it becomes.
#[derive(Clone, Debug)]
pub struct Released {
    /// Its name, as its manifest says.
    pub name: String,
    /// The folder of its manifest, relative to the repository's root; empty for the root.
    pub folder: Utf8PathBuf,
    /// What it becomes.
    pub version: Version,
}

/// Writes the versions of released packages into a file that repeats them.
///
/// | file | what is written |
/// |---|---|
/// | `Cargo.toml` | requirements of dependencies by path, where the release is not in them |
/// | `Cargo.lock`, `uv.lock`, `poetry.lock` | versions of packages in the repository, and where others name them with one |
/// | `package-lock.json`, `npm-shrinkwrap.json` | the version of the root and of the workspace's packages |
///
/// Other files come back unchanged. *Cost*: linear in the text, times the logarithm of the packages. *Errors*: the file cannot be read, or a
/// requirement does not admit the release and only a person can move it.
pub fn follow(path: &Utf8Path, text: &str, released: &[Released]) -> Result<String, EditError> {
    let unreadable = |reason| EditError::Unreadable { path: path.to_owned(), reason };
    let mut fitting: Vec<_> = released.iter().collect();
    // Of packages of one name, that of another ecosystem gives way.
    fitting.sort_by_key(|package| is_spelled_for(path, package));
    let by_name: BTreeMap<_, _> =
        fitting.iter().map(|package| (normal(&package.name), *package)).collect();
    let replacements = match path.file_name() {
        Some("Cargo.toml") => {
            let document = toml_format::Document::parse(text).map_err(unreadable)?;
            requirements(path, &document, &by_name)?
        }
        Some(lock @ ("Cargo.lock" | "uv.lock" | "poetry.lock")) => {
            let document = toml_format::Document::parse(text).map_err(unreadable)?;
            locked(&document, lock == "Cargo.lock", &by_name)
        }
        Some("package-lock.json" | "npm-shrinkwrap.json") => {
            let folder = path.parent().unwrap_or(Utf8Path::new(""));
            locked_by_npm(text, folder, &fitting).map_err(unreadable)?
        }
        _ => Vec::new(),
    };
    Ok(replaced(text, &replacements))
}

/// Whether a version is spelled as the tools of a file write it: crates and packages of Node have SemVer alone.
fn is_spelled_for(path: &Utf8Path, package: &Released) -> bool {
    let text = package.version.text();
    if Ecosystem::of(path) != Some(Ecosystem::Python) {
        return Scheme::semver().parse(text).is_ok();
    }
    let pep440 = || "pep440".parse::<Scheme>().ok()?.parse(text).ok();
    pep440().is_some_and(|version| version.canonical() == text)
}

type ByName<'r> = BTreeMap<String, &'r Released>;

/// Registries of crates and of Python take these spellings for one name.
fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

/// The requirements on packages of the workspace that the release is not in.
fn requirements(
    path: &Utf8Path,
    document: &toml_format::Document<'_>,
    released: &ByName<'_>,
) -> Result<Vec<Replacement>, EditError> {
    let mut replacements = Vec::new();
    for (key, value) in dependency_tables(document.table()).into_iter().flatten() {
        let DeValue::Table(dependency) = value.get_ref() else { continue };
        if !dependency.contains_key("path") {
            continue;
        }
        let name = toml_format::string(dependency, "package")
            .map_or(key.get_ref().as_ref(), |(name, _)| name);
        let Some(package) = released.get(&normal(name)) else { continue };
        let Some((requirement, span)) = toml_format::string(dependency, "version") else {
            continue;
        };
        let Some(slot) = document.slot(&span) else { continue };
        replacements.extend(raised(path, name, requirement, &slot, &package.version)?);
    }
    Ok(replacements)
}

/// Every table of dependencies of a manifest.
fn dependency_tables<'t, 'a>(manifest: &'t DeTable<'a>) -> Vec<&'t DeTable<'a>> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = toml_format::inner(manifest, "target").into_iter().flatten();
    let targets = targets.filter_map(|(_, target)| match target.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    });
    let workspace = toml_format::inner(manifest, "workspace");
    let holders = targets.chain([manifest]).chain(workspace);
    holders
        .flat_map(|holder| KINDS.iter().filter_map(|kind| toml_format::inner(holder, kind)))
        .collect()
}

/// The requirement with the release in it; none where it is already.
fn raised(
    path: &Utf8Path,
    name: &str,
    requirement: &str,
    slot: &Slot,
    version: &Version,
) -> Result<Option<Replacement>, EditError> {
    let stuck = || EditError::Requirement {
        path: path.to_owned(),
        name: name.to_owned(),
        requirement: requirement.to_owned(),
        version: version.text().to_owned(),
    };
    let cargo = Grammar::all().find(|grammar| grammar.name() == "cargo").ok_or_else(stuck)?;
    let asked = cargo.parse(requirement).map_err(|_| stuck())?;
    if let Some(raised) = asked.upgraded_to(version) {
        let is_plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let fits = raised.bytes().all(is_plain) && !raised.contains(['"', '\'', '\\']);
        return if fits {
            Ok(Some(Replacement { range: slot.range(), text: raised }))
        } else {
            Err(stuck())
        };
    }
    if asked.matches(version) { Ok(None) } else { Err(stuck()) }
}

/// The versions of own packages in a lock of cargo, uv or poetry, and where others name them with a version.
///
/// Cargo writes no source for a package in the repository, the others write one that is no registry.
fn locked(
    document: &toml_format::Document<'_>,
    is_cargo: bool,
    released: &ByName<'_>,
) -> Vec<Replacement> {
    let packages = || {
        array(document.table(), "package").iter().filter_map(|entry| match entry.get_ref() {
            DeValue::Table(package) => Some(package),
            _ => None,
        })
    };
    let mut replacements = Vec::new();
    // Own packages by name: what they were, and what they become.
    let mut moved = BTreeMap::new();
    for package in packages().filter(|package| is_own(package, is_cargo)) {
        let Some((name, _)) = toml_format::string(package, "name") else { continue };
        let Some(becomes) = released.get(&normal(name)) else { continue };
        let Some((was, span)) = toml_format::string(package, "version") else { continue };
        moved.insert(name, (was, becomes.version.text()));
        let slot = document.slot(&span);
        replacements.extend(slot.and_then(|slot| slot.replacement(becomes.version.text())));
    }
    for package in packages() {
        for dependency in array(package, "dependencies") {
            let Some(text) = dependency.get_ref().as_str() else { continue };
            let Some((name, version)) = text.split_once(' ') else { continue };
            let Some((_, becomes)) = moved.get(name).filter(|(was, _)| *was == version) else {
                continue;
            };
            let slot = document.slot(&dependency.span());
            // A text with escapes has its parts at other places.
            let slot = slot.filter(|slot| slot.version() == text);
            replacements.extend(slot.map(|slot| {
                let range = slot.range().start + name.len() + 1..slot.range().end;
                Replacement { range, text: (*becomes).to_owned() }
            }));
        }
    }
    replacements
}

/// The entries of a list in a table; none where there is no such list.
fn array<'t, 'a>(table: &'t DeTable<'a>, key: &str) -> &'t [Spanned<DeValue<'a>>] {
    match table.get(key).map(Spanned::get_ref) {
        Some(DeValue::Array(entries)) => entries,
        _ => &[],
    }
}

/// Whether a locked package lives in the repository.
fn is_own(package: &DeTable<'_>, is_cargo: bool) -> bool {
    match package.get("source").map(Spanned::get_ref) {
        None => is_cargo,
        Some(DeValue::Table(source)) => {
            let by_kind =
                ["editable", "virtual", "directory"].iter().any(|kind| source.contains_key(*kind));
            by_kind
                || toml_format::string(source, "type").is_some_and(|(kind, _)| kind == "directory")
        }
        Some(_) => false,
    }
}

/// The versions of own packages in npm's lock, whose folder is `folder`.
fn locked_by_npm(
    text: &str,
    folder: &Utf8Path,
    released: &[&Released],
) -> Result<Vec<Replacement>, String> {
    let by_folder: BTreeMap<&str, &Version> = released
        .iter()
        .filter_map(|package| {
            let inside = package.folder.strip_prefix(folder).ok()?;
            Some((inside.as_str(), &package.version))
        })
        .collect();
    let mut found: Vec<(&str, Range<usize>)> = Vec::new();
    json::scan(text, |path, range| match path {
        ["version"] => found.push(("", range)),
        ["packages", package, "version"] => found.push((package, range)),
        _ => {}
    })?;
    let replacement = |(package, range): (&str, Range<usize>)| {
        let version = by_folder.get(package)?;
        Slot::new(text, range)?.replacement(version.text())
    };
    Ok(found.into_iter().filter_map(replacement).collect())
}
