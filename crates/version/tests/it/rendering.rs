//! Spellings for tags, branches, images and packages, and back.

mod templates;

use proptest::{prelude::*, string::string_regex};
use trainyard_version::{Scheme, Target, Version};

use crate::schemes::{read, scheme};

const AYON: &str = "composite:{backend=semver}+{frontend=calver:YYMMDD[A]}";

/// Every scheme with texts to draw its versions from; a new scheme is one line more.
const SCHEMES: &[(&str, &str)] = &[
    (
        "semver",
        r"(0|[1-9][0-9]?)\.(0|[1-9])\.[0-9](-[0-9A-Za-z-]{1,3}(\.[0-9a-z-]{1,2}){0,2})?(\+[0-9A-Za-z-]{1,3}(\.[0-9a-z-]{1,2})?)?",
    ),
    ("semver", r"[0-9]\.[0-9]\.[0-9]-(a|alpha|b|beta|rc|dev|post)[.-]?[0-9]?"),
    (
        "pep440",
        r"([0-9]!)?[0-9]{1,2}(\.[0-9]{1,2}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?(\.dev[0-9])?(\+[a-z0-9]{1,3}(\.[a-z0-9]{1,2})?)?",
    ),
    ("pep440", r"[0-9]\.[0-9]\.[0-9](a|b|rc|\.dev|\.post)[0-9]"),
    ("debian", r"([0-9]:)?[0-9][A-Za-z0-9.+~-]{0,6}(-[A-Za-z0-9+.~]{1,3})?"),
    ("rez", r"([a-z0-9_]{1,3}([.-][A-Za-z0-9_]{1,3}){0,3}|HEAD)?"),
    ("api-date", r"v[1-9]\.20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9])"),
    ("calver:YYYY.M[.#]", r"20[0-9]{2}\.0?[1-9](\.[0-9]{1,2})?"),
    ("calver:YYYYMMDD[A]", r"20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9])[A-C]{0,2}"),
    ("calver:YY.0M.PATCH[PYTAGNUM]", r"[0-9]{1,2}\.0?[1-9]\.[0-9]((a|b|rc|dev|post)[0-9])?"),
    (
        "calver:YYYY.MM.MICRO[-MODIFIER]",
        r"20[0-9]{2}\.[1-9]\.[0-9](-[a-z]{1,4}[._-]{0,2}[0-9A-Za-z]{0,2})?",
    ),
    ("calver:YYYY.M.MICRO", r"20[0-9]{2}\.[1-9]\.[0-9]([-._]?(a|b|rc|beta)\.?[0-9])?"),
    ("calver:vYYYY0M.BUILD[-TAG]", r"v20[0-9]{2}(0[1-9]|1[0-2])\.[0-9]{1,5}(-(beta|rc|dev))?"),
    (
        AYON,
        r"[0-9]\.[0-9]\.[0-9](-[a-z-]{1,3}\.[0-9])?(\+[a-z-]{1,2})?\+[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9])[AB]?",
    ),
    (
        "composite:{api=api-date}_{app=pep440}",
        r"v1\.2023(0[1-9]|1[0-2])1[0-9]_[0-9]\.[0-9](rc[0-9])?(\+[a-z]{1,2})?",
    ),
];

