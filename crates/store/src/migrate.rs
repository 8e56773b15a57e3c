//! The schema, and how it comes to be.
//!
//! Migrations only add: tables, columns with a default, indexes. What the version before needs goes only when no supported
//! program needs it any more, and the migration that takes it away says so in `oldest_program`. So the versions N-1 and N
//! work side by side on one database, whichever of them made its schema.

use sqlx::{AssertSqlSafe, Executor};

use crate::{Database, StoreError, dialect, engine::Engine, error::explain};

/// A step of the schema. Its number is its place, from one on.
struct Migration {
    sqlite: &'static str,
    postgres: &'static str,
    /// The oldest program, by the newest migration that it knows, that can work with a database of this schema.
    oldest_program: u64,
}

const MIGRATIONS: &[Migration] = &[Migration {
    sqlite: include_str!("../migrations/sqlite/0001_ledger.sql"),
    postgres: include_str!("../migrations/postgres/0001_ledger.sql"),
    oldest_program: 1,
}];

/// The newest schema that this program knows.
pub(crate) const KNOWN: u64 = MIGRATIONS.len() as u64;

const READ_META: &str = "SELECT value FROM meta WHERE name = $1";
const WRITE_META: &str = "
    INSERT INTO meta (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// Where a database stands.
enum Standing {
    /// Nobody has used it.
    Empty,
    /// Somebody else's.
    Foreign,
    Ours {
        schema: u64,
        oldest_program: u64,
    },
}

/// Brings a database to the newest schema that this program knows, in one transaction.
pub(crate) async fn run(engine: &Engine, database: &Database) -> Result<(), StoreError> {
    let outcome = match engine {
        Engine::Sqlite { write, .. } => migrate_sqlite(write).await,
        Engine::Postgres { pool } => migrate_postgres(pool).await,
    };
    match outcome.map_err(|error| explain("bring up the schema of", database, error))? {
        Standing::Foreign => Err(StoreError::NotARegistry { database: database.clone() }),
        Standing::Ours { schema, oldest_program } if oldest_program > KNOWN => {
            Err(StoreError::TooNew { database: database.clone(), found: schema, known: KNOWN })
        }
        Standing::Empty | Standing::Ours { .. } => Ok(()),
    }
}

/// Makes sure that a file holds what this program knows, and changes nothing.
pub(crate) async fn check(engine: &Engine, database: &Database) -> Result<(), StoreError> {
    let Engine::Sqlite { read, .. } = engine else { return Ok(()) };
    let standing = async {
        let mut connection = read.acquire().await?;
        sqlite_standing(&mut connection).await
    };
    match standing.await.map_err(|error| explain("read the schema of", database, error))? {
        Standing::Ours { schema: KNOWN, .. } => Ok(()),
        Standing::Ours { schema, .. } => {
            Err(StoreError::TooNew { database: database.clone(), found: schema, known: KNOWN })
        }
        Standing::Empty | Standing::Foreign => {
            Err(StoreError::NotARegistry { database: database.clone() })
        }
    }
}

/// Applies what is missing and returns where the database stood before.
macro_rules! apply_missing {
    ($transaction:ident, $standing:ident, $text:ident) => {
        let done = match $standing {
            Standing::Empty => 0,
            Standing::Ours { schema, .. } => schema,
            Standing::Foreign => return Ok($standing),
        };
        for (number, migration) in (1_u64..).zip(MIGRATIONS).filter(|(number, _)| *number > done) {
            $transaction.execute(sqlx::raw_sql(migration.$text)).await?;
            for (name, value) in [("schema", number), ("oldest_program", migration.oldest_program)]
            {
                let write = sqlx::query(WRITE_META).bind(name).bind(value.to_string());
                write.execute(&mut *$transaction).await?;
            }
        }
        $transaction.commit().await?;
        return Ok($standing);
    };
}

macro_rules! read_standing {
    ($transaction:ident) => {{
        let mut numbers = [None; 2];
        for (number, name) in numbers.iter_mut().zip(["schema", "oldest_program"]) {
            let text: Option<String> =
                sqlx::query_scalar(READ_META).bind(name).fetch_optional(&mut *$transaction).await?;
            *number = text.and_then(|text| text.parse().ok());
        }
        match numbers {
            [Some(schema), Some(oldest_program)] => Standing::Ours { schema, oldest_program },
            _ => Standing::Foreign,
        }
    }};
}

async fn migrate_sqlite(pool: &sqlx::SqlitePool) -> sqlx::Result<Standing> {
    let mut transaction = dialect::sqlite::begin(pool).await?;
    let standing = sqlite_standing(&mut transaction).await?;
    if matches!(standing, Standing::Empty) {
        let mark = format!("PRAGMA application_id = {}", dialect::sqlite::APPLICATION_ID);
        transaction.execute(AssertSqlSafe(mark)).await?;
    }
    apply_missing!(transaction, standing, sqlite);
}

async fn sqlite_standing(connection: &mut sqlx::SqliteConnection) -> sqlx::Result<Standing> {
    let application: i64 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema")
        .fetch_one(&mut *connection)
        .await?;
    Ok(match (application, tables) {
        (0, 0) => Standing::Empty,
        (dialect::sqlite::APPLICATION_ID, _) => read_standing!(connection),
        _ => Standing::Foreign,
    })
}

/// The key of the lock that those who bring up the schema at the same time wait for. It is the same bytes as SQLite's mark.
const LOCK: i64 = dialect::sqlite::APPLICATION_ID;

async fn migrate_postgres(pool: &sqlx::PgPool) -> sqlx::Result<Standing> {
    let mut transaction = dialect::postgres::begin(pool).await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    let is_there: bool = sqlx::query_scalar(
        "SELECT to_regclass('meta') IS NOT NULL AND to_regclass('ledger') IS NOT NULL",
    )
    .fetch_one(&mut *transaction)
    .await?;
    let standing = if is_there { read_standing!(transaction) } else { Standing::Empty };
    apply_missing!(transaction, standing, postgres);
}
