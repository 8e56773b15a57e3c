//! oasdiff: changes between OpenAPI documents.

use std::time::Duration;

use camino::Utf8Path;
use trainyard_evidence::{
    Change, Detector,
    openapi::OpenApi,
    tools::{Tool, disagreement, oasdiff},
};

use crate::{Copies, Failure, OutsideTool, run};

/// The `oasdiff` program.
pub(crate) struct Oasdiff;

impl OutsideTool for Oasdiff {
    fn name(&self) -> &'static str {
        "oasdiff"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        OpenApi.wants(path)
    }

    fn ask(&self, copies: &Copies, own: &[Change]) -> Result<Vec<Change>, Failure> {
        let version = run::version("oasdiff", &["--version"], copies.root())?;
        let tool = Tool { name: self.name(), version };
        let compared = copies.changed();
        let mut found = Vec::new();
        for path in &compared {
            let [old, new] = [copies.old().join(path), copies.new_().join(path)];
            let arguments = ["changelog", old.as_str(), new.as_str(), "-f", "json"];
            let output = run::run("oasdiff", &arguments, copies.root(), Duration::from_mins(2))?;
            let text = output.answer(&tool.version, &[0, 1])?;
            let read = oasdiff::read(&tool, path, &text);
            found.extend(read.map_err(|why| Failure::new(&tool.version, why))?);
        }
        found.extend(disagreement(&tool, "openapi", own, &found, &compared));
        Ok(found)
    }
}
