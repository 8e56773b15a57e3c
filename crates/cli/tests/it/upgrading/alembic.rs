//! Alembic on SQLite and on PostgreSQL: a migration that a release moved below what an installation has.

use trainyard_testkit::TestRepository;

use super::{
    application::Installation,
    engines::{Engine, OnPostgres, Sqlite},
    postgres::Postgres,
    tools::{PythonTools, python_tools},
};

pub(super) const SETTINGS: &str = "[alembic]\nscript_location = db\n";

/// Each migration is one transaction on either database.
pub(super) const ENVIRONMENT: &str = r#"import os

from alembic import context
from sqlalchemy import create_engine, event

engine = create_engine(os.environ["APP_DATABASE"])
if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def leave_transactions_alone(connection, _):
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection):
        connection.exec_driver_sql("BEGIN")


with engine.connect() as connection:
    context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"#;

/// A migration that also writes down that it ran.
pub(super) fn revision(id: &str, parent: &str, up: &str, down: &str) -> (String, String) {
    let parent = if parent.is_empty() { "None".to_owned() } else { format!("\"{parent}\"") };
    let text = format!(
        "\"\"\"{id}\"\"\"\n\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = \"{id}\"\n\
         down_revision = {parent}\n\n\ndef upgrade():\n    {up}\n    \
         op.execute(\"INSERT INTO ran VALUES ('{id} up')\")\n\n\n\
         def downgrade():\n    {down}\n    op.execute(\"INSERT INTO ran VALUES ('{id} down')\")\n"
    );
    (format!("db/versions/{id}.py"), text)
}

pub(super) fn table(name: &str) -> String {
    format!("op.create_table(\"{name}\", sa.Column(\"id\", sa.Integer(), primary_key=True))")
}

fn fix(parent: &str) -> (String, String) {
    revision(
        "fix9",
        parent,
        "op.add_column(\"users\", sa.Column(\"mail\", sa.String(64)))",
        "op.drop_column(\"users\", \"mail\")",
    )
}

pub(super) fn commit(repository: &TestRepository, message: &str, files: &[(String, String)]) {
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repository.commit(message, &files);
}

/// Release 1.0.1 has a fix right above 1.0.0; on the main branch it stands above what 1.1.0 brings.
pub(super) fn product() -> TestRepository {
    let repository = TestRepository::new();
    let first = "op.create_table(\"ran\", sa.Column(\"what\", sa.String(64)))\n    \
                 op.create_table(\"users\", sa.Column(\"id\", sa.Integer(), primary_key=True))";
    commit(
        &repository,
        "feat: users and teams",
        &[
            ("alembic.ini".to_owned(), SETTINGS.to_owned()),
            ("db/env.py".to_owned(), ENVIRONMENT.to_owned()),
            revision("aaa1", "", first, "pass"),
            revision("bbb2", "aaa1", &table("teams"), "op.drop_table(\"teams\")"),
        ],
    );
    repository.tag("v1.0.0");
    repository.checkout_new("1.0");
    commit(&repository, "fix: addresses", &[fix("bbb2")]);
    repository.tag("v1.0.1");
    repository.checkout("main");
    commit(
        &repository,
        "feat: sessions",
        &[
            revision("ccc3", "bbb2", &table("sessions"), "op.drop_table(\"sessions\")"),
            fix("ccc3"),
            revision("ddd4", "fix9", &table("tokens"), "op.drop_table(\"tokens\")"),
        ],
    );
    repository.tag("v1.1.0");
    repository
}

/// An installation of 1.0.1 with its database.
pub(super) fn installed(tools: &PythonTools, engine: &dyn Engine) -> Installation {
    let mut installed = Installation::of(product(), "v1.0.1", "");
    installed.url = engine.create(&installed, "app");
    alembic(tools, &installed, &["upgrade", "head"]);
    let copies = engine.copies(&installed.url);
    let program = tools.program("alembic");
    installed.describe(&format!("tool = \"alembic\"\nprogram = [\"{program}\"]\n{copies}"));
    installed
}

pub(super) fn alembic(tools: &PythonTools, installed: &Installation, words: &[&str]) -> String {
    tools.run(&installed.checkout, &installed.url, &[&["alembic"], words].concat())
}

/// What a new installation of 1.1.0 has.
pub(super) fn right_schema(tools: &PythonTools, engine: &dyn Engine) -> String {
    let mut fresh = Installation::of(product(), "v1.1.0", "");
    fresh.url = engine.create(&fresh, "fresh");
    alembic(tools, &fresh, &["upgrade", "head"]);
    engine.schema(&fresh.url)
}

