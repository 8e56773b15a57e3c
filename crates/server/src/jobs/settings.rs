//! What the jobs are told when a server starts.

use std::{collections::BTreeMap, fmt, time::Duration};

use trainyard_artifact::{
    images::Credentials,
    tuf::{Lifetimes, RoleKeys, TopRoles},
};
use trainyard_attest::{NoteKey, PrivateKey, PublicKey};

/// Where signed snapshots of all channels are kept, and who signs them.
#[derive(Clone)]
pub struct SnapshotSettings {
    /// A directory, or `s3://bucket/folder`.
    pub place: String,
    /// The options of an S3-compatible store, such as `aws_endpoint` and `aws_access_key_id`.
    pub options: Vec<(String, String)>,
    /// Who signs the four roles.
    pub roles: SnapshotRoles,
    /// Who signs a channel, by `product.stream.channel`; others are signed by the registry's key.
    pub channels: BTreeMap<String, RoleKeys>,
    /// Keys that are here besides the registry's own.
    pub keys: Vec<PrivateKey>,
    /// How long signatures hold.
    pub lifetimes: Lifetimes,
    /// How long files stay that were replaced.
    pub keep: Duration,
}

/// Who signs the four roles; `None`: the registry's key alone, which is how a registry begins.
#[derive(Clone, Debug, Default)]
pub struct SnapshotRoles {
    /// Names all the keys.
    pub root: Option<RoleKeys>,
    /// Says who signs which channel.
    pub targets: Option<RoleKeys>,
    /// Says which versions belong together. Needed at each change.
    pub snapshot: Option<RoleKeys>,
    /// Says what is newest. Needed every day.
    pub timestamp: Option<RoleKeys>,
}

impl SnapshotRoles {
    /// All four, with the registry's key where nobody else was named.
    pub(super) fn filled(&self, key: PublicKey) -> TopRoles {
        let or_own =
            |role: &Option<RoleKeys>| role.clone().unwrap_or_else(|| RoleKeys::single(key));
        TopRoles {
            root: or_own(&self.root),
            targets: or_own(&self.targets),
            snapshot: or_own(&self.snapshot),
            timestamp: or_own(&self.timestamp),
        }
    }

    /// Those who were named.
    pub(super) fn named(&self) -> impl Iterator<Item = &RoleKeys> {
        [&self.root, &self.targets, &self.snapshot, &self.timestamp].into_iter().flatten()
    }
}

impl SnapshotSettings {
    /// The usual settings for a place: one key, and files that were replaced stay for 30 days.
    pub fn new(place: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            options: Vec::new(),
            roles: SnapshotRoles::default(),
            channels: BTreeMap::new(),
            keys: Vec::new(),
            lifetimes: Lifetimes::default(),
            keep: Duration::from_hours(30 * 24),
        }
    }
}

impl fmt::Debug for SnapshotSettings {
    /// Options may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SnapshotSettings")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// Who confirms that the log only grows.
#[derive(Clone, Debug, Default)]
pub struct WitnessSettings {
    /// All of them.
    pub all: Vec<Witness>,
    /// How many of them must have confirmed a checkpoint that is told as confirmed.
    pub threshold: usize,
}

/// A witness.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Where it is asked: `add-checkpoint` follows (C2SP tlog-witness).
    pub url: String,
    /// The key that it confirms with.
    pub key: NoteKey,
}

/// The registry in which the images of releases lie, and bundles are published.
#[derive(Clone, Debug)]
pub struct ImageSettings {
    /// Its host, such as `ghcr.io` or `127.0.0.1:5000`. Images elsewhere are not looked at.
    pub host: String,
    /// Whether it is spoken to without TLS.
    pub is_plain: bool,
    /// Who the server is there.
    pub credentials: Option<Credentials>,
    /// The folder of repositories into which bundles go, a repository for each stream; `None`: they go nowhere.
    pub bundles: Option<String>,
}

impl ImageSettings {
    /// The usual settings for a host: with TLS, nobody in particular, and no bundles.
    pub fn new(host: impl Into<String>) -> Self {
        Self { host: host.into(), is_plain: false, credentials: None, bundles: None }
    }
}
