//! `trainyard evidence`.

use trainyard_report::Outcome;

use super::audit::print_findings;
use crate::{
    args::{AuditFormat, Evidence, Global},
    error::CommandError,
    evidence,
    printer::Printer,
    render,
};

pub(super) fn run(
    global: &Global,
    args: &Evidence,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let shown = evidence::compare(global, args)?;
    match args.format {
        AuditFormat::Text => {
            printer.print(&render::evidence_text(
                &shown,
                args.all,
                printer.text_options(args.all),
            ))?;
        }
        AuditFormat::Json => printer.print_json(&shown)?,
        AuditFormat::Markdown => printer.print(&render::evidence_markdown(&shown, args.all))?,
        format => print_findings(&evidence::findings(&shown), format, args.all, printer)?,
    }
    Ok(Outcome::Clean)
}
