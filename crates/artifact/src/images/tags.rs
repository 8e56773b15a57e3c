//! Which tags name which release: pure.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_version::{Scheme, Target, Version};

use super::names::check_tag;

/// The tags of a product's image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Tags that never move, by release: its version, spelled for images.
    pub exact: BTreeMap<String, Version>,
    /// Tags that move: `1.2` and `1` with the newest final release of each, and channels.
    pub moving: BTreeMap<String, Version>,
    /// Tags that are not set, and why.
    pub left_out: Vec<LeftOut>,
}

/// A tag that is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The tag, or the version that has none.
    pub name: String,
    /// One sentence.
    pub why: String,
}

/// Says which tags name which release.
///
/// `releases` are all that may be offered; leave out what is withdrawn. `1.2` is the newest final release of its line
/// and `1` that of its major version, where the version has more numbers than that; pre-releases have their exact tag
/// alone. A tag that is the exact one of a release never moves, and a channel whose name is a version's tag has none.
/// Versions that are no plain numbers, such as with an epoch or composed of several, have their exact tag alone.
///
/// *Cost*: linear in the number of releases, but for sorted maps.
pub fn moving_tags(
    scheme: &Scheme,
    releases: &[Version],
    channels: &BTreeMap<String, Version>,
) -> Tags {
    let mut tags = Tags::default();
    for version in releases {
        match scheme.render(version, Target::Docker, None) {
            Ok(tag) => {
                tags.exact.insert(tag, version.clone());
            }
            Err(error) => {
                let name = version.canonical().to_owned();
                tags.left_out.push(LeftOut { name, why: error.to_string() });
            }
        }
    }
    let mut taken = BTreeSet::new();
    for version in releases.iter().filter(|version| !version.is_prerelease()) {
        for tag in lines(version.canonical()) {
            if tags.exact.contains_key(tag) {
                taken.insert(tag);
                continue;
            }
            let newest = tags.moving.entry(tag.to_owned()).or_insert_with(|| version.clone());
            if newest.key() < version.key() {
                *newest = version.clone();
            }
        }
    }
    let taken = taken.into_iter().map(|tag| LeftOut {
        name: tag.to_owned(),
        why: "a release has exactly this version".to_owned(),
    });
    tags.left_out.extend(taken);
    for (channel, version) in channels {
        let why = if check_tag(channel).is_err() {
            "the channel's name cannot be a tag"
        } else if tags.exact.contains_key(channel) || tags.moving.contains_key(channel) {
            "the channel is called as a version"
        } else {
            tags.moving.insert(channel.clone(), version.clone());
            continue;
        };
        tags.left_out.push(LeftOut { name: channel.clone(), why: why.to_owned() });
    }
    tags
}

/// The first number, and the first two, of a version that has more numbers than that.
fn lines(version: &str) -> impl Iterator<Item = &str> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut ends = version.match_indices('.').map(|(end, _)| end);
    let (first, second) = (ends.next(), ends.next());
    let starts_with_number =
        |part: &str| part.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    [(0, first), (first.map_or(0, |end| end + 1), second)].into_iter().map_while(
        move |(start, end)| {
            let end = end?;
            let is_line =
                is_number(version.get(start..end)?) && starts_with_number(version.get(end + 1..)?);
            is_line.then(|| version.get(..end))?
        },
    )
}
