//! What a desk does by itself: follows other replicas, carries out what is due, and looks whether the store is there.

use std::{sync::Weak, time::Duration};

use tokio::{task::JoinHandle, time::sleep};
use trainyard_registry::channels::is_due;

use super::{Desk, DeskError, Inner, chain};

/// How often it looks whether something is due, and whether the store is there.
const TICK: Duration = Duration::from_secs(1);
/// After how many ticks it looks for what ripened by time alone.
const RIPENING: u32 = 30;
/// After how many ticks it forgets what nobody needs any more, from the first one on.
const FORGETTING: u32 = 3600;
/// For how long it is known what a deployment runs that does not tell it again, in microseconds: 90 days.
const DEPLOYMENTS_US: i64 = 90 * 24 * 3600 * 1_000_000;

/// The tasks of a desk; they end when this is dropped.
#[derive(Debug)]
pub struct Tasks(Vec<JoinHandle<()>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

impl Desk {
    /// Begins to follow others and to carry out what is due, until the tasks are dropped.
    pub fn begin(&self) -> Tasks {
        // Tasks hold the desk only while they work on it.
        let desk = || std::sync::Arc::downgrade(&self.inner);
        Tasks(vec![
            tokio::spawn(follow(desk())),
            tokio::spawn(tick(desk())),
            tokio::spawn(look(desk())),
        ])
    }

    /// Makes the state anew, since the database was put back to an older one.
    async fn start_over(&self) -> Result<(), DeskError> {
        let _turn = self.inner.catching_up.lock().await;
        self.begin_anew().await
    }

    /// Looks whether the store is there, and whether its log is still the one that is known.
    async fn look_once(&self) -> Result<(), DeskError> {
        let size = self.note(self.store().size().await)?;
        if size >= self.ledger().size() && !self.goes_on().await? {
            return self.start_over().await;
        }
        Ok(())
    }

    /// Forgets answers that nobody may repeat any more, sessions that have ended, and deployments that say nothing any more.
    async fn forget(&self) -> Result<(), DeskError> {
        let now = self.now(&self.ledger()).0;
        let store = self.store();
        self.note(store.forget_answers(self.inner.clock.now().0).await)?;
        self.note(store.forget_sessions(now).await)?;
        self.note(store.forget_deployments(now.saturating_sub(DEPLOYMENTS_US)).await)?;
        Ok(())
    }

    async fn follow_once(&self) -> Result<(), DeskError> {
        let known = self.ledger().size();
        let size = self.note(self.store().changed(known).await)?;
        if size < known { self.start_over().await } else { self.catch_up().await }
    }
}

async fn follow(desk: Weak<Inner>) {
    while let Some(inner) = desk.upgrade() {
        if let Err(error) = (Desk { inner }).follow_once().await {
            tracing::debug!(error = %chain(&error), "cannot follow the log");
            sleep(TICK / 2).await;
        }
    }
}

async fn look(desk: Weak<Inner>) {
    while let Some(inner) = desk.upgrade() {
        let desk = Desk { inner };
        if let Err(error) = desk.look_once().await {
            tracing::debug!(error = %chain(&error), "cannot look at the log");
        }
        drop(desk);
        sleep(TICK).await;
    }
}

async fn tick(desk: Weak<Inner>) {
    let mut ticks: u32 = 0;
    while let Some(inner) = desk.upgrade() {
        let desk = Desk { inner };
        ticks = ticks.wrapping_add(1);
        let wants_settling = {
            let ledger = desk.ledger();
            let now = desk.now(&ledger);
            is_due(&ledger.state, now) || ticks.is_multiple_of(RIPENING)
        };
        if wants_settling
            && desk.cut_off_for().is_none()
            && let Err(error) = desk.settle().await
        {
            tracing::warn!(error = %chain(&error), "cannot carry out what is due");
        }
        if ticks % FORGETTING == 1
            && let Err(error) = desk.forget().await
        {
            tracing::debug!(error = %chain(&error), "cannot forget what is over");
        }
        drop(desk);
        sleep(TICK).await;
    }
}
