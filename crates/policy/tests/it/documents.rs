//! The published page.

use insta::assert_snapshot;
use jiff::civil::date;
use trainyard_policy::{Policy, doc};

use crate::policy;

fn page(preset: &str) -> String {
    doc(&Policy::preset(preset).expect("a preset"), date(2026, 6, 1))
}

fn page_of(source: &str) -> String {
    doc(&policy(source), date(2026, 6, 1))
}

#[test]
fn ayon() {
    assert_snapshot!(page("ayon"));
}

#[test]
fn backend_ai() {
    assert_snapshot!(page("backend-ai"));
}

#[test]
fn polyaxon() {
    assert_snapshot!(page("polyaxon"));
}

#[test]
fn calver() {
    assert_snapshot!(page("calver"));
}

#[test]
fn support_and_lines() {
    assert_snapshot!(page_of(
        r#"[product]
name = "acme"
title = "Acme <3 | trains"
policy-url = "https://example.org/versioning"

[rules]
branch = "release-{major}.{minor}"
releases-from = "lines"
prerelease = { phases = ["rc"], default = "rc" }
next-development = { mark = "dev" }
cadence = { at-most = "6 weeks" }

[lines]
development = ["main"]
supported = 2
support = "24 months"
declared."1.2" = { lts = true, retires = 2027-03-31, title = "Puffing Billy" }
declared."1.3" = { retires = 2026-01-01 }

[components.server]
maturity = "beta"
rules.tag = "v{version}"

[components.agent]
rules.tag = "agent-v{version}"

[groups.all]
components = ["server", "agent"]
lockstep = "patch"
"#
    ));
}

#[test]
fn names_and_sentences_lead_nowhere() {
    let page = page_of(
        r#"[product]
name = "acme"
title = "[Sign in](https://evil.example/1)"

[rules]
tag = "v{version}"

[components.server]
title = "[Sign in](https://evil.example/2)"
description = "[Sign in](https://evil.example/3) with `list[0](x)`"
"#,
    );
    assert!(page.contains("evil.example/3"), "{page}");
    assert!(!page.contains("](https://evil"), "{page}");
}

/// The numbered promises of a policy of one component.
fn promises(source: &str) -> Vec<String> {
    let page = page_of(source);
    let numbered = page.lines().filter_map(|line| line.split_once(". **"));
    numbered.map(|(_, text)| text.replace("**", "")).collect()
}

#[test]
fn numbers_with_dates_say_what_they_tell() {
    let schemes = [
        "calver:YYYYMMDD[A]",
        "calver:YYYY.0M.0D",
        "calver:YYYY.0W",
        "calver:YYYY.0W.MICRO",
        "calver:YY.0M",
        "calver:YYYY.M[.MICRO]",
        "calver:YYYY.M.MICRO",
        "calver:YYYY.MM.DD.MICRO",
        "calver:YYYY.MINOR.MICRO",
        "calver:MAJOR.MINOR.YYMMDD",
        "api-date",
    ];
    let told: Vec<String> = schemes
        .iter()
        .map(|scheme| {
            let source = format!("[rules]\nscheme = \"{scheme}\"\ntag = \"{{version}}\"\n");
            format!("{scheme}\n  {}\n", promises(&source).join("\n  "))
        })
        .collect();
    assert_snapshot!(told.concat());
}

#[test]
fn patches_are_called_safe_only_where_nothing_else_counts_as_one() {
    let patch = |rules: &str| {
        let source = format!("[rules.levels]\n{rules}\n");
        promises(&source).into_iter().find(|promise| promise.starts_with("PATCH")).expect("one")
    };
    assert!(patch("").contains("as far as we can tell"));
    assert!(patch("none = [\"commits.other\"]").ends_with("It is always safe to install."));
    for rule in ["commits.feat", "openapi.*", "additive"] {
        let promise = patch(&format!("none = [\"commits.other\"]\npatch = [\"{rule}\"]"));
        assert!(!promise.contains("safe"), "{promise}");
    }
}

#[test]
fn declared_lines_stand_in_their_order_with_their_end() {
    let page = page_of(
        "[lines.declared]\n\"1.9\" = { lts = true, retires = 2026-05-31 }\n\"1.10\" = { retires = 2026-06-01 }\n\
         \"1.2\" = { retires = 2020-01-01 }\n\"2.0\" = { lts = true }\n",
    );
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(
        rows,
        [
            "| `2.0` | long-term | not announced |",
            "| `1.10` | regular | 2026-06-01 |",
            "| `1.9` | ended | 2026-05-31 |",
            "| `1.2` | ended | 2020-01-01 |",
        ]
    );
}

#[test]
fn metadata_is_printed() {
    let page = page_of(
        "[product.metadata]\nstatus = \"published | draft\"\ntags = [\"a\", 2, true]\nsince = 2019-04-01\nmore = { x = 1 }\n",
    );
    let (_, table) = page.split_once("## About this page\n\n").expect("a section");
    assert_eq!(
        table,
        "| | |\n|---|---|\n| more | `{\"x\":1}` |\n| since | 2019-04-01 |\n| status | published \\| draft |\n\
         | tags | a, 2, true |\n"
    );
}

#[test]
fn revisions_tell_what_was_otherwise() {
    assert_snapshot!(page_of(
        r#"[rules]
tag = "v{version}"
branch = "release-{line}"
releases-from = "lines"
prerelease.phases = ["rc"]
cadence = { at-most = "1 month" }
next-development = { mark = "dev" }

[components.server]
[components.agent]
rules.tag = "agent-v{version}"

[[revisions]]
name = "early"
reason = "We were young."
[revisions.rules]
tag = ["{version}", "{component}-{version}"]
branch = false
releases-from = "anywhere"
levels.major = ["data", "commits.other"]
levels.none = ["fix"]
zero = false
prerelease = { phases = ["alpha", "rc"], must-be-finalised = false }
next-development = false
cadence = { at-least = "1 day", counts = "lines" }
lint = { version-gap = "off", TY0301 = "off" }

[[revisions]]
name = "middle"
from = 2020-01-01
applies-to = ["server"]
[revisions.rules]
scheme = "pep440"
minor-digits = 2
branch = "{line}"
cadence = false

[[revisions]]
name = "now"
from = 2021-01-01
"#
    ));
}
