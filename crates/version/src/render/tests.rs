//! Escapes of any text, whether or not some scheme has it for a version.

use proptest::prelude::*;

use super::{Target, escape};

const ESCAPING: [Target; 3] = [Target::GitTag, Target::Branch, Target::Docker];

#[test]
fn docker_escapes_are_as_documented() {
    for (text, escaped) in [
        ("1.0.0+230903", "1.0.0_230903"),
        ("1.0+", "1.0_"),
        ("1++2", "1__2b_2"),
        ("1+_2", "1__2b__5f2"),
        ("1+~2", "1__2b__7e2"),
        ("1:2", "1__3a2"),
        ("_1", "__5f1"),
        (".1", "__2e1"),
        ("-1", "__2d1"),
        ("é", "__c3__a9"),
    ] {
        assert_eq!(escape::escape(Target::Docker, text, true), escaped, "{text}");
        assert_eq!(escape::unescape(Target::Docker, escaped, true).as_deref(), Some(text));
    }
    assert_eq!(escape::escape(Target::Docker, "-1", false), "-1");
}

#[test]
fn git_escapes_are_as_documented() {
    for (text, escaped) in [
        ("1:2.0~rc1-1", "1%3a2.0%7erc1-1"),
        ("1.0.0+230903", "1.0.0+230903"),
        ("1..2...3", "1.%2e2.%2e.3"),
        (".1.", "%2e1%2e"),
        (".", "%2e"),
        ("-1", "%2d1"),
        ("1.lock", "1%2elock"),
        ("1%", "1%25"),
        ("@{1}", "%40{1}"),
        ("1/2", "1%2f2"),
        ("HEAD", "%48EAD"),
        ("1 2\t^?*[\\\u{7f}", "1%202%09%5e%3f%2a%5b%5c%7f"),
    ] {
        assert_eq!(escape::escape(Target::GitTag, text, true), escaped, "{text}");
        assert_eq!(escape::unescape(Target::GitTag, escaped, true).as_deref(), Some(text));
        assert_eq!(escape::check(Target::GitTag, escaped), Ok(()));
    }
}

#[test]
fn what_an_escape_never_writes_is_not_read() {
    for text in ["1__", "1__2", "1__zz", "1__2B2", "1___2", "1__312", "-1", ".1", "__c3"] {
        assert_eq!(escape::unescape(Target::Docker, text, true), None, "{text}");
    }
    for text in ["%", "%2", "%zz", "%2Ex", "1%31", "%c3", "-1", "1.", "HEAD"] {
        assert_eq!(escape::unescape(Target::Branch, text, true), None, "{text}");
    }
}

#[test]
fn illegal_names_are_refused() {
    for name in ["", "a+b", ".a", "-a", &"a".repeat(129)] {
        assert!(escape::check(Target::Docker, name).is_err(), "{name}");
    }
    let long = "a".repeat(251);
    for name in [
        "", "@", "HEAD", "-a", "/a", "a/", "a.", "a..b", "a//b", "a@{b", "a b", "a~b", ".a",
        "a/.b", "a.lock/b", "a.lock", &long,
    ] {
        assert!(escape::check(Target::Branch, name).is_err(), "{name}");
    }
}

/// Texts made of what escapes care about.
fn tricky() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9a-f_+.@{}%~:/HEADlock-]{1,12}", "\\PC{1,8}", ".{1,8}"]
}

proptest! {
    #[test]
    fn escapes_are_legal_and_reversible(text in tricky(), at_start in any::<bool>()) {
        for target in ESCAPING {
            let escaped = escape::escape(target, &text, at_start);
            prop_assert_eq!(escape::unescape(target, &escaped, at_start), Some(text.clone()));
            let name = if at_start { escaped } else { format!("v{escaped}") };
            prop_assert_eq!(escape::check(target, &name), Ok(()), "{}", name);
        }
    }

    #[test]
    fn different_texts_are_escaped_differently(left in tricky(), right in tricky()) {
        for target in ESCAPING {
            let same = escape::escape(target, &left, true) == escape::escape(target, &right, true);
            prop_assert_eq!(same, left == right);
        }
    }

    #[test]
    fn whatever_is_unescaped_escapes_to_the_same(text in "[0-9a-f_+.%-]{0,12}") {
        for target in ESCAPING {
            if let Some(value) = escape::unescape(target, &text, true) {
                prop_assert_eq!(escape::escape(target, &value, true), text.clone());
            }
        }
    }
}
