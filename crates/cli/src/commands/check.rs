//! `trainyard check`.

use trainyard_report::Outcome;

use super::audit::print_findings;
use crate::{
    args::{AuditFormat, Check, Global},
    checking,
    error::CommandError,
    printer::Printer,
    render,
};

pub(super) fn run(
    global: &Global,
    args: &Check,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let checked = checking::check(global, args)?;
    match args.format {
        AuditFormat::Text => {
            printer.print(&render::check_text(
                &checked,
                args.all,
                printer.text_options(args.all),
            ))?;
        }
        AuditFormat::Json => printer.print_json(&render::check_json(&checked))?,
        AuditFormat::Markdown => printer.print(&render::check_markdown(&checked, args.all))?,
        format => print_findings(&checked.check.findings, format, args.all, printer)?,
    }
    Ok(Outcome::of(&checked.check.findings))
}
