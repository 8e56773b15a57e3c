//! Waiting for what other writers append.

use sqlx::{PgPool, postgres::PgListener};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use crate::{Store, StoreError, dialect::postgres::CHANNEL, engine::Engine};

/// A connection that listens, once somebody waits.
pub(crate) type Listener = Mutex<Option<PgListener>>;

/// What ended a wait.
enum Woken {
    /// This process has appended, or somebody told of an append.
    Told,
    /// Nobody told anything for a while.
    Late,
    /// The store is being closed.
    Closing,
}

impl Store {
    /// Waits until the log has another size than the one that is known, and returns it.
    ///
    /// Entries of this process and, with PostgreSQL, of all others end the wait at once; besides, the size is looked at
    /// every [`Options::poll`](crate::Options::poll), so that nothing that is lost on the way is missed. A size below what is
    /// known means that the database was put back to an older state.
    ///
    /// *Errors*: it returns when the database is not available; wait a moment and call again.
    pub async fn changed(&self, known: u64) -> Result<u64, StoreError> {
        let mut moved = self.inner.moved.subscribe();
        let mut closing = self.inner.is_closing.subscribe();
        // One waits for others' notifications, and all others see its result in the size that they poll.
        let mut listener = self.inner.listener.try_lock().ok();
        loop {
            if let (Some(listener), Engine::Postgres { pool }) =
                (listener.as_deref_mut(), &self.inner.engine)
            {
                self.listen(pool, listener).await;
            }
            moved.mark_unchanged();
            let size = self.size().await?;
            if size != known {
                return Ok(size);
            }
            let woken = tokio::select! {
                _ = moved.changed() => Woken::Told,
                _ = closing.wait_for(|is_closing| *is_closing) => Woken::Closing,
                () = told(listener.as_deref_mut()) => Woken::Told,
                () = sleep(self.inner.options.poll) => Woken::Late,
            };
            match woken {
                Woken::Told => {}
                Woken::Closing => {
                    return Err(self.explain("follow the log", sqlx::Error::PoolClosed));
                }
                // A connection may be dead without anybody saying so. If something has come meanwhile, it was not told.
                Woken::Late => {
                    if let Some(listener) = listener.as_deref_mut()
                        && self.size().await? != known
                    {
                        *listener = None;
                    }
                }
            }
        }
    }

    /// Makes sure of a listening connection. Without one, the size is looked at now and then.
    async fn listen(&self, pool: &PgPool, listener: &mut Option<PgListener>) {
        if listener.is_some() || *self.inner.is_closing.borrow() {
            return;
        }
        let connect = async {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.listen(CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        match timeout(self.inner.options.connect_patience, connect).await {
            Ok(Ok(connected)) => *listener = Some(connected),
            Ok(Err(error)) => tracing::debug!(%error, "cannot listen for others' entries"),
            Err(_) => tracing::debug!("listening for others' entries takes too long to begin"),
        }
    }
}

/// Waits for a notification, or for the end of the connection. Without a connection it waits for ever.
async fn told(listener: Option<&mut Option<PgListener>>) {
    let Some(slot) = listener else { return std::future::pending().await };
    let Some(listener) = slot else { return std::future::pending().await };
    // None is a lost connection, after which something may have been missed.
    if !matches!(listener.try_recv().await, Ok(Some(_))) {
        *slot = None;
        sleep(std::time::Duration::from_millis(100)).await;
    }
}
