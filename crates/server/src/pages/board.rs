//! Streams as lines with stations: where each channel points, how far that is behind, and what the next promotion waits for.

use trainyard_registry::{
    Name, VersionText,
    channels::{Channel, standing},
    products::Product,
    releases::{Release, Sequence},
};

use trainyard_version::OrderKey;

use super::words::{self, Tone, When, encoded};
use crate::http::View;

/// A stream with its channels.
pub(super) struct Stream {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) stations: Vec<Station>,
    pub(super) next: Vec<Next>,
}

/// A channel of it.
pub(super) struct Station {
    pub(super) channel: String,
    pub(super) href: String,
    pub(super) version: Option<(String, String)>,
    pub(super) since: When,
    pub(super) lag: String,
    pub(super) tone: Tone,
    pub(super) word: &'static str,
}

/// A release that stands before a channel.
pub(super) struct Next {
    pub(super) channel: String,
    pub(super) href: String,
    pub(super) version: String,
    pub(super) version_href: String,
    pub(super) missing: Vec<String>,
}

/// The address of a channel's page.
pub(super) fn channel_href(product: &Product, channel: &Channel) -> String {
    format!("/products/{}/channels/{}/{}", product.name, channel.stream, channel.name)
}

/// The address of a release's page.
pub(super) fn release_href(product: &Name, name: &str, version: &str) -> String {
    format!("/products/{product}/components/{name}/releases/{}", encoded(version))
}

/// The place of a version in the order of its scheme; none where the scheme cannot read it.
pub(super) fn order_of(product: &Product, name: &str, version: &str) -> Option<OrderKey> {
    let known = product.sequence(name).ok().and_then(|it| it.release(version)?.key.clone());
    known.or_else(|| Some(product.scheme_of(name).parse(version).ok()?.key().clone()))
}

/// How early a channel comes where rules do not say.
fn rank(name: &str) -> usize {
    let known =
        ["edge", "nightly", "dev", "beta", "candidate", "latest", "stable", "production", "lts"];
    known.iter().position(|known| *known == name).unwrap_or(known.len())
}

/// The channels of a stream, those first that releases enter first.
pub(super) fn in_order<'a>(product: &'a Product, stream: &Name) -> Vec<&'a Channel> {
    let mut channels: Vec<&Channel> =
        product.channels().filter(|channel| channel.stream == *stream).collect();
    // How many channels must be passed before; a rule that leads in circles ends with the number of channels.
    let depth = |channel: &Channel| {
        let mut depth = 0;
        let mut after = channel.rule.after.clone();
        while let Some(name) = after.take().filter(|_| depth < channels.len()) {
            depth += 1;
            after = channels.iter().find(|it| it.name == name).and_then(|it| it.rule.after.clone());
        }
        depth
    };
    let mut keyed: Vec<_> =
        channels.iter().map(|it| ((rank(it.name.as_str()), depth(it)), it.name.clone())).collect();
    keyed.sort();
    let place = |channel: &Channel| keyed.iter().position(|(_, name)| *name == channel.name);
    channels.sort_by_key(|channel| place(channel));
    channels
}

/// The streams of a product that have channels.
pub(super) fn stream_names(product: &Product) -> Vec<&Name> {
    let mut names: Vec<&Name> = product.channels().map(|channel| &channel.stream).collect();
    names.dedup();
    names
}

/// A stream as a line with stations. *Cost*: a check of one release for each channel.
pub(super) fn stream(view: &View<'_>, product: &Product, name: &Name) -> Stream {
    let channels = in_order(product, name);
    let sequence = product.sequence(name.as_str()).ok();
    let latest = channels.iter().find(|channel| channel.name.as_str() == "latest");
    let latest = latest.or_else(|| channels.first()).copied();
    let station = |channel: &&Channel| station(view, product, sequence, channel, latest);
    Stream {
        name: name.to_string(),
        href: format!("/products/{}/components/{name}", product.name),
        stations: channels.iter().map(station).collect(),
        next: channels.iter().filter_map(|channel| next(view, product, channel)).collect(),
    }
}

fn station(
    view: &View<'_>,
    product: &Product,
    sequence: Option<&Sequence>,
    channel: &Channel,
    latest: Option<&Channel>,
) -> Station {
    let moved = channel.history.last();
    let lag = sequence.zip(latest).and_then(|(sequence, latest)| {
        let behind = behind(sequence, latest.head.as_ref()?, channel.head.as_ref()?);
        let is_other = latest.name != channel.name && behind > 0;
        is_other.then(|| format!("{} behind {}", words::grouped(behind as u64), latest.name))
    });
    let release = sequence.zip(channel.head.as_ref());
    let release = release.and_then(|(sequence, head)| sequence.release(head.as_str()));
    let is_bad = release.is_some_and(|release| {
        release.yanked.is_some() || is_blocked(product, channel.stream.as_str(), release)
    });
    let (tone, word) = match (&channel.head, &channel.frozen) {
        (None, _) => (Tone::Plain, "empty"),
        (_, _) if is_bad => (Tone::Bad, "recalled"),
        (_, Some(_)) => (Tone::Waiting, "frozen"),
        _ => (Tone::Good, ""),
    };
    Station {
        channel: channel.name.to_string(),
        href: channel_href(product, channel),
        version: channel.head.as_ref().map(|head| {
            let href = release_href(&product.name, channel.stream.as_str(), head.as_str());
            (head.to_string(), href)
        }),
        since: moved.map(|moved| words::when(moved.at, view.now)).unwrap_or_default(),
        lag: lag.unwrap_or_default(),
        tone,
        word,
    }
}

/// Whether a risk that holds blocks a release.
pub(super) fn is_blocked(product: &Product, stream: &str, release: &Release) -> bool {
    product.blocks_of(stream, release).next().is_some()
}

/// How many releases lie between two, the newer one included.
fn behind(sequence: &Sequence, newer: &VersionText, older: &VersionText) -> usize {
    let between = sequence.newest_first().skip_while(|release| release.version != *newer);
    let mut count = 0;
    for release in between {
        if release.version == *older {
            return count;
        }
        count += usize::from(release.yanked.is_none() && !release.is_prerelease);
    }
    // It is the newer one of both.
    0
}

/// The release that would enter a channel next.
pub(super) fn candidate<'a>(product: &'a Product, channel: &Channel) -> Option<&'a Release> {
    let sequence = product.sequence(channel.stream.as_str()).ok()?;
    let candidate = if let Some(after) = &channel.rule.after {
        let before = product.channel(&channel.stream, after).ok()?;
        sequence.release(before.head.as_ref()?.as_str())?
    } else {
        let may_enter = |release: &&Release| {
            release.yanked.is_none() && (channel.rule.prereleases || !release.is_prerelease)
        };
        sequence.newest_first().find(may_enter)?
    };
    let Some(head) = &channel.head else { return Some(candidate) };
    // What is older than what stands there is no next one.
    let mut newer = sequence.newest_first().take_while(|release| release.version != *head);
    newer.any(|release| release.version == candidate.version).then_some(candidate)
}

fn next(view: &View<'_>, product: &Product, channel: &Channel) -> Option<Next> {
    let release = candidate(product, channel)?;
    let standing = standing(view.state, product, channel, release, view.now);
    Some(Next {
        channel: channel.name.to_string(),
        href: channel_href(product, channel),
        version: release.version.to_string(),
        version_href: release_href(
            &product.name,
            channel.stream.as_str(),
            release.version.as_str(),
        ),
        missing: standing.unmet().map(ToString::to_string).collect(),
    })
}
