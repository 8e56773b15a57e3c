//! The commands, one file each.

mod audit;
mod check;
mod completions;
mod evidence;
mod explain;
mod init;
mod next;
mod plan;
mod policy;
mod version;

use trainyard_report::Outcome;

use crate::{
    args::{Cli, Command},
    error::CommandError,
    printer::Printer,
};

/// Runs the asked command.
pub(crate) fn run(cli: &Cli, printer: &Printer) -> Result<Outcome, CommandError> {
    match &cli.command {
        Command::Init(args) => init::run(&cli.global, args, printer),
        Command::Plan(args) => plan::run(&cli.global, args, printer),
        Command::Next(args) => next::run(&cli.global, args, printer),
        Command::Check(args) => check::run(&cli.global, args, printer),
        Command::Evidence(args) => evidence::run(&cli.global, args, printer),
        Command::Audit(args) => audit::run(&cli.global, args, printer),
        Command::Policy(command) => policy::run(&cli.global, command, printer),
        Command::Version(command) => version::run(command, printer),
        Command::Explain(args) => explain::run(args, printer),
        Command::Completions(args) => completions::shell(args, printer),
        Command::Man(args) => completions::man(args),
    }
}
