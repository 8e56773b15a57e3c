//! Descriptions as files of two trees: which are read, in what words and places changes are told, what cannot be read.

use std::fmt::Write;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_evidence::{
    Change, Class, ContentId, Detector, EntryKind, FileEntry, Folder, Memo, MemoryTree, Pair, Side,
    Source, Tree, Unreadable, openapi::OpenApi,
};

/// What the detector says of two trees.
fn changes(old: &dyn Tree, new: &dyn Tree) -> Vec<Change> {
    let wants = |path: &Utf8Path| OpenApi.wants(path);
    let memo = Memo::default();
    OpenApi.detect(&Pair { old: Side::new(old, wants), new: Side::new(new, wants), memo: &memo })
}

fn tree(files: &[(&str, &str)]) -> MemoryTree {
    MemoryTree::new(files.iter().map(|(path, text)| (Utf8PathBuf::from(*path), *text)))
}

fn told(changes: &[Change]) -> String {
    let place = |source: &Source| {
        let path = source.path.as_deref().map_or("-", Utf8Path::as_str);
        source.line.map_or(path.to_owned(), |line| format!("{path}:{line}"))
    };
    let mut told = String::new();
    for change in changes {
        let before = change.before.as_ref().map_or("-".to_owned(), place);
        let Change { class, rule, subject, sentence, source, .. } = change;
        writeln!(told, "{class} {rule}\n  {subject}: {sentence}\n  {before} -> {}", place(source))
            .expect("memory takes it");
    }
    told
}

const OLD: &str = include_str!("../../pairs/openapi/shop-old.yaml");
const NEW: &str = include_str!("../../pairs/openapi/shop-new.yaml");

#[test]
fn changes_say_what_and_where() {
    let (old, new) = (tree(&[("api/openapi.yaml", OLD)]), tree(&[("api/openapi.yaml", NEW)]));
    insta::assert_snapshot!(told(&changes(&old, &new)));
}

/// The same description in JSON has the same changes, at other lines.
#[test]
fn json_and_yaml_say_the_same() {
    let json = |text: &str| {
        let value = trainyard_evidence::document::parse("a.yaml".into(), text).expect("YAML");
        serde_json::to_string_pretty(&value).expect("a value is JSON")
    };
    let (old_json, new_json) = (json(OLD), json(NEW));
    let yaml = changes(&tree(&[("openapi.yaml", OLD)]), &tree(&[("openapi.yaml", NEW)]));
    let json =
        changes(&tree(&[("openapi.json", &old_json)]), &tree(&[("openapi.json", &new_json)]));
    let parts = |changes: &[Change]| -> Vec<_> {
        changes.iter().map(|one| (one.rule.clone(), one.sentence.clone())).collect()
    };
    assert_eq!(parts(&yaml), parts(&json));
    let line_of = |text: &str, change: &Change| {
        let line = change.source.line.expect("every change has a line") as usize;
        text.lines()
            .nth(line - 1)
            .expect("the line is there")
            .trim()
            .trim_end_matches(',')
            .to_owned()
    };
    for (yaml, json) in yaml.iter().zip(&json).filter(|(yaml, _)| yaml.source.line > Some(1)) {
        let key = |line: String| {
            line.trim_matches(['-', ' '])
                .split(':')
                .next()
                .map(|key| key.trim_matches(['"', '\'']).to_owned())
        };
        let (yaml_key, json_key) = (key(line_of(NEW, yaml)), key(line_of(&new_json, json)));
        if json_key.as_deref() != Some("{") {
            assert_eq!(yaml_key, json_key, "{}", yaml.sentence);
        }
    }
}

#[test]
fn descriptions_are_known_by_their_names() {
    for path in [
        "openapi.json",
        "openapi.yml",
        "docs/manager/openapi.yaml",
        "docs/swagger.json",
        "api/users-openapi.yaml",
        "swagger_v2.yml",
        "openapi/users/paths.yaml",
        "api-docs.json",
        "spec/OpenAPI.json",
    ] {
        assert!(OpenApi.wants(path.into()), "{path}");
    }
    for path in [
        "package.json",
        "openapi.rs",
        "src/openapi/mod.rs",
        "tests/openapi.json",
        "node_modules/x/openapi.json",
        "openapitools.json",
        "crates/evidence/testdata/swagger.json",
    ] {
        assert!(!OpenApi.wants(path.into()), "{path}");
    }
}

