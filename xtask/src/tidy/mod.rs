//! `cargo xtask tidy`: what no compiler checks.

mod fragments;
mod rules;
#[cfg(test)]
mod tests;

use anyhow::{Result, ensure};

use crate::workspace::{self, File};

/// Checks every file and prints all complaints.
pub(crate) fn run() -> Result<()> {
    let complaints = complaints(&workspace::files()?, &workspace::crates()?);
    for complaint in &complaints {
        println!("{complaint}");
    }
    ensure!(complaints.is_empty(), "{} complaints", complaints.len());
    Ok(())
}

/// All that is wrong with the files of a workspace that has these crates, sorted by file.
fn complaints(files: &[File], crates: &[String]) -> Vec<String> {
    let mut complaints: Vec<_> = files.iter().flat_map(of_one_file).collect();
    complaints.extend(rules::stale_exceptions(files));
    complaints.extend(rules::forgotten_tests(files));
    complaints.extend(rules::unlisted_crates(files, crates));
    complaints.extend(fragments::complaints(files));
    complaints.sort();
    complaints
}

fn of_one_file(file: &File) -> Vec<String> {
    let mut complaints = Vec::new();
    complaints.extend(rules::length(file));
    complaints.extend(rules::leftovers(file));
    complaints.extend(rules::machine_paths(file));
    complaints.extend(rules::whitespace(file));
    complaints
}
