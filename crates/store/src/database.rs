//! Which database, and how patient one is with it.

use std::{fmt, str::FromStr, time::Duration};

use camino::Utf8PathBuf;
use sqlx::postgres::PgConnectOptions;

/// Where a registry is kept.
///
/// It is read from what a person writes: `postgres://…`, `:memory:`, or the path of a file, with `sqlite:` before it or not.
/// What it prints holds no password.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite's, made when it is not there. Its folder must be.
    File(Utf8PathBuf),
    /// Nowhere: it is gone with the last clone of its [`Store`](crate::Store). For tests and trials.
    Memory,
    /// A database of a PostgreSQL server, by its URL.
    Postgres(String),
}

/// Why a text names no database.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` names no database")]
pub struct DatabaseError {
    text: String,
    source: Option<sqlx::Error>,
}

impl FromStr for Database {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let refuse = |source| DatabaseError { text: hide_password(text), source: Some(source) };
            PgConnectOptions::from_str(text).map_err(refuse)?;
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        match path {
            ":memory:" => Ok(Self::Memory),
            // A scheme that nobody here speaks would otherwise become the name of a file.
            _ if path.is_empty() || path.contains("://") => {
                Err(DatabaseError { text: hide_password(text), source: None })
            }
            _ => Ok(Self::File(path.into())),
        }
    }
}

/// A URL without what stands between the user's colon and the last `@`.
fn hide_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((account, place)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = account.split_once(':').map_or(account, |(user, _)| user);
    format!("{scheme}://{user}@{place}")
}

impl fmt::Display for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => formatter.write_str(path.as_str()),
            Self::Memory => formatter.write_str(":memory:"),
            // What stands behind the question mark may be a password too.
            Self::Postgres(url) => {
                let shown = hide_password(url);
                formatter.write_str(shown.split_once('?').map_or(shown.as_str(), |(url, _)| url))
            }
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Database({self})")
    }
}

/// How a store uses its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many connections read at the same time; for PostgreSQL, how many there are at all, besides one that listens.
    pub connections: u32,
    /// How long to wait for a connection before the database counts as gone.
    pub connect_patience: Duration,
    /// How long one operation may take before the database counts as gone.
    pub patience: Duration,
    /// How long an append whose acknowledgement was lost asks whether it was kept.
    pub commit_patience: Duration,
    /// How often to look for others' entries that nobody told of.
    pub poll: Duration,
    /// Whether what is acknowledged outlasts the end of the machine; `false` is for registries that nobody needs tomorrow.
    /// PostgreSQL's own settings say.
    pub is_durable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 8,
            connect_patience: Duration::from_secs(3),
            patience: Duration::from_secs(10),
            commit_patience: Duration::from_secs(20),
            poll: Duration::from_millis(500),
            is_durable: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Database;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let shown = match text.parse::<Database>() {
            Ok(database) => format!("{database:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expect);
    }

    #[test]
    fn databases_are_read_and_shown_without_passwords() {
        check("registry.db", "Database(registry.db)");
        check("sqlite:data/registry.db", "Database(data/registry.db)");
        check(":memory:", "Database(:memory:)");
        check("postgres://host/registry", "Database(postgres://host/registry)");
        check("postgres://me:se@cret@host/r", "Database(postgres://me@host/r)");
        check("postgresql:///r?host=here&password=secret", "Database(postgresql:///r)");
        check("postgres://me:secret@host:many/r", "`postgres://me@host:many/r` names no database");
        check("mysql://me:secret@host/r", "`mysql://me@host/r` names no database");
        check("", "`` names no database");
    }
}
