//! Tags and branches whose names promise something else than they are.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_policy::Policy;
use trainyard_report::{Code, Finding, Location};

use super::{Subject, is_same};
use crate::{
    facts::History,
    survey::{Release, Spelling, Survey},
};

/// So many releases in a row with the same other spelling are a change of scheme, not slips.
const RUN_OF_A_CHANGE: usize = 3;

/// Tags that are no releases.
pub(super) fn strays(policy: &Policy, history: &History, survey: &Survey) -> Vec<Finding> {
    let found = survey.strays.iter().filter_map(|stray| {
        let component = policy.components.first()?;
        let date = stray.when.map(crate::facts::Moment::date);
        let rules = &component.period_on(date).rules;
        let (code, message, advice) = match &stray.resembles {
            Some(reason) => (
                Code::MISSPELLED_RELEASE,
                format!("the tag looks like a release, but {reason}"),
                "tag its commit with the right spelling as well, or list it under `ignored-tags` of the policy's product",
            ),
            None => (
                Code::STRAY_TAG,
                "the tag is no release of any component".to_owned(),
                "list it under `ignored-tags` of the policy's product; delete it only if nobody uses it",
            ),
        };
        let mut finding = Finding::new(code, &stray.name, message)
            .at(Location {
                commit: stray.commit.map(|commit| history.graph.id(commit).to_string()),
                reference: Some(format!("refs/tags/{}", stray.name)),
                ..Location::default()
            })
            .suggest(advice);
        finding.severity = rules.severity(code)?;
        Some(finding)
    });
    found.collect()
}

/// Releases that are not spelled as their revision says. Those with the same other spelling are one finding; a run of
/// final releases with one is a change of scheme.
pub(super) fn spelling(subject: &Subject<'_>) -> Vec<Finding> {
    let mut by_date: Vec<_> = subject.past.releases.iter().collect();
    by_date.sort_by_key(|release| release.when);
    let finals: Vec<_> = by_date.iter().copied().filter(|release| release.is_final()).collect();
    let mut findings = Vec::new();
    let mut changed = BTreeSet::new();
    for run in finals.chunk_by(|one, other| wrong_shape(one) == wrong_shape(other)) {
        if run.len() >= RUN_OF_A_CHANGE && !run[0].spelling.is_exact() {
            changed.extend(run.iter().map(|release| release.tag.as_str()));
            findings.extend(scheme_change(subject, run));
        }
    }
    let mut groups: BTreeMap<(usize, String), Vec<&Release>> = BTreeMap::new();
    for release in by_date.into_iter().filter(|release| !changed.contains(release.tag.as_str())) {
        if let Some(shape) = wrong_shape(release) {
            groups.entry((release.period, shape)).or_default().push(release);
        }
    }
    findings.extend(groups.values().filter_map(|group| misspelling(subject, group)));
    findings.extend(mixed_prereleases(subject));
    findings
}

/// The shape of a release's tag, where it is not spelled as the policy says.
fn wrong_shape(release: &Release) -> Option<String> {
    (!release.spelling.is_exact()).then(|| shape(&release.tag))
}

/// A text with each number as `0`.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    for letter in text.chars() {
        let letter = if letter.is_ascii_digit() { '0' } else { letter };
        if !(letter == '0' && shape.ends_with('0')) {
            shape.push(letter);
        }
    }
    shape
}

fn misspelling(subject: &Subject<'_>, group: &[&Release]) -> Option<Finding> {
    let first = group.first()?;
    let others = match group.len() {
        1 => String::new(),
        2 => " (and 1 other tag like it)".to_owned(),
        count => format!(" (and {} other tags like it)", count - 1),
    };
    let revision = |period: usize| {
        subject.component.periods[period].revision.as_deref().unwrap_or("(unnamed)")
    };
    let move_revision = "move the revision's `from` if the policy changed at another time";
    let (code, message, suggestion) = match &first.spelling {
        Spelling::Exact => return None,
        Spelling::OtherPeriod { period, expected } => (
            Code::SCHEME_CHANGE,
            format!(
                "{} is spelled as under revision {}{others}; the revision in force writes {expected}",
                first.tag,
                revision(*period)
            ),
            move_revision.to_owned(),
        ),
        Spelling::OtherScheme { period } => (
            Code::SCHEME_CHANGE,
            format!(
                "{} is a version of {}, the scheme of revision {}{others}; in force is {}",
                first.tag,
                subject.component.periods[*period].rules.scheme,
                revision(*period),
                subject.period(first).rules.scheme
            ),
            move_revision.to_owned(),
        ),
        Spelling::Misspelled { expected } => (
            Code::MISSPELLED_RELEASE,
            format!("{} means {}{others}, which is written {expected}", first.tag, first.version),
            format!("tag the same commit {expected} as well, and say so in its notes"),
        ),
    };
    let mut finding = subject.finding(code, first, message)?.suggest(suggestion);
    finding.locations.extend(group[1..].iter().map(|release| subject.location(release)));
    Some(finding)
}

