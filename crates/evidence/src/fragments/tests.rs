use super::*;

fn file(path: &str, text: &str) -> FragmentFile {
    FragmentFile { path: path.into(), text: text.to_owned() }
}

/// What a towncrier fragment of this name comes to: its rule and class, or the finding's message.
fn named(name: &str) -> Result<(String, Class), String> {
    let evidence =
        towncrier(&[file(&format!("changes/{name}"), "words")], "core", &BTreeMap::new());
    match evidence.changes.get("core") {
        Some(changes) => Ok((changes[0].rule.clone(), changes[0].class)),
        None => Err(evidence
            .findings
            .first()
            .map(|finding| finding.message.clone())
            .unwrap_or_default()),
    }
}

#[track_caller]
fn check(name: &str, rule: &str, class: Class) {
    assert_eq!(named(name), Ok((format!("fragments.{rule}"), class)), "{name}");
}

#[test]
fn names_of_fragments_say_the_type() {
    check("123.feature.md", "feature", Class::Additive);
    check("+orphan.fix.rst", "fix", Class::Fix);
    check("123.breaking.1.md", "breaking", Class::Breaking);
    check("123.BugFix", "fix", Class::Fix);
    check("fix.2.1.removal.txt", "removal", Class::Breaking);
    check("1.deprecation.md", "deprecation", Class::Additive);
    check("1.enhance.md", "enhance", Class::Additive);
    check("1.deps.md", "deps", Class::Fix);
    check("1.doc.md", "doc", Class::Docs);
    check("1.test.md", "test", Class::None);
    check("1.misc.md", "misc", Class::None);
    check("1.change.md", "change", Class::Unknown);
}

#[test]
fn names_without_a_known_type_are_findings() {
    assert_eq!(named("123.featrue.md").unwrap_err(), "`featrue` is no known type of fragment");
    assert_eq!(named("notes.md").unwrap_err(), "the file's name says no type");
    assert_eq!(named("feature").unwrap_err(), "the file's name says no type");
}

#[test]
fn other_files_are_passed_over() {
    for name in [
        "README.md",
        ".gitignore",
        "template.md",
        "_template.feature.rst",
        "1.fix.md~",
        "towncrier.toml",
    ] {
        assert_eq!(named(name), Err(String::new()), "{name}");
    }
}

#[test]
fn a_projects_own_types_come_first() {
    let types = BTreeMap::from([
        ("change".to_owned(), Class::Breaking),
        ("bugfix".to_owned(), Class::None),
    ]);
    let files = [file("changes/1.change.md", ""), file("changes/2.bugfix.md", "")];
    let changes = &towncrier(&files, "core", &types).changes["core"];
    assert_eq!(
        changes.iter().map(|change| change.class).collect::<Vec<_>>(),
        [Class::Breaking, Class::None]
    );
    assert_eq!(changes[0].rule, "fragments.change");
}

#[test]
fn fragments_tell_their_first_words_and_where_they_stand() {
    let evidence = towncrier(
        &[file("changes/1.fix.md", "\u{feff}\r\n* Be *quick*.\r\n")],
        "core",
        &BTreeMap::new(),
    );
    let change = &evidence.changes["core"][0];
    assert_eq!(change.subject, "Be *quick*.");
    assert_eq!(change.source.line, Some(2));
    assert_eq!(change.source.path.as_deref(), Some(Utf8Path::new("changes/1.fix.md")));
}

fn packages() -> Packages {
    let components = [("@scope/web", "frontend"), ("server", "backend"), ("it's", "backend")];
    let owned = |(package, component): (&str, &str)| (package.to_owned(), component.to_owned());
    Packages { components: components.map(owned).into(), otherwise: None }
}

fn read(text: &str) -> FragmentEvidence {
    changesets(&[file(".changeset/calm-dogs-run.md", text)], &packages())
}

