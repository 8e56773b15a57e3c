//! Lock files: what was resolved, to be had again exactly.

use serde::{Deserialize, Serialize};

use crate::{
    Catalogue, Digest, Pin,
    resolve::{Chosen, Resolved},
};

/// The form that this program writes. A higher one is refused.
const FORM: u32 = 1;

/// A resolved request as a file: every release with its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The form of the file.
    form: u32,
    /// A digest of the request, so that a stale lock is noticed.
    request: String,
    /// The releases, by name.
    #[serde(default, rename = "release")]
    releases: Vec<Locked>,
}

/// A locked release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Locked {
    name: String,
    version: String,
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
}

/// Why a lock file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// It is no lock file.
    #[error("the lock file cannot be read: {0}")]
    Malformed(String),
    /// A newer program wrote it.
    #[error("the lock file has form {found}; this program reads forms up to {FORM}")]
    Newer {
        /// Its form.
        found: u32,
    },
}

/// Something that a lock file says and that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Stale {
    /// It was made for another request.
    OtherRequest,
    /// The catalogue has no such release.
    Gone {
        /// The component.
        name: String,
        /// The locked version.
        version: String,
    },
    /// The release has other content now.
    OtherContent {
        /// The component.
        name: String,
        /// The version.
        version: String,
        /// The locked digest.
        locked: String,
        /// The digests there are.
        found: Vec<String>,
    },
}

impl Stale {
    /// The same in a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::OtherRequest => "the lock was made for another request".to_owned(),
            Self::Gone { name, version } => {
                format!("{name} {version} is locked, and the catalogue does not have it")
            }
            Self::OtherContent { name, version, locked, found } => format!(
                "{name} {version} is locked as {locked}, and the catalogue has {}",
                found.join(", ")
            ),
        }
    }
}

impl Lock {
    /// Locks what was resolved for a request, which the caller names by a digest of it.
    pub fn new(request: &Digest, resolved: &Resolved) -> Self {
        let locked = |chosen: &Chosen| Locked {
            name: chosen.name.clone(),
            version: chosen.version.clone(),
            digest: chosen.digest.as_str().to_owned(),
            tag: chosen.tag.clone(),
            commit: chosen.commit.clone(),
        };
        let mut releases: Vec<_> = resolved.chosen.iter().map(locked).collect();
        releases.sort_by(|left, right| left.name.cmp(&right.name));
        Self { form: FORM, request: request.as_str().to_owned(), releases }
    }

    /// Reads a lock file.
    ///
    /// *Errors*: it is no lock file, or a newer program wrote it.
    pub fn read(text: &str) -> Result<Self, LockError> {
        #[derive(Deserialize)]
        struct Head {
            form: u32,
        }
        let malformed = |error: toml::de::Error| LockError::Malformed(error.message().to_owned());
        // A newer form may have keys that are unknown here, so its number is looked at first.
        let head: Head = toml::from_str(text).map_err(malformed)?;
        if head.form > FORM {
            return Err(LockError::Newer { found: head.form });
        }
        toml::from_str(text).map_err(malformed)
    }

    /// The file's text; the same lock is always the same text.
    pub fn text(&self) -> String {
        let body = toml::to_string(self).unwrap_or_default();
        format!("# Written by `trainyard bundle resolve`; not to be edited by hand.\n{body}")
    }

    /// The locked releases as pins.
    pub fn pins(&self) -> Vec<Pin> {
        let pin = |locked: &Locked| Pin {
            digest: Some(Digest::new(&locked.digest)),
            tag: locked.tag.clone(),
            commit: locked.commit.clone(),
            ..Pin::new(&locked.name, &locked.version)
        };
        self.releases.iter().map(pin).collect()
    }

    /// Everything in it that does not hold any more.
    pub fn stale(&self, request: &Digest, catalogue: &Catalogue) -> Vec<Stale> {
        let mut stale = Vec::new();
        if self.request != request.as_str() {
            stale.push(Stale::OtherRequest);
        }
        for locked in &self.releases {
            let name = catalogue.name(&locked.name);
            let found = name.map(|name| catalogue.find(name, &locked.version)).unwrap_or_default();
            if found.iter().any(|release| release.digest.as_str() == locked.digest) {
                continue;
            }
            let (name, version) = (locked.name.clone(), locked.version.clone());
            stale.push(if found.is_empty() {
                Stale::Gone { name, version }
            } else {
                let found = found.iter().map(|it| it.digest.as_str().to_owned()).collect();
                Stale::OtherContent { name, version, locked: locked.digest.clone(), found }
            });
        }
        stale
    }
}
