//! What users type. Completions and man pages are made from these definitions.

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub mod bundle;
pub mod check;
pub mod compat;
pub mod forward;
pub mod lines;
pub mod migrations;
pub mod registry;
mod release;
pub mod tour;
pub mod upgrading;
pub mod version;

use self::{
    bundle::BundleCommand,
    migrations::{MigrationsCommand, UpgradeCommand},
    version::VersionCommand,
};
pub use self::{
    check::Check,
    forward::{Backport, Forward},
    lines::{Lines, LinesFormat},
    release::Release,
};

/// Versions that keep their promises, for platforms made of many separately versioned parts.
#[derive(Debug, Parser)]
#[command(name = "trainyard", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// Work as if started in this folder
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true, default_value = ".")]
    pub directory: Utf8PathBuf,
    /// The policy file; without it, `trainyard.toml` in the repository's root
    #[arg(long, value_name = "FILE", global = true)]
    pub policy: Option<Utf8PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, global = true)]
    pub color: Colour,
    /// Do not read or write the cache of what was learned about repositories
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// The registry that is meant whatever the environment says, where a command runs within another.
    #[arg(skip)]
    pub(crate) account: Option<crate::registry::Account>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a fresh trainyard.toml from a preset
    Init(Init),
    /// Show the next version of each component, group and stream, and why
    Plan(Plan),
    /// Print the next version alone, for scripts
    Next(Next),
    /// Tell what is wrong with a proposal before it is merged: its size, versions, names, fragments
    #[command(after_help = check::EXAMPLES)]
    Check(Check),
    /// Show every release line: its state, its support, what waits on it, and whether a release is due
    #[command(after_help = lines::EXAMPLES)]
    Lines(Lines),
    /// Make a release: versions, changelog, commit, tags, branches, and push
    Release(Release),
    /// Carry fixes from each line to the next ones and to development
    Forward(Forward),
    /// Pick commits to release lines, with the checks that lines need
    Backport(Backport),
    /// Show what changed between two states, by looking at the files
    Evidence(Evidence),
    /// Hold every past release against the policy that was in force
    Audit(Audit),
    /// See what becomes of databases, and keep migrations in order
    #[command(subcommand)]
    Migrations(MigrationsCommand),
    /// Find the way from an installed release to a wanted one
    #[command(subcommand)]
    Upgrade(UpgradeCommand),
    /// Check, describe and publish the policy
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Check bundles of pinned releases against what they need of each other
    #[command(subcommand)]
    Bundle(BundleCommand),
    /// Tell whether two releases work together, and which rule says so
    #[command(after_long_help = compat::EXAMPLES)]
    Compat(compat::Compat),
    /// Serve a registry: releases, channels, attestations and risks, over HTTP
    #[command(after_long_help = registry::serve::EXAMPLES)]
    Serve(Box<registry::serve::Serve>),
    /// Walk through a demo of everything, stop by stop
    #[command(after_long_help = tour::EXAMPLES)]
    Tour(tour::Tour),
    /// Publish releases, bundles and the policy to a registry
    #[command(after_long_help = registry::publish::EXAMPLES)]
    Publish(registry::publish::Publish),
    /// See where channels point, what keeps releases out of them, and move them
    #[command(after_long_help = registry::channel::EXAMPLES)]
    Channel(registry::channel::Channel),
    /// Sign how tests of a release ended, and check what others signed
    #[command(after_long_help = registry::attest::EXAMPLES)]
    Attest(Box<registry::attest::Attest>),
    /// Declare what is wrong with releases, so that nobody is offered them
    #[command(after_long_help = registry::risk::EXAMPLES)]
    Risk(Box<registry::risk::Risk>),
    /// Let a release reach clients little by little
    #[command(after_long_help = registry::rollout::EXAMPLES)]
    Rollout(registry::rollout::Rollout),
    /// Tell who runs what risks speak of, or may come to it
    #[command(after_long_help = registry::exposure::EXAMPLES)]
    Exposure(registry::exposure::Exposure),
    /// Tell what a client is offered, and why not more
    #[command(after_long_help = registry::offer::EXAMPLES)]
    Offer(registry::offer::Offer),
    /// Log in to a registry, verify its log, back it up, and manage who may do what
    #[command(after_long_help = registry::manage::EXAMPLES)]
    Registry(registry::manage::Registry),
    /// Work with version numbers of any scheme
    #[command(subcommand, after_help = version::JSON_LINES)]
    Version(VersionCommand),
    /// Explain a finding's code, such as TY0203, or a rule, such as graphql.field-removed
    Explain(Explain),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Write the man pages into a folder
    Man(Man),
}

/// Arguments of `init`.
#[derive(Args, Debug)]
pub struct Init {
    /// The policy to start from; without it, what fits the tags that are there
    #[arg(long, value_name = "NAME", value_parser = preset_names())]
    pub preset: Option<String>,
    /// The product's name; without it, the repository's
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Replace a file that is there already
    #[arg(long)]
    pub force: bool,
    /// Print the file instead of writing it
    #[arg(long)]
    pub print: bool,
}

