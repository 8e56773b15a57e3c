//! A plan as a runbook.

use std::fmt::Write as _;

use super::{Check, Plan, Step};
use crate::migrations::Verdict;

/// A plan as a runbook in Markdown, with a box to tick for each step.
pub fn markdown(plan: &Plan) -> String {
    let mut text =
        format!("# Upgrade of {} from {} to {}\n\n", plan.deployment, plan.from, plan.to);
    let verdict = match plan.verdict {
        Verdict::Safe => "**Safe.** Everything that is missing is applied, once.",
        Verdict::LookFirst if plan.unaided == Verdict::NotSafe => {
            "**Not safe by the migration tools alone; safe by these steps.** Look first."
        }
        Verdict::LookFirst => "**Look first.** It comes to its end; read what follows.",
        Verdict::NotSafe => "**Not safe.** Something would be lost, done twice, or stop half-way.",
    };
    _ = writeln!(text, "{verdict}\n");
    for why in &plan.because {
        _ = writeln!(text, "- {why}");
    }
    if !plan.because.is_empty() {
        text.push('\n');
    }
    for hop in &plan.hops {
        _ = writeln!(text, "## {} to {}\n", hop.from, hop.to);
        for step in &hop.steps {
            write_step(&mut text, step);
        }
        text.push('\n');
    }
    if !plan.gathered.breaking.is_empty() {
        text.push_str("## Incompatible changes on the way\n\n");
        for change in &plan.gathered.breaking {
            _ = writeln!(text, "- {change}");
        }
        text.push('\n');
    }
    for note in &plan.gathered.notes {
        _ = writeln!(text, "## Notes of {}\n\n{}\n", note.version, note.text.trim());
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn write_step(text: &mut String, step: &Step) {
    let hand = if step.is_by_hand() { " *(by hand)*" } else { "" };
    _ = writeln!(text, "- [ ] **{}** {}{hand}", step.id, step.title);
    if step.is_point_of_no_return {
        text.push_str("  - **no way back from here but the copy**\n");
    }
    for check in &step.before {
        _ = writeln!(text, "  - before: {}", shown(check));
    }
    for note in &step.notes {
        _ = writeln!(text, "  - {note}");
    }
    if !step.actions.is_empty() {
        text.push_str("\n    ```sh\n");
        for action in &step.actions {
            let invocation = &action.invocation;
            _ = writeln!(text, "    cd {} && {}", invocation.folder, invocation.shown());
        }
        text.push_str("    ```\n\n");
    }
    for check in &step.after {
        _ = writeln!(text, "  - afterwards: {}", shown(check));
    }
    if let Some(undo) = &step.undo {
        _ = writeln!(text, "  - to take it back: {undo}");
    }
}

fn shown(check: &Check) -> String {
    format!("{} (`{}`)", check.says, check.invocation.shown())
}
