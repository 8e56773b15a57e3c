//! The four kinds of metadata, as values.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    expiry::Expiry,
    keys::{Key, RoleKeys},
};
use crate::digest::Sha256;

/// The specification that is written.
pub(crate) const SPECIFICATION: &str = "1.0.34";
/// The name of the role that names all keys.
pub(crate) const ROOT: &str = "root";
/// The name of the role that delegates to channels.
pub(crate) const TARGETS: &str = "targets";
/// The name of the role that lists what belongs together.
pub(crate) const SNAPSHOT: &str = "snapshot";
/// The name of the role that says what is newest.
pub(crate) const TIMESTAMP: &str = "timestamp";

/// What all kinds of metadata have in common.
pub(crate) trait Metadata: Serialize + DeserializeOwned {
    /// The text of `_type`.
    const KIND: &'static str;
    fn version(&self) -> u64;
    fn expires(&self) -> Expiry;
}

/// Declares a kind of metadata with the members that all have.
macro_rules! metadata {
    ($(#[$docs:meta])* $name:ident, $kind:expr, { $($(#[$member_docs:meta])* $member:ident: $type:ty,)* }) => {
        $(#[$docs])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            #[serde(rename = "_type")]
            pub(crate) kind: String,
            pub(crate) spec_version: String,
            /// Its version, which rises.
            pub version: u64,
            /// When it counts for nothing any more.
            pub expires: Expiry,
            $($(#[$member_docs])* pub $member: $type,)*
        }

        impl Metadata for $name {
            const KIND: &'static str = $kind;

            fn version(&self) -> u64 {
                self.version
            }

            fn expires(&self) -> Expiry {
                self.expires
            }
        }

        impl $name {
            /// Metadata of this version of the specification.
            pub(crate) fn new(version: u64, expires: Expiry, $($member: $type),*) -> Self {
                Self {
                    kind: $kind.to_owned(),
                    spec_version: SPECIFICATION.to_owned(),
                    version,
                    expires,
                    $($member,)*
                }
            }

            /// Whether it says the same, version and expiry aside.
            pub(crate) fn says_the_same(&self, other: &Self) -> bool {
                $(self.$member == other.$member)&&*
            }
        }
    };
}

metadata!(
    /// All keys, and how many of them must sign which role.
    Root, ROOT, {
        /// Whether files carry their version or digest in their name. They always do here.
        consistent_snapshot: bool,
        /// All keys by name.
        keys: BTreeMap<String, Key>,
        /// The four roles.
        roles: BTreeMap<String, Role>,
    }
);

metadata!(
    /// Files with their digests, and who answers for which other files.
    Targets, TARGETS, {
        /// The files by their path.
        targets: BTreeMap<String, TargetFile>,
        /// Whom others are left to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delegations: Option<Delegations>,
    }
);

metadata!(
    /// Which versions of all [`Targets`] belong together.
    Snapshot, SNAPSHOT, {
        /// By file name without version.
        meta: BTreeMap<String, FileMeta>,
    }
);

metadata!(
    /// Which [`Snapshot`] is newest.
    Timestamp, TIMESTAMP, {
        /// Of `snapshot.json` alone.
        meta: BTreeMap<String, FileMeta>,
    }
);

impl Timestamp {
    /// What it says of the snapshot.
    pub(crate) fn snapshot(&self) -> Option<&FileMeta> {
        self.meta.get("snapshot.json")
    }
}

/// Whose signatures a role needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The names of its keys.
    pub keyids: Vec<String>,
    /// How many of them must sign.
    pub threshold: u32,
}

impl Role {
    pub(crate) fn new(keys: &RoleKeys) -> Self {
        Self { keyids: keys.by_id().into_keys().collect(), threshold: keys.threshold }
    }
}

/// Roles that answer for a part of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegations {
    /// All their keys by name.
    pub keys: BTreeMap<String, Key>,
    /// The roles, the most trusted first.
    pub roles: Vec<Delegation>,
}

/// A role that answers for a part of the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// The role's name.
    pub name: String,
    /// Whose signatures it needs.
    #[serde(flatten)]
    pub role: Role,
    /// Whether no later role is asked about its files.
    pub terminating: bool,
    /// Patterns of the files that it answers for, `*` for any text without `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<String>>,
    /// The first digits of the digests of paths that it answers for, which hashed bins use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_hash_prefixes: Option<Vec<String>>,
}

/// A file as [`Targets`] has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetFile {
    /// Its length in bytes.
    pub length: u64,
    /// Its digests by algorithm.
    pub hashes: Hashes,
    /// What the one who publishes says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<Map<String, Value>>,
}

/// Another metadata file as [`Snapshot`] and [`Timestamp`] have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMeta {
    /// The version that is meant.
    pub version: u64,
    /// Its length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Its digests by algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Hashes>,
}

impl FileMeta {
    /// Describes a file of these bytes.
    pub(crate) fn of(version: u64, bytes: &[u8]) -> Self {
        Self {
            version,
            length: u64::try_from(bytes.len()).ok(),
            hashes: Some(Hashes::sha256(Sha256::of(bytes))),
        }
    }
}

/// Digests by algorithm. Those of SHA-256 are written and believed; a file without one cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hashes(pub(crate) BTreeMap<String, String>);

impl Hashes {
    /// That of SHA-256 alone.
    pub fn sha256(digest: Sha256) -> Self {
        Self(BTreeMap::from([("sha256".to_owned(), digest.to_string())]))
    }

    /// The digest that is believed.
    pub fn digest(&self) -> Option<Sha256> {
        self.0.get("sha256")?.parse().ok()
    }
}

/// The names of what a snapshot lists: roles with `.json` after them.
pub(crate) fn file_of(role: &str) -> String {
    format!("{role}.json")
}

/// The path of a version of a role's metadata.
pub(crate) fn versioned(version: u64, role: &str) -> String {
    format!("metadata/{version}.{role}.json")
}

/// The path of a target's bytes: the digest stands before the last part of its name.
pub(crate) fn content_path(path: &str, digest: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, name)) => format!("targets/{folder}/{digest}.{name}"),
        None => format!("targets/{digest}.{path}"),
    }
}

/// All keys of some roles by name.
pub(crate) fn keys_of<'keys>(
    roles: impl IntoIterator<Item = &'keys RoleKeys>,
) -> BTreeMap<String, Key> {
    roles.into_iter().flat_map(RoleKeys::by_id).collect()
}

/// The names that stand twice in a list.
pub(crate) fn repeated<'names>(
    names: impl IntoIterator<Item = &'names str>,
) -> Option<&'names str> {
    let mut seen = BTreeSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}
