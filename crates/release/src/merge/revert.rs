//! Merges that take a version back without a word.

use super::{Choice, Direction, choose};

/// A version that a merge took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert {
    /// What should stand in the file.
    pub expected: String,
    /// What does, and is lower.
    pub found: String,
}

/// Tells whether the result of a merge, whoever made it, states a lower version than line and direction ask for.
///
/// This happens without a conflict where a merge driver or a person keeps "ours" in a topic branch, and main's release is
/// taken back the day the topic comes in. Texts that are no versions, and merges that nothing is known to be right for,
/// are no reverts.
pub fn silent_revert(
    direction: &Direction<'_>,
    base: Option<&str>,
    ours: &str,
    theirs: &str,
    merged: &str,
) -> Option<Revert> {
    let Choice { version, .. } = choose(direction, base, ours, theirs);
    let expected = version?;
    let parse = |text: &str| direction.scheme.parse(text).ok();
    let is_lower = parse(merged)?.precedence(&parse(&expected)?).is_lt();
    is_lower.then(|| Revert { expected, found: merged.to_owned() })
}
