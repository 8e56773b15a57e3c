//! A Django project: a migration that a release moved below what an installation has applied.

use trainyard_testkit::TestRepository;

use super::{
    application::Installation,
    tools::{PythonTools, python_tools},
};

const MANAGE: &str = "import os\nimport sys\n\nfrom django.core.management import execute_from_command_line\n\n\
    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"settings\")\nexecute_from_command_line(sys.argv)\n";

const SETTINGS: &str = "import os\n\nSECRET_KEY = \"for tests\"\nINSTALLED_APPS = [\"shop\"]\nUSE_TZ = True\n\
    DEFAULT_AUTO_FIELD = \"django.db.models.BigAutoField\"\n\
    DATABASES = {\"default\": {\"ENGINE\": \"django.db.backends.sqlite3\", \"NAME\": os.environ[\"APP_DATABASE\"]}}\n";

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

fn product() -> TestRepository {
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

fn installed(tools: &PythonTools, tag: &str) -> Installation {
    let mut installed = Installation::of(product(), tag, "");
    installed.url = installed.beside("app.sqlite").into_string();
    manage(tools, &installed, &["migrate"]);
    let database = &installed.url;
    installed.describe(&format!(
        "tool = \"django\"\nprogram = [\"{}\", \"manage.py\"]\n\
         backup = [\"cp\", \"{database}\", \"{database}.copy\"]\n\
         restore = [\"cp\", \"{database}.copy\", \"{database}\"]\n",
        tools.program("python")
    ));
    installed
}

fn manage(tools: &PythonTools, installed: &Installation, words: &[&str]) -> String {
    let words = [&["python", "manage.py"], words].concat();
    tools.run(&installed.checkout, &installed.url, &words)
}

fn schema(tools: &PythonTools, installed: &Installation) -> String {
    const SCRIPT: &str = "import sqlite3, sys\nquery = \"SELECT sql FROM sqlite_master ORDER BY name\"\n\
        for row in sqlite3.connect(sys.argv[1]).execute(query): print(*row)\n";
    let words = ["python", "-c", SCRIPT, &installed.url];
    tools.run(&installed.checkout, &installed.url, &words)
}

fn right_schema(tools: &PythonTools) -> String {
    schema(tools, &installed(tools, "v1.1.0"))
}

#[test]
fn what_django_refuses_is_led_around() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    let alone = installed(&tools, "v1.0.1");
    alone.check_out("v1.1.0");
    let refused = tools.try_run(&alone.checkout, &alone.url, &["python", "manage.py", "migrate"]);
    assert!(refused.stderr.contains("InconsistentMigrationHistory"), "{}", refused.transcript());

    let installed = installed(&tools, "v1.0.1");
    let told = installed.keep_plan("1.1.0");
    assert_eq!(told.code, 1, "{}", told.transcript());
    for words in ["NOT SAFE", "shop.0002_invoice", "migrate shop 0001_initial"] {
        assert!(told.stdout.contains(words), "{words}: {}", told.transcript());
    }
    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert_eq!(schema(&tools, &installed), right_schema(&tools));
    manage(&tools, &installed, &["migrate", "--check"]);
}

#[test]
fn what_is_pending_is_applied() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    let installed = installed(&tools, "v1.0.0");
    let told = installed.keep_plan("1.1.0");
    assert!(told.stdout.contains("apply 3 migrations"), "{}", told.transcript());
    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    assert_eq!(schema(&tools, &installed), right_schema(&tools));
}

#[test]
fn django_survives_kills() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    let installed = installed(&tools, "v1.0.1");
    installed.keep_plan("1.1.0");
    installed.apply_with_kills();
    assert_eq!(schema(&tools, &installed), right_schema(&tools), "{}", installed.journal());
}

#[test]
fn a_database_that_misses_migrations_is_left_alone() {
    let Some(tools) = python_tools("Django on SQLite") else { return };
    let installed = installed(&tools, "v1.0.1");
    installed.keep_plan("1.1.0");
    manage(&tools, &installed, &["migrate", "shop", "0001_initial"]);
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stderr.contains("does not hold"), "{}", stopped.transcript());
    assert!(!installed.beside("app.sqlite.copy").exists());
}
