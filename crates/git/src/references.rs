//! All names of a repository, read leniently: what is broken is told and passed over.

use std::{collections::BTreeMap, fmt};

use gix::{
    ObjectId,
    bstr::ByteSlice,
    refs::{Target, file::find::ReferenceDecode},
};

use crate::{GitError, Repository};

/// Symbolic references that lead to symbolic references: git follows no more either.
const LONGEST_CHAIN: usize = 5;

/// In characters: what is wrong may quote a whole file.
const LONGEST_CAUSE: usize = 200;

/// A reference that leads to no commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stray {
    /// Its full name, such as `refs/tags/old`.
    pub reference: String,
    /// Where it leads instead.
    pub reason: StrayReason,
}

/// Where a stray reference leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum StrayReason {
    /// To a tree.
    Tree,
    /// To a blob.
    Blob,
    /// To an object that is not there.
    Missing {
        /// The object's name.
        id: String,
    },
    /// To an object that cannot be read.
    Corrupt {
        /// The object's name.
        id: String,
    },
    /// To a reference that is not there.
    Dangling {
        /// The name of the missing reference.
        target: String,
    },
    /// Nowhere that can be told.
    Unreadable {
        /// What is wrong with it.
        cause: String,
    },
}

impl fmt::Display for StrayReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tree => formatter.write_str("leads to a tree, not a commit"),
            Self::Blob => formatter.write_str("leads to a blob, not a commit"),
            Self::Missing { id } => write!(formatter, "leads to {id}, which is missing"),
            Self::Corrupt { id } => write!(formatter, "leads to {id}, which is corrupt"),
            Self::Dangling { target } => {
                write!(formatter, "leads to `{target}`, which does not exist")
            }
            Self::Unreadable { cause } => write!(formatter, "cannot be read: {cause}"),
        }
    }
}

impl fmt::Display for Stray {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}", self.reference, self.reason)
    }
}

/// Names and the objects that they lead to, tags not yet followed.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// Full names, sorted.
    pub(crate) names: BTreeMap<Vec<u8>, ObjectId>,
    /// The branch and the object that are checked out.
    pub(crate) head: Option<(Option<Vec<u8>>, ObjectId)>,
    pub(crate) strays: Vec<Stray>,
}

impl References {
    fn stray(&mut self, name: &[u8], reason: StrayReason) {
        self.strays.push(Stray { reference: String::from_utf8_lossy(name).into_owned(), reason });
    }
}

impl Repository {
    /// Reads every branch, remote branch and tag, and `HEAD`.
    pub(crate) fn references(&self) -> Result<References, GitError> {
        let mut found = References::default();
        for prefix in ["refs/heads/", "refs/remotes/", "refs/tags/"] {
            self.read_prefix(prefix, &mut found)?;
        }
        self.read_head(&mut found);
        found.strays.sort_unstable();
        found.strays.dedup();
        Ok(found)
    }

    fn read_prefix(&self, prefix: &str, found: &mut References) -> Result<(), GitError> {
        let failed = |error: gix::Error| GitError::References {
            path: self.root().to_owned(),
            source: error.probable_cause().to_string().into(),
        };
        let platform = self.inner().references().map_err(failed)?;
        for reference in platform.prefixed(prefix.as_bytes()).map_err(failed)? {
            let reference = match reference {
                Ok(reference) => reference.detach(),
                Err(error) => {
                    let (name, cause) = self.unreadable(&error);
                    let name = name.unwrap_or_else(|| prefix.to_owned());
                    found.stray(name.as_bytes(), StrayReason::Unreadable { cause });
                    continue;
                }
            };
            let name = reference.name.as_bstr().to_vec();
            // What a remote has checked out is no branch of its own.
            if prefix == "refs/remotes/" && name.ends_with(b"/HEAD") {
                continue;
            }
            match self.follow(reference.target) {
                Ok(id) => _ = found.names.insert(name, id),
                Err(reason) => found.stray(&name, reason),
            }
        }
        Ok(())
    }

    fn read_head(&self, found: &mut References) {
        let head = match self.inner().try_find_reference("HEAD") {
            Ok(Some(head)) => head.detach(),
            Ok(None) => {
                return found
                    .stray(b"HEAD", StrayReason::Unreadable { cause: "it is absent".to_owned() });
            }
            Err(error) => {
                let (_, cause) = self.unreadable(&error);
                return found.stray(b"HEAD", StrayReason::Unreadable { cause });
            }
        };
        let branch = match &head.target {
            Target::Symbolic(name) => {
                let name = name.as_bstr();
                Some(name.strip_prefix(b"refs/heads/").unwrap_or(name).to_vec())
            }
            Target::Object(_) => None,
        };
        match self.follow(head.target) {
            Ok(id) => found.head = Some((branch, id)),
            // A repository without commits has a head that leads nowhere.
            Err(StrayReason::Dangling { .. }) => {}
            Err(reason) => found.stray(b"HEAD", reason),
        }
    }

    /// Follows symbolic references to an object.
    fn follow(&self, mut target: Target) -> Result<ObjectId, StrayReason> {
        for _ in 0..LONGEST_CHAIN {
            let name = match target {
                Target::Object(id) => return Ok(id),
                Target::Symbolic(name) => name,
            };
            let text = || name.as_bstr().to_str_lossy().into_owned();
            target = match self.inner().try_find_reference(name.as_ref()) {
                Ok(Some(next)) => next.detach().target,
                Ok(None) => return Err(StrayReason::Dangling { target: text() }),
                Err(error) => {
                    let cause = format!("`{}`: {}", text(), self.unreadable(&error).1);
                    return Err(StrayReason::Unreadable { cause });
                }
            };
        }
        match target {
            Target::Object(id) => Ok(id),
            Target::Symbolic(_) => Err(StrayReason::Unreadable {
                cause: "it leads from name to name without end".to_owned(),
            }),
        }
    }

    /// The reference that an error of the iteration is about, and what is wrong with it.
    fn unreadable(&self, error: &gix::Error) -> (Option<String>, String) {
        if let Some(garbage) = error.downcast_any_ref::<ReferenceDecode>() {
            let name = garbage.relative_path.to_string_lossy().into_owned();
            return (Some(name), "it holds neither an object's name nor a reference's".to_owned());
        }
        let metadata = error.metadata_merged();
        let file = metadata.get("path").map(ToString::to_string);
        let folder = self.inner().common_dir().to_string_lossy().into_owned();
        let name = file
            .and_then(|file| Some(file.strip_prefix(&folder)?.trim_start_matches('/').to_owned()));
        (name, error.probable_cause().to_string().chars().take(LONGEST_CAUSE).collect())
    }
}
