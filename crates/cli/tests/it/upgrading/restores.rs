//! Copies that a plan makes: brought back, they have the rows that the upgrade took.

use super::{
    alembic::{alembic, installed, right_schema},
    application::Installation,
    engines::{Engine, OnPostgres, Sqlite},
    postgres::Postgres,
    tools::{PythonTools, python_tools, run},
};

const ROWS: &str = "SELECT id, mail FROM users ORDER BY id";

/// Takes the rows' column back and brings it again, empty: that is what the point of no return is about.
fn rows_come_back(tools: &PythonTools, engine: &dyn Engine, insert: &str) {
    let installed = installed(tools, engine);
    change(tools, engine, &installed, insert);
    let (rows, schema) = (engine.query(&installed.url, ROWS), engine.schema(&installed.url));
    assert_eq!(rows, "1 a@example.org\n2 b@example.org\n");
    installed.keep_plan("1.1.0");
    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert_eq!(engine.query(&installed.url, ROWS), "1 None\n2 None\n", "the column was made anew");
    assert_eq!(engine.schema(&installed.url), right_schema(tools, engine));

    // The plan itself says how the copy is brought back.
    let plan: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(installed.plan_file()).unwrap()).unwrap();
    let steps = plan["hops"][0]["steps"].as_array().unwrap();
    let undo = steps.iter().filter_map(|step| step["undo"].as_str());
    let undo = undo.filter_map(|undo| undo.split_once("bring the copy back with `"));
    let line = undo.map(|(_, line)| line.trim_end_matches('`')).next().unwrap();
    let restored = run(&installed.checkout, "", "sh", &["-c", line]);
    assert_eq!(restored.code, 0, "{line}: {}", restored.transcript());
    assert_eq!(engine.query(&installed.url, ROWS), rows);
    assert_eq!(engine.schema(&installed.url), schema);
    installed.check_out("v1.0.1");
    assert!(alembic(tools, &installed, &["current"]).starts_with("fix9"));
}

fn change(tools: &PythonTools, engine: &dyn Engine, installed: &Installation, text: &str) {
    const SCRIPT: &str = "import os, sys\nfrom sqlalchemy import create_engine\n\
        with create_engine(os.environ['APP_DATABASE']).begin() as it: it.exec_driver_sql(sys.argv[1])\n";
    tools.run(&installed.checkout, &installed.url, &["python", "-c", SCRIPT, text]);
    assert!(!engine.query(&installed.url, "SELECT 1").is_empty());
}

const INSERT: &str =
    "INSERT INTO users (id, mail) VALUES (1, 'a@example.org'), (2, 'b@example.org')";

#[test]
fn sqlite_rows_come_back() {
    let Some(tools) = python_tools("copies of SQLite") else { return };
    rows_come_back(&tools, &Sqlite { tools: &tools }, INSERT);
}

#[test]
fn postgresql_rows_come_back() {
    let Some(tools) = python_tools("copies of PostgreSQL") else { return };
    let Some(server) = Postgres::start("copies of PostgreSQL") else { return };
    rows_come_back(&tools, &OnPostgres { tools: &tools, server: &server }, INSERT);
}

/// A copy that cannot be made stops before anything is touched.
#[test]
fn without_a_copy_nothing_begins() {
    let Some(tools) = python_tools("copies of SQLite") else { return };
    let engine = Sqlite { tools: &tools };
    let installed = installed(&tools, &engine);
    installed.keep_plan("1.1.0");
    let copy = installed.beside("app.sqlite.copy");
    std::fs::create_dir_all(copy.join("app.sqlite")).unwrap();
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stderr.contains("1.1-backup"), "{}", stopped.stderr);
    assert!(alembic(&tools, &installed, &["current"]).starts_with("fix9"));
}
