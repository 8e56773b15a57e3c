//! `trainyard bundle`.

mod catalogue;
mod check;
mod composite;
mod derive;
mod diff;
mod export;
mod flavours;
mod resolve;
mod rez;
mod rez_config;

pub(crate) use self::{
    composite::{CompositeAnswer, PartOf},
    derive::RebaseAnswer,
    diff::DiffAnswer,
    flavours::FlavoursAnswer,
    rez::{RezAnswer, RezPackage},
};
use trainyard_bundle::read::trainyard;
use trainyard_report::Outcome;

use super::audit;
use crate::{
    args::{
        Global,
        bundle::{BundleCommand, SchemaName},
    },
    error::CommandError,
    printer::Printer,
};

pub(super) fn run(
    global: &Global,
    command: &BundleCommand,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    match command {
        BundleCommand::Check(args) => check::run(global, args, printer),
        BundleCommand::Resolve(args) if args.rez => rez::run(global, args, printer),
        BundleCommand::Resolve(args) => resolve::run(global, args, printer),
        BundleCommand::Derive(args) => derive::run(global, args, printer),
        BundleCommand::Rebase(args) => derive::rebase(global, args, printer),
        BundleCommand::Diff(args) => diff::run(global, args, printer),
        BundleCommand::Flavours(args) => flavours::run(global, args, printer),
        BundleCommand::Export(args) => export::run(global, args, printer),
        BundleCommand::Catalogue(args) => catalogue::run(global, args, printer),
        BundleCommand::Composite(args) => composite::run(global, args, printer),
        BundleCommand::Schema(args) => {
            printer.print_json(&match args.file {
                SchemaName::Bundle => trainyard::bundle_schema(),
                SchemaName::Release => trainyard::release_schema(),
            })?;
            Ok(Outcome::Clean)
        }
    }
}
