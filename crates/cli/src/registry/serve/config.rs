//! The file of settings of `trainyard serve`.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use trainyard_registry::Name;
use trainyard_server::Foreign;

use crate::{error::CommandError, files};

/// The file of settings: what the flags say, and what is seldom changed.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Config {
    pub(super) database: Option<String>,
    pub(super) database_file: Option<Utf8PathBuf>,
    pub(super) listen: Option<SocketAddr>,
    pub(super) origin: Option<String>,
    pub(super) key_file: Option<Utf8PathBuf>,
    pub(super) admin_token_file: Option<Utf8PathBuf>,
    pub(super) tls_cert: Option<Utf8PathBuf>,
    pub(super) tls_key: Option<Utf8PathBuf>,
    pub(super) private: bool,
    pub(super) public_log: bool,
    pub(super) behind_proxy: bool,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<LogName>,
    /// How many connections to the database read at the same time.
    pub(super) database_connections: Option<u32>,
    /// The largest body of a request, in bytes.
    pub(super) body_bytes: Option<usize>,
    /// How long a request may take, in seconds.
    pub(super) request_secs: Option<u64>,
    /// How many requests are worked on at the same time.
    pub(super) requests_at_once: Option<usize>,
    /// How many connections are open at the same time.
    pub(super) connections: Option<usize>,
    /// How many listen to events at the same time.
    pub(super) listeners: Option<usize>,
    /// How many requests a second each token may send; 0: as many as it likes.
    pub(super) requests_per_second: Option<u32>,
    /// The same for each address without a token.
    pub(super) anonymous_requests_per_second: Option<u32>,
    /// How long requests may take to end when the server stops, in seconds.
    pub(super) grace_secs: Option<u64>,
    /// Where signed snapshots are kept, and who signs them.
    pub(super) snapshots: Option<Snapshots>,
    /// The registry of images.
    pub(super) images: Option<Images>,
    pub(super) webhooks: Webhooks,
    /// Who confirms that the log only grows.
    pub(super) witnesses: Vec<WitnessLine>,
    /// How many of them must have; absent: all.
    pub(super) witness_threshold: Option<usize>,
    /// What other projects' clients are told.
    pub(super) foreign: ForeignClients,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LogName {
    Text,
    Json,
}

/// `[snapshots]`: signed snapshots of all channels.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Snapshots {
    /// A directory, or `s3://bucket/folder`.
    pub(super) place: Option<String>,
    /// How many days files stay that were replaced.
    pub(super) keep_days: Option<u32>,
    /// Files of private keys that sign here, besides the registry's own.
    pub(super) keys: Vec<Utf8PathBuf>,
    /// How many days signatures hold.
    pub(super) lifetime_days: LifetimeDays,
    /// Options of an S3-compatible store, by the names of their variables.
    pub(super) options: BTreeMap<String, String>,
    /// Who signs `root`, `targets`, `snapshot` and `timestamp`; the registry's key, where a role is not named.
    pub(super) roles: BTreeMap<RoleName, Signers>,
    /// Who signs a channel, by `product.stream.channel`.
    pub(super) channels: BTreeMap<String, Signers>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RoleName {
    Root,
    Targets,
    Snapshot,
    Timestamp,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct LifetimeDays {
    pub(super) root: Option<u32>,
    pub(super) targets: Option<u32>,
    pub(super) channel: Option<u32>,
    pub(super) snapshot: Option<u32>,
    pub(super) timestamp: Option<u32>,
}

/// Whose signatures a file needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Signers {
    /// Files of public keys.
    pub(super) keys: Vec<Utf8PathBuf>,
    /// How many of them; absent: all.
    pub(super) threshold: Option<u32>,
}

/// `[images]`: the registry in which images lie.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Images {
    /// Its host and port.
    pub(super) host: Option<String>,
    /// Whether it is spoken to without TLS.
    pub(super) plain: bool,
    /// The folder of repositories for bundles.
    pub(super) bundles: Option<String>,
    /// Who the server is there.
    pub(super) user: Option<String>,
    /// The file of the password; absent: `TRAINYARD_IMAGES_PASSWORD`.
    pub(super) password_file: Option<Utf8PathBuf>,
}

/// `[webhooks]`: how others are told.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Webhooks {
    /// Whether addresses of this machine and its network may be told.
    pub(super) private: bool,
    /// How long an answer may take, in seconds.
    pub(super) timeout_secs: Option<u64>,
}

