//! Whether a proposal says honestly how large it is, and leaves to releases what is theirs.

mod fragments;
pub mod message;
mod names;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use jiff::civil::Date;
use serde::Serialize;
use trainyard_evidence::{
    Change, Verdict,
    commits::{self, CommitMessage, MergeTitles},
};
use trainyard_policy::{Component, Policy};
use trainyard_report::{Code, Finding, Location};
use trainyard_version::{Level, Version};

pub use self::{names::Names, versions::VersionChange};

use crate::{
    audit::bump_between,
    facts::{CommitDetail, CommitGraph, CommitIndex},
    plan::{Evidence, Question, Weighing, remarks, remedy},
    testimony::{attributed, of_commits},
};

/// Words that say nothing about a level.
const SILENT: [&str; 2] = ["commits.other", "commits.merge"];

/// How many changes a finding names.
const NAMED: usize = 5;

/// What the files of two states say about one component.
#[derive(Clone, Debug, Serialize)]
pub struct Weighed {
    /// Its name.
    pub component: String,
    /// The version of the rules that the files were compared by.
    pub rules: u32,
    /// The kinds of files that differ.
    pub families: Vec<String>,
    /// The level that the changes need, by the policy.
    pub level: Level,
    /// The changes, weightiest first.
    pub evidence: Vec<Evidence>,
}

/// Weighs a comparison by the rules that hold now; `base` is the release that the older state is, where it is one.
pub fn weigh(
    policy: &Policy,
    component: usize,
    base: Option<&Version>,
    verdict: Verdict,
) -> Weighed {
    let rules = policy.components[component].current();
    let weighing = Weighing { policy, component, rules, base, day: None };
    let evidence = sorted(verdict.changes.iter().map(|change| weighing.weigh(change)));
    Weighed {
        component: policy.components[component].name.clone(),
        rules: verdict.rules,
        families: verdict.families,
        level: evidence.iter().map(|each| each.level).max().unwrap_or(Level::None),
        evidence,
    }
}

/// What deserves a word of its own among weighed changes, whatever level they have; `about` says who has them.
pub fn remarks_on(weighed: &Weighed, subject: &str, about: &str) -> Vec<Finding> {
    let remarks = remarks(&weighed.evidence).into_iter().map(|(code, message, locations)| {
        let mut finding = Finding::new(code, subject, format!("{about} {message}"));
        finding.locations.extend(locations);
        finding.suggest(remedy(code))
    });
    remarks.collect()
}

/// Weightiest first; of one level the gravest class first.
fn sorted(evidence: impl Iterator<Item = Evidence>) -> Vec<Evidence> {
    let mut evidence: Vec<_> = evidence.collect();
    evidence.sort_by_key(|each| std::cmp::Reverse((each.level, each.change.class)));
    evidence
}

/// What a proposal brings to one component.
#[derive(Debug)]
pub struct Proposal<'a> {
    /// Where the component stands.
    pub question: &'a Question,
    /// The proposal's commits, newest first.
    pub commits: Vec<(CommitIndex, &'a CommitDetail)>,
    /// What its fragments say.
    pub fragments: Vec<Change>,
    /// What its trees say.
    pub verdict: Verdict,
    /// What the version file says before and after, where it says anything.
    pub stated: Option<(Version, Version)>,
    /// What the proposal itself brings.
    pub own: Own<'a>,
    /// Whether it brings or edits a fragment of the component.
    pub has_fragment: bool,
    /// Version files that say another version than before.
    pub version_changes: Vec<VersionChange>,
}

/// What a proposal brings that no release and no other line has.
#[derive(Clone, Debug, Default)]
pub struct Own<'a> {
    /// Its commits, merges aside, newest first; none where it is only staged.
    pub commits: Vec<&'a CommitDetail>,
    /// The paths that those touch.
    pub paths: BTreeSet<Utf8PathBuf>,
    /// Those of them that are there in the end.
    pub present: BTreeSet<Utf8PathBuf>,
    /// A message that stands for all commits: the title of a request that is squashed, or what is being written.
    pub title: Option<&'a str>,
    /// Labels of the request.
    pub labels: &'a [String],
}

