//! What stands in commits that may not be in the repository's own store.

use camino::Utf8PathBuf;

use crate::{Git, GitFailed};

/// A path that differs between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The path.
    pub path: Utf8PathBuf,
    /// The blob on the newer side; none where the path is gone.
    pub blob: Option<String>,
    /// Whether it was not there on the older side.
    pub is_new: bool,
}

/// Who wrote a commit and when, and what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorship {
    /// The author's name.
    pub name: String,
    /// The author's address.
    pub email: String,
    /// Seconds and offset, as git writes them.
    pub date: String,
    /// The whole message.
    pub message: String,
    /// The parents, the first first.
    pub parents: Vec<String>,
}

impl Git {
    /// The texts at `revision:path`, in the order asked; none where no file is there or it is not UTF-8.
    ///
    /// *Errors*: git cannot be run.
    pub fn texts_at(
        &self,
        wanted: &[(String, Utf8PathBuf)],
    ) -> Result<Vec<Option<String>>, GitFailed> {
        let is_askable = |path: &Utf8PathBuf| !path.as_str().contains('\n');
        let names: Vec<_> = wanted
            .iter()
            .map(
                |(revision, path)| {
                    if is_askable(path) { format!("{revision}:{path}") } else { "-".to_owned() }
                },
            )
            .collect();
        let blobs = self.contents(&names)?;
        let text =
            |content: Option<Vec<u8>>| content.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(blobs.into_iter().map(text).collect())
    }

    /// The contents of blobs by any name that git knows them by; none where there is none.
    ///
    /// *Errors*: git cannot be run.
    pub fn contents(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, GitFailed> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let arguments = ["cat-file", "--batch=%(objecttype) %(objectsize)"];
        let reply = self.ask(&arguments, (names.join("\n") + "\n").as_bytes())?;
        if reply.code != Some(0) {
            return Err(reply.refusal(&arguments));
        }
        let mut rest = reply.stdout.as_slice();
        let mut found = Vec::with_capacity(names.len());
        for _ in names {
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { break };
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest = &rest[end + 1..];
            let size = head
                .split_once(' ')
                .filter(|(kind, _)| ["blob", "tree", "commit", "tag"].contains(kind));
            let Some((kind, Ok(size))) = size.map(|(kind, size)| (kind, size.parse::<usize>()))
            else {
                found.push(None);
                continue;
            };
            let size = size.min(rest.len());
            found.push((kind == "blob").then(|| rest[..size].to_vec()));
            rest = rest.get(size + 1..).unwrap_or_default();
        }
        found.resize(names.len(), None);
        Ok(found)
    }

    /// The paths that differ between two commits or trees, sorted; a file that moved counts at both places.
    ///
    /// *Errors*: git cannot be run, or one of them is not there.
    pub fn touched_between(&self, old: &str, new: &str) -> Result<Vec<Touched>, GitFailed> {
        let text =
            self.run(&["diff-tree", "-r", "-z", "--no-renames", "--raw", "--no-abbrev", old, new])?;
        let mut fields = text.split('\0');
        let mut touched = Vec::new();
        while let (Some(head), Some(path)) = (fields.next(), fields.next()) {
            let words: Vec<_> = head.trim_start_matches(':').split(' ').collect();
            let [old_mode, new_mode, _, blob, _] = words.as_slice() else { continue };
            touched.push(Touched {
                path: path.into(),
                blob: (*new_mode != "000000").then(|| (*blob).to_owned()),
                is_new: *old_mode == "000000",
            });
        }
        Ok(touched)
    }

    /// Who wrote a commit, and what it says.
    ///
    /// *Errors*: git cannot be run, or there is no such commit.
    pub fn authorship(&self, commit: &str) -> Result<Authorship, GitFailed> {
        let format = "--format=%an%x00%ae%x00%ad%x00%P%x00%B";
        let arguments = [
            "-c",
            "i18n.logOutputEncoding=UTF-8",
            "show",
            "-s",
            "--no-show-signature",
            "--date=raw",
            format,
            commit,
            "--",
        ];
        let text = self.run(&arguments)?;
        let mut fields = text.splitn(5, '\0');
        let mut next = || fields.next().unwrap_or_default().to_owned();
        let (name, email, date, parents) = (next(), next(), next(), next());
        let parents = parents.split_whitespace().map(str::to_owned).collect();
        Ok(Authorship { name, email, date, message: next(), parents })
    }

    /// How many commits the newer has that the older lacks; merges do not count.
    ///
    /// *Errors*: git cannot be run, or one of them is not there.
    pub fn count_between(&self, old: &str, new: &str) -> Result<usize, GitFailed> {
        let range = format!("{old}..{new}");
        let text = self.run(&["rev-list", "--count", "--no-merges", &range, "--"])?;
        Ok(text.trim().parse().unwrap_or_default())
    }
}
