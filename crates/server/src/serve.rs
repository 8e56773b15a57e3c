//! Starting and stopping.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use camino::{Utf8Path, Utf8PathBuf};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::{Semaphore, watch},
    task::{JoinHandle, JoinSet},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use trainyard_artifact::Location;
use trainyard_attest::{NoteKey, PrivateKey};
use trainyard_registry::Moment;
use trainyard_store::{Database, Snapshot, Store, StoreError};

use crate::{
    Desk, DeskError, Secret, Settings, SnapshotSettings, Tls,
    desk::{DeskSettings, Opened, chain},
    http::{self, Front, Prompt, app::App},
    jobs, secret,
};

/// How long the front of a request may take, and an encrypted connection to begin.
const FRONT: Duration = Duration::from_secs(10);
/// How often measurements are summed up.
const UPKEEP: Duration = Duration::from_secs(1);
/// How many requests of one connection of HTTP/2 are worked on at the same time.
const STREAMS: u32 = 128;
/// How many requests may be taken back before they were looked at, before a connection of HTTP/2 is closed (CVE-2023-44487).
const RESETS: usize = 32;
/// How many requests we may have to break off for faults of whoever sends them (CVE-2025-8671).
const FAULTS: usize = 256;
/// The most bytes of a request's headers.
const HEADERS: u32 = 32 << 10;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is in it cannot be read.
    #[error("cannot read the registry")]
    Desk(#[source] Box<DeskError>),
    /// A later version of this program has written what this one does not know.
    #[error("the registry was written by a later version of this program")]
    Later(#[source] Box<DeskError>),
    /// A file or the network.
    #[error("cannot {doing}")]
    Io {
        /// What was tried.
        doing: String,
        /// What failed.
        source: io::Error,
    },
    /// The place of the signed snapshots.
    #[error("cannot keep signed snapshots")]
    Snapshots(#[source] trainyard_artifact::StoreError),
    /// The certificate or its key.
    #[error("cannot encrypt with the certificate `{certificates}` and the key `{key}`")]
    Tls {
        /// The file of the certificate.
        certificates: Utf8PathBuf,
        /// The file of its key.
        key: Utf8PathBuf,
        /// What is wrong with them.
        source: rustls::Error,
    },
    /// The file of a certificate or key holds none.
    #[error("`{path}` holds no {wanted} in PEM")]
    NoPem {
        /// The file.
        path: Utf8PathBuf,
        /// What belongs there.
        wanted: &'static str,
    },
    /// The log's name.
    #[error("`{0}` is no name for a log: it is empty, or has a blank or a plus sign")]
    Origin(String),
    /// The log's key is not where it was.
    #[error("the key `{0}` is gone, with which the log is signed")]
    KeyGone(Utf8PathBuf),
}

fn tried(doing: impl Into<String>) -> impl FnOnce(io::Error) -> ServeError {
    |source| ServeError::Io { doing: doing.into(), source }
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The first administrator's token, where the registry is new: to be shown once.
    pub first_token: Option<Secret>,
    desk: Desk,
    is_encrypted: bool,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// The front of its URLs.
    pub fn url(&self) -> String {
        let scheme = if self.is_encrypted { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// What it serves.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Stops: takes no more connections, lets requests end for a while, and closes the database.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.task.await;
        self.desk.store().close().await;
    }
}

/// Starts a server.
///
/// *Errors*: the database cannot be opened, a file cannot be read, the address is taken.
pub async fn start(settings: Settings) -> Result<Running, ServeError> {
    let tls = settings.tls.as_ref().map(acceptor).transpose()?;
    // Before anything is made, so that a second server at an address leaves nothing behind.
    let address = settings.address;
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(tried(format!("listen on {address}")))?;
    let address = listener.local_addr().map_err(tried("listen"))?;
    let first_secret = first_secret(&settings)?;
    if let Some(SnapshotSettings { place, options, .. }) = &settings.snapshots {
        // What no job could mend is told now; whether a bucket answers is the job's to see.
        Location::open(place, options).map_err(ServeError::Snapshots)?;
    }
    let store = Store::open(&settings.database, settings.options.clone()).await?;
    let signed = store.snapshot(LOG_KEY).await?;
    let key = key(&settings, signed.is_some())?;
    let log_key = NoteKey::new(&settings.origin, key.public_key())
        .map_err(|_| ServeError::Origin(settings.origin.clone()))?;
    remember(&store, signed, &log_key, settings.clock.now()).await?;
    let desk_settings = DeskSettings {
        clock: settings.clock.clone(),
        randomness: settings.randomness.clone(),
        origin: settings.origin.clone(),
        key,
        first_secret,
        first_secret_file: settings.admin_token.clone(),
    };
    let opened = Desk::open(store, desk_settings).await;
    let Opened { desk, first_token } = opened.map_err(|error| match error {
        error if error.is_of_later_version() => ServeError::Later(Box::new(error)),
        error => ServeError::Desk(Box::new(error)),
    })?;
    // What stands in a file need not be shown.
    let first_token = first_token.filter(|_| settings.admin_token.is_none());
    let grace = settings.grace;
    let app = App::new(desk.clone(), settings);
    let (stop, stopped) = watch::channel(false);
    let is_encrypted = tls.is_some();
    let task = tokio::spawn(accept(listener, tls, app, stopped, grace));
    tracing::info!(%address, size = desk.ledger().size(), "the registry is served");
    Ok(Running { address, first_token, desk, is_encrypted, stop, task })
}

/// Serves until somebody ends the process kindly (`SIGTERM`, `SIGINT`).
///
/// `started` is told when the server listens. *Errors*: those of [`start`].
pub async fn serve(settings: Settings, started: impl FnOnce(&Running)) -> Result<(), ServeError> {
    // From the start on, so that nobody ends a server unkindly who is as fast as that.
    let mut asked = std::pin::pin!(asked_to_end());
    let running = tokio::select! {
        running = start(settings) => running?,
        () = &mut asked => return Ok(()),
    };
    started(&running);
    asked.await;
    tracing::info!("the registry stops");
    running.stop().await;
    Ok(())
}

/// Waits until somebody ends the process kindly (`SIGTERM`, `SIGINT`); it notices from the call on. To be called within a
/// runtime of tokio's.
#[cfg(unix)]
pub fn asked_to_end() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async move {
        let [mut terminate, mut interrupt] = signals;
        let received = async |signal: &mut io::Result<Signal>| {
            if let Ok(signal) = signal {
                signal.recv().await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = received(&mut terminate) => {}
            () = received(&mut interrupt) => {}
        }
    }
}

/// Waits until somebody ends the process kindly.
#[cfg(not(unix))]
pub fn asked_to_end() -> impl Future<Output = ()> + Send {
    async { drop(tokio::signal::ctrl_c().await) }
}

/// The key that signs checkpoints. One is made for a log alone that was never signed: whoever has verified a log believes its
/// key, and no other.
fn key(settings: &Settings, is_signed: bool) -> Result<PrivateKey, ServeError> {
    let path = match (&settings.key, &settings.database) {
        (Some(path), _) => path.clone(),
        (None, Database::File(path)) => path.with_extension("key"),
        (None, _) if settings.snapshots.is_some() => {
            let why = "they need a key that lasts: name a file for it";
            let error = io::Error::new(io::ErrorKind::InvalidInput, why);
            return Err(tried("publish signed snapshots")(error));
        }
        (None, _) => {
            let bytes = settings.randomness.bytes().map_err(tried("make a key"))?;
            tracing::warn!("checkpoints are signed with a key that ends with this process");
            return Ok(PrivateKey::from_bytes(&bytes));
        }
    };
    if is_signed && !path.exists() {
        return Err(ServeError::KeyGone(path));
    }
    let doing = format!("read or make the key `{path}`");
    secret::key_in(&path, &settings.randomness).map_err(tried(doing))
}

/// Under which name the key is kept that the log was signed with.
const LOG_KEY: &str = "log-key";

/// Keeps which key signs the log, and says loudly where it was another until now.
async fn remember(
    store: &Store,
    known: Option<Snapshot>,
    key: &NoteKey,
    now: Moment,
) -> Result<(), ServeError> {
    let key = key.to_string();
    if let Some(known) = &known
        && known.body == key.as_bytes()
    {
        return Ok(());
    }
    if let Some(known) = known {
        let known = String::from_utf8_lossy(&known.body).into_owned();
        tracing::warn!(
            known,
            key,
            "the log was signed with another key, or under another name, until now: \
            whoever has verified it will refuse it"
        );
    }
    let kept = Snapshot { name: LOG_KEY.to_owned(), size: 0, at_us: now.0, body: key.into_bytes() };
    store.put_snapshot(&kept).await?;
    Ok(())
}

/// The first administrator's token, if there is a file with it.
fn first_secret(settings: &Settings) -> Result<Option<Secret>, ServeError> {
    let Some(path) = &settings.admin_token else { return Ok(None) };
    match Secret::in_file(path) {
        Ok(secret) => Ok(Some(secret)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(tried(format!("read `{path}`"))(error)),
    }
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor, ServeError> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

    let read = |path: &Utf8Path| fs_err::read(path).map_err(tried(format!("read `{path}`")));
    let none = |path: &Utf8Path, wanted| ServeError::NoPem { path: path.to_owned(), wanted };
    let wrong = |source| ServeError::Tls {
        certificates: tls.certificates.clone(),
        key: tls.key.clone(),
        source,
    };
    let chain = read(&tls.certificates)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&chain)
        .collect::<Result<_, _>>()
        .map_err(|_| none(&tls.certificates, "certificate"))?;
    if chain.is_empty() {
        return Err(none(&tls.certificates, "certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(&read(&tls.key)?)
        .map_err(|_| none(&tls.key, "private key"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(wrong)?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(wrong)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Takes connections until it is told to stop.
async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: App,
    mut stopped: watch::Receiver<bool>,
    grace: Duration,
) {
    let tasks = (app.desk().begin(), jobs::begin(&app));
    // Ends with this, however it ends.
    let mut upkeep = JoinSet::new();
    upkeep.spawn(keep_up(app.clone()));
    let router = http::router(&app);
    let seats = Arc::new(Semaphore::new(app.limits().connections));
    let graceful = Arc::new(GracefulShutdown::new());
    loop {
        let seated = async {
            let seat = Arc::clone(&seats).acquire_owned().await;
            (seat, listener.accept().await)
        };
        // While all places are taken, too.
        let (seat, accepted) = tokio::select! {
            seated = seated => seated,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let Ok(seat) = seat else { break };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Usually too many open files, which others have to close first.
                tracing::warn!(%error, "cannot take a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        let front = Front::new(app.clone(), router, peer.ip());
        let ping = app.limits().ping;
        tokio::spawn(async move {
            let _seat = seat;
            match tls {
                None => connection(stream, front, watcher, ping).await,
                Some(tls) => match timeout(FRONT, tls.accept(stream)).await {
                    Ok(Ok(stream)) => connection(stream, front, watcher, ping).await,
                    Ok(Err(error)) => tracing::debug!(%error, "cannot begin to encrypt"),
                    Err(_) => tracing::debug!("beginning to encrypt takes too long"),
                },
            }
        });
    }
    drop(listener);
    app.stop();
    if let Some(graceful) = Arc::into_inner(graceful)
        && timeout(grace, graceful.shutdown()).await.is_err()
    {
        tracing::warn!("some requests did not end in time");
    }
    drop(tasks);
}

/// Keeps what is measured and counted small, also where nobody ever reads it.
async fn keep_up(app: App) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        app.keep_up();
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    front: Front,
    watcher: hyper_util::server::graceful::Watcher,
    ping: Duration,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(FRONT);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(STREAMS);
    // Whoever has gone without a word gives the place back.
    http2.keep_alive_interval(ping).keep_alive_timeout(ping.min(FRONT));
    http2.max_pending_accept_reset_streams(RESETS).max_local_error_reset_streams(FAULTS);
    http2.max_header_list_size(HEADERS);
    let stream = TokioIo::new(Prompt::new(stream, FRONT));
    let served = builder.serve_connection(stream, front).into_owned();
    if let Err(error) = watcher.watch(served).await {
        tracing::debug!(error = %chain(&*error), "a connection ended");
    }
}
