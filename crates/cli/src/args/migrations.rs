//! What users type to ask about migrations.

use clap::{Args, Subcommand, ValueEnum};

use super::{AuditFormat, PlanFormat};

/// The commands on migrations.
#[derive(Debug, Subcommand)]
pub enum MigrationsCommand {
    /// Tell what becomes of a database that goes from one release to another, and how to get there
    #[command(after_help = "Examples:\n  trainyard migrations between 24.09.8 25.6.0\n  \
        trainyard migrations between ./installed ./new --at ecc9f6322be4\n\n\
        The exit code is 0 if the upgrade is safe, and 1 if somebody has to look first.\n\
        Nothing of either state is ever run.")]
    Between(Between),
    /// Tell whether a proposal leaves the migrations in order, before it is merged or backported
    #[command(after_help = "Examples:\n  trainyard migrations check --base origin/main\n  \
        trainyard migrations check --base origin/25.6 --at backport/4711 --format github")]
    Check(MigrationsCheck),
    /// Draw the migrations of a state
    #[command(
        after_help = "Examples:\n  trainyard migrations graph 25.6.0 --format svg > migrations.svg\n  \
        trainyard migrations graph --last 20"
    )]
    Graph(MigrationsGraph),
}

/// Arguments of `migrations between`.
#[derive(Args, Debug)]
pub struct Between {
    /// The installed state: a tag, branch or commit, or a folder such as `./old`
    pub from: String,
    /// The wanted state, likewise
    pub to: String,
    /// Where the database stands (what `alembic current` prints); without it, at the end of the installed state
    #[arg(long, value_name = "REVISION")]
    pub at: Vec<String>,
    /// Ask this database what it has: a URL of PostgreSQL or SQLite, or a file; it is only read
    #[arg(long, value_name = "URL", conflicts_with = "at")]
    pub database: Option<String>,
    /// Only migrations below this folder
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every migration, not the first ten of each kind
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `migrations check`.
#[derive(Args, Debug)]
pub struct MigrationsCheck {
    /// Where the proposal shall go; without it, the nearest of the policy's branches
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// The proposal's branch or commit; without it, what is checked out
    #[arg(long, value_name = "REF")]
    pub at: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every finding, not the first ten of each code
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `migrations graph`.
#[derive(Args, Debug)]
pub struct MigrationsGraph {
    /// The state: a tag, branch or commit, or a folder such as `./old`
    #[arg(default_value = "HEAD")]
    pub state: String,
    /// Only migrations below this folder
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<String>,
    /// Only so many of the newest migrations of each set
    #[arg(long, value_name = "COUNT")]
    pub last: Option<usize>,
    /// How to draw it
    #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
    pub format: GraphFormat,
}

/// Formats of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A list for people, newest first.
    Text,
    /// A picture for browsers.
    Svg,
    /// For Graphviz.
    Dot,
    /// For programs.
    Json,
}

/// The commands on updates.
#[derive(Debug, Subcommand)]
pub enum UpgradeCommand {
    /// Find the shortest allowed sequence of updates between two releases
    #[command(after_help = "Examples:\n  trainyard upgrade path 24.09.8 25.6.0\n  \
        trainyard upgrade path 4.9.12 4.10.3 --graph graph.json --channel stable-4.10\n  \
        trainyard upgrade path 15.0.0 17.8.1 --graph upgrade_path.yml --versions tags.txt\n\n\
        A graph is Cincinnati JSON, a checkout of OpenShift's graph data, GitLab's upgrade_path.yml, an OLM catalogue, \
        or rules in TOML.\nWithout one, the releases of the repository are taken line by line.\n\
        The exit code is 0 if there is a way without conditions, and 1 if there is none or it has some.")]
    Path(UpgradePath),
    /// Write which release may follow which, for update servers, programs or people
    #[command(
        after_help = "Examples:\n  trainyard upgrade graph --format cincinnati > graph.json\n  \
        trainyard upgrade graph --graph upgrade_path.yml --versions tags.txt --format svg > updates.svg\n\n\
        Without a graph, the releases of the repository are taken line by line."
    )]
    Graph(super::upgrading::UpgradeGraph),
    /// Plan the steps from what is installed to what is wanted
    #[command(
        after_help = "Examples:\n  trainyard upgrade plan --from 24.09.8 --to 25.6.0 --example backend-ai\n  \
        trainyard upgrade plan --deployment studio.toml --to latest --output plan.json\n  \
        pip freeze | trainyard upgrade plan --deployment - --to bundle.toml\n  \
        docker compose images --format json | trainyard upgrade plan --deployment - --channels heads.toml --to stable\n\n\
        The exit code is 0 if every step is safe, and 1 if somebody has to look first.\n\
        Nothing is changed."
    )]
    Plan(super::upgrading::UpgradePlan),
    /// Write what plans must know of releases, a JSON object a line, for a registry that keeps it
    #[command(after_help = "Examples:\n  trainyard upgrade facts 25.6.0 > 25.6.0.json\n  \
        trainyard upgrade facts --changes > releases.jsonl\n\n\
        Each line has the release's version, its migrations with what they do, and what changed; no text of anybody's.")]
    Facts(super::upgrading::UpgradeFacts),
    /// Carry a plan out, one step at a time; after an interruption, go on
    #[command(after_help = "Examples:\n  trainyard upgrade apply plan.json\n  \
        trainyard upgrade apply plan.json --yes --done 1.6-configuration\n\n\
        The exit code is 0 when everything is done, and 1 where it stopped; the same command goes on from there.")]
    Apply(super::upgrading::UpgradeApply),
}

/// Arguments of `upgrade path`.
#[derive(Args, Debug)]
pub struct UpgradePath {
    /// The installed release
    pub from: String,
    /// The wanted release, or `newest` for the newest that can be reached without a known risk
    pub to: String,
    /// Where the graph comes from.
    #[command(flatten)]
    pub source: super::upgrading::GraphSource,
    /// Accept updates with this risk, by its name
    #[arg(long, value_name = "RISK")]
    pub accept: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}
