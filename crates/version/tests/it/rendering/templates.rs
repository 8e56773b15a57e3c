//! Templates of tag and branch names.

use proptest::prelude::*;
use trainyard_version::Template;

fn template(text: &str) -> Template {
    text.parse().unwrap()
}

#[test]
fn names_are_matched() {
    for (text, name, version) in [
        ("v{version}", "v1.2.3", Some("1.2.3")),
        ("v{version}", "1.2.3", None),
        ("v{version}", "v", None),
        ("{version}", "anything", Some("anything")),
        ("pkg/v{version}", "pkg/v1.0", Some("1.0")),
        ("release-{line}", "release-1.2", Some("1.2")),
        ("release-{major}.{minor}", "release-1.2", Some("1.2")),
        ("release-{major}.{minor}", "release-1.x", None),
        ("release-{major}.{minor}.x", "release-1.2.x", Some("1.2")),
        ("{component}-{version}", "ayon-core-1.0.0-rc.1", Some("1.0.0-rc.1")),
        ("{component}@{version}", "@scope/pkg@1.0.0", Some("1.0.0")),
        ("{version}-final", "1.0-final", Some("1.0")),
        ("a{version}a", "a", None),
        ("{component}", "core", None),
        ("latest", "latest", None),
    ] {
        assert_eq!(template(text).matches(name), version, "{text} {name}");
    }
    assert_eq!(template("latest").captures("latest"), Some(vec![]));
    assert_eq!(template("latest").captures("late"), None);
    assert_eq!(template("").captures(""), Some(vec![]));
    assert_eq!(template("").captures("x"), None);
    assert_eq!(
        template("{component}/{version}").captures("core/1.0"),
        Some(vec![("component", "core"), ("version", "1.0")])
    );
}

#[test]
fn placeholders_are_bound_and_filled() {
    let tags = template("{component}-v{version}");
    assert_eq!(tags.placeholders().collect::<Vec<_>>(), ["component", "version"]);
    let bound = tags.bind("component", "ayon-2d-tools");
    assert_eq!(bound, template("ayon-2d-tools-v{version}"));
    assert_eq!(bound.matches("ayon-2d-tools-v1.0"), Some("1.0"));
    assert_eq!(template("{component}/{version}").bind("component", "").to_string(), "/{version}");
    assert_eq!(bound.render(&|_| Some("1.0".into())).unwrap(), "ayon-2d-tools-v1.0");
    assert_eq!(tags.render(&|_| None).unwrap_err().position, 0);
    assert!(bound.has("version") && !bound.has("component"));
}

#[test]
fn bad_templates_are_refused_where_they_are_bad() {
    for (text, position) in [
        ("v{version", 9),
        ("v}", 1),
        ("{}", 1),
        ("{Version}", 1),
        ("{a b}", 1),
        ("{major}{minor}", 7),
        ("{line}/{line}", 8),
        ("{{version}}", 1),
    ] {
        assert_eq!(Template::parse(text).unwrap_err().position, position, "{text}");
    }
}

#[test]
fn hostile_names_take_linear_time() {
    let templates =
        ["v{version}", "{component}-{version}", "{major}.{minor}.{patch}", "{a}-{b}-{version}"];
    for text in templates {
        for piece in ["-", "1.", "a-1", "v"] {
            let _ = template(text).matches(&piece.repeat(300_000));
        }
    }
}

proptest! {
    #[test]
    fn templates_are_read_as_they_are_shown(text in "[a-z/{}-]{0,12}") {
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(template.to_string(), text);
        }
    }

    #[test]
    fn what_is_filled_in_is_found(prefix in "[a-z/-]{0,4}", suffix in "[a-z/-]{0,4}", version in "[0-9a-z.-]{1,8}") {
        let template = template(&format!("{prefix}{{version}}{suffix}"));
        let name = template.render(&|_| Some(version.clone())).unwrap();
        prop_assert_eq!(template.matches(&name), Some(version.as_str()));
    }
}
