//! What was said of a release, and which channels it stood in.

use trainyard_attest::Outcome;
use trainyard_registry::{
    Name, State,
    channels::{Channel, MoveKind},
    products::Product,
    releases::Release,
};

use super::{
    board,
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone},
};
use crate::http::{View, wire};

/// Attestations of a release, newest first.
pub(super) fn attestations(
    visit: &Visit,
    view: &View<'_>,
    product: &Product,
    release: &Release,
) -> Table {
    let columns = [
        ("outcome", "Outcome", ""),
        ("party", "Party", ""),
        ("by", "Signed by", ""),
        ("flavour", "Flavour", ""),
        ("environment", "Environment", "wide"),
        ("tests", "Tests", ""),
        ("at", "When", ""),
    ];
    let mut table = Table::new(visit, "attestations", "Attestations", &columns)
        .or("Nobody has tested it yet. `trainyard attest` hands a signed result in.");
    for said in product.attestations().of(&release.digest).iter().rev() {
        let it = &said.attested;
        let is_revoked =
            it.principals.iter().all(|name| has_no_key(view.state, name.as_str(), &it.signers));
        let (tone, note) = match (&said.withdrawn, it.outcome) {
            (Some(why), _) => (Tone::Plain, format!("withdrawn: {why}")),
            (None, _) if is_revoked => (Tone::Plain, "its key was revoked".to_owned()),
            (None, Outcome::Passed) => (Tone::Good, String::new()),
            (None, Outcome::Warned) => (Tone::Waiting, String::new()),
            (None, Outcome::Failed) => (Tone::Bad, String::new()),
        };
        let parties: Vec<_> = it.principals.iter().map(|name| name.party().to_owned()).collect();
        let is_own = parties.iter().any(|party| party == product.party.as_str());
        let names: Vec<_> = it.principals.iter().map(ToString::to_string).collect();
        let facts: Vec<_> =
            it.environment.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let (passed, warned, failed) = it.tests;
        let tests = match (passed, warned, failed) {
            (0, 0, 0) => String::new(),
            (passed, 0, 0) => format!("{} passed", words::grouped(passed)),
            _ => format!("{passed} passed, {warned} warned, {failed} failed"),
        };
        let outcome = Cell::text(wire::word(it.outcome)).tone(tone).note(note);
        table.push(vec![
            match &it.url {
                Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                    outcome.to(url.clone())
                }
                _ => outcome,
            },
            Cell::text(parties.join(", ")).note(if is_own { "the maker" } else { "external" }),
            Cell::text(names.join(", ")),
            Cell::text(if it.flavour.is_empty() { "the whole" } else { it.flavour.as_str() }),
            Cell::text(facts.join(", ")),
            Cell::text(tests),
            Cell::when(&words::when(said.at, view.now), said.at.0),
        ]);
    }
    table.done()
}

/// Whether every key that somebody signed with was revoked.
fn has_no_key(state: &State, principal: &str, signers: &[String]) -> bool {
    let Some(principal) = state.parties().principal(principal) else { return false };
    let own = principal.keys.iter().filter(|key| signers.iter().any(|it| it == key.id.as_str()));
    let mut is_any = false;
    for key in own {
        if key.revoked.is_none() {
            return false;
        }
        is_any = true;
    }
    is_any
}

/// The moves of channels that speak of a release, newest first.
pub(super) fn marks(
    visit: &Visit,
    view: &View<'_>,
    product: &Product,
    name: &Name,
    release: &Release,
) -> Table {
    let columns = [
        ("at", "When", ""),
        ("channel", "Channel", ""),
        ("what", "What", ""),
        ("by", "By", ""),
        ("why", "Why", "wide"),
    ];
    let mut table =
        Table::new(visit, "marks", "Marks", &columns).or("It has not entered any channel yet.");
    let mut rows = Vec::new();
    for channel in product.channels().filter(|channel| channel.stream == *name) {
        for moved in &channel.history {
            let is_out = moved.moved.removed.as_ref() == Some(&release.version);
            let is_in = moved.moved.to.as_ref() == Some(&release.version)
                && moved.moved.kind != MoveKind::Demoted;
            if !is_out && !is_in {
                continue;
            }
            let (word, tone) = if is_out {
                ("taken out".to_owned(), Tone::Bad)
            } else {
                (wire::word(moved.moved.kind), super::channel::tone(moved.moved.kind))
            };
            let evidence = match moved.moved.relied_on.len() {
                0 => String::new(),
                many => format!("on {}", words::of(many, "attestation", "attestations")),
            };
            rows.push((
                moved.at.0,
                vec![
                    Cell::when(&words::when(moved.at, view.now), moved.at.0),
                    Cell::text(channel.name.as_str()).to(board::channel_href(product, channel)),
                    Cell::text(word).tone(tone).note(evidence),
                    Cell::text(moved.by.to_string()),
                    Cell::sentence(moved.why.clone()),
                ],
            ));
        }
    }
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    for (_, row) in rows {
        table.push(row);
    }
    table.done()
}

/// Where a release stands among the channels of its stream: channel, address, how it stands, in words.
pub(super) fn places(
    view: &View<'_>,
    product: &Product,
    name: &Name,
    release: &Release,
) -> Vec<(String, String, Tone, &'static str, Vec<String>)> {
    let place = |channel: &&Channel| {
        let version = release.version.as_str();
        let href = format!(
            "{}?version={}",
            board::channel_href(product, channel),
            words::encoded(version)
        );
        let (tone, word, missing) = if channel.head.as_ref() == Some(&release.version) {
            (Tone::Good, "points to it", Vec::new())
        } else if channel.members.contains_key(&release.version) {
            (Tone::Good, "entered", Vec::new())
        } else {
            let found = trainyard_registry::channels::standing(
                view.state, product, channel, release, view.now,
            );
            let missing: Vec<_> = found.unmet().map(ToString::to_string).collect();
            if missing.is_empty() {
                (Tone::Good, "open", missing)
            } else {
                (Tone::Waiting, "waiting", missing)
            }
        };
        (channel.name.to_string(), href, tone, word, missing)
    };
    board::in_order(product, name).iter().map(place).collect()
}
