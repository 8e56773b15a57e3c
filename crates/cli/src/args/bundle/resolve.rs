//! Arguments of `trainyard bundle resolve`.

use camino::Utf8PathBuf;
use clap::Args;
use trainyard_version::Date;

use super::Sources;
use crate::args::PlanFormat;

pub(super) const EXAMPLES: &str = "\
Examples:
  trainyard bundle resolve maya ftrack@>=1.4 --catalogue addons.json --output bundle.toml
  trainyard bundle resolve maya@0.6.0 --current bundle.toml --catalogue manifests/
  trainyard bundle resolve maya --catalogue manifests/ --lock bundle.lock --frozen
  trainyard bundle resolve --rez maya-2024 usd ~python-3.11 --catalogue packages/";

/// Arguments of `bundle resolve`.
#[derive(Args, Debug)]
pub struct BundleResolve {
    /// What must be there, the most wanted first: NAME, NAME@VERSION or NAME@RANGE
    #[arg(value_name = "REQUEST", required_unless_present = "current")]
    pub requests: Vec<String>,
    /// Where releases are known from.
    #[command(flatten)]
    pub sources: Sources,
    /// The bundle there is now: as little of it is changed as can be
    #[arg(long, value_name = "BUNDLE")]
    pub current: Option<Utf8PathBuf>,
    /// Take the newest of all that is in the current bundle too, instead of the fewest changes
    #[arg(long, requires = "current", conflicts_with = "oldest")]
    pub newest: bool,
    /// Take the oldest releases, to see whether declared lower bounds are true
    #[arg(long)]
    pub oldest: bool,
    /// Keep the release that a component has in the current bundle; may be given several times
    #[arg(long, value_name = "NAME", requires = "current")]
    pub hold: Vec<String>,
    /// Never take these releases, as NAME@VERSION or NAME@RANGE; may be given several times
    #[arg(long, value_name = "NAME@RANGE")]
    pub exclude: Vec<String>,
    /// Take nothing that was released after this day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Allow the pre-releases and the untagged commits of a component, or of `all`; may be given several times
    #[arg(long, value_name = "NAME")]
    pub prereleases: Vec<String>,
    /// What shall be there if it fits, the most wanted first, as a REQUEST; may be given several times
    #[arg(long, value_name = "REQUEST")]
    pub optional: Vec<String>,
    /// A server that all must run on, in place of what the current bundle says; may be given several times
    #[arg(long, value_name = "VERSION")]
    pub server: Vec<String>,
    /// The launcher that all must run on
    #[arg(long, value_name = "VERSION")]
    pub launcher: Option<String>,
    /// The Python that all must run on
    #[arg(long, value_name = "VERSION")]
    pub python: Option<String>,
    /// A platform that all must run on; may be given several times
    #[arg(long, value_name = "NAME")]
    pub platform: Vec<String>,
    /// Write what was found as a bundle
    #[arg(long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
    /// The name of that bundle; without it, the current bundle's, else the file's
    #[arg(long, value_name = "NAME", requires = "output")]
    pub name: Option<String>,
    /// The version of that bundle, such as 2023.11
    #[arg(long, value_name = "VERSION", requires = "output")]
    pub number: Option<String>,
    /// Keep what was found in this file, with digests, and answer the same from it the next time
    #[arg(long, value_name = "FILE")]
    pub lock: Option<Utf8PathBuf>,
    /// Fail if the lock does not hold any more, and never write it
    #[arg(long, requires = "lock", conflicts_with = "update")]
    pub frozen: bool,
    /// Resolve anew, whatever the lock says
    #[arg(long, requires = "lock")]
    pub update: bool,
    /// Resolve as Rez does: each REQUEST is one of Rez's, such as `maya-2024+` or `!usd-22`
    #[arg(
        long,
        conflicts_with_all = [
            "current", "newest", "oldest", "hold", "exclude", "as_of", "prereleases", "optional", "server",
            "launcher", "python", "platform", "output", "lock", "tags"
        ]
    )]
    pub rez: bool,
    /// A configuration of Rez, as YAML or Python that is never run: its `package_filter`, `package_orderers`,
    /// `variant_select_mode` and `error_on_missing_variant_requires` hold
    #[arg(long, value_name = "FILE", requires = "rez")]
    pub rez_config: Option<Utf8PathBuf>,
    /// Write the packages of `--rez` into one file, which is read again at once as its `--catalogue`
    #[arg(long, value_name = "FILE", requires = "rez")]
    pub pack: Option<Utf8PathBuf>,
    /// Give up after so many steps of some ten nanoseconds
    #[arg(long, value_name = "STEPS", default_value_t = 30_000_000)]
    pub steps: u64,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
    /// Print every conflict, however many there are
    #[arg(long)]
    pub all: bool,
}