/// A scheme and two of its versions.
fn pairs() -> impl Strategy<Value = (Scheme, Version, Version)> {
    proptest::sample::select(SCHEMES).prop_flat_map(|(spec, texts)| {
        let texts = || string_regex(texts).unwrap();
        (Just(spec), texts(), texts()).prop_filter_map("no version", |(spec, left, right)| {
            let scheme = scheme(spec);
            let (left, right) = (scheme.parse(&left).ok()?, scheme.parse(&right).ok()?);
            Some((scheme, left, right))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_rendered_comes_back((scheme, version, _) in pairs(), prefixed in any::<bool>()) {
        for target in Target::all() {
            let template = prefixed.then_some("release-{version}");
            match scheme.render(&version, target, template) {
                Ok(name) => prop_assert_eq!(scheme.parse_rendered(&name, target, template).unwrap(), version.clone()),
                Err(error) => prop_assert!(
                    matches!(target, Target::PyPi | Target::Helm) || version.canonical().is_empty(),
                    "{}", error
                ),
            }
        }
    }

    #[test]
    fn different_versions_are_rendered_differently((scheme, left, right) in pairs()) {
        for target in Target::all() {
            let render = |version| scheme.render(version, target, None).ok();
            if let (Some(ours), Some(theirs)) = (render(&left), render(&right)) {
                prop_assert_eq!(ours == theirs, left == right, "{} {}", left, right);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused((scheme, ..) in pairs(), text in "[0-9a-z.+_%~{}-]{0,16}") {
        for target in Target::all() {
            if let Ok(version) = scheme.parse_rendered(&text, target, None) {
                prop_assert_eq!(&read(&scheme, version.canonical()), &version);
            }
        }
    }
}

/// How a version is spelled, or why it is not.
fn shown(spec: &str, text: &str, target: Target, template: Option<&str>) -> String {
    let scheme = scheme(spec);
    match scheme.render(&read(&scheme, text), target, template) {
        Ok(name) => name,
        Err(error) => format!("refused: {}", error.reason),
    }
}

#[test]
fn spellings_are_as_people_expect() {
    let mut lines = Vec::new();
    for (spec, text) in [
        ("semver", "1.2.3"),
        ("semver", "1.0.0-rc.1"),
        ("semver", "1.0.0-rc1"),
        ("semver", "1.0.0-nightly.5"),
        ("semver", "1.0.0-1"),
        ("semver", "1.0.0+build"),
        ("pep440", "1!2.0"),
        ("pep440", "1.0"),
        ("pep440", "1.0.0rc1"),
        ("pep440", "1.0+local"),
        ("debian", "1:2.0~rc1-1"),
        ("rez", "1.0-beta_2"),
        ("api-date", "v8.20240915"),
        ("calver:YYYY.0M.MICRO", "2023.09.1"),
        ("calver:YYYY.M[.#]", "2023.11"),
        ("calver:YYYYMMDD[A]", "20231213A"),
        ("calver:vYYYY0M.BUILD", "v202309.0033"),
        (AYON, "1.0.0+230903"),
        (AYON, "1.0.0-rc.1+b+230903A"),
    ] {
        lines.push(format!("{spec} {text}"));
        for target in Target::all() {
            lines.push(format!("  {:8} {}", target.name(), shown(spec, text, target, None)));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_composite_image_tag_is_no_prerelease() {
    let ayon = scheme(AYON);
    let template = Some("{backend}-{frontend}");
    for (text, tag) in [
        ("1.0.0+230903", "1.0.0-230903"),
        ("1.0.0-rc.1+230903A", "1.0.0-rc.1-230903A"),
        ("1.0.0-230903+230904", "1.0.0-230903-230904"),
        ("1.0.0+b+230903", "1.0.0_b-230903"),
    ] {
        let version = read(&ayon, text);
        assert_eq!(ayon.render(&version, Target::Docker, template).unwrap(), tag);
        assert_eq!(ayon.parse_rendered(tag, Target::Docker, template).unwrap(), version);
    }
    let back = ayon.parse_rendered("1.0.0-230903", Target::Docker, template).unwrap();
    assert!(!back.is_prerelease());
    let alone = scheme("semver").parse_rendered("1.0.0-230903", Target::Docker, None).unwrap();
    assert!(alone.is_prerelease());
    let lossy = shown(AYON, "1.0.0+230903", Target::Docker, Some("{backend}"));
    assert!(lossy.starts_with("refused: "), "{lossy}");
}

#[test]
fn branches_may_name_the_line_alone() {
    for (spec, text, template, branch, first) in [
        ("semver", "1.2.3", "release-{line}", "release-1.2", "1.2.0"),
        ("semver", "1.2.3", "{major}.{minor}", "1.2", "1.2.0"),
        ("pep440", "26.8.1rc1", "{line}", "26.8", "26.8"),
        ("calver:YYYY.0M.MICRO", "2023.09.4", "{line}.x", "2023.9.x", "2023.09.0"),
        ("calver:YYYYMMDD[A]", "20230903B", "r/{line}", "r/20230903", "20230903"),
        ("calver:YYYY.M.INC1", "2023.9.4", "{line}", "2023.9", "2023.9.1"),
        ("calver:YYYY.M.D_MICRO", "2023.9.4_2", "{version}", "2023.9.4_2", "2023.9.4_2"),
        (AYON, "1.2.3+230903", "v{version}", "v1.2.3+230903", "1.2.3+230903"),
    ] {
        assert_eq!(shown(spec, text, Target::Branch, Some(template)), branch, "{spec} {text}");
        let back = scheme(spec).parse_rendered(branch, Target::Branch, Some(template)).unwrap();
        assert_eq!(back.canonical(), first, "{spec} {branch}");
    }
    for (text, template) in [("1.2.3", "{line}"), ("1.2.3-rc.1", "v{major}.{minor}.{patch}")] {
        let refused = shown("semver", text, Target::GitTag, Some(template));
        assert!(refused.starts_with("refused: "), "{refused}");
    }
    assert_eq!(
        shown("semver", "1.2.3", Target::GitTag, Some("v{major}.{minor}.{patch}")),
        "v1.2.3"
    );
}

#[test]
fn refusals_say_why() {
    let long = format!("1.0.0-{}", "a".repeat(130));
    let shown: Vec<_> = [
        shown("semver", &long, Target::Docker, None),
        shown("semver", "1.0.0", Target::Docker, Some("a+{version}")),
        shown("semver", "1.0.0", Target::GitTag, Some("a b/{version}")),
        shown("semver", "1.0.0", Target::GitTag, Some("{component}/{version}")),
        shown("semver", "1.0.0", Target::GitTag, Some("v{version")),
        shown("semver", "1.0.0", Target::GitTag, Some("release")),
        shown("semver", "1.0.0-alpha", Target::PyPi, None),
        shown("semver", "1.0.0", Target::PyPi, Some("v{version}")),
        scheme("semver")
            .parse_rendered("x1.0.0", Target::GitTag, Some("v{version}"))
            .unwrap_err()
            .to_string(),
        scheme("semver")
            .parse_rendered("v1.0", Target::GitTag, Some("v{version}"))
            .unwrap_err()
            .to_string(),
        scheme("semver").parse_rendered("1.0.0__zz", Target::Docker, None).unwrap_err().to_string(),
    ]
    .into();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn targets_are_found_by_name() {
    for target in Target::all() {
        assert_eq!(target.name().parse(), Ok(target));
    }
    assert_eq!(
        "npm".parse::<Target>(),
        Err("`npm` is no place for versions; there are git-tag, branch, docker, pypi, helm".into())
    );
}
