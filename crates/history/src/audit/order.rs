//! Versions in order, without holes, and pre-releases that lead somewhere.

use std::collections::BTreeMap;

use trainyard_report::{Code, Finding};
use trainyard_version::Version;

use super::Subject;
use crate::survey::{Release, Spelling};

/// Final releases that skip versions.
pub(super) fn gaps(subject: &Subject<'_>) -> Vec<Finding> {
    let finals = subject.finals();
    let pairs = finals.windows(2).filter_map(|pair| match pair {
        [before, after] => Some((*before, *after)),
        _ => None,
    });
    pairs
        .filter(|(before, after)| {
            before.read_by == after.read_by
                && !matches!(before.spelling, Spelling::OtherScheme { .. })
                && !matches!(after.spelling, Spelling::OtherScheme { .. })
                && !follows(counted(subject, after), &before.version, &after.version)
        })
        .filter_map(|(before, after)| {
            let message = format!(
                "it follows {}; {} would have come next",
                before.tag,
                successors(counted(subject, after), &before.version)
            );
            let finding = subject.finding(Code::VERSION_GAP, after, message)?;
            Some(finding.at(subject.location(before)))
        })
        .collect()
}

/// How many segments of a release's version are counted; the others are dates.
fn counted(subject: &Subject<'_>, release: &Release) -> usize {
    subject.scheme_of(release).counted_segments()
}

/// Whether one of the counted segments rises by one and all after it are zero.
fn follows(counted: usize, before: &Version, after: &Version) -> bool {
    let segments = before.release().len().max(after.release().len()).min(counted);
    let Some(raised) = (0..segments).find(|index| before.segment(*index) != after.segment(*index))
    else {
        return true;
    };
    before.segment(raised).checked_add(1) == Some(after.segment(raised))
        && (raised + 1..segments).all(|index| after.segment(index) == 0)
}

