//! Whether each release's bump is as large as its changes need.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_evidence::Verdict;
use trainyard_report::{Code, Finding, Location};
use trainyard_version::{Level, Version};

use super::{AuditedRelease, Span, Subject};
use crate::{
    plan::{Evidence, Weighing, remarks},
    survey::Release,
    testimony::{self, attributed},
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
            let (audited, found) = one(subject, release, span);
            findings.extend(found);
            audited
        })
        .collect();
    (releases, findings)
}

fn one(
    subject: &Subject<'_>,
    release: &Release,
    span: Option<&Span>,
) -> (AuditedRelease, Vec<Finding>) {
    let period = subject.period(release);
    let previous = span.and_then(|span| Some(&subject.past.releases[span.previous?]));
    let comparable = previous.filter(|previous| {
        previous.read_by == release.read_by && !subject.scheme_of(release).is_calendar()
    });
    // A post-release only repairs how its version was packed, so its numbers stay.
    let comparable = comparable
        .filter(|previous| bump_between(&previous.version, &release.version) > Level::None);
    let bump = comparable.map(|previous| bump_between(&previous.version, &release.version));
    let read = span.and_then(|span| evidence(subject, release, previous, span));
    let needed = read
        .as_ref()
        .map(|(_, evidence)| evidence.iter().map(|each| each.level).max().unwrap_or(Level::None));
    let mut findings = Vec::new();
    if let (Some(bump), Some(needed), Some((_, evidence)), Some(previous)) =
        (bump, needed, &read, previous)
        && bump < needed
    {
        findings.extend(too_small(subject, release, previous, bump, needed, evidence));
    }
    if bump == Some(Level::Patch) {
        findings
            .extend(read.as_ref().and_then(|(_, evidence)| patched(subject, release, evidence)));
    }
    for (code, message, locations) in read.iter().flat_map(|(_, evidence)| remarks(evidence)) {
        let message = format!("{} {message}", release.tag);
        if let Some(mut finding) = subject.finding(code, release, message) {
            finding.locations.extend(locations);
            findings.push(finding);
        }
    }
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
        changes: subject.verdict(release).map(by_rule).unwrap_or_default(),
    };
    (audited, findings)
}

/// What each rule says of a migration that was not there before.
const NEW_MIGRATIONS: [&str; 7] = [
    "migrations.merge",
    "migrations.additive",
    "migrations.data",
    "migrations.destructive",
    "migrations.mixed",
    "migrations.no-op",
    "migrations.unknown",
];

/// How many migrations a finding names.
const NAMED_MIGRATIONS: usize = 3;

/// A patch release that brings migrations.
fn patched(subject: &Subject<'_>, release: &Release, evidence: &[Evidence]) -> Option<Finding> {
    let new: Vec<_> = evidence
        .iter()
        .filter(|each| NEW_MIGRATIONS.contains(&each.change.rule.as_str()))
        .filter(|each| each.waived.is_none())
        .map(|each| &each.change)
        .collect();
    let mut named: Vec<_> = new
        .iter()
        .take(NAMED_MIGRATIONS)
        .map(|change| format!("`{}` ({})", change.subject, change.sentence))
        .collect();
    match new.len().saturating_sub(NAMED_MIGRATIONS) {
        0 => {}
        rest => named.push(format!("and {rest} more")),
    }
    let count = match new.len() {
        0 => return None,
        1 => "a migration".to_owned(),
        count => format!("{count} migrations"),
    };
    let message =
        format!("{} is a patch release and brings {count}: {}", release.tag, named.join(", "));
    subject.finding(Code::PATCH_CARRIES_MIGRATION, release, message)
}

fn by_rule(verdict: &Verdict) -> BTreeMap<String, usize> {
    let mut counts = verdict.left_out.clone();
    for change in &verdict.changes {
        *counts.entry(change.rule.clone()).or_default() += 1;
    }
    counts
}

/// How many commits of the span touch the component, and what they and the trees changed.
fn evidence(
    subject: &Subject<'_>,
    release: &Release,
    previous: Option<&Release>,
    span: &Span,
) -> Option<(usize, Vec<Evidence>)> {
    let commits = span.commits.as_ref()?;
    let details: Vec<_> = commits
        .iter()
        .filter_map(|commit| {
            let id = subject.history.graph.id(*commit);
            Some((*commit, subject.material.details.get(&id).copied()?))
        })
        .collect();
    let said =
        testimony::of_commits(subject.component, &subject.history.graph, details.iter().copied());
    let weighing = Weighing {
        policy: subject.policy,
        component: subject.past.component,
        rules: &subject.period(release).rules,
        base: previous.map(|previous| &previous.version),
        day: release.date(),
    };
    let verdict = subject.verdict(release);
    let listed: Vec<_> = details.iter().map(|(_, detail)| *detail).collect();
    let of_trees = verdict.map(|verdict| attributed(verdict.changes.clone(), &listed));
    let changes = said.changes.iter().chain(of_trees.iter().flatten());
    Some((said.commits, changes.map(|change| weighing.weigh(change)).collect()))
}

/// The level of the first segment that differs.
pub(crate) fn bump_between(before: &Version, after: &Version) -> Level {
    let segments = before.release().len().max(after.release().len());
    match (0..segments).find(|index| before.segment(*index) != after.segment(*index)) {
        Some(0) => Level::Major,
        Some(1) => Level::Minor,
        Some(_) => Level::Patch,
        None => Level::None,
    }
}

/// How many other kinds of evidence a finding names.
const NAMED_FAMILIES: usize = 3;

/// `; among them 4 of migrations, such as "alembic 1a2b: drops table `users`"`, for kinds that the first one is not of.
fn other_families(forcing: &[&Evidence], first: &Evidence) -> String {
    let family =
        |each: &Evidence| each.change.rule.split('.').next().unwrap_or_default().to_owned();
    let mut families: Vec<(String, usize, &Evidence)> = Vec::new();
    for each in forcing.iter().filter(|each| family(each) != family(first)) {
        match families.iter_mut().find(|(known, ..)| *known == family(each)) {
            Some((_, count, _)) => *count += 1,
            None => families.push((family(each), 1, each)),
        }
    }
    let told = families.iter().take(NAMED_FAMILIES).map(|(family, count, example)| {
        format!("; among them {count} of {family}, such as \"{}\"", example.change.title())
    });
    told.collect()
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
    let others = other_families(&forcing, first);
    let need = match forcing.len() {
        1 => "needs".to_owned(),
        2 => "and 1 other change need".to_owned(),
        count => format!("and {} other changes need", count - 1),
    };
    let message = format!(
        "{} -> {} is a {bump} release, but \"{}\" {need} {needed}{others}",
        previous.tag,
        release.tag,
        first.change.title()
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
