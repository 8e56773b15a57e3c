//! What users type to plan upgrades and to carry them out.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::PlanFormat;

/// Arguments of `upgrade plan`.
#[derive(Args, Debug)]
pub struct UpgradePlan {
    /// The wanted release: a version, a tag, a line such as `25.6` for its newest release, or `latest`
    #[arg(long, value_name = "RELEASE")]
    pub to: String,
    /// The installed release; without it, what the deployment says
    #[arg(long, value_name = "RELEASE")]
    pub from: Option<String>,
    /// A file that says what is installed and how it is handled (see `docs/upgrades.md`)
    #[arg(long, value_name = "FILE")]
    pub deployment: Option<Utf8PathBuf>,
    /// Which component of the policy; without it, the only one, or the product's own
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// Where the database stands (what `alembic current` prints); without it, at the end of the installed release
    #[arg(long, value_name = "REVISION")]
    pub at: Vec<String>,
    /// Go straight to the wanted release, not line by line
    #[arg(long)]
    pub direct: bool,
    /// Write the plan to this file, for `upgrade apply`
    #[arg(long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}

/// Arguments of `upgrade apply`.
#[derive(Args, Debug)]
pub struct UpgradeApply {
    /// A plan that `upgrade plan --output` wrote
    pub plan: Utf8PathBuf,
    /// Pass points from which there is no way back but a copy
    #[arg(long)]
    pub yes: bool,
    /// A step that a person has done
    #[arg(long, value_name = "STEP")]
    pub done: Vec<String>,
    /// An interrupted step whose commands are to run once more
    #[arg(long, value_name = "STEP")]
    pub again: Vec<String>,
    /// Where is written what was done; without it, beside the plan
    #[arg(long, value_name = "FILE")]
    pub journal: Option<Utf8PathBuf>,
    /// Print what would be done next, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Where an update graph comes from.
#[derive(Args, Debug)]
pub struct GraphSource {
    /// The update graph: a file, or a folder of graph data; without it, the releases of the repository, line by line
    #[arg(long, value_name = "FILE")]
    pub graph: Option<Utf8PathBuf>,
    /// Only releases of this channel
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// The architecture of releases whose names do not say it, for patterns that ask for one
    #[arg(long, value_name = "NAME", default_value = "amd64")]
    pub arch: String,
    /// Known versions, one a line, where the graph has rules alone; without it, the releases of the repository
    #[arg(long, value_name = "FILE")]
    pub versions: Option<Utf8PathBuf>,
    /// Which component's releases; without it, the product's own, or the first of the policy
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
}

/// Arguments of `upgrade graph`.
#[derive(Args, Debug)]
pub struct UpgradeGraph {
    /// Where the graph comes from.
    #[command(flatten)]
    pub source: GraphSource,
    /// How to write it
    #[arg(long, value_enum, default_value_t = UpdateFormat::Text)]
    pub format: UpdateFormat,
}

/// Formats of an update graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UpdateFormat {
    /// A line for each release, with those that it follows.
    Text,
    /// What update servers speak: blocked updates are left out.
    Cincinnati,
    /// For programs, with what is blocked.
    Json,
    /// A picture for browsers.
    Svg,
}
