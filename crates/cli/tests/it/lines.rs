//! Release lines and what is told of them.

use std::collections::BTreeMap;

use serde_json::Value;
use trainyard_testkit::{Tally, TestRepository, case_text};

use crate::command::{Run, trainyard};

const POLICY: &str = r#"
preset = "semver"

[product]
name = "app"
title = "The App"

[rules]
branch = "{major}.{minor}"

[rules.cadence]
at-least = "2 weeks"
at-most = "2 months"

[lines]
development = ["main"]
supported = 2

[lines.declared."1.0"]
lts = true
retires = 2023-06-30
title = "Aspen"

[components.app]
maturity = "beta"

[components.plugin]
paths = ["plugin/**"]
maturity = "alpha"
rules.tag = "plugin-{version}"
rules.branch = false

[milestones.two]
title = "Version 2"
component = "app"
version = "2.0"
by = 2023-03-31
stable = ["plugin"]
done = ["the manual is in one place"]
missing = ["upgrades from 1.x are tested"]
"#;

/// 2023-01-01.
const NEW_YEAR: i64 = 1_672_531_200;
const DAY: i64 = 86_400;

/// Lines 1.0 (long-term), 1.1, 1.2 and 1.3 (a candidate), with fixes on the branches of 1.2 and 1.0.
fn repository() -> TestRepository {
    let repository = TestRepository::new();
    repository.set_clock(NEW_YEAR);
    repository.commit("feat: begin", &[("src", "1"), ("trainyard.toml", POLICY)]);
    repository.tag("v1.0.0");
    repository.git(&["branch", "1.0"]);
    for (minor, day) in [(1, 10), (2, 20)] {
        repository.set_clock(NEW_YEAR + day * DAY);
        repository.commit(&format!("feat: search {minor}"), &[("src", &format!("1.{minor}"))]);
        repository.tag(&format!("v1.{minor}.0"));
        repository.git(&["branch", &format!("1.{minor}")]);
    }
    repository.set_clock(NEW_YEAR + 30 * DAY);
    repository.commit("feat: sort", &[("src", "1.3")]);
    repository.tag("v1.3.0-rc.1");
    repository.git(&["branch", "1.3"]);
    repository.commit("feat: filter", &[("src", "1.4")]);
    repository.checkout("1.2");
    repository.commit("fix: search", &[("fixed", "1")]);
    repository.commit("fix: search again", &[("fixed", "2")]);
    repository.commit("ci: nightly", &[("ci", "2")]);
    repository.checkout("1.0");
    repository.commit("fix: begin", &[("fixed", "1")]);
    repository.checkout("main");
    repository
}

fn lines(repository: &TestRepository, arguments: &[&str]) -> Run {
    trainyard(repository.path(), &[&["lines"], arguments].concat())
}

