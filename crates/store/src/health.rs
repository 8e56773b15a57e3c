//! How the database is.

use crate::{Store, StoreError, engine::Engine};

/// Which engine it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineName {
    /// SQLite, in a file or in memory.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// What an operator wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Which engine it is.
    pub engine: EngineName,
    /// The engine's version.
    pub version: String,
    /// How many entries there are.
    pub size: u64,
    /// How many bytes the database has on its disk.
    pub bytes: u64,
    /// How many connections are open.
    pub connections: u32,
    /// How many of them wait for work.
    pub idle_connections: u32,
}

impl Store {
    /// Asks the database how it is. *Errors*: that it does not answer is the answer.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let (version, bytes): (String, i64) = reading!(self, "ask how it is", |pool, dialect| {
            let version = sqlx::query_scalar(dialect::VERSION).fetch_one(pool).await?;
            Ok((version, sqlx::query_scalar(dialect::BYTES).fetch_one(pool).await?))
        })?;
        let (engine, connections, idle) = match &self.inner.engine {
            Engine::Sqlite { read, write, .. } => (
                EngineName::Sqlite,
                read.size().saturating_add(write.size()),
                read.num_idle().saturating_add(write.num_idle()),
            ),
            Engine::Postgres { pool } => (EngineName::Postgres, pool.size(), pool.num_idle()),
        };
        Ok(Health {
            engine,
            version,
            size: self.size().await?,
            bytes: self.natural(bytes)?,
            connections,
            idle_connections: u32::try_from(idle).unwrap_or(u32::MAX),
        })
    }
}
