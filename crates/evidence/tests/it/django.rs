//! Django's migrations, by our own examples.

use std::fmt::Write;

use camino::Utf8Path;
use trainyard_evidence::{
    Change, Class, Detector, Memo, MemoryTree, Pair, Side, migrations::Migrations,
};
use trainyard_testkit::Effort;

/// What every pair begins with.
const BASE: &str = r#"
migrations.CreateModel("Customer", fields=[("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=30, unique=True))]),
migrations.CreateModel("Tag", fields=[("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=30))]),
migrations.CreateModel("Order", fields=[
    ("id", models.AutoField(primary_key=True)),
    ("number", models.CharField(max_length=20)),
    ("email", models.CharField(max_length=50, null=True)),
    ("total", models.DecimalField(max_digits=8, decimal_places=2)),
    ("paid", models.BooleanField(default=False)),
    ("quantity", models.IntegerField()),
    ("customer", models.ForeignKey(to="shop.customer", on_delete=models.CASCADE)),
    ("tags", models.ManyToManyField(to="shop.tag")),
]),
"#;

/// The text of a migration of the app `shop`.
fn migration(top: &str, parents: &[&str], operations: &str) -> String {
    let mut text = format!(
        "from django.db import migrations, models\n{top}\nclass Migration(migrations.Migration):\n"
    );
    let parents: Vec<_> = parents.iter().map(|name| format!("(\"shop\", \"{name}\")")).collect();
    let parents = parents.join(", ");
    _ = write!(text, "    dependencies = [{parents}]\n    operations = [\n{operations}\n]\n");
    text
}

fn at(name: &str) -> String {
    format!("src/shop/migrations/{name}.py")
}

/// What the detector says of the step from one tree to another.
fn changes(old: &[(String, String)], new: &[(String, String)]) -> Vec<Change> {
    let (old, new) = (MemoryTree::new(old.iter().cloned()), MemoryTree::new(new.iter().cloned()));
    let memo = Memo::default();
    let wanted = |path: &Utf8Path| Migrations.wants(path);
    let pair = Pair { old: Side::new(&old, wanted), new: Side::new(&new, wanted), memo: &memo };
    Migrations.detect(&pair)
}

/// What is told, a line each.
fn told(changes: &[Change]) -> String {
    let lines = changes.iter().map(|change| {
        format!("{} {}: {} ({})\n", change.rule, change.subject, change.sentence, change.class)
    });
    lines.collect()
}

/// What is said of each pair of a file, a line each.
fn told_of_pairs(text: &str) -> String {
    let mut lines = String::new();
    let begin = text.find("\n== ").expect("the file has pairs");
    for pair in text[begin..].split("\n== ").skip(1) {
        let (name, rest) = pair.split_once('\n').expect("a pair has a body");
        let (before, after) = rest.split_once("--\n").expect("a pair has two sides");
        let (top, operations) = after.split_once(">>\n").unwrap_or(("", after));
        let first = (at("0001_initial"), migration("", &[], &format!("{BASE}{before}")));
        let second = (at("0002_next"), migration(top, &["0001_initial"], operations));
        let changes = changes(std::slice::from_ref(&first), &[first.clone(), second]);
        let [change] = changes.as_slice() else { panic!("{name}: {changes:?}") };
        let rule = change.rule.trim_start_matches("migrations.");
        _ = writeln!(lines, "{name}\n    {rule}: {}", change.sentence);
    }
    lines
}

#[test]
fn operations_do_what_they_do() {
    let text = include_str!("../pairs/migrations/django.txt");
    insta::assert_snapshot!(told_of_pairs(text));
}

#[test]
fn functions_are_followed() {
    let text = include_str!("../pairs/migrations/django-functions.txt");
    insta::assert_snapshot!(told_of_pairs(text));
}

#[test]
fn an_app_may_have_another_label_than_its_folder() {
    let old = [(at("0001_initial"), migration("", &[], BASE).replace("shop", "store"))];
    let next = migration("", &["0001_initial"], "migrations.DeleteModel(\"Tag\"),");
    let new = [old[0].clone(), (at("0002_next"), next.replace("shop", "store"))];
    insta::assert_snapshot!(told(&changes(&old, &new)));
}

#[test]
fn a_squash_of_released_migrations_is_no_new_work() {
    let first = (at("0001_initial"), migration("", &[], BASE));
    let second =
        (at("0002_gone"), migration("", &["0001_initial"], "migrations.DeleteModel(\"Tag\"),"));
    let squash = migration("", &[], BASE).replace(
        "    operations",
        "    replaces = [(\"shop\", \"0001_initial\"), (\"shop\", \"0002_gone\")]\n    operations",
    );
    let squash = (at("0001_squashed_0002_gone"), squash);
    let old = [first.clone(), second.clone()];
    let beside = [first, second, squash.clone()];
    insta::assert_snapshot!(told(&changes(&old, &beside)));
    let alone = [squash.clone()];
    insta::assert_snapshot!(told(&changes(&old, &alone)));
    // Later migrations go on from the squash by the names of what it replaced.
    let third =
        (at("0003_next"), migration("", &["0002_gone"], "migrations.DeleteModel(\"Order\"),"));
    insta::assert_snapshot!(told(&changes(&alone, &[squash, third])));
}

#[test]
fn a_migration_below_applied_ones_is_refused() {
    let first = (at("0001_initial"), migration("", &[], BASE));
    let third =
        |parent| (at("0003_last"), migration("", &[parent], "migrations.DeleteModel(\"Tag\"),"));
    let second =
        migration("", &["0001_initial"], "migrations.AlterModelOptions(\"order\", options={}),");
    let new = [first.clone(), (at("0002_between"), second), third("0002_between")];
    insta::assert_snapshot!(told(&changes(&[first, third("0001_initial")], &new)));
}

#[test]
fn looks_of_a_migration_are_no_edit() {
    let plain = migration("", &[], BASE);
    let dressed =
        format!("# By hand.\n\"\"\"The first.\"\"\"\n{}", plain.replace("), (", "),\n        ("));
    let changes = changes(&[(at("0001_initial"), plain)], &[(at("0001_initial"), dressed)]);
    assert!(changes.iter().all(|change| change.class == Class::None), "{changes:?}");
}

#[test]
fn hostile_files_are_told() {
    let deep = format!(
        "class Migration(migrations.Migration):\n    operations = {}\n",
        "[".repeat(100_000)
    );
    let calls = (0..60).fold(String::new(), |mut text, n| {
        let call = format!("    f{}(apps, schema_editor)\n", n + 1);
        _ = writeln!(text, "def f{n}(apps, schema_editor):\n{call}{call}");
        text
    });
    let calls = format!("{calls}def f60(apps, schema_editor):\n    pass\n");
    let many = "migrations.SeparateDatabaseAndState(database_operations=[migrations.AlterModelOptions('order', {})]),\n".repeat(5_000);
    let lists = (0..40).fold(String::new(), |mut text, n| {
        _ = writeln!(text, "x{} = x{n} + x{n}", n + 1);
        text
    });
    let wide = (0..4_000).fold(String::new(), |mut text, n| {
        let create = format!("migrations.CreateModel(\"M{n}\", fields=[])");
        _ = writeln!(text, "migrations.SeparateDatabaseAndState([{create}], [{create}]),");
        text
    });
    let files = [
        ("0001_deep", deep),
        ("0002_calls", migration(&calls, &[], "migrations.RunPython(f0),")),
        ("0003_many", migration("", &[], &many)),
        ("0004_binary", "Migration \u{0}\u{1}".to_owned()),
        (
            "0005_lists",
            format!(
                "x0 = [migrations.RunSQL('DELETE FROM a')]\n{lists}class Migration(migrations.Migration):\n    operations = x40\n"
            ),
        ),
        (
            "0006_circle",
            "x = x\nclass Migration(migrations.Migration):\n    operations = x\n".to_owned(),
        ),
        ("0007_circle", migration("class A(A): pass\n", &["0007_circle"], "A(),")),
        ("0008_wide", migration("", &[], &wide)),
    ];
    let new: Vec<_> = files.into_iter().map(|(name, text)| (at(name), text)).collect();
    let effort = Effort::begin();
    let told = told(&changes(&[], &new));
    effort.assert_below(10, "a chain of hostile files");
    insta::assert_snapshot!(told);
}

#[test]
fn helpers_below_the_migrations_are_followed() {
    let first = (at("0001_initial"), migration("", &[], BASE));
    let second = migration(
        "from .helpers.cleaning import purge_task, Purge\nfrom shop.migrations.helpers import fill\n",
        &["0001_initial"],
        "migrations.RunPython(fill),\nmigrations.RunPython(lambda apps, editor: purge_task.delay(3)),\nPurge(\"order\"),\n",
    );
    let cleaning = "\
from django.db import migrations
from ....shop.models import Tag

class Purge(migrations.RunPython):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(STATEMENT)

STATEMENT = \"DELETE FROM shop_order\"

@app.task(queue=\"slow\")
def purge_task(depth):
    Tag.objects.filter(id__gt=depth).delete()
    if depth:
        purge_task.delay(depth - 1)
";
    let package = "from .filling import fill\n";
    let filling = "def fill(apps, schema_editor):\n    apps.get_model(\"shop\", \"Order\").objects.update(paid=True)\n";
    let helper = |name: &str, text: &str| (at(&format!("helpers/{name}")), text.to_owned());
    let helpers =
        [helper("__init__", package), helper("cleaning", cleaning), helper("filling", filling)];
    let old: Vec<_> = helpers.iter().cloned().chain([first]).collect();
    let new: Vec<_> = old.iter().cloned().chain([(at("0002_next"), second)]).collect();
    insta::assert_snapshot!(told(&changes(&old, &new)));
}

/// Tools that sort imports change nothing that a migration does.
#[test]
fn the_order_of_imports_is_form() {
    let head =
        "from __future__ import unicode_literals\nfrom django.db import migrations, models\n\n";
    let sorted = "from django.db import models, migrations\nimport django.utils.timezone\n\n";
    let body = "class Migration(migrations.Migration):\n    operations = [\n        \
                migrations.AddField(\"order\", \"note\", models.TextField(null=True)),\n    ]\n";
    let path = at("0002_note");
    let (old, new) = (format!("{head}{body}"), format!("{sorted}{body}"));
    let changes = changes(&[(path.clone(), old)], &[(path, new)]);
    assert_eq!(
        told(&changes),
        "migrations.edited-in-form django shop.0002_note: its text changed, and it means the same (none)\n"
    );
}