#[test]
fn lines_read_well() {
    let repository = repository();
    let run = lines(&repository, &["--date", "2023-02-01"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    insta::assert_snapshot!("text", run.stdout);
    let run = lines(&repository, &["--date", "2023-02-01", "--format", "markdown", "--all"]);
    insta::assert_snapshot!("markdown", run.stdout);
    let run = lines(&repository, &["--date", "2023-02-01", "--format", "json"]);
    insta::assert_snapshot!("json", run.stdout);
}

#[test]
fn an_index_of_hosted_documentation_has_a_folder_for_each_line() {
    let run = lines(&repository(), &["--date", "2023-02-01", "--format", "docs-index"]);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn time_changes_what_is_told() {
    let repository = repository();
    let told = |day: &str| {
        let run = lines(&repository, &["--date", day, "--component", "app"]);
        let words = ["next release", "milestone", "1.0 (Aspen)"];
        let told: Vec<_> = run
            .stdout
            .lines()
            .filter(|line| words.iter().any(|word| line.contains(word)))
            .map(|line| format!("{day}: {}", line.trim()))
            .collect();
        told.join("\n")
    };
    let days = ["2023-02-01", "2023-02-04", "2023-03-21", "2023-03-22", "2023-07-01"];
    insta::assert_snapshot!(days.map(told).join("\n"));
}

#[test]
fn a_milestone_is_reached_by_a_release_in_time_or_late() {
    let repository = repository();
    repository.set_clock(NEW_YEAR + 100 * DAY);
    repository.commit("feat!: new", &[("src", "2")]);
    repository.tag("v2.0.0");
    let run = lines(&repository, &["--date", "2023-05-01"]);
    assert!(
        run.stdout.contains("reached by v2.0.0 on 2023-04-11, 11 days late, 2 of 4 done"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_component_is_chosen_and_an_unknown_one_refused() {
    let repository = repository();
    let run = lines(&repository, &["--component", "ap"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("components with lines are app"), "{}", run.stderr);
}

#[test]
fn a_repository_without_releases_has_only_what_is_to_come() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    let run = lines(&repository, &["--date", "2023-02-01"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn examples_read_well() {
    let folder = TestRepository::new();
    let told = ["backend-ai", "ayon", "polyaxon"].map(|name| {
        let run = lines(&folder, &["--example", name]);
        assert_eq!(run.code, 0, "{}", run.transcript());
        format!("# {name}\n{}", run.stdout)
    });
    insta::assert_snapshot!(told.join("\n"));
}

/// Lines that a file of differences explains.
fn explained(file: &str) -> Vec<&'static str> {
    let differences = include_str!("../deliberate_differences.tsv");
    let of_file = differences.lines().filter(|line| line.starts_with(&format!("{file}\t")));
    of_file.filter_map(|line| line.split('\t').nth(1)?.strip_prefix("line=")).collect()
}

#[test]
fn backend_ai_lines_cases() {
    const FILE: &str = "history/backendai_lines.tsv";
    let Some(text) = case_text(FILE) else { return };
    let folder = TestRepository::new();
    let run = lines(&folder, &["--example", "backend-ai", "--all", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let lines: BTreeMap<&str, &Value> = document["components"][0]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["line"].as_str().unwrap(), line))
        .collect();
    let explained = explained("backendai_lines.tsv");
    let mut tally = Tally::new(FILE);
    let mut rows = text.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    let titles = rows.next().unwrap();
    for row in rows {
        let wanted: BTreeMap<_, _> = titles.iter().copied().zip(row).collect();
        let name = wanted["line"];
        let found = lines.get(name).map(|line| told(line));
        let right = found.as_ref().is_some_and(|found| {
            found.iter().all(|(title, value)| wanted.get(title) == Some(&value.as_str()))
        });
        if !explained.contains(&name) {
            tally.check(right, || format!("{name}: {found:?}, not {wanted:?}"));
        }
    }
    tally.finish();
}

/// A line as the list of cases tells it; its last release is the last final one.
fn told(line: &Value) -> BTreeMap<&'static str, String> {
    let text = |value: &Value| value.as_str().unwrap_or("None").to_owned();
    let has_final = line["finals"] != 0;
    let last = |key: &str| if has_final { text(&line["last"][key]) } else { "None".to_owned() };
    BTreeMap::from([
        ("first_tag", text(&line["first"]["tag"])),
        ("first_date", text(&line["first"]["date"])),
        ("ga", text(&line["first_final"]["tag"])),
        ("ga_date", text(&line["first_final"]["date"])),
        ("last_tag", last("tag")),
        ("last_date", last("date")),
        ("finals", line["finals"].to_string()),
        ("prereleases", line["prereleases"].to_string()),
    ])
}

#[test]
fn what_waits_on_development_is_what_a_plan_counts() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    for number in ["2", "3", "4"] {
        repository.commit("fix: one", &[("src", number)]);
    }
    // The line's releases are made on its branch, and main never contains them.
    repository.checkout_new("1.1");
    repository.commit("chore: release", &[("VERSION", "1.1.0\n")]);
    repository.tag("v1.1.0");
    repository.checkout("main");
    repository.commit("feat: more", &[("more", "1")]);
    let document = lines(&repository, &["--format", "json"]);
    let document: Value = serde_json::from_str(&document.stdout).unwrap();
    let all = document["components"][0]["lines"].as_array().unwrap();
    let development = all.iter().find(|line| line["branch"] == "main").unwrap();
    assert_eq!(development["waiting"]["commits"], 1, "{development}");
    let plan = trainyard(repository.path(), &["plan"]);
    assert!(plan.stdout.contains("1 commit since v1.1.0"), "{}", plan.transcript());
}