/// How large a proposal says it is, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Declared {
    /// The level.
    pub level: Level,
    /// The words that say so: "the version file goes from 1.2.0 to 1.3.0".
    pub by: String,
}

/// One component under check.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentCheck {
    /// Its name.
    pub component: String,
    /// How many commits touch it.
    pub commits: usize,
    /// What the proposal says; `None`: nothing.
    pub declared: Option<Declared>,
    /// The level that the files need.
    pub needed: Level,
    /// The version of the rules that the files were compared by.
    pub rules: u32,
    /// What the files say, weightiest first.
    pub evidence: Vec<Evidence>,
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The components that the proposal touches.
    pub components: Vec<ComponentCheck>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Holds what proposals say against what their files show.
pub fn check(policy: &Policy, graph: &CommitGraph, proposals: &[Proposal<'_>], day: Date) -> Check {
    let mut answer = Check { components: Vec::new(), findings: Vec::new() };
    for proposal in proposals {
        let (checked, findings) = one(policy, graph, proposal, day);
        if checked.commits > 0 || !checked.evidence.is_empty() {
            answer.components.push(checked);
        }
        answer.findings.extend(findings);
    }
    answer.findings.sort_by_key(|finding| finding.code);
    answer
}

fn one(
    policy: &Policy,
    graph: &CommitGraph,
    proposal: &Proposal<'_>,
    day: Date,
) -> (ComponentCheck, Vec<Finding>) {
    let component = &policy.components[proposal.question.component];
    let weighing = Weighing {
        policy,
        component: proposal.question.component,
        rules: component.current(),
        base: proposal.question.base.as_ref().map(|base| &base.version),
        day: Some(day),
    };
    let said = of_commits(component, graph, proposal.commits.iter().copied());
    let spoken = proposal.own.title.map_or(said.changes, words_of);
    let words: Vec<_> =
        spoken.iter().chain(&proposal.fragments).map(|word| weighing.weigh(word)).collect();
    let listed: Vec<_> = proposal.commits.iter().map(|(_, detail)| *detail).collect();
    let changes = attributed(proposal.verdict.changes.clone(), &listed);
    let evidence = sorted(changes.iter().map(|change| weighing.weigh(change)));
    let checked = ComponentCheck {
        component: component.name.clone(),
        commits: said.commits,
        declared: declared(proposal, &words),
        needed: evidence.iter().map(|each| each.level).max().unwrap_or(Level::None),
        rules: proposal.verdict.rules,
        evidence,
    };
    let mut findings = findings(&checked, proposal.question);
    findings.extend(housekeeping(policy, proposal, &words, checked.needed));
    (checked, by_policy(component, findings))
}

/// What one message says.
fn words_of(message: &str) -> Vec<Change> {
    let message = CommitMessage { message: message.to_owned(), ..CommitMessage::default() };
    commits::detect(&[message], MergeTitles::Counted).changes
}

/// What does not speak of the proposal's size.
fn housekeeping(
    policy: &Policy,
    proposal: &Proposal<'_>,
    words: &[Evidence],
    needed: Level,
) -> Vec<Finding> {
    let component = &policy.components[proposal.question.component];
    let versions =
        proposal.version_changes.iter().filter_map(|change| change.finding(&component.name));
    let mut findings: Vec<_> = versions.collect();
    findings.extend(fragments::missing(component, proposal, words, needed));
    findings.extend(fragments::misplaced(component, &proposal.own));
    findings
}

/// Findings as heavy as the policy says; those that it turns off are left out. A finding that weighs less than its
/// kind does is left so.
fn by_policy(component: &Component, findings: Vec<Finding>) -> Vec<Finding> {
    let rules = component.current();
    let weighed = findings.into_iter().filter_map(|mut finding| {
        let severity = rules.severity(finding.code)?;
        if finding.severity == finding.code.info().severity {
            finding.severity = severity;
        }
        Some(finding)
    });
    weighed.collect()
}

/// The version file speaks before words, because it is what gets released.
fn declared(proposal: &Proposal<'_>, words: &[Evidence]) -> Option<Declared> {
    if let Some((before, after)) =
        proposal.stated.as_ref().filter(|(before, after)| before != after)
    {
        let by = format!("the version file goes from {before} to {after}");
        return Some(Declared { level: bump_between(before, after), by });
    }
    let telling = words.iter().filter(|word| !SILENT.contains(&word.change.rule.as_str()));
    let word = telling.max_by_key(|word| word.level)?;
    let by = format!("\"{}\" ({})", word.change.subject, word.change.rule);
    Some(Declared { level: word.level, by })
}

fn findings(checked: &ComponentCheck, question: &Question) -> Vec<Finding> {
    let mut findings = Vec::new();
    let forcing = |above: Level| {
        let forcing: Vec<_> = checked.evidence.iter().filter(|each| each.level > above).collect();
        forcing
    };
    if let Some(declared) = checked.declared.as_ref().filter(|said| said.level < checked.needed) {
        let level = match declared.level {
            Level::None => "no release".to_owned(),
            level => format!("a {level} release"),
        };
        let message = format!(
            "{} says {level}, but {} {}",
            declared.by,
            named(&forcing(declared.level)),
            checked.needed
        );
        let finding = located(
            Finding::new(Code::DECLARED_TOO_SMALL, &checked.component, message),
            &forcing(declared.level),
        );
        findings.push(finding.suggest(
            "say it in the commit or the fragment (`feat:`, `!`), take the change back, or record a waiver in the policy",
        ));
    }
    let line = question.role.line();
    if let Some(line) = line.filter(|_| checked.needed <= Level::Patch)
        && let Some(declared) = checked.declared.as_ref().filter(|it| it.level > Level::Patch)
    {
        let message = format!(
            "line {line} takes patches alone, but {} says a {} release",
            declared.by, declared.level
        );
        let finding = Finding::new(Code::LINE_TOO_NARROW, &checked.component, message);
        findings.push(finding.suggest("propose it for the development branch"));
    }
    if let Some(line) = line.filter(|_| checked.needed > Level::Patch) {
        let forcing = forcing(Level::Patch);
        let message =
            format!("line {line} takes patches alone, but {} {}", named(&forcing), checked.needed);
        let finding =
            located(Finding::new(Code::LINE_TOO_NARROW, &checked.component, message), &forcing);
        findings.push(finding.suggest("propose it for the development branch"));
    }
    for (code, message, locations) in remarks(&checked.evidence) {
        let message = format!("the proposal {message}");
        let mut finding = Finding::new(code, &checked.component, message);
        finding.locations.extend(locations);
        findings.push(finding.suggest(remedy(code)));
    }
    findings
}

/// "`GET /users` (was removed) and 3 other changes need".
fn named(forcing: &[&Evidence]) -> String {
    let Some(first) = forcing.first() else { return "its files need".to_owned() };
    let first = format!("`{}` ({})", first.change.subject, first.change.sentence);
    match forcing.len() {
        1 => format!("{first} needs"),
        2 => format!("{first} and 1 other change need"),
        count => format!("{first} and {} other changes need", count - 1),
    }
}

fn located(mut finding: Finding, forcing: &[&Evidence]) -> Finding {
    let mut by_file: BTreeMap<_, Location> = BTreeMap::new();
    for each in forcing {
        let source = &each.change.source;
        by_file.entry(&source.path).or_insert_with(|| Location {
            path: source.path.clone(),
            line: source.line,
            commit: source.commit.clone(),
            ..Location::default()
        });
    }
    finding.locations.extend(by_file.into_values().take(NAMED));
    finding
}
