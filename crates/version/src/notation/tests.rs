use proptest::prelude::*;

use crate::Scheme;

fn read(scheme: &str, text: &str) -> String {
    let scheme: Scheme = scheme.parse().unwrap();
    match scheme.parse_set(text) {
        Ok(set) => set.to_string(),
        Err(error) => format!("{}: {}", error.position, error.expected),
    }
}

#[test]
fn sets_are_read_as_they_are_shown() {
    for text in ["*", "(none)", "1.2.0", ">=1.2.0, <2.0.0 || 3.1.0", "<1.0.0 || >1.0.0"] {
        assert_eq!(read("semver", text), text);
    }
    assert_eq!(read("calver:YYYY.MM", ">=2026.6,<2026.10"), ">=2026.6, <2026.10");
    assert_eq!(read("semver", " != 1.0.0 "), "<1.0.0 || >1.0.0");
    assert_eq!(read("semver", "==1.0.0"), "1.0.0");
}

#[test]
fn an_error_names_the_place_in_the_whole_text() {
    assert_eq!(read("semver", ""), "0: a comparison such as `>=1.0.0`, or `*`");
    assert_eq!(read("semver", ">=1.0.0 || "), "11: a comparison such as `>=1.0.0`, or `*`");
    assert_eq!(read("semver", ">=1.0.0, <"), "10: a version");
    assert!(read("semver", ">=1.0.0 || <2.x.0").starts_with("14: "));
}

#[test]
fn many_alternatives_take_no_quadratic_time() {
    let text: Vec<_> = (0..50_000).map(|number| format!("{number}.0.0")).collect();
    let set = Scheme::semver().parse_set(&text.join(" || ")).unwrap();
    assert_eq!(set.intervals().count(), 50_000);
}

proptest! {
    #[test]
    fn whatever_is_shown_reads_as_the_same_set(
        comparisons in prop::collection::vec(("(<|<=|>|>=|=|!=)", 0_u8..4, 0_u8..4), 1..6),
        separators in prop::collection::vec("(, | \\|\\| )", 6),
    ) {
        let pieces: Vec<_> = comparisons
            .iter()
            .zip(&separators)
            .map(|((operator, major, minor), separator)| {
                format!("{operator}{major}.{minor}.0{separator}")
            })
            .collect();
        let text = pieces.concat();
        let text = text.trim_end_matches([',', '|', ' ']);
        let set = Scheme::semver().parse_set(text).unwrap();
        prop_assert_eq!(&Scheme::semver().parse_set(&set.to_string()).unwrap(), &set);
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        _ = Scheme::semver().parse_set(&text);
    }
}
