//! `Cargo.toml`: dependencies, `rust-version`, features.
//!
//! What only building and testing need is left out. Optional dependencies that no feature names by `dep:` are features
//! themselves, as Cargo has it.

use std::collections::BTreeSet;

use trainyard_version::{Scheme, VersionSet};

use super::{
    need::{Kind, Need, Needs, insert, set_of},
    table::{Place, with_document},
};
use crate::Unreadable;

pub(super) fn read(text: &str) -> Result<Needs, Unreadable> {
    with_document(text, |manifest| {
        let mut needs = Needs::new();
        for package in [&["package"][..], &["workspace", "package"]] {
            let version = manifest.path(package).and_then(|package| package.get("rust-version"));
            if let Some((place, version)) = version.and_then(|it| Some((it, it.as_str()?))) {
                let need = Need::new(rust_version, version, place.line());
                insert(&mut needs, Kind::Platform, "rust", need);
            }
        }
        let mut optional = Vec::new();
        read_dependencies(&mut needs, &mut optional, manifest);
        manifest.get("workspace").into_iter().for_each(|workspace| {
            read_dependencies(&mut needs, &mut optional, workspace);
        });
        for (_, target) in manifest.get("target").into_iter().flat_map(Place::pairs) {
            read_dependencies(&mut needs, &mut optional, target);
        }
        read_features(&mut needs, &optional, manifest);
        needs
    })
}

/// `1.85` stands for itself and everything above.
fn rust_version(version: &str) -> Option<VersionSet> {
    let missing = 3usize.saturating_sub(version.split('.').count());
    let version = Scheme::semver().parse(&format!("{version}{}", ".0".repeat(missing))).ok()?;
    Some(VersionSet::at_least(&version))
}

fn read_dependencies<'t>(
    needs: &mut Needs,
    optional: &mut Vec<(&'t str, Option<u32>)>,
    table: Place<'t, '_>,
) {
    for (name, dependency) in table.get("dependencies").into_iter().flat_map(Place::pairs) {
        if dependency.get("optional").and_then(Place::as_bool) == Some(true) {
            optional.push((name, dependency.line()));
        }
        insert(needs, Kind::Library, name, need_of(dependency));
    }
}

fn need_of(dependency: Place<'_, '_>) -> Need {
    let line = dependency.line();
    if let Some(range) = dependency.as_str() {
        return Need::new(cargo, range, line);
    }
    let from: Vec<_> = ["package", "registry", "git", "rev", "tag", "branch"]
        .iter()
        .filter_map(|key| Some(format!("{key} = {}", dependency.get(key)?.as_str()?)))
        .collect();
    Need::new(cargo, dependency.text("version"), line).when(from.join(", "))
}

fn cargo(text: &str) -> Option<VersionSet> {
    set_of("cargo", text)
}

fn read_features(needs: &mut Needs, optional: &[(&str, Option<u32>)], manifest: Place<'_, '_>) {
    let mut named = BTreeSet::new();
    for (feature, members) in manifest.get("features").into_iter().flat_map(Place::pairs) {
        if feature == "default" {
            for member in members.items() {
                let Some(name) = member.as_str() else { continue };
                insert(needs, Kind::DefaultFeature, name, Need::any(member.line()));
            }
        } else {
            needs.insert((Kind::Feature, feature.to_owned()), Need::any(members.line()));
        }
        let members = members.items().filter_map(Place::as_str);
        named.extend(members.filter_map(|member| member.strip_prefix("dep:")));
    }
    for (name, line) in optional.iter().filter(|(name, _)| !named.contains(name)) {
        needs.entry((Kind::Feature, (*name).to_owned())).or_insert_with(|| Need::any(*line));
    }
}
