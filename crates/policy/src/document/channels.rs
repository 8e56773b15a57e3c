//! What users are pointed to, and what a release must have shown before.

use std::fmt::Write;

use super::words::{cell, code, escaped, joined};
use crate::{Channel, Maturity, Policy, Stream};

/// The section; no blocks where the policy has no channels.
pub(super) fn blocks(policy: &Policy) -> Vec<String> {
    // Streams whose channels ask for the same are told of together.
    let mut sets: Vec<(Vec<&Stream>, &[Channel])> = Vec::new();
    for stream in policy.streams.iter().filter(|stream| !stream.channels.is_empty()) {
        match sets.iter_mut().find(|(_, known)| **known == stream.channels) {
            Some((streams, _)) => streams.push(stream),
            None => sets.push((vec![stream], &stream.channels)),
        }
    }
    if sets.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![
        "## Channels".to_owned(),
        "A channel points to one release at a time. Nothing enters a channel that was withdrawn, that a known risk \
         blocks, whose parts do not fit together, or of which somebody's tests say that it fails."
            .to_owned(),
    ];
    let is_only = sets.len() == 1 && policy.streams.iter().all(|it| !it.channels.is_empty());
    for (streams, channels) in sets {
        if !is_only {
            let titles: Vec<String> =
                streams.iter().map(|stream| format!("**{}**", escaped(&stream.title))).collect();
            blocks.push(format!("Channels of {}:", joined(&titles)));
        }
        blocks.push(table(channels));
    }
    blocks
}

fn table(channels: &[Channel]) -> String {
    let mut table =
        "| channel | what it is | what a release shows to enter |\n|---|---|---|\n".to_owned();
    for channel in channels {
        let description = cell(channel.description.as_deref().unwrap_or(""));
        let demands = cell(&demands(channel).join(" "));
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {} | {description} | {demands} |", code(&channel.name));
    }
    table
}

/// What a channel asks for, a sentence each.
fn demands(channel: &Channel) -> Vec<String> {
    let mut demands = vec![opening(channel).to_owned()];
    demands.extend(waiting(channel));
    demands.extend(
        match channel.maturity {
            Maturity::Alpha => None,
            Maturity::Beta => Some("beta or stable"),
            Maturity::Stable => Some("stable"),
        }
        .map(|wanted| {
            format!(
                "Everything in it is {wanted}, or a recorded waiver says why it is let through."
            )
        }),
    );
    demands.extend(evidence(channel));
    let forced = channel.forced_by.max(channel.principals);
    if forced > 1 {
        demands.push(format!(
            "Where evidence is missing, {forced} may let it in together, which stays visible."
        ));
    }
    demands.extend(channel.ends.map(|day| format!("Nothing enters after {day}.")));
    demands
}

fn opening(channel: &Channel) -> &'static str {
    match (channel.follows, channel.prereleases) {
        (true, true) => "The newest release enters by itself; pre-releases do, too.",
        (true, false) => "The newest final release enters by itself.",
        (false, true) => "It is chosen by hand, and may be a pre-release.",
        (false, false) => "It is a final release, chosen by hand.",
    }
}

fn waiting(channel: &Channel) -> Option<String> {
    match (&channel.after, channel.soak) {
        (Some(after), Some(soak)) => {
            Some(format!("It has been in {} for {soak} at least.", code(after)))
        }
        (Some(after), None) => Some(format!("It entered {} before.", code(after))),
        (None, Some(soak)) => Some(format!("It was published {soak} before at least.")),
        (None, None) => None,
    }
}

/// Who validated it, on what, and when.
fn evidence(channel: &Channel) -> Option<String> {
    let counted = |count: u32, one: &str, many: &str| {
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    };
    let principals = counted(channel.principals, "person or robot", "people or robots");
    let environments = counted(channel.environments, "environment", "environments");
    let (who, where_) = match (principals, environments) {
        (None, None) => return None,
        (Some(who), where_) => (format!("{who} other than its authors"), where_),
        (None, where_) => ("Tests".to_owned(), where_),
    };
    let mut text = format!("{who} validated it");
    // Writing to a string cannot fail, below as here.
    if let Some(places) = where_ {
        let _ = write!(text, " on {places}");
    }
    let parties = counted(channel.parties, "organisation", "organisations");
    let external = (channel.external > 0).then(|| format!("{} from outside", channel.external));
    let of: Vec<String> =
        parties.map(|it| format!("of {it}")).into_iter().chain(external).collect();
    if !of.is_empty() {
        let _ = write!(text, ", {}", joined(&of));
    }
    if let Some(span) = channel.fresh {
        let _ = write!(text, ", within the last {span}");
    }
    if !channel.flavours.is_empty() {
        let flavours: Vec<String> = channel.flavours.iter().map(|name| code(name)).collect();
        let _ = write!(text, ", for each of {}", joined(&flavours));
    }
    text.push_str(if channel.accepts_warnings { "; warnings do no harm." } else { "." });
    Some(text)
}
