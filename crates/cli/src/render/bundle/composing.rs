//! Bundles made of bundles, for people.

use std::fmt::Write;

use camino::Utf8Path;
use trainyard_bundle::{Bundle, ComponentDifference, Delta, Movement, RebaseConflict};
use trainyard_report::render::{self, TextOptions, printable};

use crate::{
    commands::bundle::{DiffAnswer, FlavoursAnswer, RebaseAnswer},
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

fn notes(answer: &DiffAnswer) -> Vec<String> {
    let mut notes = Vec::new();
    let moved = |it: &&ComponentDifference| it.before.is_some() && it.after.is_some();
    if let Some(component) = answer.difference.components.iter().find(moved) {
        let version = |version: &Option<String>| printable(version.as_deref().unwrap_or_default());
        notes.push(format!(
            "breaking changes and migrations need a component's repository; in that of {}: trainyard evidence {} {}",
            printable(&component.name),
            version(&component.before),
            version(&component.after)
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

/// Flavours for a terminal.
pub(crate) fn flavours_text(answer: &FlavoursAnswer, options: TextOptions) -> String {
    let title = printable(&answer.bundle);
    let mut text = String::new();
    if let Some(difference) = &answer.difference {
        _ = writeln!(text, "{title}: what the flavours do not share");
        let none = |names: &[String]| {
            if names.is_empty() { "nothing".to_owned() } else { listed(names) }
        };
        _ = writeln!(text, "  only the first   {}", none(&difference.only_left));
        _ = writeln!(text, "  only the second  {}", none(&difference.only_right));
        _ = writeln!(text, "  both             {}", none(&difference.both));
    } else {
        let flavours = counted(answer.flavours.len(), "flavour");
        _ = writeln!(text, "{title}: {}, {flavours}", counted(answer.pins, "pin"));
        let row = |(name, pins): (&String, &Vec<String>)| {
            vec![printable(name), pins.len().to_string(), listed(pins)]
        };
        let header = ["flavour", "pins", "members"].map(str::to_owned).to_vec();
        let rows: Vec<_> = std::iter::once(header).chain(answer.flavours.iter().map(row)).collect();
        if rows.len() > 1 {
            _ = write!(text, "\n{}", columns(&rows));
        }
    }
    if !answer.findings.is_empty() {
        _ = write!(text, "\n{}", render::text(&answer.findings, &options));
    } else if answer.has_catalogue && !answer.flavours.is_empty() {
        text.push_str("each holds what its members need, and so does every union of them\n");
    }
    if !answer.has_catalogue {
        text.push_str(
            "note: no catalogue is known, so requirements were not checked; name one with --catalogue\n",
        );
    }
    text
}
