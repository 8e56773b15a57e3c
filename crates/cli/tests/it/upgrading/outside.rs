//! Migrations that leave their transaction: a kill may leave a part of one behind, and nothing tells.

use trainyard_testkit::TestRepository;

use super::{
    alembic::{ENVIRONMENT, SETTINGS, alembic, commit, revision},
    application::Installation,
    engines::{Engine, OnPostgres},
    postgres::Postgres,
    tools::{PythonTools, python_tools},
};

/// Kills the run and the tool once, in the middle of a migration, where a file says so.
const KILL: &str = "import os\n    if os.path.exists(\"../kill\"):\n        os.unlink(\"../kill\")\n        \
    os.kill(os.getppid(), 9)\n        os.kill(os.getpid(), 9)";

fn first() -> (String, String) {
    let tables = "op.create_table(\"ran\", sa.Column(\"what\", sa.String(64)))\n    \
                  op.create_table(\"users\", sa.Column(\"id\", sa.Integer(), primary_key=True))";
    revision("aaa1", "", tables, "pass")
}

/// 1.1.0 has one migration more.
fn product(up: &str) -> TestRepository {
    let repository = TestRepository::new();
    let settings = [("alembic.ini", SETTINGS), ("db/env.py", ENVIRONMENT)];
    let mut files = settings.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec();
    files.push(first());
    commit(&repository, "feat: users", &files);
    repository.tag("v1.0.0");
    commit(&repository, "perf: an index", &[revision("bbb2", "aaa1", up, "pass")]);
    repository.tag("v1.1.0");
    repository
}

fn installed(tools: &PythonTools, engine: &dyn Engine, up: &str) -> Installation {
    let mut installed = Installation::of(product(up), "v1.0.0", "");
    installed.url = engine.create(&installed, "app");
    alembic(tools, &installed, &["upgrade", "head"]);
    let (program, copies) = (tools.program("alembic"), engine.copies(&installed.url));
    installed.describe(&format!("tool = \"alembic\"\nprogram = [\"{program}\"]\n{copies}"));
    installed
}

/// Carries the plan out until the migration kills it.
fn killed_in_the_migration(installed: &Installation) {
    std::fs::write(installed.beside("kill"), "").unwrap();
    let killed = installed.apply_command().arg("--yes").output().unwrap();
    assert_eq!(killed.status.code(), None, "{killed:?}");
    assert!(!installed.beside("kill").exists());
}

const WHAT_RAN: &str = "SELECT what FROM ran ORDER BY what";

