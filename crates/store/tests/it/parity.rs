//! The two schemas are one.

use std::collections::BTreeSet;

use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use trainyard_testkit::PostgresDatabase;

use crate::support::{Folder, block_on, open};

/// Tables with their columns in order, whether these may be null, what they hold, and their place in the key.
const SQLITE_COLUMNS: &str = r#"
    SELECT t.name || '.' || c.name || ' ' || c.cid || ' '
        || CASE c.type WHEN 'INTEGER' THEN 'number' WHEN 'TEXT' THEN 'text' WHEN 'BLOB' THEN 'bytes' END
        || CASE c."notnull" WHEN 1 THEN '' ELSE ' or null' END || ' ' || c.pk
    FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"#;
const POSTGRES_COLUMNS: &str = "
    SELECT c.table_name || '.' || c.column_name || ' ' || (c.ordinal_position - 1) || ' '
        || CASE c.data_type WHEN 'bigint' THEN 'number' WHEN 'text' THEN 'text' WHEN 'bytea' THEN 'bytes' END
        || CASE c.is_nullable WHEN 'NO' THEN '' ELSE ' or null' END || ' '
        || COALESCE((
            SELECT k.ordinal_position FROM information_schema.key_column_usage AS k
            WHERE k.table_name = c.table_name AND k.column_name = c.column_name
        ), 0)
    FROM information_schema.columns AS c WHERE c.table_schema = 'public'";
const SQLITE_INDEXES: &str = "
    SELECT t.name || ' ' || i.name || ' (' ||
        (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')'
    FROM sqlite_schema AS t, pragma_index_list(t.name) AS i WHERE t.type = 'table' AND i.origin = 'c'";
const POSTGRES_INDEXES: &str = r"
    SELECT tablename || ' ' || indexname || ' ' || substring(indexdef from '\(.*\)')
    FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%\_pkey'";
/// Text is ordered by its bytes, as SQLite does, whatever the server's language.
const OTHER_ORDER: &str = "
    SELECT table_name || '.' || column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'";

#[test]
fn both_engines_have_the_same_tables_columns_and_indexes() {
    let Some(server) =
        PostgresDatabase::new("both_engines_have_the_same_tables_columns_and_indexes")
    else {
        return;
    };
    let folder = Folder::new();
    let lines = |text: String| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    block_on(async {
        open(&folder.database()).await.close().await;
        open(&server.url().parse().unwrap()).await.close().await;
        let connect = SqliteConnectOptions::new().filename(folder.file("registry.db"));
        let mut file = SqliteConnection::connect_with(&connect).await.unwrap();
        for (sqlite, postgres, least) in
            [(SQLITE_COLUMNS, POSTGRES_COLUMNS, 40), (SQLITE_INDEXES, POSTGRES_INDEXES, 7)]
        {
            let in_file: Vec<String> =
                sqlx::query_scalar(sqlite).fetch_all(&mut file).await.unwrap();
            let in_file: BTreeSet<_> = in_file.into_iter().collect();
            assert!(in_file.len() >= least, "{in_file:#?}");
            assert_eq!(in_file, lines(server.sql(postgres)));
        }
        assert_eq!(server.sql(OTHER_ORDER), "");
        let strict: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
        )
        .fetch_all(&mut file)
        .await
        .unwrap();
        assert_eq!(strict, [""; 0]);
    });
}

#[test]
fn replicas_may_all_be_the_first() {
    let Some(server) = PostgresDatabase::new("replicas_may_all_be_the_first") else { return };
    let folder = Folder::new();
    for database in [folder.database(), server.url().parse().unwrap()] {
        block_on(async {
            let mut replicas = tokio::task::JoinSet::new();
            for _ in 0..6 {
                let database = database.clone();
                replicas.spawn(async move { open(&database).await });
            }
            for store in replicas.join_all().await {
                assert_eq!(store.size().await.unwrap(), 0);
                store.close().await;
            }
        });
    }
}
