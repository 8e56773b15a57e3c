//! The `trainyard` command: arguments become a request, the request runs, the answer is rendered.

pub mod args;
mod auditing;
mod bundling;
mod checking;
mod commands;
mod comparing;
mod demo;
mod error;
mod evidence;
pub mod examples;
mod files;
mod forwarding;
mod lining;
mod listed;
mod parts;
mod planning;
mod printer;
mod progress;
mod registry;
mod releasing;
mod render;
mod resolving;
mod site;
mod surroundings;
mod tour;
mod upgrading;
mod version_files;

use std::{ffi::OsString, io, process::ExitCode};

use clap::{CommandFactory, Parser};
use trainyard_report::Outcome;

use crate::{args::Cli, error::CommandError, printer::Printer};

/// Runs the command with the process's arguments.
///
/// Exit codes: 0 clean, 1 findings (or nothing to release), 2 wrong use, 3 the environment failed.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&help_of_help(&arguments).unwrap_or(error)),
    };
    let printer = Printer::new(cli.global.color);
    match commands::run(&cli, &printer) {
        Ok(outcome) => outcome.into(),
        Err(error) => report(error, &printer, asks_for_json(&arguments)),
    }
}

/// Whether answers are for programs, as every command spells it.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let is_last =
        |pair: &[OsString]| matches!(pair, [flag, value] if flag == "--format" && value == "json");
    arguments.windows(2).any(is_last) || arguments.iter().any(|word| word == "--format=json")
}

/// The command's definition, for completions, man pages and documents.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Shows help (exit code 0) or what is wrong with the arguments (exit code 2).
fn refuse(error: &clap::Error) -> ExitCode {
    match error.print() {
        Err(failure) if failure.kind() != io::ErrorKind::BrokenPipe => Outcome::Environment.into(),
        // Whoever read the help may have stopped reading.
        _ if error.use_stderr() => Outcome::Usage.into(),
        _ => Outcome::Clean.into(),
    }
}

/// What `help --help` shows: the command `help` takes no flags, but everybody tries.
fn help_of_help(arguments: &[OsString]) -> Option<clap::Error> {
    let help = arguments.iter().skip(1).position(|argument| argument == "help")? + 1;
    let is_flag = |argument: &&OsString| *argument == "--help" || *argument == "-h";
    let mut asked: Vec<_> = arguments.iter().filter(|argument| !is_flag(argument)).collect();
    if asked.len() == arguments.len() {
        return None;
    }
    if asked.len() == help + 1 {
        asked.push(&arguments[help]);
    }
    Cli::try_parse_from(asked).err().filter(|error| !error.use_stderr())
}

/// What `sysexits.h` calls an internal software error.
const INTERNAL: u8 = 70;

fn report(error: CommandError, printer: &Printer, is_for_programs: bool) -> ExitCode {
    let (problem, code) = match error {
        CommandError::BrokenPipe => return Outcome::Clean.into(),
        CommandError::Usage(problem) => (problem, Outcome::Usage.into()),
        CommandError::Environment(problem) => (problem, Outcome::Environment.into()),
        CommandError::Internal(problem) => (problem, ExitCode::from(INTERNAL)),
        CommandError::Policy(text) => {
            tell(&text, "the policy cannot be read", printer, is_for_programs);
            return Outcome::Usage.into();
        }
        CommandError::Refused(text) => {
            tell(&text, "a rule refuses it", printer, is_for_programs);
            return Outcome::Findings.into();
        }
    };
    if is_for_programs {
        printer.diagnose(&serde_json::json!({ "error": problem }).to_string());
    } else {
        let options = printer.text_options(true);
        printer.diagnose(&trainyard_report::render::problem(&problem, &options));
    }
    code
}

/// Tells what was written for people; to programs with what it is about, and without colours.
fn tell(text: &str, message: &str, printer: &Printer, is_for_programs: bool) {
    if is_for_programs {
        let text = anstream::adapter::strip_str(text).to_string();
        let error = serde_json::json!({ "message": message, "text": text.trim_end() });
        printer.diagnose(&serde_json::json!({ "error": error }).to_string());
    } else {
        printer.diagnose(text);
    }
}
