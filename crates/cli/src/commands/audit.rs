//! `trainyard audit`.

use trainyard_report::{
    Finding, Outcome,
    render::{self, MarkdownOptions, Tool},
};

use crate::{
    args::{Audit, AuditFormat, Global},
    auditing,
    error::CommandError,
    printer::Printer,
    site::POLICY_FILE,
};

pub(super) fn run(
    global: &Global,
    args: &Audit,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let audited = auditing::audit(global, args)?;
    let findings = &audited.audit.findings;
    match args.format {
        AuditFormat::Text => {
            let options = printer.text_options(args.all);
            printer.print(&crate::render::audit_text(&audited, options))?;
        }
        AuditFormat::Json => printer.print_json(&audited.audit)?,
        AuditFormat::Sarif => {
            let place = audited.policy_file.as_ref().map_or(".", |path| path.as_str());
            printer.print_json(&render::sarif(findings, &tool(place)))?;
        }
        format => print_findings(findings, format, args.all, printer)?,
    }
    Ok(if args.exit_zero { Outcome::Clean } else { Outcome::of(findings) })
}

/// Trainyard as SARIF names it; `place` stands for findings without a file.
fn tool(place: &str) -> Tool<'_> {
    Tool {
        name: "trainyard",
        version: env!("CARGO_PKG_VERSION"),
        information_uri: None,
        fallback_file: place,
    }
}

/// Prints findings of a policy alone in one of the formats for them.
pub(super) fn print_findings(
    findings: &[Finding],
    format: AuditFormat,
    all: bool,
    printer: &Printer,
) -> Result<(), CommandError> {
    match format {
        AuditFormat::Text => printer.print(&render::text(findings, &printer.text_options(all))),
        AuditFormat::Json => printer.print_json(&render::json(findings)),
        AuditFormat::Sarif => printer.print_json(&render::sarif(findings, &tool(POLICY_FILE))),
        AuditFormat::Markdown => {
            printer.print(&render::markdown(findings, &MarkdownOptions::default()))
        }
        AuditFormat::Github => printer.print(&render::github(findings)),
        AuditFormat::Gitlab => printer.print_json(&render::gitlab(findings, POLICY_FILE)),
    }
}
