//! Comparisons of trees, and checks of proposals.

use std::{collections::BTreeMap, fmt::Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use trainyard_evidence::{Class, Source};
use trainyard_history::{
    CommitId,
    check::{Check, Weighed},
    plan::Evidence,
};
use trainyard_report::render::{self, MarkdownOptions, TextOptions, printable};

use super::{counted, markdown::cell};
use crate::{
    checking::{Checked, Scope},
    evidence::Shown,
};

/// How many changes of a component are shown unless all are asked for.
const SHOWN: usize = 20;
const HEADING: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// A comparison for a terminal.
pub(crate) fn evidence_text(shown: &Shown, all: bool, options: TextOptions) -> String {
    let mut page = Page { text: String::new(), colour: options.colour };
    let what = format!("{} -> {}", printable(&shown.from), printable(&shown.to));
    for component in shown.components.iter().filter(|each| !each.evidence.is_empty()) {
        page.line(
            0,
            HEADING,
            &format!("{}  {what}: {}", component.component, tally(&component.evidence)),
        );
        page.line(
            1,
            DIM,
            &format!(
                "needs {} by the policy, judged by rules version {}",
                component.level, component.rules
            ),
        );
        page.changes(&component.evidence, all);
        page.text.push('\n');
    }
    if page.text.is_empty() {
        page.line(
            0,
            Style::new(),
            &format!("{what}: nothing changed in the files that are compared"),
        );
        for component in &shown.components {
            if !component.families.is_empty() {
                let families = component.families.join(", ");
                page.line(
                    1,
                    DIM,
                    &format!(
                        "{}: files of these kinds differ, without effect: {families}",
                        component.component
                    ),
                );
            }
        }
    }
    page.text
}

/// A check for a terminal.
pub(crate) fn check_text(checked: &Checked, all: bool, options: TextOptions) -> String {
    let mut page = Page { text: String::new(), colour: options.colour };
    page.line(0, HEADING, &heading(checked));
    for component in &checked.check.components {
        let declared = match &component.declared {
            Some(declared) => format!("says {}, by {}", declared.level, printable(&declared.by)),
            None => "says nothing of its size".to_owned(),
        };
        let needed = format!("its files need {}", component.needed);
        page.line(0, Style::new(), &format!("{}  {declared}; {needed}", component.component));
        page.changes(&component.evidence, all);
    }
    if checked.check.components.is_empty() {
        page.line(0, Style::new(), "it touches no component");
    }
    if let Some(assumed) = &checked.site.assumed {
        page.line(0, DIM, &format!("note: {}", printable(assumed)));
    }
    let mut text = page.text;
    text.push('\n');
    text.push_str(&render::text(&checked.check.findings, &options));
    text
}

fn heading(checked: &Checked) -> String {
    match &checked.scope {
        Scope::Proposal { into, base } => {
            format!("proposal for {}, since {}", printable(into), base.short(9))
        }
        Scope::Staged { base: Some(base) } => format!("what is staged on {}", base.short(9)),
        Scope::Staged { base: None } => "what is staged for the first commit".to_owned(),
    }
}

/// A check for programs.
#[derive(Serialize)]
pub(crate) struct CheckDocument<'a> {
    /// Where the proposal shall go; `None`: it is only staged.
    into: Option<&'a str>,
    base: Option<CommitId>,
    #[serde(flatten)]
    check: &'a Check,
}

pub(crate) fn check_json(checked: &Checked) -> CheckDocument<'_> {
    let (into, base) = match &checked.scope {
        Scope::Proposal { into, base } => (Some(into.as_str()), Some(*base)),
        Scope::Staged { base } => (None, *base),
    };
    CheckDocument { into, base, check: &checked.check }
}

struct Page {
    text: String,
    colour: bool,
}

impl Page {
    fn changes(&mut self, evidence: &[Evidence], all: bool) {
        let shown = if all { evidence.len() } else { evidence.len().min(SHOWN) };
        for each in &evidence[..shown] {
            let change = &each.change;
            let class = self.styled(style_of(change.class), &format!("{:<9}", change.class));
            self.line(
                1,
                Style::new(),
                &format!("{class} {}: {}", printable(&change.subject), printable(&change.sentence)),
            );
            self.line(4, DIM, &provenance(each));
        }
        if evidence.len() > shown {
            self.line(1, DIM, &format!("and {} more (all with --all)", evidence.len() - shown));
        }
    }

