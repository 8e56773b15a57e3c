//! Bundles made of bundles, for people.

use std::fmt::Write;

use camino::Utf8Path;
use trainyard_bundle::{Bundle, ComponentDifference, Delta, Movement, RebaseConflict};
use trainyard_report::render::printable;

use crate::{
    bundling::{ChangeTold, ComponentEvidence},
    commands::bundle::{DiffAnswer, RebaseAnswer},
    render::{columns, counted, listed, markdown::cell, markdown_table},
};

/// A bundle that was derived: how far it is from its base.
pub(crate) fn derived_text(
    whole: &Bundle,
    base: &Bundle,
    delta: &Delta,
    file: &Utf8Path,
) -> String {
    let parts = [
        (delta.added.len(), "added"),
        (delta.overridden.len(), "in another version"),
        (delta.removed.len(), "left out"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
    let mut text = format!(
        "{}: {}, {} away from {}",
        printable(&whole.title()),
        counted(whole.pins.len(), "pin"),
        delta.distance(),
        printable(&base.title())
    );
    if !parts.is_empty() {
        _ = write!(text, " ({})", parts.join(", "));
    }
    _ = writeln!(text, "\nwrote {file}; `trainyard bundle check` tells whether it works");
    text
}

/// A rebase for a terminal.
pub(crate) fn rebase_text(answer: &RebaseAnswer) -> String {
    let mut text = format!("{}\n", rebase_headline(answer));
    if !answer.conflicts.is_empty() {
        _ = write!(text, "\n{}\n", columns(&conflicts(&answer.conflicts)));
        text.push_str("The studio's choice stands in each.\n");
    }
    if !answer.absorbed.is_empty() {
        _ = writeln!(text, "the new base has what was wanted of {}", listed(&answer.absorbed));
    }
    text
}

/// A rebase for pull requests.
pub(crate) fn rebase_markdown(answer: &RebaseAnswer) -> String {
    let mut text = format!("## {}\n", cell(&rebase_headline(answer)));
    if !answer.conflicts.is_empty() {
        _ = write!(text, "\n{}", markdown_table(&conflicts(&answer.conflicts)));
        text.push_str("\nThe studio's choice stands in each.\n");
    }
    if !answer.absorbed.is_empty() {
        let names = cell(&listed(&answer.absorbed));
        _ = writeln!(text, "\nThe new base has what was wanted of {names}.");
    }
    text
}

fn rebase_headline(answer: &RebaseAnswer) -> String {
    let conflicts = match answer.conflicts.len() {
        0 => "no conflict".to_owned(),
        some => counted(some, "conflict"),
    };
    format!(
        "{}: from {} to {}, {} away from it, {conflicts}",
        printable(&answer.bundle),
        printable(&answer.old_base),
        printable(&answer.new_base),
        counted(answer.distance, "pin"),
    )
}

fn conflicts(conflicts: &[RebaseConflict]) -> Vec<Vec<String>> {
    let or = |version: &Option<String>, none: &str| printable(version.as_deref().unwrap_or(none));
    let header = ["component", "old base", "new base", "studio", "what happened"];
    let row = |conflict: &RebaseConflict| {
        vec![
            printable(&conflict.name),
            or(&conflict.old_base, "-"),
            or(&conflict.new_base, "-"),
            or(&conflict.own, "left out"),
            conflict.what.clone(),
        ]
    };
    let header = header.map(str::to_owned).to_vec();
    std::iter::once(header).chain(conflicts.iter().map(row)).collect()
}

/// What lies between two bundles, for a terminal.
pub(crate) fn diff_text(answer: &DiffAnswer) -> String {
    let mut text = format!("{}\n", diff_headline(answer));
    let rows = components(&answer.difference.components);
    if rows.len() > 1 {
        _ = write!(text, "\n{}", columns(&rows));
    }
    let requirements = requirements(answer);
    if !requirements.is_empty() {
        text.push_str("\nnew requirements\n");
        text.extend(requirements.iter().map(|line| format!("  {line}\n")));
    }
    for (title, lines) in evidence(answer) {
        _ = writeln!(text, "\n{title}");
        text.extend(lines.iter().map(|line| format!("  {line}\n")));
    }
    let around = around(answer);
    if !around.is_empty() {
        text.push('\n');
        text.extend(around.iter().map(|line| format!("{line}\n")));
    }
    text.extend(notes(answer).iter().map(|note| format!("note: {note}\n")));
    text
}

/// What lies between two bundles, for pull requests and release notes.
pub(crate) fn diff_markdown(answer: &DiffAnswer) -> String {
    let mut text = format!("## {}\n", cell(&diff_headline(answer)));
    let rows = components(&answer.difference.components);
    if rows.len() > 1 {
        _ = write!(text, "\n{}", markdown_table(&rows));
    }
    for (title, lines) in
        [("New requirements", requirements(answer)), ("Around the components", around(answer))]
    {
        if !lines.is_empty() {
            _ = write!(text, "\n{title}:\n\n");
            text.extend(lines.iter().map(|line| format!("- {}\n", cell(line))));
        }
    }
    for (title, lines) in evidence(answer) {
        let (first, rest) = title.split_at(1);
        _ = write!(text, "\n{}{rest}:\n\n", first.to_uppercase());
        text.extend(lines.iter().map(|line| format!("- {}\n", cell(line))));
    }
    let notes = notes(answer);
    text.extend(notes.iter().map(|note| format!("\nNote: {}.\n", cell(note))));
    text
}

fn diff_headline(answer: &DiffAnswer) -> String {
    const ALL: [Movement; 5] = [
        Movement::Raised,
        Movement::Lowered,
        Movement::Replaced,
        Movement::Added,
        Movement::Removed,
    ];
    let components = &answer.difference.components;
    let count = |what: Movement| components.iter().filter(|it| it.what == what).count();
    let parts = ALL.into_iter().filter(|what| count(*what) > 0);
    let mut parts: Vec<_> = parts.map(|what| format!("{} {}", count(what), what.word())).collect();
    if answer.difference.unchanged > 0 {
        parts.push(format!("{} the same", answer.difference.unchanged));
    }
    let (before, after) = (printable(&answer.before), printable(&answer.after));
    format!("{before} -> {after}: {}", parts.join(", "))
}

fn components(components: &[ComponentDifference]) -> Vec<Vec<String>> {
    let or = |version: &Option<String>| printable(version.as_deref().unwrap_or("-"));
    let row = |it: &ComponentDifference| {
        vec![printable(&it.name), or(&it.before), or(&it.after), it.what.word().to_owned()]
    };
    let header = ["component", "before", "after", "what"].map(str::to_owned).to_vec();
    std::iter::once(header).chain(components.iter().map(row)).collect()
}

fn requirements(answer: &DiffAnswer) -> Vec<String> {
    let changed = answer.difference.components.iter();
    changed
        .flat_map(|component| {
            let name = &component.name;
            component.requirements.iter().map(move |it| printable(&format!("{name}: {it}")))
        })
        .collect()
}

fn around(answer: &DiffAnswer) -> Vec<String> {
    let or = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    let mut lines: Vec<_> = answer
        .difference
        .around
        .iter()
        .map(|it| printable(&format!("{}: {} -> {}", it.what, or(&it.before), or(&it.after))))
        .collect();
    let (before, after) = (&answer.server_before, &answer.server_after);
    if before != after {
        let lowest = before.as_ref().map_or("any", |server| &server.minimum);
        let line = match after {
            Some(after) => format!("lowest server: {lowest} -> {}", after.sentence()),
            None => format!("lowest server: {lowest} -> any"),
        };
        lines.push(printable(&line));
    }
    lines
}

/// So many changes of a component are told, breaking ones and those of data each.
const CHANGES_SHOWN: usize = 10;

/// Titles with lines: what breaks, and what migrates, by component.
fn evidence(answer: &DiffAnswer) -> Vec<(&'static str, Vec<String>)> {
    type Changes = fn(&ComponentEvidence) -> &[ChangeTold];
    let kinds: [(&str, Changes); 2] = [
        ("breaking changes", |it| &it.breaking),
        ("migrations and changes of stored data", |it| &it.data),
    ];
    let mut told = Vec::new();
    for (title, changes) in kinds {
        let lines = answer.evidence.iter().flat_map(|component| {
            let changes = changes(component);
            let line = |change: &ChangeTold| {
                let place = change.path.as_ref().map(|path| format!(" ({path})"));
                let (name, subject) = (&component.name, &change.subject);
                let place = place.unwrap_or_default();
                printable(&format!("{name}: {subject}: {}{place}", change.sentence))
            };
            let rest = changes.len().saturating_sub(CHANGES_SHOWN);
            let rest = (rest > 0).then(|| format!("{}: and {rest} more", component.name));
            changes.iter().take(CHANGES_SHOWN).map(line).chain(rest).collect::<Vec<_>>()
        });
        let lines: Vec<_> = lines.collect();
        told.extend((!lines.is_empty()).then_some((title, lines)));
    }
    let of = |count: fn(&ComponentEvidence) -> usize, what: &str| {
        let parts = answer.evidence.iter().filter(|it| count(it) > 0);
        parts.map(|it| format!("{}: {} {what}", it.name, count(it))).collect::<Vec<_>>()
    };
    let mut others = of(|it| it.dangerous, "that may break some");
    others.extend(of(|it| it.unknown, "that could not be judged"));
    told.extend((!others.is_empty()).then_some(("other changes to look at", others)));
    told
}

fn notes(answer: &DiffAnswer) -> Vec<String> {
    let mut notes = Vec::new();
    let compared = counted(answer.evidence.len(), "component");
    if !answer.evidence.is_empty() {
        notes.push(format!(
            "{compared} compared; `trainyard evidence OLD NEW` in a clone tells everything that changed"
        ));
    }
    if !answer.not_compared.is_empty() {
        notes.push(format!(
            "breaking changes and migrations of {} were not looked for; name their clones with --tags NAME=PATH",
            listed(&answer.not_compared)
        ));
    }
    if !answer.has_catalogue {
        notes.push(
            "no catalogue is known, so requirements were not compared; name one with --catalogue"
                .to_owned(),
        );
    }
    notes
}
