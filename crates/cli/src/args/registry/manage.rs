//! Arguments of `trainyard registry`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::{Remote, import::ImportCommand};

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard registry login --registry https://registry.example.com < token
  trainyard registry verify
  trainyard registry log --from 120 --follow
  trainyard registry add product pipeline --party studio
  trainyard registry add key studio/ada ~/.ssh/id_ed25519.pub
  trainyard registry token issue ci --principal studio/robot --right publish --right validate
  trainyard registry import ayon-addons addons.json
  trainyard registry import openshift cincinnati-graph-data --graph graph.json
  trainyard registry backup registry-2026-11-21.db

TRAINYARD_TOKEN is sent to the registry that --registry or TRAINYARD_REGISTRY names, and to no other.";

/// Arguments of `registry`.
#[derive(Args, Debug)]
pub struct Registry {
    /// Which registry.
    #[command(flatten)]
    pub remote: Remote,
    /// What about it.
    #[command(subcommand)]
    pub command: RegistryCommand,
}

/// The commands on a registry itself.
#[derive(Debug, Subcommand)]
pub enum RegistryCommand {
    /// Keep a token for a registry, read from stdin or `TRAINYARD_TOKEN`
    Login,
    /// Forget the token for a registry
    Logout,
    /// Tell who one is to a registry
    Whoami,
    /// Check the log: its signature, its tree, every new line, and that it goes on from what was seen before
    Verify(RegistryVerify),
    /// Show the last lines of the log, or all from one on, or those to come
    Log(RegistryLog),
    /// Write all that a database holds into one file, while it is served
    Backup(RegistryBackup),
    /// Restore a backup into a new database
    Restore(RegistryBackup),
    /// List what there is: products, parties, people with their keys, or tokens
    List(RegistryList),
    /// Add a product, a party, a person or robot, a key, or a waiver
    #[command(subcommand)]
    Add(RegistryAdd),
    /// Give out tokens, and take them back
    #[command(subcommand)]
    Token(TokenCommand),
    /// Make keys, and end them
    #[command(subcommand)]
    Key(KeyCommand),
    /// Bring in what was kept elsewhere; what is there already changes nothing
    #[command(subcommand)]
    Import(ImportCommand),
}

/// Arguments of `registry verify`.
#[derive(Args, Debug)]
pub struct RegistryVerify {
    /// The log's key that is believed, as `origin+number+base64`; without it, the one seen first
    #[arg(long, value_name = "KEY")]
    pub log_key: Option<String>,
    /// Read every line, and not only those that came since the last time
    #[arg(long)]
    pub whole: bool,
}

/// Arguments of `registry log`.
#[derive(Args, Debug)]
pub struct RegistryLog {
    /// How many of the last lines; without it, 20
    #[arg(long, value_name = "N", conflicts_with = "from")]
    pub last: Option<u64>,
    /// The first line; all that came since are shown
    #[arg(long, value_name = "N")]
    pub from: Option<u64>,
    /// Show what comes, too, until it is stopped
    #[arg(long)]
    pub follow: bool,
}

/// Arguments of `registry backup` and `restore`.
#[derive(Args, Debug)]
pub struct RegistryBackup {
    /// The backup's file
    pub file: Utf8PathBuf,
    /// Where the registry is kept: a file, or postgres://…; without it, what `TRAINYARD_DATABASE` says, else registry.db
    #[arg(long, value_name = "PATH|URL")]
    pub database: Option<String>,
    /// A file that says it, so that a password stands in no list of processes
    #[arg(long, value_name = "FILE", conflicts_with = "database")]
    pub database_file: Option<Utf8PathBuf>,
}

/// Arguments of `registry list`.
#[derive(Args, Debug)]
pub struct RegistryList {
    /// What
    #[arg(value_enum)]
    pub what: Listed,
    /// Of which party, for people
    #[arg(long, value_name = "NAME")]
    pub party: Option<String>,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Listed {
    /// Products.
    Products,
    /// Components and streams of the product.
    Components,
    /// Organisations.
    Parties,
    /// People and robots, with their keys.
    People,
    /// Tokens.
    Tokens,
}

/// What can be added.
#[derive(Debug, Subcommand)]
pub enum RegistryAdd {
    /// Add a product
    Product(AddProduct),
    /// Enrol an organisation
    Party(AddParty),
    /// Enrol a person or robot of an organisation
    Person(AddPerson),
    /// Enrol a key that somebody signs with
    Key(AddKey),
    /// Take responsibility for what a rule of maturity refuses
    Waiver(AddWaiver),
}

/// Arguments of `registry add product`.
#[derive(Args, Debug)]
pub struct AddProduct {
    /// Its name
    pub name: String,
    /// The organisation that makes it
    #[arg(long, value_name = "NAME")]
    pub party: String,
    /// Its name for people
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
}

/// Arguments of `registry add party`.
#[derive(Args, Debug)]
pub struct AddParty {
    /// Its name
    pub name: String,
    /// Its name for people
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
}

/// Arguments of `registry add person`.
#[derive(Args, Debug)]
pub struct AddPerson {
    /// Who, as PARTY/NAME
    pub name: String,
    /// The name for people
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
}

/// Arguments of `registry add key`.
#[derive(Args, Debug)]
pub struct AddKey {
    /// Whose, as PARTY/NAME
    pub principal: String,
    /// The file of the public key, in PEM or as OpenSSH has it
    pub file: Utf8PathBuf,
    /// Until when it counts
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// The id of the key in whose place it comes, which then ends
    #[arg(long, value_name = "ID")]
    pub replaces: Option<String>,
}

/// Arguments of `registry add waiver`.
#[derive(Args, Debug)]
pub struct AddWaiver {
    /// The component to let through, as COMPONENT or COMPONENT@VERSION
    pub component: String,
    /// The last moment it holds
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Why it does no harm
    #[arg(long, value_name = "TEXT")]
    pub why: String,
}

/// The commands on tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Give a token out; its secret is shown this once
    Issue(TokenIssue),
    /// Take a token back
    Revoke(TokenRevoke),
}

/// Arguments of `registry token issue`.
#[derive(Args, Debug)]
pub struct TokenIssue {
    /// Its name, which is no secret
    pub name: String,
    /// Whose it is, as PARTY/NAME; without it, your own
    #[arg(long, value_name = "PARTY/NAME")]
    pub principal: Option<String>,
    /// What it allows: publish, validate, promote, block, policy, read-log or admin, for all products or as RIGHT:PRODUCT
    #[arg(long = "right", value_name = "RIGHT")]
    pub rights: Vec<String>,
    /// Until when it counts
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// Arguments of `registry token revoke`.
#[derive(Args, Debug)]
pub struct TokenRevoke {
    /// Its name
    pub name: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// The commands on keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key pair: FILE for its owner alone, and FILE.pub to be enrolled
    New(KeyNew),
    /// End a key: it counts for what it signed before
    End(KeyEnd),
    /// Revoke a key: nothing counts that it ever signed
    Revoke(KeyEnd),
}

/// Arguments of `registry key new`.
#[derive(Args, Debug)]
pub struct KeyNew {
    /// The file, which must not be there yet
    pub file: Utf8PathBuf,
}

/// Arguments of `registry key end` and `revoke`.
#[derive(Args, Debug)]
pub struct KeyEnd {
    /// Whose, as PARTY/NAME
    pub principal: String,
    /// The key's id
    pub key: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}
