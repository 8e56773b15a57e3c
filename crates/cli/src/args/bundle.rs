//! Arguments of `trainyard bundle`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueEnum};

use super::AuditFormat;

mod composing;
mod resolve;

pub use self::{
    composing::{
        BundleComposite, BundleDerive, BundleDiff, BundleExport, BundleFlavours, BundleRebase,
    },
    resolve::BundleResolve,
};

/// The commands on bundles.
#[derive(Debug, Subcommand)]
pub enum BundleCommand {
    /// Tell everything that is wrong with a bundle, and the nearest versions that cure it
    #[command(after_long_help = CHECK_EXAMPLES)]
    Check(BundleCheck),
    /// Find the releases that work together, or tell why there are none
    #[command(after_long_help = resolve::EXAMPLES)]
    Resolve(Box<BundleResolve>),
    /// Write a bundle that stores what it does differently from another
    #[command(after_long_help = composing::DERIVE_EXAMPLES)]
    Derive(BundleDerive),
    /// Carry a derived bundle over to another base, and tell where both changed the same
    #[command(after_long_help = composing::REBASE_EXAMPLES)]
    Rebase(BundleRebase),
    /// Tell what lies between two bundles
    #[command(after_long_help = composing::DIFF_EXAMPLES)]
    Diff(BundleDiff),
    /// List the flavours of a bundle, unite them or compare them, and check that each holds what its members need
    #[command(after_long_help = composing::FLAVOURS_EXAMPLES)]
    Flavours(BundleFlavours),
    /// Print a bundle in the form that another program reads
    #[command(after_long_help = composing::EXPORT_EXAMPLES)]
    Export(BundleExport),
    /// Tell what manifests say, and what is wrong with them whatever is bundled
    #[command(after_long_help = CATALOGUE_EXAMPLES)]
    Catalogue(BundleCatalogue),
    /// Tell what the releases of a composite stream are made of, and whether their parts were released
    #[command(after_long_help = composing::COMPOSITE_EXAMPLES)]
    Composite(BundleComposite),
    /// Print the JSON Schema of bundle files or of release manifests, for editors
    Schema(BundleSchema),
}

const CHECK_EXAMPLES: &str = "\
Examples:
  trainyard bundle check bundle.toml --catalogue manifests/
  trainyard bundle check production.json --catalogue addons.json --as ayon --server 1.15.3
  trainyard bundle check bundle.toml --catalogue registry:pipeline
  trainyard bundle check --submodules v2.8.1 --tags ../cli --tags ../haupt";

const CATALOGUE_EXAMPLES: &str = "\
Examples:
  trainyard bundle catalogue manifests/
  trainyard bundle catalogue --tags ../ayon-core --tags ../ayon-maya";

/// Where releases are known from.
#[derive(Args, Debug)]
pub struct Sources {
    /// A folder or a file of manifests: package.py, package.yml, release.toml, pyproject.toml, Cargo.toml, package.json,
    /// Chart.yaml, or AYON's list of addons; or `registry:PRODUCT`; may be given several times
    #[arg(long, value_name = "PATH")]
    pub catalogue: Vec<Utf8PathBuf>,
    /// A clone whose tags are releases, with the manifests that lie in their trees, as PATH or NAME=PATH; may be given
    /// several times
    #[arg(long, value_name = "REPOSITORY")]
    pub tags: Vec<String>,
}

/// Arguments of `bundle check`.
#[derive(Args, Debug)]
pub struct BundleCheck {
    /// The bundle: bundle.toml, or a bundle of AYON in JSON
    #[arg(required_unless_present = "submodules")]
    pub file: Option<Utf8PathBuf>,
    /// Check the submodules that this tag, branch or commit pins, instead of a file
    #[arg(long, value_name = "REF", conflicts_with = "file")]
    pub submodules: Option<String>,
    /// Where releases are known from.
    #[command(flatten)]
    pub sources: Sources,
    /// Answer exactly as another system does
    #[arg(long = "as", value_name = "SYSTEM", value_enum)]
    pub answer_as: Option<AnswerAs>,
    /// The server it shall run on, in place of what the bundle says; may be given several times
    #[arg(long, value_name = "VERSION")]
    pub server: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every finding, not the first ten of each code
    #[arg(long)]
    pub all: bool,
}

/// Systems whose answers can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AnswerAs {
    /// AYON's server, with what it passes over.
    Ayon,
}

/// Arguments of `bundle catalogue`.
#[derive(Args, Debug)]
pub struct BundleCatalogue {
    /// Folders or files of manifests, as for `--catalogue` of `bundle check`
    #[arg(value_name = "PATH", required_unless_present = "tags")]
    pub paths: Vec<Utf8PathBuf>,
    /// A clone whose tags are releases, with the manifests that lie in their trees, as PATH or NAME=PATH; may be given
    /// several times
    #[arg(long, value_name = "REPOSITORY")]
    pub tags: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every finding, not the first ten of each code
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `bundle schema`.
#[derive(Args, Debug)]
pub struct BundleSchema {
    /// Of which file
    #[arg(value_enum, default_value_t = SchemaName::Bundle)]
    pub file: SchemaName,
}

/// Files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// A bundle of pins.
    Bundle,
    /// The manifest of a release.
    Release,
}
