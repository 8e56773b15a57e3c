//! Where a registry's state and its store come together.
//!
//! The state is in memory and answers everything; the store keeps entries. A write is decided on the state, appended if nobody
//! else has appended meanwhile, and then taken in. Other replicas' entries are followed.

mod error;
mod follow;
mod ledger;
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
    open::{DeskSettings, Opened},
    write::{Compose, Condition, IdempotencyKey, Outcome, Wish, Writer, Written},
};
use self::{
    ledger::{PART, Read},
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
    /// The ledger's mark, for those who need nothing else of it.
    mark: ArcSwap<Arc<str>>,
    /// Writers of this process take turns, so that they do not make each other decide again.
    writing: tokio::sync::Mutex<()>,
    catching_up: tokio::sync::Mutex<()>,
    past: Past,
    is_cut_off: AtomicBool,
    last_reached: Mutex<Instant>,
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

    /// The mark of what is known now. It takes no lock.
    pub(crate) fn mark(&self) -> Arc<str> {
        Arc::clone(&self.inner.mark.load())
    }

    /// The time that a decision counts with: never before the newest entry's.
    pub fn now(&self, ledger: &Ledger) -> Moment {
        self.inner.clock.now().max(ledger.state.last())
    }

    /// How long ago the store was last reached, where it is not reached now.
    pub fn cut_off_for(&self) -> Option<Duration> {
        let is_cut_off = self.inner.is_cut_off.load(Ordering::Relaxed);
        is_cut_off.then(|| {
            self.inner.last_reached.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
        })
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
            let read = self.noted(Read::part(self.store(), from, u64::MAX).await)?;
            self.take_in(&read);
            if read.len() < PART as usize {
                return Ok(());
            }
        }
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
        self.inner.mark.store(Arc::new(Arc::clone(ledger.mark())));
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