    fn line(&mut self, depth: usize, style: Style, text: &str) {
        let text = self.styled(style, text);
        // Writing to a string cannot fail.
        _ = writeln!(self.text, "{:indent$}{text}", "", indent = depth * 2);
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.colour && style != Style::new() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

fn style_of(class: Class) -> Style {
    match class {
        Class::Breaking | Class::Unknown => AnsiColor::Red.on_default(),
        Class::Data | Class::Dangerous => AnsiColor::Yellow.on_default(),
        Class::Additive => AnsiColor::Green.on_default(),
        Class::None | Class::Docs | Class::Fix => DIM,
    }
}

/// `openapi.api-removed, major by `breaking`; api/openapi.json:12 (was :14); 1a2b3c4d5`.
fn provenance(evidence: &Evidence) -> String {
    let change = &evidence.change;
    let mut text = change.rule.clone();
    match (&evidence.waived, &evidence.rule_used) {
        (Some(waived), _) => {
            _ = write!(text, ", {}", printable(&waived.to_string()));
        }
        (None, Some(key)) => _ = write!(text, ", {} by `{key}`", evidence.level),
        (None, None) => text.push_str(", no level in the policy"),
    }
    if let Some(place) = place(&change.source).or_else(|| place(change.before.as_ref()?)) {
        _ = write!(text, "; {place}");
    }
    if let Some(commit) = &change.source.commit {
        _ = write!(text, "; {}", commit.get(..9).unwrap_or(commit));
    }
    text
}

fn place(source: &Source) -> Option<String> {
    let path = printable(source.path.as_ref()?.as_str());
    Some(match source.line {
        Some(line) => format!("{path}:{line}"),
        None => path,
    })
}

/// `3 breaking, 1 data, 12 additive`.
fn tally(evidence: &[Evidence]) -> String {
    let mut counts: BTreeMap<Class, usize> = BTreeMap::new();
    for each in evidence {
        *counts.entry(each.change.class).or_default() += 1;
    }
    let words = counts.iter().rev().map(|(class, count)| format!("{count} {class}"));
    words.collect::<Vec<_>>().join(", ")
}

/// A comparison for a pull request.
pub(crate) fn evidence_markdown(shown: &Shown, all: bool) -> String {
    let mut text = format!("## What changed: {} to {}\n", cell(&shown.from), cell(&shown.to));
    let changed: Vec<_> =
        shown.components.iter().filter(|each| !each.evidence.is_empty()).collect();
    if changed.is_empty() {
        text.push_str("\nNothing changed in the files that are compared.\n");
    }
    for component in changed {
        section(&mut text, component, all);
    }
    text
}

fn section(text: &mut String, weighed: &Weighed, all: bool) {
    // Writing to a string cannot fail, here and below.
    _ = writeln!(
        text,
        "\n**{}** needs **{}**: {}. Judged by rules version {}.\n",
        cell(&weighed.component),
        weighed.level,
        tally(&weighed.evidence),
        weighed.rules
    );
    table(text, &weighed.evidence, all);
}

fn table(text: &mut String, evidence: &[Evidence], all: bool) {
    let shown = if all { evidence.len() } else { evidence.len().min(SHOWN) };
    if shown == 0 {
        return;
    }
    text.push_str("| class | level | what | change | rule | where |\n|---|---|---|---|---|---|\n");
    for each in &evidence[..shown] {
        let change = &each.change;
        let level = match &each.waived {
            Some(waived) => format!("waived by {}", cell(&waived.by)),
            None => each.level.to_string(),
        };
        let place = place(&change.source).or_else(|| place(change.before.as_ref()?));
        _ = writeln!(
            text,
            "| {} | {level} | {} | {} | {} | {} |",
            change.class,
            cell(&change.subject),
            cell(&change.sentence),
            cell(&change.rule),
            cell(&place.unwrap_or_default()),
        );
    }
    if evidence.len() > shown {
        _ = writeln!(text, "\nand {}", counted(evidence.len() - shown, "more change"));
    }
}

/// A check for a pull request.
pub(crate) fn check_markdown(checked: &Checked, all: bool) -> String {
    let mut text = format!("## {}\n\n", cell(&heading(checked)));
    text.push_str("| component | says | its files need |\n|---|---|---|\n");
    for component in &checked.check.components {
        let declared = component.declared.as_ref();
        let says = declared.map_or_else(
            || "nothing".to_owned(),
            |declared| format!("{}, by {}", declared.level, cell(&declared.by)),
        );
        _ = writeln!(text, "| {} | {says} | {} |", cell(&component.component), component.needed);
    }
    if !checked.check.findings.is_empty() {
        text.push('\n');
        text.push_str(&render::markdown(&checked.check.findings, &MarkdownOptions::default()));
    }
    for component in checked.check.components.iter().filter(|each| !each.evidence.is_empty()) {
        _ = writeln!(
            text,
            "\n<details><summary>{}: {}</summary>\n",
            cell(&component.component),
            tally(&component.evidence)
        );
        table(&mut text, &component.evidence, all);
        text.push_str("\n</details>\n");
    }
    text
}
