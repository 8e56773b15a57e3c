//! `trainyard migrations`.

use trainyard_report::Outcome;
use trainyard_upgrade::migrations::Verdict;

use super::audit::print_findings;
use crate::{
    args::{AuditFormat, Global, migrations::MigrationsCommand},
    error::CommandError,
    printer::Printer,
    render, upgrading,
};

pub(super) fn run(
    global: &Global,
    command: &MigrationsCommand,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    match command {
        MigrationsCommand::Between(args) => {
            let compared = upgrading::between(global, args)?;
            match args.format {
                AuditFormat::Text => {
                    let options = printer.text_options(args.all);
                    printer.print(&render::passages_text(&compared, args.all, &options))?;
                }
                AuditFormat::Json => printer.print_json(&compared)?,
                AuditFormat::Markdown => {
                    printer.print(&render::passages_markdown(&compared, args.all))?;
                }
                format => print_findings(&compared.findings, format, args.all, printer)?,
            }
            let is_safe = compared.verdict == Verdict::Safe;
            Ok(if is_safe { Outcome::Clean } else { Outcome::Findings })
        }
        MigrationsCommand::Check(args) => {
            let findings = upgrading::check(global, args)?;
            print_findings(&findings, args.format, args.all, printer)?;
            Ok(Outcome::of(&findings))
        }
        MigrationsCommand::Graph(args) => {
            let drawn = upgrading::graph(global, args)?;
            printer.print(&drawn)?;
            Ok(Outcome::Clean)
        }
    }
}
