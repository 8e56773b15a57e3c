//! What is known after some entries.

use trainyard_attest::{Hash, Tree};
use trainyard_registry::{Entry, Moment, State};
use trainyard_store::Store;

use super::DeskError;

/// How many entries are read at a time, with their documents.
pub(super) const PART: u32 = 1024;

/// What is known after some entries, and the tree over them.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What is known.
    pub state: State,
    /// The log's tree.
    pub tree: Tree,
    /// When each entry was written.
    moments: Vec<Moment>,
    /// Names exactly these entries: the front of their root.
    mark: std::sync::Arc<str>,
}

/// An entry that was read, and the hash of the bytes it was read from.
pub(super) struct Read {
    pub(super) entry: Entry,
    pub(super) leaf: Hash,
}

impl Read {
    /// Entries of a store from a number on, each with its document; at most so many, and none where there are no more.
    ///
    /// *Errors*: the store's; an entry or a document cannot be read, or a document is not there. *Cost*: two statements.
    pub(super) async fn part(store: &Store, from: u64, most: u64) -> Result<Vec<Self>, DeskError> {
        let limit = u32::try_from(most).unwrap_or(PART).min(PART);
        let stored = store.entries(from, limit).await?;
        let read = stored.iter().map(|stored| {
            let entry = Entry::from_bytes(stored.number, &stored.body)?;
            Ok(Self { entry, leaf: stored.leaf })
        });
        let mut read: Vec<_> = read.collect::<Result<_, DeskError>>()?;
        let documents = read.iter().filter_map(|read| read.entry.document());
        let documents: Vec<_> = documents.map(trainyard_registry::Digest::as_str).collect();
        let documents = store.blobs(&documents).await?;
        for read in &mut read {
            let Some(digest) = read.entry.document() else { continue };
            let document = documents.get(digest.as_str()).map(Vec::as_slice);
            read.entry.attach(document)?;
        }
        Ok(read)
    }
}

impl Ledger {
    /// What a store's first entries tell; all of them, where there are fewer. The next ones are read while these are taken in.
    ///
    /// *Errors*: as of [`Read::part`].
    pub(super) async fn read(store: &Store, most: u64) -> Result<Self, DeskError> {
        let mut ledger = Self::default();
        let mut part = Read::part(store, 0, most).await?;
        while !part.is_empty() {
            let from = ledger.size().saturating_add(part.len() as u64);
            let own = store.clone();
            let left = most.saturating_sub(from);
            let next = tokio::spawn(async move { Read::part(&own, from, left).await });
            for read in &part {
                ledger.take_in(read);
            }
            part = next.await.unwrap_or(Err(DeskError::Broken))?;
        }
        ledger.seal();
        Ok(ledger)
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// A text that no other entries have, for entity tags.
    pub fn mark(&self) -> &std::sync::Arc<str> {
        &self.mark
    }

    /// How many entries there were at a moment. *Cost*: logarithmic.
    pub fn size_at(&self, moment: Moment) -> u64 {
        self.moments.partition_point(|at| *at <= moment) as u64
    }

    /// Takes the next entry in; one that is in already, or is not the next, is passed over.
    pub(super) fn take_in(&mut self, read: &Read) {
        if read.entry.seq == self.size() {
            self.state.apply(&read.entry);
            self.tree.push(read.leaf);
            self.moments.push(read.entry.at);
        }
    }

    /// To be called after the last of some entries.
    pub(super) fn seal(&mut self) {
        let root = self.tree.root(self.size()).unwrap_or_default();
        self.mark = crate::http::wire::hex(root.get(..10).unwrap_or_default()).into();
    }
}
