//! A Django project: a migration that a release moved below what an installation has applied.

use trainyard_testkit::TestRepository;

use super::{
    application::Installation,
    engines::{Engine, OnPostgres, Sqlite},
    postgres::Postgres,
    tools::{PythonTools, python_tools},
};

const MANAGE: &str = "import os\nimport sys\n\nfrom django.core.management import execute_from_command_line\n\n\
    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"settings\")\nexecute_from_command_line(sys.argv)\n";

const SETTINGS: &str = r#"import os
from urllib.parse import parse_qs, urlsplit

SECRET_KEY = "for tests"
INSTALLED_APPS = ["shop"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
url = urlsplit(os.environ["APP_DATABASE"])
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": url.path[1:]}}
if url.scheme.startswith("postgresql"):
    query = parse_qs(url.query)
    DATABASES["default"].update(
        ENGINE="django.db.backends.postgresql", HOST=query["host"][0], USER=query["user"][0]
    )
"#;

fn migration(name: &str, parent: &str, operation: &str) -> (String, String) {
    let parent =
        if parent.is_empty() { String::new() } else { format!("(\"shop\", \"{parent}\")") };
    let text = format!(
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
         dependencies = [{parent}]\n    operations = [\n        {operation},\n    ]\n"
    );
    (format!("shop/migrations/{name}.py"), text)
}

fn model(name: &str) -> String {
    format!("migrations.CreateModel(\"{name}\", [(\"id\", models.BigAutoField(primary_key=True))])")
}

fn fix(parent: &str) -> (String, String) {
    let field = "migrations.AddField(\"order\", \"note\", models.TextField(default=\"\"))";
    migration("0009_note", parent, field)
}

fn commit(repository: &TestRepository, message: &str, files: &[(String, String)]) {
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repository.commit(message, &files);
}

pub(super) fn product() -> TestRepository {
    let repository = TestRepository::new();
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    commit(
        &repository,
        "feat: orders",
        &[
            file("manage.py", MANAGE),
            file("settings.py", SETTINGS),
            file("shop/__init__.py", ""),
            file("shop/migrations/__init__.py", ""),
            migration("0001_initial", "", &model("Order")),
        ],
    );
    repository.tag("v1.0.0");
    repository.checkout_new("1.0");
    commit(&repository, "fix: notes", &[fix("0001_initial")]);
    repository.tag("v1.0.1");
    repository.checkout("main");
    commit(
        &repository,
        "feat: invoices",
        &[
            migration("0002_invoice", "0001_initial", &model("Invoice")),
            fix("0002_invoice"),
            migration("0010_refund", "0009_note", &model("Refund")),
        ],
    );
    repository.tag("v1.1.0");
    repository
}

/// On its main branch the product made one migration of several, and their files are gone.
fn squashed() -> TestRepository {
    let repository = product();
    for file in ["0002_invoice", "0009_note", "0010_refund"] {
        repository.git(&["rm", "--quiet", &format!("shop/migrations/{file}.py")]);
    }
    let note = "migrations.AddField(\"order\", \"note\", models.TextField(default=\"\"))";
    let all = format!("{},\n        {note}", model("Invoice"));
    let (path, text) = migration("0002_squashed_0009", "0001_initial", &all);
    let replaces =
        "    replaces = [(\"shop\", \"0002_invoice\"), (\"shop\", \"0009_note\")]\n    operations";
    let text = text.replacen("    operations", replaces, 1);
    let (refund, refund_text) = migration("0010_refund", "0002_squashed_0009", &model("Refund"));
    // Which also names what came before them: Django then sees one end, and nothing amiss.
    let both = "dependencies = [(\"shop\", \"0001_initial\"), ";
    let refund = (refund, refund_text.replacen("dependencies = [", both, 1));
    commit(&repository, "refactor: one migration of several", &[(path, text), refund]);
    repository.tag("v1.2.0");
    repository
}

fn on_sqlite(tools: &PythonTools, tag: &str) -> Installation {
    installed(tools, &Sqlite { tools }, product(), tag)
}

/// An installation of a release with its database.
fn installed(
    tools: &PythonTools,
    engine: &dyn Engine,
    product: TestRepository,
    tag: &str,
) -> Installation {
    let mut installed = Installation::of(product, tag, "");
    let name = format!("app_{}", tag.replace('.', "_"));
    installed.url = engine.create(&installed, &name);
    manage(tools, &installed, &["migrate"]);
    let (program, copies) = (tools.program("python"), engine.copies(&installed.url));
    installed.describe(&format!(
        "tool = \"django\"\nprogram = [\"{program}\", \"manage.py\"]\n{copies}"
    ));
    installed
}

fn manage(tools: &PythonTools, installed: &Installation, words: &[&str]) -> String {
    let words = [&["python", "manage.py"], words].concat();
    tools.run(&installed.checkout, &installed.url, &words)
}

fn right_schema(
    tools: &PythonTools,
    engine: &dyn Engine,
    product: TestRepository,
    tag: &str,
) -> String {
    engine.schema(&installed(tools, engine, product, tag).url)
}

fn sqlite_schema(tools: &PythonTools, installed: &Installation) -> String {
    Sqlite { tools }.schema(&installed.url)
}

fn right_sqlite_schema(tools: &PythonTools) -> String {
    right_schema(tools, &Sqlite { tools }, product(), "v1.1.0")
}

#[test]
fn what_django_refuses_is_led_around() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    let alone = on_sqlite(&tools, "v1.0.1");
    alone.check_out("v1.1.0");
    let refused = tools.try_run(&alone.checkout, &alone.url, &["python", "manage.py", "migrate"]);
    assert!(refused.stderr.contains("InconsistentMigrationHistory"), "{}", refused.transcript());

    let installed = on_sqlite(&tools, "v1.0.1");
    let told = installed.keep_plan("1.1.0");
    assert_eq!(told.code, 1, "{}", told.transcript());
    for words in ["NOT SAFE", "shop.0002_invoice", "migrate shop 0001_initial"] {
        assert!(told.stdout.contains(words), "{words}: {}", told.transcript());
    }
    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert_eq!(sqlite_schema(&tools, &installed), right_sqlite_schema(&tools));
    manage(&tools, &installed, &["migrate", "--check"]);
}

