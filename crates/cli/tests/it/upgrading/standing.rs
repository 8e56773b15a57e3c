//! Databases that are asked what they have.

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_testkit::TestRepository;

use super::{
    alembic,
    application::Installation,
    django,
    postgres::Postgres,
    tools::{has_sqlite, python_tools, run},
};
use crate::command::{Run, trainyard};

/// Makes a database of SQLite by a script.
fn sqlite(repository: &TestRepository, script: &str) -> Option<Utf8PathBuf> {
    let folder = repository.beside("");
    if !has_sqlite("databases that are read") {
        return None;
    }
    let file = repository.beside("app.sqlite");
    let made = run(&folder, "", "sqlite3", &["-bail", file.as_str(), script]);
    assert_eq!(made.code, 0, "{}", made.transcript());
    Some(file)
}

fn between(repository: &TestRepository, address: &str) -> Run {
    let words = ["migrations", "between", "v1.0.1", "v1.1.0", "--database", address];
    trainyard(repository.path(), &words)
}

const VERSIONS: &str = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);";

#[test]
fn alembics_table_says_where_it_stands() {
    let repository = alembic::product();
    let script = format!("{VERSIONS} INSERT INTO alembic_version VALUES ('fix9');");
    let Some(file) = sqlite(&repository, &script) else { return };
    for address in [file.to_string(), format!("sqlite:///{file}"), format!("sqlite:{file}")] {
        let lossy = between(&repository, &address);
        assert_eq!(lossy.code, 1, "{}", lossy.transcript());
        assert!(lossy.stdout.contains("`ccc3`"), "{}", lossy.stdout);
    }
    // At the place that both releases know, nothing is lost.
    sqlite(&repository, "UPDATE alembic_version SET version_num = 'bbb2'");
    let safe = between(&repository, file.as_str());
    assert_eq!(safe.code, 0, "{}", safe.transcript());
    // One that has no migration yet needs all of them.
    sqlite(&repository, "DELETE FROM alembic_version");
    let empty = between(&repository, file.as_str());
    assert_eq!(empty.code, 0, "{}", empty.transcript());
    assert!(empty.stdout.contains("aaa1"), "{}", empty.stdout);
}

#[test]
fn a_plan_asks_the_database() {
    let installed = Installation::of(alembic::product(), "v1.0.1", "");
    installed.describe("tool = \"alembic\"\n");
    let script = format!("{VERSIONS} INSERT INTO alembic_version VALUES ('bbb2');");
    let Some(file) = sqlite(&installed.repository, &script) else { return };
    let plan = installed.plan(&["--to", "1.1.0", "--database", file.as_str()]);
    assert_eq!(plan.code, 0, "{}", plan.transcript());
    assert!(plan.stdout.contains("apply 3 migrations"), "{}", plan.stdout);
    sqlite(&installed.repository, "DELETE FROM alembic_version");
    let plan = installed.plan(&["--to", "1.1.0", "--database", file.as_str()]);
    assert_eq!(plan.code, 2, "{}", plan.transcript());
    assert!(plan.stderr.contains("has none of the migrations"), "{}", plan.stderr);
}

/// Several rows are branches, each with its own place.
#[test]
fn branches_stand_at_several_places() {
    let repository = TestRepository::new();
    let revision = |id: &str, parent: &str| {
        let text = format!(
            "revision = \"{id}\"\ndown_revision = {parent}\n\n\ndef upgrade():\n    pass\n"
        );
        (format!("db/versions/{id}.py"), text)
    };
    let commit = |files: &[(String, String)]| {
        let files: Vec<_> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        repository.commit("feat: more", &files);
    };
    commit(&[
        revision("base", "None"),
        revision("left", "\"base\""),
        revision("right", "\"base\""),
        ("db/env.py".to_owned(), "from alembic import context\n".to_owned()),
    ]);
    repository.tag("v1.0.1");
    commit(&[revision("both", "(\"left\", \"right\")")]);
    repository.tag("v1.1.0");
    let script = format!("{VERSIONS} INSERT INTO alembic_version VALUES ('right'), ('left');");
    let Some(file) = sqlite(&repository, &script) else { return };
    let both = between(&repository, file.as_str());
    assert_eq!(both.code, 0, "{}", both.transcript());
    assert!(both.stdout.contains("left") && both.stdout.contains("right"), "{}", both.stdout);
    sqlite(&repository, "DELETE FROM alembic_version WHERE version_num = 'right'");
    let one = between(&repository, file.as_str());
    // What it did not have is run now.
    assert!(one.stdout.contains("right"), "{}", one.transcript());
}

