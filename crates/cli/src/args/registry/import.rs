//! Arguments of `trainyard registry import`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

/// What can be brought in.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Bring in AYON's addons with their versions and what they need
    AyonAddons(ImportAddons),
    /// Bring in an update graph of `OpenShift`'s kind, with its channels, blocks, and how channels moved
    Openshift(ImportGraph),
}

/// Arguments of `registry import ayon-addons`.
#[derive(Args, Debug)]
pub struct ImportAddons {
    /// A list of addons in JSON: a file, or https://…
    #[arg(value_name = "FILE|URL")]
    pub source: String,
    /// Tell of everything that was left out, not the first ten
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `registry import openshift`.
#[derive(Args, Debug)]
pub struct ImportGraph {
    /// A graph in JSON (a file, or https://…), or a folder with `channels` and `blocked-edges`; of a clone, their past comes in, too
    #[arg(value_name = "DIR|FILE|URL")]
    pub source: String,
    /// The component whose releases these are; without it, the product's name
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// The graph of releases for a folder that holds none: a file, or https://…
    #[arg(long, value_name = "FILE|URL")]
    pub graph: Option<String>,
    /// The architecture of releases whose names do not say it
    #[arg(long, value_name = "NAME", default_value = "amd64")]
    pub arch: String,
    /// Leave the past of a clone out: what is in a channel came now
    #[arg(long)]
    pub no_history: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// Tell of everything that was left out, not the first ten
    #[arg(long)]
    pub all: bool,
}

impl ImportGraph {
    /// Where a folder's graph of releases is looked for, as its messages say it.
    pub(crate) const BASES: &'static [&'static str] = &["graph.json"];

    /// The folder, where the source is one.
    pub(crate) fn folder(&self, directory: &camino::Utf8Path) -> Option<Utf8PathBuf> {
        let folder = directory.join(&self.source);
        folder.is_dir().then_some(folder)
    }
}
