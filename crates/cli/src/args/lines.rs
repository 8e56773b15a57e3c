//! Arguments of `lines`.

use clap::{Args, ValueEnum};

use super::{example_names, preset_names};

pub(super) const EXAMPLES: &str = "\
Examples:
  trainyard lines
  trainyard lines --example backend-ai
  trainyard lines --format markdown > docs/lines.md
  trainyard lines --component backend --format docs-index > versions.json

States:
  development  no final release yet
  supported    gets fixes, by the policy
  LTS          gets fixes for long
  not said     the policy says nothing of its support
  retired      gets nothing any more, or was given up before its final release";

/// Arguments of `lines`.
#[derive(Args, Debug)]
pub struct Lines {
    /// Only this component
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// Tell of a recorded history that comes with Trainyard
    #[arg(long, value_name = "NAME", value_parser = example_names())]
    pub example: Option<String>,
    /// Use a preset instead of a policy file
    #[arg(long, value_name = "NAME", value_parser = preset_names(), conflicts_with = "policy")]
    pub preset: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = LinesFormat::Text)]
    pub format: LinesFormat,
    /// Print retired lines too
    #[arg(long)]
    pub all: bool,
    /// The day to judge by, as YYYY-MM-DD; without it, today
    #[arg(long, value_name = "DATE")]
    pub date: Option<jiff::civil::Date>,
}

/// Formats of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LinesFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For websites.
    Markdown,
    /// `versions.json`, as mike and the version pickers of Sphinx themes read it.
    DocsIndex,
}
