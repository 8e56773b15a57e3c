//! What a line of the log tells people, and where that is shown.

use serde_json::{Map, Value};
use trainyard_registry::{
    Digest, Event, Name, State, VersionText,
    channels::{ChannelChanged, ScheduleEnd},
    risks::RolloutChanged,
};

use super::{
    board::release_href,
    words::{self, encoded},
};
use crate::http::wire::word;

/// What an event speaks of.
pub(super) struct Told {
    /// What it is about, with its product.
    pub(super) of: String,
    /// Where that is shown.
    pub(super) href: Option<String>,
    /// What happened to it.
    pub(super) text: String,
}

impl Told {
    fn new(
        of: impl Into<String>,
        href: impl Into<Option<String>>,
        text: impl Into<String>,
    ) -> Self {
        Self { of: of.into(), href: href.into(), text: text.into() }
    }

    fn release(product: &Name, name: &Name, version: &str, text: impl Into<String>) -> Self {
        let href = release_href(product, name.as_str(), version);
        Self::new(format!("{product}/{name} {version}"), href, text)
    }

    fn channel(place: (&Name, &Name, &Name), text: impl Into<String>) -> Self {
        let (product, stream, channel) = place;
        let href = format!("/products/{product}/channels/{stream}/{channel}");
        Self::new(format!("{product}/{stream}/{channel}"), href, text)
    }

    fn risk(product: &Name, risk: &Name, text: impl Into<String>) -> Self {
        let href = format!("/products/{product}/risks");
        Self::new(format!("{product}/{risk}"), href, text)
    }
}

/// What an event speaks of; what it names by a digest is looked up in what is known.
pub(super) fn told(event: &Event, state: &State) -> Told {
    match event {
        Event::Published(it) => {
            let text = format!("{} {}", word(it.kind), words::short(&it.digest));
            Told::release(&it.product, &it.name, it.version.as_str(), text)
        }
        Event::YankChanged(it) => {
            let text = if it.is_yanked { "yanked" } else { "listed again" };
            Told::release(&it.product, &it.name, it.version.as_str(), text)
        }
        Event::Enclosed(it) => {
            let text = format!("{} is kept beside it", word(it.kind));
            Told::release(&it.product, &it.name, it.version.as_str(), text)
        }
        Event::Attested(it) => {
            let outcome = match (it.is_approval, word(it.outcome)) {
                (true, outcome) if outcome == "PASSED" => "agrees with a move".to_owned(),
                (true, _) => "rejects a move".to_owned(),
                (false, outcome) => outcome,
            };
            let flavour =
                if it.flavour.is_empty() { String::new() } else { format!(" of {}", it.flavour) };
            said(state, &it.product, &it.subject, format!("{outcome}{flavour}"))
        }
        Event::Withdrawn(it) => {
            let product = state.product(it.product.as_str()).ok();
            let found = product.and_then(|product| product.attestations().find(&it.id));
            let subject = found.map_or(&it.id, |found| &found.attested.subject);
            said(state, &it.product, subject, "a result is taken back".to_owned())
        }
        Event::ChannelMoved(it) => {
            let place = (&it.product, &it.stream, &it.channel);
            let moved = match (&it.from, &it.to) {
                (Some(from), Some(to)) => format!("{from} → {to}"),
                (None, Some(to)) => format!("→ {to}"),
                (Some(from), None) => format!("{from} → nothing"),
                (None, None) => String::new(),
            };
            Told::channel(place, format!("{} {moved}", word(it.kind)))
        }
        Event::ChannelChanged(it) => {
            Told::channel((&it.product, &it.stream, &it.channel), changed(it))
        }
        Event::MoveScheduled(it) => {
            let text = format!("{} on {}", it.version, words::day(it.due));
            Told::channel((&it.product, &it.stream, &it.channel), text)
        }
        Event::ScheduleEnded(it) => {
            let text = match it.end {
                ScheduleEnd::Done => "the scheduled move was made".to_owned(),
                ScheduleEnd::CalledOff => "the scheduled move was called off".to_owned(),
                ScheduleEnd::Refused => {
                    format!("the scheduled move was refused: {}", it.unmet.join("; "))
                }
            };
            Told::channel((&it.product, &it.stream, &it.channel), text.trim_end_matches(": "))
        }
        Event::RolloutChanged(it) => {
            Told::channel((&it.product, &it.stream, &it.channel), rollout(it))
        }
        Event::RiskDeclared(it) => {
            let text =
                format!("{} of {} {}: {}", word(it.effect), it.stream, it.versions, it.message);
            Told::risk(&it.product, &it.risk, cut(&text))
        }
        Event::RiskLifted(it) => Told::risk(&it.product, &it.risk, "holds no more"),
        Event::WaiverRecorded(it) => {
            let version = it.version.as_deref().unwrap_or("every version");
            let href = format!("/products/{}/risks#waivers-table", it.product);
            Told::new(format!("{}/{} {version}", it.product, it.component), href, "")
        }
        Event::PolicySet(_) | Event::ProductCreated(_) => {
            let product = event.product().map(Name::as_str).unwrap_or_default();
            let end = if matches!(event, Event::PolicySet(_)) { "/policy" } else { "" };
            Told::new(product, format!("/products/{}{end}", encoded(product)), plain(event))
        }
        _ => {
            let is_of_parties = !matches!(event, Event::WebhookSet(_) | Event::WebhookRemoved(_));
            let (of, text) = named(event);
            Told::new(of, is_of_parties.then(|| "/parties".to_owned()), text)
        }
    }
}

