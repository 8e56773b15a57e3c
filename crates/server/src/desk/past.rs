//! What the registry would have answered on a day.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, MutexGuard, OwnedMutexGuard},
    time::timeout,
};
use trainyard_registry::{Entry, Moment};

use super::{Desk, DeskError, Ledger, ledger::Front};

/// How many past states are kept; each is as large as the present one.
const KEPT: usize = 2;
/// How long to wait while others look into the past.
const PATIENCE: Duration = Duration::from_secs(5);

/// Past states that were asked for last. Whoever holds the lock makes one, so that never more than one is being made.
#[derive(Debug, Default)]
pub(super) struct Past(Mutex<VecDeque<Arc<Ledger>>>);

impl Past {
    /// Waits for one's turn, however long.
    pub(super) async fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Ledger>>> {
        self.0.lock().await
    }
}

/// The entries of a log's beginning. Nobody else has them in memory until this is dropped.
#[derive(Debug)]
pub struct Beginning {
    /// The entries, with their documents.
    pub entries: Vec<Entry>,
    _turn: OwnedMutexGuard<()>,
}

impl Desk {
    /// What was known at a moment. *Errors* and *Cost*: as [`Desk::at_size`].
    pub async fn at(&self, moment: Moment) -> Result<Arc<Ledger>, DeskError> {
        let size = self.ledger().size_at(moment);
        self.at_size(size).await
    }

    /// What was known after so many entries.
    ///
    /// *Errors*: there are not so many; the store does not answer; too many others ask the like. *Cost*: all those entries are
    /// read again, unless somebody asked for the same just before.
    pub async fn at_size(&self, size: u64) -> Result<Arc<Ledger>, DeskError> {
        if size > self.ledger().size() {
            return Err(DeskError::Ahead);
        }
        let kept = timeout(PATIENCE, self.inner.past.0.lock()).await;
        let mut kept = kept.map_err(|_| DeskError::Busy)?;
        if let Some(found) = kept.iter().find(|ledger| ledger.size() == size) {
            return Ok(Arc::clone(found));
        }
        let ledger = Arc::new(self.replayed(size).await?);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(Arc::clone(&ledger));
        Ok(ledger)
    }

    /// The entries of a log's beginning, with their documents.
    ///
    /// *Errors*: the store's; there are not so many; too many others ask the like. *Cost*: all of them are in memory, for one
    /// caller at a time.
    pub async fn beginning(&self, size: u64) -> Result<Beginning, DeskError> {
        let turn = timeout(PATIENCE, Arc::clone(&self.inner.reading_all).lock_owned()).await;
        let turn = turn.map_err(|_| DeskError::Busy)?;
        let mut entries = Vec::new();
        while (entries.len() as u64) < size {
            let from = entries.len() as u64;
            let front = self.noted(Front::from(self.store(), from, size - from).await)?;
            let part = front.all()?;
            if part.is_empty() {
                return Err(DeskError::Ahead);
            }
            entries.extend(part.into_iter().map(|read| read.entry));
        }
        Ok(Beginning { entries, _turn: turn })
    }

    async fn replayed(&self, size: u64) -> Result<Ledger, DeskError> {
        let ledger = self.noted(Ledger::read(self.store(), size).await)?;
        if ledger.size() < size { Err(DeskError::Ahead) } else { Ok(ledger) }
    }
}
