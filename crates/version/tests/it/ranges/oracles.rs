//! Random ranges read like other implementations read them.

use std::str::FromStr;

use proptest::prelude::*;

use super::{INCLUDING, grammar, version};

const SEMVER: &str = "[0-3]\\.[0-3]\\.[0-3](-(0|alpha|rc)(\\.[0-2])?)?";

fn partial_semver() -> impl Strategy<Value = String> {
    "[0-3]|[0-3]\\.[0-3]|[0-3]\\.[0-3]\\.[0-3](-(0|alpha|rc)(\\.[0-2])?)?"
}

fn joined(
    signs: &'static [&'static str],
    versions: impl Strategy<Value = String>,
    separator: &'static str,
) -> impl Strategy<Value = String> {
    let part = (prop::sample::select(signs), versions)
        .prop_map(|(sign, version)| format!("{sign}{version}"));
    prop::collection::vec(part, 1..4).prop_map(move |parts| parts.join(separator))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn cargo_is_read_like_the_semver_crate(
        text in joined(&["", "=", "<", "<=", ">", ">=", "~", "^"], partial_semver(), ", "),
        written in SEMVER,
    ) {
        let ours = grammar("cargo").parse(&text).unwrap();
        let theirs = semver::VersionReq::parse(&text).unwrap();
        let expected = theirs.matches(&semver::Version::parse(&written).unwrap());
        prop_assert_eq!(ours.matches(&version("cargo", &written)), expected);
        prop_assert_eq!(ours.canonical(), theirs.to_string());
    }

    #[test]
    fn cargo_accepts_what_the_semver_crate_accepts(
        text in " ?(=|<|<=|>|>=|~|\\^)? ?([0-3x*]|01)(\\.([0-3x*]|01)){0,3}(-[a0.-]{0,3})?(\\+[a.]{0,2})?(, ?1)? ?,?",
    ) {
        let theirs = semver::VersionReq::parse(&text);
        let ours = grammar("cargo").parse(&text);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {:?}", ours, theirs);
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            prop_assert_eq!(ours.canonical(), theirs.to_string());
        }
    }

    /// Without what that crate reads in its own way: alternatives that nothing satisfies, and `*` beside others.
    #[test]
    fn npm_is_read_like_the_nodejs_semver_crate(
        text in joined(&["", "=", "<", "<=", ">", ">=", "~", "^"], partial_semver(), " || "),
        written in SEMVER,
    ) {
        let theirs = nodejs_semver::Range::parse(&text).unwrap();
        let expected = theirs.satisfies(&nodejs_semver::Version::parse(&written).unwrap());
        let ours = grammar("npm").parse(&text).unwrap();
        if ours.canonical() == "*" {
            return Ok(());
        }
        prop_assert_eq!(ours.matches(&version("npm", &written)), expected, "{}", text);
    }

    /// With `<` and `>` before finals of epoch 0 alone: that crate is older than the clarified rule for the others.
    #[test]
    fn pep440_is_read_like_the_pep440_crate(
        text in joined(
            &["==", "!=", "<=", ">=", "~="],
            "([01]!)?[0-2](\\.[0-2]){1,2}((a|rc)[01])?(\\.post[01])?(\\.dev[01])?",
            ",",
        ),
        strict in "(,[<>][0-2](\\.[0-2])?)?",
        written in "([01]!)?[0-2](\\.[0-2]){0,2}((a|rc)[01])?(\\.post[01])?(\\.dev[01])?(\\+[ab])?",
    ) {
        let text = format!("{text}{strict}");
        let theirs = pep440_rs::VersionSpecifiers::from_str(&text).unwrap();
        let expected = theirs.contains(&pep440_rs::Version::from_str(&written).unwrap());
        let ours = grammar("pep440").parse_with(&text, INCLUDING).unwrap();
        prop_assert_eq!(ours.matches(&version("pep440", &written)), expected, "{}", text);
    }
}
