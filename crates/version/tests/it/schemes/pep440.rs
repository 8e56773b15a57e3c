//! PEP 440: our own rules, and `pep440_rs` as the oracle.

use std::str::FromStr;

use proptest::prelude::*;
use trainyard_version::{Level, Step};

use super::{TODAY, assert_ascending, pre, read, scheme, stepped};

#[test]
fn order_follows_the_standard() {
    assert_ascending(
        &scheme("pep440"),
        &[
            "0.9",
            "1.dev0",
            "1a1.dev0",
            "1a1",
            "1.0b2",
            "1.0rc1",
            "1.0.0",
            "1.0+abc",
            "1.0+abc.5",
            "1.0+5",
            "1.0+99999999999999999999999",
            "1.post0.dev1",
            "1.post0",
            "1.0.0.1",
            "1.1",
            "1!0.1",
        ],
    );
}

#[test]
fn every_spelling_has_one_canonical() {
    for (text, canonical) in [
        ("\u{202f}v1.0-RC.1 \n", "1.0rc1"),
        ("1.0-preview_2", "1.0rc2"),
        ("1.0a-", "1.0a0"),
        ("1.0-1", "1.0.post1"),
        ("1.0a-1", "1.0a1"),
        ("1.0a--1", "1.0a0.post1"),
        ("1.0r3", "1.0.post3"),
        ("1.0_dev-4", "1.0.dev4"),
        ("24.03.0", "24.3.0"),
        ("1.0+Ubuntu-01_x", "1.0+ubuntu.1.x"),
        ("01!1", "1!1"),
    ] {
        let version = read(&scheme("pep440"), text);
        assert_eq!((version.text(), version.canonical()), (text, canonical));
    }
}

#[test]
fn steps() {
    let check =
        |from, step, expected: &str| assert_eq!(stepped(&scheme("pep440"), from, &step), expected);
    let dev = || pre("dev", 0);
    check("1.2.3", Step::Level(Level::Minor, None), "1.3.0");
    check("1.2", Step::Level(Level::Major, None), "2.0");
    check("1.2", Step::Level(Level::Patch, None), "1.2.1");
    check("1.2.3.4", Step::Level(Level::Patch, None), "1.2.4.0");
    check("1!1.2.3+local", Step::Level(Level::Patch, None), "1!1.2.4");
    check("24.03.5", Step::Level(Level::Minor, None), "24.04.0");
    check("24.09.0", Step::Level(Level::Minor, None), "24.10.0");
    check("1.3.0rc1", Step::Level(Level::Minor, None), "1.3.0");
    check("1.3.0.dev4", Step::Level(Level::Minor, None), "1.3.0");
    check("1.3.1rc1", Step::Level(Level::Minor, None), "1.4.0");
    check("1.3.0.post1.dev2", Step::Level(Level::Patch, None), "1.3.1");
    check("1.3.0", Step::Level(Level::Minor, Some(pre("beta", 1))), "1.4.0b1");
    check("1.3.0b1", Step::Level(Level::Minor, Some(pre("beta", 1))), "1.3.0b2");
    check("1.3.0a2", Step::Pre(pre("rc", 1)), "1.3.0rc1");
    check("1.3.0.RC1", Step::Pre(pre("rc", 1)), "1.3.0rc2");
    check("1.3.0a2.dev3", Step::Pre(pre("alpha", 1)), "1.3.0a2");
    check("1.3.0.dev3", Step::Pre(pre("alpha", 1)), "1.3.0a1");
    check("1.3.0.dev3", Step::Pre(dev()), "1.3.0.dev4");
    check("1.3.0a1", Step::Pre(dev()), "1.3.0a2.dev0");
    check("1.3.0rc2", Step::Final, "1.3.0");
    check("1.3.0.post1.dev2", Step::Final, "1.3.0.post1");
    check("1.3.0", Step::Level(Level::None, None), "1.3.0.post1");
    check("1.3.0.post1", Step::Level(Level::None, None), "1.3.0.post2");
    check("1.3.0rc1", Step::NextDevelopment(Level::Minor, Some(pre("alpha", 1))), "1.4.0a1");
    check("1.2.0", Step::NextDevelopment(Level::Minor, None), "1.3.0.dev0");
}

