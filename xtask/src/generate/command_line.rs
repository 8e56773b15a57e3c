//! The page of all commands.

use std::fmt::Write;

use clap::{Arg, Command};

/// What `--help` says about every command, as one page.
pub(super) fn page() -> String {
    let mut command = trainyard_cli::command().term_width(100);
    command.build();
    let mut page = "# The command line\n".to_owned();
    section(&command, command.get_name(), &mut page);
    page
}

fn section(command: &Command, path: &str, page: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(page, "\n## `{path}`\n\n");
    let about = command.get_long_about().or(command.get_about());
    if let Some(about) = about {
        let _ = write!(page, "{}\n\n", sentence(&about.to_string()));
    }
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let _ = write!(page, "```text\n{usage}\n```\n");
    arguments(command, is_root(path), page);
    if let Some(after) = command.get_after_long_help().or(command.get_after_help()) {
        let _ = write!(page, "\n```text\n{}\n```\n", after.to_string().trim_end());
    }
    for child in
        command.get_subcommands().filter(|child| !child.is_hide_set() && child.get_name() != "help")
    {
        section(child, &format!("{path} {}", child.get_name()), page);
    }
}

/// Whether a path is the command's own name, without a subcommand.
fn is_root(path: &str) -> bool {
    !path.contains(' ')
}

fn arguments(command: &Command, is_root: bool, page: &mut String) {
    let is_told = |argument: &&Arg| {
        let id = argument.get_id().as_str();
        !argument.is_hide_set()
            && !matches!(id, "help" | "version")
            && (is_root || !argument.is_global_set())
    };
    let mut told: Vec<_> = command.get_arguments().filter(is_told).collect();
    told.sort_by_key(|argument| !argument.is_positional());
    if told.is_empty() {
        return;
    }
    let _ = write!(page, "\n| argument | |\n|---|---|\n");
    for argument in told {
        let _ = writeln!(page, "| {} | {} |", names(argument), about(argument).replace('|', "\\|"));
    }
}

/// How an argument is written, such as `` `-C`, `--directory <DIR>` ``.
fn names(argument: &Arg) -> String {
    let values: Vec<_> = argument
        .get_value_names()
        .filter(|_| argument.get_action().takes_values())
        .into_iter()
        .flatten()
        .map(|name| format!("<{name}>"))
        .collect();
    let values = values.join(" ");
    if argument.is_positional() {
        let many = if argument.get_num_args().is_some_and(|count| count.max_values() > 1) {
            "..."
        } else {
            ""
        };
        return format!("`{values}{many}`");
    }
    let long =
        argument.get_long().map(|long| format!("`{}`", format!("--{long} {values}").trim_end()));
    let short = argument.get_short().map(|short| format!("`-{short}`"));
    short.into_iter().chain(long).collect::<Vec<_>>().join(", ")
}

fn about(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help());
    let mut text = sentence(&help.map(ToString::to_string).unwrap_or_default());
    let possible: Vec<_> = argument
        .get_possible_values()
        .into_iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !possible.is_empty() && argument.get_action().takes_values() {
        let _ = write!(text, " One of {}.", possible.join(", "));
    }
    let defaults: Vec<_> = argument
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    if !defaults.is_empty() && argument.get_action().takes_values() {
        let _ = write!(text, " Default: {}.", defaults.join(", "));
    }
    text
}

/// The text on one line with a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.ends_with(['.', ':', '!', '?']) { text } else { text + "." }
}