pub(crate) fn preset_names() -> clap::builder::PossibleValuesParser {
    let names: Vec<_> = trainyard_policy::presets().iter().map(|preset| preset.name).collect();
    clap::builder::PossibleValuesParser::new(names)
}

/// Where a plan is asked from, and for what.
#[derive(Args, Debug)]
pub struct Target {
    /// Plan for this branch, tag or commit instead of what is checked out
    #[arg(long, value_name = "REF")]
    pub at: Option<String>,
    /// The stage of the next version; without it, the policy decides
    #[arg(long, value_enum)]
    pub stage: Option<StageName>,
    /// The day of the release, as YYYY-MM-DD; without it, today
    #[arg(long, value_name = "DATE")]
    pub date: Option<jiff::civil::Date>,
}

/// Stages of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StageName {
    /// The final release.
    Final,
    /// An alpha.
    Alpha,
    /// A beta.
    Beta,
    /// A release candidate.
    Rc,
    /// What a development branch carries until then.
    Dev,
}

/// Arguments of `plan`.
#[derive(Args, Debug)]
pub struct Plan {
    /// Where from, and for what.
    #[command(flatten)]
    pub target: Target,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
    /// Print every piece of evidence, not the weightiest alone
    #[arg(long)]
    pub all: bool,
}

/// Formats of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For pull requests.
    Markdown,
}

/// Arguments of `next`.
#[derive(Args, Debug)]
pub struct Next {
    /// A component, group or stream; without it, the component named as the product, or the only one
    pub name: Option<String>,
    /// Where from, and for what.
    #[command(flatten)]
    pub target: Target,
    /// Print the tag instead of the version
    #[arg(long)]
    pub tag: bool,
}

/// Arguments of `evidence`.
#[derive(Args, Debug)]
pub struct Evidence {
    /// The older state: a tag, branch or commit, or a folder such as `./old`
    pub from: String,
    /// The newer state, likewise; without it, what is checked out
    #[arg(default_value = "HEAD")]
    pub to: String,
    /// Only this component
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// Ask this outside tool too, on copies; cargo-semver-checks builds the code and so runs its build scripts
    #[arg(long = "tool", value_name = "NAME", value_parser = tool_names())]
    pub tools: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every change, not the weightiest alone
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `audit`.
#[derive(Args, Debug)]
pub struct Audit {
    /// Audit a list of tags instead of a repository: a name a line, and after a tab its day
    #[arg(long, value_name = "FILE", conflicts_with = "example")]
    pub tags: Option<Utf8PathBuf>,
    /// Audit a recorded history that comes with Trainyard
    #[arg(long, value_name = "NAME", value_parser = example_names())]
    pub example: Option<String>,
    /// Use a preset instead of a policy file
    #[arg(long, value_name = "NAME", value_parser = preset_names(), conflicts_with = "policy")]
    pub preset: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every finding, not the first ten of each code
    #[arg(long)]
    pub all: bool,
    /// Exit with 0 where there are findings
    #[arg(long)]
    pub exit_zero: bool,
    /// The day to judge overdue releases by, as YYYY-MM-DD; without it, today
    #[arg(long, value_name = "DATE")]
    pub date: Option<jiff::civil::Date>,
}

fn tool_names() -> clap::builder::PossibleValuesParser {
    let names: Vec<_> = trainyard_tools::tools().iter().map(|tool| tool.name()).collect();
    clap::builder::PossibleValuesParser::new(names)
}

fn example_names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(crate::examples::names())
}

/// Formats of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For code scanning.
    Sarif,
    /// For issues and pull requests.
    Markdown,
    /// For workflow logs on GitHub.
    Github,
    /// For GitLab's code quality reports.
    Gitlab,
}

/// The commands on policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check the policy file and print every error in it
    #[command(
        after_help = "The exit code is 0 if there is nothing to say, and 1 if there are errors or warnings: they \
        are what was asked for.\nEvery other command needs a policy without errors, and exits with 2 where it has some."
    )]
    Lint(PolicyLint),
    /// Print the JSON Schema of trainyard.toml, for editors
    Schema,
    /// Print the public versioning page, in Markdown
    Doc(PolicyDoc),
}

/// Arguments of `policy lint`.
#[derive(Args, Debug)]
pub struct PolicyLint {
    /// The file; without it, the one that other commands would use
    pub file: Option<Utf8PathBuf>,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
}

/// Arguments of `policy doc`.
#[derive(Args, Debug)]
pub struct PolicyDoc {
    /// Describe a preset instead of a file
    #[arg(long, value_name = "NAME", value_parser = preset_names())]
    pub preset: Option<String>,
    /// The day by which the support of lines has ended or not, as YYYY-MM-DD; without it, today
    #[arg(long, value_name = "DATE")]
    pub date: Option<jiff::civil::Date>,
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// The code or the name of a kind of finding, a rule or a family of rules; without it, all findings are listed
    pub code: Option<String>,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Args, Debug)]
pub struct Man {
    /// The folder, which is made where it is missing
    pub folder: Utf8PathBuf,
}
