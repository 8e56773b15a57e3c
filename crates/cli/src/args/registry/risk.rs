//! Arguments of `trainyard risk`.

use clap::{Args, Subcommand};

use super::Remote;

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard risk declare EmptyExports core --versions '>=1.4.0, <1.4.2' --message 'exports may be empty' --fixed-in 1.4.2
  trainyard risk declare SlowOnArm core --versions '1.5.0' --condition 'arch == \"arm64\"' --message 'ten times as slow'
  trainyard risk declare Withdrawn core --versions '1.3.7' --tombstone --message 'the build was not ours'
  trainyard risk lift EmptyExports --why 'it was the test'

A risk holds at once: nobody is offered what it speaks of, and channels do not take it in. `trainyard exposure` tells who runs it.";

/// Arguments of `risk`.
#[derive(Args, Debug)]
pub struct Risk {
    /// Which registry.
    #[command(flatten)]
    pub remote: Remote,
    /// What about risks.
    #[command(subcommand)]
    pub command: RiskCommand,
}

/// The commands on risks.
#[derive(Debug, Subcommand)]
pub enum RiskCommand {
    /// Tell that something is wrong with releases
    Declare(RiskDeclare),
    /// List what is or was wrong
    List(RiskList),
    /// Show a risk
    Show(RiskName),
    /// Tell that it is no more
    Lift(RiskLift),
}

/// Arguments of `risk declare`.
#[derive(Args, Debug)]
pub struct RiskDeclare {
    /// What it is called, in one word
    pub name: String,
    /// The component or stream
    pub stream: String,
    /// The versions that must not be moved to, as a range
    #[arg(long, value_name = "RANGE")]
    pub versions: String,
    /// What is wrong, for people
    #[arg(long, value_name = "TEXT")]
    pub message: String,
    /// The versions from which the way to them is dangerous; without it, all
    #[arg(long, value_name = "RANGE")]
    pub from: Option<String>,
    /// Only whoever this query is true of is not offered them
    #[arg(long, value_name = "QUERY", conflicts_with = "tombstone")]
    pub condition: Option<String>,
    /// They are gone for good, and whoever runs one is told to leave it
    #[arg(long)]
    pub tombstone: bool,
    /// Where to read more
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The version in which it is mended
    #[arg(long, value_name = "VERSION")]
    pub fixed_in: Option<String>,
    /// Why it is declared, for the log
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// Arguments of `risk list`.
#[derive(Args, Debug)]
pub struct RiskList {
    /// Those that were lifted, too
    #[arg(long)]
    pub all: bool,
}

/// A risk.
#[derive(Args, Debug)]
pub struct RiskName {
    /// What it is called
    pub name: String,
}

/// Arguments of `risk lift`.
#[derive(Args, Debug)]
pub struct RiskLift {
    /// What it is called
    pub name: String,
    /// Why
    #[arg(long, value_name = "TEXT", required = true)]
    pub why: Option<String>,
}
