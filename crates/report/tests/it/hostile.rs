//! Whoever can name a tag or write a commit must not steer what shows it.

use std::time::{Duration, Instant};

use insta::assert_snapshot;
use proptest::prelude::*;
use trainyard_report::{
    Code, Finding, Location, Problem,
    render::{self, MarkdownOptions, TextOptions, Tool},
};

use crate::samples::{COLOURED, PLAIN};

const UNLIMITED: TextOptions = TextOptions { limit_per_code: None, ..PLAIN };

/// The same text in every field a finding has.
fn everywhere(text: &str) -> Finding {
    Finding::new(Code::STRAY_TAG, text, format!("about {text}"))
        .at(Location {
            path: Some(text.into()),
            line: Some(1),
            column: Some(1),
            commit: Some(text.to_owned()),
            reference: Some(text.to_owned()),
        })
        .suggest(text)
}

/// What people see of it, wherever they look; colours are off.
fn all_renderings(text: &str) -> Vec<String> {
    let findings = [everywhere(text), everywhere("other"), everywhere(text)];
    vec![
        render::text(&findings, &UNLIMITED),
        render::markdown(&findings, &MarkdownOptions::default()),
        render::github(&findings),
        render::problem(&Problem::new(text).because(text).hint(text), &PLAIN),
    ]
}

fn is_harmless(character: char) -> bool {
    let is_bidi = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !(is_bidi || character.is_control() && character != '\n' && character != '\t')
}

#[test]
fn escapes_and_direction_changes_are_shown() {
    let text = "\u{1b}[2J\u{1b}]0;owned\u{7}1.0\u{202e}0.2\u{200b}\u{9b}31m\r\n\tend";
    let finding = everywhere(text);
    assert_snapshot!(render::text(std::slice::from_ref(&finding), &PLAIN));
    assert_snapshot!(render::markdown(std::slice::from_ref(&finding), &MarkdownOptions::default()));
    assert_snapshot!(render::github(&[finding]));
}

#[test]
fn emoji_and_scripts_stay_as_they_are() {
    for text in ["👩\u{200d}💻 fix", "⚠\u{fe0f} careful", "می\u{200c}خواهم", "größer, 版本"]
    {
        let shown = render::text(&[Finding::new(Code::UNREADABLE_COMMIT, "", text)], &PLAIN);
        assert!(shown.contains(text), "{shown}");
    }
    let shown = render::text(&[Finding::new(Code::STRAY_TAG, "", "1.0\u{200d}")], &PLAIN);
    assert!(shown.contains(r"1.0\u{200d}"), "{shown}");
}

#[test]
fn colours_come_from_the_renderer_alone() {
    let shown = render::text(&[everywhere("\u{1b}[31mred")], &COLOURED);
    assert!(!shown.contains("[31mred") || shown.contains(r"\u{1b}[31mred"), "{shown}");
    assert!(!shown.contains("\u{1b}[31mred"));
}

#[test]
fn a_megabyte_is_cut_and_quick() {
    let inputs = [
        "a".repeat(1 << 20),
        "` ".repeat(1 << 19),
        "\u{1b}".repeat(1 << 20),
        ":: ".repeat(1 << 18),
    ];
    for text in inputs {
        let start = Instant::now();
        for shown in all_renderings(&text) {
            assert!(shown.len() < 200_000, "{} bytes", shown.len());
        }
        let tool = Tool { name: "x", version: "1.0.0", information_uri: None, fallback_file: "." };
        render::sarif(&[everywhere(&text)], &tool);
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn nothing_reaches_people_unescaped(text in any::<String>()) {
        for shown in all_renderings(&text) {
            prop_assert!(shown.chars().all(is_harmless), "{shown:?}");
        }
    }

    #[test]
    fn annotations_stay_one_line_each(text in any::<String>()) {
        let shown = render::github(&[everywhere(&text), everywhere(&text)]);
        prop_assert_eq!(shown.lines().count(), 2);
        prop_assert!(shown.lines().all(|line| line.starts_with("::notice file=")));
    }

    #[test]
    fn wrapping_keeps_every_word(text in "[a-z` ]{0,200}", width in 0_usize..60) {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let message = format!("x {text}");
        let shown = render::text(&[Finding::new(Code::STRAY_TAG, "", &message)], &TextOptions { width, ..PLAIN });
        let body = shown.split("\n\n").next().unwrap_or_default();
        prop_assert_eq!(words(body)[1..].to_vec(), words(&message));
    }
}
