//! Upgrades between two states of migrations.

use proptest::prelude::*;
use trainyard_evidence::{
    Detector, Memo, MemoryTree, Pair, Side,
    migrations::{Environment, Migration, Migrations, effects_of, environments},
};
use trainyard_upgrade::migrations::{
    Fate, Passage, Software, Verdict, WayKind, findings, passages, proposal,
};

/// Files of a state, by path.
type Files = Vec<(String, String)>;

/// An Alembic revision; `parents` is Python, such as `"a"` or `("a", "b")`.
fn revision(id: &str, parents: &str, upgrade: &str) -> (String, String) {
    let text = format!(
        "from alembic import op\nimport sqlalchemy as sa\nrevision = \"{id}\"\ndown_revision = {parents}\n\n\
         def upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    pass\n"
    );
    (format!("db/versions/{id}.py"), text)
}

fn table(name: &str) -> String {
    format!("op.create_table(\"{name}\", sa.Column(\"id\", sa.Integer(), primary_key=True))")
}

/// A chain of revisions that make a table each: `"a b c"`.
fn chain(ids: &str) -> Files {
    let mut parents = "None".to_owned();
    let mut files = vec![("db/env.py".to_owned(), "from alembic import context\n".to_owned())];
    for id in ids.split(' ') {
        files.push(revision(id, &parents, &table(&format!("table_{id}"))));
        parents = format!("\"{id}\"");
    }
    files
}

fn tree(files: &Files) -> MemoryTree {
    MemoryTree::new(files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())))
}

fn all_passages(old: &Files, new: &Files, at: &[&str]) -> Vec<Passage> {
    let (old, new) = (tree(old), tree(new));
    let memo = Memo::default();
    let sides = [&old, &new].map(|tree| Side::new(tree, |path| Migrations.wants(path)));
    let [old, new] = &sides;
    let (olds, _) = environments(old, &memo);
    let (news, _) = environments(new, &memo);
    let deeds = |environment: &Environment, wanted: &[&Migration]| {
        effects_of(new, &memo, environment, wanted)
    };
    let at: Vec<String> = at.iter().map(|id| (*id).to_owned()).collect();
    passages(&olds, &news, &at, &deeds)
}

fn passage(old: &Files, new: &Files) -> Passage {
    all_passages(old, new, &[]).remove(0)
}

fn pending(passage: &Passage) -> Vec<&str> {
    passage.pending.iter().map(|step| step.id.as_str()).collect()
}

fn skipped(passage: &Passage) -> Vec<(&str, &Fate)> {
    passage.skipped.iter().map(|one| (one.step.id.as_str(), &one.fate)).collect()
}

fn commands(passage: &Passage, kind: WayKind) -> Vec<String> {
    let way = passage.ways.iter().find(|way| way.kind == kind).unwrap();
    let name = |software| if software == Software::Old { "old" } else { "new" };
    way.commands.iter().map(|one| format!("{}: {}", name(one.with), one.line)).collect()
}

#[test]
fn what_is_put_on_top_is_run() {
    let passage = passage(&chain("a b"), &chain("a b c d"));
    assert_eq!(passage.verdict, Verdict::Safe);
    assert_eq!(pending(&passage), ["c", "d"]);
    assert_eq!(commands(&passage, WayKind::Straight), ["new: alembic upgrade head"]);
    assert_eq!(passage.pending[0].does.as_deref(), Some("makes table `table_c`"));
}

#[test]
fn what_is_put_below_the_head_is_lost() {
    let passage = passage(&chain("a b c"), &chain("a x b c d"));
    assert_eq!(passage.verdict, Verdict::NotSafe);
    assert_eq!(skipped(&passage), [("x", &Fate::Lost)]);
    assert_eq!(passage.skipped[0].below, "b");
    assert_eq!(pending(&passage), ["d"]);
    assert_eq!(
        commands(&passage, WayKind::RollBack),
        ["old: alembic downgrade a", "new: alembic upgrade head"]
    );
    assert_eq!(
        commands(&passage, WayKind::FillIn),
        [
            "new: alembic stamp --purge a",
            "new: alembic upgrade x",
            "new: alembic stamp --purge c",
            "new: alembic upgrade head"
        ]
    );
    insta::assert_json_snapshot!(passage);
    let told: Vec<String> =
        findings(&passage).iter().map(|one| format!("{} {}", one.code, one.message)).collect();
    assert_eq!(
        told,
        [
            "TY0801 `x`, which makes table `table_x`, is skipped without a word, as it comes below `b`"
        ]
    );
}

