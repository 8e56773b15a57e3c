//! Arguments of the commands that make bundles of bundles.

use camino::Utf8PathBuf;
use clap::{Args, builder::PossibleValuesParser};
use trainyard_bundle::export;

use super::Sources;
use crate::args::{AuditFormat, PlanFormat};

pub(super) const DERIVE_EXAMPLES: &str = "\
Examples:
  trainyard bundle derive releases/2023.11.toml --add ourtools@1.2.0 --output studio.toml
  trainyard bundle derive bundle.toml --override maya@0.5.4 --remove slack --output studio.toml";

/// Arguments of `bundle derive`.
#[derive(Args, Debug)]
pub struct BundleDerive {
    /// The bundle to start from
    pub base: Utf8PathBuf,
    /// Pin a component that the base does not have; may be given several times
    #[arg(long, value_name = "NAME@VERSION")]
    pub add: Vec<String>,
    /// Pin another version of a component of the base; may be given several times
    #[arg(long = "override", value_name = "NAME@VERSION")]
    pub overrides: Vec<String>,
    /// Leave out a component of the base; may be given several times
    #[arg(long, value_name = "NAME")]
    pub remove: Vec<String>,
    /// The name of the new bundle; without it, the file's
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The version of the new bundle, such as 2023.11.1
    #[arg(long, value_name = "VERSION")]
    pub number: Option<String>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub output: Utf8PathBuf,
}

/// Arguments of `bundle rebase`.
#[derive(Args, Debug)]
pub struct BundleRebase {
    /// A bundle that `bundle derive` has written
    pub studio: Utf8PathBuf,
    /// The new base
    #[arg(long, value_name = "BUNDLE")]
    pub onto: Utf8PathBuf,
    /// The file to write; without it, the result is only told
    #[arg(long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}

/// Arguments of `bundle diff`.
#[derive(Args, Debug)]
pub struct BundleDiff {
    /// The older bundle
    pub before: Utf8PathBuf,
    /// The newer bundle
    pub after: Utf8PathBuf,
    /// Where releases are known from; without it, requirements are not compared.
    #[command(flatten)]
    pub sources: Sources,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}

/// Arguments of `bundle flavours`.
#[derive(Args, Debug)]
pub struct BundleFlavours {
    /// The bundle
    pub file: Utf8PathBuf,
    /// Where releases are known from; without it, only names are checked.
    #[command(flatten)]
    pub sources: Sources,
    /// Tell the pins of several flavours together
    #[arg(long, value_name = "A,B", value_delimiter = ',', conflicts_with = "difference")]
    pub union: Vec<String>,
    /// Tell what two flavours do not share
    #[arg(long, value_names = ["A", "B"], num_args = 2)]
    pub difference: Vec<String>,
    /// Write the union as a bundle of its own
    #[arg(long, value_name = "FILE", requires = "union")]
    pub output: Option<Utf8PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every finding, not the first ten of each code
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `bundle export`.
#[derive(Args, Debug)]
pub struct BundleExport {
    /// The bundle
    pub file: Utf8PathBuf,
    /// Where releases are known from, for what the form says beside versions.
    #[command(flatten)]
    pub sources: Sources,
    /// The form
    #[arg(long, value_name = "FORM", value_parser = forms())]
    pub to: String,
    /// Write it into a file instead of printing it
    #[arg(long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
}

fn forms() -> PossibleValuesParser {
    let form =
        |form: &export::Format| clap::builder::PossibleValue::new(form.name).help(form.about);
    PossibleValuesParser::new(export::FORMATS.iter().map(form))
}
