//! Files of the working tree, each replaced whole or not at all.

use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err::File;
use trainyard_release::journal::FileChange;

use super::{Releases, ReleasingError};
use crate::{GitFailed, Mode, TreeEdit};

/// What files that are being written are called until they are whole.
const UNFINISHED: &str = "file-";

/// Removes what an interruption left of files that were being written.
pub(super) fn sweep(folder: &Utf8Path) {
    let Ok(entries) = folder.read_dir_utf8() else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().starts_with(UNFINISHED)) {
        // It harms nobody where it stays.
        _ = fs_err::remove_file(entry.path());
    }
}

impl Releases {
    /// Gives a file the content of a blob, as a checkout would; none removes it.
    pub(super) fn write(&self, path: &Utf8Path, blob: Option<&str>) -> Result<(), ReleasingError> {
        let place = self.root.join(path);
        let failed = |source| ReleasingError::File { path: path.to_owned(), source };
        let Some(blob) = blob else { return remove(&place, &self.root).map_err(failed) };
        let content = self.content(path, blob)?;
        let is_executable = self.mode(path)? == Mode::Executable;
        self.replace(&place, &content, is_executable).map_err(failed)
    }

    /// What a checkout writes for a blob.
    pub(super) fn content(&self, path: &Utf8Path, blob: &str) -> Result<Vec<u8>, GitFailed> {
        let as_path = format!("--path={path}");
        let arguments = ["cat-file", "--filters", &as_path, blob];
        let reply = self.git.ask(&arguments, b"")?;
        if reply.code == Some(0) { Ok(reply.stdout) } else { Err(reply.refusal(&arguments)) }
    }

    /// Writes aside, then renames.
    fn replace(&self, place: &Utf8Path, content: &[u8], is_executable: bool) -> io::Result<()> {
        let folder = place.parent().unwrap_or(&self.root);
        fs_err::create_dir_all(folder)?;
        let name = format!("{UNFINISHED}{}", std::process::id());
        let aside = self.folder.join(&name);
        write_new(&aside, content, is_executable)?;
        match fs_err::rename(&aside, place) {
            // The working tree is on another disk than the repository.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                _ = fs_err::remove_file(&aside);
                let beside = folder.join(format!(".trainyard-{name}"));
                write_new(&beside, content, is_executable)?;
                fs_err::rename(&beside, place)
            }
            done => done,
        }
    }

    /// What a path is, in the index; a file that is new is an ordinary one.
    fn mode(&self, path: &Utf8Path) -> Result<Mode, GitFailed> {
        let text = self.git.run(&["ls-files", "--stage", "-z", "--", path.as_str()])?;
        if text.is_empty() {
            // A fragment that goes is in the commit still.
            return Ok(self.git.entry_at("HEAD", path)?.map(|(mode, _)| mode).unwrap_or_default());
        }
        Ok(if text.starts_with("100755") { Mode::Executable } else { Mode::File })
    }

    /// The edits of a tree that files stand for.
    pub(super) fn tree_edits(&self, changes: &[FileChange]) -> Result<Vec<TreeEdit>, GitFailed> {
        let edit = |change: &FileChange| {
            let becomes = match &change.after {
                Some(blob) => Some((self.mode(&change.path)?, blob.clone())),
                None => None,
            };
            Ok(TreeEdit { path: change.path.clone(), becomes })
        };
        changes.iter().map(edit).collect()
    }

    /// Puts the new contents of files into the index, or those before.
    ///
    /// Arguments rather than an input: what holds the lock must not be cut off.
    pub(super) fn stage(&self, changes: &[FileChange], before: bool) -> Result<(), GitFailed> {
        const AT_ONCE: usize = 100;
        let mut entries = Vec::new();
        let mut gone: Vec<&Utf8Path> = Vec::new();
        for change in changes {
            let blob = if before { &change.before } else { &change.after };
            match blob {
                Some(blob) => {
                    let mode = self.mode(&change.path)?;
                    entries.push(format!("{},{blob},{}", mode.as_str(), change.path));
                }
                None => gone.push(&change.path),
            }
        }
        for some in entries.chunks(AT_ONCE) {
            let mut arguments = vec!["update-index", "--add"];
            arguments.extend(some.iter().flat_map(|entry| ["--cacheinfo", entry.as_str()]));
            self.git.run(&arguments)?;
        }
        for some in gone.chunks(AT_ONCE) {
            let mut arguments = vec!["update-index", "--force-remove", "--"];
            arguments.extend(some.iter().map(|path| path.as_str()));
            self.git.run(&arguments)?;
        }
        Ok(())
    }

    /// Lets the index know the files as they are, so that nothing looks changed.
    pub(super) fn settle(&self) {
        // Git does this by itself with the next command, where it cannot be done now.
        _ = self.git.ask(&["update-index", "-q", "--refresh"], b"");
    }
}

fn write_new(path: &Utf8Path, content: &[u8], is_executable: bool) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    #[cfg(unix)]
    if is_executable {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata()?.permissions().mode();
        // Whoever may read it may run it, as git does.
        let mode = mode | ((mode & 0o444) >> 2);
        file.set_permissions(std::fs::Permissions::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = is_executable;
    file.sync_all()
}

/// Removes a file, and folders that are empty then, as a checkout does.
fn remove(place: &Utf8Path, root: &Utf8Path) -> io::Result<()> {
    match fs_err::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let above = place.ancestors().skip(1).take_while(|folder| *folder != root);
    let folders: Vec<Utf8PathBuf> = above.map(Utf8Path::to_owned).collect();
    for folder in folders {
        // One that is not empty cannot be removed, nor any above it.
        if fs_err::remove_dir(&folder).is_err() {
            break;
        }
    }
    Ok(())
}
