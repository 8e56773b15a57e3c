//! Arguments of `trainyard tour`.

use clap::Args;

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard tour
  trainyard tour --yes | less -R

It starts the registry of `trainyard serve --demo`, runs commands against it as you would, and removes it at the end.";

/// Arguments of `tour`.
#[derive(Args, Debug)]
pub struct Tour {
    /// Go on without waiting for Enter
    #[arg(long)]
    pub yes: bool,
}
