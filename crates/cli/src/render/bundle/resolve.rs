//! What was resolved, for people.

use std::fmt::Write;

use trainyard_bundle::resolve::{Chosen, Request, Resolved};
use trainyard_report::render::printable;

use crate::{
    render::{columns, counted, listed, markdown::cell, markdown_table},
    resolving::ResolveAnswer,
};

/// For a terminal: the sum first, then every release; or why there is none.
pub(crate) fn resolve_text(answer: &ResolveAnswer, request: &Request, all: bool) -> String {
    let mut text = format!("{}\n", headline(answer, request));
    match answer {
        ResolveAnswer::Resolved(resolved) | ResolveAnswer::GaveUp { best: Some(resolved), .. } => {
            _ = write!(text, "\n{}", columns(&rows(resolved, request)));
            text.extend(around(resolved).into_iter().map(|line| format!("{line}\n")));
        }
        ResolveAnswer::Refused(refusal) => {
            text.push('\n');
            for line in refusal.lines(all) {
                _ = writeln!(text, "{}", printable(&line));
            }
        }
        ResolveAnswer::Stale { reasons } => {
            for reason in reasons {
                _ = writeln!(text, "  {}", printable(reason));
            }
        }
        ResolveAnswer::GaveUp { best: None, .. } => {}
    }
    text
}

/// For pull requests.
pub(crate) fn resolve_markdown(answer: &ResolveAnswer, request: &Request, all: bool) -> String {
    let mut text = format!("## {}\n\n", cell(&headline(answer, request)));
    match answer {
        ResolveAnswer::Resolved(resolved) | ResolveAnswer::GaveUp { best: Some(resolved), .. } => {
            text.push_str(&markdown_table(&rows(resolved, request)));
            let around = around(resolved);
            text.extend(around.into_iter().map(|line| format!("\n{}\n", cell(&line))));
        }
        ResolveAnswer::Refused(refusal) => {
            let lines = refusal.lines(all);
            // A fence longer than any in the text cannot be ended by it.
            let longest = lines.iter().map(|line| line.matches('`').count()).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            let lines: Vec<_> = lines.iter().map(|line| printable(line)).collect();
            _ = writeln!(text, "{fence}text\n{}\n{fence}", lines.join("\n"));
        }
        ResolveAnswer::Stale { reasons } => {
            text.extend(reasons.iter().map(|reason| format!("- {}\n", cell(reason))));
        }
        ResolveAnswer::GaveUp { best: None, .. } => {}
    }
    text
}

fn headline(answer: &ResolveAnswer, request: &Request) -> String {
    match answer {
        ResolveAnswer::Resolved(resolved) => summary(resolved, request),
        ResolveAnswer::Refused(refusal) => {
            let conflicts = counted(refusal.conflicts.len(), "conflict");
            format!("nothing fits: {conflicts}")
        }
        ResolveAnswer::GaveUp { steps, best: None } => {
            format!("gave up after {steps} steps, without an answer; --steps allows more")
        }
        ResolveAnswer::GaveUp { steps, best: Some(_) } => format!(
            "gave up after {steps} steps: these work together, but better ones may exist; --steps allows more"
        ),
        ResolveAnswer::Stale { reasons } => {
            format!("the lock does not hold, for {}:", counted(reasons.len(), "reason"))
        }
    }
}

/// `5 components: 1 changed, 1 new, 3 kept; 2 are not the newest`.
fn summary(resolved: &Resolved, request: &Request) -> String {
    let count = |holds: fn(&Chosen) -> bool| resolved.chosen.iter().filter(|it| holds(it)).count();
    let mut text = counted(resolved.chosen.len(), "component");
    if request.current.is_some() {
        let parts = [
            (count(|it| it.before.as_ref().is_some_and(|before| *before != it.version)), "changed"),
            (count(|it| it.before.is_none()), "new"),
            (resolved.removed.len(), "removed"),
            (count(|it| it.before.as_ref() == Some(&it.version)), "kept"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
        _ = write!(text, ": {}", parts.join(", "));
    }
    match count(|it| it.newest.is_some()) {
        0 => text.push_str("; all are the newest"),
        1 => text.push_str("; 1 is not the newest"),
        behind => _ = write!(text, "; {behind} are not the newest"),
    }
    text
}

/// The releases with what they were and what there is.
fn rows(resolved: &Resolved, request: &Request) -> Vec<Vec<String>> {
    let has_current = request.current.is_some();
    let has_newer = resolved.chosen.iter().any(|chosen| chosen.newest.is_some());
    let row = |name: &str, version: &str, was: &str, newest: &str| {
        let mut row = vec![printable(name), printable(version)];
        row.extend(has_current.then(|| printable(was)));
        row.extend(has_newer.then(|| printable(newest)));
        row
    };
    let of = |chosen: &Chosen| {
        let was = match &chosen.before {
            None => "new",
            Some(before) if *before == chosen.version => "",
            Some(before) => before,
        };
        row(&chosen.name, &chosen.version, was, chosen.newest.as_deref().unwrap_or_default())
    };
    let header = row("component", "version", "was", "newest");
    let removed = resolved.removed.iter().map(|gone| row(&gone.name, "removed", &gone.before, ""));
    std::iter::once(header).chain(resolved.chosen.iter().map(of)).chain(removed).collect()
}

fn around(resolved: &Resolved) -> Vec<String> {
    match resolved.left_out.as_slice() {
        [] => Vec::new(),
        names => vec![format!("there was no room for {}", listed(names))],
    }
}
