//! Upgrade plans for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use trainyard_report::render::{TextOptions, printable};
use trainyard_upgrade::{
    migrations::Verdict,
    plan::{Plan, Step},
};

use super::counted;

/// More reasons, notes and changes are only counted.
const SHOWN: usize = 5;

/// A plan for a terminal: the verdict, why, then hop by hop.
pub(crate) fn upgrade_plan_text(plan: &Plan, options: &TextOptions) -> String {
    let mut page = Page { text: String::new(), colour: options.colour };
    let steps: usize = plan.hops.iter().map(|hop| hop.steps.len()).sum();
    let (word, colour) = verdict(plan);
    let title = format!(
        "{word}: {} to {} in {}, {}",
        plan.from,
        plan.to,
        counted(plan.hops.len(), "hop"),
        counted(steps, "step")
    );
    page.line(0, Style::new().bold().fg_color(Some(colour.into())), &title);
    page.some(2, &plan.because);
    for hop in &plan.hops {
        page.text.push('\n');
        page.line(0, Style::new().bold(), &format!("{} to {}", hop.from, hop.to));
        for step in &hop.steps {
            page.step(step);
        }
    }
    if !plan.gathered.breaking.is_empty() {
        page.text.push('\n');
        page.line(0, Style::new().bold(), "Incompatible changes on the way");
        page.some(2, &plan.gathered.breaking);
    }
    if !plan.gathered.notes.is_empty() {
        let versions: Vec<_> =
            plan.gathered.notes.iter().map(|note| note.version.as_str()).collect();
        page.text.push('\n');
        let title =
            format!("Notes to read (`--format markdown` has them): {}", versions.join(", "));
        page.line(0, Style::new(), &title);
    }
    page.text
}

fn verdict(plan: &Plan) -> (&'static str, AnsiColor) {
    match (plan.verdict, plan.unaided) {
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
}

impl Page {
    fn line(&mut self, indent: usize, style: Style, text: &str) {
        let text = printable(text);
        _ = if self.colour {
            writeln!(self.text, "{:indent$}{style}{text}{style:#}", "")
        } else {
            writeln!(self.text, "{:indent$}{text}", "")
        };
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

    fn step(&mut self, step: &Step) {
        let hand = if step.is_by_hand() { " (by hand)" } else { "" };
        self.line(2, Style::new(), &format!("{}  {}{hand}", step.id, step.title));
        if step.is_point_of_no_return {
            let style = Style::new().fg_color(Some(AnsiColor::Red.into()));
            self.line(6, style, "no way back from here but the copy");
        }
        for action in &step.actions {
            self.line(6, Style::new().dimmed(), &format!("$ {}", action.invocation.shown()));
        }
        self.some(6, &step.notes);
    }
}
