//! Steps of PEP 440 versions.

use super::{Pep440Version, PreKind};
use crate::{
    Level, Phase, PreStep, Step, StepError, Version,
    schemes::stepping::{ascending, dotted_like, leads_to_level, raised, refusal, segment_of},
};

/// Steps keep the number of segments, where that is enough, and in the text their zero-padding.
pub(super) fn step(from: &Version, step: &Step) -> Result<Version, StepError> {
    let refuse = |reason| refusal(from, step, reason);
    let current = Pep440Version::parse(from.text()).map_err(|error| refuse(error.to_string()))?;
    let next = match step {
        Step::Level(Level::None, None) => next_post(&current),
        Step::Level(level, pre) => level_step(&current, *level, pre.as_ref()),
        Step::Pre(pre) => next_prerelease(&current, pre),
        Step::Final => finished(&current),
        Step::NextDevelopment(level, pre) => next_development(&current, *level, pre.as_ref()),
        Step::Date => {
            Err("PEP 440 versions have no date; step by a level, or use the calver scheme"
                .to_owned())
        }
    }
    .map_err(refuse)?;
    let text = next.spelled(&dotted_like(&next.release, release_text(from.text())));
    ascending(from, step, next.version(&text))
}

/// The release segments as they were written.
fn release_text(text: &str) -> &str {
    let text = text.trim_start().trim_start_matches(['v', 'V']);
    let text = text.split_once('!').map_or(text, |(_, release)| release);
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.');
    &text[..end.unwrap_or(text.len())]
}

fn level_step(
    current: &Pep440Version,
    level: Level,
    pre: Option<&PreStep>,
) -> Result<Pep440Version, String> {
    let index = segment_of(level)?;
    let unfinished = is_before_final(current) && leads_to_level(&current.release, index);
    match pre {
        None if unfinished => finished(current),
        None => raised_to(current, index),
        Some(pre) if unfinished => next_prerelease(current, pre),
        Some(pre) => marked(raised_to(current, index)?, pre),
    }
}

fn next_development(
    current: &Pep440Version,
    level: Level,
    pre: Option<&PreStep>,
) -> Result<Pep440Version, String> {
    let next = raised_to(current, segment_of(level)?)?;
    match pre {
        Some(pre) => marked(next, pre),
        None => Ok(Pep440Version { dev: Some(0), ..next }),
    }
}

/// Whether the final release of these segments is still to come.
fn is_before_final(current: &Pep440Version) -> bool {
    current.pre.is_some() || (current.dev.is_some() && current.post.is_none())
}

/// The version without everything after the release segments.
fn plain(current: &Pep440Version) -> Pep440Version {
    Pep440Version {
        epoch: current.epoch,
        release: current.release.clone(),
        ..Pep440Version::default()
    }
}

fn raised_to(current: &Pep440Version, index: usize) -> Result<Pep440Version, String> {
    Ok(Pep440Version { release: raised(&current.release, index)?, ..plain(current) })
}

fn finished(current: &Pep440Version) -> Result<Pep440Version, String> {
    match (is_before_final(current), current.dev) {
        (true, _) => Ok(plain(current)),
        (false, Some(_)) => Ok(Pep440Version { post: current.post, ..plain(current) }),
        (false, None) => Err("it is final already".to_owned()),
    }
}

fn next_post(current: &Pep440Version) -> Result<Pep440Version, String> {
    if is_before_final(current) {
        return Err("only a final release has post-releases; finish it first".to_owned());
    }
    let post = match (current.post, current.dev) {
        (Some(post), Some(_)) => post,
        (Some(post), None) => successor(post)?,
        (None, _) => 1,
    };
    Ok(Pep440Version { post: Some(post), ..plain(current) })
}

fn next_prerelease(current: &Pep440Version, pre: &PreStep) -> Result<Pep440Version, String> {
    if !is_before_final(current) {
        return Err("it is final, so a level must say which release comes next".to_owned());
    }
    match kind(&pre.phase)? {
        Some(kind) => next_of_kind(current, kind, pre.start.unwrap_or(0)),
        None => next_dev(current, pre.start.unwrap_or(0)),
    }
}

fn next_of_kind(
    current: &Pep440Version,
    kind: PreKind,
    start: u64,
) -> Result<Pep440Version, String> {
    let number = match current.pre {
        Some((present, _)) if present > kind => {
            return Err(format!(
                "it is a `{}` already, which comes after `{}`",
                present.label(),
                kind.label()
            ));
        }
        // A development release leads to this very pre-release, unless it is one of a post-release of it.
        Some((present, number)) if present == kind => match (current.dev, current.post) {
            (Some(_), None) => number,
            _ => successor(number)?,
        },
        _ => start,
    };
    Ok(Pep440Version { pre: Some((kind, number)), ..plain(current) })
}

/// The next development release on the way to the same pre-release or, from one, to the next.
fn next_dev(current: &Pep440Version, start: u64) -> Result<Pep440Version, String> {
    if let Some(dev) = current.dev {
        let dev = Some(successor(dev)?);
        return Ok(Pep440Version { dev, local: Vec::new(), ..current.clone() });
    }
    let pre = match current.pre {
        Some((kind, number)) => Some((kind, successor(number)?)),
        None => None,
    };
    Ok(Pep440Version { pre, dev: Some(start), ..plain(current) })
}

/// Makes the first pre-release of a kind on the way to `next`.
fn marked(next: Pep440Version, pre: &PreStep) -> Result<Pep440Version, String> {
    let start = pre.start.unwrap_or(0);
    Ok(match kind(&pre.phase)? {
        Some(kind) => Pep440Version { pre: Some((kind, start)), ..next },
        None => Pep440Version { dev: Some(start), ..next },
    })
}

/// The kind of a phase, `None` for development releases.
fn kind(phase: &Phase) -> Result<Option<PreKind>, String> {
    match phase {
        Phase::Alpha => Ok(Some(PreKind::Alpha)),
        Phase::Beta => Ok(Some(PreKind::Beta)),
        Phase::Candidate => Ok(Some(PreKind::Candidate)),
        Phase::Other(label) if &**label == "dev" => Ok(None),
        Phase::Other(label) => {
            Err(format!("PEP 440 has no `{label}`; there are alpha, beta, rc and dev"))
        }
    }
}

fn successor(number: u64) -> Result<u64, String> {
    number.checked_add(1).ok_or_else(|| format!("{number} is the greatest number there can be"))
}
