//! Two engines behind one store.
//!
//! `reading!` and `writing!` expand one body twice, once for each engine's own types: so the text
//! of a query stands once, and neither engine's types are hidden behind what both have in common.

use std::{future::Future, sync::Arc, time::Duration};

use sqlx::{PgPool, SqlitePool};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::{
    Database, Options, StoreError, dialect, error::explain, follow::Listener, migrate, place::Place,
};

/// A registry's database: a log of entries, blobs by their digests, and what is not worth a place in the log.
///
/// It is cheap to clone; clones share their connections. All of it may be used from many tasks at once, and any number of
/// processes may use one database.
///
/// *Errors*: every operation answers [`StoreError::Unavailable`] within [`Options::patience`] when the database is gone,
/// and works again when it is back. Whatever is found damaged is [`StoreError::Corrupt`].
///
/// *Time* is a parameter everywhere, in microseconds since 1970.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) database: Database,
    pub(crate) options: Options,
    /// Where SQLite's file lies, which somebody else can move away meanwhile.
    place: Option<Place>,
    /// The log's size as this process last moved it.
    pub(crate) moved: watch::Sender<u64>,
    pub(crate) listener: Listener,
    pub(crate) is_closing: watch::Sender<bool>,
}

/// Connections to one of the engines.
pub(crate) enum Engine {
    /// One connection writes. What is kept in memory has no other, but has one that keeps it.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
        keeper: Option<SqlitePool>,
    },
    Postgres {
        pool: PgPool,
    },
}

/// Runs a body that reads, with a pool of whichever engine it is and, where the body asks for it, what the engine says otherwise.
macro_rules! reading {
    ($store:expr, $doing:expr, |$pool:ident $(, $dialect:ident)?| $body:expr) => {
        on_engine!($store, $doing, read, |$pool $(, $dialect)?| $body)
    };
}

/// Runs a body that writes. Each of its statements is its own transaction.
macro_rules! writing {
    ($store:expr, $doing:expr, |$pool:ident $(, $dialect:ident)?| $body:expr) => {
        on_engine!($store, $doing, write, |$pool $(, $dialect)?| $body)
    };
}

macro_rules! on_engine {
    ($store:expr, $doing:expr, $sqlite:ident, |$pool:ident $(, $dialect:ident)?| $body:expr) => {{
        let store: &$crate::Store = $store;
        match &store.inner.engine {
            $crate::engine::Engine::Sqlite { $sqlite: $pool, .. } => {
                $(use $crate::dialect::sqlite as $dialect;)?
                store.within($doing, async { $body }).await
            }
            $crate::engine::Engine::Postgres { pool: $pool } => {
                $(use $crate::dialect::postgres as $dialect;)?
                store.within($doing, async { $body }).await
            }
        }
    }};
}

impl Store {
    /// Opens a database; makes it and brings its schema up to date where that is needed.
    ///
    /// Several processes may do so at the same time. A program works with the schema of the next version too, so that old and
    /// new ones may run side by side while replicas are replaced one by one: see [`StoreError::TooNew`] for what comes later.
    pub async fn open(database: &Database, options: Options) -> Result<Self, StoreError> {
        let deadline = Instant::now() + options.connect_patience;
        let engine = loop {
            match connect(database, &options).await {
                // Another process is changing the same new file.
                Err(StoreError::Unavailable { .. }) if Instant::now() < deadline => {
                    sleep(Duration::from_millis(50)).await;
                }
                outcome => break outcome?,
            }
        };
        let mut store = Self::with(engine, database, options);
        if let (Database::File(path), Some(inner)) = (database, Arc::get_mut(&mut store.inner)) {
            inner.place = Place::of(path);
        }
        let size = store.size().await?;
        store.inner.moved.send_replace(size);
        Ok(store)
    }

    pub(crate) fn with(engine: Engine, database: &Database, options: Options) -> Self {
        let inner = Inner {
            engine,
            database: database.clone(),
            options,
            place: None,
            moved: watch::Sender::new(0),
            listener: Listener::default(),
            is_closing: watch::Sender::new(false),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The database that was opened.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// Closes all connections, after what is under way. SQLite then folds its log of writes into the file.
    ///
    /// Every later operation, of clones too, is [`StoreError::Unavailable`].
    pub async fn close(&self) {
        // Whoever waits for others' entries lets go of the connection on which it does so.
        self.inner.is_closing.send_replace(true);
        self.inner.listener.lock().await.take();
        match &self.inner.engine {
            Engine::Sqlite { read, write, keeper } => {
                read.close().await;
                write.close().await;
                if let Some(keeper) = keeper {
                    keeper.close().await;
                }
            }
            Engine::Postgres { pool } => pool.close().await,
        }
    }

    /// What an operation comes to, within the time that it may take.
    pub(crate) async fn within<T>(
        &self,
        doing: &'static str,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        if let Some(place) = &self.inner.place {
            place.check().map_err(|error| self.explain(doing, error.into()))?;
        }
        match timeout(self.inner.options.patience, work).await {
            Ok(outcome) => outcome.map_err(|error| self.explain(doing, error)),
            Err(late) => Err(StoreError::Unavailable {
                doing,
                database: self.inner.database.clone(),
                source: late.into(),
            }),
        }
    }

    pub(crate) fn explain(&self, doing: &'static str, error: sqlx::Error) -> StoreError {
        explain(doing, &self.inner.database, error)
    }

    pub(crate) fn corrupt(&self, what: impl Into<String>) -> StoreError {
        StoreError::Corrupt {
            database: self.inner.database.clone(),
            what: what.into(),
            source: None,
        }
    }

    /// A number that is never negative, as the database has it.
    pub(crate) fn natural(&self, number: i64) -> Result<u64, StoreError> {
        u64::try_from(number).map_err(|_| self.corrupt(format!("{number} where a count belongs")))
    }
}

async fn connect(database: &Database, options: &Options) -> Result<Engine, StoreError> {
    let opening = "open it";
    let explain = |error| explain(opening, database, error);
    let engine = match database {
        Database::File(path) => {
            let write = dialect::sqlite::writers(path, options).await.map_err(explain)?;
            let read = dialect::sqlite::readers(path, options);
            Engine::Sqlite { read, write, keeper: None }
        }
        Database::Memory => {
            let (only, keeper) = dialect::sqlite::memory(options).await.map_err(explain)?;
            Engine::Sqlite { read: only.clone(), write: only, keeper: Some(keeper) }
        }
        Database::Postgres(url) => {
            Engine::Postgres { pool: dialect::postgres::pool(url, options).await.map_err(explain)? }
        }
    };
    migrate::run(&engine, database).await?;
    Ok(engine)
}

/// A number as both engines keep it.
///
/// *Errors*: none of ours is that large, so it is refused.
pub(crate) fn whole(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Refused { what: format!("the number {number}") })
}
