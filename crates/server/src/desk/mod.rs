//! Where a registry's state and its store come together.
//!
//! The state is in memory and answers everything; the store keeps entries. A write is decided on the state, appended if nobody
//! else has appended meanwhile, and then taken in. Other replicas' entries are followed.

mod error;
mod follow;
mod ledger;
mod many;
mod marks;
mod open;
mod past;
mod write;

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use trainyard_attest::{Checkpoint, NoteKey, PrivateKey, SignedNote};
use trainyard_registry::Moment;
use trainyard_store::{Store, StoreError};

pub use self::{
    error::DeskError,
    ledger::Ledger,
    many::Told,
    open::{DeskSettings, Opened},
    past::Beginning,
    write::{Compose, Condition, IdempotencyKey, Outcome, Wish, Writer, Written},
};
use self::{
    ledger::{Front, PART, Read},
    marks::Marks,
    past::Past,
};
use crate::{Clock, Randomness};

/// A registry's state with its store. Clones are the same desk.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Clock,
    randomness: Randomness,
    origin: String,
    key: PrivateKey,
    ledger: RwLock<Ledger>,
    /// The ledger's marks, for those who need nothing else of it.
    marks: ArcSwap<Marks>,
    /// Writers of this process take turns, so that they do not make each other decide again.
    writing: tokio::sync::Mutex<()>,
    catching_up: tokio::sync::Mutex<()>,
    past: Past,
    /// Whoever has the whole log in memory takes a turn.
    reading_all: Arc<tokio::sync::Mutex<()>>,
    is_cut_off: AtomicBool,
    last_reached: Mutex<Instant>,
    /// Whether the log goes on with what this program does not know; then why, and since when.
    is_behind: AtomicBool,
    behind: Mutex<Option<(String, Instant)>>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Desk").field("origin", &self.inner.origin).finish_non_exhaustive()
    }
}

impl Desk {
    /// The store.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The source of randomness.
    pub fn randomness(&self) -> &Randomness {
        &self.inner.randomness
    }

    /// What is known now. The guard must not be held for long: writers wait for it.
    pub fn ledger(&self) -> RwLockReadGuard<'_, Ledger> {
        self.inner.ledger.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The marks of what is known now. It takes no lock.
    pub(crate) fn marks(&self) -> arc_swap::Guard<Arc<Marks>> {
        self.inner.marks.load()
    }

    /// The time that a decision counts with: never before the newest entry's.
    pub fn now(&self, ledger: &Ledger) -> Moment {
        self.inner.clock.now().max(ledger.state.last())
    }

    /// How long ago everything was last known, where it is not now: the store is not reached, or the log goes on with entries
    /// of a later version of this program.
    pub fn cut_off_for(&self) -> Option<Duration> {
        if !self.is_reached() {
            let last = self.inner.last_reached.lock().unwrap_or_else(PoisonError::into_inner);
            return Some(last.elapsed());
        }
        if !self.inner.is_behind.load(Ordering::Relaxed) {
            return None;
        }
        let behind = self.inner.behind.lock().unwrap_or_else(PoisonError::into_inner);
        behind.as_ref().map(|(_, since)| since.elapsed())
    }

    /// Whether the store answered last time.
    pub fn is_reached(&self) -> bool {
        !self.inner.is_cut_off.load(Ordering::Relaxed)
    }

    /// Why nothing more of the log is taken in, where a later version of this program wrote it.
    pub fn behind(&self) -> Option<String> {
        if !self.inner.is_behind.load(Ordering::Relaxed) {
            return None;
        }
        let behind = self.inner.behind.lock().unwrap_or_else(PoisonError::into_inner);
        behind.as_ref().map(|(why, _)| why.clone())
    }

