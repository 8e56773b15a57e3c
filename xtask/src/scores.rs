//! `cargo xtask scores`: how many cases of each file are right.

use std::{collections::BTreeMap, fmt::Write};

use anyhow::{Context, Result, ensure};

use crate::{process, table};

/// Runs the tests on cases and prints a table.
pub(crate) fn run() -> Result<()> {
    let mut nextest = process::cargo();
    nextest.args(["nextest", "run", "--locked", "--workspace", "--cargo-profile", "ci"]);
    nextest.args(["--no-fail-fast", "--no-tests", "pass", "-E", "test(cases)"]);
    nextest.args(["--success-output", "immediate", "--failure-output", "immediate"]);
    let output = nextest.output().context("cannot run cargo nextest")?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    let found = read(&text);
    if found.scores.is_empty() {
        println!("{text}");
    }
    print!("{}", found.render());
    ensure!(
        output.status.success(),
        "some test on cases failed; `cargo nextest run -E 'test(cases)'` tells why"
    );
    Ok(())
}

/// What the tests printed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// Right ones and all, by name.
    scores: BTreeMap<String, (u64, u64)>,
    skipped: Vec<String>,
}

/// Collects lines such as `rez/version_vectors.json: 90 of 90 cases right`.
fn read(text: &str) -> Found {
    let mut found = Found::default();
    for line in text.lines().map(str::trim) {
        if let Some((name, right, total)) = score(line) {
            found.scores.insert(name.to_owned(), (right, total));
        } else if let Some(rest) = line.strip_prefix("skipped: ") {
            found.skipped.push(rest.to_owned());
        }
    }
    found.skipped.sort();
    found.skipped.dedup();
    found
}

fn score(line: &str) -> Option<(&str, u64, u64)> {
    let (name, numbers) = line.strip_suffix(" cases right")?.rsplit_once(": ")?;
    let (right, total) = numbers.split_once(" of ")?;
    Some((name, right.parse().ok()?, total.parse().ok()?))
}

impl Found {
    fn render(&self) -> String {
        let row = |name: &str, right: u64, total: u64| {
            let mark = if right == total { "" } else { "wrong" };
            vec![name.to_owned(), right.to_string(), total.to_string(), mark.to_owned()]
        };
        let mut rows: Vec<_> =
            self.scores.iter().map(|(name, (right, total))| row(name, *right, *total)).collect();
        let (right, total) =
            self.scores.values().fold((0, 0), |sum, score| (sum.0 + score.0, sum.1 + score.1));
        rows.push(row("all", right, total));
        let mut text = table::render(&["cases", "right", "of", ""], &rows);
        for skipped in &self.skipped {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "skipped: {skipped}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn scores_are_collected_from_a_log() {
        let log = "  PASS [0.1s] x\n    npm ranges: strict: 9 of 10 cases right\nskipped: a is not in b\nno cases right\n";
        let found = read(log);
        assert_eq!(found.scores["npm ranges: strict"], (9, 10));
        assert_eq!(found.skipped, ["a is not in b"]);
        assert!(found.render().contains("wrong"));
    }
}
