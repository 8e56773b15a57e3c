//! What the jobs are told when a server starts.

use std::{collections::BTreeMap, fmt, time::Duration};

use trainyard_artifact::{
    images::Credentials,
    tuf::{Lifetimes, RoleKeys, TopRoles},
};
use trainyard_attest::PrivateKey;

/// Where signed snapshots of all channels are kept, and who signs them.
#[derive(Clone)]
pub struct SnapshotSettings {
    /// A directory, or `s3://bucket/folder`.
    pub place: String,
    /// The options of an S3-compatible store, such as `aws_endpoint` and `aws_access_key_id`.
    pub options: Vec<(String, String)>,
    /// Who signs the four roles; `None`: the registry's key alone, which is how a registry begins.
    pub roles: Option<TopRoles>,
    /// Who signs a channel, by `product.stream.channel`; others are signed by the registry's key.
    pub channels: BTreeMap<String, RoleKeys>,
    /// Keys that are here besides the registry's own.
    pub keys: Vec<PrivateKey>,
    /// How long signatures hold.
    pub lifetimes: Lifetimes,
    /// How long files stay that were replaced.
    pub keep: Duration,
}

impl SnapshotSettings {
    /// The usual settings for a place: one key, and files that were replaced stay for 30 days.
    pub fn new(place: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            options: Vec::new(),
            roles: None,
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
