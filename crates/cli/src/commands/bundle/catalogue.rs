//! `trainyard bundle catalogue`.

use trainyard_bundle::check_catalogue;
use trainyard_report::Outcome;

use super::audit::print_findings;
use crate::{
    args::{AuditFormat, Global, bundle::BundleCatalogue},
    bundling::{self, CatalogueAnswer},
    error::CommandError,
    printer::Printer,
    render,
};

pub(super) fn run(
    global: &Global,
    args: &BundleCatalogue,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let sources = bundling::catalogue(global, &args.paths, &args.tags)?;
    let expectations = bundling::expectations(global)?;
    let mut findings = sources.findings;
    findings.extend(check_catalogue(&sources.catalogue, &expectations));
    let answer = CatalogueAnswer::new(&sources.catalogue, findings);
    match args.format {
        AuditFormat::Text => {
            printer.print(&render::catalogue_text(&answer, printer.text_options(args.all)))?;
        }
        AuditFormat::Json => printer.print_json(&answer)?,
        AuditFormat::Markdown => printer.print(&render::catalogue_markdown(&answer))?,
        format => print_findings(&answer.findings, format, args.all, printer)?,
    }
    Ok(Outcome::of(&answer.findings))
}
