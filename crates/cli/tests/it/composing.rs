//! Bundles that are derived, compared, cut into flavours and exported; releases that work together.

use crate::{
    command::trainyard,
    resolving::{bundle, folder, text},
};

#[test]
fn bundle_derive_stores_what_differs() {
    let repository = folder();
    let path = repository.path();
    repository.write(&[("studios/README.md", "")]);
    let derived = trainyard(
        path,
        &[
            "bundle",
            "derive",
            "bundle.toml",
            "--add",
            "deadline@2.1.0",
            "--override",
            "review@1.1.0",
            "--remove",
            "maya",
            "--output",
            "studios/studio.toml",
        ],
    );
    insta::assert_snapshot!(derived.transcript());
    let file = text(path, "studios/studio.toml");
    let digest = file.split('"').find(|word| word.starts_with("sha256:")).unwrap().to_owned();
    insta::assert_snapshot!(file.replace(&digest, "<digest>"));
    let check = bundle(path, &["check", "studios/studio.toml"]);
    assert_eq!(check.code, 0, "{}", check.transcript());
    assert!(
        check.stdout.contains("derived from pipeline 2023.11, 3 pins away"),
        "{}",
        check.stdout
    );

    // A base that became another is told, and the bundle can be carried over.
    let newer = text(path, "bundle.toml")
        .replace("2023.11", "2023.12")
        .replace("\"0.5.4\"", "\"0.6.0\"")
        .replace("review = \"1.0.0\"", "review = \"1.0.5\"")
        .replace("core = \"1.2.0\"", "core = \"1.3.0\"\ndeadline = \"2.1.0\"");
    repository.write(&[("newer.toml", &newer)]);
    let asked = ["bundle", "rebase", "studios/studio.toml", "--onto", "newer.toml"];
    let told = trainyard(path, &asked);
    insta::assert_snapshot!(told.transcript());
    let written = trainyard(path, &[&asked[..], &["--output", "studios/next.toml"]].concat());
    assert_eq!(written.code, 1);
    let next = text(path, "studios/next.toml");
    assert!(next.contains("path = \"../newer.toml\"") && !next.contains("deadline"), "{next}");
    repository.write(&[("bundle.toml", &newer)]);
    let check = bundle(path, &["check", "studios/studio.toml"]);
    assert!(check.stdout.contains("TY0751"), "{}", check.stdout);
    let json = trainyard(path, &[&asked[..], &["--format", "json"]].concat());
    assert!(json.stdout.contains("\"conflicts\""), "{}", json.stdout);
}

#[test]
fn bundle_derive_refuses_what_the_base_does_not_have() {
    let repository = folder();
    let path = repository.path();
    let derive = |asked: &[&str]| {
        let command = ["bundle", "derive", "bundle.toml", "--output", "studio.toml"];
        trainyard(path, &[&command[..], asked].concat())
    };
    for (asked, words) in [
        (&["--override", "myaa@1.0.0"][..], "did you mean `maya`?"),
        (&["--remove", "ftrack"], "cannot be left out"),
        (&["--add", "maya@1.0.0"], "use --override"),
        (&["--add", "x"], "is not NAME@VERSION"),
        (&["--remove", "maya", "--override", "maya@1.0.0"], "named twice"),
    ] {
        let answer = derive(asked);
        assert_eq!(answer.code, 2, "{asked:?}");
        assert!(answer.stderr.contains(words), "{asked:?}: {}", answer.stderr);
    }
    // What the base lacks, and a bundle that is its own base, are told where they are read.
    repository.write(&[
        ("idle.toml", "[bundle]\nname = \"idle\"\nbase = { name = \"pipeline\", version = \"2023.11\", path = \"bundle.toml\" }\nwithout = [\"reviev\"]\n\n[pins]\n"),
        ("own.toml", "[bundle]\nname = \"own\"\nbase = { name = \"own\", path = \"own.toml\" }\n\n[pins]\n"),
        ("none.toml", "[bundle]\nname = \"none\"\nwithout = [\"x\"]\n\n[pins]\n"),
    ]);
    let idle = bundle(path, &["check", "idle.toml"]);
    assert!(idle.stdout.contains("TY0752") && idle.stdout.contains("`review`"), "{}", idle.stdout);
    assert!(!idle.stdout.contains("TY0751"), "{}", idle.stdout);
    assert_eq!(bundle(path, &["check", "own.toml"]).code, 2);
    assert_eq!(bundle(path, &["check", "none.toml"]).code, 2);
    let whole = trainyard(path, &["bundle", "rebase", "bundle.toml", "--onto", "bundle.toml"]);
    assert!(whole.stderr.contains("derived from nothing"), "{}", whole.stderr);
}

