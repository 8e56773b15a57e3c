//! A registry to look at: three real platforms, and a story of people who do not exist.

mod audits;
mod clock;
pub(crate) mod migrations;
mod people;
mod pipeline;
mod products;
mod releases;
mod story;
mod tables;
mod teller;
mod welcome;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use trainyard_server::{Running, Secret, Settings, start};
use trainyard_store::Database;

use self::{clock::Watch, teller::Teller};
pub(crate) use self::{
    story::Cast,
    welcome::{Form, run},
};
use crate::error::CommandError;

/// The port that is tried first, and how many after it.
const PORTS: std::ops::Range<u16> = 8080..8180;

/// A demo that runs; its files go when it is dropped.
pub(crate) struct Demo {
    running: Running,
    folder: TempDir,
    path: Utf8PathBuf,
    token: Secret,
    cast: Cast,
}

impl Demo {
    /// Starts a registry of its own in a temporary folder, and tells the story into it.
    ///
    /// `address`: where to listen; `None`: on this machine, at the first port that is free.
    pub(crate) async fn start(address: Option<SocketAddr>) -> Result<Self, CommandError> {
        let folder = tempfile::Builder::new().prefix("trainyard-demo-").tempdir()?;
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).map_err(|path| {
            let message = format!("{} is no UTF-8", path.display());
            CommandError::from(io::Error::other(message))
        })?;
        let releases = releases::all()?;
        let watch = Watch::new(releases.first().map_or(0, |first| first.at - clock::DAY));
        let mut settings = Settings::new(Database::File(path.join("registry.db")));
        settings.options.is_durable = false;
        settings.clock = watch.clock();
        // Each demo is a log of its own, and whoever verifies one must not take it for another.
        let name = path.file_name().unwrap_or("trainyard-demo");
        settings.origin = format!("{name}.example");
        settings.access.public_log = true;
        settings.limits.tokens = None;
        settings.limits.peers = None;
        settings.grace = Duration::from_secs(2);
        let running = listen(settings, address).await?;
        let token = running.first_token.clone();
        let token = token.ok_or_else(|| CommandError::internal("the demo is not new"))?;
        let teller = Teller::new(&running.url(), token.reveal(), watch.clone(), &path)?;
        let (cast, end) = story::tell(teller, releases).await?;
        watch.run_from(end);
        Ok(Self { running, folder, path, token, cast })
    }

    /// The front of its URLs.
    pub(crate) fn url(&self) -> String {
        self.running.url()
    }

    /// The first administrator's token.
    pub(crate) fn token(&self) -> &str {
        self.token.reveal()
    }

    /// An address that signs its first visitor in.
    pub(crate) async fn sign_in_link(&self) -> Option<String> {
        self.running.sign_in_link(&self.token).await
    }

    /// The versions that commands speak of.
    pub(crate) fn cast(&self) -> &Cast {
        &self.cast
    }

    /// The folder with the keys of those who sign, as `northlight-ada.pem`.
    pub(crate) fn folder(&self) -> &Utf8Path {
        &self.path
    }

    /// Ends the registry, and removes everything.
    pub(crate) async fn stop(self) -> Result<(), CommandError> {
        self.running.stop().await;
        self.folder.close().map_err(CommandError::from)
    }
}

/// Listens where it is asked to, else at the first port that is free.
async fn listen(settings: Settings, address: Option<SocketAddr>) -> Result<Running, CommandError> {
    // The first start gives the token out, so it must be the one that listens.
    let is_free = |address: &SocketAddr| TcpListener::bind(address).is_ok();
    let mut addresses = PORTS.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    let first = || addresses.find(is_free);
    let address = address.or_else(first).unwrap_or(settings.address);
    let running = start(Settings { address, ..settings }).await;
    running.map_err(|error| CommandError::environment(&error))
}