/// `[[witnesses]]`: one who confirms the log.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WitnessLine {
    /// Where it is asked.
    pub(super) url: String,
    /// Its key, as it tells it: `name+number+base64`.
    pub(super) key: String,
}

/// `[foreign]`: what other projects' clients are told, who cannot say which product they ask for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct ForeignClients {
    /// What AYON's servers find in their market.
    ayon: AyonMarket,
    /// The product whose update graph is told.
    graph_product: Option<String>,
    /// The product whose versions Polyaxon's clients are told.
    compatibility_product: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct AyonMarket {
    product: Option<String>,
    /// The stream whose bundles are the releases.
    stream: Option<String>,
    /// The channel whose releases are shown.
    channel: Option<String>,
    /// Components that are no addons.
    besides: Option<BTreeSet<String>>,
    /// Where an addon is downloaded.
    download: Option<String>,
    /// Where what installs the launcher is downloaded.
    installer: Option<String>,
}

/// More of anything is no setting: no machine holds as many.
const MOST: u64 = 1 << 20;

impl Config {
    /// Reads a file. *Errors*: it cannot be read, says what no setting says, or a number that cannot be meant.
    pub(super) fn read(path: &Utf8Path) -> Result<Self, CommandError> {
        let text = files::read_text(path)?;
        let config: Self = toml::from_str(&text).map_err(|error| unread(path, &text, &error))?;
        config.check(path)?;
        Ok(config)
    }

    fn check(&self, path: &Utf8Path) -> Result<(), CommandError> {
        let whole = |number: Option<usize>| number.and_then(|number| u64::try_from(number).ok());
        let numbers = [
            ("body-bytes", 1, u64::MAX, whole(self.body_bytes)),
            ("connections", 1, MOST, whole(self.connections)),
            ("listeners", 0, MOST, whole(self.listeners)),
            ("request-secs", 1, MOST, self.request_secs),
            ("requests-at-once", 1, MOST, whole(self.requests_at_once)),
            ("grace-secs", 0, MOST, self.grace_secs),
        ];
        let wrong = |&(key, least, most, number): &(_, u64, u64, Option<u64>)| {
            let number = number.filter(|number| !(least..=most).contains(number))?;
            Some(format!("`{key}` is {number}, and may be {least} to {most}"))
        };
        let wrong: Vec<_> = numbers.iter().filter_map(wrong).collect();
        if wrong.is_empty() {
            return Ok(());
        }
        Err(CommandError::usage(format!("{path} cannot be meant: {}", wrong.join("; "))))
    }
}

/// What is wrong with a file, with the setting that was probably meant.
fn unread(path: &Utf8Path, text: &str, error: &toml::de::Error) -> CommandError {
    let told = error.message();
    let mut quoted = told.split('`').skip(1).step_by(2);
    let line = error.span().and_then(|span| text.get(..span.start));
    let line = line.map_or(1, |before| before.matches('\n').count() + 1);
    match quoted.next() {
        Some(unknown) if told.starts_with("unknown field") => {
            let told =
                CommandError::usage(format!("{path}:{line}: there is no setting `{unknown}`"));
            let known: Vec<_> = quoted.collect();
            told.hint(match trainyard_bundle::nearest(unknown, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are {}", known.join(", ")),
            })
        }
        _ if told.contains("invalid socket address") => {
            CommandError::usage(format!("{path}:{line}: {told}"))
                .hint("write numbers, as 127.0.0.1:7345 or [::]:7345")
        }
        _ => {
            let told = error.to_string();
            CommandError::usage(format!("{path} cannot be read:\n{}", told.trim_end()))
        }
    }
}

impl ForeignClients {
    /// *Errors*: what is no name.
    pub(super) fn read(self) -> Result<Foreign, CommandError> {
        let name = |text: Option<String>| {
            let parse = |text: String| {
                let told = |error| CommandError::usage(format!("`{text}` in [foreign]: {error}"));
                text.parse::<Name>().map_err(told)
            };
            text.map(parse).transpose()
        };
        let mut foreign = Foreign {
            graph: name(self.graph_product)?,
            compatibility: name(self.compatibility_product)?,
            ..Foreign::default()
        };
        let market = &mut foreign.market;
        market.product = name(self.ayon.product)?;
        market.stream = name(self.ayon.stream)?;
        if let Some(channel) = name(self.ayon.channel)? {
            market.channel = channel;
        }
        if let Some(besides) = self.ayon.besides {
            market.besides = besides;
        }
        market.download = self.ayon.download;
        market.installer = self.ayon.installer;
        Ok(foreign)
    }
}
