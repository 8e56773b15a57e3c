//! Years with a small letter, as of the time zone database: `2013a`.

use jiff::civil::date;
use proptest::prelude::*;
use trainyard_version::{Level, Step};

use super::{assert_ascending, read, scheme};

const SPEC: &str = "calver:YYYY{letter}";

#[test]
fn letters_go_from_a_to_z_and_on() {
    assert_ascending(
        &scheme(SPEC),
        &["2013a", "2013b", "2013z", "2013za", "2013zz", "2013zza", "2014a"],
    );
}

#[test]
fn a_letter_follows_another_and_starts_anew_each_year() {
    for (from, day, expected) in [
        ("2013a", date(2013, 9, 1), "2013b"),
        ("2013z", date(2013, 9, 1), "2013za"),
        ("2013zz", date(2013, 9, 1), "2013zza"),
        ("2013h", date(2014, 3, 1), "2014a"),
    ] {
        for step in [Step::Date, Step::Level(Level::Patch, None), Step::Level(Level::Major, None)] {
            let next = scheme(SPEC).step(&read(&scheme(SPEC), from), &step, day).unwrap();
            assert_eq!(next.text(), expected, "{from} {step:?}");
        }
    }
    assert_eq!(scheme(SPEC).first(date(2014, 3, 1)).text(), "2014a");
}

#[test]
fn other_letters_are_explained() {
    for (text, position) in [("2013", 4), ("2013A", 4), ("2013ab", 4), ("2013a1", 5), ("13a", 0)] {
        assert_eq!(scheme(SPEC).parse(text).unwrap_err().position, position, "{text}");
    }
}

#[test]
fn the_word_itself_is_no_token() {
    assert_eq!(read(&scheme("calver:letter-YYYY"), "letter-2013").text(), "letter-2013");
}

proptest! {
    #[test]
    fn every_text_is_read_or_explained(text in "20[0-9]{2}(z{0,40}[a-z]?|[a-zA-Z0-9]{0,3})") {
        if let Ok(version) = scheme(SPEC).parse(&text) {
            prop_assert_eq!(version.canonical(), &text);
            let next = scheme(SPEC).step(&version, &Step::Level(Level::Patch, None), date(2000, 1, 1)).unwrap();
            prop_assert!(next > version);
            prop_assert!(next.text() > version.text());
        }
    }
}
