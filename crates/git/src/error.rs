//! What can go wrong when a repository is read.

use std::error::Error;

use camino::Utf8PathBuf;
use trainyard_history::CommitId;

type Cause = Box<dyn Error + Send + Sync>;

/// Why a repository could not be read.
///
/// The text says what and where; [`GitError::hint`] says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// No repository is there.
    #[error("no git repository in `{path}` or in any folder above it")]
    NotARepository {
        /// Where the search began.
        path: Utf8PathBuf,
    },
    /// Git itself would refuse it: somebody else owns it and `safe.directory` does not list it.
    #[error("the repository at `{path}` belongs to another user")]
    NotTrusted {
        /// Where the search began.
        path: Utf8PathBuf,
    },
    /// The repository uses a format that cannot be read.
    #[error("the repository at `{path}` uses {feature}, which cannot be read")]
    Unsupported {
        /// Where it is.
        path: Utf8PathBuf,
        /// The format in words.
        feature: String,
    },
    /// A path of the repository is not UTF-8.
    #[error("the path `{path}` is not UTF-8")]
    PathNotUtf8 {
        /// The path with replacement characters.
        path: String,
    },
    /// The repository is there and does not open.
    #[error("cannot open the repository at `{path}`")]
    Open {
        /// Where the search began.
        path: Utf8PathBuf,
        /// What failed.
        source: Cause,
    },
    /// The references as a whole are not readable.
    #[error("cannot read the references of `{path}`")]
    References {
        /// The repository.
        path: Utf8PathBuf,
        /// What failed.
        source: Cause,
    },
    /// A file of the repository is not readable.
    #[error("cannot read `{path}`")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// What failed.
        source: Cause,
    },
    /// An object that others refer to is absent.
    #[error("{kind} {id} is missing from the repository at `{path}`")]
    MissingObject {
        /// The repository.
        path: Utf8PathBuf,
        /// `commit`, `tree`, `blob` or `object`.
        kind: &'static str,
        /// Its name.
        id: CommitId,
        /// Whether the repository is a partial clone.
        partial: bool,
    },
    /// An object is there and cannot be understood.
    #[error("{kind} {id} in the repository at `{path}` is corrupt: {reason}")]
    CorruptObject {
        /// The repository.
        path: Utf8PathBuf,
        /// `commit`, `tree`, `blob` or `object`.
        kind: &'static str,
        /// Its name.
        id: CommitId,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing has this name.
    #[error("`{spec}` names no commit in the repository at `{path}`")]
    UnknownRevision {
        /// The repository.
        path: Utf8PathBuf,
        /// What was asked for.
        spec: String,
        /// Whether the repository is a shallow clone, which may hide it.
        shallow: bool,
    },
    /// A short name fits several commits.
    #[error("`{spec}` fits several objects: {}", candidates.join(", "))]
    AmbiguousRevision {
        /// What was asked for.
        spec: String,
        /// The objects that fit, sorted.
        candidates: Vec<String>,
    },
    /// A shallow clone hides what is asked for.
    #[error("the history is cut at {cut} by a shallow clone, and {wanted} lies beyond")]
    ShallowBase {
        /// What lies beyond the cut, in words.
        wanted: String,
        /// A commit where the history is cut.
        cut: CommitId,
    },
}

impl GitError {
    /// Tells that `wanted` lies beyond the commit where a shallow clone cuts the history.
    pub fn shallow_base(wanted: impl Into<String>, cut: CommitId) -> Self {
        Self::ShallowBase { wanted: wanted.into(), cut }
    }

    /// What to do about it, as a sentence that follows `hint: `.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotARepository { .. } => "run the command inside a repository, or name its path".to_owned(),
            Self::NotTrusted { path } => {
                format!("if you trust it, run `git config --global --add safe.directory {path}`")
            }
            Self::Unsupported { .. } => {
                "clone it into a repository with SHA-1 names and files for references".to_owned()
            }
            Self::MissingObject { partial: true, .. } => {
                "this is a partial clone; run `git fetch --refetch --filter=blob:none`, or `git fetch --refetch \
                 --no-filter` where the content of files is needed"
                    .to_owned()
            }
            Self::MissingObject { partial: false, .. } | Self::CorruptObject { .. } => {
                "run `git fsck` to see the extent of the damage, and clone the repository anew".to_owned()
            }
            Self::UnknownRevision { shallow: true, .. } => {
                "this is a shallow clone; run `git fetch --unshallow --tags`".to_owned()
            }
            Self::UnknownRevision { shallow: false, .. } => {
                "`git branch --all` and `git tag` list the names; `git fetch --tags` brings new ones".to_owned()
            }
            Self::AmbiguousRevision { .. } => "give more digits".to_owned(),
            Self::ShallowBase { .. } => {
                "run `git fetch --unshallow`, or `git fetch --deepen=1000` until it is found; in CI, ask the \
                 checkout for the whole history and its tags"
                    .to_owned()
            }
            Self::PathNotUtf8 { .. } | Self::Open { .. } | Self::References { .. } | Self::Read { .. } => {
                return None;
            }
        };
        Some(hint)
    }
}