    /// Notes whether the log goes on with what this program knows. What it does not know is never guessed at.
    fn note_behind(&self, error: Option<&DeskError>) {
        let mut behind = self.inner.behind.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            Some(error) if error.is_of_later_version() => {
                if behind.is_none() {
                    let why = chain(error);
                    tracing::error!(why, "the log goes on with what only a later version knows");
                    *behind = Some((why, Instant::now()));
                }
            }
            Some(_) => return,
            None => *behind = None,
        }
        self.inner.is_behind.store(behind.is_some(), Ordering::Relaxed);
    }

    /// Why nothing can be written now, where it is known before it is tried.
    pub(crate) fn refuses(&self) -> Option<DeskError> {
        if !self.is_reached() {
            return Some(DeskError::CutOff);
        }
        self.inner.is_behind.load(Ordering::Relaxed).then_some(DeskError::Behind)
    }

    /// Notes whether the store answered.
    fn note<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        match &outcome {
            Err(error) if error.is_temporary() => {
                if !self.inner.is_cut_off.swap(true, Ordering::Relaxed) {
                    tracing::warn!(error = %chain(error), "the database cannot be reached");
                }
            }
            _ => {
                *self.inner.last_reached.lock().unwrap_or_else(PoisonError::into_inner) =
                    Instant::now();
                if self.inner.is_cut_off.swap(false, Ordering::Relaxed) {
                    tracing::info!("the database is reached again");
                }
            }
        }
        outcome
    }

    /// The same for what asks the store among other things.
    fn noted<T>(&self, outcome: Result<T, DeskError>) -> Result<T, DeskError> {
        match outcome {
            Err(DeskError::Store(error)) => Ok(self.note(Err(error))?),
            outcome => {
                self.note(Ok(()))?;
                outcome
            }
        }
    }

    /// Takes in what came after the entries that are known. *Errors*: the store's, and entries that cannot be read.
    pub async fn catch_up(&self) -> Result<(), DeskError> {
        let _turn = self.inner.catching_up.lock().await;
        loop {
            let from = self.ledger().size();
            let Front { read, unreadable } =
                self.noted(Front::from(self.store(), from, u64::MAX).await)?;
            if !read.is_empty() && !self.goes_on().await? {
                return self.begin_anew().await;
            }
            self.take_in(&read);
            if let Some(error) = unreadable.map(DeskError::from) {
                self.note_behind(Some(&error));
                return Err(error);
            }
            if read.len() < PART as usize {
                self.note_behind(None);
                return Ok(());
            }
        }
    }

    /// Whether the store's log is the one that is known, as far as it is known. A database that was put back to an older state and
    /// written to has other entries in the same places.
    pub(super) async fn goes_on(&self) -> Result<bool, DeskError> {
        let newest = {
            let ledger = self.ledger();
            ledger.size().checked_sub(1).map(|newest| (newest, ledger.tree.node(0, newest)))
        };
        let Some((newest, leaf)) = newest else { return Ok(true) };
        let stored = self.note(self.store().entries(newest, 1).await)?;
        Ok(stored.first().map(|stored| stored.leaf) == leaf)
    }

    /// Makes the state anew, since the database was put back to an older one. To be called in one's turn to catch up.
    pub(super) async fn begin_anew(&self) -> Result<(), DeskError> {
        tracing::warn!("the log is another than it was; the registry's state is made anew");
        let fresh = self.noted(Ledger::read(self.store(), u64::MAX).await)?;
        // Nobody looks into the other log's past any more, nor makes a past state of it meanwhile.
        let mut past = self.inner.past.lock().await;
        past.clear();
        let mut ledger = self.inner.ledger.write().unwrap_or_else(PoisonError::into_inner);
        self.show(&fresh);
        *ledger = fresh;
        Ok(())
    }

    fn take_in(&self, read: &[Read]) {
        if read.is_empty() {
            return;
        }
        let mut ledger = self.inner.ledger.write().unwrap_or_else(PoisonError::into_inner);
        for read in read {
            ledger.take_in(read);
        }
        ledger.seal();
        self.show(&ledger);
    }

    /// Lets everybody see that the ledger is another; to be called before the lock is given back.
    fn show(&self, ledger: &Ledger) {
        self.inner.marks.store(Arc::clone(ledger.marks()));
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.inner.origin
    }

    /// The key that signs checkpoints.
    pub fn key(&self) -> &PrivateKey {
        &self.inner.key
    }

    /// The public half of that key, as checkpoints are checked with it. `None` where the log's name is no name for keys.
    pub fn note_key(&self) -> Option<NoteKey> {
        NoteKey::new(self.origin(), self.key().public_key()).ok()
    }

    /// The signed checkpoint of a tree of so many entries; `None` where there are not as many.
    pub fn checkpoint(&self, ledger: &Ledger, size: u64) -> Option<String> {
        let root = ledger.tree.root(size)?;
        let checkpoint = Checkpoint { origin: self.origin().to_owned(), size, root };
        let mut note = SignedNote::new(checkpoint.to_string()).ok()?;
        note.sign(self.origin(), self.key()).ok()?;
        Some(note.to_string())
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
