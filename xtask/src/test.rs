//! `cargo xtask test`: everything that must hold before a change goes in.
//!
//! All builds use one profile and one set of features, so that nothing is built twice. nextest comes last: its summary
//! is what a reader of the log looks for.

mod databases;
mod setup;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::{deps, process, table, tidy};

/// A part of the test run.
struct Section {
    title: &'static str,
    run: fn() -> Result<()>,
}

const SECTIONS: &[Section] = &[
    Section { title: "set up", run: setup::run },
    Section { title: "format", run: format },
    Section { title: "tidy", run: tidy::run },
    Section { title: "deps", run: deps::run },
    Section { title: "clippy", run: clippy },
    Section { title: "examples in documents", run: doc_tests },
    Section { title: "documents", run: documents },
    Section { title: "tests", run: tests },
];

pub(crate) fn run() -> Result<()> {
    let mut timings = Vec::new();
    for (index, section) in SECTIONS.iter().enumerate() {
        let is_last = index + 1 == SECTIONS.len();
        if is_last {
            println!("\n{}", summary(&timings));
        }
        println!("\n=== {}/{} {} ===", index + 1, SECTIONS.len(), section.title);
        let start = Instant::now();
        let outcome = (section.run)();
        let elapsed = start.elapsed();
        if outcome.is_err() {
            let left = SECTIONS.len() - index - 1;
            println!("\n{}", summary(&timings));
            println!("{} failed after {}; {left} not run", section.title, seconds(elapsed));
        } else if !is_last {
            println!("{}: passed in {}", section.title, seconds(elapsed));
        }
        outcome.with_context(|| format!("section `{}` failed", section.title))?;
        timings.push((section.title, elapsed));
    }
    Ok(())
}

fn summary(timings: &[(&str, Duration)]) -> String {
    let rows: Vec<_> = timings
        .iter()
        .map(|(title, elapsed)| vec![(*title).to_owned(), seconds(*elapsed)])
        .collect();
    table::render(&["passed so far", "time"], &rows)
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}

fn format() -> Result<()> {
    process::run(process::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    let mut clippy = process::cargo();
    clippy.args(["clippy", "--locked", "--workspace", "--all-targets", "--profile", "ci"]);
    process::run(clippy.args(["--", "-D", "warnings"]))
}

fn doc_tests() -> Result<()> {
    let mut test = process::cargo();
    process::run(test.args(["test", "--locked", "--doc", "--workspace", "--profile", "ci"]))
}

fn documents() -> Result<()> {
    let mut doc = process::cargo();
    doc.env("RUSTDOCFLAGS", "-Dwarnings");
    process::run(doc.args(["doc", "--locked", "--no-deps", "--workspace", "--profile", "ci"]))
}

fn tests() -> Result<()> {
    let mut nextest = process::cargo();
    nextest.env("INSTA_UPDATE", "no");
    nextest.args(["nextest", "run", "--locked", "--workspace", "--all-targets"]);
    process::run(nextest.args(["--cargo-profile", "ci"]))
}
