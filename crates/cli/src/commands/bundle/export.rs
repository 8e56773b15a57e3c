//! `trainyard bundle export`.

use trainyard_bundle::export::Format;
use trainyard_report::Outcome;

use crate::{
    args::{Global, bundle::BundleExport},
    bundling,
    error::CommandError,
    files,
    printer::Printer,
};

pub(super) fn run(
    global: &Global,
    args: &BundleExport,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let sources = bundling::catalogue(global, &args.sources.catalogue, &args.sources.tags)?;
    let loaded = bundling::load(global, &args.file)?;
    let form = Format::of(&args.to)
        .ok_or_else(|| CommandError::usage(format!("there is no form `{}`", args.to)))?;
    let text = form
        .write(&loaded.bundle, &sources.catalogue)
        .map_err(|error| CommandError::usage(format!("{}: {error}", args.file)))?;
    match &args.output {
        None => printer.print(&text)?,
        Some(file) => {
            files::write_whole(&global.directory.join(file), &text)?;
            printer.print(&format!("wrote {file}\n"))?;
        }
    }
    Ok(Outcome::Clean)
}