#[test]
fn a_place_that_the_target_does_not_know_stops_the_tool() {
    let passage = passage(&chain("a b x"), &chain("a b c"));
    assert!(!passage.is_known);
    assert_eq!(passage.verdict, Verdict::NotSafe);
    assert!(passage.because[0].contains("Can't locate revision"), "{:?}", passage.because);
    assert_eq!(
        commands(&passage, WayKind::RollBack),
        ["old: alembic downgrade b", "new: alembic upgrade head"]
    );
}

#[test]
fn a_skipped_backport_is_harmless_where_the_same_is_pending() {
    let mut old = chain("a b");
    let mut new = chain("a");
    new.push(revision("x", "\"a\"", &table("accounts")));
    new.push(revision("b", "\"x\"", &table("table_b")));
    new.push(revision("y", "\"b\"", &table("accounts")));
    let with_pending = passage(&old, &new);
    assert_eq!(skipped(&with_pending), [("x", &Fate::Pending("y".to_owned()))]);
    assert_eq!(with_pending.verdict, Verdict::Safe);
    // Where the database has it under another id, the other one runs twice.
    old.push(revision("z", "\"b\"", &table("accounts")));
    let mut merged = new.clone();
    merged.pop();
    merged.push(revision("z", "\"b\"", &table("accounts")));
    let with_ran = passage(&old, &merged);
    assert_eq!(skipped(&with_ran), [("x", &Fate::Ran("z".to_owned()))]);
    merged.push(revision("y", "\"z\"", &table("accounts")));
    let twice = passage(&old, &merged);
    assert_eq!(twice.runs_again[0].applied_as, "z");
    assert_eq!(twice.verdict, Verdict::LookFirst);
}

#[test]
fn a_skipped_merge_does_nothing() {
    let mut old = chain("a b");
    old.push(revision("c", "\"b\"", &table("table_c")));
    let mut new = chain("a b");
    new.push(revision("m", "\"b\"", "pass"));
    new.push(revision("c", "\"m\"", &table("table_c")));
    let passage = passage(&old, &new);
    assert_eq!(skipped(&passage), [("m", &Fate::DoesNothing)]);
    assert_eq!(passage.verdict, Verdict::Safe);
}

#[test]
fn what_does_the_same_in_other_words_is_to_be_compared() {
    let old = chain("a b");
    let mut new = chain("a");
    new.push(revision("x", "\"a\"", "op.add_column(\"table_a\", sa.Column(\"n\", sa.Integer()))"));
    new.push(revision("b", "\"x\"", &table("table_b")));
    let guarded = "if True:\n        op.add_column(\"table_a\", sa.Column(\"n\", sa.Integer()))";
    new.push(revision("y", "\"b\"", guarded));
    let passage = passage(&old, &new);
    assert_eq!(skipped(&passage), [("x", &Fate::Resembles("y".to_owned()))]);
    assert_eq!(passage.verdict, Verdict::NotSafe);
}

#[test]
fn where_the_database_stands_can_be_said() {
    let old = chain("a b c");
    let new = chain("a b x c d");
    // At `b` nothing is lost yet.
    let at_b = all_passages(&old, &new, &["b"]).remove(0);
    assert_eq!(at_b.verdict, Verdict::Safe);
    assert_eq!(pending(&at_b), ["x", "c", "d"]);
}

