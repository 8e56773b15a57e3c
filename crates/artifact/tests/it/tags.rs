//! Which tags name which release.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};
use trainyard_artifact::images::{Tags, moving_tags};
use trainyard_version::{Scheme, Version};

fn versions(scheme: &Scheme, texts: &[&str]) -> Vec<Version> {
    texts.iter().map(|text| scheme.parse(text).unwrap()).collect()
}

fn told(tags: &Tags) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (title, tags) in [("exact", &tags.exact), ("moving", &tags.moving)] {
        writeln!(text, "{title}").unwrap();
        for (tag, version) in tags {
            writeln!(text, "  {tag} -> {}", version.canonical()).unwrap();
        }
    }
    for left_out in &tags.left_out {
        writeln!(text, "without {}: {}", left_out.name, left_out.why).unwrap();
    }
    text
}

fn check(scheme: &str, releases: &[&str], channels: &[(&str, &str)]) -> String {
    let scheme: Scheme = scheme.parse().unwrap();
    let channels: BTreeMap<_, _> = channels
        .iter()
        .map(|(channel, version)| ((*channel).to_owned(), scheme.parse(version).unwrap()))
        .collect();
    told(&moving_tags(&scheme, &versions(&scheme, releases), &channels))
}

#[test]
fn lines_name_their_newest_final() {
    let releases =
        ["1.2.3", "1.10.0", "1.2.10", "1.2.9", "2.0.0-rc.1", "1.10.1-rc.2+b.5", "0.9.0+linux"];
    let channels =
        [("production", "1.2.10"), ("latest", "1.10.0"), ("1.2", "1.2.3"), ("a b", "1.2.3")];
    insta::assert_snapshot!(check("semver", &releases, &channels));
}

#[test]
fn versions_with_other_shapes_have_what_they_can() {
    insta::assert_snapshot!(
        "pep440",
        check("pep440", &["1.2", "1.2.1", "1.2.2.post1", "1!3.0.0", "1.3.0.dev1", "1.3.0rc1"], &[])
    );
    insta::assert_snapshot!(
        "calver",
        check("calver:YYYY.0M.MICRO", &["2026.09.1", "2026.10.0", "2026.09.12"], &[])
    );
}

/// Major, minor and patch, and the number of a candidate.
type Numbers = (u64, u64, u64, Option<u64>);

proptest! {
    #[test]
    fn a_line_always_names_its_newest_final(
        numbers in vec((0_u64..3, 0_u64..3, 0_u64..12, prop::option::of(0_u64..3)), 0..40)
    ) {
        let scheme = Scheme::semver();
        let texts = numbers.iter().map(|(major, minor, patch, rc)| match rc {
            Some(rc) => format!("{major}.{minor}.{patch}-rc.{rc}"),
            None => format!("{major}.{minor}.{patch}"),
        });
        let releases: Vec<_> = texts.map(|text| scheme.parse(&text).unwrap()).collect();
        let tags = moving_tags(&scheme, &releases, &BTreeMap::new());
        let finals = || numbers.iter().filter(|(.., rc)| rc.is_none());
        for (major, minor, ..) in finals() {
            let newest = |line: &dyn Fn(&Numbers) -> bool| {
                let (major, minor, patch, _) = finals().filter(|numbers| line(numbers)).max().unwrap();
                format!("{major}.{minor}.{patch}")
            };
            let of_minor = newest(&|numbers| (numbers.0, numbers.1) == (*major, *minor));
            prop_assert_eq!(tags.moving[&format!("{major}.{minor}")].canonical(), of_minor);
            let of_major = newest(&|numbers| numbers.0 == *major);
            prop_assert_eq!(tags.moving[&major.to_string()].canonical(), of_major);
        }
        // Nothing but lines of finals moves, and every release has its own tag.
        for tag in tags.moving.keys() {
            let is_line = finals().any(|(major, minor, ..)| {
                *tag == major.to_string() || *tag == format!("{major}.{minor}")
            });
            prop_assert!(is_line, "{}", tag);
        }
        for release in &releases {
            prop_assert_eq!(tags.exact.values().filter(|exact| exact.key() == release.key()).count(), 1);
        }
    }

    #[test]
    fn what_comes_later_moves_tags_only_up(
        patches in vec((0_u64..2, 0_u64..3, 0_u64..9), 1..20)
    ) {
        let scheme = Scheme::semver();
        let releases: Vec<_> = patches
            .iter()
            .map(|(major, minor, patch)| scheme.parse(&format!("{major}.{minor}.{patch}")).unwrap())
            .collect();
        let mut before = Tags::default();
        for count in 1..=releases.len() {
            let now = moving_tags(&scheme, &releases[..count], &BTreeMap::new());
            for (tag, version) in &before.moving {
                prop_assert!(now.moving[tag].key() >= version.key());
            }
            before = now;
        }
    }
}
