//! Debian versions: dpkg's cases, dpkg itself, and our own rules.

use std::cmp::Ordering;

use proptest::prelude::*;
use trainyard_testkit::Tally;
use trainyard_version::{Level, Phase, Step};

use super::{TODAY, assert_ascending, pre, read, scheme, stepped, vectors};

#[test]
fn dpkg_cases() {
    const FILE: &str = "dpkg__version_compare";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let version = |field: &str| read(&scheme("debian"), case[field].as_str().unwrap());
        let order = version("a").precedence(&version("b")) as i64;
        tally.check(case["cmp"] == order, || format!("{case}: {order}"));
    }
    tally.finish();
}

#[test]
fn order_follows_the_policy() {
    assert_ascending(
        &scheme("debian"),
        &[
            "0",
            "1~~",
            "1~~a",
            "1~",
            "1~rc1-1",
            "1",
            "1-1~bpo12+1",
            "1-1",
            "1-1+b1",
            "1-1.1",
            "1a",
            "1+dfsg-1",
            "1.0~rc1",
            "1.0",
            "1.0.1",
            "99999999999999999999999999",
            "1:0.1",
        ],
    );
}

#[test]
fn missing_and_zero_are_the_same() {
    for (left, right) in [
        ("0:1", "1"),
        ("1-0", "1"),
        ("1.00", "1.0"),
        ("1.0-1", "1.0-01"),
        ("1a", "1a0"),
        ("00:1", "1"),
    ] {
        let (left, right) = (read(&scheme("debian"), left), read(&scheme("debian"), right));
        assert_eq!(left.precedence(&right), Ordering::Equal, "{left} against {right}");
    }
}

#[test]
fn an_epoch_of_zero_stays_where_colons_follow() {
    let canonical = |text| read(&scheme("debian"), text).canonical().to_owned();
    assert_eq!(canonical("0:1.2-3"), "1.2-3");
    assert_eq!(canonical("00:1:2-3"), "0:1:2-3");
    assert_eq!(canonical("0:1:2-3"), "0:1:2-3");
}

#[test]
fn steps() {
    let check =
        |from, step, expected: &str| assert_eq!(stepped(&scheme("debian"), from, &step), expected);
    check("1.2.3-4", Step::Level(Level::Minor, None), "1.3.0-1");
    check("2:1.2.3+dfsg1-4", Step::Level(Level::Patch, None), "2:1.2.4-1");
    check("1.2.3", Step::Level(Level::Major, None), "2.0.0");
    check("20.04.1-1", Step::Level(Level::Minor, None), "20.05.0-1");
    check("1.2.3-4", Step::Level(Level::None, None), "1.2.3-5");
    check("1.2.3-0ubuntu9", Step::Level(Level::None, None), "1.2.3-0ubuntu10");
    check("1.3.0~rc1-1", Step::Level(Level::Minor, None), "1.3.0-1");
    check("1.3.0~rc1-2", Step::Pre(pre("rc", 1)), "1.3.0~rc2-1");
    check("1.3.0~beta.9", Step::Pre(pre("beta", 1)), "1.3.0~beta.10");
    check("1.3.0~beta1-1", Step::Pre(pre("rc", 1)), "1.3.0~rc1-1");
    check("1.2.0-1", Step::Level(Level::Minor, Some(pre("rc", 1))), "1.3.0~rc1-1");
    check("1.3.0~rc1-2", Step::Final, "1.3.0-1");
    check("1.2.0-1", Step::NextDevelopment(Level::Minor, None), "1.3.0~dev-1");
}

#[test]
fn refused_steps() {
    let check = |from, step| stepped(&scheme("debian"), from, &step);
    let outcomes = [
        check("1.2.3-1", Step::Pre(pre("rc", 1))),
        check("1.2.3~rc1-1", Step::Pre(pre("beta", 1))),
        check("1.2.3", Step::Level(Level::None, None)),
        check("1.2.3-1", Step::Final),
        check("1.2.3-1", Step::Date),
        check("1.2.3-1", Step::Level(Level::Minor, Some(pre("x-y", 1)))),
        check("1.99999999999999999999", Step::Level(Level::Patch, None)),
    ];
    insta::assert_snapshot!(outcomes.join("\n"));
}

#[test]
fn a_tilde_marks_a_pre_release() {
    let stage = |text| read(&scheme("debian"), text).stage().clone();
    assert_eq!(
        stage("1.0~rc2-1").pre.map(|pre| (pre.phase, pre.number)),
        Some((Phase::Candidate, Some(2)))
    );
    assert_eq!(stage("1.0~dev3").dev, Some(3));
    assert!(!read(&scheme("debian"), "1.0-1~bpo12+1").is_prerelease());
}

fn any_debian() -> impl Strategy<Value = String> {
    "([01]:)?[0-2][0-2a-bA.+~-]{0,5}(-[0-2a.+~]{1,3})?"
        .prop_filter("a revision is not empty", |text| !text.ends_with('-'))
}

/// Asks dpkg for the order; `None` where it is not installed.
#[expect(clippy::disallowed_methods, reason = "dpkg is the oracle of this test")]
fn dpkg_order(left: &str, right: &str) -> Option<Ordering> {
    let holds = |operator: &str| {
        let arguments = ["--compare-versions", left, operator, right];
        std::process::Command::new("dpkg")
            .args(arguments)
            .status()
            .ok()
            .map(|status| status.success())
    };
    Some(match (holds("lt")?, holds("eq")?) {
        (true, _) => Ordering::Less,
        (_, true) => Ordering::Equal,
        _ => Ordering::Greater,
    })
}

#[test]
#[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs it")]
fn order_agrees_with_dpkg() {
    if dpkg_order("1", "2").is_none() {
        println!("skipped: order_agrees_with_dpkg, because dpkg is not installed");
        return;
    }
    proptest!(ProptestConfig::with_cases(300), |(left in any_debian(), right in any_debian())| {
        let ours = read(&scheme("debian"), &left).precedence(&read(&scheme("debian"), &right));
        prop_assert_eq!(Some(ours), dpkg_order(&left, &right));
    });
}

proptest! {
    #[test]
    fn every_text_is_read_or_explained(text in "[0-9a-z:.+~é -]{0,8}") {
        match scheme("debian").parse(&text) {
            Ok(version) => {
                prop_assert_eq!(&read(&scheme("debian"), version.canonical()), &version);
            }
            Err(error) => prop_assert!(text.is_char_boundary(error.position), "{}", error),
        }
    }

    #[test]
    fn steps_go_up(text in any_debian(), label in "alpha|beta|rc|dev", start in prop::option::of(0u64..12)) {
        let from = read(&scheme("debian"), &text);
        let mark = pre(&label, start);
        for step in [
            Step::Level(Level::None, None),
            Step::Level(Level::Patch, None),
            Step::Level(Level::Minor, Some(mark.clone())),
            Step::NextDevelopment(Level::Minor, None),
            Step::Pre(mark.clone()),
            Step::Final,
        ] {
            if let Ok(next) = scheme("debian").step(&from, &step, TODAY) {
                prop_assert!(next.key() > from.key(), "{} to {}", from, next);
                prop_assert_eq!(&read(&scheme("debian"), next.canonical()), &next);
            }
        }
    }
}