#[test]
fn databases_that_tell_nothing_say_why() {
    let repository = alembic::product();
    let Some(file) = sqlite(&repository, "CREATE TABLE other (id)") else { return };
    let ask = |address: &str| between(&repository, address);
    let expect = |address: &str, code: i32, words: &[&str]| {
        let told = ask(address);
        assert_eq!(told.code, code, "{}", told.transcript());
        for words in words {
            assert!(told.stderr.contains(words), "{words}: {}", told.transcript());
        }
    };
    expect(file.as_str(), 3, &["has no table", "alembic_version, django_migrations", "hint"]);
    let missing = repository.beside("missing.sqlite");
    expect(missing.as_str(), 3, &["cannot open the database", "unable to open"]);
    assert!(!missing.exists(), "nothing is made");
    std::fs::write(&missing, "not a database, but long enough to be taken for one".repeat(9))
        .unwrap();
    expect(missing.as_str(), 3, &["cannot open the database", "not a database"]);
    expect("mysql://me@db/app", 2, &["databases of `mysql` are not read"]);
    sqlite(&repository, "CREATE TABLE alembic_version (revision TEXT)");
    expect(file.as_str(), 3, &["cannot read `alembic_version`", "version_num"]);
    sqlite(
        &repository,
        &format!(
            "DROP TABLE alembic_version; {VERSIONS} INSERT INTO alembic_version VALUES ('zzz9')"
        ),
    );
    expect(file.as_str(), 2, &["stands at zzz9, which neither release knows"]);
    sqlite(&repository, "UPDATE alembic_version SET version_num = 'ddd4'");
    expect(file.as_str(), 2, &["has ddd4 already, which only the newer release knows"]);
    sqlite(
        &repository,
        "DROP TABLE alembic_version; CREATE TABLE django_migrations (id INTEGER, app TEXT, name TEXT)",
    );
    expect(file.as_str(), 2, &["was made by django, and neither release has migrations of it"]);
}

/// Django's own apps and those of others are in the same table.
#[test]
fn djangos_table_says_what_was_applied() {
    let repository = django::product();
    let table = "CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT);";
    let insert = |names: &[&str]| {
        let row = |name: &&str| {
            let (app, name) = name.split_once('.').unwrap();
            format!("INSERT INTO django_migrations (app, name) VALUES ('{app}', '{name}');")
        };
        names.iter().map(row).collect::<String>()
    };
    let script =
        format!("{table}{}", insert(&["auth.0001_initial", "shop.0001_initial", "shop.0009_note"]));
    let Some(file) = sqlite(&repository, &script) else { return };
    let refused = between(&repository, file.as_str());
    assert_eq!(refused.code, 1, "{}", refused.transcript());
    assert!(refused.stdout.contains("shop.0002_invoice"), "{}", refused.stdout);
    assert!(!refused.stdout.contains("auth."), "{}", refused.stdout);
    sqlite(&repository, "DELETE FROM django_migrations WHERE name = '0009_note'");
    let safe = between(&repository, file.as_str());
    assert_eq!(safe.code, 0, "{}", safe.transcript());
    sqlite(&repository, "DELETE FROM django_migrations WHERE app = 'shop'");
    let all = between(&repository, file.as_str());
    assert_eq!(all.code, 0, "{}", all.transcript());
    assert!(all.stdout.contains("shop.0001_initial"), "{}", all.stdout);
}

