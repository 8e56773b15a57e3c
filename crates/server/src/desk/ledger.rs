//! What is known after some entries.

use std::{collections::HashMap, pin::pin, task::Poll};

use futures_util::poll;
use trainyard_attest::{Hash, Tree};
use trainyard_registry::{Digest, Entry, Moment, State, UnreadableEntry};
use trainyard_store::{Store, StoredEntry};

use super::{
    DeskError,
    marks::{Marks, Newest},
};

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
    newest: Newest,
    marks: std::sync::Arc<Marks>,
}

/// An entry that was read, and the hash of the bytes it was read from.
pub(super) struct Read {
    pub(super) entry: Entry,
    pub(super) leaf: Hash,
}

/// Entries in their order up to the first that cannot be read, and why it cannot.
#[derive(Default)]
pub(super) struct Front {
    pub(super) read: Vec<Read>,
    pub(super) unreadable: Option<UnreadableEntry>,
}

impl Front {
    /// Entries without the documents that they name.
    fn of(stored: &[StoredEntry]) -> Self {
        let mut front = Self { read: Vec::with_capacity(stored.len()), unreadable: None };
        for stored in stored {
            match Entry::from_bytes(stored.number, &stored.body) {
                Ok(entry) => front.read.push(Read { entry, leaf: stored.leaf }),
                Err(error) => {
                    front.unreadable = Some(error);
                    break;
                }
            }
        }
        front
    }

    /// The digests of the documents that the entries name.
    fn documents(&self) -> Vec<String> {
        let named = self.read.iter().filter_map(|read| read.entry.document());
        named.map(Digest::to_string).collect()
    }

    /// Gives each entry its document; it ends at the first that has none.
    fn attach(&mut self, documents: &HashMap<String, Vec<u8>>) {
        let attach = |read: &mut Read| {
            let Some(digest) = read.entry.document() else { return Ok(()) };
            let document = documents.get(&digest.to_string()).map(Vec::as_slice);
            read.entry.attach(document)
        };
        let mut attached = self.read.iter_mut().map(attach).enumerate();
        if let Some((place, error)) = attached.find_map(|(place, it)| Some((place, it.err()?))) {
            self.read.truncate(place);
            self.unreadable = Some(error);
        }
    }

    /// Entries of a store from a number on, each with its document; at most so many, and none where there are no more.
    ///
    /// *Errors*: the store's. *Cost*: two statements.
    pub(super) async fn from(store: &Store, from: u64, most: u64) -> Result<Self, DeskError> {
        let mut front = Self::of(&store.entries(from, part(most)).await?);
        front.attach(&store.blobs(&front.documents()).await?);
        Ok(front)
    }

    /// The entries. *Errors*: one of them cannot be read.
    pub(super) fn all(self) -> Result<Vec<Read>, DeskError> {
        self.unreadable.map_or(Ok(self.read), |error| Err(error.into()))
    }
}

/// How many entries to read at once, of so many.
fn part(most: u64) -> u32 {
    u32::try_from(most).unwrap_or(PART).min(PART)
}

/// What comes of work that was begun.
async fn ended<F: Future>(begun: Poll<F::Output>, work: F) -> F::Output {
    match begun {
        Poll::Ready(output) => output,
        Poll::Pending => work.await,
    }
}

impl Ledger {
    /// What a store's first entries tell; all of them, where there are fewer.
    ///
    /// A statement is begun before what came before it is worked on, so that its rows gather meanwhile: one that is waited
    /// for wakes the waiting task for each row, which costs more than the row does.
    ///
    /// *Errors*: the store's; an entry or a document cannot be read, or a document is not there.
    pub(super) async fn read(store: &Store, most: u64) -> Result<Self, DeskError> {
        let mut ledger = Self::default();
        let mut asked = u64::from(part(most));
        let mut stored = store.entries(0, part(most)).await?;
        let (mut bare, mut whole) = (Front::default(), Vec::new());
        while !(stored.is_empty() && bare.read.is_empty() && whole.is_empty()) {
            let mut entries = pin!(store.entries(asked, part(most.saturating_sub(asked))));
            let begun = poll!(&mut entries);
            asked = asked.saturating_add(PART.into());
            let names = bare.documents();
            let mut documents = pin!(store.blobs(&names));
            let found = poll!(&mut documents);

            let next = Front::of(&stored);
            for read in std::mem::take(&mut whole) {
                ledger.take_in(&read);
            }

            // The other order would wait for ever where there is one connection, which the first statement has.
            stored = ended(begun, entries).await?;
            bare.attach(&ended(found, documents).await?);
            whole = std::mem::replace(&mut bare, next).all()?;
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

    /// The same for each product.
    pub(crate) fn marks(&self) -> &std::sync::Arc<Marks> {
        &self.marks
    }

    /// How many entries there were at a moment. *Cost*: logarithmic.
    pub fn size_at(&self, moment: Moment) -> u64 {
        self.moments.partition_point(|at| *at <= moment) as u64
    }

    /// Takes the next entry in; one that is in already, or is not the next, is passed over.
    pub(super) fn take_in(&mut self, read: &Read) {
        if read.entry.seq == self.size() {
            self.state.apply(&read.entry);
            self.newest.take_in(&read.entry.event, read.leaf);
            self.tree.push(read.leaf);
            self.moments.push(read.entry.at);
        }
    }

    /// To be called after the last of some entries.
    pub(super) fn seal(&mut self) {
        let root = self.tree.root(self.size()).unwrap_or_default();
        self.mark = hex::encode(root.get(..10).unwrap_or_default()).into();
        self.marks = self.newest.marks(&self.mark).into();
    }
}
