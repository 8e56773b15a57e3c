//! Whether each release's bump is as large as its changes need.

use std::collections::BTreeSet;

use trainyard_report::{Code, Finding, Location};
use trainyard_version::{Level, Version};

use super::{AuditedRelease, Span, Subject};
use crate::{
    plan::{Evidence, weigh},
    survey::Release,
    testimony,
};

/// How many commits a finding points to.
const NAMED_COMMITS: usize = 5;

/// Every release with its bump, and the bumps that are too small.
pub(super) fn bumps(subject: &Subject<'_>) -> (Vec<AuditedRelease>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut spans = subject.spans.iter().peekable();
    let releases = subject
        .past
        .releases
        .iter()
        .enumerate()
        .map(|(index, release)| {
            let span = spans.next_if(|span| span.release == index);
            let (audited, finding) = one(subject, release, span);
            findings.extend(finding);
            audited
        })
        .collect();
    (releases, findings)
}

fn one(
    subject: &Subject<'_>,
    release: &Release,
    span: Option<&Span>,
) -> (AuditedRelease, Option<Finding>) {
    let period = subject.period(release);
    let previous = span.and_then(|span| Some(&subject.past.releases[span.previous?]));
    let comparable = previous.filter(|previous| {
        previous.read_by == release.read_by && !subject.scheme_of(release).is_calendar()
    });
    // A post-release only repairs how its version was packed, so its numbers stay.
    let comparable = comparable
        .filter(|previous| bump_between(&previous.version, &release.version) > Level::None);
    let bump = comparable.map(|previous| bump_between(&previous.version, &release.version));
    let read =
        span.and_then(|span| evidence(subject, previous, period_rules(subject, release), span));
    let needed = read
        .as_ref()
        .map(|(_, evidence)| evidence.iter().map(|each| each.level).max().unwrap_or(Level::None));
    let finding = match (bump, needed, &read, previous) {
        (Some(bump), Some(needed), Some((_, evidence)), Some(previous)) if bump < needed => {
            too_small(subject, release, previous, bump, needed, evidence)
        }
        _ => None,
    };
    let audited = AuditedRelease {
        tag: release.tag.clone(),
        version: release.version.clone(),
        date: release.date(),
        line: release.line.clone(),
        revision: period.revision.clone(),
        previous: previous.map(|previous| previous.tag.clone()),
        bump,
        commits: read.map(|(commits, _)| commits),
        needed,
    };
    (audited, finding)
}

fn period_rules<'a>(subject: &Subject<'a>, release: &Release) -> &'a trainyard_policy::Rules {
    &subject.period(release).rules
}

/// How many commits of the span touch the component, and what they changed.
fn evidence(
    subject: &Subject<'_>,
    previous: Option<&Release>,
    rules: &trainyard_policy::Rules,
    span: &Span,
) -> Option<(usize, Vec<Evidence>)> {
    let commits = span.commits.as_ref()?;
    let details = commits.iter().filter_map(|commit| {
        let id = subject.history.graph.id(*commit);
        Some((*commit, subject.material.details.get(&id).copied()?))
    });
    let said = testimony::of_commits(subject.component, &subject.history.graph, details);
    let base = previous.map(|previous| &previous.version);
    let evidence = said.changes.iter().map(|change| weigh(rules, base, change)).collect();
    Some((said.commits, evidence))
}

/// The level of the first segment that differs.
fn bump_between(before: &Version, after: &Version) -> Level {
    let segments = before.release().len().max(after.release().len());
    match (0..segments).find(|index| before.segment(*index) != after.segment(*index)) {
        Some(0) => Level::Major,
        Some(1) => Level::Minor,
        Some(_) => Level::Patch,
        None => Level::None,
    }
}

fn too_small(
    subject: &Subject<'_>,
    release: &Release,
    previous: &Release,
    bump: Level,
    needed: Level,
    evidence: &[Evidence],
) -> Option<Finding> {
    let forcing: Vec<_> = evidence.iter().filter(|each| each.level > bump).collect();
    let first = forcing.iter().find(|each| each.level == needed)?;
    let need = match forcing.len() {
        1 => "needs".to_owned(),
        2 => "and 1 other change need".to_owned(),
        count => format!("and {} other changes need", count - 1),
    };
    let message = format!(
        "{} -> {} is a {bump} release, but \"{}\" {need} {needed}",
        previous.tag, release.tag, first.change.subject
    );
    let mut finding = subject.finding(Code::BUMP_TOO_SMALL, release, message)?;
    if subject.policy.components.len() > 1 {
        finding.subject = format!("{} {}", subject.component.name, release.tag);
    }
    let mut told = BTreeSet::new();
    let commits = forcing.iter().filter_map(|each| each.change.source.commit.as_ref());
    let commits = commits.filter(|commit| told.insert(*commit)).take(NAMED_COMMITS);
    finding.locations.extend(commits.map(Location::commit));
    Some(finding.suggest("say in its notes what it brings; a released version is never changed"))
}