#[test]
fn two_branches_are_upgraded_to_both_ends() {
    let labelled = |id: &str, parents: &str, label: &str| {
        let (path, text) = revision(id, parents, &table(id));
        (
            path,
            text.replace(
                "\n\ndef upgrade",
                &format!("\nbranch_labels = (\"{label}\",)\n\ndef upgrade"),
            ),
        )
    };
    let mut old = chain("a");
    old.push(labelled("left", "\"a\"", "l"));
    old.push(labelled("right", "\"a\"", "r"));
    let mut new = old.clone();
    new.push(revision("left2", "\"left\"", &table("left2")));
    let grown = passage(&old, &new);
    assert_eq!(pending(&grown), ["left2"]);
    assert_eq!(grown.verdict, Verdict::LookFirst);
    assert_eq!(commands(&grown, WayKind::Straight), ["new: alembic upgrade heads"]);
    // Something below one branch alone is taken back on that branch.
    let mut inserted = chain("a");
    inserted.push(labelled("left", "\"a\"", "l"));
    inserted.push(revision("x", "\"a\"", &table("x")));
    inserted.push(labelled("right", "\"x\"", "r"));
    let one_branch = passage(&old, &inserted);
    assert_eq!(skipped(&one_branch), [("x", &Fate::Lost)]);
    let way = one_branch.ways.iter().find(|way| way.kind == WayKind::RollBack).unwrap();
    assert_eq!(way.stand_at, ["left"]);
    assert_eq!(way.undone, ["right"]);
}

#[test]
fn what_is_required_beside_the_parents_counts_as_below() {
    let mut old = chain("a b");
    old.push(revision("other", "None", &table("other")));
    let mut new = chain("a");
    new.push(revision("other", "None", &table("other")));
    new.push(revision("below", "\"other\"", &table("below")));
    let (path, text) = revision("b", "\"a\"", &table("table_b"));
    let depends = "\ndepends_on = \"below\"\n\ndef upgrade";
    new.push((path, text.replace("\n\ndef upgrade", depends)));
    let passage = passage(&old, &new);
    assert_eq!(skipped(&passage), [("below", &Fate::Lost)]);
}

#[test]
fn edits_are_told_and_comments_are_not() {
    let old = chain("a b");
    let mut commented = old.clone();
    commented[1].1.push_str("# a word\n");
    assert_eq!(passage(&old, &commented).verdict, Verdict::Safe);
    let mut edited = old.clone();
    edited[1].1 = edited[1].1.replace("table_a", "table_z");
    let passage = passage(&old, &edited);
    assert_eq!(passage.edited[0].id, "a");
    assert_eq!(passage.verdict, Verdict::LookFirst);
}

#[test]
fn what_is_put_above_others_runs_again() {
    let passage = passage(&chain("a b c"), &chain("a c b"));
    assert_eq!(pending(&passage), ["b"]);
    assert_eq!(passage.runs_again[0].applied_as, "b");
    assert_eq!(passage.verdict, Verdict::NotSafe);
    assert_eq!(
        commands(&passage, WayKind::RollBack),
        ["old: alembic downgrade a", "new: alembic upgrade head"]
    );
}

fn codes(passage: &Passage) -> Vec<&'static str> {
    findings(passage).iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn each_danger_has_its_code() {
    let codes_of = |old: &Files, new: &Files| codes(&passage(old, new));
    assert_eq!(codes_of(&chain("a b"), &chain("a b c")), [""; 0]);
    assert_eq!(codes_of(&chain("a b"), &chain("a x b")), ["TY0801"]);
    assert_eq!(codes_of(&chain("a b x"), &chain("a b")), ["TY0802"]);
    let flyway = |names: &[&str]| sql("db/migration", names);
    let late = codes_of(
        &flyway(&["V1__a.sql", "V3__ccc.sql"]),
        &flyway(&["V1__a.sql", "V2__bb.sql", "V3__ccc.sql"]),
    );
    assert_eq!(late, ["TY0803"]);
    assert_eq!(codes_of(&chain("a b c"), &chain("a c b")), ["TY0804"]);
    let mut edited = chain("a b");
    edited[1].1 = edited[1].1.replace("table_a", "table_z");
    assert_eq!(codes_of(&chain("a b"), &edited), ["TY0805"]);
    let mut broken = chain("a b");
    broken.push(revision("c", "\"nowhere\"", "pass"));
    assert_eq!(codes_of(&chain("a b"), &broken), ["TY0323"]);
}

