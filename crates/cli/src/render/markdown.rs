//! A plan for pull requests.

use std::fmt::Write;

use trainyard_history::plan::{ComponentPlan, Evidence, Plan};
use trainyard_report::render::{self, MarkdownOptions, printable};

use super::{counted, is_request, plan::is_weighty};

/// How many pieces of evidence are shown unless all are asked for.
const SHOWN: usize = 20;

/// Renders a plan as Markdown.
pub(crate) fn plan_markdown(plan: &Plan, assumed: Option<&str>, all: bool) -> String {
    let mut text =
        String::from("## Next versions\n\n| what | now | next | why |\n|---|---|---|---|\n");
    for component in &plan.components {
        let now =
            component.base.as_ref().map_or_else(|| "–".to_owned(), |base| base.version.to_string());
        let next = component
            .next
            .as_ref()
            .map_or_else(|| "nothing to release".to_owned(), |next| format!("**{next}**"));
        let why = component.because.last().map(|reason| cell(reason)).unwrap_or_default();
        row(&mut text, &[&cell(&component.component), &now, &next, &why]);
    }
    // A stream of one component says nothing that the component's row does not.
    let joint = plan.groups.iter().chain(&plan.streams).filter(|joint| joint.kind != "single");
    for joint in joint {
        let next = joint
            .next
            .as_deref()
            .map_or_else(|| "nothing to release".to_owned(), |next| format!("**{next}**"));
        let why = joint.because.iter().map(|reason| cell(reason)).collect::<Vec<_>>().join("; ");
        row(&mut text, &[&format!("{} {}", joint.kind, cell(&joint.name)), "", &next, &why]);
    }
    for component in &plan.components {
        details(&mut text, component, all);
    }
    if let Some(assumed) = assumed {
        line(&mut text, &format!("\n_{}_", cell(assumed)));
    }
    if !plan.findings.is_empty() {
        text.push('\n');
        text.push_str(&render::markdown(&plan.findings, &MarkdownOptions::default()));
    }
    text
}

fn details(text: &mut String, plan: &ComponentPlan, all: bool) {
    line(
        text,
        &format!("\n<details><summary>{}: how this was found</summary>\n", cell(&plan.component)),
    );
    line(
        text,
        &format!("Planned from {}, {}.\n", cell(&plan.from), counted(plan.commits, "commit")),
    );
    for reason in &plan.because {
        line(text, &format!("- {}", cell(reason)));
    }
    let counts = |each: &&Evidence| (all || is_weighty(each)) && !is_request(each);
    let weighty: Vec<_> = plan.evidence.iter().filter(counts).collect();
    let shown = if all { weighty.len() } else { weighty.len().min(SHOWN) };
    if shown > 0 {
        line(text, "\n| level | commit | change | rule |\n|---|---|---|---|");
        for each in &weighty[..shown] {
            let commit = each.change.source.commit.as_deref().unwrap_or_default();
            let commit = commit.get(..9).unwrap_or(commit);
            row(
                text,
                &[
                    each.level.as_str(),
                    commit,
                    &cell(&each.change.title()),
                    &match &each.waived {
                        Some(waived) => {
                            format!("{}, {}", cell(&each.change.rule), cell(&waived.to_string()))
                        }
                        None => cell(&each.change.rule),
                    },
                ],
            );
        }
    }
    if weighty.len() > shown {
        line(text, &format!("\nand {} more", counted(weighty.len() - shown, "change")));
    }
    if !plan.alternatives.is_empty() {
        line(text, "\nOtherwise:\n");
        for alternative in &plan.alternatives {
            let next = alternative
                .next
                .as_ref()
                .map_or_else(|| "no release".to_owned(), ToString::to_string);
            line(text, &format!("- {next} {}", cell(&alternative.when)));
        }
    }
    line(text, "\n</details>");
}

fn row(text: &mut String, cells: &[&str]) {
    line(text, &format!("| {} |", cells.join(" | ")));
}

fn line(text: &mut String, content: &str) {
    // Writing to a string cannot fail.
    _ = writeln!(text, "{content}");
}

/// Text from a repository that must not become markup.
pub(crate) fn cell(text: &str) -> String {
    let mut cell = String::new();
    for letter in printable(text).chars() {
        match letter {
            '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '\\' | '#' | '@' | '~' => {
                cell.push('\\');
                cell.push(letter);
            }
            _ => cell.push(letter),
        }
    }
    cell
}
