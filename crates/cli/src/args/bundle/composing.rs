//! Arguments of the commands that make bundles of bundles.

use camino::Utf8PathBuf;
use clap::{Args, builder::PossibleValuesParser};
use trainyard_bundle::export;

use super::Sources;
use crate::args::{AuditFormat, PlanFormat, preset_names};

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

pub(super) const DIFF_EXAMPLES: &str = "\
Examples:
  trainyard bundle diff 2023.11.toml 2023.12.toml --catalogue manifests/
  trainyard bundle diff 2023.11.toml 2023.12.toml --tags ../ayon-core --tags ../ayon-maya --format markdown";

pub(super) const FLAVOURS_EXAMPLES: &str = "\
Examples:
  trainyard bundle flavours bundle.toml --catalogue manifests/
  trainyard bundle flavours bundle.toml --union 3d,vfx --output 3d-vfx.toml
  trainyard bundle flavours bundle.toml --difference 3d full";

pub(super) const EXPORT_EXAMPLES: &str = "\
Examples:
  trainyard bundle export bundle.toml --to ayon --output production.json
  trainyard bundle export bundle.toml --to compose --output .env
  trainyard bundle export bundle.toml --to cyclonedx --catalogue manifests/";

pub(super) const REBASE_EXAMPLES: &str = "\
Examples:
  trainyard bundle rebase studio.toml --onto releases/2023.12.toml
  trainyard bundle rebase studio.toml --onto releases/2023.12.toml --output studio.toml";

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
    /// Where releases are known from; without it, requirements are not compared. Between tags of a clone, breaking changes
    /// and migrations are told too.
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

/// Arguments of `bundle composite`.
#[derive(Args, Debug)]
pub struct BundleComposite {
    /// Releases of the stream, as versions or image tags, in the order in which they were made; without any, those that
    /// are tagged in the policy's repository
    #[arg(value_name = "VERSION")]
    pub releases: Vec<String>,
    /// A file of releases, one a line; what follows a space or a `#` is passed over
    #[arg(long, value_name = "FILE", conflicts_with = "releases")]
    pub list: Option<Utf8PathBuf>,
    /// The stream, where the policy has several composites
    #[arg(long, value_name = "NAME")]
    pub stream: Option<String>,
    /// Use a preset instead of a policy file
    #[arg(long, value_name = "NAME", value_parser = preset_names(), conflicts_with = "policy")]
    pub preset: Option<String>,
    /// A clone whose tags are a part's releases, as PATH or PART=PATH; may be given several times
    #[arg(long, value_name = "REPOSITORY")]
    pub tags: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every release and every finding, not the newest twenty and the first ten of each code
    #[arg(long)]
    pub all: bool,
}

pub(super) const COMPOSITE_EXAMPLES: &str = "\
Examples:
  trainyard bundle composite --tags ../ayon-frontend 1.12.0+20250924
  trainyard bundle composite --stream server --tags frontend=../web --list images.txt
  trainyard bundle composite --tags ../ayon-frontend --format markdown";

fn forms() -> PossibleValuesParser {
    let form =
        |form: &export::Format| clap::builder::PossibleValue::new(form.name).help(form.about);
    PossibleValuesParser::new(export::FORMATS.iter().map(form))
}
