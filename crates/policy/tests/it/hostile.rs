//! No input makes it panic, and none makes it slow.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use trainyard_policy::{Policy, doc, presets};

/// As many statements as wanted, each made of its number.
fn many(count: usize, statement: impl Fn(usize) -> String) -> String {
    (0..count).map(statement).collect::<Vec<_>>().concat()
}

/// Everything that a command does with a file.
fn exercise(source: &str) {
    let complaints = Policy::lint(source, "trainyard.toml");
    let _ = (complaints.render(false), complaints.findings(), complaints.summary());
    if let Ok(checked) = Policy::parse(source, "trainyard.toml") {
        let _ = doc(&checked.policy, jiff::civil::date(2026, 6, 1));
    }
}

/// A debug build on a busy machine still does a megabyte in this time.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn large_and_deep_files_are_refused_in_time() {
    let inputs = [
        "x".repeat(1_000_000),
        "[".repeat(1_000_000),
        "a = [".repeat(200_000),
        format!("a = {}", "[".repeat(500_000)),
        format!("a = {}", "{b=".repeat(300_000)),
        format!("[{}]", "a.".repeat(400_000)),
        format!("{}a = 1", "a.".repeat(400_000)),
        format!("product.title = \"{}\"", "x".repeat(1_000_000)),
        format!("product.{} = 1", "x".repeat(1_000_000)),
        "a = 1\n".repeat(150_000),
        many(60_000, |index| format!("[components.c{index}]\n")),
        many(30_000, |index| format!("[[revisions]]\nname=\"{index}\"\nfrom=\"{index}.0.0\"\n")),
        many(60, |index| format!("[components.c{index}]\n"))
            + &many(50, |index| format!("[[revisions]]\nname=\"{index}\"\nfrom=\"{index}.0.0\"\n")),
        format!("[rules]\ntag = [{}]", "\"v{version}\",".repeat(70_000)),
        format!(
            "[product]\nignored-tags = [{}]",
            many(150, |index| format!("\"{index}{}\",", "{a,b}*".repeat(300)))
        ),
        format!("[rules]\nscheme = \"{}\"", "composite:{a=".repeat(70_000)),
        format!("[rules]\nscheme = \"calver:{}\"", "YYYY.".repeat(200_000)),
        format!("[product]\nname = \"{}\"", "\u{1f600}".repeat(250_000)),
        many(480, |index| {
            let next = (index + 1) % 480;
            format!(
                "[streams.s{index}]\nkind=\"single\"\ncomponent=\"product\"\nneeds=[\"s{next}\"]\n"
            )
        }),
    ];
    for input in inputs {
        let start = Instant::now();
        exercise(&input);
        let head: String = input.chars().take(40).collect();
        assert!(start.elapsed() < PATIENCE, "{head}: {:?}", start.elapsed());
    }
}

/// Words that mean something in the format, to put where they do not belong.
const WORDS: [&str; 24] = [
    "=",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "\"",
    "'",
    "\n",
    ".",
    ",",
    "#",
    "false",
    "true",
    "1.5",
    "2024-02-30",
    "rules",
    "levels",
    "components",
    "revisions",
    "from",
    "\u{1f600}",
    "\r",
    "{version}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn mutated_presets_never_panic(
        preset in 0..presets().len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, 0..WORDS.len()), 1..8),
    ) {
        let mut text = presets()[preset].text.to_owned();
        for (index, length, word) in edits {
            let start = text.floor_char_boundary(index.index(text.len() + 1));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, WORDS[word]);
        }
        exercise(&text);
    }

    #[test]
    fn swapped_lines_never_panic(
        preset in 0..presets().len(),
        swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..10),
    ) {
        let mut lines: Vec<&str> = presets()[preset].text.lines().collect();
        for (one, other) in swaps {
            let count = lines.len();
            lines.swap(one.index(count), other.index(count));
        }
        exercise(&lines.join("\n"));
    }

    #[test]
    fn any_text_never_panics(text in ".{0,200}") {
        exercise(&text);
    }
}
