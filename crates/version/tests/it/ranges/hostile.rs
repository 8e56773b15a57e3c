//! No text panics or takes more than a moment.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use trainyard_version::{Grammar, Prereleases, ReadOptions};

use super::grammar;

proptest! {
    #[test]
    fn no_text_panics(text in r"([0-9]{1,3}|[.<>=~^!*|,x_() +-]|rc|v|a|\PC){0,24}", loose: bool) {
        for grammar in Grammar::all() {
            for prereleases in [Prereleases::ByGrammar, Prereleases::Include] {
                let options = ReadOptions { prereleases, loose };
                if let Ok(requirement) = grammar.parse_with(&text, options) {
                    let _ = requirement.set().complement().to_string();
                }
                let _ = grammar.version(&text, options);
            }
        }
    }

    #[test]
    fn an_error_points_into_the_text(text in r"([0-9]|[.<>=~^!*|,x é-]|rc){0,16}") {
        for grammar in Grammar::all() {
            if let Err(error) = grammar.parse(&text) {
                prop_assert!(text.is_char_boundary(error.position), "{}: {error}", grammar.name());
            }
        }
    }
}

/// Times a range of many parts. The bound is far above what linear time takes, far below what quadratic time would.
fn check_many(name: &str, count: usize, separator: &str, part: impl Fn(usize) -> String) {
    let text = (0..count).map(part).collect::<Vec<_>>().join(separator);
    let start = Instant::now();
    let requirement = grammar(name).parse(&text).unwrap();
    let shown = requirement.set().complement().to_string();
    assert!(!shown.is_empty());
    let took = start.elapsed();
    assert!(took < Duration::from_secs(10), "{name}: {count} parts took {took:?}");
}

#[test]
fn many_parts_take_no_quadratic_time() {
    check_many("npm", 20_000, " || ", |index| format!("{}.0.0", 40_000 - index));
    check_many("npm", 20_000, " ", |index| format!(">={index}.0.0-rc.1"));
    check_many("cargo", 20_000, ", ", |index| format!(">={index}.0.0-rc.1"));
    check_many("pep440", 20_000, ",", |index| format!("!={}.0", (index * 7919) % 20_011));
    check_many("ayon", 20_000, ",", |index| format!("!={}.0.0", (index * 7919) % 20_011));
    check_many("rez", 20_000, "|", |index| format!("=={}.0", (index * 7919) % 20_011));
    check_many("debian", 20_000, " | ", |index| format!("= {}.0", (index * 7919) % 20_011));
}

#[test]
fn long_words_take_no_quadratic_time() {
    let digits = "9".repeat(200_000);
    let texts = [
        digits.clone(),
        format!("1.0.0-{}", "a.".repeat(100_000)),
        format!("1.0.0-{}b", "a.".repeat(100_000)),
        format!(">=1.0.0-{digits}"),
        format!("=={}1", "1.".repeat(100_000)),
        format!("==1+{}1", "1.".repeat(100_000)),
        ">=".repeat(100_000),
        " ".repeat(200_000),
        "|".repeat(200_001),
        ",".repeat(200_000),
        "~ > ".repeat(50_000),
        "1 - ".repeat(50_000),
        "(".repeat(200_000),
        ">= 1".to_owned() + &"~".repeat(200_000),
    ];
    for text in &texts {
        for grammar in Grammar::all() {
            let start = Instant::now();
            for loose in [false, true] {
                let options = ReadOptions { loose, ..ReadOptions::default() };
                let _ = grammar.parse_with(text, options);
            }
            let took = start.elapsed();
            let head = &text[..8];
            assert!(
                took < Duration::from_secs(10),
                "{}: `{head}...` took {took:?}",
                grammar.name()
            );
        }
    }
}
