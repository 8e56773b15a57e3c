//! What becomes of databases, as users ask for it.

use camino::Utf8Path;
use trainyard_testkit::TestRepository;

use crate::command::trainyard;

fn revision(id: &str, parents: &str, does: &str) -> (String, String) {
    let text = format!(
        "\"\"\"{id}\"\"\"\n\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = \"{id}\"\n\
         down_revision = {parents}\n\n\ndef upgrade():\n    {does}\n\n\ndef downgrade():\n    pass\n"
    );
    (format!("db/versions/{id}.py"), text)
}

fn table(name: &str) -> String {
    format!("op.create_table(\"{name}\", sa.Column(\"id\", sa.Integer(), primary_key=True))")
}

fn commit(repository: &TestRepository, message: &str, files: &[(String, String)]) {
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repository.commit(message, &files);
}

/// A line with two revisions, and a later release that puts a third one below the second.
fn backported() -> TestRepository {
    let repository = TestRepository::new();
    commit(
        &repository,
        "feat: users and teams",
        &[
            ("db/env.py".to_owned(), "from alembic import context\n".to_owned()),
            revision("aaa1", "None", &table("users")),
            revision("bbb2", "\"aaa1\"", &table("teams")),
        ],
    );
    repository.tag("v1.0.0");
    commit(
        &repository,
        "feat: roles",
        &[
            revision("ccc3", "\"aaa1\"", &table("roles")),
            revision("bbb2", "\"ccc3\"", &table("teams")),
            revision("ddd4", "\"bbb2\"", "op.drop_column(\"users\", \"id\")"),
        ],
    );
    repository.tag("v1.1.0");
    repository
}

#[test]
fn a_lost_migration_is_told_with_the_ways_around_it() {
    let repository = backported();
    let run = trainyard(repository.path(), &["migrations", "between", "v1.0.0", "v1.1.0"]);
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn a_safe_upgrade_is_told_in_a_line() {
    let repository = backported();
    let run = trainyard(
        repository.path(),
        &["migrations", "between", "v1.0.0", "v1.1.0", "--at", "aaa1"],
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn pull_requests_and_programs_are_told_the_same() {
    let repository = backported();
    let between = ["migrations", "between", "v1.0.0", "v1.1.0", "--format"];
    let markdown = trainyard(repository.path(), &[&between[..], &["markdown"]].concat());
    insta::assert_snapshot!(markdown.stdout);
    let json = trainyard(repository.path(), &[&between[..], &["json"]].concat());
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["verdict"], "not-safe");
    assert_eq!(document["migrations"][0]["skipped"][0]["fate"], "lost");
    let github = trainyard(repository.path(), &[&between[..], &["github"]].concat());
    assert!(github.stdout.starts_with("::error"), "{}", github.stdout);
    let sarif = trainyard(repository.path(), &[&between[..], &["sarif"]].concat());
    assert!(sarif.stdout.contains("TY0801"), "{}", sarif.stdout);
}

#[test]
fn folders_are_compared_without_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(folder.path()).unwrap();
    for (state, files) in [
        ("old", vec![revision("aaa1", "None", &table("users"))]),
        (
            "new",
            vec![
                revision("aaa1", "None", &table("users")),
                revision("bbb2", "\"aaa1\"", &table("teams")),
            ],
        ),
    ] {
        for (path, text) in files {
            let path = root.join(state).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    let run = trainyard(root, &["migrations", "between", "./old", "./new"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(run.stdout.starts_with("safe: 1 migration to run, in order\n"), "{}", run.stdout);
}

#[test]
fn what_is_malformed_is_a_finding() {
    let repository = backported();
    let large = format!("revision = 'x'\ndown_revision = None\n{}", "# x\n".repeat(3 << 20));
    let files = [
        ("db/versions/broken.py", "revision = 'eee5'\ndown_revision = 'ddd4'\ndef upgrade(:\n"),
        ("db/versions/binary.py", "down_revision\u{0}\u{1}\u{2}"),
        ("db/versions/large.py", large.as_str()),
        ("db/versions/circle1.py", "revision = 'f1'\ndown_revision = 'f2'\ndef upgrade(): pass\n"),
        ("db/versions/circle2.py", "revision = 'f2'\ndown_revision = 'f1'\ndef upgrade(): pass\n"),
        (
            "db/versions/again.py",
            "revision = 'ddd4'\ndown_revision = 'aaa1'\ndef upgrade(): pass\n",
        ),
    ];
    repository.commit("feat: rubbish", &files);
    let run = trainyard(repository.path(), &["migrations", "between", "v1.1.0", "HEAD"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.transcript());
    let check = trainyard(repository.path(), &["migrations", "check", "--base", "v1.1.0"]);
    insta::assert_snapshot!(check.transcript());
}

#[test]
fn wrong_questions_are_refused() {
    let repository = backported();
    let ask = |arguments: &[&str]| {
        let run = trainyard(repository.path(), &[&["migrations"], arguments].concat());
        let said = run.stderr.replace(repository.path().as_str(), "[repository]");
        format!("{} {said}", run.code)
    };
    insta::assert_snapshot!(
        [
            ask(&["between", "v1.0.0", "v9"]),
            ask(&["between", "v1.0.0", "v1.1.0", "--at", "nowhere"]),
            ask(&["between", "v1.0.0", "v1.1.0", "--folder", "elsewhere"]),
            ask(&["graph", "v1.0.0", "--folder", "elsewhere"]),
        ]
        .join("\n")
    );
}

#[test]
fn proposals_are_checked_against_where_they_go() {
    let repository = backported();
    let check = |base: &str, at: &str| {
        let arguments = ["migrations", "check", "--base", base, "--at", at];
        trainyard(repository.path(), &arguments)
    };
    insta::assert_snapshot!(check("v1.0.0", "v1.1.0").transcript());
    assert_eq!(check("v1.1.0", "v1.1.0").code, 0);
    // Two proposals that are right by themselves, and make two heads together.
    repository.git(&["checkout", "-q", "-b", "one"]);
    commit(&repository, "feat: one", &[revision("eee5", "\"ddd4\"", &table("one"))]);
    repository.git(&["checkout", "-q", "-b", "two", "v1.1.0"]);
    commit(&repository, "feat: two", &[revision("fff6", "\"ddd4\"", &table("two"))]);
    insta::assert_snapshot!(check("one", "two").transcript());
}

#[test]
fn graphs_are_drawn_in_each_format() {
    let repository = backported();
    let draw = |format: &str| {
        trainyard(repository.path(), &["migrations", "graph", "v1.1.0", "--format", format]).stdout
    };
    insta::assert_snapshot!(["text", "dot", "json"].map(draw).join("\n"));
    assert!(draw("svg").starts_with("<svg "));
    let last = trainyard(repository.path(), &["migrations", "graph", "v1.1.0", "--last", "1"]);
    assert_eq!(last.stdout, "ddd4 [head]\n");
}
