//! What can go wrong between a registry and its database.

use std::error::Error;

use crate::Database;

type Cause = Box<dyn Error + Send + Sync>;

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database is gone, too busy, full, or answers too late. Nothing was changed; the same may work later.
    #[error("cannot {doing}: the database {database} is not available")]
    Unavailable {
        /// What was tried, as a verb and its object.
        doing: &'static str,
        /// The database.
        database: Database,
        /// What failed.
        source: Cause,
    },
    /// What the database holds cannot have been written by this crate.
    #[error("the database {database} is damaged: {what}")]
    Corrupt {
        /// The database.
        database: Database,
        /// What was found.
        what: String,
        /// What failed, where something did.
        source: Option<Cause>,
    },
    /// There is a database, and it is somebody else's.
    #[error("the database {database} is not a registry's")]
    NotARegistry {
        /// The database.
        database: Database,
    },
    /// A newer program has changed the schema so far that this one cannot work with it.
    #[error(
        "the database {database} has schema {found}, which needs a newer program than this one with schema {known}"
    )]
    TooNew {
        /// The database.
        database: Database,
        /// The schema it has.
        found: u64,
        /// The newest schema that this program knows.
        known: u64,
    },
    /// What was to be kept does not hold together, or the database has no form for it.
    #[error("cannot keep {what}")]
    Refused {
        /// What it was, and what is wrong with it.
        what: String,
    },
    /// A backup was to be restored into a registry that holds entries.
    #[error("the database {database} already holds {size} entries")]
    NotEmpty {
        /// The database.
        database: Database,
        /// How many.
        size: u64,
    },
    /// A file of a backup could not be made or read.
    #[error("cannot {doing} `{path}`")]
    File {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: camino::Utf8PathBuf,
        /// What failed.
        source: std::io::Error,
    },
    /// The database refused a statement: a fault of this crate, or of whoever set the database up.
    #[error("cannot {doing} in the database {database}")]
    Failed {
        /// What was tried.
        doing: &'static str,
        /// The database.
        database: Database,
        /// What failed.
        source: Cause,
    },
}

impl StoreError {
    /// Whether the same may work later, without anybody changing anything.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// What somebody can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooNew { .. } => Some("start the newer version of Trainyard".to_owned()),
            Self::Corrupt { .. } => {
                Some("restore the last backup with `trainyard registry restore`".to_owned())
            }
            Self::NotEmpty { .. } => Some("restore into a database of its own".to_owned()),
            Self::NotARegistry { .. } => Some("name another file or database".to_owned()),
            _ => None,
        }
    }
}

/// Why entries were not appended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// Others were faster. Nothing was kept: read their entries, decide again.
    ///
    /// A `size` below what the writer knew means that the database was put back to an older state.
    #[error("the log has {size} entries by now")]
    Moved {
        /// How many entries there are.
        size: u64,
    },
    /// A request with this idempotency key has been answered already. Nothing was kept: read that answer.
    #[error("the idempotency key was used before")]
    Repeated,
    /// The database was lost in the very moment of committing and did not come back in time.
    ///
    /// The entries may have been kept or not. Whoever reads on from where it was will see; an idempotency key makes the
    /// request safe to repeat.
    #[error("it is not known whether the entries were kept")]
    Uncertain {
        /// What was lost.
        source: StoreError,
    },
    /// Nothing was kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Turns what the driver says into what it means.
pub(crate) fn explain(doing: &'static str, database: &Database, error: sqlx::Error) -> StoreError {
    use sqlx::Error as Sql;
    let database = database.clone();
    match &error {
        Sql::ColumnDecode { .. } | Sql::Decode(_) | Sql::RowNotFound | Sql::ColumnNotFound(_) => {
            StoreError::Corrupt {
                database,
                what: format!("cannot {doing}"),
                source: Some(error.into()),
            }
        }
        Sql::Io(_)
        | Sql::Tls(_)
        | Sql::Protocol(_)
        | Sql::PoolTimedOut
        | Sql::PoolClosed
        | Sql::WorkerCrashed
        | Sql::BeginFailed => StoreError::Unavailable { doing, database, source: error.into() },
        Sql::Database(answer) => {
            let code = answer.code().unwrap_or_default().into_owned();
            match meaning(&code) {
                Meaning::Unavailable => {
                    StoreError::Unavailable { doing, database, source: error.into() }
                }
                Meaning::Corrupt => StoreError::Corrupt {
                    database,
                    what: format!("cannot {doing}"),
                    source: Some(error.into()),
                },
                Meaning::NullCharacter => StoreError::Refused { what: NULL_CHARACTER.to_owned() },
                Meaning::NotADatabase => StoreError::NotARegistry { database },
                Meaning::Other => StoreError::Failed { doing, database, source: error.into() },
            }
        }
        _ => StoreError::Failed { doing, database, source: error.into() },
    }
}

enum Meaning {
    Unavailable,
    Corrupt,
    NotADatabase,
    NullCharacter,
    Other,
}

const NULL_CHARACTER: &str = "a text with a null character";

/// Refuses what one of the engines cannot keep, on both.
pub(crate) fn check_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<(), StoreError> {
    if texts.into_iter().any(|text| text.contains('\0')) {
        return Err(StoreError::Refused { what: NULL_CHARACTER.to_owned() });
    }
    Ok(())
}

/// What a code of either engine means: SQLite's are decimal numbers, PostgreSQL's have five letters or digits.
///
/// Source: the tables of result codes in SQLite's and PostgreSQL's manuals.
fn meaning(code: &str) -> Meaning {
    if code.len() == 5 {
        return match (code.get(..2).unwrap_or_default(), code) {
            // Connections, resources, the operator's intervention, errors of the system; then a lost race for a lock,
            // a standby that takes no writes, and a role or database that is not (yet) let in.
            ("08" | "53" | "57" | "58", _)
            | (_, "40001" | "40P01" | "55P03" | "25006" | "28000" | "28P01" | "3D000") => {
                Meaning::Unavailable
            }
            (_, "22021") => Meaning::NullCharacter,
            ("XX", "XX001" | "XX002") => Meaning::Corrupt,
            _ => Meaning::Other,
        };
    }
    // The lower eight bits are the primary code.
    match code.parse::<u32>().map(|code| code & 0xff) {
        // Busy, locked, read-only, input and output, full, cannot open, protocol.
        Ok(5 | 6 | 8 | 10 | 13 | 14 | 15) => Meaning::Unavailable,
        Ok(11) => Meaning::Corrupt,
        Ok(26) => Meaning::NotADatabase,
        _ => Meaning::Other,
    }
}
