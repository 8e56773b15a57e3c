//! Composite versions, mostly AYON's `1.0.0+230903`.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use trainyard_version::{Level, Scheme, Step, Version};

use super::{assert_ascending, pre, read, scheme};

const AYON: &str = "composite:{backend=semver}+{frontend=calver:YYMMDD[A]}";
const TODAY: Date = date(2023, 9, 4);

fn parts(scheme: &Scheme, text: &str) -> Vec<(String, String)> {
    let parts = scheme.parts(&read(scheme, text)).unwrap();
    parts.into_iter().map(|(name, version)| (name, version.text().to_owned())).collect()
}

fn pair(name: &str, text: &str) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

#[test]
fn order_is_by_the_first_part_then_by_the_second() {
    assert_ascending(
        &scheme(AYON),
        &[
            "1.0.0-rc.1+230905",
            "1.0.0+230903",
            "1.0.0+230904",
            "1.0.0+230904A",
            "1.0.0+231001",
            "1.0.1+230801",
            "1.10.0+230801",
        ],
    );
}

#[test]
fn a_version_is_its_parts() {
    let ayon = scheme(AYON);
    let version = read(&ayon, "1.0.0+b1+230903");
    assert_eq!(
        parts(&ayon, "1.0.0+b1+230903"),
        [pair("backend", "1.0.0+b1"), pair("frontend", "230903")]
    );
    assert_eq!(version.release(), [1, 0, 0]);
    assert_eq!(ayon.line(&version), "1.0");
    assert!(read(&ayon, "1.0.0-rc.1+230903").is_prerelease() && !version.is_prerelease());
    assert_eq!(ayon.compose(&[("frontend", "230903"), ("backend", "1.0.0+b1")]).unwrap(), version);
    let moved = ayon.with_part(&version, "frontend", "230904A").unwrap();
    assert_eq!(moved.canonical(), "1.0.0+b1+230904A");
    assert_eq!(scheme("semver").parts(&read(&scheme("semver"), "1.0.0")), None);
    assert!(scheme("semver").compose(&[("backend", "1.0.0")]).is_err());
    let names: Vec<_> =
        ayon.part_schemes().into_iter().map(|(name, part)| (name, part.name())).collect();
    assert_eq!(names, [("backend", "semver"), ("frontend", "calver")]);
}

#[test]
fn steps_move_one_part() {
    let ayon = scheme(AYON);
    for (from, step, expected) in [
        ("1.0.0+230903", Step::Date, "1.0.0+230904"),
        ("1.0.0+230904", Step::Date, "1.0.0+230904A"),
        ("1.0.0+230904A", Step::Level(Level::Minor, None), "1.1.0+230904A"),
        ("1.0.0+230904", Step::Level(Level::Major, Some(pre("rc", 1))), "2.0.0-rc.1+230904"),
        ("2.0.0-rc.1+230904", Step::Pre(pre("rc", 1)), "2.0.0-rc.2+230904"),
        ("2.0.0-rc.1+230904", Step::Final, "2.0.0+230904"),
    ] {
        let next = ayon.step(&read(&ayon, from), &step, TODAY).unwrap();
        assert_eq!(next.canonical(), expected, "{from} {step}");
    }
    let dateless = scheme("composite:{one=semver}/{two=semver}");
    let refused = dateless.step(&read(&dateless, "1.0.0/1.0.0"), &Step::Date, TODAY).unwrap_err();
    assert_eq!(refused.reason, "none of its parts has a date");
    assert!(ayon.examples().is_sorted() && ayon.examples().len() > 1);
    assert_eq!(ayon.first(TODAY).canonical(), "0.1.0+230904");
}

#[test]
fn bad_texts_are_refused_where_they_are_bad() {
    let sums = "composite:{one=semver}+{two=semver}";
    let shown: Vec<_> = [
        (AYON, "1.0.0"),
        (AYON, "1.0+230903"),
        (AYON, "1.0.0+231303"),
        (AYON, "1.0.0+230903x"),
        (AYON, ""),
        (sums, "1.0.0+1.0.0+1.0.0"),
        (sums, "1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1"),
        ("composite:<{one=semver},{two=semver}>", "<1.0.0,1.0.0"),
    ]
    .iter()
    .map(|(spec, text)| scheme(spec).parse(text).unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
    let ambiguous = scheme(sums).compose(&[("one", "1.0.0"), ("two", "1.0.0+1.0.0")]);
    assert!(ambiguous.is_err());
    let unknown = scheme(AYON).compose(&[("one", "1.0.0")]).unwrap_err();
    assert_eq!(unknown.expected, "one of backend, frontend");
    let missing = scheme(AYON).compose(&[("backend", "1.0.0")]).unwrap_err();
    assert_eq!(missing.expected, "the part frontend");
}

#[test]
fn bad_specifications_are_refused() {
    let many = ["{p=semver}"; 10].join("+");
    let shown: Vec<_> = [
        "composite",
        "composite:",
        "composite:{a=semver}",
        "composite:{a=semver}{b=semver}",
        "composite:{a=semver}+{a=semver}",
        "composite:{a=semver}+{b}",
        "composite:{a=semver}+{B=semver}",
        "composite:{a=semver}+{line=semver}",
        "composite:{a=semver}+{b=nothing}",
        "composite:{a=semver}+{b=semver",
        "composite:{a=semver}}+{b=semver}",
        "composite:{a=semver}+{b=composite:{c=semver}+{d=semver}}",
        &format!("composite:{many}"),
    ]
    .iter()
    .map(|spec| spec.parse::<Scheme>().unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
    assert!("composite:{a=semver}+{b=calver:{year}.{month}}".parse::<Scheme>().is_ok());
}

#[test]
fn hostile_texts_take_linear_time() {
    let dashed = scheme("composite:{a=semver}-{b=semver}-{c=calver:YYYY0M0D}");
    for piece in ["1", "-", "1.0.0-", "+", "1.0.0-a.", "é"] {
        assert!(dashed.parse(&piece.repeat(200_000)).is_err());
        assert!(scheme(AYON).parse(&format!("1.0.0+{}", piece.repeat(200_000))).is_err());
    }
}

fn versions() -> impl Strategy<Value = Version> {
    "[0-2]\\.[0-9]\\.[0-9](-rc\\.[0-9])?(\\+b[0-9])?\\+23(0[1-9]|1[0-2])(0[1-9]|1[0-9])[AB]?"
        .prop_map(|text| read(&scheme(AYON), &text))
}

proptest! {
    #[test]
    fn order_is_total_and_agrees_with_the_parts(left in versions(), right in versions()) {
        let ayon = scheme(AYON);
        let keys = |version: &Version| -> Vec<Version> {
            ayon.parts(version).unwrap().into_iter().map(|(_, part)| part).collect()
        };
        let (ours, theirs) = (keys(&left), keys(&right));
        let by_parts = ours[0].precedence(&theirs[0]).then_with(|| ours[1].precedence(&theirs[1]));
        prop_assert_eq!(left.precedence(&right), by_parts);
        prop_assert_eq!(left.cmp(&right).reverse(), right.cmp(&left));
    }

    #[test]
    fn parts_compose_again(version in versions()) {
        let ayon = scheme(AYON);
        let parts = ayon.parts(&version).unwrap();
        let given: Vec<_> = parts.iter().map(|(name, part)| (name.as_str(), part.text())).collect();
        prop_assert_eq!(ayon.compose(&given).unwrap(), version);
    }
}
