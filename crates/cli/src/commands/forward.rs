//! `trainyard forward`.

use trainyard_report::{Finding, Outcome};

use super::audit::print_findings;
use crate::{
    args::{AuditFormat, Forward, Global},
    error::CommandError,
    forwarding::{self, Carried, report},
    printer::Printer,
    render,
};

pub(super) fn run(
    global: &Global,
    args: &Forward,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    if args.report {
        return tell(global, args, printer);
    }
    let carried = forwarding::forward(global, args)?;
    print(&carried, args.format, printer)?;
    Ok(outcome(&carried.findings))
}

fn tell(global: &Global, args: &Forward, printer: &Printer) -> Result<Outcome, CommandError> {
    let (site, chains) = forwarding::open(global, args.date)?;
    let report = report::report(&site, &chains, args)?;
    match args.format {
        AuditFormat::Text => {
            let options = printer.text_options(args.all);
            printer.print(&render::report_text(&report, site.assumed.as_deref(), &options))?;
        }
        AuditFormat::Json => printer.print_json(&report)?,
        AuditFormat::Markdown => printer.print(&render::report_markdown(&report, args.all))?,
        format => print_findings(&report.findings, format, args.all, printer)?,
    }
    Ok(outcome(&report.findings))
}

/// Prints what was carried.
pub(super) fn print(
    carried: &Carried,
    format: AuditFormat,
    printer: &Printer,
) -> Result<(), CommandError> {
    match format {
        AuditFormat::Text => {
            printer.print(&render::carried_text(carried, &printer.text_options(true)))
        }
        AuditFormat::Json => printer.print_json(carried),
        AuditFormat::Markdown => printer.print(&render::carried_markdown(carried)),
        format => print_findings(&carried.findings, format, true, printer),
    }
}

/// Notes alone are clean.
pub(super) fn outcome(findings: &[Finding]) -> Outcome {
    Outcome::of(findings)
}