#[test]
fn what_leaves_its_transaction_is_not_repeated_blindly() {
    let Some(tools) = python_tools("CREATE INDEX CONCURRENTLY") else { return };
    let Some(server) = Postgres::start("CREATE INDEX CONCURRENTLY") else { return };
    let engine = OnPostgres { tools: &tools, server: &server };
    let up = format!(
        "with op.get_context().autocommit_block():\n        \
         op.execute(\"INSERT INTO ran VALUES ('bbb2 half')\")\n        \
         op.create_index(\"users_id\", \"users\", [\"id\"], postgresql_concurrently=True)\n    {KILL}"
    );
    let installed = installed(&tools, &engine, &up);
    let told = installed.keep_plan("1.1.0");
    assert!(told.stdout.contains("bbb2 may leave the transaction"), "{}", told.transcript());
    killed_in_the_migration(&installed);
    for _ in 0..2 {
        let stopped = installed.apply_after_kill(&["--yes"]);
        assert_eq!(stopped.code, 1, "{}", stopped.transcript());
        for words in ["unknown state", "--done 1.3-database", "--again 1.3-database"] {
            assert!(stopped.stderr.contains(words), "{words}: {}", stopped.transcript());
        }
    }
    let half = "aaa1 up\nbbb2 half\n";
    assert_eq!(engine.query(&installed.url, WHAT_RAN), half, "once, and no more");
    assert!(engine.schema(&installed.url).contains("users_id"), "a part stayed behind");
    // A person takes the part away, and has it done once more.
    let psql = format!("-h {} -U owner app", server.folder());
    let script = format!(
        "{} {psql} -c 'DROP INDEX users_id' -c \"DELETE FROM ran WHERE what = 'bbb2 half'\"",
        server.program("psql")
    );
    super::tools::run(server.folder(), "", "sh", &["-c", &script]);
    let applied = installed.apply(&["--yes", "--again", "1.3-database"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert_eq!(engine.query(&installed.url, WHAT_RAN), "aaa1 up\nbbb2 half\nbbb2 up\n");
    assert!(alembic(&tools, &installed, &["current"]).starts_with("bbb2"));
}

/// A look at the database shows that a migration was done, though the run died before it could say so.
#[test]
fn what_was_done_is_seen() {
    let Some(tools) = python_tools("CREATE INDEX CONCURRENTLY") else { return };
    let Some(server) = Postgres::start("CREATE INDEX CONCURRENTLY") else { return };
    let engine = OnPostgres { tools: &tools, server: &server };
    let up = "with op.get_context().autocommit_block():\n        pass";
    let installed = installed(&tools, &engine, up);
    installed.keep_plan("1.1.0");
    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    let text = installed.journal();
    let begun = text.rfind("{\"what\":\"begun\"").unwrap();
    let end = begun + text[begun..].find('\n').unwrap() + 1;
    std::fs::write(installed.beside("plan.json.journal"), &text[..end]).unwrap();
    let again = installed.apply(&["--yes"]);
    assert_eq!(again.code, 0, "{}", again.transcript());
    assert_eq!(engine.query(&installed.url, WHAT_RAN), "aaa1 up\nbbb2 up\n");
}

/// What is one transaction is gone as a whole with the kill, and is run once more.
#[test]
fn what_is_one_transaction_goes_on_by_itself() {
    let Some(tools) = python_tools("transactions of PostgreSQL") else { return };
    let Some(server) = Postgres::start("transactions of PostgreSQL") else { return };
    let engine = OnPostgres { tools: &tools, server: &server };
    let up = format!("op.execute(\"INSERT INTO ran VALUES ('bbb2 half')\")\n    {KILL}");
    let installed = installed(&tools, &engine, &up);
    installed.keep_plan("1.1.0");
    killed_in_the_migration(&installed);
    assert_eq!(engine.query(&installed.url, WHAT_RAN), "aaa1 up\n");
    let applied = installed.apply_after_kill(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert_eq!(engine.query(&installed.url, WHAT_RAN), "aaa1 up\nbbb2 half\nbbb2 up\n");
}

/// Files of SQL on PostgreSQL: each as a whole where it can be, and stopped at its first error in any case.
#[test]
fn psql_runs_files_as_a_whole_where_it_can() {
    let Some(tools) = python_tools("SQL on PostgreSQL") else { return };
    let Some(server) = Postgres::start("SQL on PostgreSQL") else { return };
    let engine = OnPostgres { tools: &tools, server: &server };
    let repository = TestRepository::new();
    let table = "CREATE TABLE ran (number INTEGER UNIQUE);\n";
    repository.commit("feat: a table", &[("migrations/0001_ran.sql", table)]);
    repository.tag("v1.0.0");
    let whole = "CREATE TABLE users (id INTEGER);\nINSERT INTO ran VALUES (2);\n";
    let outside =
        "CREATE INDEX CONCURRENTLY users_id ON users (id);\nINSERT INTO ran VALUES (3);\n";
    let files = [("migrations/0002_users.sql", whole), ("migrations/0003_index.sql", outside)];
    repository.commit("feat: users", &files);
    repository.tag("v1.1.0");
    let mut installed = Installation::of(repository, "v1.0.0", "");
    installed.url = engine.create(&installed, "app");
    // The program says nothing of errors.
    let psql = server.program("psql");
    let folder = server.folder();
    let words = ["-X", "-q", "-h", folder.as_str(), "-U", "owner", "-d", "app"];
    let first = [&words[..], &["-c", table, "-c", "INSERT INTO ran VALUES (2)"]].concat();
    assert_eq!(super::tools::run(folder, "", &psql, &first).code, 0);
    let quoted: Vec<_> =
        std::iter::once(psql.as_str()).chain(words).map(|it| format!("\"{it}\"")).collect();
    installed.describe(&format!(
        "tool = \"sql\"\nprogram = [{}]\n{}",
        quoted.join(", "),
        engine.copies(&installed.url)
    ));
    let told = installed.keep_plan("1.1.0");
    assert!(told.stdout.contains("0003_index may leave the transaction"), "{}", told.transcript());
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stderr.contains("duplicate key"), "{}", stopped.stderr);
    assert!(!engine.schema(&installed.url).contains("users"), "all of the file or nothing");
    let delete = [&words[..], &["-c", "DELETE FROM ran"]].concat();
    super::tools::run(folder, "", &psql, &delete);
    let applied = installed.apply(&["--yes", "--again", "1.3-database"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert_eq!(engine.query(&installed.url, "SELECT number FROM ran"), "2\n3\n");
    assert!(engine.schema(&installed.url).contains("users_id"));
}
