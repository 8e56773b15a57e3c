//! Finding a repository and its commits.

use std::{cell::OnceCell, collections::BTreeMap, path::Path};

use camino::{Utf8Path, Utf8PathBuf};
use gix::{ObjectId, bstr::ByteSlice};
use trainyard_history::CommitId;

use crate::{
    GitError,
    objects::{Objects, Peeled, commit_id},
};

/// A git repository that is read and never changed.
///
/// *Invariants*: takes no lock, writes no file, starts no process, runs no hook or filter.
pub struct Repository {
    inner: gix::Repository,
    objects: Objects,
    root: Utf8PathBuf,
    /// Where a shallow clone cuts the history, sorted.
    cuts: Vec<ObjectId>,
    /// What marks this history as the same in every clone.
    pub(crate) family: OnceCell<String>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Repository").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Repository {
    /// Opens the repository that `path` lies in: ordinary, bare, linked worktree, submodule or shallow.
    ///
    /// *Errors*: `NotARepository`; `NotTrusted` where git would refuse it too; `Unsupported` for SHA-256 names and
    /// reftables; `Open` where its files are damaged.
    pub fn discover(path: &Utf8Path) -> Result<Self, GitError> {
        Self::of(discover(path)?, path)
    }

    /// As [`Repository::discover`], with the files checked out in another folder, as `GIT_WORK_TREE` names it.
    ///
    /// *Errors*: as there, and `Open` where that folder is none.
    pub fn discover_with_worktree(path: &Utf8Path, worktree: &Utf8Path) -> Result<Self, GitError> {
        Self::of(with_worktree(discover(path)?, worktree)?, path)
    }

    /// Opens the repository whose own files lie in `git_dir`, as `GIT_DIR` names it, without a search.
    ///
    /// *Errors*: as of [`Repository::discover`].
    pub fn open(git_dir: &Utf8Path, worktree: Option<&Utf8Path>) -> Result<Self, GitError> {
        let options = gix::open::Options::default().open_path_as_is(true).bail_if_untrusted(true);
        let place = absolute(git_dir);
        let opened = gix::ThreadSafeRepository::open_opts(place.as_std_path(), options);
        let mut inner = opened.map_err(|error| refusal(git_dir, &error))?.to_thread_local();
        if let Some(worktree) = worktree {
            inner = with_worktree(inner, worktree)?;
        }
        Self::of(inner, git_dir)
    }

    fn of(inner: gix::Repository, path: &Utf8Path) -> Result<Self, GitError> {
        if inner
            .config_snapshot()
            .string("extensions.refStorage")
            .is_some_and(|format| format != "files")
        {
            return Err(unsupported(path, "reftables"));
        }
        let root = utf8(inner.workdir().unwrap_or_else(|| inner.git_dir()))?;
        let root = root.canonicalize_utf8().unwrap_or(root);
        let cuts = read_cuts(&inner, &root)?;
        let grafts = read_grafts(&inner);
        let objects = Objects::new(&inner, root.clone(), grafts);
        Ok(Self { inner, objects, root, cuts, family: OnceCell::new() })
    }

    /// A name for the product: the last part of the remote's address, else of the folder.
    pub fn name(&self) -> String {
        let from_remote = self.remote_address().as_deref().and_then(last_part);
        let from_folder = || {
            let shared = self.inner.common_dir();
            let shared = shared.canonicalize().unwrap_or_else(|_| shared.to_owned());
            let folder = if shared.ends_with(".git") { shared.parent()? } else { &shared };
            // Inside `.git/modules` the folder of a submodule says less than its worktree.
            let folder = if self.is_submodule() { self.root.as_std_path() } else { folder };
            last_part(&folder.to_string_lossy())
        };
        from_remote.or_else(from_folder).unwrap_or_else(|| "repository".to_owned())
    }

