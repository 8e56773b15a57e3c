//! `cargo xtask deps`: which crate depends on which, licences and banned crates.
//!
//! What is banned and which licences are taken stands in `deny.toml`, which cargo-deny reads too.

mod arrows;
mod graph;
mod licence;
mod supply;

use anyhow::{Result, ensure};

use self::{graph::Graph, supply::Rules};

/// Checks the resolved dependencies and prints all complaints.
pub(crate) fn run() -> Result<()> {
    let complaints = complaints()?;
    for complaint in &complaints {
        println!("{complaint}");
    }
    ensure!(complaints.is_empty(), "{} complaints", complaints.len());
    Ok(())
}

fn complaints() -> Result<Vec<String>> {
    let rules = Rules::load()?;
    let graph = Graph::load(&rules.targets)?;
    let mut complaints = arrows::complaints(&graph);
    complaints.extend(supply::complaints(&graph, &rules));
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_workspace_keeps_its_rules() {
        let complaints = super::complaints().unwrap();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}
