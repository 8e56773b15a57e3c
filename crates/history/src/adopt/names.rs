//! Names of tags, as what stands before a version and the version.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_version::{Scheme, Template};

use super::padding;
use crate::facts::Tag;

/// A name as what stands before its version, and the rest. Digits within a word, as in `lib2-1.0.0`, begin no version.
pub(super) fn split(name: &str) -> (&str, &str) {
    let first_digit = |text: &str| text.find(|letter: char| letter.is_ascii_digit());
    let start = first_digit(name).unwrap_or(name.len());
    let word_end = name[start..].find(|letter: char| !letter.is_ascii_digit());
    let after_word = word_end.map(|end| start + end).filter(|end| {
        let is_word =
            name[..start].len() - name[..start].trim_end_matches(char::is_alphabetic).len() > 1;
        is_word && name[*end..].starts_with(['-', '_', '/', '@'])
    });
    let later = after_word.and_then(|end| Some(end + first_digit(&name[end..])?));
    name.split_at(later.unwrap_or(start))
}

/// Whether a text is a version just as the scheme writes it.
pub(super) fn is_spelled(scheme: &Scheme, text: &str) -> bool {
    // A number alone is rather a counter than a release, but for a day.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let unpadded = padding::without(scheme, text);
    (!is_number || text.len() == 8)
        && scheme.parse(&unpadded).is_ok_and(|version| version.canonical() == unpadded)
}

/// How many numbers a text is made of, where it is nothing but numbers and dots.
pub(super) fn numbers(text: &str) -> Option<usize> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').all(is_number).then(|| text.split('.').count())
}

/// Tags such as `v1` and `v1.1` that are moved to the newest release they abbreviate.
pub(super) fn moving_tags(tags: &[Tag]) -> BTreeSet<&str> {
    let whole = || tags.iter().filter(|tag| numbers(split(&tag.name).1) == Some(3));
    let whole_names: BTreeSet<_> = whole().map(|tag| tag.name.as_str()).collect();
    let places: BTreeMap<_, _> = whole().map(|tag| (tag.commit, tag.name.as_str())).collect();
    let moves = |tag: &&Tag| {
        let (prefix, text) = split(&tag.name);
        let Some(count @ 1..=2) = numbers(text) else { return false };
        let within = format!("{}.", tag.name);
        let abbreviates = whole_names
            .range(within.as_str()..)
            .next()
            .is_some_and(|name| name.starts_with(&within));
        let twin = format!("{}{}", tag.name, ".0".repeat(3 - count));
        abbreviates
            && (whole_names.contains(twin.as_str())
                || tag.commit.is_some_and(|commit| places.contains_key(&Some(commit)))
                || (count == 1 && !prefix.is_empty()))
    };
    tags.iter().filter(moves).map(|tag| tag.name.as_str()).collect()
}

/// What stands before the versions in tags, the most frequent first.
pub(super) fn prefixes<'n>(scheme: &Scheme, tags: &[&'n Tag]) -> Vec<(&'n str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (prefix, text) in tags.iter().map(|tag| split(&tag.name)) {
        if is_spelled(scheme, text) {
            *counts.entry(prefix).or_default() += 1;
        }
    }
    let mut prefixes: Vec<_> = counts.into_iter().collect();
    prefixes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    prefixes
}

/// Whether a prefix is one that any project may have before a version, and no component's name.
pub(super) fn is_customary(prefix: &str) -> bool {
    ["", "v", "V", "release-", "release/", "release-v", "release/v", "rel-", "version-"]
        .contains(&prefix)
}

/// Puts the template of the most frequent prefix first, before what the preset reads.
pub(super) fn adopt_prefixes(tags: &mut Vec<Template>, prefixes: &[(&str, usize)]) {
    let customary = prefixes
        .iter()
        .enumerate()
        .filter(|(place, (prefix, _))| *place == 0 || is_customary(prefix));
    let adopted = customary.filter_map(|(_, (prefix, _))| {
        let escaped = !prefix.contains(['{', '}']);
        escaped.then(|| Template::parse(&format!("{prefix}{{version}}")).ok()).flatten()
    });
    let mut adopted: Vec<_> = adopted.collect();
    for template in tags.drain(..) {
        if !adopted.contains(&template) {
            adopted.push(template);
        }
    }
    *tags = adopted;
}

/// The part that a prefix names, as in `other-1.0.0`.
pub(super) fn named_part(prefix: &str) -> Option<&str> {
    let part = prefix.trim_end_matches('v');
    let name = part.trim_end_matches(['-', '_', '/', '@']);
    (part.len() > name.len() && !name.is_empty() && !is_customary(prefix)).then_some(name)
}
