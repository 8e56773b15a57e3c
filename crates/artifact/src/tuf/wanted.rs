//! What a repository should say: roles, channels and their files.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::{
    keys::RoleKeys,
    metadata::{
        Delegation, Hashes, ROOT, Role, SNAPSHOT, TARGETS, TIMESTAMP, TargetFile, repeated,
    },
};
use crate::digest::Sha256;

/// Longer names are refused.
const MAX_NAME: usize = 100;
/// The member of a target's `custom` that is ours.
const CUSTOM: &str = "trainyard";

/// What a repository should say.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who signs the four roles.
    pub roles: TopRoles,
    /// How long signatures hold.
    pub lifetimes: Lifetimes,
    /// All channels of all products.
    pub channels: Vec<Channel>,
}

/// Who signs the four roles that each repository has.
#[derive(Clone, Debug)]
pub struct TopRoles {
    /// Names all the keys. Best kept offline, by several people.
    pub root: RoleKeys,
    /// Says who signs which channel.
    pub targets: RoleKeys,
    /// Says which versions belong together. Needed at each change, so online.
    pub snapshot: RoleKeys,
    /// Says what is newest. Needed every day, so online.
    pub timestamp: RoleKeys,
}

impl TopRoles {
    /// One key for everything, which is how a registry begins.
    pub fn single(key: trainyard_attest::PublicKey) -> Self {
        let keys = RoleKeys::single(key);
        Self { root: keys.clone(), targets: keys.clone(), snapshot: keys.clone(), timestamp: keys }
    }

    pub(crate) fn by_name(&self) -> [(&'static str, &RoleKeys); 4] {
        [
            (ROOT, &self.root),
            (TARGETS, &self.targets),
            (SNAPSHOT, &self.snapshot),
            (TIMESTAMP, &self.timestamp),
        ]
    }
}

/// How long the signatures of each role hold. They are renewed after a seventh of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Of the root.
    pub root: SignedDuration,
    /// Of the delegations to channels.
    pub targets: SignedDuration,
    /// Of each channel.
    pub channel: SignedDuration,
    /// Of the snapshot.
    pub snapshot: SignedDuration,
    /// Of the timestamp: for so long, clients can be kept from news unknowingly.
    pub timestamp: SignedDuration,
}

impl Default for Lifetimes {
    /// Two years, one year, 90 days, 14 days and 7 days; so a timestamp is signed each day.
    fn default() -> Self {
        let days = |days: i64| SignedDuration::from_hours(days * 24);
        Self {
            root: days(730),
            targets: days(365),
            channel: days(90),
            snapshot: days(14),
            timestamp: days(7),
        }
    }
}

impl Lifetimes {
    /// That of a role by name; all names but the four are channels.
    pub fn of(&self, role: &str) -> SignedDuration {
        match role {
            ROOT => self.root,
            TARGETS => self.targets,
            SNAPSHOT => self.snapshot,
            TIMESTAMP => self.timestamp,
            _ => self.channel,
        }
    }
}

/// A channel of a product: a role of its own.
#[derive(Clone, Debug)]
pub struct Channel {
    /// The product's name.
    pub product: String,
    /// The channel's name.
    pub channel: String,
    /// Whose signatures a change of the channel needs.
    pub keys: RoleKeys,
    /// Its files.
    pub targets: Vec<Target>,
}

/// A file of a channel, such as its head's bundle for one flavour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name in the channel.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// Its digest.
    pub digest: Sha256,
    /// What clients learn before they fetch it.
    pub facts: TargetFacts,
}

/// What is said of a file beside its digest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFacts {
    /// The digest of the bundle, `sha256:` and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// The bundle's name or version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The flavour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flavour: Option<String>,
    /// The versions of the server that it goes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The digests of the attestations that the promotion rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestations: Vec<String>,
}

impl TargetFacts {
    /// What a file's entry says, as far as it says anything.
    pub fn of(file: &TargetFile) -> Self {
        let ours = file.custom.as_ref().and_then(|custom| custom.get(CUSTOM));
        ours.and_then(|value| Self::deserialize(value).ok()).unwrap_or_default()
    }
}

