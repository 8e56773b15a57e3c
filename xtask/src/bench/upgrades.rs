//! Upgrades: migrations of two releases held against each other, and ways through update graphs.

use anyhow::Result;
use camino::Utf8PathBuf;

use super::measure;
use crate::process;

/// What must hold: a name of what is measured, and the most milliseconds it may take.
const TARGETS: &[(&str, f64)] = &[
    ("pair of 500 revisions: best", 10.0),
    ("pairs of real releases: all", 10_000.0),
    ("ways: p99", 2.0),
];

/// The most memory that all of it together may take.
const MOST_MB: f64 = 100.0;

/// Measures, and tells what holds.
pub(super) fn run(runs: u32) -> Result<Vec<String>> {
    let program = build()?;
    let told = process::output(&mut process::command(program.as_str()))?;
    println!("\n=== Upgrades (milliseconds, or counts) ===\n{}", told.trim_end());
    let mut cost = measure::once(&mut process::command(program.as_str()), 0)?;
    for _ in 1..runs.min(3) {
        cost = cost.and(measure::once(&mut process::command(program.as_str()), 0)?);
    }
    println!("all of it: {:.2} s CPU, {:.0} MB", cost.cpu.as_secs_f64(), cost.peak_mb());
    let figure = |name: &str| {
        let mut lines = told.lines().filter_map(|line| line.split_once('\t'));
        lines.find(|(told, _)| *told == name)?.1.parse::<f64>().ok()
    };
    let word = |holds: bool| if holds { "holds" } else { "MISSED" };
    let mut verdicts = Vec::new();
    for (name, most) in TARGETS {
        match figure(name) {
            Some(found) => verdicts.push(format!(
                "{}: upgrades, {name}: {found:.3} ms of {most} ms",
                word(found <= *most)
            )),
            None => println!("skipped: {name}: the cases are not here"),
        }
    }
    let peak = cost.peak_mb();
    let holds = word(peak <= MOST_MB);
    verdicts.push(format!("{holds}: upgrades, memory: {peak:.0} MB of {MOST_MB} MB"));
    Ok(verdicts)
}

/// Builds the program that is measured.
fn build() -> Result<Utf8PathBuf> {
    let arguments = ["build", "--locked", "--release", "--package", "trainyard-upgrade"];
    process::run(process::cargo().args(arguments).args(["--example", "measure"]))?;
    Ok(super::target_folder()?.join("release/examples/measure"))
}
