//! `trainyard policy`.

use camino::Utf8PathBuf;
use trainyard_policy::Policy;
use trainyard_report::Outcome;

use crate::{
    args::{AuditFormat, Global, PolicyCommand, PolicyDoc, PolicyLint},
    commands::audit,
    error::CommandError,
    printer::Printer,
    site,
};

pub(super) fn run(
    global: &Global,
    command: &PolicyCommand,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    match command {
        PolicyCommand::Lint(args) => lint(global, args, printer),
        PolicyCommand::Schema => {
            printer.print_json(&trainyard_policy::schema())?;
            Ok(Outcome::Clean)
        }
        PolicyCommand::Doc(args) => doc(global, args, printer),
    }
}

/// The policy file that other commands would use.
fn find(global: &Global) -> Result<Utf8PathBuf, CommandError> {
    if let Some(path) = &global.policy {
        return Ok(global.directory.join(path));
    }
    let beside = global.directory.join(site::POLICY_FILE);
    if beside.exists() {
        return Ok(beside);
    }
    let repository = crate::surroundings::repository(&global.directory)?;
    site::policy_path(&repository).ok_or_else(|| {
        CommandError::usage(format!("there is no {} here", site::POLICY_FILE))
            .hint("write one with `trainyard init --preset semver`")
            .hint("or name one with --policy FILE")
    })
}

fn lint(global: &Global, args: &PolicyLint, printer: &Printer) -> Result<Outcome, CommandError> {
    let path = match &args.file {
        Some(file) => global.directory.join(file),
        None => find(global)?,
    };
    let text = crate::files::read_text(&path)?;
    let (findings, rendered) = match Policy::parse(&text, path.as_str()) {
        Ok(checked) if checked.warnings.is_empty() => (Vec::new(), format!("{path} is in order")),
        Ok(checked) => (checked.warnings.findings(), checked.warnings.render(true)),
        Err(errors) => (errors.findings(), errors.render(true)),
    };
    match args.format {
        AuditFormat::Text => printer.print(&rendered)?,
        format => audit::print_findings(&findings, format, true, printer)?,
    }
    Ok(Outcome::of(&findings))
}

fn doc(global: &Global, args: &PolicyDoc, printer: &Printer) -> Result<Outcome, CommandError> {
    let policy = match &args.preset {
        Some(name) => site::preset_policy(name)?,
        None => site::read_policy(&find(global)?)?,
    };
    printer.print(&trainyard_policy::doc(&policy, site::day(args.date)))?;
    Ok(Outcome::Clean)
}
