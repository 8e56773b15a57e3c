//! Steps of Debian versions: levels raise the upstream version, no level at all the revision.

use super::{Mark, Parts};
use crate::{
    Level, Phase, PreStep, Step, StepError, Version,
    schemes::stepping::{
        ascending, dotted_like, incremented, leads_to_level, raised, refusal, segment_of,
    },
};

pub(super) fn step(from: &Version, step: &Step) -> Result<Version, StepError> {
    let refuse = |reason| refusal(from, step, reason);
    let current = Parts::parse(from.canonical()).map_err(|error| refuse(error.to_string()))?;
    let next = match step {
        Step::Level(Level::None, None) => next_revision(&current),
        Step::Level(level, pre) => level_step(&current, *level, pre.as_ref()),
        Step::Pre(pre) => next_prerelease(&current, pre),
        Step::Final => finished(&current),
        Step::NextDevelopment(level, pre) => next_development(&current, *level, pre.as_ref()),
        Step::Date => Err("Debian versions have no date; step by a level".to_owned()),
    }
    .map_err(refuse)?;
    ascending(from, step, next.written())
}

fn level_step(current: &Parts, level: Level, pre: Option<&PreStep>) -> Result<Parts, String> {
    let index = segment_of(level)?;
    let unfinished = current.mark().is_some() && leads_to_level(&current.release(), index);
    match pre {
        None if unfinished => finished(current),
        None => Ok(with_upstream(current, raised_to(current, index)?)),
        Some(pre) if unfinished => next_prerelease(current, pre),
        Some(pre) => marked(current, &raised_to(current, index)?, &fresh(pre)?),
    }
}

fn next_development(current: &Parts, level: Level, pre: Option<&PreStep>) -> Result<Parts, String> {
    let mark = pre.map_or_else(|| Ok("dev".to_owned()), fresh)?;
    marked(current, &raised_to(current, segment_of(level)?)?, &mark)
}

fn next_revision(current: &Parts) -> Result<Parts, String> {
    let revision =
        current.revision.as_deref().ok_or("a native package has no revision; step by a level")?;
    let text = revision.trim_end_matches(|character: char| character.is_ascii_digit());
    let next = format!("{text}{}", incremented(&revision[text.len()..]));
    Ok(Parts { revision: Some(next), ..current.clone() })
}

fn finished(current: &Parts) -> Result<Parts, String> {
    match current.upstream.split_once('~') {
        Some((upstream, _)) => Ok(with_upstream(current, upstream.to_owned())),
        None => Err("it is final already".to_owned()),
    }
}

fn next_prerelease(current: &Parts, pre: &PreStep) -> Result<Parts, String> {
    let (upstream, mark) = current
        .upstream
        .split_once('~')
        .ok_or("it is final, so a level must say which release comes next")?;
    let present = Mark::read(mark);
    if Phase::from_label(present.label) != pre.phase {
        return marked(current, upstream, &fresh(pre)?);
    }
    let number = match present.digits {
        "" => pre
            .start
            .ok_or("its pre-release has no number to raise, and none to start at is given")?
            .to_string(),
        digits => incremented(digits),
    };
    marked(current, upstream, &format!("{}{}{number}", present.label, present.dot))
}

fn raised_to(current: &Parts, index: usize) -> Result<String, String> {
    let release = current.release();
    let text = current.release_text();
    if text.split('.').count() > release.len() {
        return Err(format!("its upstream version has a number beyond {}", u64::MAX));
    }
    Ok(dotted_like(&raised(&release, index)?, text))
}

/// A new upstream version is packaged for the first time; a native package stays native.
fn with_upstream(current: &Parts, upstream: String) -> Parts {
    let revision = current.revision.as_ref().map(|_| "1".to_owned());
    Parts { epoch: current.epoch, upstream, revision }
}

fn marked(current: &Parts, upstream: &str, mark: &str) -> Result<Parts, String> {
    let next = with_upstream(current, format!("{upstream}~{mark}"));
    match Parts::parse(&next.spelled()) {
        Ok(_) if !mark.contains('-') => Ok(next),
        _ => Err(format!("`{mark}` is no mark for a Debian pre-release")),
    }
}

fn fresh(pre: &PreStep) -> Result<String, String> {
    match (pre.phase.label(), pre.start) {
        ("", _) => Err("a pre-release of a Debian version needs a label".to_owned()),
        (label, Some(number)) => Ok(format!("{label}{number}")),
        (label, None) => Ok(label.to_owned()),
    }
}
