//! Repositories that are made once by `git fast-import`, and then stay for later runs.

use std::{
    io::{BufWriter, Write},
    process::{ChildStdin, Stdio},
};

use anyhow::{Context, Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};

use crate::process;

/// Where the input of fast-import is written to.
pub(super) type Input = BufWriter<ChildStdin>;

/// Makes the repository of a name, unless it is there already: one pack, packed references and no commit-graph, as a
/// fresh clone has it.
pub(super) fn repository(
    place: &Utf8Path,
    name: &str,
    write: impl FnOnce(Input) -> Result<Input>,
) -> Result<Utf8PathBuf> {
    let folder = place.join(name);
    let done = folder.join(".git/complete");
    if done.exists() {
        return Ok(folder);
    }
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    fs_err::create_dir_all(&folder)?;
    let git = |arguments: &[&str]| {
        let mut git = process::command("git");
        git.args(arguments).current_dir(&folder);
        process::output(&mut git)
    };
    git(&["init", "--quiet", "--initial-branch", "main", "."])?;
    import(&folder, write)?;
    git(&["repack", "-a", "-d", "-q"])?;
    git(&["pack-refs", "--all"])?;
    git(&["remote", "add", "origin", &format!("https://git.example.org/platform/{name}.git")])?;
    git(&["reset", "--quiet", "--hard"])?;
    fs_err::write(done, "")?;
    Ok(folder)
}

fn import(folder: &Utf8Path, write: impl FnOnce(Input) -> Result<Input>) -> Result<()> {
    let mut git = process::command("git");
    git.args(["fast-import", "--quiet", "--force"]).current_dir(folder).stdin(Stdio::piped());
    let mut child = git.spawn().context("cannot run git fast-import")?;
    let stdin = child.stdin.take().context("git fast-import takes no input")?;
    write(BufWriter::new(stdin))?.flush()?;
    let status = child.wait()?;
    ensure!(status.success(), "git fast-import failed: {status}");
    Ok(())
}
