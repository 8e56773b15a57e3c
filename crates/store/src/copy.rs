//! Copying all that is kept from one database into another, of either engine.

use sqlx::{AssertSqlSafe, Postgres, Row as _, Sqlite, Transaction};

use crate::{Store, StoreError, dialect, engine::Engine};

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Number,
    Text,
    Bytes,
}

use Kind::{Bytes, Number, Text};

/// A table that is copied.
struct Table {
    name: &'static str,
    /// How many columns, from the first on, make its key.
    key: usize,
    columns: &'static [(&'static str, Kind)],
    /// How many rows are in memory at a time.
    page: usize,
}

/// All that a backup holds. Sessions are left out: whoever restores one does not bring back who was signed in.
const TABLES: &[Table] = &[
    Table {
        name: "entry",
        key: 1,
        columns: &[
            ("number", Number),
            ("at_us", Number),
            ("kind", Text),
            ("body", Bytes),
            ("leaf", Bytes),
        ],
        page: 512,
    },
    Table { name: "blob", key: 1, columns: &[("digest", Text), ("bytes", Bytes)], page: 8 },
    Table {
        name: "idempotency",
        key: 2,
        columns: &[
            ("token", Text),
            ("idempotency_key", Text),
            ("request_digest", Text),
            ("status", Number),
            ("answer", Bytes),
            ("expires_us", Number),
        ],
        page: 64,
    },
    Table {
        name: "job",
        key: 1,
        columns: &[
            ("id", Text),
            ("kind", Text),
            ("body", Bytes),
            ("due_us", Number),
            ("attempts", Number),
            ("most_attempts", Number),
            ("is_dead", Number),
            ("failure", Text),
        ],
        page: 64,
    },
    Table {
        name: "deployment",
        key: 2,
        columns: &[
            ("product", Text),
            ("name", Text),
            ("runs", Text),
            ("body", Bytes),
            ("seen_us", Number),
        ],
        page: 512,
    },
    Table {
        name: "delivery",
        key: 3,
        columns: &[
            ("webhook", Text),
            ("entry", Number),
            ("attempt", Number),
            ("at_us", Number),
            ("status", Number),
            ("note", Text),
        ],
        page: 512,
    },
    Table {
        name: "snapshot",
        key: 1,
        columns: &[("name", Text), ("size", Number), ("at_us", Number), ("body", Bytes)],
        page: 1,
    },
];