/// Pre-releases that are written in several ways over time.
fn mixed_prereleases(subject: &Subject<'_>) -> Option<Finding> {
    let mut ways: BTreeMap<String, Vec<&Release>> = BTreeMap::new();
    for release in subject.past.releases.iter().filter(|release| !release.is_final()) {
        // A scheme that marks stages in one way only, as PEP 440 does, is one way however many stages it has.
        let is_own = release.spelling.is_exact() && subject.scheme_of(release).name() != "semver";
        let way = if is_own { String::new() } else { mark_shape(&release.tag) };
        ways.entry(way).or_default().push(release);
    }
    if ways.len() < 2 {
        return None;
    }
    let mut ways: Vec<_> = ways.into_values().collect();
    ways.sort_by_key(|releases| std::cmp::Reverse(releases.len()));
    let newest = subject.past.releases.iter().rev().find(|release| !release.is_final())?;
    let told: Vec<_> =
        ways.iter().map(|way| format!("{} like {}", way.len(), way[0].tag)).collect();
    let message = format!("pre-releases are written in {} ways: {}", ways.len(), told.join(", "));
    let mut finding = subject.finding(Code::MIXED_PRERELEASES, newest, message)?;
    finding.subject.clone_from(&subject.policy.product.name);
    finding.locations = ways.iter().map(|way| subject.location(way[0])).collect();
    Some(finding.suggest("keep to one, so that whoever sorts or matches these tags finds them all"))
}

/// How a tag marks a pre-release: what follows its numbers, with the letters of the kind left out (`.rc0`, `b0`, `-rc`).
fn mark_shape(tag: &str) -> String {
    let start = tag.find(|letter: char| letter.is_ascii_digit()).unwrap_or(0);
    let numbers = |letter: char| letter.is_ascii_digit() || letter == '.';
    let after = tag[start..].trim_start_matches(numbers);
    let dot = if tag[..tag.len() - after.len()].ends_with('.') { "." } else { "" };
    let mut mark = String::from(dot);
    for letter in shape(after).chars() {
        let letter = if letter.is_ascii_alphabetic() { 'a' } else { letter };
        if !(letter == 'a' && mark.ends_with('a')) {
            mark.push(letter);
        }
    }
    mark
}

fn scheme_change(subject: &Subject<'_>, run: &[&Release]) -> Option<Finding> {
    let (first, last) = (run.first()?, run.last()?);
    let message = format!(
        "{} releases from {} to {} are spelled another way than the policy says, and no revision declares it",
        run.len(),
        first.tag,
        last.tag
    );
    let finding = subject.finding(Code::SCHEME_CHANGE, first, message)?;
    Some(finding.suggest(format!(
        "add a revision with `from` at {} that gives the scheme and tag of these releases",
        first.version
    )))
}

/// Two tags for one version.
pub(super) fn duplicates(subject: &Subject<'_>) -> Vec<Finding> {
    let pairs = subject.past.releases.windows(2);
    let found = pairs.filter_map(|pair| {
        let [kept, other] = pair else { return None };
        if !is_same(kept, other) {
            return None;
        }
        let same = kept.commit.is_some() && kept.commit == other.commit;
        let tags = format!("tags {} and {}", kept.tag, other.tag);
        let on_one = if same { ", on one commit" } else { "" };
        let message = if differ_in_build(kept, other) {
            format!(
                "{tags} differ in build metadata alone, which orders nothing: both have the precedence of {}{on_one}",
                without_build(kept)
            )
        } else {
            format!("{tags} both mean {}{on_one}", kept.version)
        };
        let finding = subject.finding(Code::DUPLICATE_RELEASE, other, message)?;
        let advice = if same {
            "say in the notes that both are the same, and list one of them under `ignored-tags`"
        } else {
            "leave both, release a new version, and say in its notes which of the two to avoid"
        };
        Some(finding.at(subject.location(kept)).suggest(advice))
    });
    found.collect()
}

/// Whether two versions that order alike are told apart by what stands after a `+`.
fn differ_in_build(one: &Release, other: &Release) -> bool {
    one.version.canonical() != other.version.canonical()
        && without_build(one) == without_build(other)
}

fn without_build(release: &Release) -> &str {
    release.version.canonical().split('+').next().unwrap_or_default()
}

/// Branches that are named as release tags are.
pub(super) fn branches(policy: &Policy, history: &History) -> Vec<Finding> {
    let mut tips = BTreeMap::new();
    for branch in &history.branches {
        tips.entry(branch.name.as_str()).or_insert(branch.tip);
    }
    let found = tips.into_iter().filter_map(|(name, tip)| {
        let component = policy.components.iter().find(|component| {
            let rules = component.current();
            rules.tags.iter().any(|template| {
                template.matches(name).is_some_and(|text| {
                    rules
                        .scheme
                        .parse(text)
                        .is_ok_and(|version| version.text().matches('.').count() >= 2)
                })
            }) && crate::survey::line_of_branch(policy, component, name).is_none()
        })?;
        let severity = component.current().severity(Code::RESERVED_BRANCH_NAME)?;
        let mut finding = Finding::new(
            Code::RESERVED_BRANCH_NAME,
            name,
            format!("the branch is named like a release tag of {}", component.name),
        )
        .at(Location {
            commit: Some(history.graph.id(tip).to_string()),
            reference: Some(format!("refs/heads/{name}")),
            ..Location::default()
        })
        .suggest("rename the branch; git commands cannot tell it from the tag");
        finding.severity = severity;
        Some(finding)
    });
    found.collect()
}
