//! Arguments of `check`.

use camino::Utf8PathBuf;
use clap::Args;

use super::AuditFormat;

pub(super) const EXAMPLES: &str = "\
Examples:
  trainyard check
  trainyard check --into origin/main --title 'feat: search' --format github
  trainyard check --staged
  trainyard check --commit-msg .git/COMMIT_EDITMSG

Exit codes:
  0 nothing to say but notes, 1 findings, 2 wrong use or policy, 3 the environment failed";

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct Check {
    /// Where the proposal shall go; without it, the nearest of the policy's branches
    #[arg(long, value_name = "REF")]
    pub into: Option<String>,
    /// The proposal's branch or commit; without it, what is checked out
    #[arg(long, value_name = "REF")]
    pub at: Option<String>,
    /// The name of the proposal's branch, where a commit alone is checked out, as in CI
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// The title under which the proposal will be squashed; it then speaks for all commits
    #[arg(long, value_name = "TEXT", conflicts_with = "commit_msg")]
    pub title: Option<String>,
    /// Labels of the proposal, parted by commas; one such as `skip:changelog` says that it needs no fragment
    #[arg(long = "label", value_name = "NAMES", value_delimiter = ',')]
    pub labels: Vec<String>,
    /// Check what is staged against the last commit, for a pre-commit hook
    #[arg(long, conflicts_with_all = ["into", "at"])]
    pub staged: bool,
    /// Check the message in this file too, and what is staged by it, for a commit-msg hook
    #[arg(long, value_name = "FILE", conflicts_with_all = ["into", "at"])]
    pub commit_msg: Option<Utf8PathBuf>,
    /// Tell too which fixes have not come to the branch that it goes into, or from there to newer ones
    #[arg(long, conflicts_with_all = ["staged", "commit_msg"])]
    pub debt: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every piece of evidence, not the weightiest alone
    #[arg(long)]
    pub all: bool,
    /// The day to judge by, as YYYY-MM-DD; without it, today
    #[arg(long, value_name = "DATE")]
    pub date: Option<jiff::civil::Date>,
}