    /// The worktree's folder; of a bare repository its own.
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// Whether a shallow clone hides older commits.
    pub fn is_shallow(&self) -> bool {
        !self.cuts.is_empty()
    }

    /// The commit that a revision names: a reference, a full or short id, `HEAD~2`, `v1.0^{}`.
    ///
    /// *Errors*: `UnknownRevision`, `AmbiguousRevision`, or what is wrong with the object.
    pub fn resolve(&self, spec: &str) -> Result<CommitId, GitError> {
        let unknown = || GitError::UnknownRevision {
            path: self.root.clone(),
            spec: spec.to_owned(),
            shallow: self.is_shallow(),
        };
        let wanted = format!("{spec}^{{commit}}");
        let Ok(id) = self.inner.rev_parse_single(wanted.as_str()) else {
            return Err(self.ambiguous(spec).unwrap_or_else(unknown));
        };
        match self.objects.peel(id.detach()) {
            Peeled::Commit { id, .. } => Ok(commit_id(&id)),
            Peeled::Missing(id) => Err(self.objects.missing("commit", id)),
            Peeled::Corrupt(id) => Err(self.objects.corrupt("commit", id, "it cannot be read")),
            Peeled::Tree | Peeled::Blob => Err(unknown()),
        }
    }

    /// The branch that is checked out and has no commits yet.
    pub fn unborn_branch(&self) -> Option<String> {
        let name = self.inner.head_name().ok()??;
        let is_unborn = self.inner.head_id().is_err();
        is_unborn.then(|| name.shorten().to_str_lossy().into_owned())
    }

    /// Tells which objects a short name fits, if they are several.
    fn ambiguous(&self, spec: &str) -> Option<GitError> {
        let prefix = gix::hash::Prefix::from_hex(spec).ok()?;
        let mut candidates = std::collections::HashSet::new();
        self.inner.objects.lookup_prefix(prefix, Some(&mut candidates)).ok()?;
        if candidates.len() < 2 {
            return None;
        }
        let mut candidates: Vec<_> = candidates.iter().map(ToString::to_string).collect();
        candidates.sort_unstable();
        Some(GitError::AmbiguousRevision { spec: spec.to_owned(), candidates })
    }

    pub(crate) fn inner(&self) -> &gix::Repository {
        &self.inner
    }

    pub(crate) fn objects(&self) -> &Objects {
        &self.objects
    }

    pub(crate) fn cuts(&self) -> &[ObjectId] {
        &self.cuts
    }

    /// Replacements and grafts: they change what a commit's name stands for.
    pub(crate) fn has_other_view(&self) -> bool {
        !self.objects.grafts().is_empty() || self.replacements().next().is_some()
    }

    pub(crate) fn replacements(&self) -> impl Iterator<Item = (ObjectId, ObjectId)> {
        self.inner.objects.store_ref().replacements()
    }

    fn is_submodule(&self) -> bool {
        self.inner.common_dir().components().any(|part| part.as_os_str() == "modules")
    }

    fn remote_address(&self) -> Option<String> {
        let names = self.inner.remote_names();
        let name = match names.len() {
            1 => names.first()?.to_string(),
            _ => "origin".to_owned(),
        };
        let key = format!("remote.{name}.url");
        Some(self.inner.config_snapshot().string(key.as_str())?.to_str_lossy().into_owned())
    }
}

fn discover(path: &Utf8Path) -> Result<gix::Repository, GitError> {
    let options =
        gix::discover::upwards::Options { match_ceiling_dir_or_error: false, ..Default::default() };
    let mut trust: gix::sec::trust::Mapping<gix::open::Options> =
        gix::sec::trust::Mapping::default();
    trust.full = trust.full.bail_if_untrusted(true);
    trust.reduced = trust.reduced.bail_if_untrusted(true);
    let place = absolute(path);
    let opened =
        gix::ThreadSafeRepository::discover_opts(place, options.apply_environment(), trust);
    opened.map(|repository| repository.to_thread_local()).map_err(|error| refusal(path, &error))
}

