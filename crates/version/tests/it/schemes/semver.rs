//! SemVer: semver.org's and the `semver` crate's cases, the crate itself, and our own rules.

use std::cmp::Ordering;

use proptest::prelude::*;
use trainyard_testkit::Tally;
use trainyard_version::{Level, Phase, Scheme, Step};

use super::{TODAY, assert_ascending, pre, read, scheme, stepped, vectors};
use crate::differences::assert_listed;

#[test]
fn semver_org_cases() {
    const FILE: &str = "semver_org__valid_invalid";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let input = case["input"].as_str().unwrap();
        let parsed = Scheme::semver().parse(input);
        let numbers = ["major", "minor", "patch"].map(|field| case[field].as_str().unwrap_or("0"));
        if numbers.iter().any(|number| number.parse::<u64>().is_err()) {
            assert_listed(FILE, "@beyond-u64");
            let refused =
                parsed.is_err_and(|error| error.expected.contains("18446744073709551615"));
            tally.check(refused, || format!("{input}: no clear error"));
            continue;
        }
        let right = match &parsed {
            Err(_) => case["valid"] == false,
            Ok(version) => {
                let release = numbers.map(|number| number.parse::<u64>().unwrap());
                case["valid"] == true
                    && version.canonical() == input
                    && version.release() == release
                    && version.is_prerelease() != case["prerelease"].is_null()
            }
        };
        tally.check(right, || format!("{case}: {parsed:?}"));
    }
    tally.finish();
}

#[test]
fn semver_crate_cases() {
    const FILE: &str = "rust_semver__version";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let parse = |field: &str| Scheme::semver().parse(case[field].as_str().unwrap());
        let holds = |op: &str| {
            let order = parse("a").unwrap().cmp(&parse("b").unwrap());
            match op {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                ">=" => order.is_ge(),
                _ => panic!("{op}"),
            }
        };
        let right = match case["kind"].as_str().unwrap() {
            "parse_ok" => parse("input").is_ok(),
            "parse_error" => parse("input").is_err(),
            "display" => parse("input").unwrap().to_string() == case["expected"].as_str().unwrap(),
            "compare" => holds(case["op"].as_str().unwrap()),
            "not_compare" => !holds(case["op"].as_str().unwrap()),
            "eq" => parse("a").unwrap() == parse("b").unwrap(),
            "ne" => parse("a").unwrap() != parse("b").unwrap(),
            _ => false,
        };
        tally.check(right, || case.to_string());
    }
    tally.finish();
}

#[test]
fn precedence_follows_the_specification() {
    assert_ascending(
        &Scheme::semver(),
        &[
            "1.0.0-0",
            "1.0.0-2",
            "1.0.0-10",
            "1.0.0-99999999999999999999999999",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-alpha-1",
            "1.0.0-beta",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.1.0-a",
            "18446744073709551615.0.0",
        ],
    );
}

#[test]
fn build_metadata_has_no_precedence_but_tells_versions_apart() {
    let (left, right) = (read(&Scheme::semver(), "1.0.0+a"), read(&Scheme::semver(), "1.0.0+b"));
    assert_eq!(left.precedence(&right), Ordering::Equal);
    assert!(left < right);
}

#[test]
fn customary_pre_releases_have_a_stage() {
    for (text, phase, number) in [
        ("1.0.0-alpha.1", Phase::Alpha, Some(1)),
        ("1.0.0-rc1", Phase::Candidate, Some(1)),
        ("1.0.0-RC-2", Phase::Candidate, Some(2)),
        ("1.0.0-beta", Phase::Beta, None),
        ("1.0.0-0", Phase::Other("".into()), Some(0)),
        ("1.0.0-Nightly.20260101", Phase::Other("nightly".into()), Some(20_260_101)),
        ("1.0.0-alpha-a.b", Phase::Other("alpha-a".into()), None),
    ] {
        let found = read(&Scheme::semver(), text).stage().pre.clone().unwrap();
        assert_eq!((found.phase, found.number), (phase, number), "{text}");
    }
    for (text, number) in
        [("1.0.0-dev", 0), ("1.0.0-dev.3", 3), ("1.0.0-SNAPSHOT", 0), ("1.0.0-dev4", 4)]
    {
        let version = read(&Scheme::semver(), text);
        assert_eq!((version.stage().dev, version.is_prerelease()), (Some(number), true), "{text}");
    }
    assert!(!read(&Scheme::semver(), "1.0.0+dev").is_prerelease());
}