#[test]
fn names_of_others_stay_words_of_a_command() {
    let named = |ids: [&str; 2]| Environment {
        framework: "alembic",
        folder: "db".into(),
        migrations: vec![
            Migration { id: ids[0].to_owned(), ..Migration::default() },
            Migration {
                id: ids[1].to_owned(),
                parents: vec![ids[0].to_owned()],
                ..Migration::default()
            },
        ],
    };
    let first_command = |id: &str| {
        let nothing = |_: &Environment, _: &[&Migration]| Vec::new();
        let (old, new) = (named([id, "old"]), named([id, "new"]));
        let passage = passages(&[old], &[new], &[], &nothing).remove(0);
        commands(&passage, WayKind::RollBack).remove(0)
    };
    assert_eq!(first_command("a; rm -rf ~"), "old: alembic downgrade 'a; rm -rf ~'");
    assert_eq!(first_command("it's"), r"old: alembic downgrade 'it'\''s'");
    assert_eq!(first_command("--sql"), "old: alembic downgrade -- --sql");
}

fn django(app: &str, name: &str, dependencies: &str, more: &str) -> (String, String) {
    let text = format!(
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
         dependencies = [{dependencies}]\n    {more}\n    operations = [migrations.CreateModel(name=\"M{name}\", \
         fields=[(\"id\", models.AutoField(primary_key=True))])]\n"
    );
    (format!("{app}/migrations/{name}.py"), text)
}

#[test]
fn django_refuses_what_comes_before_applied_migrations() {
    let one = django("shop", "0001_initial", "", "");
    let old = vec![one.clone(), django("shop", "0003_c", "(\"shop\", \"0001_initial\")", "")];
    let new = vec![
        one,
        django("shop", "0002_b", "(\"shop\", \"0001_initial\")", ""),
        django("shop", "0003_c", "(\"shop\", \"0002_b\")", ""),
    ];
    let passage = passage(&old, &new);
    assert_eq!(passage.verdict, Verdict::NotSafe);
    assert!(passage.late[0].is_refused);
    assert_eq!(
        commands(&passage, WayKind::RollBack),
        ["old: python manage.py migrate shop 0001_initial", "new: python manage.py migrate"]
    );
}

#[test]
fn django_apps_wait_for_each_other() {
    let users = django("users", "0001_initial", "", "");
    let shop = django("shop", "0001_initial", "(\"users\", \"__latest__\")", "");
    let old = vec![users.clone(), shop.clone()];
    // A new migration of one app that wants to run before the other one's.
    let first = django(
        "users",
        "0002_more",
        "(\"users\", \"0001_initial\")",
        "run_before = [(\"shop\", \"0001_initial\")]",
    );
    let new = vec![users, shop, first];
    let passages = all_passages(&old, &new, &[]);
    assert_eq!(passages.len(), 1);
    assert_eq!(passages[0].late[0].step.id, "users.0002_more");
    assert_eq!(passages[0].late[0].below, "shop.0001_initial");
}

#[test]
fn django_squashes_count_once_their_parts_are_there() {
    let one = django("shop", "0001_initial", "", "");
    let two = django("shop", "0002_b", "(\"shop\", \"0001_initial\")", "");
    let squash = |name: &str| {
        let replaces = "replaces = [(\"shop\", \"0001_initial\"), (\"shop\", \"0002_b\")]";
        django("shop", name, "", replaces)
    };
    let squashed = vec![squash("0001_squashed")];
    let whole = passage(&vec![one.clone(), two.clone()], &squashed);
    assert_eq!((whole.verdict, whole.pending.len()), (Verdict::Safe, 0));
    let part = passage(&vec![one.clone()], &squashed);
    assert_eq!(part.verdict, Verdict::NotSafe);
    assert!(part.half_squashed[0].is_stuck);
    let beside = passage(&vec![one.clone()], &vec![one, two, squash("0001_squashed")]);
    assert_eq!(pending(&beside), ["shop.0002_b"]);
    assert_eq!(beside.verdict, Verdict::LookFirst);
}

fn sql(folder: &str, names: &[&str]) -> Files {
    let text = |name: &str| format!("CREATE TABLE t_{} (id int);\n", name.len());
    names.iter().map(|name| (format!("{folder}/{name}"), text(name))).collect()
}

#[test]
fn each_tool_meets_late_and_unknown_files_in_its_way() {
    let verdict = |old: &Files, new: &Files| {
        let passage = passage(old, new);
        let kinds: Vec<WayKind> = passage.ways.iter().map(|way| way.kind).collect();
        (passage.framework.clone(), passage.verdict, kinds)
    };
    let flyway = |names: &[&str]| sql("db/migration", names);
    let (one, two, three) = ("V1__a.sql", "V2__bb.sql", "V3__ccc.sql");
    assert_eq!(
        verdict(&flyway(&[one, three]), &flyway(&[one, two, three])),
        ("flyway".to_owned(), Verdict::NotSafe, vec![WayKind::RollBack, WayKind::Overrule])
    );
    assert_eq!(
        verdict(&flyway(&[one, two]), &flyway(&[one, three])),
        ("flyway".to_owned(), Verdict::NotSafe, vec![WayKind::RollBack, WayKind::Overrule])
    );
    let sqlx = |names: &[&str]| sql("migrations", names);
    let (one, two, three) =
        ("20240101000000_a.sql", "20240102000000_bb.sql", "20240103000000_ccc.sql");
    assert_eq!(
        verdict(&sqlx(&[one, three]), &sqlx(&[one, two, three])),
        ("sqlx".to_owned(), Verdict::LookFirst, vec![WayKind::Straight])
    );
    assert_eq!(verdict(&sqlx(&[one, two]), &sqlx(&[one, three])).1, Verdict::NotSafe);
    let diesel = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("{name}/up.sql")).collect();
        sql("migrations", &names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let (one, two, three) =
        ("2024-01-01-000000_a", "2024-01-02-000000_bb", "2024-01-03-000000_ccc");
    assert_eq!(
        verdict(&diesel(&[one, three]), &diesel(&[one, two, three])),
        ("diesel".to_owned(), Verdict::LookFirst, vec![WayKind::Straight])
    );
    let plain = |names: &[&str]| sql("migrations", names);
    assert_eq!(
        verdict(&plain(&["1_a.sql", "3_ccc.sql"]), &plain(&["1_a.sql", "2_bb.sql", "3_ccc.sql"])),
        ("sql".to_owned(), Verdict::NotSafe, vec![WayKind::RollBack])
    );
}

#[test]
fn broken_graphs_are_told() {
    let old = chain("a b");
    let broken = |more: Files| {
        let mut new = old.clone();
        new.extend(more);
        passage(&old, &new)
    };
    let dangling = broken(vec![revision("c", "\"nowhere\"", "pass")]);
    assert_eq!(dangling.verdict, Verdict::NotSafe);
    assert!(dangling.broken[0].contains("`nowhere`, which is not there"), "{:?}", dangling.broken);
    let circle = broken(vec![revision("c", "\"d\"", "pass"), revision("d", "\"c\"", "pass")]);
    assert!(circle.broken.iter().any(|one| one.contains("circle")), "{:?}", circle.broken);
    let (_, text) = revision("b", "\"a\"", "pass");
    let twice = broken(vec![("db/versions/b_again.py".to_owned(), text)]);
    assert!(twice.broken.iter().any(|one| one.contains("its id is also")), "{:?}", twice.broken);
}

#[test]
fn thousands_of_migrations_take_no_time() {
    let ids: Vec<String> = (0..3_000).map(|number| format!("r{number:05}")).collect();
    let environment = |skip: usize| Environment {
        framework: "alembic",
        folder: "db".into(),
        migrations: ids
            .iter()
            .enumerate()
            .filter(|(place, _)| skip == 0 || place % skip != 1)
            .scan(None, |parent: &mut Option<String>, (_, id)| {
                let parents = parent.replace(id.clone()).into_iter().collect();
                Some(Migration { id: id.clone(), parents, ..Migration::default() })
            })
            .collect(),
    };
    let (old, new) = (environment(3), environment(0));
    let passage = passages(&[old], &[new], &[], &|_, _| Vec::new()).remove(0);
    assert_eq!(passage.skipped.len(), 1_000);
}

fn complaints(old: &Files, new: &Files, is_released: bool) -> Vec<String> {
    let (old, new) = (tree(old), tree(new));
    let memo = Memo::default();
    let side = |tree| Side::new(tree, |path| Migrations.wants(path));
    let pair = Pair { old: side(&old), new: side(&new), memo: &memo };
    let (olds, _) = environments(&pair.old, &memo);
    let (news, _) = environments(&pair.new, &memo);
    let found = proposal(&olds, &news, &Migrations.detect(&pair), |_| is_released);
    found.iter().map(|one| format!("{} {} {}", one.code, one.severity, one.message)).collect()
}

#[test]
fn proposals_are_held_to_the_order() {
    let old = chain("a b");
    assert_eq!(complaints(&old, &chain("a b c"), true), [""; 0]);
    insta::assert_debug_snapshot!("inserted", complaints(&old, &chain("a x b"), true));
    let mut edited = old.clone();
    edited[1].1 = edited[1].1.replace("table_a", "table_z");
    insta::assert_debug_snapshot!("edited", complaints(&old, &edited, true));
    insta::assert_debug_snapshot!("edited_unreleased", complaints(&old, &edited, false));
    let mut heads = old.clone();
    heads.push(revision("c", "\"b\"", &table("c")));
    heads.push(revision("d", "\"b\"", &table("d")));
    insta::assert_debug_snapshot!("heads", complaints(&old, &heads, true));
    let mut merge = old.clone();
    merge.push(revision("m", "(\"a\", \"b\")", "pass"));
    insta::assert_debug_snapshot!("pointless_merge", complaints(&old, &merge, true));
    let mut backported = old.clone();
    backported.push(revision("m", "(\"b\", \"elsewhere\")", "pass"));
    insta::assert_debug_snapshot!("backported_merge", complaints(&old, &backported, true));
}

proptest! {
    /// Whatever the order: what the database gets is told once, and after the way back nothing is skipped.
    #[test]
    fn every_migration_has_one_fate(
        old in prop::collection::vec(prop::collection::vec(0usize..12, 0..3), 1..12),
        new in prop::collection::vec(prop::collection::vec(0usize..12, 0..3), 1..12),
    ) {
        let environment = |graph: &[Vec<usize>]| Environment {
            framework: "alembic",
            folder: "db".into(),
            migrations: graph
                .iter()
                .enumerate()
                .map(|(id, parents)| Migration {
                    id: id.to_string(),
                    parents: parents.iter().map(usize::to_string).collect(),
                    ..Migration::default()
                })
                .collect(),
        };
        let (old, new) = (environment(&old), environment(&new));
        let nothing = |_: &Environment, _: &[&Migration]| Vec::new();
        let passage = passages(std::slice::from_ref(&old), std::slice::from_ref(&new), &[], &nothing).remove(0);
        if passage.is_known {
            let kept = new.migrations.iter().filter(|one| {
                let id = |step: &trainyard_upgrade::migrations::Step| step.id == one.id;
                !passage.pending.iter().any(id)
                    && !passage.skipped.iter().any(|skipped| skipped.step.id == one.id)
            });
            // What neither runs nor is skipped, the database has.
            for migration in kept {
                prop_assert!(old.migrations.iter().any(|one| one.id == migration.id));
            }
        }
        if let Some(way) = passage.ways.iter().find(|way| way.kind == WayKind::RollBack) {
            let again = passages(&[old], &[new], &way.stand_at, &nothing).remove(0);
            prop_assert!(way.stand_at.is_empty() || again.skipped.is_empty(), "{way:?} {again:?}");
            prop_assert!(way.stand_at.is_empty() || again.is_known);
            prop_assert!(way.stand_at.is_empty() || again.runs_again.is_empty(), "{way:?} {again:?}");
        }
    }
}