const WHAT_RAN: &str = "SELECT what FROM ran";
const EACH_ONCE: &str = "aaa1 up\nbbb2 up\nfix9 up\nfix9 down\nccc3 up\nfix9 up\nddd4 up\n";

fn the_tool_alone_loses_a_table(tools: &PythonTools, engine: &dyn Engine) {
    let installed = installed(tools, engine);
    installed.check_out("v1.1.0");
    alembic(tools, &installed, &["upgrade", "head"]);
    assert!(alembic(tools, &installed, &["current"]).starts_with("ddd4 (head)"));
    let (lossy, right) = (engine.schema(&installed.url), right_schema(tools, engine));
    assert!(right.contains("sessions") && !lossy.contains("sessions"), "{lossy}");
}

fn the_plan_says_so_and_leads_to_the_right_schema(tools: &PythonTools, engine: &dyn Engine) {
    let installed = installed(tools, engine);
    let told = installed.keep_plan("1.1.0");
    assert_eq!(told.code, 1, "{}", told.transcript());
    for words in ["NOT SAFE", "`ccc3`", "take the database back to bbb2", "alembic downgrade bbb2"]
    {
        assert!(told.stdout.contains(words), "{words}: {}", told.transcript());
    }
    let stopped = installed.apply(&[]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stderr.contains("no way back"), "{}", stopped.transcript());
    assert!(alembic(tools, &installed, &["current"]).starts_with("fix9"), "nothing was done");

    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert_eq!(engine.schema(&installed.url), right_schema(tools, engine));
    assert_eq!(engine.query(&installed.url, WHAT_RAN), EACH_ONCE);
    let again = installed.apply(&["--yes"]);
    assert_eq!(again.code, 0, "{}", again.transcript());
    assert_eq!(engine.query(&installed.url, WHAT_RAN), EACH_ONCE);
}

fn killed_at_many_moments_it_goes_on(tools: &PythonTools, engine: &dyn Engine) {
    let installed = installed(tools, engine);
    installed.keep_plan("1.1.0");
    let kills = installed.apply_with_kills();
    assert!(kills > 1, "killed only {kills} times");
    assert_eq!(
        engine.schema(&installed.url),
        right_schema(tools, engine),
        "{}",
        installed.journal()
    );
    assert_eq!(engine.query(&installed.url, WHAT_RAN), EACH_ONCE, "{}", installed.journal());
}

#[test]
fn sqlite_loses_a_table_by_alembic_alone() {
    let Some(tools) = python_tools("Alembic on SQLite") else { return };
    the_tool_alone_loses_a_table(&tools, &Sqlite { tools: &tools });
}

#[test]
fn sqlite_is_brought_to_the_right_schema() {
    let Some(tools) = python_tools("Alembic on SQLite") else { return };
    the_plan_says_so_and_leads_to_the_right_schema(&tools, &Sqlite { tools: &tools });
}

#[test]
fn sqlite_survives_kills() {
    let Some(tools) = python_tools("Alembic on SQLite") else { return };
    killed_at_many_moments_it_goes_on(&tools, &Sqlite { tools: &tools });
}

#[test]
fn postgresql_loses_a_table_by_alembic_alone() {
    let Some(tools) = python_tools("Alembic on PostgreSQL") else { return };
    let Some(server) = Postgres::start("Alembic on PostgreSQL") else { return };
    the_tool_alone_loses_a_table(&tools, &OnPostgres { tools: &tools, server: &server });
}

#[test]
fn postgresql_is_brought_to_the_right_schema() {
    let Some(tools) = python_tools("Alembic on PostgreSQL") else { return };
    let Some(server) = Postgres::start("Alembic on PostgreSQL") else { return };
    let engine = OnPostgres { tools: &tools, server: &server };
    the_plan_says_so_and_leads_to_the_right_schema(&tools, &engine);
}

#[test]
fn postgresql_survives_kills() {
    let Some(tools) = python_tools("Alembic on PostgreSQL") else { return };
    let Some(server) = Postgres::start("Alembic on PostgreSQL") else { return };
    killed_at_many_moments_it_goes_on(&tools, &OnPostgres { tools: &tools, server: &server });
}

#[test]
fn a_database_that_stands_elsewhere_is_left_alone() {
    let Some(tools) = python_tools("Alembic on SQLite") else { return };
    let engine = Sqlite { tools: &tools };
    let installed = installed(&tools, &engine);
    installed.keep_plan("1.1.0");
    alembic(&tools, &installed, &["downgrade", "bbb2"]);
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(
        stopped.stderr.contains("the database stands at fix9 does not hold")
            && stopped.stderr.contains("`bbb2`"),
        "{}",
        stopped.transcript()
    );
    assert!(!installed.beside("app.sqlite.copy").exists());
}
