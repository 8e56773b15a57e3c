//! Which fixes came where, and what was carried.

use std::fmt::Write;

use trainyard_history::carried::{LineReport, Missing, Report, TargetReport};
use trainyard_report::render::{self, MarkdownOptions, TextOptions, printable};

use super::counted;
use crate::forwarding::{Carried, Picks, Settled, Step, StepState};

/// How many digits of a commit's name are shown.
const SHOWN: usize = 10;

/// How many commits of each line are listed in Markdown unless all are asked for.
const LISTED: usize = 20;

/// A report for a terminal.
pub(crate) fn report_text(report: &Report, assumed: Option<&str>, options: &TextOptions) -> String {
    let mut text = String::new();
    for chain in &report.chains {
        // Writing to a string cannot fail.
        _ = writeln!(text, "fixes go {}\n", printable(&chain.join(" -> ")));
    }
    for line in report.lines.iter().filter(|line| line.targets.iter().any(|each| each.ahead > 0)) {
        line_text(&mut text, line, options.limit_per_code);
    }
    if report.findings.is_empty() {
        text.push_str("every fix has come everywhere\n");
    } else {
        text.push_str(&render::text(&report.findings, options));
    }
    if let Some(assumed) = assumed {
        _ = writeln!(text, "note: {}", printable(assumed));
    }
    text
}

fn line_text(text: &mut String, line: &LineReport, limit: Option<usize>) {
    let retired = if line.is_retired { " (support has ended)" } else { "" };
    _ = writeln!(text, "{}{retired}", printable(&line.branch));
    let rows = rows(line);
    let width = rows.iter().map(|(into, _)| into.len()).max().unwrap_or_default();
    for (into, state) in rows {
        _ = writeln!(text, "  {into:<width$}  {state}");
    }
    let shown = limit.unwrap_or(usize::MAX);
    for missing in line.missing.iter().take(shown) {
        _ = writeln!(text, "    {}", missing_text(missing, line));
    }
    if line.missing.len() > shown {
        _ = writeln!(text, "    and {} more; `--all` lists them", line.missing.len() - shown);
    }
    text.push('\n');
}

/// `5 ahead: 3 came as picks, 1 need not come, 1 missing`.
fn state(target: &TargetReport) -> String {
    if target.ahead == 0 {
        return "has all".to_owned();
    }
    let passed: usize = target.passed.values().sum();
    let parts = [
        (target.arrived.total(), "came as picks"),
        (passed, "need not come"),
        (target.missing, "missing"),
    ];
    let parts: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!("{} ahead: {}", target.ahead, parts.join(", "))
}

fn missing_text(missing: &Missing, line: &LineReport) -> String {
    let mut text =
        format!("{} {} {}", missing.commit.short(SHOWN), missing.date, printable(&missing.subject));
    if !missing.requests.is_empty() {
        _ = write!(text, " ({})", printable(&missing.requests.join(", ")));
    }
    _ = write!(text, " -> {}", printable(&lacking(missing, line)));
    let mut others: Vec<_> = missing.resembles.values().map(|other| other.short(SHOWN)).collect();
    others.sort_unstable();
    others.dedup();
    if !others.is_empty() {
        _ = write!(text, "; {} has this title", others.join(", "));
    }
    text
}

/// Where a fix goes and how far it has come; neighbours that are alike share a row.
fn rows(line: &LineReport) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String, String)> = Vec::new();
    for target in &line.targets {
        let (into, state) = (printable(&target.into), state(target));
        match rows.last_mut().filter(|(.., known)| *known == state) {
            Some((_, last, _)) => *last = into,
            None => rows.push((into.clone(), into, state)),
        }
    }
    let named = rows.into_iter().map(|(first, last, state)| {
        let into = if first == last { first } else { format!("{first} .. {last}") };
        (into, state)
    });
    named.collect()
}

