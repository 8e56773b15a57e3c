//! Rules of channels that stand beside a policy's text.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_json::Value;
use trainyard_registry::{Invalid, Name, channels::ChannelRule};

/// Reads rules of channels, by stream and channel. *Errors*: what cannot be read, and where it stands.
pub(crate) fn rules(
    given: &BTreeMap<String, BTreeMap<String, Value>>,
) -> Result<BTreeMap<Name, BTreeMap<Name, ChannelRule>>, (String, String)> {
    let mut all = BTreeMap::new();
    for (stream, channels) in given {
        let mut rules = BTreeMap::new();
        for (channel, rule) in channels {
            let place = format!("channels.{stream}.{channel}");
            let name: Name =
                channel.parse().map_err(|error: Invalid| (place.clone(), error.to_string()))?;
            let rule =
                ChannelRule::deserialize(rule).map_err(|error| (place, error.to_string()))?;
            rules.insert(name, rule);
        }
        let place = || format!("channels.{stream}");
        let name: Name = stream.parse().map_err(|error: Invalid| (place(), error.to_string()))?;
        all.insert(name, rules);
    }
    Ok(all)
}
