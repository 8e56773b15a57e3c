//! The commands, one file each.

mod audit;
mod backport;
pub(crate) mod bundle;
mod check;
pub(crate) mod compat;
mod completions;
mod evidence;
mod explain;
mod forward;
mod init;
mod lines;
mod migrations;
mod next;
mod plan;
mod policy;
mod release;
mod upgrade;
mod version;

use trainyard_report::Outcome;

use crate::{
    args::{Cli, Command},
    error::CommandError,
    printer::Printer,
    registry, tour,
};

/// Runs the asked command.
pub(crate) fn run(cli: &Cli, printer: &Printer) -> Result<Outcome, CommandError> {
    match &cli.command {
        Command::Init(args) => init::run(&cli.global, args, printer),
        Command::Plan(args) => plan::run(&cli.global, args, printer),
        Command::Next(args) => next::run(&cli.global, args, printer),
        Command::Check(args) => check::run(&cli.global, args, printer),
        Command::Lines(args) => lines::run(&cli.global, args, printer),
        Command::Release(args) => release::run(&cli.global, args, printer),
        Command::Forward(args) => forward::run(&cli.global, args, printer),
        Command::Backport(args) => backport::run(&cli.global, args, printer),
        Command::Evidence(args) => evidence::run(&cli.global, args, printer),
        Command::Audit(args) => audit::run(&cli.global, args, printer),
        Command::Migrations(command) => migrations::run(&cli.global, command, printer),
        Command::Upgrade(command) => upgrade::run(&cli.global, command, printer),
        Command::Policy(command) => policy::run(&cli.global, command, printer),
        Command::Bundle(command) => bundle::run(&cli.global, command, printer),
        Command::Compat(args) => compat::run(&cli.global, args, printer),
        Command::Tour(args) => tour::run(args, printer),
        Command::Serve(args) => registry::serve(&cli.global, args, printer),
        Command::Publish(args) => registry::publish(&cli.global, args, printer),
        Command::Channel(args) => registry::channel(&cli.global, args, printer),
        Command::Attest(args) => registry::attest(&cli.global, args, printer),
        Command::Risk(args) => registry::risk(&cli.global, args, printer),
        Command::Rollout(args) => registry::rollout(&cli.global, args, printer),
        Command::Exposure(args) => registry::exposure(&cli.global, args, printer),
        Command::Offer(args) => registry::offer(&cli.global, args, printer),
        Command::Registry(args) => registry::manage(&cli.global, args, printer),
        Command::Version(command) => version::run(command, printer),
        Command::Explain(args) => explain::run(args, printer),
        Command::Completions(args) => completions::shell(args, printer),
        Command::Man(args) => completions::man(args),
    }
}
