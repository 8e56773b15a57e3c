//! How long large descriptions take.

#![expect(clippy::print_stdout, reason = "times are what these tests are for")]

use std::time::Instant;

use camino::Utf8PathBuf;
use trainyard_evidence::{Comparison, Focus, Memo, MemoryTree, Settings, document, openapi};
use trainyard_testkit::{DescriptionSize, description};

/// The most memory that this process held since the last time it was asked, in kilobytes; 0 where nobody knows.
fn peak_kilobytes() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    _ = fs_err::write("/proc/self/clear_refs", "5");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Runs the detector on two trees with one description each; prints how long it took and how much memory.
fn measure(name: &str, size: DescriptionSize) -> usize {
    let text = |is_newer| {
        let value = description(size, is_newer);
        serde_json::to_string_pretty(&value).expect("a value is JSON")
    };
    let (old, new) = (text(false), text(true));
    let bytes = (old.len(), new.len());
    let tree = |text: String| MemoryTree::new([(Utf8PathBuf::from("openapi.json"), text)]);
    let trees = (tree(old.clone()), tree(new.clone()));
    _ = peak_kilobytes();
    let begun = Instant::now();
    let settings = Settings::default();
    let comparison = Comparison {
        old: &trees.0,
        new: &trees.1,
        focus: &Focus::new(&|_| true, &settings),
        memo: &Memo::default(),
        verdicts: None,
    };
    let changes = comparison.verdict().changes.len();
    let took = begun.elapsed();
    let peak = peak_kilobytes();
    let begun = Instant::now();
    let parse = |text: &str| document::parse("a.json".into(), text).expect("it is JSON");
    let (old_value, new_value) = (parse(&old), parse(&new));
    let parsed = begun.elapsed();
    _ = openapi::compare(&old_value, &new_value);
    let compared = begun.elapsed().saturating_sub(parsed);
    println!(
        "{name}: {} + {} bytes, {changes} changes, {} ms and at most {} kB \
         (reading the values took {} ms of it, comparing them {} ms)",
        bytes.0,
        bytes.1,
        took.as_millis(),
        peak,
        parsed.as_millis(),
        compared.as_millis(),
    );
    changes
}

#[test]
fn usual_descriptions_are_compared() {
    assert!(measure("usual", DescriptionSize::USUAL) > 1);
}

#[test]
#[ignore = "measures; run it with `--release`"]
fn large_descriptions_are_compared() {
    assert!(measure("usual", DescriptionSize::USUAL) > 1);
    assert!(measure("large", DescriptionSize::LARGE) > 10);
}
