//! Arguments of `trainyard channel`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::Remote;

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard channel list
  trainyard channel why core/production 1.4.0
  trainyard channel promote core/production 1.4.0
  trainyard channel demote production --why 'exports are empty'
  trainyard channel simulate production

A channel is STREAM/CHANNEL, or CHANNEL alone where only one stream has it.
The exit code is 1 where a rule refuses, and the conditions that are not met are told.";

/// Arguments of `channel`.
#[derive(Args, Debug)]
pub struct Channel {
    /// Which registry.
    #[command(flatten)]
    pub remote: Remote,
    /// What about channels.
    #[command(subcommand)]
    pub command: ChannelCommand,
}

/// The commands on channels.
#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// List the channels and where they point
    List,
    /// Show a channel: what it asks for, what stands in it, what stops it
    Show(ChannelName),
    /// Show the moves of a channel, newest first
    History(ChannelHistory),
    /// Tell what keeps a release out of a channel, and what would change that
    Why(ChannelWhy),
    /// Point a channel to a release, if its rule is met
    Promote(ChannelPromote),
    /// Take a release out of a channel; the one before comes back
    Demote(ChannelDemote),
    /// Let nothing move a channel
    Freeze(ChannelReason),
    /// Let a channel move again
    Unfreeze(ChannelReason),
    /// Keep a release out of a channel for now
    Hold(ChannelVersion),
    /// Let a release in again that was held
    Unhold(ChannelVersion),
    /// Promote later, if the rule is met then
    Schedule(ChannelSchedule),
    /// Call a scheduled move off
    CallOff(ChannelCallOff),
    /// Tell what another rule would have made of a channel's past
    Simulate(ChannelSimulate),
}

/// A channel.
#[derive(Args, Debug)]
pub struct ChannelName {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
}

/// Arguments of `channel history`.
#[derive(Args, Debug)]
pub struct ChannelHistory {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// How many moves
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub last: usize,
}

/// Arguments of `channel why`.
#[derive(Args, Debug)]
pub struct ChannelWhy {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The version
    #[arg(id = "VERSION")]
    pub version: String,
    /// Tell who must approve that it enters without evidence, and who has
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `channel promote`.
#[derive(Args, Debug)]
pub struct ChannelPromote {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The version
    #[arg(id = "VERSION")]
    pub version: String,
    /// Only if the channel points to this version now; `none` for nothing
    #[arg(long, value_name = "VERSION")]
    pub expect: Option<String>,
    /// Without evidence, on approvals; it needs a reason, and stays visible for ever
    #[arg(long, requires = "why")]
    pub force: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// Arguments of `channel demote`.
#[derive(Args, Debug)]
pub struct ChannelDemote {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The version; without it, the one that the channel points to
    #[arg(id = "VERSION")]
    pub version: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", required = true)]
    pub why: Option<String>,
}

/// A channel, and why.
#[derive(Args, Debug)]
pub struct ChannelReason {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// A channel and a version, and why.
#[derive(Args, Debug)]
pub struct ChannelVersion {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The version
    #[arg(id = "VERSION")]
    pub version: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// Arguments of `channel schedule`.
#[derive(Args, Debug)]
pub struct ChannelSchedule {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The version
    #[arg(id = "VERSION")]
    pub version: String,
    /// When, as 2026-12-01T09:00Z
    #[arg(long, value_name = "TIME")]
    pub at: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// Arguments of `channel call-off`.
#[derive(Args, Debug)]
pub struct ChannelCallOff {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The number of the scheduled move, as `channel show` tells it
    pub number: u64,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// Arguments of `channel simulate`.
#[derive(Args, Debug)]
pub struct ChannelSimulate {
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The proposed rule: a policy with the channel, what stands under the channel in one, or what `channel show --format json` prints; without it, the policy's
    #[arg(long, value_name = "FILE")]
    pub rule: Option<Utf8PathBuf>,
    /// Tell of every release, not of those alone that would fare otherwise
    #[arg(long)]
    pub all: bool,
}
