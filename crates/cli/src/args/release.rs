//! Arguments of `release`.

use clap::Args;

use super::{PlanFormat, StageName};

/// Arguments of `release`.
#[derive(Args, Debug)]
#[command(
    disable_version_flag = true,
    after_long_help = "A release is all or nothing. Whatever stands in the way is told before anything is written; \
    where a step fails or the process is killed, what was done is finished or taken back, at the latest by the next \
    call.\n\nExamples:\n  trainyard release --dry-run             look at it: steps and the exact diff\n  trainyard \
    release --push                make it, and push branches and tags at once\n  trainyard release --stage rc --push     \
    a release candidate\n  trainyard release api --version 2.0.0   one component, with a number of your own\n  \
    trainyard release server --pin web=20240131"
)]
pub struct Release {
    /// A component, group or stream; without it, the component named as the product, or the only one
    pub name: Option<String>,
    /// The stage of the release; without it, the policy decides
    #[arg(long, value_enum)]
    pub stage: Option<StageName>,
    /// The line to release on or to begin, such as 1.2
    #[arg(long, value_name = "LINE")]
    pub line: Option<String>,
    /// Release as this version, which must be as high as the changes need
    #[arg(long, value_name = "VERSION", conflicts_with_all = ["line", "stage"])]
    pub version: Option<String>,
    /// The version of a stream's part that lives in another repository
    #[arg(long = "pin", value_name = "NAME=VERSION")]
    pub pins: Vec<String>,
    /// Print what would be done and the exact diff, and do nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Push the branches and tags in one go; without a name, to the remote that the branch follows
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub push: Option<String>,
    /// Sign commits and tags with the key that git's configuration names
    #[arg(long)]
    pub sign: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
    /// The day of the release, as YYYY-MM-DD; without it, today
    #[arg(long, value_name = "DATE")]
    pub date: Option<jiff::civil::Date>,
    /// Finish a release that was interrupted, or take it back, whichever is safe
    #[arg(long = "continue", conflicts_with_all = ["abort", "dry_run", "name"])]
    pub resume: bool,
    /// Take back a release that was interrupted, as far as it is not public
    #[arg(long, conflicts_with_all = ["dry_run", "name"])]
    pub abort: bool,
}
