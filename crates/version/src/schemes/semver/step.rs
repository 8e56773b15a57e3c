//! Steps of SemVer versions, as npm's own tool takes them where it keeps the order.

use semver::{BuildMetadata, Prerelease, Version as Parsed};

use super::{is_numeric, stage::Glued, written};
use crate::{
    Level, Phase, PreStep, Step, StepError, Version,
    schemes::stepping::{ascending, incremented, leads_to_level, raised, refusal, segment_of},
};

pub(super) fn step(from: &Version, step: &Step) -> Result<Version, StepError> {
    let refuse = |reason| refusal(from, step, reason);
    let current = Parsed::parse(from.canonical())
        .map_err(|error| refuse(format!("it is no SemVer version ({error})")))?;
    let next = match step {
        Step::Level(level, pre) => level_step(&current, *level, pre.as_ref()),
        Step::Pre(pre) => next_prerelease(&current, pre),
        Step::Final => finished(&current),
        Step::NextDevelopment(level, pre) => next_development(&current, *level, pre.as_ref()),
        Step::Date => Err("SemVer versions have no date; step by a level".to_owned()),
    }
    .map_err(refuse)?;
    ascending(from, step, written(&next))
}

fn level_step(current: &Parsed, level: Level, pre: Option<&PreStep>) -> Result<Parsed, String> {
    let index = segment_of(level)?;
    let unfinished = !current.pre.is_empty() && leads_to_level(&segments(current), index);
    match pre {
        None if unfinished => finished(current),
        None => raised_to(current, index),
        Some(pre) if unfinished => next_prerelease(current, pre),
        Some(pre) => marked(&raised_to(current, index)?, &fresh(pre)?),
    }
}

fn next_development(
    current: &Parsed,
    level: Level,
    pre: Option<&PreStep>,
) -> Result<Parsed, String> {
    let mark = pre.map_or_else(|| Ok("dev".to_owned()), fresh)?;
    marked(&raised_to(current, segment_of(level)?)?, &mark)
}

fn finished(current: &Parsed) -> Result<Parsed, String> {
    if current.pre.is_empty() {
        return Err("it is final already".to_owned());
    }
    Ok(Parsed::new(current.major, current.minor, current.patch))
}

fn next_prerelease(current: &Parsed, pre: &PreStep) -> Result<Parsed, String> {
    if current.pre.is_empty() {
        return Err("it is final, so a level must say which release comes next".to_owned());
    }
    marked(current, &next_mark(&current.pre, pre)?)
}

fn segments(version: &Parsed) -> [u64; 3] {
    [version.major, version.minor, version.patch]
}

fn raised_to(current: &Parsed, index: usize) -> Result<Parsed, String> {
    let next = raised(&segments(current), index)?;
    Ok(Parsed::new(next[0], next[1], next[2]))
}

fn marked(version: &Parsed, mark: &str) -> Result<Parsed, String> {
    let pre = Prerelease::new(mark)
        .map_err(|error| format!("`{mark}` is no SemVer pre-release ({error})"))?;
    Ok(Parsed { pre, build: BuildMetadata::EMPTY, ..*version })
}

/// The mark of the first pre-release of a kind; a kind without a label is a bare number.
fn fresh(pre: &PreStep) -> Result<String, String> {
    match (pre.phase.label(), pre.start) {
        ("", None) => Err("a pre-release needs a label or a number".to_owned()),
        ("", Some(number)) => Ok(number.to_string()),
        (label, None) => Ok(label.to_owned()),
        (label, Some(number)) => Ok(format!("{label}.{number}")),
    }
}

/// The mark after `mark` in its own spelling, or the first of another kind.
fn next_mark(mark: &str, pre: &PreStep) -> Result<String, String> {
    let label = pre.phase.label();
    if label.is_empty() {
        return counted_up(mark).map_or_else(|| numbered(mark, pre), Ok);
    }
    if let Some(rest) = after_label(mark, &pre.phase) {
        let second = rest.split('.').next().unwrap_or_default();
        return match rest {
            "" => numbered(mark, pre),
            _ if is_numeric(second) => counted_up(mark).map_or_else(|| fresh(pre), Ok),
            _ => fresh(pre),
        };
    }
    match Glued::read(mark) {
        Some(glued) if Phase::from_label(glued.label) == pre.phase => glued_up(&glued),
        Some(glued) => Ok(match pre.start {
            Some(number) => format!("{}{}{number}", as_short_as(glued.label, label), glued.hyphen),
            None => label.to_owned(),
        }),
        None => fresh(pre),
    }
}

/// SemVer compares a label and number without a dot as text, so one more digit would sort below.
fn glued_up(glued: &Glued<'_>) -> Result<String, String> {
    let Glued { label, hyphen, digits } = glued;
    let next = format!("{label}{hyphen}{}", incremented(digits));
    if next.len() > label.len() + hyphen.len() + digits.len() {
        let reason =
            "as text, so nothing of this phase is left above it; take a later phase or finish it";
        return Err(format!("SemVer compares `{label}{hyphen}{digits}` and `{next}` {reason}"));
    }
    Ok(next)
}

/// What follows the label of this phase and its dot, whichever way the label is spelled.
fn after_label<'mark>(mark: &'mark str, phase: &Phase) -> Option<&'mark str> {
    if let Some(rest) = mark.strip_prefix(phase.label())
        && (rest.is_empty() || rest.starts_with('.'))
    {
        return Some(rest.strip_prefix('.').unwrap_or_default());
    }
    let (first, rest) = mark.split_once('.').unwrap_or((mark, ""));
    (Phase::from_label(first) == *phase).then_some(rest)
}

/// Raises the last numeric identifier; `None` where there is none.
fn counted_up(mark: &str) -> Option<String> {
    let mut identifiers: Vec<_> = mark.split('.').collect();
    let last = identifiers.iter().rposition(|identifier| is_numeric(identifier))?;
    let next = incremented(identifiers[last]);
    identifiers[last] = &next;
    Some(identifiers.join("."))
}

fn numbered(mark: &str, pre: &PreStep) -> Result<String, String> {
    let number =
        pre.start.ok_or("its pre-release has no number to raise, and none to start at is given")?;
    Ok(format!("{mark}.{number}"))
}

/// The label as `a` or `b` where the one before it was written so.
fn as_short_as<'label>(model: &str, label: &'label str) -> &'label str {
    match label {
        "alpha" | "beta" if model.len() == 1 => &label[..1],
        _ => label,
    }
}
