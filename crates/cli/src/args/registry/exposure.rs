//! Arguments of `trainyard exposure`.

use clap::{Args, Subcommand};

use super::Remote;

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard exposure
  trainyard exposure --risk EmptyExports --format markdown
  trainyard exposure report studio-nord core@1.4.0 --channel production --fact arch=arm64
  trainyard exposure deployments

The exit code is 1 where somebody runs what a risk speaks of, or is offered it.";

/// Arguments of `exposure`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Exposure {
    /// Which registry.
    #[command(flatten)]
    pub remote: Remote,
    /// Another thing to do.
    #[command(subcommand)]
    pub command: Option<ExposureCommand>,
    /// Only this risk; without it, all that hold
    #[arg(long, value_name = "NAME")]
    pub risk: Option<String>,
}

/// What else is done with deployments.
#[derive(Debug, Subcommand)]
pub enum ExposureCommand {
    /// Tell the registry what a deployment runs
    Report(ExposureReport),
    /// List the deployments as they last told of themselves
    Deployments,
}

/// Arguments of `exposure report`.
#[derive(Args, Debug)]
pub struct ExposureReport {
    /// The deployment's name
    pub deployment: String,
    /// What it runs, as COMPONENT@VERSION
    #[arg(value_name = "COMPONENT@VERSION")]
    pub release: String,
    /// The channel it follows, also as STREAM/CHANNEL
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Option<String>,
    /// A fact, for conditions of risks; may be given several times
    #[arg(long = "fact", value_name = "NAME=VALUE")]
    pub facts: Vec<String>,
}
