//! `trainyard upgrade`.

use trainyard_apply::Outcome as Carried;
use trainyard_report::{
    Code, Outcome,
    render::{self as findings, printable},
};
use trainyard_upgrade::migrations::Verdict;

use crate::{
    args::{
        Global, PlanFormat,
        migrations::UpgradeCommand,
        upgrading::{UpgradeApply, UpgradePlan},
    },
    error::CommandError,
    files,
    printer::Printer,
    render, upgrading,
};

pub(super) fn run(
    global: &Global,
    command: &UpgradeCommand,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    match command {
        UpgradeCommand::Path(args) => {
            let found = upgrading::path(global, args)?;
            match args.format {
                PlanFormat::Text => {
                    let options = printer.text_options(true);
                    printer.print(&render::path_text(&found.answer, &options))?;
                }
                PlanFormat::Json => printer.print_json(&found)?,
                PlanFormat::Markdown => printer.print(&render::path_markdown(&found.answer))?,
            }
            // That there is no way is the answer itself.
            let mut troubles = found.findings;
            troubles.retain(|finding| finding.code != Code::NO_UPGRADE_PATH);
            if args.format != PlanFormat::Json && !troubles.is_empty() {
                let options = printer.text_options(false);
                printer.diagnose(&findings::text(&troubles, &options));
            }
            let is_safe = found.answer.path.as_ref().is_some_and(|path| path.is_safe);
            Ok(if is_safe { Outcome::Clean } else { Outcome::Findings })
        }
        UpgradeCommand::Graph(args) => {
            let (text, troubles) = upgrading::write_graph(global, args)?;
            printer.print(&text)?;
            if !troubles.is_empty() {
                printer.diagnose(&findings::text(&troubles, &printer.text_options(false)));
            }
            Ok(Outcome::Clean)
        }
        UpgradeCommand::Facts(args) => {
            for release in upgrading::facts(global, args)? {
                let mut line = serde_json::to_string(&release)
                    .map_err(|error| CommandError::environment(&error))?;
                line.push('\n');
                printer.print(&line)?;
            }
            Ok(Outcome::Clean)
        }
        UpgradeCommand::Plan(args) => plan(global, args, printer),
        UpgradeCommand::Apply(args) => apply(global, args, printer),
    }
}

fn plan(global: &Global, args: &UpgradePlan, printer: &Printer) -> Result<Outcome, CommandError> {
    let (plan, troubles) = upgrading::make_plan(global, args)?;
    if let Some(file) = &args.output {
        let text = serde_json::to_string_pretty(&plan).map_err(std::io::Error::from)?;
        files::write_whole(&global.directory.join(file), &(text + "\n"))?;
    }
    match args.format {
        PlanFormat::Text => {
            let options = printer.text_options(false);
            printer.print(&render::upgrade_plan_text(&plan, &options, printer.width()))?;
        }
        PlanFormat::Json => printer.print_json(&plan)?,
        PlanFormat::Markdown => printer.print(&trainyard_upgrade::plan::markdown(&plan))?,
    }
    if !troubles.is_empty() {
        printer.diagnose(&findings::text(&troubles, &printer.text_options(false)));
    }
    let is_safe = plan.verdict == Verdict::Safe && Outcome::of(&troubles) == Outcome::Clean;
    Ok(if is_safe { Outcome::Clean } else { Outcome::Findings })
}

fn apply(global: &Global, args: &UpgradeApply, printer: &Printer) -> Result<Outcome, CommandError> {
    match upgrading::apply(global, args, printer)? {
        Carried::Finished => Ok(Outcome::Clean),
        Carried::Stopped(stop) => {
            printer.diagnose(&format!(
                "stopped at {}: {}\n\nhint: {}\n",
                stop.step,
                printable(&stop.why),
                stop.hint
            ));
            Ok(Outcome::Findings)
        }
    }
}