/// A value of a row.
#[derive(Debug, Clone)]
enum Value {
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Fails on a target that holds entries, and keeps others from appending until the copy is done.
const CLAIM: &str = "UPDATE ledger SET size = $1 WHERE id = 1 AND size = 0";

const COPYING: &str = "copy the registry";

/// Copies everything into a store without entries, in one transaction that sees one state of the source.
///
/// Others may go on writing to the source. *Cost*: all is read and written once, a part at a time.
pub(crate) async fn copy(source: &Store, target: &Store) -> Result<(), StoreError> {
    let mut reader = Reader::begin(source).await?;
    let size = reader.size(source).await?;
    let mut writer = Writer::begin(target).await?;
    if !writer.claim(target, size).await? {
        let size = target.size().await?;
        return Err(StoreError::NotEmpty { database: target.database().clone(), size });
    }
    for table in TABLES {
        writer.clear(target, table).await?;
        let mut after: Option<Vec<Value>> = None;
        loop {
            let rows = reader.page(source, table, after.as_deref()).await?;
            // Databases have a bound on parameters, so that not too many rows fit into one statement.
            for rows in rows.chunks(64) {
                writer.insert(target, table, rows).await?;
            }
            let is_last = rows.len() < table.page;
            after = rows.into_iter().last().map(|mut row| {
                row.truncate(table.key);
                row
            });
            if is_last {
                break;
            }
        }
    }
    writer.commit(target).await
}

enum Reader {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

enum Writer {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Expands a body for both engines.
macro_rules! either {
    ($kind:ident, $value:expr, |$transaction:ident| $body:expr) => {
        match $value {
            $kind::Sqlite($transaction) => $body,
            $kind::Postgres($transaction) => $body,
        }
    };
}

/// Binds values in their order.
macro_rules! bind_all {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

impl Reader {
    async fn begin(store: &Store) -> Result<Self, StoreError> {
        let begin = async {
            Ok(match &store.inner.engine {
                Engine::Sqlite { read, .. } => {
                    Self::Sqlite(dialect::sqlite::begin_snapshot(read).await?)
                }
                Engine::Postgres { pool } => {
                    Self::Postgres(dialect::postgres::begin_snapshot(pool).await?)
                }
            })
        };
        store.within(COPYING, begin).await
    }

    async fn size(&mut self, store: &Store) -> Result<i64, StoreError> {
        either!(Reader, self, |transaction| {
            let size = sqlx::query_scalar(crate::entries::SIZE);
            store.within(COPYING, size.fetch_one(&mut **transaction)).await
        })
    }

    /// The rows of a table that follow a key, or the first.
    async fn page(
        &mut self,
        store: &Store,
        table: &Table,
        after: Option<&[Value]>,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let text = select(table, after.is_some());
        let after = after.unwrap_or_default();
        either!(Reader, self, |transaction| {
            let query = bind_all!(sqlx::query(AssertSqlSafe(text)), after);
            let rows = async {
                let mut pages = Vec::new();
                for row in query.fetch_all(&mut **transaction).await? {
                    let mut values = Vec::with_capacity(table.columns.len());
                    for (index, (_, kind)) in table.columns.iter().enumerate() {
                        values.push(match kind {
                            Number => Value::Number(row.try_get(index)?),
                            Text => Value::Text(row.try_get(index)?),
                            Bytes => Value::Bytes(row.try_get(index)?),
                        });
                    }
                    pages.push(values);
                }
                Ok(pages)
            };
            store.within(COPYING, rows).await
        })
    }
}

impl Writer {
    async fn begin(store: &Store) -> Result<Self, StoreError> {
        let begin = async {
            Ok(match &store.inner.engine {
                Engine::Sqlite { write, .. } => Self::Sqlite(dialect::sqlite::begin(write).await?),
                Engine::Postgres { pool } => Self::Postgres(dialect::postgres::begin(pool).await?),
            })
        };
        store.within(COPYING, begin).await
    }

    async fn claim(&mut self, store: &Store, size: i64) -> Result<bool, StoreError> {
        either!(Writer, self, |transaction| {
            let claim = async {
                let claim = sqlx::query(CLAIM).bind(size).execute(&mut **transaction).await?;
                Ok(claim.rows_affected() > 0)
            };
            store.within(COPYING, claim).await
        })
    }

    /// Takes away what a registry without entries may hold. Entries themselves cannot be, and are not there.
    async fn clear(&mut self, store: &Store, table: &Table) -> Result<(), StoreError> {
        if table.name == "entry" {
            return Ok(());
        }
        let text = format!("DELETE FROM {}", table.name);
        either!(Writer, self, |transaction| {
            let clear = sqlx::query(AssertSqlSafe(text)).execute(&mut **transaction);
            store.within(COPYING, clear).await.map(drop)
        })
    }

    async fn insert(
        &mut self,
        store: &Store,
        table: &Table,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        let text = insert(table, rows.len());
        let values = rows.iter().flatten();
        either!(Writer, self, |transaction| {
            let query = bind_all!(sqlx::query(AssertSqlSafe(text)), values);
            store.within(COPYING, query.execute(&mut **transaction)).await.map(drop)
        })
    }

    async fn commit(self, store: &Store) -> Result<(), StoreError> {
        either!(Writer, self, |transaction| store.within(COPYING, transaction.commit()).await)
    }
}

fn names(columns: &[(&str, Kind)]) -> String {
    columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// `$1, $2, …` for some columns, from a number on.
fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

fn select(table: &Table, follows: bool) -> String {
    let key = names(table.columns.get(..table.key).unwrap_or_default());
    let after = if follows {
        format!(" WHERE ({key}) > ({})", places(1, table.key))
    } else {
        String::new()
    };
    let columns = names(table.columns);
    format!("SELECT {columns} FROM {}{after} ORDER BY {key} LIMIT {}", table.name, table.page)
}

fn insert(table: &Table, rows: usize) -> String {
    let width = table.columns.len();
    let row = |row| format!("({})", places(1 + row * width, width));
    let rows = (0..rows).map(row).collect::<Vec<_>>().join(", ");
    format!("INSERT INTO {} ({}) VALUES {rows}", table.name, names(table.columns))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Bytes, Number, TABLES, Text};
    use crate::{Database, Options, Store, engine::Engine};

    /// Left out of backups, and why.
    const LEFT_OUT: &[(&str, &str)] = &[
        ("meta", "tells of the schema, which the other database has"),
        ("ledger", "its one number is copied with the entries"),
        ("session", "whoever was signed in does so again"),
    ];

    const COLUMNS: &str = r"
        SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c.pk
        FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'";

    #[tokio::test]
    async fn every_column_is_copied_or_left_out_for_a_reason() {
        let store = Store::open(&Database::Memory, Options::default()).await.unwrap();
        let Engine::Sqlite { read, .. } = &store.inner.engine else { unreachable!() };
        let there: Vec<String> = sqlx::query_scalar(COLUMNS).fetch_all(read).await.unwrap();
        let is_left_out = |column: &String| {
            LEFT_OUT.iter().any(|(name, _)| column.starts_with(&format!("{name}.")))
        };
        let there: BTreeSet<_> = there.into_iter().filter(|column| !is_left_out(column)).collect();
        let mut copied = BTreeSet::new();
        for table in TABLES {
            for (place, (name, kind)) in (1..).zip(table.columns) {
                let kind = match kind {
                    Number => "INTEGER",
                    Text => "TEXT",
                    Bytes => "BLOB",
                };
                let key = if place <= table.key { place } else { 0 };
                copied.insert(format!("{}.{name} {kind} {key}", table.name));
            }
        }
        assert_eq!(copied, there);
    }
}
