//! What a server is told when it starts.

use std::{net::SocketAddr, time::Duration};

use camino::Utf8PathBuf;
use trainyard_store::{Database, Options};

pub use crate::http::app::{Access, Limits, Rate};
use crate::{Clock, Foreign, ImageSettings, Randomness, SnapshotSettings, WitnessSettings};

/// What a server is told when it starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the registry is kept.
    pub database: Database,
    /// How the database is used.
    pub options: Options,
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// The log's name, the first line of its checkpoints; usually the registry's host.
    pub origin: String,
    /// The file with the key that signs checkpoints, made when it is not there. `None`: beside the database, where that is a
    /// file; else one that lives as long as the process.
    pub key: Option<Utf8PathBuf>,
    /// The file with the first administrator's token; where it is not there, one is made and written into it.
    pub admin_token: Option<Utf8PathBuf>,
    /// Who may read.
    pub access: Access,
    /// How much it takes on.
    pub limits: Limits,
    /// How addresses are told what happens.
    pub webhooks: WebhookSettings,
    /// What other projects' clients are told.
    pub foreign: Foreign,
    /// How it is encrypted; `None`: not at all.
    pub tls: Option<Tls>,
    /// How long requests may take to end when the server stops.
    pub grace: Duration,
    /// Where signed snapshots of all channels are kept; `None`: nowhere.
    pub snapshots: Option<SnapshotSettings>,
    /// The registry in which images lie; `None`: none is looked after.
    pub images: Option<ImageSettings>,
    /// Who confirms that the log only grows.
    pub witnesses: WitnessSettings,
    /// The time.
    pub clock: Clock,
    /// The source of randomness.
    pub randomness: Randomness,
}

/// How addresses are told what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Whether addresses of this machine and its network may be told. Whoever may set webhooks reaches all that the server
    /// reaches then.
    pub may_be_private: bool,
    /// How long an answer may take.
    pub patience: Duration,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { may_be_private: false, patience: Duration::from_secs(15) }
    }
}

/// How a server is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The file with its certificate and those above it, in PEM.
    pub certificates: Utf8PathBuf,
    /// The file with its private key, in PEM.
    pub key: Utf8PathBuf,
}

impl Settings {
    /// The usual settings for a database: it listens on this machine alone.
    pub fn new(database: Database) -> Self {
        Self {
            database,
            options: Options::default(),
            address: SocketAddr::from(([127, 0, 0, 1], 7345)),
            origin: "trainyard".to_owned(),
            key: None,
            admin_token: None,
            access: Access::default(),
            limits: Limits::default(),
            webhooks: WebhookSettings::default(),
            foreign: Foreign::default(),
            tls: None,
            grace: Duration::from_secs(10),
            snapshots: None,
            images: None,
            witnesses: WitnessSettings::default(),
            clock: Clock::system(),
            randomness: Randomness::system(),
        }
    }
}