fn with_worktree(
    mut repository: gix::Repository,
    worktree: &Utf8Path,
) -> Result<gix::Repository, GitError> {
    let failed = |error: gix::Error| GitError::Open {
        path: worktree.to_owned(),
        source: error.probable_cause().to_string().into(),
    };
    repository.set_workdir(absolute(worktree).into_std_path_buf()).map_err(failed)?;
    Ok(repository)
}

/// Where a repository's own folders are must not depend on where the command was started, nor on `..`.
fn absolute(path: &Utf8Path) -> Utf8PathBuf {
    path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned())
}

fn refusal(path: &Utf8Path, error: &gix::Error) -> GitError {
    if error.is_permission_denied() {
        return GitError::NotTrusted { path: path.to_owned() };
    }
    let Ok((found, _)) = gix::discover::upwards(path.as_std_path()) else {
        return GitError::NotARepository { path: path.to_owned() };
    };
    let (git_dir, _) = found.into_repository_and_work_tree_directories();
    let common = fs_err::read_to_string(git_dir.join("commondir")).ok();
    let config =
        common.map_or(git_dir.clone(), |common| git_dir.join(common.trim_end())).join("config");
    let text = fs_err::read_to_string(config).unwrap_or_default().to_ascii_lowercase();
    let uses = |value: &str| {
        text.lines().any(|line| line.contains("objectformat") && line.contains(value))
    };
    if uses("sha256") {
        return unsupported(path, "SHA-256 object names");
    }
    let reasons: Vec<_> = error.iter_errors().map(ToString::to_string).collect();
    GitError::Open { path: path.to_owned(), source: reasons.join(": ").into() }
}

fn unsupported(path: &Utf8Path, feature: &str) -> GitError {
    GitError::Unsupported { path: path.to_owned(), feature: feature.to_owned() }
}

fn utf8(path: &Path) -> Result<Utf8PathBuf, GitError> {
    Utf8Path::from_path(path)
        .map(Utf8Path::to_owned)
        .ok_or_else(|| GitError::PathNotUtf8 { path: path.to_string_lossy().into_owned() })
}

fn read_cuts(repository: &gix::Repository, root: &Utf8Path) -> Result<Vec<ObjectId>, GitError> {
    let failed = |error: gix::Error| GitError::Read {
        path: root.join("shallow"),
        source: error.probable_cause().to_string().into(),
    };
    let mut cuts: Vec<_> = match repository.shallow_commits().map_err(failed)? {
        Some(commits) => commits.iter().copied().collect(),
        None => Vec::new(),
    };
    cuts.sort_unstable();
    cuts.dedup();
    Ok(cuts)
}

/// Git still honours `info/grafts`: lines of a commit and the parents that it shall have.
fn read_grafts(repository: &gix::Repository) -> BTreeMap<ObjectId, Vec<ObjectId>> {
    let text = fs_err::read(repository.common_dir().join("info/grafts")).unwrap_or_default();
    let ids = |line: &[u8]| {
        let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        words.map(|word| ObjectId::from_hex(word).ok()).collect::<Option<Vec<_>>>()
    };
    text.lines()
        .filter(|line| !line.starts_with(b"#"))
        .filter_map(ids)
        .filter_map(|ids| ids.split_first().map(|(commit, parents)| (*commit, parents.to_vec())))
        .collect()
}

/// `https://host/team/product.git/` without all but `product`.
fn last_part(address: &str) -> Option<String> {
    let address = address.trim_end_matches('/');
    let address = address.strip_suffix("/.git").unwrap_or(address);
    let last = address.rsplit(['/', ':', '\\']).next().unwrap_or(address);
    let last = last.strip_suffix(".git").unwrap_or(last);
    (!last.is_empty() && last != "." && last != "..").then(|| last.to_owned())
}

#[cfg(test)]
mod tests;
