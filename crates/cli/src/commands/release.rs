//! `trainyard release`.

use trainyard_report::Outcome;

use crate::{
    args::{Global, PlanFormat, Release},
    error::CommandError,
    printer::Printer,
    releasing::{self, Outcome as Became},
    render,
};

pub(super) fn run(
    global: &Global,
    args: &Release,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let answer = releasing::release(global, args)?;
    match args.format {
        PlanFormat::Text => {
            printer.print(&render::release_text(&answer, printer.text_options(true)))?;
        }
        PlanFormat::Json => printer.print_json(&answer)?,
        PlanFormat::Markdown => printer.print(&render::release_markdown(&answer))?,
    }
    Ok(match answer.outcome {
        Became::Planned | Became::Released | Became::Idle => Outcome::Clean,
        // What was asked for with `--abort` is no finding.
        Became::AsBefore if answer.findings.is_empty() => Outcome::Clean,
        Became::AsBefore | Became::Refused | Became::Waits => Outcome::Findings,
    })
}
