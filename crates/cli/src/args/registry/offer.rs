//! Arguments of `trainyard offer`.

use clap::Args;

use super::Remote;

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard offer core/production --runs 1.3.2 --id studio-nord
  trainyard offer core/production --runs 1.3.2 --why-not 1.4.0

The exit code is 1 where it is not offered what was asked for, or what the channel points to.";

/// Arguments of `offer`.
#[derive(Args, Debug)]
pub struct Offer {
    /// Which registry.
    #[command(flatten)]
    pub remote: Remote,
    /// The channel, as STREAM/CHANNEL
    pub channel: String,
    /// The version that is installed
    #[arg(long, value_name = "VERSION")]
    pub runs: Option<String>,
    /// What the client is known by, for its place in rollouts; it is not kept
    #[arg(long, value_name = "NAME")]
    pub id: Option<String>,
    /// Its place in rollouts, from 0 (first) to 99 (last), instead of one by its id
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=99))]
    pub wariness: Option<u8>,
    /// Names of risks that do not concern it, parted by commas
    #[arg(long, value_name = "RISKS", value_delimiter = ',')]
    pub accept: Vec<String>,
    /// Tell everything that keeps this version from it, and what would change that
    #[arg(long, value_name = "VERSION")]
    pub why_not: Option<String>,
}
