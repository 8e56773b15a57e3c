//! A plan for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use trainyard_history::plan::{Base, ComponentPlan, Evidence, JointPlan, Plan};
use trainyard_report::render::{self, TextOptions, printable};
use trainyard_version::Level;

use super::{counted, is_request};

/// How many pieces of evidence are shown unless all are asked for.
const SHOWN: usize = 8;
const HEADING: Style = Style::new().bold();
const VERSION: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Renders a plan for a terminal.
pub(crate) fn plan_text(
    plan: &Plan,
    assumed: Option<&str>,
    all: bool,
    options: TextOptions,
) -> String {
    let mut page = Page { text: String::new(), colour: options.colour };
    for component in &plan.components {
        page.component(component, all);
    }
    for (title, joint) in [("group", &plan.groups), ("stream", &plan.streams)] {
        for each in joint.iter().filter(|each| each.kind != "single") {
            page.joint(title, each);
        }
    }
    if let Some(assumed) = assumed {
        page.line(0, DIM, &format!("note: {}", printable(assumed)));
        page.line(0, DIM, "hint: write down what holds with `trainyard init`");
    }
    let mut text = page.text;
    if !plan.findings.is_empty() {
        text.push('\n');
        text.push_str(&render::text(&plan.findings, &options));
    }
    text
}

struct Page {
    text: String,
    colour: bool,
}

impl Page {
    fn component(&mut self, plan: &ComponentPlan, all: bool) {
        let base = plan
            .base
            .as_ref()
            .map_or_else(|| "(unreleased)".to_owned(), |base| base.version.to_string());
        let head = match &plan.next {
            Some(next) => {
                format!("{}  {base} -> {}", plan.component, self.styled(VERSION, next.canonical()))
            }
            None => format!("{}  {base}, nothing to release", plan.component),
        };
        self.line(0, HEADING, &head);
        self.line(
            1,
            Style::new(),
            &format!("planned from {}{}", printable(&plan.from), since(plan)),
        );
        if let Some(tag) = &plan.tag {
            self.line(
                1,
                Style::new(),
                &format!("to be tagged {}, on line {}", printable(tag), plan.line),
            );
        }
        self.section("because");
        for reason in &plan.because {
            self.line(2, Style::new(), &printable(reason));
        }
        self.evidence(&plan.evidence, all);
        self.alternatives(plan);
        self.text.push('\n');
    }

    fn evidence(&mut self, evidence: &[Evidence], all: bool) {
        // What is asked for by name is told where it decides.
        let evidence: Vec<_> = evidence.iter().filter(|each| !is_request(each)).collect();
        let weighty = evidence.iter().filter(|each| each.level > Level::None).count();
        if evidence.is_empty() || (weighty == 0 && !all) {
            return;
        }
        self.section("evidence");
        let shown = if all { evidence.len() } else { weighty.min(SHOWN) };
        for each in &evidence[..shown] {
            let text = evidence_line(each);
            self.line(2, Style::new(), &text);
        }
        let rest = weighty.saturating_sub(shown);
        if rest > 0 {
            self.line(2, DIM, &format!("and {rest} more (all with --all)"));
        }
        let silent = evidence.len() - weighty.max(shown);
        if silent > 0 {
            self.line(2, DIM, &format!("and {} without a level", counted(silent, "change")));
        }
    }

    fn alternatives(&mut self, plan: &ComponentPlan) {
        if plan.alternatives.is_empty() {
            return;
        }
        self.section("otherwise");
        for alternative in &plan.alternatives {
            let next = alternative.next.as_ref().map_or("no release", |next| next.canonical());
            self.line(2, Style::new(), &format!("{next}  {}", printable(&alternative.when)));
        }
    }

    fn joint(&mut self, title: &str, plan: &JointPlan) {
        let next = plan.next.as_deref().unwrap_or("nothing to release");
        let next = self.styled(VERSION, next);
        self.line(0, HEADING, &format!("{title} {}  {next}", plan.name));
        for reason in &plan.because {
            self.line(1, Style::new(), &printable(reason));
        }
        self.text.push('\n');
    }

    fn section(&mut self, title: &str) {
        self.line(1, DIM, title);
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

fn since(plan: &ComponentPlan) -> String {
    match &plan.base {
        Some(base) => format!(", {} since {}", counted(plan.commits, "commit"), name(base)),
        None => format!(", {}", counted(plan.commits, "commit")),
    }
}

fn name(base: &Base) -> String {
    match &base.commit {
        Some(commit) => format!("{} ({})", printable(&base.tag), commit.short(9)),
        None => printable(&base.tag),
    }
}

/// `minor  1a2b3c4d5  feat: search  (src/search.rs; commits.feat, by `additive` in the policy)`.
fn evidence_line(evidence: &Evidence) -> String {
    let change = &evidence.change;
    let commit =
        change.source.commit.as_deref().map_or("         ", |id| id.get(..9).unwrap_or(id));
    let place = change.source.path.as_ref().map(|path| match change.source.line {
        Some(line) if !change.rule.starts_with("commits.") => {
            format!("{}:{line}; ", printable(path.as_str()))
        }
        _ => format!("{}; ", printable(path.as_str())),
    });
    let rule = match &evidence.rule_used {
        Some(key) => format!("`{key}` in the policy"),
        None => "nothing in the policy".to_owned(),
    };
    format!(
        "{:<5}  {commit}  {}  ({}{}, by {rule})",
        evidence.level.as_str(),
        printable(&change.title()),
        place.unwrap_or_default(),
        change.rule,
    )
}
