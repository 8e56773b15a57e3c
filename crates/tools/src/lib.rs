//! Asks outside tools what changed between two trees, where a user has them and asks for them.
//!
//! *Invariants*: a tool sees extracted copies of the files that it reads, never the repository; links and anything that
//! would leave the copy are left out. A tool that is missing, fails, is late or prints what nobody understands is told
//! as unknown, never as "compatible".

mod buf;
mod copies;
mod griffe;
mod oasdiff;
mod run;
mod semver_checks;

use camino::Utf8Path;
use trainyard_evidence::{Change, Tree, tools::Tool};

pub use self::copies::Copies;
use self::run::Failure;

/// A tool that can be asked.
pub trait OutsideTool: Sync {
    /// Its name, as users ask for it.
    fn name(&self) -> &'static str;

    /// Whether it reads a file.
    fn wants(&self, path: &Utf8Path) -> bool;

    /// What it says of two copies; `own` is what Trainyard's detectors found in the same trees.
    ///
    /// *Errors*: why it did not answer.
    fn ask(&self, copies: &Copies, own: &[Change]) -> Result<Vec<Change>, Failure>;
}

/// All tools, one line each.
pub fn tools() -> &'static [&'static dyn OutsideTool] {
    &[&oasdiff::Oasdiff, &buf::Buf, &griffe::Griffe, &semver_checks::SemverChecks]
}

/// The tool of a name.
pub fn by_name(name: &str) -> Option<&'static dyn OutsideTool> {
    tools().iter().copied().find(|tool| tool.name() == name)
}

/// Extracts what a tool reads of two trees, and asks it.
///
/// *Cost*: writes every wanted file of both trees; the tool itself may take minutes.
pub fn compare(
    tool: &dyn OutsideTool,
    old: &dyn Tree,
    new: &dyn Tree,
    scope: &dyn Fn(&Utf8Path) -> bool,
    own: &[Change],
) -> Vec<Change> {
    let wants = |path: &Utf8Path| scope(path) && tool.wants(path);
    let answer = Copies::extract(old, new, &wants)
        .map_err(|error| Failure::new("", format!("the files cannot be extracted: {error}")))
        .and_then(|copies| if copies.differ() { tool.ask(&copies, own) } else { Ok(Vec::new()) });
    answer.unwrap_or_else(|failure| {
        let version = failure.version.unwrap_or_else(|| "of unknown version".to_owned());
        vec![Tool { name: tool.name(), version }.failed(&failure.why)]
    })
}
