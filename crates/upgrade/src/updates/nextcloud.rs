//! Nextcloud's update server: rules by what is installed, with shares of installations.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What an installation says of itself.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Request {
    /// Its channel, such as `stable`.
    pub channel: String,
    /// Its version, such as `9.1.6.1`.
    pub version: String,
    /// The version of PHP that it runs on.
    #[serde(default)]
    pub php: String,
    /// When it was installed; the last two digits say when it gets updates.
    #[serde(default)]
    pub mtime: String,
    /// When it was built, for daily builds, as RFC 3339 with whatever behind it.
    #[serde(default)]
    pub build: String,
}

/// What the server answers where there is an update.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// The version that is offered, as it is counted inside.
    pub version: String,
    /// Where it is.
    pub url: String,
    /// Where the way to it is described.
    pub web: String,
    /// Whether what is installed gets no more fixes.
    pub is_end_of_life: bool,
    /// The signature over the file; empty where there is none.
    pub signature: String,
    /// Whether it can be installed without a person.
    pub is_automatic: bool,
}

/// Answers a request by the server's configuration: channels, then what is installed, then shares.
///
/// The longest part of the version that has rules counts. Of its rules the first is taken that reaches the installation's
/// share, works with its PHP, and is newer. `today` is the day, as `YYYY-MM-DD`: daily builds of the day before and older
/// ones get an update.
pub fn answer(configuration: &Value, request: &Request, today: &str) -> Option<Offer> {
    let channel = configuration.get(&request.channel)?;
    let mut version: Vec<&str> = request.version.split('.').take(4).collect();
    while version.len() < 4 {
        version.push("0");
    }
    let rules = (1..=4).rev().find_map(|length| channel.get(version.get(..length)?.join(".")))?;
    let rules = rules.as_object()?;
    if rules.contains_key("downloadUrl") {
        let built = request.build.get(..10).filter(|day| day.len() == today.len());
        return built.is_some_and(|day| day < today).then(|| offer(rules));
    }
    let chance: u64 = last_two(&request.mtime);
    let php = php_of(request, version.first().copied().unwrap_or_default());
    let installed: Vec<u64> = version.iter().map(|part| part.parse().unwrap_or_default()).collect();
    let mut shares: Vec<(u64, &Map<String, Value>)> = rules
        .iter()
        .filter_map(|(share, rule)| Some((share.parse().ok()?, rule.as_object()?)))
        .collect();
    shares.sort_by_key(|(share, _)| *share);
    let text = |rule: &Map<String, Value>, key: &str| numbers(&text_of(rule, key));
    let fits = |(share, rule): &&(u64, &Map<String, Value>)| {
        chance <= *share
            && text(rule, "minPHPVersion") <= php
            && text(rule, "internalVersion") > installed
    };
    shares.iter().find(fits).map(|(_, rule)| offer(rule))
}

fn offer(rule: &Map<String, Value>) -> Offer {
    let version = text_of(rule, "internalVersion");
    Offer {
        // A daily build has no number, and is newer than all that have.
        version: if version.is_empty() { "100.0.0.0".to_owned() } else { version },
        url: text_of(rule, "downloadUrl"),
        web: text_of(rule, "web"),
        is_end_of_life: rule.get("eol").and_then(Value::as_bool).unwrap_or_default(),
        signature: text_of(rule, "signature"),
        is_automatic: rule.get("autoupdater").and_then(Value::as_bool).unwrap_or(true),
    }
}

fn text_of(rule: &Map<String, Value>, key: &str) -> String {
    rule.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn last_two(mtime: &str) -> u64 {
    let from = mtime.len().saturating_sub(2);
    mtime.get(from..).and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// Installations that do not say their PHP are taken for the oldest that was ever in use; those of one major version say
/// too low a number.
fn php_of(request: &Request, major: &str) -> Vec<u64> {
    let said = if request.php.is_empty() { "5.4.0" } else { request.php.as_str() };
    let php = numbers(said);
    if major == "11" && php.starts_with(&[5, 4]) { vec![5, 6, 0] } else { php }
}

fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split(|letter: char| !letter.is_ascii_digit());
    parts.filter(|part| !part.is_empty()).map(|part| part.parse().unwrap_or(u64::MAX)).collect()
}
