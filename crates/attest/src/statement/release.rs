//! What belongs to a release: in-toto's predicate `release`, version 0.2, and 0.1 which has no more.

use serde::{Deserialize, Serialize};

use super::{
    StatementError,
    resource::{WrittenSubject, line},
};

/// The predicate's types; the last is written.
pub(super) const TYPES: [&str; 2] =
    ["https://in-toto.io/attestation/release/v0.1", "https://in-toto.io/attestation/release/v0.2"];

/// More files than this belong to no release.
const MAX_ARTIFACTS: usize = 10_000;

/// What belongs to a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseStatement {
    /// The package and its version as a package URL, `pkg:…@…`.
    pub purl: String,
    /// What the package is called whatever its name becomes.
    pub package_id: Option<String>,
    /// The files. *Order*: as they were told.
    pub artifacts: Vec<Artifact>,
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its name.
    pub name: String,
    /// The digest of its content, as `sha256:…`.
    pub digest: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written {
    purl: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    package_id: Option<String>,
}

impl ReleaseStatement {
    pub(super) fn read(
        subjects: &[WrittenSubject],
        written: Written,
    ) -> Result<Self, StatementError> {
        if subjects.is_empty() || subjects.len() > MAX_ARTIFACTS {
            return Err(StatementError::Subjects(subjects.len()));
        }
        line("purl", &written.purl)?;
        // The version stands behind the last `@` of the path; what follows `?` or `#` qualifies it.
        let path = written.purl.strip_prefix("pkg:").and_then(|rest| rest.split(['?', '#']).next());
        let version = path.and_then(|path| path.rsplit_once('@')).map(|(_, version)| version);
        if version.is_none_or(|version| version.is_empty() || version.contains('/')) {
            return Err(StatementError::Purl(written.purl));
        }
        if let Some(id) = &written.package_id {
            line("packageId", id)?;
        }
        let artifact = |subject: &WrittenSubject| {
            subject.read().map(|(name, digest)| Artifact { name, digest })
        };
        Ok(Self {
            purl: written.purl,
            package_id: written.package_id,
            artifacts: subjects.iter().map(artifact).collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn written(&self) -> (Vec<WrittenSubject>, Written) {
        let subject = |artifact: &Artifact| WrittenSubject::new(&artifact.name, &artifact.digest);
        let predicate = Written { purl: self.purl.clone(), package_id: self.package_id.clone() };
        (self.artifacts.iter().map(subject).collect(), predicate)
    }
}
