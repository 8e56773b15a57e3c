//! What the steps of several schemes have in common.

use crate::{Level, Step, StepError, Version};

/// Refuses a step for a reason.
pub(super) fn refusal(from: &Version, step: &Step, reason: impl Into<String>) -> StepError {
    StepError {
        version: from.canonical().to_owned(),
        step: step.to_string(),
        reason: reason.into(),
    }
}

/// Lets the result of a step through if it sorts above where the step began.
pub(super) fn ascending(from: &Version, step: &Step, next: Version) -> Result<Version, StepError> {
    if next.key() > from.key() {
        Ok(next)
    } else {
        let reason = format!("`{next}` does not sort above it; take a later phase or a level");
        Err(refusal(from, step, reason))
    }
}

/// The index of the segment that a level raises.
pub(super) fn segment_of(level: Level) -> Result<usize, String> {
    match level {
        Level::Major => Ok(0),
        Level::Minor => Ok(1),
        Level::Patch => Ok(2),
        Level::None => Err("a release needs a level: patch, minor or major".to_owned()),
    }
}

/// Whether a pre-release with these segments already leads to a release of that level: nothing stands below it.
pub(super) fn leads_to_level(release: &[u64], index: usize) -> bool {
    release.iter().skip(index + 1).all(|&segment| segment == 0)
}

/// The segments with one raised and those after it set to zero; a shorter release grows as far as needed.
pub(super) fn raised(release: &[u64], index: usize) -> Result<Vec<u64>, String> {
    let mut next = release.to_vec();
    next.resize(release.len().max(index + 1), 0);
    let segment = next[index];
    next[index] = segment
        .checked_add(1)
        .ok_or_else(|| format!("{segment} is the greatest number a segment can hold"))?;
    next[index + 1..].fill(0);
    Ok(next)
}

/// Writes segments with dots, zero-padded as the same segments of `model` are.
pub(super) fn dotted_like(release: &[u64], model: &str) -> String {
    let mut models = model.split('.');
    let segments: Vec<_> = release
        .iter()
        .map(|segment| padded_like(&segment.to_string(), models.next().unwrap_or_default()))
        .collect();
    segments.join(".")
}

/// Zero-pads digits to the width of `model` if that is zero-padded.
fn padded_like(digits: &str, model: &str) -> String {
    let width = if model.starts_with('0') { model.len() } else { 0 };
    format!("{}{digits}", "0".repeat(width.saturating_sub(digits.len())))
}

/// Writes segments with dots.
pub(super) fn dotted(release: &[u64]) -> String {
    dotted_like(release, "")
}

/// Adds one to decimal digits of any length and keeps their zero-padding.
pub(super) fn incremented(digits: &str) -> String {
    let kept = digits.trim_end_matches('9');
    let nines = digits.len() - kept.len();
    let (head, last) = match kept.as_bytes().split_last() {
        Some((&last, _)) => (&kept[..kept.len() - 1], char::from(last + 1)),
        None => ("", '1'),
    };
    format!("{head}{last}{}", "0".repeat(nines))
}