/// Why a repository cannot be as it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WantedError {
    /// A name that is not safe in paths and addresses.
    #[error(
        "`{0}` cannot stand in a path: names have letters, digits, `-`, `_` and `.`, begin with a \
         letter or digit, and have at most {MAX_NAME} characters"
    )]
    Name(String),
    /// Two channels come to the same role, or two files of a channel have one name.
    #[error("there are two of `{0}`")]
    Twice(String),
    /// A threshold of none, or of more than there are keys.
    #[error("role `{role}` cannot need {threshold} signatures of {keys} keys")]
    Threshold {
        /// The role.
        role: String,
        /// How many it would need.
        threshold: u32,
        /// How many different keys it has.
        keys: usize,
    },
}

/// The name of a channel's role, which is also its file's: product and channel with a dot between.
pub fn channel_role(product: &str, channel: &str) -> String {
    format!("{product}.{channel}")
}

/// The path of a channel's file, as clients ask for it.
pub fn target_path(product: &str, channel: &str, name: &str) -> String {
    format!("{product}/{channel}/{name}")
}

impl Channel {
    /// The name of its role.
    pub fn role(&self) -> String {
        channel_role(&self.product, &self.channel)
    }

    pub(crate) fn delegation(&self) -> Delegation {
        Delegation {
            name: self.role(),
            role: Role::new(&self.keys),
            terminating: true,
            paths: Some(vec![target_path(&self.product, &self.channel, "*")]),
            path_hash_prefixes: None,
        }
    }

    pub(crate) fn files(&self) -> BTreeMap<String, TargetFile> {
        let path = |target: &Target| target_path(&self.product, &self.channel, &target.name);
        self.targets.iter().map(|target| (path(target), target.file())).collect()
    }
}

impl Target {
    fn file(&self) -> TargetFile {
        let facts = serde_json::to_value(&self.facts).unwrap_or_default();
        let is_empty = facts.as_object().is_none_or(Map::is_empty);
        TargetFile {
            length: self.length,
            hashes: Hashes::sha256(self.digest),
            custom: (!is_empty).then(|| Map::from_iter([(CUSTOM.to_owned(), facts)])),
        }
    }
}

impl Wanted {
    /// Makes sure that it can be written.
    pub(crate) fn check(&self) -> Result<(), WantedError> {
        let roles: Vec<_> = self.channels.iter().map(Channel::role).collect();
        if let Some(role) = repeated(roles.iter().map(String::as_str)) {
            return Err(WantedError::Twice(role.to_owned()));
        }
        for (role, keys) in self.roles.by_name() {
            check_threshold(role, keys)?;
        }
        for channel in &self.channels {
            check_name(&channel.product)?;
            check_name(&channel.channel)?;
            check_threshold(&channel.role(), &channel.keys)?;
            for target in &channel.targets {
                check_name(&target.name)?;
            }
            let names = channel.targets.iter().map(|target| target.name.as_str());
            if let Some(name) = repeated(names) {
                return Err(WantedError::Twice(target_path(
                    &channel.product,
                    &channel.channel,
                    name,
                )));
            }
        }
        Ok(())
    }
}

fn check_threshold(role: &str, keys: &RoleKeys) -> Result<(), WantedError> {
    if keys.is_possible() {
        return Ok(());
    }
    Err(WantedError::Threshold {
        role: role.to_owned(),
        threshold: keys.threshold,
        keys: keys.by_id().len(),
    })
}

/// Whether a name can stand in the paths of a repository: letters, digits, `-`, `_` and `.`, a letter or digit first, and
/// not too many.
pub fn is_plain_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let begins_well = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    begins_well && name.len() <= MAX_NAME && name.bytes().all(is_plain)
}

fn check_name(name: &str) -> Result<(), WantedError> {
    if is_plain_name(name) {
        Ok(())
    } else {
        Err(WantedError::Name(name.chars().take(MAX_NAME).collect()))
    }
}
