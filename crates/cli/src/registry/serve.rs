//! `trainyard serve`.

use std::{fmt::Write as _, net::SocketAddr, num::NonZeroU32, time::Duration};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use trainyard_report::Outcome;
use trainyard_server::{
    Rate, Running, ServeError, Settings, Tls,
    telemetry::{self, LogForm},
};
use trainyard_store::{Database, StoreError};

use crate::{
    args::{
        Global,
        registry::serve::{LogFormat, Serve, ServeFormat},
    },
    demo::{self, Form},
    error::CommandError,
    files,
    printer::Printer,
};

/// Where a registry is kept that nobody names a place for.
const DATABASE: &str = "registry.db";

/// The file of settings: what the flags say, and what is seldom changed.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Config {
    database: Option<String>,
    listen: Option<SocketAddr>,
    origin: Option<String>,
    key_file: Option<Utf8PathBuf>,
    admin_token_file: Option<Utf8PathBuf>,
    tls_cert: Option<Utf8PathBuf>,
    tls_key: Option<Utf8PathBuf>,
    private: bool,
    public_log: bool,
    behind_proxy: bool,
    log: Option<String>,
    log_format: Option<LogName>,
    /// How many connections to the database read at the same time.
    database_connections: Option<u32>,
    /// The largest body of a request, in bytes.
    body_bytes: Option<usize>,
    /// How long a request may take, in seconds.
    request_secs: Option<u64>,
    /// How many requests are worked on at the same time.
    requests_at_once: Option<usize>,
    /// How many connections are open at the same time.
    connections: Option<usize>,
    /// How many requests a second each token may send; 0: as many as it likes.
    requests_per_second: Option<u32>,
    /// The same for each address without a token.
    anonymous_requests_per_second: Option<u32>,
    /// How long requests may take to end when the server stops, in seconds.
    grace_secs: Option<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LogName {
    Text,
    Json,
}

/// What programs read at the start.
#[derive(Serialize)]
struct Started<'a> {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

/// Serves until it is told to stop.
pub(crate) fn run(
    global: &Global,
    args: &Serve,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    if args.demo {
        let form = if args.format == ServeFormat::Json { Form::Json } else { Form::Text };
        return demo::run(args.listen, form, printer);
    }
    let folder = &global.directory;
    let config = match &args.config {
        Some(path) => read_config(&folder.join(path))?,
        None => Config::default(),
    };
    let form = match (args.log_format, config.log_format) {
        (Some(LogFormat::Json), _) | (None, Some(LogName::Json)) => LogForm::Json,
        _ => LogForm::Text,
    };
    let filter = args.log.as_deref().or(config.log.as_deref()).unwrap_or("info");
    telemetry::begin(form, filter);
    let settings = settings(folder, args, config)?;
    let database = settings.database.to_string();
    let database = database.trim_start_matches("./").to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::environment(&error))?;
    let mut told = Ok(());
    let started = |running: &Running| told = tell(running, &database, args.format, printer);
    let served = runtime.block_on(trainyard_server::serve(settings, started));
    served.map_err(|error| stopped(&error))?;
    told.map(|()| Outcome::Clean)
}

fn tell(
    running: &Running,
    database: &str,
    format: ServeFormat,
    printer: &Printer,
) -> Result<(), CommandError> {
    let token = running.first_token.as_ref().map(trainyard_server::Secret::reveal);
    let started = Started { url: running.url(), token };
    if format == ServeFormat::Json {
        let line = serde_json::to_string(&started).map_err(std::io::Error::from)?;
        return printer.print(&line);
    }
    let mut text = format!("the registry in {database} is served at {}\n", started.url);
    if let Some(token) = token {
        // Writing to a string cannot fail.
        _ = write!(
            text,
            "\nthe administrator's token, shown this once:\n  {token}\n\n\
            keep it with: trainyard registry login --registry {}\n",
            started.url
        );
    }
    printer.print(&text)
}

fn read_config(path: &Utf8Path) -> Result<Config, CommandError> {
    let text = files::read_text(path)?;
    toml::from_str(&text).map_err(|error| {
        let told = error.to_string();
        CommandError::usage(format!("{path} cannot be read:\n{}", told.trim_end()))
    })
}

