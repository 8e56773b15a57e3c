//! buf: breaking changes of protobuf files.

use std::time::Duration;

use camino::Utf8Path;
use trainyard_evidence::{
    Change,
    tools::{Tool, buf},
};

use crate::{Copies, Failure, OutsideTool, run};

/// Exit code of buf where it found something.
const FOUND: i32 = 100;

/// The `buf` program.
pub(crate) struct Buf;

impl OutsideTool for Buf {
    fn name(&self) -> &'static str {
        "buf"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        path.extension() == Some("proto")
            || matches!(path.file_name(), Some("buf.yaml" | "buf.work.yaml" | "buf.lock"))
    }

    fn ask(&self, copies: &Copies, _own: &[Change]) -> Result<Vec<Change>, Failure> {
        let version = run::version("buf", &["--version"], copies.root())?;
        let tool = Tool { name: self.name(), version };
        let arguments = ["breaking", "new", "--against", "old", "--error-format", "json"];
        let output = run::run("buf", &arguments, copies.root(), Duration::from_mins(2))?;
        let text = output.answer(&tool.version, &[0, FOUND])?;
        buf::read(&tool, "new/", &text).map_err(|why| Failure::new(&tool.version, why))
    }
}
