//! What detectors look at, and waivers.

use camino::Utf8Path;
use trainyard_evidence::{Change, Choice, Class, Source};
use trainyard_version::Scheme;

use crate::{policy, shown};

fn change(rule: &str, subject: &str) -> Change {
    Change {
        class: Class::Breaking,
        rule: rule.to_owned(),
        subject: subject.to_owned(),
        source: Source::default(),
        before: None,
        sentence: String::new(),
    }
}

#[test]
fn a_component_chooses_its_own_files_before_the_common_ones() {
    let policy = policy(
        r#"
        preset = "semver"
        [evidence]
        graphql = false
        openapi = "api/*.json"
        [components.server]
        [components.web]
        repository = "https://example.org/web"
        evidence = { openapi = ["web/openapi.yaml"], config = false }
        "#,
    );
    let [server, web] = [&policy.components[0].evidence, &policy.components[1].evidence];
    assert!(!server.is_on("graphql") && !web.is_on("graphql"));
    assert!(server.is_on("config") && !web.is_on("config"));
    let files = |settings: &trainyard_evidence::Settings, path: &str| match &settings.choices["openapi"]
    {
        Choice::Files(globs) => globs.is_match(Utf8Path::new(path)),
        Choice::Usual | Choice::Off => panic!("files were chosen"),
    };
    assert!(files(server, "api/v1.json") && !files(server, "web/openapi.yaml"));
    assert!(files(web, "web/openapi.yaml") && !files(web, "api/v1.json"));
}

#[test]
fn a_waiver_covers_what_it_names_and_nothing_else() {
    let policy = policy(
        r#"
        preset = "semver"
        [components.server]
        [[waivers]]
        rule = "openapi.*"
        subject = "GET /internal/*"
        component = "server"
        after = "1.2.0"
        by = "Ada"
        reason = "nobody but us calls it"
        [[waivers]]
        rule = "breaking"
        until = 2026-03-01
        by = "Ada"
        reason = "the freeze"
        "#,
    );
    let scheme = Scheme::semver();
    let base = |text: &str| scheme.parse(text).expect("a version");
    let late = Some(jiff::civil::date(2026, 3, 2));
    let by_first = |rule: &str, subject: &str, after: &str| {
        policy.waiver_of(0, &change(rule, subject), Some(&base(after)), late).is_some()
    };
    assert!(by_first("openapi.api-removed", "GET /internal/jobs/{id}", "1.2.0"));
    assert!(!by_first("openapi.api-removed", "GET /internal/jobs", "1.2.1"));
    assert!(!by_first("openapi.api-removed", "GET /jobs", "1.2.0"));
    assert!(!by_first("graphql.field-removed", "GET /internal/jobs", "1.2.0"));
    let early = Some(jiff::civil::date(2026, 3, 1));
    let other = change("graphql.field-removed", "User.name");
    assert_eq!(
        policy.waiver_of(0, &other, None, early).map(|waiver| waiver.by.as_str()),
        Some("Ada")
    );
}

#[test]
fn unsound_waivers_are_told_at_once() {
    let text = r#"preset = "semver"
[evidence]
openapi = "api/[.json"
[components.server]
[[waivers]]
rule = "everything"
subject = "a[b"
component = "sever"
by = ""
reason = "because"
[[waivers]]
rule = "openapi.*"
after = "one"
by = "Ada"
reason = "because"
"#;
    insta::assert_snapshot!(shown(text));
}