#[test]
fn refused_steps() {
    let check = |from, step| stepped(&scheme("pep440"), from, &step);
    let outcomes = [
        check("1.2.3", Step::Pre(pre("rc", 1))),
        check("1.2.3rc1", Step::Pre(pre("beta", 1))),
        check("1.2.3rc1", Step::Pre(pre("nightly", 1))),
        check("1.2.3rc1", Step::Level(Level::None, None)),
        check("1.2.3.post1", Step::Final),
        check("1.2.3", Step::Date),
        check("1.18446744073709551615", Step::Level(Level::Minor, None)),
        check("1.0rc18446744073709551615", Step::Pre(pre("rc", 1))),
    ];
    insta::assert_snapshot!(outcomes.join("\n"));
}

#[test]
fn a_line_is_epoch_major_and_minor() {
    for (text, line) in [("1.2.3rc1", "1.2"), ("1!24.03.1", "1!24.3"), ("3", "3.0")] {
        assert_eq!(scheme("pep440").line(&read(&scheme("pep440"), text)), line);
    }
}

fn any_pep440() -> impl Strategy<Value = String> {
    (
        "v?([0-2]!)?0?[0-3](\\.0?[0-3]){0,3}",
        prop::option::of("[-_.]?(a|alpha|b|BETA|c|rc|pre|preview)([-_.]?0?[0-3])?"),
        prop::option::of("-[0-2]|[-_.]?(post|r|rev)([-_.]?[0-2])?"),
        prop::option::of("[-_.]?dev([-_.]?[0-2])?"),
        prop::option::of("\\+(00?[0-9]|[0-9]{1,3}|[a-bA-B]{1,2}|1a)([-_.]([0-2]|[a-b])){0,2}"),
    )
        .prop_map(|(release, pre, post, dev, local)| {
            [Some(release), pre, post, dev, local].into_iter().flatten().collect()
        })
}

proptest! {
    #[test]
    fn reading_and_order_agree_with_pep440_rs(left in any_pep440(), right in any_pep440()) {
        let (ours_left, ours_right) = (read(&scheme("pep440"), &left), read(&scheme("pep440"), &right));
        let theirs = |text: &str| pep440_rs::Version::from_str(text).unwrap();
        prop_assert_eq!(ours_left.canonical(), theirs(&left).to_string());
        prop_assert_eq!(ours_left.precedence(&ours_right), theirs(&left).cmp(&theirs(&right)));
    }

    #[test]
    fn every_text_is_read_as_by_pep440_rs(text in "[0-9]{0,2}[.a]{0,2}([0-2abcrevpostdv!.+_é -]{0,8})") {
        let ours = scheme("pep440").parse(&text);
        if let Err(error) = &ours {
            prop_assert!(text.is_char_boundary(error.position), "{}", error);
        }
        // pep440_rs refuses a separator that no number follows, which PyPI's own library takes.
        if pep440_rs::Version::from_str(&text).is_ok() {
            prop_assert!(ours.is_ok(), "{:?}", ours);
        }
    }

    #[test]
    fn canonical_spelling_comes_back(text in any_pep440()) {
        let version = read(&scheme("pep440"), &text);
        let again = read(&scheme("pep440"), version.canonical());
        prop_assert_eq!(again.canonical(), version.canonical());
        prop_assert_eq!(again, version);
    }

    #[test]
    fn steps_go_up(text in any_pep440(), label in "alpha|beta|rc|dev", start in prop::option::of(0u64..3)) {
        let from = read(&scheme("pep440"), &text);
        let mark = pre(&label, start);
        for step in [
            Step::Level(Level::None, None),
            Step::Level(Level::Patch, None),
            Step::Level(Level::Minor, Some(mark.clone())),
            Step::NextDevelopment(Level::Major, Some(mark.clone())),
            Step::Pre(mark.clone()),
            Step::Final,
        ] {
            if let Ok(next) = scheme("pep440").step(&from, &step, TODAY) {
                prop_assert!(next.key() > from.key(), "{} to {}", from, next);
                prop_assert_eq!(&read(&scheme("pep440"), next.text()), &next);
            }
        }
    }
}
