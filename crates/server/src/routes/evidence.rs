//! What proves attestations and moves without the registry: a file that [`trainyard_attest::verify_offline`] reads.

use std::collections::BTreeSet;

use trainyard_attest::AttestationBundle;
use trainyard_registry::{
    Digest, Entry, Event, Name, Refusal, channels::ChannelMoved, products::Product,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    DeskError,
    http::{Answer, Named, Reading, app::App, failure::Failure},
};

/// How many lines of the log are read at a time.
const PART: u32 = 4096;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(prove_move)).routes(routes!(prove_attestation))
}

/// What a proof is to hold.
struct Wanted {
    product: Name,
    /// The attestations, and the keys that signed them.
    ids: BTreeSet<Digest>,
    signers: BTreeSet<String>,
    /// The line that moved a channel, and what it says.
    moved: Option<(u64, ChannelMoved)>,
    /// Which policy had the channel's rule then, counted from the first.
    policy: Option<usize>,
    /// The last line that matters.
    last: u64,
}

impl Wanted {
    /// *Errors*: an attestation that is not there.
    fn new(
        product: &Product,
        ids: BTreeSet<Digest>,
        moved: Option<(u64, ChannelMoved)>,
    ) -> Result<Self, Refusal> {
        let mut signers = BTreeSet::new();
        let mut last = moved.as_ref().map_or(0, |(seq, _)| *seq);
        for id in &ids {
            let said = product.attestations().find(id);
            let said = said.ok_or_else(|| Refusal::not_found("attestation", id))?;
            signers.extend(said.attested.signers.iter().cloned());
            last = last.max(said.seq);
        }
        let product = product.name.clone();
        Ok(Self { product, ids, signers, moved, policy: None, last })
    }

    /// Notes which policy had the channel's rule when it moved.
    fn note_policy(&mut self, product: &Product, moved_at: trainyard_registry::Moment) {
        let Some((_, moved)) = &self.moved else { return };
        let has_rule = |policy: &trainyard_registry::products::PolicyRevision| {
            let rules = policy.facts.channels.get(&moved.stream);
            policy.since <= moved_at
                && rules.is_some_and(|rules| rules.contains_key(&moved.channel))
        };
        self.policy = product.policies.iter().rposition(has_rule);
    }

    /// Whether a line is part of the proof; `policies` counts those of the product that came before.
    fn holds(&self, entry: &Entry, policies: &mut usize) -> bool {
        match &entry.event {
            Event::ProductCreated(it) => it.product == self.product,
            Event::PolicySet(it) if it.product == self.product => {
                *policies += 1;
                self.policy == Some(*policies - 1)
            }
            Event::KeyEnrolled(it) => self.signers.contains(&it.id),
            Event::Published(it) => {
                let digest = self.moved.as_ref().and_then(|(_, moved)| moved.digest.as_ref());
                it.product == self.product && digest == Some(&it.digest)
            }
            Event::Attested(it) => it.product == self.product && self.ids.contains(&it.id),
            Event::ChannelMoved(_) => self.moved.as_ref().is_some_and(|(seq, _)| *seq == entry.seq),
            _ => false,
        }
    }
}

/// Everything that proves a move of a channel without the registry: what it rested on, the rule, lines of the log and proofs.
#[utoipa::path(get, tag = "channels",
    path = "/products/{product}/channels/{stream}/{channel}/history/{seq}/evidence",
    responses((status = 200, description = "The proof", body = Object)))]
async fn prove_move(
    Named((product, stream, channel, seq)): Named<(Name, Name, Name, u64)>,
    reading: Reading,
) -> Answer {
    let wanted = reading
        .look(|view| {
            let product = view.product(&product)?;
            let channel = product.channel(&stream, &channel)?;
            let moved = channel.history.iter().find(|moved| moved.seq == seq);
            let moved = moved.ok_or_else(|| Refusal::not_found("move", seq))?;
            let ids = moved.moved.relied_on.iter().cloned().collect();
            let mut wanted = Wanted::new(product, ids, Some((seq, moved.moved.clone())))?;
            wanted.note_policy(product, moved.at);
            Ok(wanted)
        })
        .await?;
    prove(reading, wanted).await
}

/// Everything that proves an attestation without the registry, as one file.
#[utoipa::path(get, path = "/products/{product}/attestations/{id}/bundle", tag = "attestations",
    responses((status = 200, description = "The proof", body = Object)))]
async fn prove_attestation(
    Named((product, id)): Named<(Name, Digest)>,
    reading: Reading,
) -> Answer {
    let wanted = reading
        .look(|view| Ok(Wanted::new(view.product(&product)?, [id.clone()].into(), None)?))
        .await?;
    prove(reading, wanted).await
}

/// *Cost*: the log is read up to the last line that matters.
async fn prove(reading: Reading, wanted: Wanted) -> Answer {
    let store = reading.app.desk().store();
    let mut lines = Vec::new();
    let mut names: Vec<Digest> = wanted.ids.iter().cloned().collect();
    let mut policies = 0;
    let mut from = 0;
    while from <= wanted.last {
        let part = store.entries(from, PART).await?;
        if part.is_empty() {
            break;
        }
        from += part.len() as u64;
        for stored in part {
            let entry = Entry::from_bytes(stored.number, &stored.body);
            let entry = entry.map_err(|error| Failure::fault(&error))?;
            if entry.seq > wanted.last || !wanted.holds(&entry, &mut policies) {
                continue;
            }
            if let Event::PolicySet(it) = &entry.event {
                names.push(it.facts.digest().clone());
            }
            let line = String::from_utf8(stored.body).map_err(|error| Failure::fault(&error))?;
            lines.push((entry.seq, line));
        }
    }
    let mut contents = Vec::new();
    for name in &names {
        let gone = || Failure::from(Refusal::not_found("content", name));
        contents.push(store.blob(&name.to_string()).await?.ok_or_else(gone)?);
    }
    let moved = wanted.moved.map(|(seq, _)| seq);
    let bundle = reading
        .look(|view| {
            let ledger = view.ledger;
            let checkpoint = view.app.desk().checkpoint(ledger, ledger.size());
            let checkpoint = checkpoint.ok_or(DeskError::Ahead)?;
            let bundle = AttestationBundle::new(&ledger.tree, checkpoint, lines, contents, moved);
            Ok(bundle.ok_or(DeskError::Ahead)?)
        })
        .await?;
    reading.answer_made(&bundle)
}
