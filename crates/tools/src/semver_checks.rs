//! cargo-semver-checks: breaking changes of a Rust crate.
//!
//! It builds both versions, which runs their build scripts: the one tool here that executes what it looks at. So it runs
//! only where a user asks for it by name.

use std::time::Duration;

use camino::Utf8Path;
use trainyard_evidence::{
    Change,
    tools::{Tool, semver_checks},
};

use crate::{Copies, Failure, OutsideTool, run};

/// `cargo semver-checks`.
pub(crate) struct SemverChecks;

impl OutsideTool for SemverChecks {
    fn name(&self) -> &'static str {
        "cargo-semver-checks"
    }

    fn wants(&self, _path: &Utf8Path) -> bool {
        true
    }

    fn ask(&self, copies: &Copies, _own: &[Change]) -> Result<Vec<Change>, Failure> {
        let version = run::version("cargo", &["semver-checks", "--version"], copies.root())?;
        let tool = Tool { name: self.name(), version };
        let manifest = copies.new_().join("Cargo.toml");
        let old = copies.old();
        let arguments = [
            "semver-checks",
            "check-release",
            "--manifest-path",
            manifest.as_str(),
            "--baseline-root",
            old.as_str(),
            // A declared major release would skip every check.
            "--release-type",
            "patch",
            "--color",
            "never",
        ];
        let patience = Duration::from_mins(30);
        let output = run::run("cargo", &arguments, copies.root(), patience)?;
        let text = format!("{}\n{}", output.stderr, output.stdout);
        semver_checks::read(&tool, &text).map_err(|why| {
            let told = output.answer(&tool.version, &[0]).err();
            told.unwrap_or_else(|| Failure::new(&tool.version, why))
        })
    }
}
