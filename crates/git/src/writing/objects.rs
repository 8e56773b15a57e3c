//! Blobs, trees and commits.

use camino::{Utf8Path, Utf8PathBuf};

use super::durable;
use crate::{Git, GitFailed};

/// What a file of a tree is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// An ordinary file.
    #[default]
    File,
    /// A file that can be run.
    Executable,
    /// A symbolic link.
    Link,
}

/// What becomes of one path of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEdit {
    /// From the root, with `/` between folders.
    pub path: Utf8PathBuf,
    /// What it is, and its blob; none where it goes.
    pub becomes: Option<(Mode, String)>,
}

/// A commit to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCommit<'a> {
    /// Its tree.
    pub tree: &'a str,
    /// Its parents, the first first.
    pub parents: &'a [&'a str],
    /// Its message as it stands.
    pub message: &'a str,
    /// Whether it is signed with the key that git's configuration names; where that says so, it is in any case.
    pub sign: bool,
}

impl Mode {
    /// The number that git writes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
        }
    }
}

impl Git {
    /// Stores bytes as they are, without any conversion, and returns the blob's id.
    ///
    /// *Errors*: git cannot be run, or the repository cannot be written.
    pub fn write_blob(&self, content: &[u8]) -> Result<String, GitFailed> {
        self.run_with(&durable(&["hash-object", "-w", "-t", "blob", "--stdin"]), content)
    }

    /// Makes a tree from another, or from an empty one, with some paths changed. No index and no working tree is touched.
    ///
    /// *Cost*: linear in the files of the tree. *Errors*: as of [`Git::write_blob`]; the tree or a blob is not there.
    pub fn write_tree(&self, base: Option<&str>, edits: &[TreeEdit]) -> Result<String, GitFailed> {
        let failed = |source| GitFailed::Start {
            command: "write-tree".to_owned(),
            folder: self.folder().to_owned(),
            source,
        };
        let folder = tempfile::tempdir().map_err(failed)?;
        let index = folder.path().join("index");
        let git = self.with("GIT_INDEX_FILE", index.to_string_lossy());
        match base {
            Some(base) => git.run(&["read-tree", base])?,
            None => git.run(&["read-tree", "--empty"])?,
        };
        git.run_with(&["update-index", "-z", "--index-info"], &index_lines(edits))?;
        git.run(&durable(&["write-tree"]))
    }

    /// Makes a commit that no reference leads to yet, and returns its id.
    ///
    /// Author, committer and times are those that git finds; no hook is run. *Errors*: as of [`Git::write_blob`]; nobody
    /// is known as the author, or the key cannot sign.
    pub fn write_commit(&self, commit: &NewCommit<'_>) -> Result<String, GitFailed> {
        let mut arguments = durable(&["-c", "i18n.commitEncoding=UTF-8", "commit-tree"]);
        // `commit-tree` heeds no configuration of signatures by itself.
        if commit.sign || self.setting("commit.gpgSign")?.as_deref() == Some("true") {
            arguments.push("-S");
        }
        for parent in commit.parents {
            arguments.extend(["-p", parent]);
        }
        arguments.extend(["-F", "-", commit.tree]);
        self.run_with(&arguments, commit.message.as_bytes())
    }

    /// A value of git's configuration; a boolean as `true` or `false`.
    ///
    /// *Errors*: git cannot be run.
    pub fn setting(&self, key: &str) -> Result<Option<String>, GitFailed> {
        let typed = self.ask(&["config", "--type=bool", "--get", key], b"")?;
        let reply = match typed.code {
            Some(0) => typed,
            _ => self.ask(&["config", "--get", key], b"")?,
        };
        let text = String::from_utf8_lossy(&reply.stdout).trim_end_matches('\n').to_owned();
        Ok((reply.code == Some(0)).then_some(text))
    }

    /// The mode and blob of a path of a commit or tree; none where no file is there.
    ///
    /// *Errors*: git cannot be run, or there is no such commit.
    pub fn entry_at(
        &self,
        revision: &str,
        path: &Utf8Path,
    ) -> Result<Option<(Mode, String)>, GitFailed> {
        let text = self.run(&["ls-tree", "-z", "--full-tree", revision, "--", path.as_str()])?;
        let Some((head, _)) = text.split_once('\t') else { return Ok(None) };
        let mut words = head.split(' ');
        let mode = match words.next() {
            Some("100644" | "100664") => Mode::File,
            Some("100755") => Mode::Executable,
            Some("120000") => Mode::Link,
            _ => return Ok(None),
        };
        Ok(words.nth(1).map(|id| (mode, id.to_owned())))
    }
}

/// The lines that `update-index -z --index-info` reads.
fn index_lines(edits: &[TreeEdit]) -> Vec<u8> {
    let absent = "0".repeat(40);
    let mut lines = String::new();
    for edit in edits {
        let (mode, id) = match &edit.becomes {
            Some((mode, id)) => (mode.as_str(), id.as_str()),
            None => ("0", absent.as_str()),
        };
        lines.extend([mode, " ", id, "\t", edit.path.as_str(), "\0"]);
    }
    lines.into_bytes()
}
