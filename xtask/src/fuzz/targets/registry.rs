//! What a registry decides, and what it makes of a log.

use std::{cell::RefCell, collections::BTreeMap};

use trainyard_registry::{
    Actor, Ask, Command, Digest, Document as _, Entry, Event, State,
    channels::{Settle, standing},
    decide,
    offers::{Client, offer, why_not},
};

use super::Target;

#[path = "../../../../crates/registry/tests/it/model.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "the model of the registry's tests")]
mod model;
#[path = "../../../../crates/registry/tests/it/world.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "the world of the registry's tests")]
mod world;

/// More commands than this tell nothing new, and each costs as much as one of a registry's.
const MOST_BYTES: usize = 256;
/// More entries than this only take time.
const MOST_ENTRIES: usize = 64;

pub(super) fn targets() -> Vec<Target> {
    let (entries, documents) = history();
    let seeds: Vec<_> = entries.windows(3).map(|lines| lines.join("\n")).collect();
    let fold = move |text: &str| fold(text, &entries, &documents);
    let mut folded = Target::of_text("logs of a registry", seeds, fold).with_own_seeds_only();
    folded.may_stretch = false;
    vec![
        Target {
            name: "fewer than a quorum".to_owned(),
            seeds: vec![vec![0; 16], (0..=255).collect(), (0..=255).rev().collect()],
            takes_strings: false,
            may_stretch: false,
            run: Box::new(attack),
        },
        folded,
    ]
}

/// A sequence of calls by fewer than the rule asks for; that they reach production breaks the promise.
fn attack(bytes: &[u8]) -> bool {
    thread_local! {
        static ATTACK: RefCell<Option<model::Attack>> = const { RefCell::new(None) };
    }
    ATTACK.with_borrow_mut(|attack| {
        let attack = attack.get_or_insert_with(model::Attack::new);
        let came = attack.follow(bytes.get(..MOST_BYTES).unwrap_or(bytes));
        came.done > 0
    })
}

/// A log as it is written, a line each, and the documents that it names.
fn history() -> (Vec<String>, BTreeMap<Digest, Vec<u8>>) {
    let world = model::start();
    let mut documents = BTreeMap::new();
    let mut lines = Vec::new();
    for entry in &world.entries {
        lines.push(String::from_utf8_lossy(&entry.to_bytes()).into_owned());
        let kept = match &entry.event {
            Event::Published(event) => event.document.document().map(|it| it.write()),
            Event::PolicySet(event) => event.facts.document().map(|it| it.write()),
            _ => None,
        };
        if let Some(bytes) = kept {
            documents.insert(Digest::of(&bytes), bytes);
        }
    }
    (lines, documents)
}

/// Takes entries in that nobody decided, after some that were, and asks what is asked of a registry.
fn fold(text: &str, before: &[String], documents: &BTreeMap<Digest, Vec<u8>>) -> bool {
    let mut state = State::default();
    let mut take = |line: &str| {
        let Ok(mut entry) = Entry::from_bytes(state.size(), line.as_bytes()) else { return false };
        let document = entry.document().and_then(|digest| documents.get(digest)).cloned();
        _ = entry.attach(document.as_deref());
        state.apply(&entry);
        true
    };
    for line in before {
        _ = take(line);
    }
    let taken = text.lines().take(MOST_ENTRIES).filter(|line| take(line)).count();
    let now = state.last();
    let ask = Ask { actor: Actor::registry(), now, why: String::new() };
    _ = decide(&state, &ask, &Command::Settle(Settle));
    let client = Client { runs: Some("1.0.0".to_owned()), ..Client::default() };
    for product in state.products() {
        for channel in product.channels() {
            let place = (&channel.stream, &channel.name);
            _ = offer(product, place.0, place.1, &client, now);
            _ = why_not(&state, product, place, &client, "1.1.0", now);
            let Ok(sequence) = product.sequence(channel.stream.as_str()) else { continue };
            for release in sequence.newest_first().take(8) {
                _ = standing(&state, product, channel, release, now);
            }
        }
    }
    taken > 0
}
