//! Arguments of `trainyard compat`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::{PlanFormat, bundle::Sources};

pub(super) const EXAMPLES: &str = "\
Examples:
  trainyard compat manager@22.9.3 agent@22.9.1 --tags ../manager --tags ../agent
  trainyard compat maya@0.5.4 core@1.2.0 --catalogue manifests/
  trainyard compat manager@22.9.3 web@22.9.0 --catalogue manifests/ --attested tested.toml
  trainyard compat matrix maya core --catalogue manifests/ --format markdown

The exit code is 0 where they work together, and 1 where they do not or no rule says anything.";

/// Arguments of `compat`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Compat {
    /// Another question
    #[command(subcommand)]
    pub command: Option<CompatCommand>,
    /// What is asked.
    #[command(flatten)]
    pub pair: CompatPair,
}

/// Questions beside the one about two releases.
#[derive(Debug, Subcommand)]
pub enum CompatCommand {
    /// Tell which versions of two components work together
    Matrix(CompatMatrix),
}

/// Two releases.
#[derive(Args, Debug)]
pub struct CompatPair {
    /// A release, as NAME@VERSION
    #[arg(value_name = "A@VERSION", required = true)]
    pub left: Option<String>,
    /// Another release
    #[arg(value_name = "B@VERSION", required = true)]
    pub right: Option<String>,
    /// Where releases are known from.
    #[command(flatten)]
    pub sources: Sources,
    /// A file of pairs that were tested together: tables `pair` in TOML, or a list of them in JSON; may be given several
    /// times
    #[arg(long, value_name = "FILE")]
    pub attested: Vec<Utf8PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}

/// Arguments of `compat matrix`.
#[derive(Args, Debug)]
pub struct CompatMatrix {
    /// A component: its versions are the rows
    pub left: String,
    /// Another component: its versions are the columns
    pub right: String,
    /// Where releases are known from.
    #[command(flatten)]
    pub sources: Sources,
    /// A file of pairs that were tested together: tables `pair` in TOML, or a list of them in JSON; may be given several
    /// times
    #[arg(long, value_name = "FILE")]
    pub attested: Vec<Utf8PathBuf>,
    /// How many of the newest versions of each
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub newest: usize,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}
