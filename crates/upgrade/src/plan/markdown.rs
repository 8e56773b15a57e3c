//! A plan as a runbook.

use std::fmt::Write as _;

use super::{Check, Move, Plan, Step};
use crate::migrations::Verdict;

/// A plan as a runbook in Markdown, with a box to tick for each step. It begins with what a person on call must know: how
/// it ends, where the point of no return is, and how to get back.
pub fn markdown(plan: &Plan) -> String {
    let mut text = format!(
        "# Upgrade of {} from {} to {}\n\n",
        line(&plan.deployment),
        line(&plan.from),
        line(&plan.to)
    );
    let verdict = match plan.verdict {
        Verdict::Safe if plan.incompatible().is_some() => {
            "**Safe for the data.** Everything that is missing is applied, once."
        }
        Verdict::Safe => "**Safe.** Everything that is missing is applied, once.",
        Verdict::LookFirst if plan.unaided == Verdict::NotSafe => {
            "**Not safe by the migration tools alone; safe by these steps.** Look first."
        }
        Verdict::LookFirst => "**Look first.** It comes to its end; read what follows.",
        Verdict::NotSafe => "**Not safe.** Something would be lost, done twice, or stop half-way.",
    };
    match plan.incompatible() {
        Some(incompatible) => _ = writeln!(text, "{verdict} On the way: {incompatible}.\n"),
        None => _ = writeln!(text, "{verdict}\n"),
    }
    list(&mut text, &plan.because);
    if plan.moves.len() > 1 {
        text.push_str("| component | installed | wanted |\n|---|---|---|\n");
        for Move { component, from, to } in &plan.moves {
            _ = writeln!(text, "| {} | {} | {} |", line(component), line(from), line(to));
        }
        text.push('\n');
    }
    if !plan.rollback.is_empty() {
        text.push_str("## Going back\n\n");
        list(&mut text, &plan.rollback);
    }
    for (number, hop) in plan.hops.iter().enumerate() {
        _ = writeln!(text, "## {}. {} to {}\n", number + 1, line(&hop.from), line(&hop.to));
        if !hop.risks.is_empty() {
            text.push_str("Known risks:\n\n");
            list(&mut text, &hop.risks);
        }
        for step in &hop.steps {
            write_step(&mut text, step);
        }
        text.push('\n');
        if !hop.beside.is_empty() {
            text.push_str("Side by side afterwards:\n\n");
            list(&mut text, &hop.beside);
        }
    }
    if !plan.gathered.runs.is_empty() {
        text.push_str("## Migrations on the way\n\n");
        list(&mut text, &plan.gathered.runs);
    }
    if !plan.gathered.breaking.is_empty() {
        text.push_str("## Incompatible changes on the way\n\n");
        list(&mut text, &plan.gathered.breaking);
    }
    for note in &plan.gathered.notes {
        let whose = if note.component.is_empty() {
            String::new()
        } else {
            format!("{} ", line(&note.component))
        };
        _ = writeln!(text, "## Notes of {whose}{}\n\n{}\n", line(&note.version), note.text.trim());
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn list(text: &mut String, sentences: &[String]) {
    for sentence in sentences {
        _ = writeln!(text, "- {}", line(sentence));
    }
    if !sentences.is_empty() {
        text.push('\n');
    }
}

/// Words of others within a line: they begin no line, no tag and no table's cell of their own.
fn line(words: &str) -> String {
    let mut line = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '<' => line.push_str("&lt;"),
            '|' => line.push_str("\\|"),
            letter if letter.is_control() => line.push(' '),
            letter => line.push(letter),
        }
    }
    line
}

fn write_step(text: &mut String, step: &Step) {
    let hand = if step.is_by_hand() { " *(by hand)*" } else { "" };
    _ = writeln!(text, "- [ ] **{}** {}{hand}", step.id, line(&step.title));
    if step.is_point_of_no_return {
        text.push_str("  - **no way back from here but the copy**\n");
    }
    for check in &step.before {
        _ = writeln!(text, "  - before: {}", shown(check));
    }
    for note in &step.notes {
        _ = writeln!(text, "  - {}", line(note));
    }
    if !step.actions.is_empty() {
        let commands: Vec<String> =
            step.actions.iter().map(|action| action.invocation.shown_anywhere()).collect();
        // What stands in a command does not end the block.
        let ticks = commands.iter().map(|it| longest_run(it)).max().unwrap_or_default();
        let fence = "`".repeat(3.max(ticks + 1));
        _ = writeln!(text, "\n    {fence}sh");
        for command in commands {
            _ = writeln!(text, "    {}", command.replace('\n', "\n    "));
        }
        _ = writeln!(text, "    {fence}\n");
    }
    for check in &step.after {
        _ = writeln!(text, "  - afterwards: {}", shown(check));
    }
    if let Some(undo) = &step.undo {
        _ = writeln!(text, "  - to take it back: {}", line(undo));
    }
}

/// How many backquotes follow each other at most.
fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default()
}

fn shown(check: &Check) -> String {
    format!("{} (`{}`)", line(&check.says), line(&check.invocation.shown()))
}
