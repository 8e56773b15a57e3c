//! What an upgrade leads to: one release, a bundle's pins, or what a channel offers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What an upgrade leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What people call it: a version, a bundle with its version, a channel.
    pub title: String,
    /// What each component shall be: a version, a tag, a line for its newest release, or `latest`.
    pub wanted: BTreeMap<String, String>,
}

impl Target {
    /// One component's release.
    pub fn release(component: impl Into<String>, wanted: impl Into<String>) -> Self {
        let wanted = wanted.into();
        Self { title: wanted.clone(), wanted: BTreeMap::from([(component.into(), wanted)]) }
    }

    /// A bundle's pins, by name and version.
    pub fn bundle<N: Into<String>, V: Into<String>>(
        title: impl Into<String>,
        pins: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let wanted = pins.into_iter().map(|(name, version)| (name.into(), version.into()));
        Self { title: title.into(), wanted: wanted.collect() }
    }
}

/// What channels offer now: the newest release of each component in each channel.
///
/// A registry fills it in; as a file it is TOML or JSON:
///
/// ```toml
/// [channels.stable]
/// manager = "25.6.3"
/// agent = "25.6.3"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelHeads {
    /// By channel, then by component.
    pub channels: BTreeMap<String, BTreeMap<String, String>>,
}

impl ChannelHeads {
    /// Reads a file, TOML or JSON.
    ///
    /// *Errors*: what is no such file, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with('{') {
            return serde_json::from_str(text).map_err(|error| error.to_string());
        }
        toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text.get(..span.start).unwrap_or(text).lines());
            let line = line.map(|lines| format!("line {}: ", lines.count().max(1)));
            format!("{}{}", line.unwrap_or_default(), error.message())
        })
    }

    /// What a channel leads to; `None` where there is no such channel.
    pub fn target(&self, channel: &str) -> Option<Target> {
        let heads = self.channels.get(channel)?;
        Some(Target { title: format!("channel {channel}"), wanted: heads.clone() })
    }

    /// The channels that there are, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.channels.keys().map(String::as_str)
    }
}
