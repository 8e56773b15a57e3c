//! Real platforms' histories, rebuilt as repositories, held against their policies.

use std::collections::BTreeSet;

use trainyard_testkit::{HistoryScript, Tally, TestRepository, case_text, listed_tags};

use crate::command::trainyard;

/// The code and subject of every finding of an audit.
fn findings(repository: &TestRepository, arguments: &[&str]) -> BTreeSet<(String, String)> {
    let run = trainyard(repository.path(), &[&["audit", "--format", "json"], arguments].concat());
    let audit: serde_json::Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.transcript()));
    let findings = audit["findings"].as_array().unwrap();
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings.iter().map(|finding| (text(finding, "code"), text(finding, "subject"))).collect()
}

/// What an audit of recorded tags must find. Gaps and cadence are judged apart, by `audits_of_examples_are_stable`.
fn check(list: &str, preset: &str, expected: &[(&str, &str)]) {
    let Some(text) = case_text(list) else { return };
    // Rows of `commit:` are versions that a file once stated; nobody tagged them.
    let tagged = |line: &&str| !line.contains("\tcommit:");
    let text: String = text.lines().filter(tagged).flat_map(|line| [line, "\n"]).collect();
    let repository = HistoryScript::from_tags(&listed_tags(&text)).into_bare();
    let found = findings(&repository, &["--preset", preset, "--date", "2026-08-20"]);
    let about_names = |code: &str| ["TY0201", "TY0202", "TY0203", "TY0306"].contains(&code);
    let found: BTreeSet<_> = found
        .iter()
        .map(|(code, subject)| (code.as_str(), subject.as_str()))
        .filter(|(code, _)| about_names(code))
        .collect();
    let mut tally = Tally::new(list);
    for oddity in expected {
        tally.check(found.contains(oddity), || format!("not found: {oddity:?}"));
    }
    for other in found.difference(&expected.iter().copied().collect()) {
        tally.check(false, || format!("false alarm: {other:?}"));
    }
    tally.finish();
}

#[test]
fn polyaxon_cases_give_every_listed_oddity_and_no_other() {
    check(
        "history/tags/polyaxon__polyaxon.tsv",
        "polyaxon",
        &[
            ("TY0201", "pull"),
            // Three of the four spellings of pre-releases; the fourth is the policy's.
            ("TY0202", "0.4.2rc0"),
            ("TY0202", "0.5.0rc0"),
            ("TY0202", "v1.1.0rc0"),
            ("TY0202", "v1.1.1.rc0"),
            ("TY0202", "v1.1.7.post1"),
            ("TY0202", "v1.1.7.post2"),
            ("TY0202", "v1.1.7.post3"),
            ("TY0202", "v1.1.7.post4"),
            ("TY0202", "v1.1.9.post1"),
            ("TY0306", "1.6.0"),
        ],
    );
}

#[test]
fn ayon_cases_give_every_listed_oddity_and_no_other() {
    check(
        "history/releases/ynput__ayon-backend.releases.tsv",
        "ayon",
        &[("TY0202", "1.5.00"), ("TY0203", "1.5.00")],
    );
}

#[test]
fn backend_ai_cases_give_every_listed_oddity_and_no_other() {
    check(
        "history/releases/lablup__backend.ai.releases.tsv",
        "backend-ai",
        &[
            ("TY0201", "windows-distribute-dev3"),
            ("TY0202", "23.09.8.rc1"),
            ("TY0203", "23.09.8.rc1"),
            ("TY0202", "24.03.0dev0"),
            ("TY0306", "0.0.5"),
        ],
    );
}

#[test]
fn audits_of_examples_are_stable() {
    let repository = TestRepository::new();
    for example in ["ayon", "backend-ai", "polyaxon"] {
        let run = trainyard(repository.path(), &["audit", "--example", example, "--all"]);
        insta::assert_snapshot!(example, run.transcript());
    }
}

#[test]
fn a_tag_list_needs_no_repository() {
    let repository = TestRepository::new();
    repository.write(&[(
        "tags.tsv",
        "v1.0.0\t2024-01-01\nv1.0.1\t2024-02-01\nv1.0.3\t2024-03-01\nnightly\n",
    )]);
    let found = findings(&repository, &["--tags", "tags.tsv", "--preset", "semver"]);
    let pair = |code: &str, subject: &str| (code.to_owned(), subject.to_owned());
    assert_eq!(found, BTreeSet::from([pair("TY0201", "nightly"), pair("TY0303", "v1.0.3")]));
}

#[test]
fn a_tag_that_disagrees_with_its_version_file_is_found() {
    let repository = TestRepository::new();
    let policy = "preset = \"semver\"\n[product]\nname = \"shop\"\n[components.shop]\n\
        version-files = [{ path = \"package.json\", key = \"version\" }]\n";
    repository.commit(
        "feat: begin",
        &[("trainyard.toml", policy), ("package.json", "{\n  \"version\": \"1.0.0\"\n}\n")],
    );
    repository.tag("v1.0.0");
    repository.commit("fix: one", &[("src", "1")]);
    repository.tag("v1.0.1");
    let run = trainyard(repository.path(), &["audit"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert!(run.stdout.contains("the tag says 1.0.1, package.json says 1.0.0"), "{}", run.stdout);
    assert!(run.stdout.contains("package.json:2"), "{}", run.stdout);
}

#[test]
fn a_bump_below_its_changes_is_found_with_its_commits() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    let breaking = repository.commit("feat!: begin anew", &[("src", "2")]);
    repository.tag("v1.1.0");
    let run = trainyard(repository.path(), &["audit"]);
    assert!(run.stdout.contains("TY0301"), "{}", run.stdout);
    assert!(run.stdout.contains(&breaking.trim()[..7]), "{}", run.stdout);
}

#[test]
fn a_release_beside_its_line_is_found() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.branch("1.0");
    repository.commit("fix: crash", &[("src", "2")]);
    repository.tag("v1.0.1");
    let found = findings(&repository, &[]);
    assert!(found.contains(&("TY0305".to_owned(), "v1.0.1".to_owned())), "{found:?}");
}