/// Tools that remember each migration may have holes; what fills them is late and not lost from sight.
#[test]
fn holes_are_seen() {
    let repository = TestRepository::new();
    let file = |version: &str| format!("db/migration/V{version}__step.sql");
    let text = |number: u32| format!("CREATE TABLE t{number} (id INTEGER);\n");
    let files =
        [("1", 1), ("1_5", 15), ("2.0", 2)].map(|(version, number)| (file(version), text(number)));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repository.commit("feat: tables", &files);
    repository.tag("v1.0.1");
    repository.commit("feat: more", &[(&file("3"), &text(3))]);
    repository.tag("v1.1.0");
    let script = "CREATE TABLE flyway_schema_history (installed_rank INTEGER, version TEXT, type TEXT, success BOOLEAN);\
        INSERT INTO flyway_schema_history VALUES (1, '1', 'SQL', 1), (2, '2.0', 'SQL', 1), (3, NULL, 'SQL', 1);";
    let Some(database) = sqlite(&repository, script) else { return };
    let holed = between(&repository, database.as_str());
    assert_eq!(holed.code, 1, "{}", holed.transcript());
    assert!(holed.stdout.contains("1.5"), "{}", holed.stdout);
    sqlite(&repository, "INSERT INTO flyway_schema_history VALUES (4, '1.5', 'SQL', 1)");
    assert_eq!(between(&repository, database.as_str()).code, 0);
    sqlite(&repository, "UPDATE flyway_schema_history SET success = 0 WHERE installed_rank = 4");
    let broken = between(&repository, database.as_str());
    assert_eq!(broken.code, 2, "{}", broken.transcript());
    assert!(broken.stderr.contains("1.5 was begun and did not end"), "{}", broken.stderr);
}

#[test]
fn sqlx_and_diesel_keep_numbers() {
    let script = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, success BOOLEAN);\
        INSERT INTO _sqlx_migrations VALUES (20240101000000, 1);\
        CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY);\
        INSERT INTO __diesel_schema_migrations VALUES ('20240101000000');";
    for (first, second) in [
        ("migrations/20240101000000_a.sql", "migrations/20240201000000_b.sql"),
        ("migrations/2024-01-01-000000_a/up.sql", "migrations/2024-02-01-000000_b/up.sql"),
    ] {
        let repository = TestRepository::new();
        repository.commit("feat: a", &[(first, "CREATE TABLE a (id INTEGER);\n")]);
        repository.tag("v1.0.1");
        repository.commit("feat: b", &[(second, "CREATE TABLE b (id INTEGER);\n")]);
        repository.tag("v1.1.0");
        let Some(file) = sqlite(&repository, script) else { return };
        let safe = between(&repository, file.as_str());
        assert_eq!(safe.code, 0, "{}", safe.transcript());
        assert!(safe.stdout.contains("to run"), "{}", safe.stdout);
        for table in ["_sqlx_migrations", "__diesel_schema_migrations"] {
            sqlite(&repository, &format!("DELETE FROM {table}"));
        }
        let all = between(&repository, file.as_str());
        assert_ne!(all.stdout, safe.stdout);
    }
}

#[test]
fn postgresql_is_read_over_its_socket() {
    let Some(tools) = python_tools("databases that are read") else { return };
    let Some(server) = Postgres::start("databases that are read") else { return };
    server.create("app");
    let mut installed = Installation::of(alembic::product(), "v1.0.1", "");
    let socket = format!("host={}&user=owner", server.folder());
    installed.url = format!("postgresql+psycopg:///app?{socket}");
    let empty = between(&installed.repository, &installed.url);
    assert_eq!(empty.code, 3, "{}", empty.transcript());
    assert!(empty.stderr.contains("has no table"), "{}", empty.stderr);
    tools.run(&installed.checkout, &installed.url, &["alembic", "upgrade", "head"]);
    let lossy = between(&installed.repository, &installed.url);
    assert_eq!(lossy.code, 1, "{}", lossy.transcript());
    assert!(lossy.stdout.contains("`ccc3`"), "{}", lossy.stdout);
    let gone = between(&installed.repository, &format!("postgresql:///other?{socket}"));
    assert_eq!(gone.code, 3, "{}", gone.transcript());
    assert!(gone.stderr.contains("\"other\" does not exist"), "{}", gone.stderr);
    let secret = "postgresql://owner:s3cret@127.0.0.1:1/app";
    let unreachable = between(&installed.repository, secret);
    assert_eq!(unreachable.code, 3, "{}", unreachable.transcript());
    assert!(
        unreachable.stderr.contains("postgresql://owner@127.0.0.1:1/app"),
        "{}",
        unreachable.stderr
    );
    assert!(!unreachable.transcript().contains("s3cret"));
    assert_eq!(Utf8Path::new(&server.program("psql")).file_name(), Some("psql"));
}
