//! Carries upgrade plans out.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs::{File, TryLockError},
    io::{self, BufRead, IsTerminal, Write as _},
};

use camino::Utf8PathBuf;
use trainyard_apply::{Attendant, Journal, JournalError, Outcome, carry_out};
use trainyard_report::render::printable;
use trainyard_upgrade::plan::{Action, FORM, Plan, Step};

use crate::{
    args::{Global, upgrading::UpgradeApply},
    error::CommandError,
    files,
    printer::Printer,
};

/// Reads a plan and carries it out, from where its journal ends.
pub(crate) fn apply(
    global: &Global,
    args: &UpgradeApply,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let path = global.directory.join(&args.plan);
    let plan = read_plan(&path)?;
    for name in args.done.iter().chain(&args.again) {
        known_step(&plan, name)?;
    }
    let journal_path = args.journal.as_ref().map_or_else(
        || Utf8PathBuf::from(format!("{path}.journal")),
        |it| global.directory.join(it),
    );
    if args.dry_run {
        // A journal that is not there is not begun either.
        let journal = journal_path.exists().then(|| Journal::open(&journal_path, &plan));
        printer.print(&next_steps(&plan, journal.transpose()?.as_ref()))?;
        return Ok(Outcome::Finished);
    }
    let _alone = alone(&path)?;
    let mut journal = Journal::open(&journal_path, &plan)?;
    for step in &args.again {
        if !journal.is_open(step) {
            let is = if journal.is_done(step) { "is done" } else { "was not interrupted" };
            let refused = CommandError::usage(format!("{step} {is}, and is not run once more"));
            return Err(refused.hint("`--dry-run` lists what is left to do"));
        }
    }
    for step in &args.done {
        journal.settle(step)?;
    }
    for step in &args.again {
        journal.again(step)?;
    }
    let mut clerk = Clerk { printer, yes: args.yes, failed: None };
    let outcome = carry_out(&plan, &mut journal, &mut clerk)?;
    match clerk.failed {
        Some(error) => Err(error),
        None => Ok(outcome),
    }
}

fn read_plan(path: &camino::Utf8Path) -> Result<Plan, CommandError> {
    let text = files::read_text(path)?;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| {
        CommandError::usage(format!("{path} is no plan: {error}"))
            .hint("`trainyard upgrade plan --output FILE` writes one")
    })?;
    if plan.form > FORM {
        return Err(CommandError::usage(format!(
            "{path} has form {}, and this program reads forms up to {FORM}",
            plan.form
        ))
        .hint("use the program that made the plan"));
    }
    let mut ids = BTreeSet::new();
    let mut steps = plan.hops.iter().flat_map(|hop| &hop.steps);
    if let Some(twice) = steps.find(|step| !ids.insert(&step.id)) {
        // The journal tells steps apart by their names.
        return Err(CommandError::usage(format!("{path} has two steps `{}`", twice.id))
            .hint("make the plan anew with `trainyard upgrade plan --output FILE`"));
    }
    Ok(plan)
}

/// Holds a plan against other runs, also those that write another journal; `None` where the system has no such locks.
fn alone(path: &camino::Utf8Path) -> Result<Option<File>, CommandError> {
    let Ok(file) = File::open(path) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(CommandError::environment(&io::Error::other(
            format!("{path} is being carried out"),
        ))
        .hint("wait until the other run has ended")),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

fn known_step(plan: &Plan, name: &str) -> Result<(), CommandError> {
    let mut steps = plan.hops.iter().flat_map(|hop| &hop.steps);
    if steps.any(|step| step.id == name) {
        return Ok(());
    }
    Err(CommandError::usage(format!("the plan has no step `{name}`"))
        .hint("`--dry-run` lists the steps"))
}

/// The steps that are not done, with their commands.
fn next_steps(plan: &Plan, journal: Option<&Journal>) -> String {
    let mut text = String::new();
    let is_left = |step: &&Step| journal.is_none_or(|journal| !journal.is_done(&step.id));
    for step in plan.hops.iter().flat_map(|hop| &hop.steps).filter(is_left) {
        _ = writeln!(text, "{}  {}", step.id, printable(&step.title));
        for action in &step.actions {
            _ = writeln!(text, "    {}", printable(&action.invocation.shown()));
        }
    }
    text
}

/// Shows on the terminal what happens, and asks there.
struct Clerk<'a> {
    printer: &'a Printer,
    yes: bool,
    failed: Option<CommandError>,
}

impl Clerk<'_> {
    fn say(&mut self, text: &str) {
        if let Err(error) = self.printer.print(text) {
            self.failed.get_or_insert(error);
        }
    }

    /// Asks where somebody can answer; silence is no.
    fn ask(&mut self, question: &str) -> bool {
        if !io::stdin().is_terminal() {
            return false;
        }
        self.say(&format!("{question} [y/N] "));
        _ = io::stdout().flush();
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
    }
}

impl Attendant for Clerk<'_> {
    fn step(&mut self, step: &Step, is_resumed: bool) {
        let resumed = if is_resumed { " (goes on after an interruption)" } else { "" };
        self.say(&format!("{}  {}{resumed}\n", step.id, printable(&step.title)));
    }

    fn action(&mut self, action: &Action) {
        self.say(&format!("    {}\n", printable(&action.invocation.shown())));
    }

    fn done(&mut self, _: &Step) {}

    fn may_pass(&mut self, step: &Step) -> bool {
        self.yes || self.ask(&format!("{}: no way back from here but a copy. Go on?", step.id))
    }

    fn is_done_by_hand(&mut self, step: &Step) -> bool {
        for note in &step.notes {
            self.say(&format!("    {}\n", printable(note)));
        }
        self.ask(&format!("{}: has this been done?", step.id))
    }
}

impl From<JournalError> for CommandError {
    fn from(error: JournalError) -> Self {
        let hint = match &error {
            JournalError::OtherPlan { .. } => {
                Some("name another journal with `--journal`, or go on with the plan it belongs to")
            }
            JournalError::Malformed { .. } => Some(
                "something else wrote to it; look what was done, and make a new plan from there",
            ),
            JournalError::InUse { .. } => {
                Some("wait until that has ended; then go on with the same command")
            }
            JournalError::File { .. } => Some(
                "nothing is run without a journal; once it can be written, the same command goes on",
            ),
            _ => None,
        };
        let stopped = Self::environment(&error);
        match hint {
            Some(hint) => stopped.hint(hint),
            None => stopped,
        }
    }
}
