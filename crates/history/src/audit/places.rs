//! Whether releases lie where the policy says: on their line's branch, in time, with the right version file.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_policy::{Group, Policy};
use trainyard_report::{Code, Finding, Location};
use trainyard_version::Level;

use super::{Material, StatedVersion, Subject};
use crate::{
    facts::{History, Moment},
    survey::{Release, StrayTag, Survey},
};

/// What to do about a version file that disagrees with its tag.
const CORRECT_THE_FILE: &str =
    "leave the tag; correct the file for the next version, and write it before tagging";

/// Releases that their line's branch does not contain, and lines without a branch.
pub(super) fn off_line(subject: &Subject<'_>) -> Vec<Finding> {
    let graph = &subject.history.graph;
    if subject.history.branches.is_empty() {
        return Vec::new();
    }
    let anywhere = graph.ancestors(subject.history.branches.iter().map(|branch| branch.tip));
    let mut findings = Vec::new();
    for release in &subject.past.releases {
        let Some(commit) = release.commit else { continue };
        let branch = subject.past.lines.get(&release.line).and_then(|line| line.branch.as_ref());
        let found = match branch {
            Some(branch) if graph.is_ancestor(commit, branch.tip) => None,
            Some(branch) => Some((
                format!("its line's branch {} does not contain it", branch.name),
                "merge the tag into the line's branch, so that the next patch release builds on it",
            )),
            None if anywhere.contains(commit) => None,
            None => Some((
                "no branch contains it".to_owned(),
                "push the branch it was made on, or its commits may be lost",
            )),
        };
        let finding = found.and_then(|(message, suggestion)| {
            Some(subject.finding(Code::OFF_LINE, release, message)?.suggest(suggestion))
        });
        findings.extend(finding);
    }
    findings.extend(missing_branches(subject));
    findings
}

/// Lines with patch releases but no branch, where the policy makes releases on lines' branches alone (B3).
fn missing_branches(subject: &Subject<'_>) -> Vec<Finding> {
    let missing = subject.past.lines.iter().filter(|(_, line)| line.branch.is_none());
    let found = missing.filter_map(|(name, _)| {
        let newest = subject.past.of_line(name).next_back()?;
        let rules = &subject.period(newest).rules;
        if !rules.releases_from_lines_only || rules.branches.is_empty() {
            return None;
        }
        let message = format!("line {name} has releases but no branch");
        subject.finding(Code::MISSING_LINE_BRANCH, newest, message)
    });
    found.collect()
}

/// Releases of lines that had retired.
pub(super) fn retired(subject: &Subject<'_>) -> Vec<Finding> {
    let found = subject.past.releases.iter().filter_map(|release| {
        let retires = subject.policy.lines.declared.get(&release.line)?.retires?;
        let date = release.date().filter(|date| *date > retires)?;
        let message =
            format!("line {} retired on {retires}, and this was released on {date}", release.line);
        subject.finding(Code::RETIRED_LINE, release, message)
    });
    found.collect()
}

/// Tags whose tree says another version.
pub(super) fn version_files(subject: &Subject<'_>) -> Vec<Finding> {
    let releases = subject.past.releases.iter();
    releases.filter_map(|release| disagreements(subject, release)).collect()
}

/// What the version files of a release say against it.
fn disagreements(subject: &Subject<'_>, release: &Release) -> Option<Finding> {
    let key = (subject.past.component, release.tag.clone());
    let scheme = subject.scheme_of(release);
    let differs = |stated: &&StatedVersion| {
        unseparated(&stated.text) != unseparated(release.version.text())
            && scheme.parse(&stated.text).ok().as_ref() != Some(&release.version)
    };
    let stated = subject.material.stated.get(&key).into_iter().flatten();
    let others: Vec<_> = stated.filter(differs).collect();
    let (message, places) = mismatch(&release.version.to_string(), &others)?;
    let mut finding = subject.finding(Code::VERSION_FILE_MISMATCH, release, message)?;
    finding.locations.splice(0..0, places);
    Some(finding.suggest(CORRECT_THE_FILE))
}

/// A version without the separators around its letters, which tools write in many ways: `1.1.0rc0` for `1.1.0-rc.0`.
fn unseparated(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_letter = |place: Option<usize>| {
        place.and_then(|place| letters.get(place)).is_some_and(|letter| letter.is_alphabetic())
    };
    let kept = letters.iter().enumerate().filter(|(place, letter)| {
        !".-_".contains(**letter)
            || !(is_letter(place.checked_sub(1)) || is_letter(place.checked_add(1)))
    });
    kept.map(|(_, letter)| letter.to_ascii_lowercase()).collect()
}

