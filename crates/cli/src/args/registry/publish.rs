//! Arguments of `trainyard publish`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::Remote;

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard publish release core --tag 1.4.0
  trainyard publish release manager --image registry.example.com/manager:26.8.1
  trainyard publish release core --manifest release.toml --content sha256:…
  trainyard publish bundle bundle.toml
  trainyard publish policy --why 'production asks for two studios'

What is published never changes: the same once more changes nothing, and the same version with other content is refused.";

/// Arguments of `publish`.
#[derive(Args, Debug)]
pub struct Publish {
    /// Which registry.
    #[command(flatten)]
    pub remote: Remote,
    /// What is published.
    #[command(subcommand)]
    pub command: PublishCommand,
}

/// What can be published.
#[derive(Debug, Subcommand)]
pub enum PublishCommand {
    /// Publish a component's release, from its tag or a manifest
    Release(PublishRelease),
    /// Publish a bundle of pins
    Bundle(PublishBundle),
    /// Put the policy in force, with its rules of channels
    Policy(PublishPolicy),
    /// Hide a release; it is never deleted
    Yank(PublishYank),
    /// Show a hidden release again
    Unyank(PublishYank),
}

/// Arguments of `publish release`.
#[derive(Args, Debug)]
pub struct PublishRelease {
    /// The component; without it, the only one, or the one that the manifest names
    pub component: Option<String>,
    /// The tag of the release; without it, the newest of the component
    #[arg(long, value_name = "TAG", conflicts_with = "manifest")]
    pub tag: Option<String>,
    /// A file with the manifest, instead of what lies at the tag
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<Utf8PathBuf>,
    /// How it is published.
    #[command(flatten)]
    pub with: PublishWith,
    /// The versions that may be updated to it; without it, those that lines allow
    #[arg(long, value_name = "VERSIONS", value_delimiter = ',')]
    pub follows: Option<Vec<String>>,
}

/// Arguments of `publish bundle`.
#[derive(Args, Debug)]
pub struct PublishBundle {
    /// The bundle: bundle.toml, or a bundle of AYON in JSON
    pub file: Utf8PathBuf,
    /// The stream; without it, the bundle's name
    #[arg(long, value_name = "NAME")]
    pub stream: Option<String>,
    /// How it is published.
    #[command(flatten)]
    pub with: PublishWith,
}

/// What goes with a release or bundle.
#[derive(Args, Debug)]
pub struct PublishWith {
    /// An image of it, by its digest, or by a tag whose digest its registry tells; may be given several times
    #[arg(long = "image", value_name = "REPOSITORY:TAG")]
    pub images: Vec<String>,
    /// The digest of the artefact itself
    #[arg(long, value_name = "sha256:…")]
    pub content: Option<String>,
    /// When it was released, where that is earlier than now
    #[arg(long, value_name = "TIME")]
    pub released: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// Arguments of `publish policy`.
#[derive(Args, Debug)]
pub struct PublishPolicy {
    /// The file; without it, the one that other commands would use
    pub file: Option<Utf8PathBuf>,
    /// Rules of channels by stream and channel, in TOML or JSON, where the policy says none
    #[arg(long, value_name = "FILE")]
    pub channels: Option<Utf8PathBuf>,
    /// Tell what it would be and who must approve it, and change nothing
    #[arg(long)]
    pub preview: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// Arguments of `publish yank` and `unyank`.
#[derive(Args, Debug)]
pub struct PublishYank {
    /// The release, as COMPONENT@VERSION
    pub release: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}
