//! What checking bundles costs: AYON's whole catalogue, and a bundle of 190 pins.

use anyhow::Result;
use camino::Utf8PathBuf;

use crate::{process, workspace};

/// What must hold: a name of what is measured, and the most milliseconds it may take.
const TARGETS: &[(&str, f64)] = &[
    ("catalogue: check", 10.0),
    ("fitting bundle of 190 pins: check", 0.1),
    ("broken bundle of 190 pins: check", 0.1),
];

/// AYON's list of addons, beside the repository.
const ADDONS: &str = "../shared/cases/bundles/ayon_addons.json";

/// Measures, and tells what holds.
pub(super) fn run() -> Result<Vec<String>> {
    let arguments = ["build", "--locked", "--release", "--package", "trainyard-bundle"];
    process::run(process::cargo().args(arguments).args(["--example", "measure"]))?;
    let metadata = ["metadata", "--locked", "--no-deps", "--format-version", "1"];
    let metadata = process::output(process::cargo().args(metadata))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let target = metadata["target_directory"].as_str().unwrap_or("target");
    let program = Utf8PathBuf::from(target).join("release/examples/measure");

    let mut command = process::command(program.as_str());
    let addons = workspace::root().join(ADDONS);
    let title = if addons.exists() {
        command.arg(&addons);
        "AYON's addons"
    } else {
        "as many releases as AYON has, made up"
    };
    let told = process::output(&mut command)?;
    println!("\n=== Bundles: {title} (milliseconds) ===\n{}", told.trim_end());
    let figure = |name: &str| {
        let mut lines = told.lines().filter_map(|line| line.split_once('\t'));
        lines.find(|(told, _)| *told == name)?.1.parse::<f64>().ok()
    };
    let verdict = |(name, most): &(&str, f64)| {
        let found = figure(name)?;
        let word = if found <= *most { "holds" } else { "MISSED" };
        Some(format!("{word}: bundles, {name}: {found:.3} ms of {most} ms"))
    };
    Ok(TARGETS.iter().filter_map(verdict).collect())
}