/// Tags that resemble releases, and whose tree says another version.
pub(super) fn stray_version_files(
    policy: &Policy,
    history: &History,
    survey: &Survey,
    material: &Material<'_>,
) -> Vec<Finding> {
    let found = survey.strays.iter().filter_map(|stray| {
        let (index, text) = resembled(policy, stray)?;
        let date = stray.when.map(Moment::date);
        let rules = &policy.components[index].period_on(date).rules;
        let stated = material.stated.get(&(index, stray.name.clone()))?;
        let others: Vec<_> =
            stated.iter().filter(|one| unseparated(&one.text) != unseparated(text)).collect();
        let (message, places) = mismatch(text, &others)?;
        let mut finding = Finding::new(Code::VERSION_FILE_MISMATCH, &stray.name, message);
        finding.severity = rules.severity(Code::VERSION_FILE_MISMATCH)?;
        finding.locations = places;
        finding.locations.push(Location {
            commit: stray.commit.map(|commit| history.graph.id(commit).to_string()),
            reference: Some(format!("refs/tags/{}", stray.name)),
            ..Location::default()
        });
        Some(finding.suggest(CORRECT_THE_FILE))
    });
    found.collect()
}

/// The component whose release a stray tag resembles, and the version in the tag's name.
pub fn resembled<'a>(policy: &Policy, stray: &'a StrayTag) -> Option<(usize, &'a str)> {
    stray.resembles.as_ref()?;
    let date = stray.when.map(Moment::date);
    policy.components.iter().enumerate().find_map(|(index, component)| {
        if component.repository.is_some() {
            return None;
        }
        let rules = &component.period_on(date).rules;
        let text = rules.tags.iter().find_map(|template| template.matches(&stray.name))?;
        text.starts_with(|letter: char| letter.is_ascii_digit()).then_some((index, text))
    })
}

/// What files say against a version, those with the same text together, and where.
fn mismatch(version: &str, others: &[&StatedVersion]) -> Option<(String, Vec<Location>)> {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for stated in others {
        files.entry(&stated.text).or_default().push(stated.path.as_str());
    }
    let told: Vec<_> = files
        .iter()
        .map(|(text, paths)| {
            let verb = if paths.len() == 1 { "says" } else { "say" };
            format!("{} {verb} {text}", paths.join(" and "))
        })
        .collect();
    if told.is_empty() {
        return None;
    }
    let message = format!("the tag says {version}, {}", told.join(", "));
    let places = others
        .iter()
        .map(|stated| Location { line: Some(stated.line), ..Location::file(&stated.path) });
    Some((message, places.collect()))
}

/// Lines that some members of a lockstep group have and others lack.
pub(super) fn lockstep(policy: &Policy, history: &History, survey: &Survey) -> Vec<Finding> {
    let groups = policy.groups.iter().filter(|group| group.lockstep >= Level::Minor);
    groups.flat_map(|group| broken_lines(policy, history, survey, group)).collect()
}

fn broken_lines(
    policy: &Policy,
    history: &History,
    survey: &Survey,
    group: &Group,
) -> Vec<Finding> {
    let lines_of = |member: usize| -> BTreeSet<&str> {
        let releases = survey.components[member].releases.iter();
        releases.filter(|release| release.is_final()).map(|release| release.line.as_str()).collect()
    };
    let members: Vec<_> = group
        .members
        .iter()
        .map(|member| (*member, lines_of(*member)))
        .filter(|(_, lines)| !lines.is_empty())
        .collect();
    let all: BTreeSet<&str> = members.iter().flat_map(|(_, lines)| lines.iter().copied()).collect();
    let mut findings = Vec::new();
    for line in all {
        let lacking: Vec<_> = members
            .iter()
            .filter(|(_, lines)| !lines.contains(line))
            .map(|(member, _)| policy.components[*member].name.as_str())
            .collect();
        if lacking.is_empty() {
            continue;
        }
        let rules = policy.components[group.members[0]].current();
        let Some(severity) = rules.severity(Code::LOCKSTEP_BROKEN) else { continue };
        let message = format!("line {line} was released without {}", lacking.join(", "));
        let mut finding = Finding::new(Code::LOCKSTEP_BROKEN, &group.name, message);
        finding.severity = severity;
        let of_line =
            group.members.iter().flat_map(|member| survey.components[*member].of_line(line));
        let newest = of_line.filter(|release| release.is_final()).max_by_key(|each| each.when);
        finding.locations.extend(newest.map(|release| super::location(history, release)));
        finding.suggestion = Some(format!(
            "release {} on line {line} too, even unchanged, or let a revision of the policy part the group",
            lacking.join(" and ")
        ));
        findings.push(finding);
    }
    findings
}