#[test]
fn steps() {
    let check =
        |from, step, expected: &str| assert_eq!(stepped(&Scheme::semver(), from, &step), expected);
    check("1.2.3", Step::Level(Level::Major, None), "2.0.0");
    check("1.2.3", Step::Level(Level::Minor, None), "1.3.0");
    check("1.2.3+build", Step::Level(Level::Patch, None), "1.2.4");
    check("2.0.0-rc.1", Step::Level(Level::Major, None), "2.0.0");
    check("2.0.0-rc.1", Step::Level(Level::Patch, None), "2.0.0");
    check("2.0.1-rc.1", Step::Level(Level::Minor, None), "2.1.0");
    check("1.2.3", Step::Level(Level::Minor, Some(pre("rc", 1))), "1.3.0-rc.1");
    check("1.3.0-rc.1", Step::Level(Level::Minor, Some(pre("rc", 1))), "1.3.0-rc.2");
    check("1.3.0-dev", Step::Level(Level::Minor, Some(pre("rc", 1))), "1.3.0-rc.1");
    check("1.3.0-rc.1", Step::Pre(pre("rc", 1)), "1.3.0-rc.2");
    check("1.3.0-rc1", Step::Pre(pre("rc", 1)), "1.3.0-rc2");
    check("1.3.0-rc-1", Step::Pre(pre("rc", 1)), "1.3.0-rc-2");
    check("1.3.0-rc09", Step::Pre(pre("rc", 1)), "1.3.0-rc10");
    check("1.3.0-rc", Step::Pre(pre("rc", 1)), "1.3.0-rc.1");
    check("1.3.0-a1", Step::Pre(pre("beta", 0)), "1.3.0-b0");
    check("1.3.0-alpha.4", Step::Pre(pre("beta", None)), "1.3.0-beta");
    check(
        "1.3.0-rc.99999999999999999999",
        Step::Pre(pre("rc", 1)),
        "1.3.0-rc.100000000000000000000",
    );
    check("1.3.0-rc.1", Step::Final, "1.3.0");
    check("1.3.0-rc.1", Step::NextDevelopment(Level::Minor, None), "1.4.0-dev");
    check("1.3.0", Step::NextDevelopment(Level::Minor, Some(pre("alpha", 1))), "1.4.0-alpha.1");
}

#[test]
fn refused_steps() {
    let check = |from, step| stepped(&Scheme::semver(), from, &step);
    let outcomes = [
        check("1.2.3", Step::Pre(pre("rc", 1))),
        check("1.2.3", Step::Final),
        check("1.2.3", Step::Date),
        check("1.2.3", Step::Level(Level::None, None)),
        check("1.2.3", Step::Level(Level::Minor, Some(pre("", None)))),
        check("1.2.3", Step::Level(Level::Minor, Some(pre("no/slash", 1)))),
        check("1.2.3-rc9", Step::Pre(pre("rc", 1))),
        check("1.2.3-rc.1", Step::Pre(pre("beta", 1))),
        check("1.2.3-rc", Step::Pre(pre("rc", None))),
        check("1.18446744073709551615.0", Step::Level(Level::Minor, None)),
    ];
    insta::assert_snapshot!(outcomes.join("\n"));
}

#[test]
fn a_line_is_major_and_minor() {
    assert_eq!(scheme("semver").line(&read(&Scheme::semver(), "1.2.3-rc.1")), "1.2");
}

fn any_semver() -> impl Strategy<Value = String> {
    let identifiers =
        "(0|[1-9][0-9]{0,2}|rc|dev|[a-c0-9-]{0,2}[a-c-])(\\.(0|[1-9]|rc|[a-b]-?)){0,3}";
    ("(0|[1-9]|1[0-9]{17})\\.[0-2]\\.(0|[1-9]{1,2})", prop::option::of(identifiers)).prop_map(
        |(release, pre)| match pre {
            Some(pre) => format!("{release}-{pre}"),
            None => release,
        },
    )
}

proptest! {
    #[test]
    fn order_agrees_with_the_semver_crate(left in any_semver(), right in any_semver()) {
        let ours = read(&Scheme::semver(), &left).precedence(&read(&Scheme::semver(), &right));
        let theirs = ::semver::Version::parse(&left).unwrap().cmp_precedence(&::semver::Version::parse(&right).unwrap());
        prop_assert_eq!(ours, theirs);
        let npm = nodejs_semver::Version::parse(&left).ok().zip(nodejs_semver::Version::parse(&right).ok());
        if let Some((npm_left, npm_right)) = npm {
            prop_assert_eq!(ours, npm_left.cmp(&npm_right));
        }
    }

    #[test]
    fn every_text_is_read_or_explained(text in "[v0-9a-z.+_é -]{0,12}|[0-9]{1,21}\\.0?[0-9]\\.[0-9](-[0a.]{0,3})?(\\+[0a.]{0,3})?[.+]?") {
        match Scheme::semver().parse(&text) {
            Ok(version) => prop_assert_eq!(version.canonical(), text),
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.position), "{}", error);
                prop_assert!(!error.expected.starts_with("otherwise"), "{}", error);
            }
        }
    }

    #[test]
    fn steps_go_up(text in any_semver(), label in "|a|alpha|beta|rc|dev|x", start in prop::option::of(0u64..12)) {
        let from = read(&Scheme::semver(), &text);
        let mark = pre(&label, start);
        for step in [
            Step::Level(Level::Minor, None),
            Step::Level(Level::Patch, Some(mark.clone())),
            Step::NextDevelopment(Level::Minor, Some(mark.clone())),
            Step::Pre(mark.clone()),
            Step::Final,
        ] {
            if let Ok(next) = Scheme::semver().step(&from, &step, TODAY) {
                prop_assert!(next.key() > from.key(), "{} to {}", from, next);
                prop_assert_eq!(&read(&Scheme::semver(), next.canonical()), &next);
            }
        }
    }
}