/// The branches that lack a fix, in as few words as possible.
fn lacking(missing: &Missing, line: &LineReport) -> String {
    let targets: Vec<_> = line.targets.iter().map(|target| &target.into).collect();
    let ends_like = |count: usize| {
        let last = targets.iter().rev().take(count).rev();
        count > 2 && last.zip(&missing.lacking).all(|(target, lacking)| *target == lacking)
    };
    match missing.lacking.as_slice() {
        all if all.len() == targets.len() && all.len() > 1 => "everywhere".to_owned(),
        [first, ..] if ends_like(missing.lacking.len()) => format!("{first} and later"),
        some => some.join(", "),
    }
}

/// A report for issues.
pub(crate) fn report_markdown(report: &Report, all: bool) -> String {
    let mut text = String::from(
        "## Fixes on their way\n\n| from | to | ahead | came as picks | need not come | missing |\n|---|---|---|---|---|---|\n",
    );
    for line in &report.lines {
        for target in line.targets.iter().filter(|target| target.ahead > 0) {
            _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                cell(&line.branch),
                cell(&target.into),
                target.ahead,
                target.arrived.total(),
                target.passed.values().sum::<usize>(),
                target.missing
            );
        }
    }
    let shown = if all { usize::MAX } else { LISTED };
    for line in report.lines.iter().filter(|line| !line.missing.is_empty()) {
        _ = writeln!(
            text,
            "\n<details><summary>{}: {} on the way</summary>\n",
            cell(&line.branch),
            counted(line.missing.len(), "commit")
        );
        text.push_str("| commit | what | missing on |\n|---|---|---|\n");
        for missing in line.missing.iter().take(shown) {
            _ = writeln!(
                text,
                "| {} | {} {} | {} |",
                missing.commit.short(SHOWN),
                cell(&missing.subject),
                cell(&missing.requests.join(", ")),
                cell(&missing.lacking.join(", "))
            );
        }
        if line.missing.len() > shown {
            _ = writeln!(text, "\nand {} more", line.missing.len() - shown);
        }
        text.push_str("\n</details>\n");
    }
    findings_markdown(&mut text, &report.findings);
    text
}

fn findings_markdown(text: &mut String, findings: &[trainyard_report::Finding]) {
    if !findings.is_empty() {
        text.push('\n');
        text.push_str(&render::markdown(findings, &MarkdownOptions::default()));
    }
}

fn cell(text: &str) -> String {
    printable(text).replace('|', "\\|")
}

/// What was carried, for a terminal.
pub(crate) fn carried_text(carried: &Carried, options: &TextOptions) -> String {
    let mut text = String::new();
    for step in &carried.steps {
        step_text(&mut text, step, carried.is_rehearsal);
    }
    for picks in &carried.picks {
        picks_text(&mut text, picks, carried.is_rehearsal);
    }
    if carried.steps.is_empty() && carried.picks.is_empty() && carried.notes.is_empty() {
        text.push_str("there is nothing to carry\n");
    }
    if !carried.findings.is_empty() {
        text.push('\n');
        text.push_str(&render::text(&carried.findings, options));
    }
    if let Some(remote) = &carried.pushed {
        _ = writeln!(text, "pushed to {}", printable(remote));
    }
    for note in &carried.notes {
        _ = writeln!(text, "note: {}", printable(note));
    }
    text
}

fn step_text(text: &mut String, step: &Step, is_rehearsal: bool) {
    let way = format!("{} -> {}", step.from, step.into);
    _ = writeln!(text, "{}: {}", printable(&way), step_state(step, is_rehearsal));
    for settled in &step.settled {
        _ = writeln!(text, "  {}", settled_text(settled));
    }
    for conflict in &step.conflicts {
        _ = writeln!(
            text,
            "  {}: for a person ({})",
            printable(conflict.path.as_str()),
            conflict.kind
        );
    }
}

