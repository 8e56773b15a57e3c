//! What all handlers share.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use governor::{Quota, RateLimiter, clock::DefaultClock, state::keyed::DashMapStateStore};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use trainyard_registry::{Actor, Digest, Right};

use super::{failure::Failure, prepared::Prepared};
use crate::{Desk, Settings, desk::Ledger, foreign::Descriptions};

/// The bounds that the times of requests are counted between, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// How many requests a second somebody may send, and how many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Each second, in the long run.
    pub per_second: NonZeroU32,
    /// At once.
    pub burst: NonZeroU32,
}

/// How much a server takes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest body of a request, in bytes.
    pub body_bytes: usize,
    /// How long a request may take.
    pub request: Duration,
    /// How many requests are worked on at the same time; more are turned away.
    pub at_once: usize,
    /// How many listen to events at the same time; more are turned away.
    pub listeners: usize,
    /// How many connections are open at the same time; more wait.
    pub connections: usize,
    /// After how long without a word a connection of HTTP/2 is asked whether anybody is there; nobody, and it is closed.
    pub ping: Duration,
    /// What whoever has a token may send; `None`: as much as they like.
    pub tokens: Option<Rate>,
    /// What each address without a token may send.
    pub peers: Option<Rate>,
}

impl Default for Limits {
    fn default() -> Self {
        let rate = |per_second, burst| {
            Some(Rate { per_second: NonZeroU32::new(per_second)?, burst: NonZeroU32::new(burst)? })
        };
        Self {
            body_bytes: 8 << 20,
            request: Duration::from_secs(30),
            at_once: 512,
            listeners: 256,
            connections: 4096,
            ping: Duration::from_secs(30),
            tokens: rate(2000, 4000),
            peers: rate(500, 1000),
        }
    }
}

/// Who may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whether one may read without a token.
    pub anonymous_reads: bool,
    /// Whether the log may be read by whoever may read.
    pub public_log: bool,
    /// Whether `X-Forwarded-For` is believed, since a proxy of ours writes it.
    pub is_behind_proxy: bool,
}

impl Default for Access {
    fn default() -> Self {
        Self { anonymous_reads: true, public_log: false, is_behind_proxy: false }
    }
}

/// Who is counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    Token(Digest),
    Peer(IpAddr),
}

type Limiter = RateLimiter<Counted, DashMapStateStore<Counted>, DefaultClock>;

/// What all handlers share.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

struct Inner {
    desk: Desk,
    settings: Settings,
    permits: Arc<Semaphore>,
    seats: Arc<Semaphore>,
    is_stopping: AtomicBool,
    tokens: Option<Limiter>,
    peers: Option<Limiter>,
    metrics: PrometheusRecorder,
    handle: PrometheusHandle,
    openapi: axum::body::Bytes,
    warnings: Mutex<BTreeMap<&'static str, String>>,
    prepared: Prepared,
    descriptions: Descriptions,
    requests: AtomicU64,
}

impl App {
    pub(crate) fn new(desk: Desk, settings: Settings) -> Self {
        let limits = &settings.limits;
        let limiter = |rate: Option<Rate>| {
            let rate = rate?;
            let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
            Some(RateLimiter::dashmap(quota))
        };
        let metrics = PrometheusBuilder::new().set_buckets(&SECONDS).unwrap_or_default();
        let metrics = metrics.build_recorder();
        let random = settings.randomness.bytes().unwrap_or_default();
        let first_request = random.first_chunk().map_or(0, |front| u64::from_le_bytes(*front));
        Self(Arc::new(Inner {
            desk,
            permits: Arc::new(Semaphore::new(limits.at_once)),
            seats: Arc::new(Semaphore::new(limits.listeners)),
            is_stopping: AtomicBool::new(false),
            tokens: limiter(limits.tokens),
            peers: limiter(limits.peers),
            settings,
            handle: metrics.handle(),
            metrics,
            openapi: super::openapi::text().into(),
            warnings: Mutex::default(),
            prepared: Prepared::default(),
            descriptions: Descriptions::default(),
            requests: AtomicU64::new(first_request),
        }))
    }

    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// What the server was told when it started.
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn access(&self) -> Access {
        self.0.settings.access
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.settings.limits
    }

