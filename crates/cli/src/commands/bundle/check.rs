//! `trainyard bundle check`.

use trainyard_bundle::{AyonAnswer, check, check_as_ayon};
use trainyard_report::Outcome;

use super::audit::print_findings;
use crate::{
    args::{
        AuditFormat, Global,
        bundle::{AnswerAs, BundleCheck},
    },
    bundling::{self, BundleAnswer, Loaded},
    error::CommandError,
    printer::Printer,
    render,
};

pub(super) fn run(
    global: &Global,
    args: &BundleCheck,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let sources = bundling::catalogue(global, &args.sources.catalogue, &args.sources.tags)?;
    let Loaded { bundle, derived, mut findings } = bundling::bundle(global, args)?;
    if args.answer_as == Some(AnswerAs::Ayon) {
        let answer = check_as_ayon(&bundle, &sources.catalogue);
        match args.format {
            AuditFormat::Json => printer.print_json(&answer)?,
            AuditFormat::Text => printer.print(&render::ayon_text(&bundle, &answer))?,
            _ => {
                let error = CommandError::usage("an answer of AYON is text or JSON");
                return Err(error.hint("leave `--as ayon` out for the other formats"));
            }
        }
        let is_valid = matches!(answer, AyonAnswer::Checked { success: true, .. });
        return Ok(if is_valid { Outcome::Clean } else { Outcome::Findings });
    }
    let expectations = bundling::expectations(global)?;
    // Only of what is pinned: what is wrong with others is told by `bundle catalogue`.
    findings.extend(sources.findings_about(&bundle));
    findings.extend(check(&bundle, &sources.catalogue, &expectations));
    let answer = BundleAnswer::new(&bundle, derived.as_ref(), &sources.catalogue, findings);
    match args.format {
        AuditFormat::Text => {
            printer.print(&render::bundle_text(&answer, printer.text_options(args.all)))?;
        }
        AuditFormat::Json => printer.print_json(&answer)?,
        AuditFormat::Markdown => printer.print(&render::bundle_markdown(&answer))?,
        format => print_findings(&answer.findings, format, args.all, printer)?,
    }
    Ok(Outcome::of(&answer.findings))
}
