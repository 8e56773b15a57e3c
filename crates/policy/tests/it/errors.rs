//! Every kind of mistake, as people see it.

use insta::assert_snapshot;
use trainyard_policy::Policy;

use crate::{codes, shown};

#[test]
fn syntax_errors_are_all_shown() {
    assert_snapshot!(shown(
        r#"[product]
name = acme
title = "Acme

[rules
scheme = "semver"
scheme = "pep440"
vresion = 1
"#
    ));
}

#[test]
fn unknown_keys_are_told_with_what_was_meant() {
    assert_snapshot!(shown(
        r#"scheme = "semver"
colour = "blue"

[product]
nmae = "acme"

[components.server]
path = ["server/**"]
tag = "server-{version}"

[rules.lint]
never-finalized = "off"
TY9999 = "off"

[rules.pre-release]
phases = ["rc"]
"#
    ));
}

#[test]
fn wrong_types_say_what_to_write() {
    assert_snapshot!(shown(
        r#"[product]
name = 5
ignored-tags = "nightly-*"

[rules]
minor-digits = "2"
releases-from = true
tag = 1.5
cadence = true

[revisions]
name = "first"

[lines]
supported = 0
declared."1.2".retires = "soon"
declared."1.3".lts = "true"

[[components]]
title = "x"
"#
    ));
}

#[test]
fn bad_values_are_told() {
    assert_snapshot!(shown(
        r#"preset = "semverr"

[product]
name = "two words"

[rules]
scheme = "calver:YYYY.QQ"
tag = ["v{verison}", "release", "v{version"]
releases-from = "line"

[rules.cadence]
at-least = "2 fortnights"

[rules.next-development]
mark = "x1"

[rules.prerelease]
phases = ["rc.1"]

[components.server]
paths = ["src/{a"]
version-files = ["../VERSION", { path = "setup.py", key = "version" }]
fragments = [{}]

[groups.alone]
components = ["server"]

[lines]
development = ["release-*"]
"#
    ));
}

#[test]
fn unknown_names_are_told() {
    assert_snapshot!(shown(
        r#"[rules.levels]
major = ["braking"]
minor = ["Sometimes"]

[rules.prerelease]
phases = ["alpha", "beta"]
default = "rc"

[components.server]
[components.web]
rules.tag = "web-{version}"

[groups.core]
components = ["server", "wbe"]

[streams.platform]
kind = "single"
component = "sever"
needs = ["pipeline"]

[[revisions]]
name = "first"
applies-to = ["serve"]
components.webb.rules.tag = "w{version}"
"#
    ));
}

#[test]
fn contradictions_show_both_statements() {
    assert_snapshot!(shown(
        r#"[rules]
branch = false
releases-from = "lines"

[rules.levels]
major = ["data", "breaking"]
minor = ["data"]

[rules.prerelease]
phases = ["rc", "alpha"]

[rules.cadence]
at-least = "1 month"
at-most = "2 weeks"

[rules.zero]
major = "patch"
minor = "minor"

[components.server]
version-files = [{ path = "a.toml", key = "version", after = "version" }]

[components.client]

[components.web]
rules = { scheme = "calver:YYYYMMDD", tag = "web-{version}" }

[groups.core]
components = ["server", "web"]

[groups.second]
components = ["server", "client"]

[streams.a]
kind = "single"
component = "server"
scheme = "semver"
needs = ["b"]

[streams.b]
kind = "composite"
scheme = "composite:{x=semver}+{y=semver}"
parts = { x = "server", z = "web" }
needs = ["a"]

[streams.c]
kind = "bundle"

[streams.d]
kind = "composite"
scheme = "composite:{x=semver}+{y=semver}"
parts = { x = "server", y = "web" }
"#
    ));
}

#[test]
fn revisions_must_be_in_order() {
    assert_snapshot!(shown(
        r#"[[revisions]]
name = "first"

[[revisions]]
name = "second"
from = "1.0.0"

[[revisions]]
name = "third"
from = "0.9.0"

[[revisions]]
name = "second"

[[revisions]]
name = "fifth"
from = "two"

[[revisions]]
name = "sixth"
from = "2024-01-31"

[[revisions]]
name = "seventh"
from = 1.5

[[revisions]]
name = "eighth"
from = "2.0.0"
rules.scheme = "pep440"
"#
    ));
}

#[test]
fn statements_without_effect_are_warnings() {
    let source = r#"[rules]
tag = ["v{version}", "v{version}"]

[rules.levels]
patch = ["fix", "fix"]

[product]
ignored-tags = ["nightly-*", "nightly-*"]

[components.server]

[components.web]
rules.scheme = "calver:YYYYMMDD"
rules.tag = "web-{version}"
rules.zero = { major = "minor" }

[lines]
development = ["main", "main"]
declared."1.2" = {}

[[revisions]]
name = "first"
components.web = {}
"#;
    assert!(Policy::parse(source, "trainyard.toml").is_ok());
    assert_snapshot!(shown(source));
}

#[test]
fn what_a_preset_says_is_blamed_on_the_preset() {
    assert_snapshot!(shown(
        r#"preset = "ayon"

[components.frontend.rules]
scheme = "calver:YYYY.M.D"
"#
    ));
}

#[test]
fn many_kinds_at_once_in_the_order_of_the_file() {
    let source = "[product]\nnmae = \"acme\"\n\n[rules]\nscheme = \"semvar\"\nminor-digits = \"2\"\n\n[groups.core]\ncomponents = [\"a\", \"b\"]\n";
    let complaints = Policy::lint(source, "trainyard.toml");
    assert_eq!(codes(&complaints), ["TY0102", "TY0104", "TY0103", "TY0105", "TY0105"]);
    assert_eq!(complaints.summary(), "5 errors in trainyard.toml");
    let finding = &complaints.findings()[1];
    let place = (finding.locations[0].line, finding.locations[0].column);
    assert_eq!(place, (Some(5), Some(10)));
    assert_eq!(finding.subject, "rules.scheme");
    assert_eq!(finding.suggestion.as_deref(), Some("did you mean \"semver\"?"));
}

#[test]
fn helps_fit_what_was_written() {
    assert_snapshot!(shown(
        r#"[rules.cadence]
at-least = 14
at-most = 1.5

[lines]
support = 0
declared."2.0".retires = 2027-03-31T10:00:00
declared."2.1".retires = 2027
declared."2.2".retires = 10:00:00
declared."2.3".retires = "2027-03-31T10:00:00"

[lines.declared.1.2]
lts = true

[components.ayon.core]
title = "Core"

[[revisions]]
name = "first"
from = 2024-01-31 10:00:00Z
"#
    ));
}

#[test]
fn a_byte_order_mark_is_no_column() {
    let source = "\u{feff}[product]\n\u{feff}nmae = 1\n";
    let place = |source: &str| {
        let finding = &Policy::lint(source, "p.toml").findings()[0];
        (finding.locations[0].line, finding.locations[0].column)
    };
    assert_eq!(place("\u{feff}colour = 1\n"), (Some(1), Some(1)));
    assert!(Policy::lint(source, "p.toml").render(false).contains("p.toml:2:1"));
}

#[test]
fn columns_count_characters() {
    let complaints =
        Policy::lint("product = { title = \"\u{e4}\u{1f600}\", nmae = 1 }\n", "p.toml");
    let findings = complaints.findings();
    assert_eq!(findings[0].locations[0].column, Some(27));
}

#[test]
fn colours_are_asked_for() {
    let complaints = Policy::lint("colour = 1\n", "p.toml");
    assert!(complaints.render(true).contains("\u{1b}["));
    assert!(!complaints.render(false).contains("\u{1b}["));
}
