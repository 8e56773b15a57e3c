//! Reads what a live database says has been applied to it, and changes nothing.

use std::{
    io,
    process::{Command, Stdio},
};

use camino::Utf8Path;

use crate::{
    address::Address,
    run::{Ended, run_to_end},
};

/// What a database says of one tool's migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The tool.
    pub framework: &'static str,
    /// The table that says so.
    pub table: &'static str,
    /// What it has, as the table records it. For Alembic, where it stands: one row for each branch.
    pub rows: Vec<String>,
    /// What it was begun with: this and all before it counts as applied.
    pub baselines: Vec<String>,
    /// What was begun and did not end well.
    pub unfinished: Vec<String>,
}

/// Why a database tells nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StandingError {
    /// The address cannot be used.
    #[error("the database's address cannot be used: {why}")]
    Address {
        /// Why.
        why: String,
    },
    /// The database's own program cannot be run.
    #[error("cannot run `{program}` to read the database")]
    Program {
        /// The program.
        program: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// It cannot be opened.
    #[error("cannot open the database `{address}`: {told}")]
    Connection {
        /// Where it is, without a password.
        address: String,
        /// What the program says.
        told: String,
    },
    /// No known tool has been at work in it.
    #[error(
        "the database `{address}` has no table in which a tool keeps its migrations: none of {}",
        looked_for()
    )]
    NoTable {
        /// Where it is, without a password.
        address: String,
    },
    /// A table cannot be read.
    #[error("cannot read `{table}` in the database `{address}`: {told}")]
    Table {
        /// The table.
        table: &'static str,
        /// Where it is, without a password.
        address: String,
        /// What the program says.
        told: String,
    },
}

/// A tool's own table: what each row means is one of `rows`, `baselines`, `unfinished`, or nothing.
struct Table {
    framework: &'static str,
    name: &'static str,
    /// Gives a kind and an id for each row.
    query: &'static str,
}

/// The tables that are known, with the columns that their tools make.
const TABLES: &[Table] = &[
    Table {
        framework: "alembic",
        name: "alembic_version",
        query: "SELECT 'row', version_num FROM alembic_version ORDER BY 2",
    },
    Table {
        framework: "django",
        name: "django_migrations",
        query: "SELECT 'row', app || '.' || name FROM django_migrations ORDER BY id",
    },
    Table {
        framework: "flyway",
        name: "flyway_schema_history",
        query: "SELECT CASE WHEN NOT success THEN 'unfinished' WHEN type = 'BASELINE' THEN 'baseline' \
                WHEN type = 'SCHEMA' OR type = 'DELETE' OR type LIKE 'UNDO%' THEN 'nothing' ELSE 'row' END, version \
                FROM flyway_schema_history WHERE version IS NOT NULL ORDER BY installed_rank",
    },
    Table {
        framework: "sqlx",
        name: "_sqlx_migrations",
        query: "SELECT CASE WHEN success THEN 'row' ELSE 'unfinished' END, CAST(version AS TEXT) \
                FROM _sqlx_migrations ORDER BY version",
    },
    Table {
        framework: "diesel",
        name: "__diesel_schema_migrations",
        query: "SELECT 'row', version FROM __diesel_schema_migrations ORDER BY version",
    },
];

fn looked_for() -> String {
    TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", ")
}

/// Reads what a database says has been applied to it, one answer for each tool that left a table.
///
/// `address` is a URL or a file; relative paths begin at `folder`. Nothing is written: a database that is not there is
/// not made. *Errors*: the address, `psql` or `sqlite3` cannot be run, no connection, no known table, a table without
/// the columns that its tool makes. *Cost*: three or more runs of the database's program; ten seconds until a server
/// that does not answer is given up.
pub fn standing(address: &str, folder: &Utf8Path) -> Result<Vec<Standing>, StandingError> {
    let address = Address::read(address, folder).map_err(|why| StandingError::Address { why })?;
    let names = tables_of(&address)?;
    let mut found = Vec::new();
    for table in TABLES.iter().filter(|table| names.iter().any(|name| name == table.name)) {
        found.push(read(&address, table)?);
    }
    if found.is_empty() {
        return Err(StandingError::NoTable { address: address.shown() });
    }
    Ok(found)
}

/// The known tables that are there.
fn tables_of(address: &Address) -> Result<Vec<String>, StandingError> {
    let list = |separator: &str| {
        TABLES.iter().map(|table| format!("'{}'", table.name)).collect::<Vec<_>>().join(separator)
    };
    let query = match address {
        // A name that is found is found in the schemas that the tools look through.
        Address::Postgres { .. } => format!(
            "SELECT 'row', name FROM unnest(ARRAY[{}]) AS name WHERE to_regclass(name) IS NOT NULL",
            list(", ")
        ),
        Address::Sqlite(_) => format!(
            "SELECT 'row', name FROM sqlite_master WHERE type IN ('table', 'view') AND name IN ({})",
            list(", ")
        ),
    };
    let ended = ask(address, &query)?;
    if !ended.is_success {
        return Err(StandingError::Connection { address: address.shown(), told: ended.told });
    }
    Ok(rows(&ended.printed).map(|(_, name)| name.to_owned()).collect())
}

fn read(address: &Address, table: &Table) -> Result<Standing, StandingError> {
    let ended = ask(address, table.query)?;
    if !ended.is_success {
        let (address, told) = (address.shown(), ended.told);
        return Err(StandingError::Table { table: table.name, address, told });
    }
    let mut standing =
        Standing { framework: table.framework, table: table.name, ..Standing::default() };
    for (kind, id) in rows(&ended.printed) {
        let list = match kind {
            "row" => &mut standing.rows,
            "baseline" => &mut standing.baselines,
            "unfinished" => &mut standing.unfinished,
            _ => continue,
        };
        list.push(id.to_owned());
    }
    Ok(standing)
}

/// Stands between columns; no id has it.
const SEPARATOR: char = '\u{1f}';

fn rows(printed: &str) -> impl Iterator<Item = (&str, &str)> {
    printed.lines().filter_map(|line| line.split_once(SEPARATOR))
}

/// Has the database's own program answer.
#[expect(clippy::disallowed_methods, reason = "databases are read by their own programs")]
fn ask(address: &Address, query: &str) -> Result<Ended, StandingError> {
    let separator = SEPARATOR.to_string();
    let (program, mut command) = match address {
        Address::Sqlite(path) => {
            let mut command = Command::new("sqlite3");
            command.args(["-readonly", "-bail", "-batch", "-noheader", "-list", "-separator"]);
            command.args([&separator, "-init", "/dev/null"]).arg(path).arg(query);
            ("sqlite3", command)
        }
        Address::Postgres { url, password } => {
            let mut command = Command::new("psql");
            command.args([
                "--no-psqlrc",
                "--no-align",
                "--tuples-only",
                "--quiet",
                "--no-password",
            ]);
            command.args(["--field-separator", &separator, "--dbname", url, "--command", query]);
            command.env("PGOPTIONS", "-c default_transaction_read_only=on");
            command.env("PGCONNECT_TIMEOUT", "10");
            // On the command line, others of the machine could read it.
            command.envs(password.iter().map(|password| ("PGPASSWORD", password)));
            ("psql", command)
        }
    };
    command.stdin(Stdio::null());
    run_to_end(&mut command).map_err(|source| StandingError::Program { program, source })
}
