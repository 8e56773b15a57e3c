//! What people read where a text is no version, and that hostile texts are answered fast.

use super::{read, scheme};

#[test]
fn parse_errors_name_place_and_expectation() {
    let wrong = [
        ("semver", "v1.2.3"),
        ("semver", "1.2"),
        ("semver", "1.02.3"),
        ("semver", "1.2.3-rc..1"),
        ("semver", "1.2.3-01"),
        ("semver", "1.2.3+a+b"),
        ("semver", "1.2.99999999999999999999"),
        ("pep440", "french toast"),
        ("pep440", "1.0.post99999999999999999999"),
        ("pep440", "1!"),
        ("pep440", "1.0 a1"),
        ("pep440", "1.0rc1x"),
        ("pep440", "1.0+_foo"),
        ("debian", "beta"),
        ("debian", "1:"),
        ("debian", "1.0:2"),
        ("debian", "4000000000:1"),
        ("debian", "1.0-"),
        ("debian", "1.0_2-1"),
        ("rez", "1..2"),
        ("rez", "1.2+"),
        ("api-date", "v9"),
        ("api-date", "v9.20250230"),
        ("api-date", "v9.202507"),
        ("api-date", "v09.20250722"),
        ("api-date", "v9.20250722.1"),
    ];
    let messages: Vec<_> = wrong
        .iter()
        .map(|(name, text)| scheme(name).parse(text).unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn long_texts_are_answered() {
    const LENGTH: usize = 1 << 18;
    let tails = ["1", ".", "1.", "-", "a", "a1", "~", "~1", "+", "é", "_", "0", " "];
    for name in ["semver", "pep440", "debian", "rez", "api-date"] {
        for head in ["", "1.2.3-", "1.0+", "1:1"] {
            for tail in tails {
                let text = format!("{head}{}", tail.repeat(LENGTH / tail.len()));
                if let Ok(version) = scheme(name).parse(&text) {
                    assert_eq!(version.text().len(), text.len());
                }
            }
        }
    }
}

#[test]
fn examples_ascend() {
    for name in ["semver", "pep440", "debian", "rez", "api-date"] {
        let examples = scheme(name).examples();
        assert!(examples.len() > 1 && examples.is_sorted(), "{name}: {examples:?}");
        let first = scheme(name).first(super::TODAY);
        assert_eq!(read(&scheme(name), first.text()), first);
    }
}
