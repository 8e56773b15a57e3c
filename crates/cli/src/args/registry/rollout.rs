//! Arguments of `trainyard rollout`.

use clap::{Args, Subcommand};

use super::Remote;

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard rollout start core/production 1.4.0 --percent 5 --over 3d
  trainyard rollout pause core/production 1.4.0 --why 'a studio reports crashes'
  trainyard rollout resume core/production 1.4.0
  trainyard rollout stop core/production 1.4.0 --why 'it deletes files'";

/// Arguments of `rollout`.
#[derive(Args, Debug)]
pub struct Rollout {
    /// Which registry.
    #[command(flatten)]
    pub remote: Remote,
    /// What about rollouts.
    #[command(subcommand)]
    pub command: RolloutCommand,
}

/// The commands on rollouts.
#[derive(Debug, Subcommand)]
pub enum RolloutCommand {
    /// Show how far the rollouts of a channel have come
    Show(RolloutShow),
    /// Offer a release to some percent of clients, and to more as time goes by
    Start(RolloutStart),
    /// Let it stand where it is
    Pause(RolloutStep),
    /// Let it go on
    Resume(RolloutStep),
    /// Offer it to nobody who does not run it
    Stop(RolloutStep),
    /// Offer it to everybody
    Finish(RolloutStep),
}

/// Arguments of `rollout show`.
#[derive(Args, Debug)]
pub struct RolloutShow {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
}

/// Arguments of `rollout start`.
#[derive(Args, Debug)]
pub struct RolloutStart {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The version
    #[arg(id = "VERSION")]
    pub version: String,
    /// How many percent of clients are offered it at once
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub percent: u8,
    /// How long until all of them are, as `3d` or `12h`; without it, it stays where it is
    #[arg(long, value_name = "TIME")]
    pub over: Option<String>,
    /// When it begins; without it, now
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// A rollout, and why.
#[derive(Args, Debug)]
pub struct RolloutStep {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The version
    #[arg(id = "VERSION")]
    pub version: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}
