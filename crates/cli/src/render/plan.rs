//! A plan for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use trainyard_history::plan::{Base, ComponentPlan, Evidence, JointPlan, Plan};
use trainyard_report::{
    Severity,
    render::{self, TextOptions, printable},
};
use trainyard_version::Level;

use super::{broken, counted, is_request, listed};

/// How many pieces of evidence are shown unless all are asked for.
const SHOWN: usize = 8;
/// How many columns level and commit of a piece of evidence take.
const EVIDENCE_COLUMNS: usize = 18;
const HEADING: Style = Style::new().bold();
const VERSION: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Renders a plan for a terminal: of several components in a sentence first, then those that move, then the others.
///
/// With a `width`, lines are broken there.
pub(crate) fn plan_text(
    plan: &Plan,
    assumed: Option<&str>,
    all: bool,
    options: TextOptions,
    width: Option<usize>,
) -> String {
    let mut page = Page { text: String::new(), colour: options.colour, width };
    let is_short =
        |component: &&ComponentPlan| plan.components.len() > 1 && !all && component.next.is_none();
    let (short, whole): (Vec<_>, Vec<_>) = plan.components.iter().partition(is_short);
    if plan.components.len() > 1 {
        page.line(0, HEADING, &summary(plan));
        page.text.push('\n');
    }
    for component in whole {
        page.component(component, all);
    }
    for component in &short {
        let why = component.because.last().map(|why| format!(": {}", printable(why)));
        let text = format!(
            "{}  {}, nothing to release{}",
            component.component,
            now(component),
            why.unwrap_or_default()
        );
        page.line(0, Style::new(), &text);
    }
    if !short.is_empty() {
        page.text.push('\n');
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

/// `2 of 6 components have something to release: core 1.5.0, web 2.0.1; 1 warning`.
fn summary(plan: &Plan) -> String {
    let moving = plan.components.iter().filter_map(|component| {
        let next = component.next.as_ref()?;
        Some(format!("{} {}", component.component, next.canonical()))
    });
    let moving: Vec<_> = moving.collect();
    let all = counted(plan.components.len(), "component");
    let verb = if moving.len() == 1 { "has" } else { "have" };
    let mut text = match moving.len() {
        0 => format!("none of {all} has anything to release"),
        some => format!("{some} of {all} {verb} something to release: {}", listed(&moving)),
    };
    let kinds = [(Severity::Error, "error"), (Severity::Warning, "warning")];
    let found = kinds.iter().map(|(severity, noun)| {
        (plan.findings.iter().filter(|finding| finding.severity == *severity).count(), noun)
    });
    let found = found.filter(|(count, _)| *count > 0).map(|(count, noun)| counted(count, noun));
    let found: Vec<_> = found.collect();
    if !found.is_empty() {
        text.push_str("; ");
        text.push_str(&found.join(", "));
    }
    text
}

/// The version that a component has.
fn now(plan: &ComponentPlan) -> String {
    plan.base.as_ref().map_or_else(|| "(unreleased)".to_owned(), |base| base.version.to_string())
}

struct Page {
    text: String,
    colour: bool,
    width: Option<usize>,
}

impl Page {
    fn component(&mut self, plan: &ComponentPlan, all: bool) {
        let base = now(plan);
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
        let (weighty, silent): (Vec<_>, Vec<_>) =
            evidence.into_iter().partition(|each| is_weighty(each));
        if weighty.is_empty() && (silent.is_empty() || !all) {
            return;
        }
        self.section("evidence");
        let shown = if all { weighty.len() } else { weighty.len().min(SHOWN) };
        for each in weighty[..shown].iter().chain(silent.iter().filter(|_| all)) {
            self.piece(each);
        }
        let rest = weighty.len() - shown;
        if rest > 0 {
            self.line(2, DIM, &format!("and {rest} more (all with --all)"));
        }
        let silent = if all { 0 } else { silent.len() };
        if silent > 0 {
            self.line(2, DIM, &format!("and {} without a level", counted(silent, "change")));
        }
    }

    /// A piece of evidence: in a line, or its change and below that where it comes from.
    fn piece(&mut self, evidence: &Evidence) {
        let (change, source) = evidence_line(evidence);
        let whole = format!("{change}  {source}");
        let is_short = self.width.is_none_or(|width| whole.chars().count() + 4 <= width);
        if is_short {
            self.line(2, Style::new(), &whole);
        } else {
            self.hanging(2, EVIDENCE_COLUMNS, Style::new(), &change);
            self.hanging(2 + EVIDENCE_COLUMNS / 2, 1, DIM, &source);
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
        self.hanging(depth, 2, style, text);
    }

    /// A line whose further lines, where it is broken, stand further in.
    fn hanging(&mut self, depth: usize, hang: usize, style: Style, text: &str) {
        for line in broken(text, depth * 2, hang, self.width) {
            let (indent, text) = line.split_at(line.len() - line.trim_start().len());
            // Writing to a string cannot fail.
            _ = writeln!(self.text, "{indent}{}", self.styled(style, text));
        }
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.colour && style != Style::new() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Whether a piece of evidence is always shown: it needs a level, or somebody decided that it needs none.
pub(super) fn is_weighty(evidence: &Evidence) -> bool {
    evidence.level > Level::None || evidence.waived.is_some()
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

/// `minor  1a2b3c4d5  feat: search` and `(src/search.rs; commits.feat, by `additive` in the policy)`.
fn evidence_line(evidence: &Evidence) -> (String, String) {
    let change = &evidence.change;
    let commit =
        change.source.commit.as_deref().map_or("         ", |id| id.get(..9).unwrap_or(id));
    let place = change.source.path.as_ref().map(|path| match change.source.line {
        Some(line) if !change.rule.starts_with("commits.") => {
            format!("{}:{line}; ", printable(path.as_str()))
        }
        _ => format!("{}; ", printable(path.as_str())),
    });
    let rule = match (&evidence.waived, &evidence.rule_used) {
        (Some(waived), _) => printable(&waived.to_string()),
        (None, Some(key)) => format!("by `{key}` in the policy"),
        (None, None) => "by nothing in the policy".to_owned(),
    };
    (
        format!("{:<5}  {commit}  {}", evidence.level.as_str(), printable(&change.title())),
        format!("({}{}, {rule})", place.unwrap_or_default(), change.rule),
    )
}
