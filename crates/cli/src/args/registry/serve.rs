//! Arguments of `trainyard serve`.

use std::net::SocketAddr;

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard serve --demo
  trainyard serve
  trainyard serve --listen 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem --origin registry.example.com
  trainyard serve --database postgres://registry@db/registry --key-file registry.key --log-format json
  trainyard serve --snapshots /srv/snapshots --images ghcr.io
  trainyard serve --config serve.toml

A configuration has the same settings by the same names, and what stands on the command line counts more:
  database = \"postgres://registry@db/registry\"
  listen = \"0.0.0.0:8443\"
  public-log = true
  requests-per-second = 500
  [snapshots]
  place = \"s3://bucket/folder\"
  [images]
  host = \"ghcr.io\"

The first start of a registry prints its administrator's token, this once; with --admin-token-file it is written there instead.
Where nobody is an administrator any more, a start with an --admin-token-file that is not there yet writes a new token to it.
It serves until it gets SIGTERM or SIGINT (Ctrl+C), and lets requests end before it stops.";

/// Arguments of `serve`.
#[derive(Args, Debug, Default)]
pub struct Serve {
    /// Serve a demo: three real platforms and a story, in a temporary folder that is removed at the end; at
    /// 127.0.0.1:8080 or the next free port
    #[arg(long, conflicts_with_all = ["config", "database", "database_file", "origin", "key_file", "admin_token_file", "tls_cert", "tls_key", "snapshots", "images"])]
    pub demo: bool,
    /// A file of settings, in TOML
    #[arg(long, value_name = "FILE")]
    pub config: Option<Utf8PathBuf>,
    /// Where the registry is kept: a file, or postgres://…; without it, what `TRAINYARD_DATABASE` says, else registry.db
    #[arg(long, value_name = "PATH|URL")]
    pub database: Option<String>,
    /// A file that says it, so that a password stands in no list of processes
    #[arg(long, value_name = "FILE", conflicts_with = "database")]
    pub database_file: Option<Utf8PathBuf>,
    /// Where to listen; port 0 takes a free one; without it, 127.0.0.1:7345
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// The log's name, which its checkpoints bear for ever, usually the registry's host; without it, trainyard
    #[arg(long, value_name = "NAME")]
    pub origin: Option<String>,
    /// The file of the key that signs checkpoints, made where it is missing; without it, beside the database's file
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<Utf8PathBuf>,
    /// The file of the first administrator's token; where it is missing and nobody is one, a token is made and written there
    #[arg(long, value_name = "FILE")]
    pub admin_token_file: Option<Utf8PathBuf>,
    /// The file of the certificate and those above it, in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<Utf8PathBuf>,
    /// The file of the certificate's private key, in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<Utf8PathBuf>,
    /// Keep signed snapshots of all channels there, for clients to follow without asking: a directory, or a folder of a bucket (s3)
    #[arg(long, value_name = "PLACE")]
    pub snapshots: Option<String>,
    /// The registry of images whose tags follow channels, as ghcr.io or 127.0.0.1:5000
    #[arg(long, value_name = "HOST")]
    pub images: Option<String>,
    /// Let nobody read without a token
    #[arg(long)]
    pub private: bool,
    /// Let whoever may read, read the log too
    #[arg(long)]
    pub public_log: bool,
    /// Believe X-Forwarded-For, since a proxy of yours writes it
    #[arg(long)]
    pub behind_proxy: bool,
    /// What to tell on stderr, as `info` or `warn,trainyard_server=debug`; without it, info
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
    /// How to tell it
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// How to print the address and the first token
    #[arg(long, value_enum, default_value_t = ServeFormat::Text)]
    pub format: ServeFormat,
}

/// Formats of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: an object a line.
    Json,
}

/// Formats of what is told at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ServeFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one line with `url` and, where the registry is new, `token`.
    Json,
}
