//! Arguments of the commands that serve a registry or speak to one.

use clap::Args;

use super::PlanFormat;

pub mod attest;
pub mod channel;
pub mod exposure;
pub mod import;
pub mod manage;
pub mod offer;
pub mod publish;
pub mod risk;
pub mod rollout;
pub mod serve;

/// Which registry is spoken to, about what, and how the answer is printed.
#[derive(Args, Debug)]
pub struct Remote {
    /// The registry's address; without it, `TRAINYARD_REGISTRY`, the policy's `product.metadata.registry`, or the last one logged in to
    #[arg(long, value_name = "URL", global = true, help_heading = "Registry")]
    pub registry: Option<String>,
    /// The product; without it, the policy's, or the only one there is
    #[arg(long, value_name = "NAME", global = true, help_heading = "Registry")]
    pub product: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text, global = true, help_heading = "Registry")]
    pub format: PlanFormat,
}