#[test]
fn bundle_diff_tells_versions_requirements_and_servers() {
    let repository = folder();
    let path = repository.path();
    let newer = text(path, "bundle.toml")
        .replace("2023.11", "2023.12")
        .replace("\"0.5.4\"", "\"0.6.0\"")
        .replace("review = \"1.0.0\"\n", "ftrack = \"1.4.0\"\n")
        .replace("members = [\"review\"]", "members = [\"ftrack\"]")
        .replace("core = \"1.2.0\"", "core = \"1.3.0\"");
    repository.write(&[("newer.toml", &newer)]);
    insta::assert_snapshot!(bundle(path, &["diff", "bundle.toml", "newer.toml"]).transcript());
    let markdown = bundle(path, &["diff", "bundle.toml", "newer.toml", "--format", "markdown"]);
    insta::assert_snapshot!(markdown.stdout);
    let json = bundle(path, &["diff", "bundle.toml", "newer.toml", "--format", "json"]);
    assert!(json.stdout.contains("\"server_after\""), "{}", json.stdout);
    let same = bundle(path, &["diff", "bundle.toml", "bundle.toml"]);
    assert_eq!(same.stdout, "pipeline 2023.11 -> pipeline 2023.11: 3 the same\n");
}

#[test]
fn bundle_diff_tells_what_breaks_and_migrates_between_tags() {
    let part = trainyard_testkit::TestRepository::new();
    let release = |version: &str, migrations: &[(&str, &str)], paths: &str| {
        let package = format!("name = \"core\"\nversion = \"{version}\"\n");
        let api = format!(
            "openapi: 3.0.0\ninfo: {{title: a, version: '1'}}\npaths:\n  /a:\n    get: {{responses: {{'200': {{description: ok}}}}}}\n{paths}"
        );
        let mut files = vec![("package.py", package.as_str()), ("openapi.yaml", api.as_str())];
        files.extend(migrations);
        part.commit("feat: more", &files);
        part.tag(version);
    };
    let more = "  /b:\n    get: {responses: {'200': {description: ok}}}\n";
    release(
        "1.0.0",
        &[("migrations/V1__begin.sql", "create table users (id int, name text);\n")],
        more,
    );
    release("1.1.0", &[("migrations/V2__less.sql", "alter table users drop column name;\n")], "");
    let work = trainyard_testkit::TestRepository::new();
    let pins = |version: &str| format!("[bundle]\nname = \"b\"\n[pins]\ncore = \"{version}\"\n");
    work.write(&[("old.toml", &pins("1.0.0")), ("new.toml", &pins("1.1.0"))]);
    let tags = format!("core={}", part.path());
    let ask = |asked: &[&str]| {
        bundle_of(work.path(), &[&["diff", "old.toml", "new.toml"], asked].concat())
    };
    insta::assert_snapshot!(ask(&["--tags", &tags]));
    insta::assert_snapshot!(ask(&["--tags", &tags, "--format", "markdown"]));
    let json: serde_json::Value =
        serde_json::from_str(&ask(&["--tags", &tags, "--format", "json"])).unwrap();
    assert_eq!(json["evidence"][0]["name"], "core");
    assert_eq!(json["not_compared"].as_array().unwrap().len(), 0);
    assert!(ask(&[]).contains("--tags NAME=PATH"), "{}", ask(&[]));
}

fn bundle_of(path: &camino::Utf8Path, asked: &[&str]) -> String {
    let answer = trainyard(path, &[&["bundle"], asked].concat());
    assert_eq!(answer.code, 0, "{}", answer.transcript());
    answer.stdout
}