/// Where and why, of all findings.
fn complaints(text: &str) -> Vec<String> {
    let line = |finding: &Finding| {
        let place = &finding.locations[0];
        format!("{}:{} {}", place.line.unwrap_or(0), place.column.unwrap_or(0), finding.message)
    };
    read(text).findings.iter().map(line).collect()
}

#[test]
fn changesets_give_levels_to_components() {
    let evidence = read(
        "\u{feff}---\r\n\"@scope/web\": minor\r\nserver: 'major' # why\r\n'it''s': none\r\n---\r\n\r\n## Faster\r\n",
    );
    assert!(evidence.findings.is_empty(), "{:?}", evidence.findings);
    let all: Vec<_> = evidence
        .changes
        .iter()
        .flat_map(|(component, changes)| {
            changes.iter().map(move |change| (component.as_str(), change))
        })
        .map(|(component, change)| {
            (component, change.rule.as_str(), change.class, change.source.line)
        })
        .collect();
    assert_eq!(
        all,
        [
            ("backend", "fragments.major", Class::Breaking, Some(3)),
            ("backend", "fragments.none", Class::None, Some(4)),
            ("frontend", "fragments.minor", Class::Additive, Some(2)),
        ]
    );
    assert_eq!(evidence.changes["frontend"][0].subject, "Faster");
}

#[test]
fn an_empty_changeset_is_no_change() {
    assert_eq!(read("---\n---\n"), FragmentEvidence::default());
}

#[test]
fn what_a_changeset_gets_wrong_is_told_with_its_place() {
    assert_eq!(
        complaints("words"),
        ["1:1 a changeset begins with front matter between two lines of `---`"]
    );
    assert_eq!(complaints("---\nserver: minor\n").len(), 1);
    assert_eq!(complaints("---\nserver: mnior\n---\n"), ["2:9 `mnior` is no level"]);
    assert_eq!(complaints("---\nserver\n---\n"), ["2:7 a `:` and a level must follow the package"]);
    assert_eq!(complaints("---\n\"server: minor\n---\n"), ["2:1 the line names no package"]);
    assert_eq!(
        complaints("---\n  server: minor\n---\n"),
        ["2:3 the line is indented, so it names no package"]
    );
    assert_eq!(complaints("---\nserver: minor x\n---\n"), ["2:9 `minor x` is no level"]);
    assert_eq!(
        complaints("---\nserver: minor\nserver: patch\n---\n"),
        ["3:1 the package `server` is named twice"]
    );
    assert_eq!(
        complaints("---\nsevrer: minor\n---\n"),
        ["2:1 the package `sevrer` belongs to no component"]
    );
}

#[test]
fn good_lines_count_beside_bad_ones() {
    let evidence = read("---\nserver: minor\nweb\n---\nwords");
    assert_eq!(evidence.changes["backend"].len(), 1);
    assert_eq!(evidence.findings.len(), 1);
    assert_eq!(evidence.findings[0].code, Code::UNREADABLE_FRAGMENT);
}

#[test]
fn a_single_component_takes_all_packages() {
    let packages = Packages { otherwise: Some("all".to_owned()), ..Packages::default() };
    let evidence = changesets(&[file(".changeset/a.md", "---\nx: patch\n---\nwords")], &packages);
    assert_eq!(evidence.changes["all"][0].rule, "fragments.patch");
}

#[test]
fn the_folders_other_files_are_known() {
    let state = r#"{"mode": "pre", "tag": "next", "initialVersions": {}, "changesets": ["a"]}"#;
    let files = [
        file(".changeset/README.md", "words"),
        file(".changeset/config.json", "{}"),
        file(".changeset/pre.json", state),
    ];
    let evidence = changesets(&files, &packages());
    assert!(evidence.findings.is_empty());
    let expected = Prerelease {
        mode: "pre".to_owned(),
        tag: "next".to_owned(),
        changesets: vec!["a".to_owned()],
    };
    assert_eq!(evidence.prerelease, Some(expected));
    let broken = changesets(&[file(".changeset/pre.json", "{\n")], &packages());
    assert_eq!(broken.findings[0].locations[0].line, Some(2));
}
