//! What users type to plan upgrades and to carry them out.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::PlanFormat;

/// Arguments of `upgrade plan`.
#[derive(Args, Debug)]
pub struct UpgradePlan {
    /// What is wanted: a version, a tag, a line such as `25.6` for its newest release, or `latest`; a bundle's file or a
    /// lock file; with `--channels`, a channel
    #[arg(long, value_name = "RELEASE|FILE|CHANNEL")]
    pub to: String,
    /// The installed release; without it, what the deployment says
    #[arg(long, value_name = "RELEASE")]
    pub from: Option<String>,
    /// What is installed, `-` for standard input; may be given several times: a deployment file (see `docs/upgrades.md`),
    /// or what `pip freeze`, `docker compose images --format json`, `docker image ls --digests --format json` and
    /// `alembic current` print, or a list of images
    #[arg(long, value_name = "FILE")]
    pub deployment: Vec<Utf8PathBuf>,
    /// A file that says what channels offer, of which `--to` names one: an update graph, or TOML or JSON such as
    /// `[channels.stable]` with `manager = "25.6.3"`
    #[arg(long, value_name = "FILE")]
    pub channels: Option<Utf8PathBuf>,
    /// Manifests that say what releases ask of each other, as `bundle check` reads them
    #[arg(long, value_name = "PATH")]
    pub catalogue: Vec<Utf8PathBuf>,
    /// Which component of the policy; without it, the only one, the product's own, or all of a group that shares its line
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// Where the database stands (what `alembic current` prints); without it, at the end of the installed release
    #[arg(long, value_name = "REVISION")]
    pub at: Vec<String>,
    /// Ask this database where it stands: a URL of PostgreSQL or SQLite, or a file; it is only read
    #[arg(long, value_name = "URL", conflicts_with = "at")]
    pub database: Option<String>,
    /// Go straight to the wanted release, not line by line
    #[arg(long)]
    pub direct: bool,
    /// Plan with an example that comes with Trainyard instead of a repository
    #[arg(long, value_name = "NAME", value_parser = ["backend-ai"], conflicts_with_all = ["catalogue", "database"])]
    pub example: Option<String>,
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

/// Arguments of `upgrade facts`.
#[derive(Args, Debug)]
pub struct UpgradeFacts {
    /// Versions or tags; without any, every final release
    #[arg(value_name = "RELEASE")]
    pub releases: Vec<String>,
    /// Which component's releases; without it, the product's own, or the only one
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// Also what changed since the release before: interfaces, settings, requirements
    #[arg(long)]
    pub changes: bool,
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
    /// What tells the asking installation from others, for releases that reach a growing share of them
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// How long the installation would rather wait for such releases, from 0 (first) to 1 (last)
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub wariness: Option<f64>,
    /// The time to judge rollouts and delays by, such as 2026-11-20T08:00:00Z; without it, now
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it is a number from 0 to 1".to_owned())
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