#[test]
fn bundle_flavours_are_listed_united_and_compared() {
    let repository = folder();
    let path = repository.path();
    insta::assert_snapshot!(bundle(path, &["flavours", "bundle.toml"]).transcript());
    let asked = ["flavours", "bundle.toml", "--difference", "3d", "full"];
    insta::assert_snapshot!(bundle(path, &asked).stdout);
    let asked = ["flavours", "bundle.toml", "--union", "3d,full", "--output", "all.toml"];
    let union = bundle(path, &asked);
    assert!(union.stdout.contains("3d+full  3     core, maya, review"), "{}", union.stdout);
    assert_eq!(bundle(path, &["check", "all.toml"]).code, 0);
    let unknown = bundle(path, &["flavours", "bundle.toml", "--union", "ful"]);
    assert!(unknown.stderr.contains("did you mean `full`?"), "{}", unknown.stderr);
    let open = text(path, "bundle.toml").replace("[\"core\", \"maya\"]", "[\"maya\"]");
    repository.write(&[("open.toml", &open)]);
    let open = bundle(path, &["flavours", "open.toml"]);
    assert_eq!(open.code, 1);
    assert!(open.stdout.contains("TY0750"), "{}", open.stdout);
}

#[test]
fn bundle_export_writes_each_form() {
    let repository = folder();
    let path = repository.path();
    for (form, words) in [
        ("ayon", "\"maya\": \"0.5.4\""),
        ("rez", "maya"),
        ("pip", "maya==0.5.4"),
        ("compose", "0.5.4"),
        ("cyclonedx", "\"bomFormat\": \"CycloneDX\""),
    ] {
        let answer = bundle(path, &["export", "bundle.toml", "--to", form]);
        assert_eq!(answer.code, 0, "{form}: {}", answer.stderr);
        assert!(answer.stdout.contains(words), "{form}: {}", answer.stdout);
    }
    let written =
        bundle(path, &["export", "bundle.toml", "--to", "pip", "--output", "constraints.txt"]);
    assert_eq!(written.stdout, "wrote constraints.txt\n");
    assert_eq!(bundle(path, &["export", "bundle.toml", "--to", "nix"]).code, 2);
}

#[test]
fn compat_of_bundle_members_tells_the_rule_that_decided() {
    let repository = folder();
    let path = repository.path();
    let compat = |asked: &[&str]| {
        trainyard(path, &[&["compat"], asked, &["--catalogue", "manifests"]].concat())
    };
    insta::assert_snapshot!(compat(&["maya@0.6.0", "core@1.2.0"]).transcript());
    let fine = compat(&["core@1.3.0", "maya@0.6.0"]);
    assert_eq!(fine.code, 0, "{}", fine.transcript());
    let unknown = compat(&["maya@0.6.0", "ftrack@1.4.0"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.stdout.contains("no rule says"), "{}", unknown.stdout);
    insta::assert_snapshot!(compat(&["matrix", "maya", "core"]).transcript());
    insta::assert_snapshot!(compat(&["matrix", "maya", "core", "--format", "markdown"]).stdout);
    let json = compat(&["matrix", "maya", "core", "--format", "json", "--newest", "1"]);
    assert!(json.stdout.contains("\"rule\": \"requirement\""), "{}", json.stdout);

    // Groups of the policy share their lines.
    repository.write(&[("lockstep.toml", LOCKSTEP)]);
    let line = compat(&["review@1.1.0", "ftrack@1.4.0", "--policy", "lockstep.toml"]);
    assert!(line.stdout.contains("by lockstep line"), "{}", line.transcript());
    for (asked, words) in [
        (&["maya@9.9.9", "core@1.2.0"][..], "the newest is 0.6.0"),
        (&["myaa@1.0.0", "core@1.2.0"], "did you mean `maya`?"),
        (&["maya", "core@1.2.0"], "is not NAME@VERSION"),
        (&["matrix", "maya", "cor"], "did you mean `core`?"),
    ] {
        let answer = compat(asked);
        assert_eq!(answer.code, 2, "{asked:?}");
        assert!(answer.stderr.contains(words), "{asked:?}: {}", answer.stderr);
    }
}

/// A policy with a group that shares its line.
const LOCKSTEP: &str = "[product]\nname = \"studio\"\n\n[components.review]\n\n[components.ftrack]\n\n\
                        [groups.front]\ncomponents = [\"review\", \"ftrack\"]\nlockstep = \"minor\"\n";