const SMALL: &str = r#"{"openapi": "3.0.0", "info": {"title": "Small"}, "paths": {"/a": {"get": {"responses": {}}}}}"#;

#[test]
fn descriptions_come_go_and_move() {
    let none = tree(&[]);
    let one = tree(&[("openapi.json", SMALL)]);
    assert_eq!(changes(&none, &one)[0].rule, "openapi.document-added");
    let gone = changes(&one, &none);
    assert_eq!((gone.len(), gone[0].class), (1, Class::Unknown));
    assert_eq!(gone[0].rule, "openapi.document-removed");
    let moved = tree(&[("docs/openapi.json", &SMALL.replace("\"/a\"", "\"/b\""))]);
    let rules: Vec<_> = changes(&one, &moved).into_iter().map(|change| change.rule).collect();
    assert_eq!(rules, ["openapi.api-path-removed-without-deprecation", "openapi.endpoint-added"]);
    let renamed = tree(&[("docs/openapi.json", SMALL)]);
    assert!(changes(&one, &renamed).is_empty());
}

#[test]
fn other_files_with_such_names_are_left_alone() {
    let (old, new) =
        (tree(&[("openapi.json", r#"{"a": 1}"#)]), tree(&[("openapi.json", r#"{"a": 2}"#)]));
    assert!(changes(&old, &new).is_empty());
}

#[test]
fn parts_in_other_files_are_compared_with_the_description() {
    let root = "openapi: 3.1.0\npaths:\n  /users:\n    get:\n      responses:\n        '200':\n          content:\n            application/json:\n              schema: {$ref: 'parts/user.yaml#/User'}\n";
    let part = "User:\n  type: object\n  properties:\n    name: {type: string}\n    mail: {type: string}\n";
    let old = tree(&[("openapi/root.yaml", root), ("openapi/parts/user.yaml", part)]);
    let less = part.replace("    mail: {type: string}\n", "");
    let new = tree(&[("openapi/root.yaml", root), ("openapi/parts/user.yaml", &less)]);
    insta::assert_snapshot!(told(&changes(&old, &new)), @r"
    dangerous openapi.response-optional-property-removed
      user.yaml.User.mail: the response property disappeared, for GET /users
      openapi/parts/user.yaml:5 -> openapi/parts/user.yaml:1
    ");
}

/// What one file says when it cannot be read, after a right one.
fn trouble(text: impl Into<Vec<u8>>) -> Change {
    let old = tree(&[("openapi.yaml", SMALL)]);
    let new = MemoryTree::new([(Utf8PathBuf::from("openapi.yaml"), text.into())]);
    let mut changes = changes(&old, &new);
    assert_eq!(changes.len(), 1, "{changes:?}");
    changes.remove(0)
}

#[test]
fn what_cannot_be_read_is_told() {
    let deep = format!("openapi: 3.0.0\nx: {}{}", "[".repeat(50_000), "]".repeat(50_000));
    let bomb: String = (1..40).fold("openapi: 3.0.0\na0: &a0 [x, x]\n".to_owned(), |text, at| {
        let before = at - 1;
        format!("{text}a{at}: &a{at} [*a{before}, *a{before}, *a{before}]\n")
    });
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    let texts: [Vec<u8>; 5] = [
        deep.into(),
        bomb.into(),
        pointer.into(),
        b"openapi: '\xff'".to_vec(),
        b"openapi: 3.0.0\npaths: {\n".to_vec(),
    ];
    for text in texts {
        let change = trouble(text);
        assert_eq!((change.rule.as_str(), change.class), ("evidence.unreadable", Class::Unknown));
    }
}

/// A tree of one entry, whose file is larger than any memory.
struct Endless(Folder);

impl Tree for Endless {
    fn root(&self) -> &Folder {
        &self.0
    }

    fn read(&self, entry: &FileEntry, largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        assert_eq!(entry.kind, EntryKind::File, "what is no file is not read");
        Err(Unreadable::TooLarge { size_bytes: u64::MAX, largest_bytes })
    }
}

#[test]
fn links_and_endless_files_are_told() {
    for kind in [EntryKind::Link, EntryKind::Submodule, EntryKind::File] {
        let entry = FileEntry { path: "openapi.json".into(), content: ContentId([7; 20]), kind };
        let changes =
            changes(&tree(&[("openapi.json", SMALL)]), &Endless(Folder::of_files("", vec![entry])));
        assert_eq!(changes[0].rule, "evidence.unreadable");
    }
}
