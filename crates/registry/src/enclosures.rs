//! What is kept beside a release: what upgrade plans must know of it, and how its audit ended.
//!
//! A release itself never changes. What is learned of it later stands beside it, and a later edition takes an earlier one's
//! place; the log tells all of them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use trainyard_upgrade::plan::StoredRelease;

use crate::{Ask, Decided, Digest, Event, Name, Refusal, Right, Stamp, State, VersionText};

/// The largest enclosure, in bytes.
const LARGEST: usize = 4 << 20;

/// What an enclosure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnclosureKind {
    /// What upgrade plans must know of the release, as `trainyard migrations` writes it ([`StoredRelease`]).
    Upgrade,
    /// How the audit of the release ended: an object with `findings`, as `trainyard audit` writes them.
    Audit,
}

/// Asks to keep a document beside a release.
#[derive(Clone, Debug)]
pub struct Enclose {
    /// The product.
    pub product: Name,
    /// The component or stream.
    pub name: Name,
    /// The version.
    pub version: VersionText,
    /// What it is about.
    pub kind: EnclosureKind,
    /// The document.
    pub document: Box<RawValue>,
}

/// A document is kept beside a release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Enclosed {
    /// The product.
    pub product: Name,
    /// The component or stream.
    pub name: Name,
    /// The version.
    pub version: VersionText,
    /// What it is about.
    pub kind: EnclosureKind,
    /// The digest of the document, which is kept as a blob.
    pub digest: Digest,
    /// The digest of the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
}

pub(crate) fn enclose(state: &State, ask: &Ask, command: &Enclose) -> Result<Decided, Refusal> {
    let Enclose { product, name, version, kind, document } = command.clone();
    ask.actor.must(Right::Publish, Some(&product))?;
    let release =
        state.product(product.as_str())?.sequence(name.as_str())?.find(version.as_str())?;
    let text = document.get();
    if text.len() > LARGEST {
        return Err(Refusal::invalid("enclosure-too-large", "an enclosure may have 4 MiB"));
    }
    readable(kind, version.as_str(), text)?;
    let digest = Digest::of(text.as_bytes());
    let previous = release.enclosures.get(&kind).cloned();
    if previous.as_ref() == Some(&digest) {
        return Ok(Decided::nothing());
    }
    let blobs = vec![(digest.clone(), text.as_bytes().to_vec())];
    let event = Event::Enclosed(Enclosed { product, name, version, kind, digest, previous });
    Ok(Decided { events: vec![event], blobs })
}

/// Refuses what nobody could read later.
fn readable(kind: EnclosureKind, version: &str, text: &str) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    struct Audit {
        #[serde(rename = "findings")]
        _findings: Vec<serde_json::Map<String, serde_json::Value>>,
    }
    let told = |error: serde_json::Error| {
        Refusal::invalid("enclosure-unreadable", format!("the document cannot be read: {error}"))
    };
    match kind {
        EnclosureKind::Audit => serde_json::from_str::<Audit>(text).map(drop).map_err(told),
        EnclosureKind::Upgrade => {
            let stored: StoredRelease = serde_json::from_str(text).map_err(told)?;
            if stored.release.version == version {
                return Ok(());
            }
            let message =
                format!("the document speaks of {}, not of {version}", stored.release.version);
            Err(Refusal::invalid("enclosure-other", message))
        }
    }
}

impl State {
    pub(crate) fn enclosed(&mut self, event: &Enclosed, _: &Stamp) {
        let Some(product) = self.products.get_mut(&event.product) else { return };
        let Some(sequence) = product.sequences.get_mut(&event.name) else { return };
        if let Some(release) = sequence.release_mut(&event.version) {
            release.enclosures.insert(event.kind, event.digest.clone());
        }
    }
}
