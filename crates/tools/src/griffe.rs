//! griffe: breaking changes of Python interfaces.

use std::{collections::BTreeSet, time::Duration};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_evidence::{
    Change,
    tools::{Tool, griffe},
};

use crate::{Copies, Failure, OutsideTool, run};

/// Prints the version of the installed package.
const VERSION_PROGRAM: &str =
    "from importlib.metadata import version; import griffe; print(version('griffe'))";

/// The `griffe` package of the Python that `python3` is.
pub(crate) struct Griffe;

impl OutsideTool for Griffe {
    fn name(&self) -> &'static str {
        "griffe"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        path.extension().is_some_and(|extension| extension == "py" || extension == "pyi")
    }

    fn ask(&self, copies: &Copies, _own: &[Change]) -> Result<Vec<Change>, Failure> {
        // Isolated: neither the environment nor the folder it runs in adds modules.
        let version = run::run(
            "python3",
            &["-I", "-c", VERSION_PROGRAM],
            copies.root(),
            Duration::from_secs(20),
        )?;
        let version = version.answer("", &[0])?.trim().to_owned();
        let tool = Tool { name: self.name(), version };
        let mut found = Vec::new();
        for package in packages(copies) {
            let Some(name) = package.file_name() else { continue };
            let above = package.parent().unwrap_or(Utf8Path::new(""));
            let [old, new] = [copies.old().join(above), copies.new_().join(above)];
            let arguments = ["-I", "-c", griffe::PROGRAM, name, old.as_str(), new.as_str()];
            let output = run::run("python3", &arguments, copies.root(), Duration::from_mins(5))?;
            let text = output.answer(&tool.version, &[0])?;
            let folders = [format!("{}/", copies.old()), format!("{}/", copies.new_())];
            let read = griffe::read(&tool, [&folders[0], &folders[1]], &text);
            found.extend(read.map_err(|why| Failure::new(&tool.version, why))?);
        }
        Ok(found)
    }
}

/// The packages that both copies have and that lie in no other package; tests are nobody's interface.
fn packages(copies: &Copies) -> BTreeSet<Utf8PathBuf> {
    let folders: BTreeSet<_> = copies
        .old_paths()
        .filter(|path| path.file_name() == Some("__init__.py") && copies.new_has(path))
        .filter_map(Utf8Path::parent)
        .filter(|folder| !folder.as_str().is_empty())
        .collect();
    let is_outermost = |folder: &&Utf8Path| {
        folder.ancestors().skip(1).all(|above| !folders.contains(above))
            && folder.components().all(|part| !matches!(part.as_str(), "tests" | "test"))
    };
    folders.iter().copied().filter(is_outermost).map(Utf8Path::to_owned).collect()
}
