//! Poetry's ranges: PEP 440's, with `^`, `~`, `*`, bare versions, and alternatives.

use trainyard_version::VersionSet;

use super::need::pep440;

/// A range as Poetry writes it.
pub(super) fn range(text: &str) -> Option<VersionSet> {
    let alternatives = text.split('|').filter(|alternative| !alternative.is_empty());
    let sets: Option<Vec<_>> = alternatives.map(alternative).collect();
    sets.map(VersionSet::union_of)
}

/// Conditions between commas or spaces, which must all hold.
fn alternative(text: &str) -> Option<VersionSet> {
    // A space after an operator belongs to it.
    let mut conditions: Vec<String> = Vec::new();
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        match conditions.last_mut() {
            Some(last) if last.ends_with(['<', '>', '=', '^', '~', '!']) => last.push_str(word),
            _ => conditions.push(word.to_owned()),
        }
    }
    let sets: Option<Vec<_>> = conditions.iter().map(|condition| one(condition)).collect();
    sets.map(VersionSet::intersection_of)
}

fn one(condition: &str) -> Option<VersionSet> {
    if condition == "*" {
        return Some(VersionSet::full());
    }
    if let Some(version) = condition.strip_prefix('^') {
        return between(version, |parts| {
            parts.iter().position(|part| *part != 0).unwrap_or(parts.len() - 1)
        });
    }
    if let Some(version) = condition.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        return between(version, |parts| usize::from(parts.len() > 1));
    }
    if condition.starts_with(|first: char| first.is_ascii_digit()) {
        return pep440(&format!("=={condition}"));
    }
    pep440(condition)
}

/// From a version up to where the part at the returned place is raised by one.
fn between(version: &str, raised: impl Fn(&[u64]) -> usize) -> Option<VersionSet> {
    let release = version.split(['-', '+', 'a', 'b', 'r']).next()?.trim_end_matches('.');
    let parts: Vec<u64> =
        release.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let place = raised(&parts);
    let mut upper = parts.get(..=place)?.to_vec();
    let last = upper.last_mut()?;
    *last = last.checked_add(1)?;
    let upper: Vec<_> = upper.iter().map(u64::to_string).collect();
    pep440(&format!(">={version},<{}", upper.join(".")))
}