#[test]
fn what_is_pending_is_applied() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    let installed = on_sqlite(&tools, "v1.0.0");
    let told = installed.keep_plan("1.1.0");
    assert!(told.stdout.contains("apply 3 migrations"), "{}", told.transcript());
    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert_eq!(sqlite_schema(&tools, &installed), right_sqlite_schema(&tools));
}

#[test]
fn django_survives_kills() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    let installed = on_sqlite(&tools, "v1.0.1");
    installed.keep_plan("1.1.0");
    installed.apply_with_kills();
    assert_eq!(
        sqlite_schema(&tools, &installed),
        right_sqlite_schema(&tools),
        "{}",
        installed.journal()
    );
}

#[test]
fn a_database_that_misses_migrations_is_left_alone() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    let installed = on_sqlite(&tools, "v1.0.1");
    installed.keep_plan("1.1.0");
    manage(&tools, &installed, &["migrate", "shop", "0001_initial"]);
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stderr.contains("does not hold"), "{}", stopped.transcript());
    assert!(!installed.beside("app_v1_0_1.sqlite.copy").exists());
}

/// What Django refuses on this database too is led around.
fn refused_and_led_around(tools: &PythonTools, engine: &dyn Engine, right: &str) {
    let installed = installed(tools, engine, product(), "v1.0.1");
    assert_eq!(installed.keep_plan("1.1.0").code, 1);
    let kills = installed.apply_with_kills();
    assert!(kills > 1, "killed only {kills} times");
    assert_eq!(engine.schema(&installed.url), right, "{}", installed.journal());
    manage(tools, &installed, &["migrate", "--check"]);
}

#[test]
fn postgresql_is_brought_to_the_right_schema() {
    let Some(tools) = python_tools("Django on PostgreSQL") else { return };
    let Some(server) = Postgres::start("Django on PostgreSQL") else { return };
    let engine = OnPostgres { tools: &tools, server: &server };
    let right = right_schema(&tools, &engine, product(), "v1.1.0");
    refused_and_led_around(&tools, &engine, &right);
}

/// A database has one part of a squashed migration whose parts are gone: Django passes over the whole of it.
fn a_table_is_lost_by_django_alone(tools: &PythonTools, engine: &dyn Engine) {
    let installed = installed(tools, engine, squashed(), "v1.0.1");
    installed.check_out("v1.2.0");
    manage(tools, &installed, &["migrate"]);
    manage(tools, &installed, &["migrate", "--check"]);
    let lossy = engine.schema(&installed.url);
    assert!(lossy.contains("shop_refund") && !lossy.contains("shop_invoice"), "{lossy}");
}

fn the_plan_says_so_and_loses_nothing(tools: &PythonTools, engine: &dyn Engine, right: &str) {
    let installed = installed(tools, engine, squashed(), "v1.0.1");
    let told =
        installed.plan(&["--to", "1.2.0", "--direct", "--output", installed.plan_file().as_str()]);
    assert_eq!(told.code, 1, "{}", told.transcript());
    for words in ["NOT SAFE", "shop.0002_squashed_0009", "migrate shop 0001_initial"] {
        assert!(told.stdout.contains(words), "{words}: {}", told.transcript());
    }
    let stopped = installed.apply(&[]);
    assert!(stopped.stderr.contains("no way back"), "{}", stopped.transcript());
    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert!(right.contains("shop_invoice"), "{right}");
    assert_eq!(engine.schema(&installed.url), right);
    manage(tools, &installed, &["migrate", "--check"]);
}

#[test]
fn sqlite_loses_a_table_by_django_alone() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    a_table_is_lost_by_django_alone(&tools, &Sqlite { tools: &tools });
}

#[test]
fn sqlite_loses_nothing_by_the_plan() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    let engine = Sqlite { tools: &tools };
    let right = right_schema(&tools, &engine, squashed(), "v1.2.0");
    the_plan_says_so_and_loses_nothing(&tools, &engine, &right);
}

#[test]
fn postgresql_loses_a_table_by_django_alone() {
    let Some(tools) = python_tools("Django on PostgreSQL") else { return };
    let Some(server) = Postgres::start("Django on PostgreSQL") else { return };
    a_table_is_lost_by_django_alone(&tools, &OnPostgres { tools: &tools, server: &server });
}

#[test]
fn postgresql_loses_nothing_by_the_plan() {
    let Some(tools) = python_tools("Django on PostgreSQL") else { return };
    let Some(server) = Postgres::start("Django on PostgreSQL") else { return };
    let engine = OnPostgres { tools: &tools, server: &server };
    let right = right_schema(&tools, &engine, squashed(), "v1.2.0");
    the_plan_says_so_and_loses_nothing(&tools, &engine, &right);
}