fn step_state(step: &Step, is_rehearsal: bool) -> String {
    let brings = format!("{}, {}", counted(step.commits, "commit"), counted(step.files, "file"));
    match step.state {
        StepState::UpToDate => "has all".to_owned(),
        StepState::Arrived => {
            format!("nothing to carry, {} came under other names", counted(step.commits, "commit"))
        }
        StepState::Merged if is_rehearsal => format!("would be merged ({brings})"),
        StepState::Merged => {
            let merge = step.merge.as_deref().unwrap_or_default();
            format!("merged as {} ({brings})", merge.get(..SHOWN).unwrap_or(merge))
        }
        StepState::Conflicts => format!("needs a person ({brings})"),
        StepState::Waits => "waits for the one before".to_owned(),
        StepState::Blocked => "cannot move".to_owned(),
    }
}

fn settled_text(settled: &Settled) -> String {
    let path = printable(settled.path.as_str());
    match (&settled.version, &settled.ours, &settled.theirs) {
        (Some(version), Some(ours), Some(theirs)) => {
            let other = if version == ours { theirs } else { ours };
            let keeps = if version == ours { "keeps" } else { "takes" };
            format!(
                "{path}: {keeps} {}, not {}: {}",
                printable(version),
                printable(other),
                settled.because
            )
        }
        _ => format!("{path}: settled: {}", settled.because),
    }
}

fn picks_text(text: &mut String, picks: &Picks, is_rehearsal: bool) {
    let state = match picks.state {
        StepState::UpToDate | StepState::Arrived => "has all",
        StepState::Merged if is_rehearsal => "would be picked",
        StepState::Merged => "picked",
        StepState::Conflicts => "needs a person",
        StepState::Waits => "waits",
        StepState::Blocked => "cannot move",
    };
    _ = writeln!(text, "{}: {state}", printable(&picks.line));
    for pick in &picks.commits {
        let short = |id: &str| id.get(..SHOWN).unwrap_or(id).to_owned();
        let what = match (&pick.picked, &pick.because) {
            (Some(_), _) if is_rehearsal => "would be picked".to_owned(),
            (Some(picked), _) => format!("picked as {}", short(picked)),
            (None, Some(because)) => because.clone(),
            (None, None) => "left out".to_owned(),
        };
        let space = if pick.subject.is_empty() { "" } else { " " };
        let subject = format!("{space}{}", printable(&pick.subject));
        _ = writeln!(text, "  {}{subject}: {}", short(&pick.commit), printable(&what));
    }
    for settled in &picks.settled {
        _ = writeln!(text, "  {}", settled_text(settled));
    }
    for conflict in &picks.conflicts {
        _ = writeln!(
            text,
            "  {}: for a person ({})",
            printable(conflict.path.as_str()),
            conflict.kind
        );
    }
}

/// What was carried, for pull requests.
pub(crate) fn carried_markdown(carried: &Carried) -> String {
    let mut text = String::from("## Fixes carried\n\n");
    for step in &carried.steps {
        let way = format!("{} -> {}", step.from, step.into);
        _ = writeln!(text, "- **{}**: {}", cell(&way), step_state(step, carried.is_rehearsal));
        for settled in &step.settled {
            _ = writeln!(text, "  - {}", settled_text(settled));
        }
        for conflict in &step.conflicts {
            _ = writeln!(text, "  - [ ] {} ({})", cell(conflict.path.as_str()), conflict.kind);
        }
    }
    for picks in &carried.picks {
        let mut lines = String::new();
        picks_text(&mut lines, picks, carried.is_rehearsal);
        let mut lines = lines.lines();
        _ = writeln!(text, "- **{}**", lines.next().unwrap_or_default());
        for line in lines {
            _ = writeln!(text, "  - {}", line.trim());
        }
    }
    findings_markdown(&mut text, &carried.findings);
    for note in &carried.notes {
        _ = writeln!(text, "\n_{}_", cell(note));
    }
    text
}
