//! Steps of Rez versions.

use super::{number, version};
use crate::{
    Step, StepError, Version,
    schemes::stepping::{ascending, dotted_like, raised, refusal, segment_of},
};

pub(super) fn step(from: &Version, step: &Step) -> Result<Version, StepError> {
    let refuse = |reason| refusal(from, step, reason);
    let next = match step {
        Step::Level(level, None) => {
            segment_of(*level).and_then(|index| raised_to(from.canonical(), index))
        }
        Step::Level(_, Some(_)) | Step::Pre(_) | Step::NextDevelopment(..) => {
            Err("rez has no pre-releases: whatever is appended to a version sorts above it"
                .to_owned())
        }
        Step::Final => Err("it is final already, as every rez version is".to_owned()),
        Step::Date => Err("rez versions have no date; step by a level".to_owned()),
    }
    .map_err(refuse)?;
    let tokens: Vec<_> = next.split('.').collect();
    ascending(from, step, version(&next, &tokens))
}

/// Raises one token and keeps the width of the numeric tokens; tokens with letters after it are dropped.
fn raised_to(canonical: &str, index: usize) -> Result<String, String> {
    let tokens: Vec<_> = canonical.split('.').filter(|token| !token.is_empty()).collect();
    let release: Vec<u64> = tokens.iter().map_while(|token| number(token)).collect();
    match tokens.get(release.len()) {
        Some(token) if release.len() <= index => Err(format!(
            "its token `{token}` is no number up to {} that a step could raise",
            u64::MAX
        )),
        _ => Ok(dotted_like(&raised(&release, index)?, canonical)),
    }
}