/// What somebody said of a release, or of something else that has a digest.
fn said(state: &State, product: &Name, subject: &Digest, text: String) -> Told {
    let known = state.product(product.as_str()).ok();
    match known.and_then(|known| known.by_digest(subject)) {
        Some((name, release)) => Told::release(product, name, release.version.as_str(), text),
        None => Told::new(format!("{product} {}", words::short(subject)), None, text),
    }
}

fn changed(it: &ChannelChanged) -> String {
    match (&it.version, it.is_stopped) {
        (Some(version), true) => format!("{version} is held back"),
        (Some(version), false) => format!("{version} may enter again"),
        (None, true) => "frozen".to_owned(),
        (None, false) => "thawed".to_owned(),
    }
}

fn rollout(it: &RolloutChanged) -> String {
    let version: &VersionText = &it.version;
    let Some(rollout) = &it.rollout else { return format!("{version} is offered to everybody") };
    match (rollout.paused, rollout.lasts_secs) {
        (Some(0), _) => format!("{version} is stopped: nobody is offered it"),
        (Some(percent), _) => format!("{version} is paused at {percent} %"),
        (None, Some(secs)) => format!(
            "{version} is offered to {} %, to everybody in {}",
            rollout.first_percent,
            words::span(secs)
        ),
        (None, None) => format!("{version} is offered to {} %", rollout.first_percent),
    }
}

/// The members of an event.
fn members(event: &Event) -> Map<String, Value> {
    let Ok(Value::Object(outer)) = serde_json::to_value(event) else { return Map::new() };
    match outer.into_iter().next() {
        Some((_, Value::Object(inner))) => inner,
        _ => Map::new(),
    }
}

/// What tells an event of no release and no channel, by its own members.
fn plain(event: &Event) -> String {
    let inner = members(event);
    let parts = ["title", "text", "digest"].iter().filter_map(|key| text(&inner, key).map(cut));
    parts.collect::<Vec<_>>().join(" ")
}

/// What an event names, and what else it tells.
fn named(event: &Event) -> (String, String) {
    let inner = members(event);
    let mut names =
        ["party", "principal", "name", "token"].iter().filter_map(|key| text(&inner, key));
    let of = names.next().unwrap_or_default().to_owned();
    let rest = ["title", "id", "url"].iter().filter_map(|key| text(&inner, key).map(cut));
    let rest: Vec<_> = names.map(str::to_owned).chain(rest).collect();
    (of, rest.join(" "))
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The front of what is long.
fn cut(text: &str) -> String {
    let front: String = text.chars().take(160).collect();
    if let Some(digits) = front.strip_prefix("sha256:") {
        return digits.chars().take(12).collect();
    }
    if front.len() < text.len() { format!("{front}…") } else { front }
}