    /// Tells what is wrong with a job, or that nothing is any more; `/readyz` says it.
    pub(crate) fn warn(&self, job: &'static str, wrong: Option<String>) {
        let mut warnings = self.0.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        match wrong {
            Some(wrong) => warnings.insert(job, wrong),
            None => warnings.remove(job),
        };
    }

    /// What is wrong with jobs, by their names.
    pub(crate) fn warnings(&self) -> BTreeMap<&'static str, String> {
        self.0.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The answers that are kept.
    pub(crate) fn prepared(&self) -> &Prepared {
        &self.0.prepared
    }

    /// What policies say for people.
    pub(crate) fn descriptions(&self) -> &Descriptions {
        &self.0.descriptions
    }

    /// An id that no other request of this process has, nor, most likely, one of another.
    pub(crate) fn next_request_id(&self) -> String {
        format!("{:016x}", self.0.requests.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn permits(&self) -> &Arc<Semaphore> {
        &self.0.permits
    }

    /// A seat for somebody who listens, or that there is none.
    pub(crate) fn seat(&self) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.0.seats)
            .try_acquire_owned()
            .map_err(|_| Failure::later("overloaded", "too many listen at the same time", 5))
    }

    /// Lets those who listen go.
    pub(crate) fn stop(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.0.is_stopping.load(Ordering::Relaxed)
    }

    pub(crate) fn openapi(&self) -> axum::body::Bytes {
        self.0.openapi.clone()
    }

    /// Lets something be measured for this server, and no other one in the process.
    pub(crate) fn measure(&self, measure: impl FnOnce()) {
        metrics::with_local_recorder(&self.0.metrics, measure);
    }

    /// All that was measured, as Prometheus reads it.
    pub(crate) fn measured(&self) -> String {
        self.0.handle.run_upkeep();
        self.0.handle.render()
    }

    /// Whether somebody may send another request now, or else in how many seconds.
    pub(crate) fn admit(&self, counted: &Counted) -> Result<(), u64> {
        let limiter = match counted {
            Counted::Token(_) => &self.0.tokens,
            Counted::Peer(_) => &self.0.peers,
        };
        let Some(limiter) = limiter else { return Ok(()) };
        limiter.check_key(counted).map_err(|until| {
            let wait = until.wait_time_from(governor::clock::Clock::now(limiter.clock()));
            wait.as_secs().saturating_add(1)
        })
    }

    /// Sums up what was measured since the last time, and forgets whoever has not asked for a while.
    pub(crate) fn keep_up(&self) {
        self.0.handle.run_upkeep();
        for limiter in [&self.0.tokens, &self.0.peers].into_iter().flatten() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub(crate) enum Viewer {
    /// Somebody without a token.
    #[default]
    Anonymous,
    /// Somebody with a token that does not count.
    Unknown,
    /// Somebody whose token counts.
    Known {
        /// Who, and what they may.
        actor: Actor,
        /// The token's name.
        token: String,
        /// The digest of its secret.
        secret: Digest,
    },
}

impl Viewer {
    /// Who has a token with this secret.
    pub(crate) fn of(desk: &Desk, ledger: &Ledger, secret: &str) -> Self {
        let secret = Digest::of(secret.as_bytes());
        match ledger.state.parties().actor(&secret, desk.now(ledger)) {
            Some((actor, token)) => Self::Known { actor, token: token.name.to_string(), secret },
            None => Self::Unknown,
        }
    }

    /// Whether they sent no token.
    pub(crate) fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous)
    }

    /// Who they are, if anybody knows.
    pub(crate) fn actor(&self) -> Option<&Actor> {
        match self {
            Self::Known { actor, .. } => Some(actor),
            _ => None,
        }
    }

    /// Refuses those who may not read.
    pub(crate) fn must_read(&self, access: Access) -> Result<(), Failure> {
        match self {
            Self::Known { .. } => Ok(()),
            Self::Anonymous if access.anonymous_reads => Ok(()),
            Self::Anonymous => Err(Failure::unknown("this registry is read with a token")),
            Self::Unknown => Err(Failure::unknown("the token is unknown, revoked or over")),
        }
    }

    /// Refuses those who may not read the log.
    pub(crate) fn must_read_log(&self, access: Access) -> Result<(), Failure> {
        if access.public_log {
            return Ok(());
        }
        match self.actor() {
            Some(actor) => Ok(actor.must(Right::ReadLog, None)?),
            None => Err(Failure::unknown("the log is read with a token")),
        }
    }
}
