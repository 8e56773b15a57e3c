//! `trainyard serve`.

mod config;
mod work;

use std::{fmt::Write as _, num::NonZeroU32, time::Duration};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use trainyard_report::Outcome;
use trainyard_server::{
    Rate, Running, ServeError, Settings, Tls,
    telemetry::{self, LogForm, Telemetry},
};
use trainyard_store::{Database, StoreError};

use self::config::{Config, LogName};
use crate::{
    args::{
        Global,
        registry::serve::{LogFormat, Serve, ServeFormat},
    },
    demo::{self, Form},
    error::CommandError,
    files,
    printer::Printer,
    registry::credentials::variable,
};

/// Where a registry is kept that nobody names a place for.
const DATABASE: &str = "registry.db";

/// The variables that name a collector of traces.
const COLLECTORS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

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
        Some(path) => Config::read(&folder.join(path))?,
        None => Config::default(),
    };
    let form = match (args.log_format, config.log_format) {
        (Some(LogFormat::Json), _) | (None, Some(LogName::Json)) => LogForm::Json,
        _ => LogForm::Text,
    };
    let filter = args.log.as_deref().or(config.log.as_deref()).unwrap_or("info");
    telemetry::check_filter(filter).map_err(|error| {
        CommandError::usage(format!("`{filter}` says not what to write down: {error}"))
            .hint("write it as `info`, or `warn,trainyard=debug`")
    })?;
    // Told when the server has stopped.
    let _telemetry = observe(form, filter)?;
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

/// Begins to write log lines, and to tell a collector of traces where the environment names one.
fn observe(form: LogForm, filter: &str) -> Result<Telemetry, CommandError> {
    let is_off = variable("OTEL_SDK_DISABLED").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    let is_named = COLLECTORS.into_iter().any(|name| variable(name).is_some());
    if is_off || !is_named {
        telemetry::begin(form, filter);
        return Ok(Telemetry::default());
    }
    let name = variable("OTEL_SERVICE_NAME").is_none().then_some("trainyard");
    telemetry::begin_with_traces(form, filter, name).map_err(|error| {
        CommandError::usage(format!("no collector of traces can be asked: {error}"))
            .hint("name one as OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318")
    })
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

/// What the flags say, else the file, else what is usual. Paths of the file are as those of flags: from the folder that is worked in.
fn settings(folder: &Utf8Path, args: &Serve, config: Config) -> Result<Settings, CommandError> {
    let given = |flag: &Option<Utf8PathBuf>, file: Option<Utf8PathBuf>| {
        flag.clone().or(file).map(|path| folder.join(path))
    };
    let named = match (&args.database, &args.database_file) {
        (None, None) => (config.database, config.database_file),
        (database, file) => (database.clone(), file.clone()),
    };
    let mut settings = Settings::new(database_of(folder, named)?);
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
    limits.listeners = config.listeners.unwrap_or(limits.listeners);
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
    settings.snapshots = work::snapshots(folder, args.snapshots.as_deref(), config.snapshots)?;
    settings.images = work::images(folder, args.images.as_deref(), config.images)?;
    settings.webhooks.may_be_private = config.webhooks.private;
    if let Some(seconds) = config.webhooks.timeout_secs {
        settings.webhooks.patience = Duration::from_secs(seconds.max(1));
    }
    settings.foreign = config.foreign.read()?;
    settings.witnesses = work::witnesses(&config.witnesses, config.witness_threshold)?;
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

/// The database that is meant by a text, or by a file that says it; without either, the usual one.
pub(super) fn database_of(
    folder: &Utf8Path,
    named: (Option<String>, Option<Utf8PathBuf>),
) -> Result<Database, CommandError> {
    database_in(folder, database_named(folder, named)?.as_deref())
}

/// The text that names the database: said, else read from a file, else of the environment, where lists of processes do not show it.
fn database_named(
    folder: &Utf8Path,
    named: (Option<String>, Option<Utf8PathBuf>),
) -> Result<Option<String>, CommandError> {
    match named {
        (Some(_), Some(_)) => {
            Err(CommandError::usage("`database` and `database-file` are both set")
                .hint("say the database by one of them"))
        }
        (None, Some(file)) => {
            let file = folder.join(file);
            let text = files::read_text(&file)?;
            let text = text.trim();
            if text.is_empty() {
                return Err(CommandError::usage(format!("{file} names no database")));
            }
            Ok(Some(text.to_owned()))
        }
        (database, None) => Ok(database.or_else(|| variable("TRAINYARD_DATABASE"))),
    }
}

/// The database that a text names; files are from the folder that is worked in.
fn database_in(folder: &Utf8Path, text: Option<&str>) -> Result<Database, CommandError> {
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
        ServeError::Later(_) => stopped.hint("start the newer version of Trainyard"),
        ServeError::Origin(_) => CommandError::usage(error.to_string())
            .hint("name it by the registry's host, as --origin registry.example.org"),
        ServeError::KeyGone(path) => stopped
            .hint(format!("put the key back from where it is kept, at {path} or with --key-file"))
            .hint(format!(
                "if it is lost for ever: `trainyard registry key new {path}`, and tell everybody who verifies the log"
            )),
        ServeError::Io { doing, .. } if doing.starts_with("listen") => {
            stopped.hint("choose another address with --listen, or port 0 for a free one")
        }
        _ => stopped,
    }
}
