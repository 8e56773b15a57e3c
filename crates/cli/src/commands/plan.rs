//! `trainyard plan`.

use trainyard_report::Outcome;

use crate::{
    args::{Global, Plan, PlanFormat},
    error::CommandError,
    planning::{self, Planned},
    printer::Printer,
    render,
};

pub(super) fn run(
    global: &Global,
    args: &Plan,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let Planned { site, plan, .. } = planning::plan(global, &args.target)?;
    match args.format {
        PlanFormat::Text => {
            printer.print(&render::plan_text(
                &plan,
                site.assumed.as_deref(),
                args.all,
                printer.text_options(args.all),
                printer.width(),
            ))?;
        }
        PlanFormat::Json => {
            printer.print_json(&render::plan_json(&plan, site.assumed.as_deref()))?;
        }
        PlanFormat::Markdown => {
            printer.print(&render::plan_markdown(&plan, site.assumed.as_deref(), args.all))?;
        }
    }
    Ok(outcome(&plan))
}

/// Exit code 1 tells that there is nothing to release, or that something was found.
pub(super) fn outcome(plan: &trainyard_history::plan::Plan) -> Outcome {
    if plan.is_empty() { Outcome::Findings } else { Outcome::Clean }
}
