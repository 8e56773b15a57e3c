//! Why a version could not be written.

use camino::Utf8PathBuf;
use thiserror::Error;

/// Why a version could not be written into a file, or read from it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EditError {
    /// The place is not there.
    #[error("there is no {} in {path}", after_article(what))]
    NotFound {
        /// The file.
        path: Utf8PathBuf,
        /// What was looked for, with its article.
        what: String,
    },
    /// The place is there more than once, and nothing says which is meant.
    #[error(
        "there is more than one {} in {path}: on the lines {}",
        after_article(what),
        listed(lines)
    )]
    FoundTwice {
        /// The file.
        path: Utf8PathBuf,
        /// What was looked for, with its article.
        what: String,
        /// The 1-based lines.
        lines: Vec<u32>,
    },
    /// The file is not what its name says.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: Utf8PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// The version has characters that the file could only hold with escapes.
    #[error("cannot write the version `{}` into {path}", version.escape_debug())]
    Unwritable {
        /// The file.
        path: Utf8PathBuf,
        /// The version.
        version: String,
    },
    /// A member of the workspace asks for versions that the release is not among, in a way only a person can move.
    #[error("{path} asks for `{name}` in `{requirement}`, which {version} is not in")]
    Requirement {
        /// The file.
        path: Utf8PathBuf,
        /// The package.
        name: String,
        /// What is asked for.
        requirement: String,
        /// The release.
        version: String,
    },
}

fn after_article(what: &str) -> &str {
    what.strip_prefix("a ").unwrap_or(what)
}

fn listed(lines: &[u32]) -> String {
    let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    lines.join(", ")
}
