//! Arguments of `forward` and `backport`.

use clap::Args;

use super::AuditFormat;

/// Arguments of `forward`.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  trainyard forward --report        which fixes have not come everywhere\n  trainyard forward \
    --dry-run       what would be merged, and how versions are settled\n  trainyard forward --from 1.1 --to main\n  \
    trainyard forward --continue      after settling the conflicts in the prepared worktree\n\nNo file of yours is \
    touched, unless a branch that moves is checked out and has no changes."
)]
pub struct Forward {
    /// Begin with this line or branch; without it, with the oldest supported line
    #[arg(long, value_name = "LINE")]
    pub from: Option<String>,
    /// End with this line or branch; without it, with the last development branch
    #[arg(long, value_name = "LINE")]
    pub to: Option<String>,
    /// Tell which fixes have not come to newer lines and to development, and do nothing
    #[arg(long, conflicts_with_all = ["dry_run", "push", "go_on", "abort"])]
    pub report: bool,
    /// Show what would be merged and how versions would be settled, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Push the branches that moved, all or none
    #[arg(long, conflicts_with = "dry_run")]
    pub push: bool,
    /// Go on after a person has settled the conflicts in the prepared worktree
    #[arg(long = "continue", conflicts_with_all = ["from", "to", "dry_run", "abort"])]
    pub go_on: bool,
    /// Take the prepared worktree away; branches that moved stay where they are
    #[arg(long, conflicts_with_all = ["from", "to", "dry_run", "push"])]
    pub abort: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Print every commit, not the first ten of each line
    #[arg(long)]
    pub all: bool,
    /// The day by which the support of lines has ended or not, as YYYY-MM-DD; without it, today
    #[arg(long, value_name = "DATE")]
    pub date: Option<jiff::civil::Date>,
}

/// Arguments of `backport`.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  trainyard backport 1a2b3c4 --to 1.1\n  trainyard backport '#123' --to 1.0 --to 1.1 \
    --push\n  trainyard backport 1a2b3c4        to the lines that its trailer `Backport-to: 1.0, 1.1` names"
)]
pub struct Backport {
    /// Commits, or pull requests such as `#123`
    #[arg(required_unless_present_any = ["go_on", "abort"], value_name = "COMMIT|PR")]
    pub commits: Vec<String>,
    /// The lines; without it, those of `Backport-to` trailers, else those that the policy supports
    #[arg(long = "to", value_name = "LINE", value_delimiter = ',')]
    pub lines: Vec<String>,
    /// Show what would be picked, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Push the branches that moved, all or none
    #[arg(long, conflicts_with = "dry_run")]
    pub push: bool,
    /// Go on after a person has settled the conflicts in the prepared worktree
    #[arg(long = "continue", conflicts_with_all = ["commits", "lines", "dry_run", "abort"])]
    pub go_on: bool,
    /// Take the prepared worktree away; branches that moved stay where they are
    #[arg(long, conflicts_with_all = ["commits", "lines", "dry_run", "push"])]
    pub abort: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// The day by which the support of lines has ended or not, as YYYY-MM-DD; without it, today
    #[arg(long, value_name = "DATE")]
    pub date: Option<jiff::civil::Date>,
}
