//! The rule of a channel that somebody proposes: from a policy, or from a file of its own.

use camino::Utf8Path;
use serde_json::Value;
use trainyard_policy::Policy;
use trainyard_registry::products::PolicyFacts;

use super::{channel::read_value, credentials, session::Place};
use crate::{args::Global, error::CommandError, files, site};

/// Keys by which a policy is told from a rule alone.
const OF_POLICIES: &[&str] = &["preset", "product", "components", "streams", "channels", "rules"];
/// Keys that only the registry's own words for a rule have.
const OF_REGISTRIES: &[&str] = &["soak-secs", "fresh-secs", "accepts-warned"];

/// The proposed rule of a channel, as the registry reads it: of a file, or of the policy that other commands use.
///
/// A file is a policy with the channel in it, or what would stand under `[channels.<name>]` in one, or the rule as
/// `channel show --format json` prints it.
pub(super) fn of(
    global: &Global,
    file: Option<&Utf8Path>,
    place: &Place,
) -> Result<Value, CommandError> {
    let Some(file) = file else {
        let path = credentials::policy_file(global)?.ok_or_else(|| {
            CommandError::usage("no rule is named, and there is no trainyard.toml with one")
                .hint("name a file with --rule FILE")
        })?;
        return of_policy(&site::read_policy(&path)?, path.as_str(), place);
    };
    let path = global.directory.join(file);
    let value = read_value(&path)?;
    let has = |keys: &[&str]| keys.iter().any(|key| value.get(key).is_some());
    if path.extension() != Some("toml") || has(OF_REGISTRIES) {
        return Ok(value);
    }
    let text = files::read_text(&path)?;
    if has(OF_POLICIES) {
        return of_policy(&site::parse_policy(&text, path.as_str())?, path.as_str(), place);
    }
    let after = value.get("after").and_then(Value::as_str);
    let after = after.filter(|after| *after != place.channel);
    let before = after.map(|after| format!("[channels.{after:?}]\n")).unwrap_or_default();
    let (channel, stream) = (&place.channel, &place.stream);
    // The rule comes first, so that lines are counted as in the file but for its head.
    let whole = format!("[channels.{channel:?}]\n{text}\n{before}[product]\nname = {stream:?}\n");
    of_policy(&site::parse_policy(&whole, path.as_str())?, path.as_str(), place)
}

fn of_policy(policy: &Policy, path: &str, place: &Place) -> Result<Value, CommandError> {
    let facts =
        PolicyFacts::of(policy).map_err(|error| CommandError::usage(format!("{path}: {error}")))?;
    let rule = facts.channels.get(place.stream.as_str());
    let rule = rule.and_then(|rules| rules.get(place.channel.as_str())).ok_or_else(|| {
        CommandError::usage(format!("{path} has no channel {}", place.title())).hint(format!(
            "write `[channels.{}]` into it, with what it shall ask for",
            place.channel
        ))
    })?;
    serde_json::to_value(rule).map_err(|error| CommandError::environment(&error))
}