/// The versions that may follow one, for people.
fn successors(counted: usize, version: &Version) -> String {
    let release = &version.release()[..version.release().len().min(counted)];
    let mut texts: Vec<_> = (0..release.len())
        .rev()
        .filter_map(|raised| {
            let segments =
                release.iter().enumerate().map(|(index, number)| match index.cmp(&raised) {
                    std::cmp::Ordering::Less => Some(*number),
                    std::cmp::Ordering::Equal => number.checked_add(1),
                    std::cmp::Ordering::Greater => Some(0),
                });
            let segments: Option<Vec<_>> = segments.collect();
            Some(segments?.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
        })
        .collect();
    match texts.pop() {
        Some(last) if !texts.is_empty() => format!("{} or {last}", texts.join(", ")),
        Some(only) => only,
        None => "nothing".to_owned(),
    }
}

/// Lower versions of a line that were released after higher ones.
///
/// Final releases are held against final ones and pre-releases against pre-releases: the next version's candidate may
/// be out while a fix of the present one is made.
pub(super) fn reversals(subject: &Subject<'_>) -> Vec<Finding> {
    let mut newest: BTreeMap<(&str, bool), &Release> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut as_text: BTreeMap<&str, Vec<(&Release, &Release)>> = BTreeMap::new();
    for release in &subject.past.releases {
        let key = (release.line.as_str(), release.is_final());
        let Some(lower) = newest.insert(key, release) else { continue };
        let reversed = lower.read_by == release.read_by
            && lower.version.precedence(&release.version).is_lt()
            && lower.when.zip(release.when).is_some_and(|(lower, when)| when < lower)
            && !is_ancestor(subject, lower, release);
        if !reversed {
            continue;
        }
        if is_text_order(&lower.version, &release.version) {
            as_text.entry(&release.line).or_default().push((lower, release));
            continue;
        }
        let message =
            format!("it was released after {}, a higher version of its line", release.tag);
        let finding = subject.finding(Code::OUT_OF_ORDER, lower, message);
        findings.extend(finding.map(|finding| finding.at(subject.location(release))));
    }
    findings.extend(as_text.values().filter_map(|pairs| sorts_as_text(subject, pairs)));
    findings
}

/// Lines whose first final release came after one of a higher line: later by its commits, or in a list by its day.
///
/// Patches of older lines are maintenance, and so is an older line that is finished on a branch of its own.
pub(super) fn late_lines(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut earliest: Option<&Release> = None;
    let mut lines: BTreeMap<(usize, &str), Vec<&Release>> = BTreeMap::new();
    let mut firsts = Vec::new();
    for release in subject.finals() {
        let line = lines.entry((release.read_by, &release.line)).or_default();
        if line.is_empty() {
            firsts.push(release);
        }
        line.push(release);
    }
    for first in firsts.into_iter().rev() {
        let higher = earliest.filter(|higher| {
            higher.read_by == first.read_by && came_before(subject, higher, first)
        });
        if let Some(higher) = higher {
            let message =
                format!("it begins line {} after {}, of a higher line", first.line, higher.tag);
            let finding = subject.finding(Code::OUT_OF_ORDER, first, message);
            findings.extend(finding.map(|finding| finding.at(subject.location(higher))));
        }
        let is_earlier = earliest.is_none_or(|known| {
            known.read_by != first.read_by
                || first.when.is_some_and(|when| known.when.is_none_or(|other| when < other))
        });
        if is_earlier {
            earliest = Some(first);
        }
    }
    findings.reverse();
    findings
}

fn came_before(subject: &Subject<'_>, higher: &Release, lower: &Release) -> bool {
    match (higher.commit, lower.commit) {
        (Some(one), Some(other)) => one != other && is_ancestor(subject, higher, lower),
        _ => higher.when.zip(lower.when).is_some_and(|(higher, lower)| higher < lower),
    }
}

/// Different final versions of one commit.
pub(super) fn shared_commits(subject: &Subject<'_>) -> Vec<Finding> {
    let mut by_commit: BTreeMap<_, Vec<&Release>> = BTreeMap::new();
    for release in subject.finals() {
        if let Some(commit) = release.commit {
            by_commit.entry((release.read_by, commit)).or_default().push(release);
        }
    }
    let found =
        by_commit.values().filter_map(|releases| {
            let [first, .., last] = releases.as_slice() else { return None };
            if has_same_numbers(&first.version, &last.version) {
                return None;
            }
            let message = format!("{} and {} are the same commit", first.tag, last.tag);
            let finding = subject.finding(Code::OUT_OF_ORDER, last, message)?;
            Some(finding.at(subject.location(first)).suggest(
                "leave both tags, and say in the notes that nothing differs but the number",
            ))
        });
    found.collect()
}

/// Whether a later pre-release sorts first only because its number is compared as text: `rc10` before `rc2`.
fn is_text_order(lower: &Version, higher: &Version) -> bool {
    let numbered = |version: &Version| {
        let text = version.canonical();
        let end = text.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        Some((text[..end].to_owned(), text[end..].parse::<u64>().ok()?))
    };
    match (numbered(lower), numbered(higher)) {
        (Some((one, later)), Some((other, earlier))) => {
            one == other && later > earlier && one.ends_with(char::is_alphabetic)
        }
        _ => false,
    }
}

fn sorts_as_text(subject: &Subject<'_>, pairs: &[(&Release, &Release)]) -> Option<Finding> {
    let (later, earlier) = pairs.first()?;
    let others = match pairs.len() {
        1 => String::new(),
        count => format!(" (and {} more of line {})", count - 1, later.line),
    };
    let message = format!(
        "{} was released after {} but sorts before it{others}, because the number behind letters is compared as text",
        later.tag, earlier.tag
    );
    let finding = subject.finding(Code::SORTS_AS_TEXT, later, message)?;
    Some(
        finding
            .at(subject.location(earlier))
            .suggest("write the number as an identifier of its own, such as `rc.10`"),
    )
}

fn is_ancestor(subject: &Subject<'_>, lower: &Release, higher: &Release) -> bool {
    lower
        .commit
        .zip(higher.commit)
        .is_some_and(|(lower, higher)| subject.history.graph.is_ancestor(lower, higher))
}

/// Pre-releases without a final release, or tagged after it.
pub(super) fn unfinished(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let newest_final = subject.finals().last().map(|release| &release.version);
    for train in trains(subject) {
        let Some(last) = last_made(&train) else { continue };
        let fin = subject.past.releases.iter().find(|release| {
            release.is_final()
                && release.read_by == last.read_by
                && has_same_numbers(&release.version, &last.version)
        });
        match fin {
            Some(fin) => {
                findings.extend(train.iter().filter_map(|release| late(subject, release, fin)));
            }
            None if must_be_finalised(subject, last)
                && newest_final.is_some_and(|newest| *newest > last.version) =>
            {
                let message = match train.len() {
                    1 => format!("{} was never followed by its final release", last.tag),
                    count => format!(
                        "{count} pre-releases up to {} were never followed by their final release",
                        last.tag
                    ),
                };
                findings.extend(subject.finding(Code::NEVER_FINALISED, last, message));
            }
            None => {}
        }
    }
    findings
}

/// Whether the policy of a pre-release's time asks for its final release.
fn must_be_finalised(subject: &Subject<'_>, release: &Release) -> bool {
    subject.period(release).rules.prerelease.must_be_finalised
}

/// The release that came last: by its day, or where days are unknown or equal by its version.
fn last_made<'a>(train: &[&'a Release]) -> Option<&'a Release> {
    let is_dated = train.iter().all(|release| release.when.is_some());
    if is_dated {
        train.iter().copied().max_by_key(|release| release.when)
    } else {
        train.last().copied()
    }
}

/// Pre-releases in runs with the same final release.
fn trains<'a>(subject: &Subject<'a>) -> Vec<Vec<&'a Release>> {
    let mut trains: Vec<Vec<&Release>> = Vec::new();
    for release in subject.past.releases.iter().filter(|release| !release.is_final()) {
        match trains.last_mut() {
            Some(train) if has_same_numbers(&train[0].version, &release.version) => {
                train.push(release);
            }
            _ => trains.push(vec![release]),
        }
    }
    trains
}

fn late(subject: &Subject<'_>, release: &Release, fin: &Release) -> Option<Finding> {
    let (when, finished) = release.when.zip(fin.when)?;
    if when <= finished || is_ancestor(subject, release, fin) {
        return None;
    }
    let message = format!("the pre-release was tagged after its final release {}", fin.tag);
    Some(subject.finding(Code::PRERELEASE_AFTER_FINAL, release, message)?.at(subject.location(fin)))
}

fn has_same_numbers(one: &Version, other: &Version) -> bool {
    let segments = one.release().len().max(other.release().len());
    (0..segments).all(|index| one.segment(index) == other.segment(index))
}
