//! What `pip freeze` prints.

use std::collections::BTreeMap;

use super::normal;

/// Packages with their versions; `None` where no line is one.
pub(super) fn read(text: &str) -> Option<BTreeMap<String, String>> {
    let mut packages = BTreeMap::new();
    let mut is_list = false;
    for line in text.lines().map(str::trim) {
        is_list |= line.starts_with("-e ");
        if let Some((name, version)) = package(line) {
            is_list = true;
            // A package from a file says no version.
            if !version.is_empty() {
                packages.insert(normal(name), version.to_owned());
            }
        }
    }
    is_list.then_some(packages)
}

fn package(line: &str) -> Option<(&str, &str)> {
    // pip tells the version of what is installed from a folder in a comment above it.
    if let Some(comment) = line.strip_prefix("# Editable") {
        let (_, inner) = comment.rsplit_once('(')?;
        return plain(inner.strip_suffix(')')?);
    }
    if line.starts_with('#') {
        return None;
    }
    if let Some(address) = line.strip_prefix("-e ") {
        let (address, fragment) = address.split_once('#')?;
        let mut parts = fragment.split('&');
        return Some((parts.find_map(|part| part.strip_prefix("egg="))?, reference(address)));
    }
    if let Some((name, address)) = line.split_once(" @ ") {
        let address = address.split('#').next().unwrap_or_default();
        return is_name(name.trim()).then(|| (name.trim(), reference(address)));
    }
    plain(line)
}

fn plain(line: &str) -> Option<(&str, &str)> {
    let (name, version) = line.split_once("==")?;
    let version = version.trim_start_matches('=').split([';', ' ']).next().unwrap_or_default();
    let name = name.split('[').next().unwrap_or_default().trim();
    (is_name(name) && !version.is_empty()).then_some((name, version))
}

/// What a repository's address names behind its last `@`: a tag, a branch or a commit.
fn reference(address: &str) -> &str {
    let path = address.rsplit('/').next().unwrap_or_default();
    if !address.starts_with("git+") {
        return "";
    }
    path.rsplit_once('@').map_or("", |(_, reference)| reference)
}

fn is_name(name: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    !name.is_empty() && name.chars().all(is_plain)
}
