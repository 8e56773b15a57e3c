//! What is wrong is told all at once, and what follows from it is not.

use insta::assert_snapshot;
use trainyard_policy::Policy;

use crate::shown;

/// The first line of each complaint, with its line in the file.
fn told(source: &str) -> Vec<String> {
    Policy::lint(source, "p.toml")
        .findings()
        .iter()
        .map(|finding| {
            let line = finding.locations[0].line.unwrap_or_default();
            format!("{line}: {}", finding.message)
        })
        .collect()
}

#[test]
fn names_and_contradictions_are_checked_beside_syntax_errors() {
    assert_snapshot!(shown(
        r#"[product]
name = acme
policy-url = "https://example.org"

[rules.levels]
major = ["data"]
minor = ["data"]

[components.server]
paths = ["server/**"
version-files = ["../VERSION"]

[groups.core]
components = ["server", "wbe"]

[streams.all]
kind = "single"
component = "sever"
"#
    ));
}

#[test]
fn nothing_is_told_of_what_a_broken_line_would_have_said() {
    for source in [
        // The name is declared in a broken header, below which anything may stand.
        "[components.web\npaths = [\"a\"]\n[components.server]\n[groups.g]\ncomponents = [\"web\", \"server\"]\n",
        // The scheme is unknown, so what is no version of semver may be one.
        "[rules]\nscheme = pep440\n[[revisions]]\nname = \"a\"\nfrom = \"24.03.0a1\"\n",
        "[rules]\nscheme = 5\n[[revisions]]\nname = \"a\"\nfrom = \"24.03.0a1\"\n",
        "[rules]\nreleases-from = \"lines\"\nbranch = x\n",
        "preset = \"ayon\"\n[rules]\nreleases-from = \"lines\"\nbranch = 5\n",
        "preset = \"ayom\"\n[groups.g]\ncomponents = [\"backend\", \"core\"]\n",
        "preset = ayon\n[groups.g]\ncomponents = [\"backend\", \"core\"]\n",
        "[rules.prerelease]\nphases = [\"rc\", dev]\ndefault = \"dev\"\n",
        "[components.a]\n[components.b]\nrules.tag = x\n",
        "[components.a]\n[components.b]\nrepository = 5\n",
        "[components.a]\n[groups.g]\ncomponents = [\"a\", b]\n",
        "[streams.s]\nkind = \"single\"\ncomponent = x\n",
        "[streams.a]\nkid = \"bundle\"\nscheme = \"semver\"\n[streams.b]\nkind = \"bundle\"\nscheme = \"semver\"\nneeds = [\"a\"]\n",
        "[[revisions]]\nname = \"a\"\n[[revisions]]\nname = \"b\"\nfrom = 1.0.0\n",
        "[product]\nname = \"\"\"acme\n[components.a]\nx = 1\n",
    ] {
        assert_eq!(told(source).len(), 1, "{source}\n{:#?}", told(source));
    }
}

#[test]
fn one_unclosed_bracket_is_one_error() {
    let source = "[components.a]\npaths = [\"x\",\n\n[lines]\nsupported = 0\nsupport = \"x\"\n[rules]\ntag = { a = 1,\n\
        [product]\nnmae = 1\n";
    assert_eq!(
        told(source),
        [
            "2: this list never ends, expected `]`",
            "5: `lines.supported` must be at least 1",
            "6: `lines.support` is no span of time",
            "8: this table never ends, expected `}`",
            "10: unknown key `nmae`",
        ]
    );
}

#[test]
fn usual_slips_are_told_once_with_what_to_write() {
    assert_snapshot!(shown(
        r#"foo bar
[product]
name = "two words"
= 3
title = “Acme”

[rules]
scheme: "semver"
branch = release-{line}
tag = [a, b]

[lines.declared]
"1.0" = { lts = yes }

[product]
title = "Acme"
"#
    ));
}

#[test]
fn a_table_without_its_required_key_is_still_looked_at() {
    assert_snapshot!(shown(
        r#"[components.server]
version-files = [{ key = "project.version" }]

[groups.core]
lockstep = "mayor"

[streams.server]
component = "sever"
needs = ["pipline"]

[streams.pipeline]
kind = "bundel"
needs = ["server", "serve"]

[[revisions]]
from = "two"
applies-to = ["sever"]
rules.tag = "x"

[[revisions]]
name = "now"
from = "1.0"
"#
    ));
}

#[test]
fn the_rules_of_a_revision_for_nobody_are_looked_at() {
    let source = "[components.server]\n[[revisions]]\nname = \"a\"\napplies-to = [\"sever\"]\nrules.tag = \"x\"\n";
    assert_eq!(
        told(source),
        [
            "4: there is no component `sever`",
            "5: `revisions[0].rules.tag` would give every version the same name",
        ]
    );
}

#[test]
fn the_parts_of_a_broken_composite_are_looked_up() {
    let source = r#"[components.server]
[components.web]
rules.tag = "web-{version}"
[streams.all]
kind = "composite"
scheme = "composite:{server=semver}{web=semver}"
parts = { server = "sever", web = "wbe" }
tag = "{serv}"
[streams.none]
kind = "composite"
parts = { server = "sever" }
"#;
    assert_eq!(
        told(source),
        [
            "6: `streams.all.scheme` names no scheme",
            "7: there is no component `sever`",
            "7: there is no component `wbe`",
            "8: there is no placeholder `{serv}`",
            "9: the stream `none` lacks `scheme`",
            "11: there is no component `sever`",
        ]
    );
}

#[test]
fn an_error_of_all_components_is_told_once() {
    let component =
        |index: usize| format!("[components.c{index}]\nrules.tag = \"c{index}-{{version}}\"\n");
    let components = (0..9).map(component).collect::<Vec<_>>().concat();
    let source = format!(
        "{components}[[revisions]]\nname = \"a\"\nfrom = \"two\"\n[[revisions]]\nname = \"b\"\nfrom = \"1.0.0\"\n\
         rules.tag = \"{{component}}-{{major}}\"\n[[revisions]]\nname = \"c\"\nfrom = \"0.9.0\"\n"
    );
    assert_eq!(
        told(&source),
        [
            "21: `two` is no semver version of `c0`",
            "25: `c0-{major}` gives 1.2.3-rc.1 no tag: `c0-1` could not be read back: `1` names no line of semver",
            "28: the revision `c` begins no later than the one before it",
        ]
    );
}