/// What the flags say, else the file, else what is usual. Paths of the file are as those of flags: from the folder that is worked in.
fn settings(folder: &Utf8Path, args: &Serve, config: Config) -> Result<Settings, CommandError> {
    let given = |flag: &Option<Utf8PathBuf>, file: Option<Utf8PathBuf>| {
        flag.clone().or(file).map(|path| folder.join(path))
    };
    let database = args.database.clone().or(config.database);
    let mut settings = Settings::new(database_in(folder, database.as_deref())?);
    if let Some(address) = args.listen.or(config.listen) {
        settings.address = address;
    }
    if let Some(origin) = args.origin.clone().or(config.origin) {
        settings.origin = origin;
    }
    settings.key = given(&args.key_file, config.key_file);
    if settings.key.is_none() && matches!(settings.database, Database::Postgres(_)) {
        return Err(CommandError::usage("a PostgreSQL server has no folder for the registry's key")
            .hint("name a file with --key-file, the same for all replicas; it is made where it is missing"));
    }
    settings.admin_token = given(&args.admin_token_file, config.admin_token_file);
    let certificates = given(&args.tls_cert, config.tls_cert);
    settings.tls = match (certificates, given(&args.tls_key, config.tls_key)) {
        (Some(certificates), Some(key)) => Some(Tls { certificates, key }),
        (None, None) => None,
        (Some(_), None) => return Err(half("--tls-cert", "--tls-key")),
        (None, Some(_)) => return Err(half("--tls-key", "--tls-cert")),
    };
    settings.access.anonymous_reads = !(args.private || config.private);
    settings.access.public_log = args.public_log || config.public_log;
    settings.access.is_behind_proxy = args.behind_proxy || config.behind_proxy;
    if let Some(connections) = config.database_connections {
        settings.options.connections = connections.max(1);
    }
    let limits = &mut settings.limits;
    limits.body_bytes = config.body_bytes.unwrap_or(limits.body_bytes);
    limits.at_once = config.requests_at_once.unwrap_or(limits.at_once);
    limits.connections = config.connections.unwrap_or(limits.connections);
    if let Some(seconds) = config.request_secs {
        limits.request = Duration::from_secs(seconds);
    }
    if let Some(rate) = config.requests_per_second {
        limits.tokens = rate_of(rate);
    }
    if let Some(rate) = config.anonymous_requests_per_second {
        limits.peers = rate_of(rate);
    }
    if let Some(seconds) = config.grace_secs {
        settings.grace = Duration::from_secs(seconds);
    }
    Ok(settings)
}

/// So many a second, twice as many at once; 0: no limit.
fn rate_of(per_second: u32) -> Option<Rate> {
    let rate = NonZeroU32::new(per_second)?;
    Some(Rate { per_second: rate, burst: rate.saturating_mul(NonZeroU32::MIN.saturating_add(1)) })
}

fn half(given: &str, missing: &str) -> CommandError {
    CommandError::usage(format!("{given} is given without {missing}"))
        .hint("an encrypted server needs both, a certificate and its key")
}

/// The database that a text names; files are from the folder that is worked in.
pub(super) fn database_in(folder: &Utf8Path, text: Option<&str>) -> Result<Database, CommandError> {
    let database: Database =
        text.unwrap_or(DATABASE).parse().map_err(|error: trainyard_store::DatabaseError| {
            CommandError::usage(error.to_string())
                .hint("name a file, or a server of PostgreSQL's as postgres://user@host/database")
        })?;
    Ok(match database {
        Database::File(path) => Database::File(folder.join(path)),
        other => other,
    })
}

/// Why the server did not start.
fn stopped(error: &ServeError) -> CommandError {
    let stopped = CommandError::environment(error);
    match error {
        ServeError::Store(StoreError::Unavailable { .. }) => {
            stopped.hint("see that the database's folder or server is there, and may be written")
        }
        ServeError::Io { doing, .. } if doing.starts_with("listen") => {
            stopped.hint("choose another address with --listen, or port 0 for a free one")
        }
        _ => stopped,
    }
}
