//! Upgrade plans for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use trainyard_report::render::{TextOptions, printable};
use trainyard_upgrade::{
    migrations::Verdict,
    plan::{Check, Note, Plan, Step},
};

use super::{broken, counted};

/// More reasons, notes and changes are only counted.
const SHOWN: usize = 5;

/// A plan for a terminal: the verdict and why, how to get back, then stage by stage.
///
/// With a `width`, lines are broken there.
pub(crate) fn upgrade_plan_text(
    plan: &Plan,
    options: &TextOptions,
    width: Option<usize>,
) -> String {
    let folder = plan.folder();
    let colour = options.colour;
    let mut page = Page { text: String::new(), colour, width, names_folders: folder.is_none() };
    let bold = Style::new().bold();
    let steps: usize = plan.hops.iter().map(|hop| hop.steps.len()).sum();
    let (word, colour) = verdict(plan);
    let title = format!(
        "{word}: {} to {} in {}, {}",
        plan.from,
        plan.to,
        counted(plan.hops.len(), "hop"),
        counted(steps, "step")
    ) + &plan.incompatible().map(|told| format!("; {told}")).unwrap_or_default();
    page.line(0, bold.fg_color(Some(colour.into())), &title);
    if plan.hops.len() > 1 {
        let stops = plan.hops.iter().map(|hop| hop.to.as_str());
        let way: Vec<_> = std::iter::once(plan.from.as_str()).chain(stops).collect();
        page.line(2, Style::new(), &format!("by way of {}", way.join(" -> ")));
    }
    page.some(2, &plan.because);
    if let Some(folder) = folder {
        page.line(2, Style::new(), &format!("all commands run in {folder}"));
    }
    if !plan.rollback.is_empty() {
        page.section("Going back");
        page.all(2, &plan.rollback);
    }
    for (number, hop) in plan.hops.iter().enumerate() {
        let number = if plan.hops.len() > 1 { format!("{}. ", number + 1) } else { String::new() };
        page.section(&format!("{number}{} to {}", hop.from, hop.to));
        for risk in &hop.risks {
            let style = Style::new().fg_color(Some(AnsiColor::Yellow.into()));
            page.line(2, style, &format!("known risk: {risk}"));
        }
        for step in &hop.steps {
            page.step(step);
        }
        page.all(2, &hop.beside);
    }
    if !plan.gathered.breaking.is_empty() {
        page.section("Incompatible changes on the way");
        page.some(2, &plan.gathered.breaking);
    }
    if !plan.gathered.notes.is_empty() {
        let title = |note: &Note| format!("{} {}", note.component, note.version);
        let versions: Vec<_> =
            plan.gathered.notes.iter().map(|note| title(note).trim().to_owned()).collect();
        page.text.push('\n');
        let title =
            format!("Notes to read (`--format markdown` has them): {}", versions.join(", "));
        page.line(0, Style::new(), &title);
    }
    page.text
}

fn verdict(plan: &Plan) -> (&'static str, AnsiColor) {
    match (plan.verdict, plan.unaided) {
        (Verdict::Safe, _) if plan.incompatible().is_some() => {
            ("safe for the data", AnsiColor::Yellow)
        }
        (Verdict::Safe, _) => ("safe", AnsiColor::Green),
        (Verdict::LookFirst, Verdict::NotSafe) => {
            ("NOT SAFE by the tools alone, and these steps are a way", AnsiColor::Yellow)
        }
        (Verdict::LookFirst, _) => ("LOOK FIRST", AnsiColor::Yellow),
        (Verdict::NotSafe, _) => ("NOT SAFE", AnsiColor::Red),
    }
}

/// Text under construction.
struct Page {
    text: String,
    colour: bool,
    width: Option<usize>,
    /// Whether each command says where it runs.
    names_folders: bool,
}

impl Page {
    fn line(&mut self, indent: usize, style: Style, text: &str) {
        for line in broken(&printable(text), indent, 2, self.width) {
            let (front, text) = line.split_at(line.len() - line.trim_start().len());
            // Writing to a string cannot fail.
            _ = if self.colour && style != Style::new() {
                writeln!(self.text, "{front}{style}{text}{style:#}")
            } else {
                writeln!(self.text, "{line}")
            };
        }
    }

    /// The first of some lines, and how many more there are.
    fn some(&mut self, indent: usize, lines: &[String]) {
        for line in lines.iter().take(SHOWN) {
            self.line(indent, Style::new(), line);
        }
        if lines.len() > SHOWN {
            let rest = format!("and {} more", lines.len() - SHOWN);
            self.line(indent, Style::new().dimmed(), &rest);
        }
    }

    fn all(&mut self, indent: usize, lines: &[String]) {
        for line in lines {
            self.line(indent, Style::new(), line);
        }
    }

    fn section(&mut self, title: &str) {
        self.text.push('\n');
        self.line(0, Style::new().bold(), title);
    }

    fn step(&mut self, step: &Step) {
        let hand = if step.is_by_hand() { " (by hand)" } else { "" };
        self.line(2, Style::new(), &format!("{}  {}{hand}", step.id, step.title));
        if step.is_point_of_no_return {
            let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
            self.line(6, style, "NO WAY BACK from here but the copy");
        }
        self.checks("check first", &step.before);
        for action in &step.actions {
            let invocation = &action.invocation;
            let place = if self.names_folders {
                format!("   (in {})", invocation.folder)
            } else {
                String::new()
            };
            self.line(6, Style::new().dimmed(), &format!("$ {}{place}", invocation.shown()));
        }
        self.some(6, &step.notes);
        self.checks("then", &step.after);
        if let Some(undo) = &step.undo {
            self.line(6, Style::new().dimmed(), &format!("undo: {undo}"));
        }
    }

    fn checks(&mut self, when: &str, checks: &[Check]) {
        for check in checks {
            self.line(6, Style::new().dimmed(), &format!("{when}: {}", check.says));
        }
    }
}
