//! Which version a merge keeps.

use trainyard_version::Version;

use super::{Direction, Role};

/// What a merge does with the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the file states afterwards; none where a person must say.
    pub version: Option<String>,
    /// Why.
    pub reason: Reason,
    /// Whether that is lower than what the branch stated before. It is never so without the other branch having lowered
    /// it on purpose; tell it all the same.
    pub lowers: bool,
    /// Whether it is the branch's own version and lower than the one that came in: the branch should have moved on.
    pub is_behind: bool,
}

/// Why a version was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Both sides state it.
    Same,
    /// The branch has numbers of its own, which a merge does not change.
    OwnNumbers,
    /// Only one side changed it since they parted.
    OnlyChange,
    /// One side was lowered since they parted, which nobody does by accident.
    Reset,
    /// The branch had counted its mark up by one, and does so again after the other side's version.
    CountedAgain,
    /// It is the higher one.
    Higher,
    /// Nothing says which is right.
    Undecided,
}

impl Reason {
    /// A clause for reports.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Same => "both branches state it",
            Self::OwnNumbers => "the branch keeps its own version",
            Self::OnlyChange => "only one branch changed it",
            Self::Reset => "one branch was lowered on purpose",
            Self::CountedAgain => "the branch counts one further than what it takes in",
            Self::Higher => "it is the higher one",
            Self::Undecided => "nothing says which version is right",
        }
    }
}

/// Chooses the version that a merge leaves in a file, in this order:
///
/// 1. What both sides state.
/// 2. Ours, where the branch has numbers of its own: a fork, a development branch that takes in a line or a stage, a
///    stage that takes in a later one, and a line whose version is of the line already.
/// 3. What one side alone changed since they parted.
/// 4. The side that alone was lowered, where the other branch did so. A topic's own lowering is left to a person.
/// 5. For a topic that had counted a mark such as `-dev.1` up by one: one after theirs.
/// 6. The higher one.
///
/// A text that is no version of the scheme, on our side, is kept; on theirs it is left to a person.
pub fn choose(direction: &Direction<'_>, base: Option<&str>, ours: &str, theirs: &str) -> Choice {
    let keep = |reason| decided(ours, reason);
    if ours == theirs {
        return keep(Reason::Same);
    }
    let parse = |text: &str| direction.scheme.parse(text).ok();
    let (our_version, their_version) = (parse(ours), parse(theirs));
    if has_own_numbers(direction, our_version.as_ref()) {
        let versions = our_version.as_ref().zip(their_version.as_ref());
        let is_behind = versions.is_some_and(|(ours, theirs)| ours.precedence(theirs).is_lt());
        return Choice { is_behind, ..keep(Reason::OwnNumbers) };
    }
    if base == Some(theirs) {
        return keep(Reason::OnlyChange);
    }
    let Some(our_version) = our_version else {
        let reason = if base == Some(ours) { Reason::OnlyChange } else { Reason::OwnNumbers };
        return if base == Some(ours) { decided(theirs, reason) } else { keep(reason) };
    };
    let Some(their_version) = their_version else { return undecided() };
    let lowers = their_version.precedence(&our_version).is_lt();
    let take = |reason| Choice { lowers, ..decided(theirs, reason) };
    if base == Some(ours) {
        return take(if lowers { Reason::Reset } else { Reason::OnlyChange });
    }
    let base = base.and_then(parse);
    let is_lowered =
        |version: &Version| base.as_ref().is_some_and(|base| version.precedence(base).is_lt());
    match (is_lowered(&our_version), is_lowered(&their_version)) {
        (false, true) => return take(Reason::Reset),
        (true, false) => return undecided(),
        _ => {}
    }
    let counted =
        base.and_then(|base| counted_again(direction, &base, &our_version, &their_version));
    if let Some(version) = counted {
        let lowers = version.precedence(&our_version).is_lt();
        return Choice { lowers, ..decided(version.text(), Reason::CountedAgain) };
    }
    if lowers { keep(Reason::Higher) } else { take(Reason::Higher) }
}

fn decided(version: &str, reason: Reason) -> Choice {
    Choice { version: Some(version.to_owned()), reason, lowers: false, is_behind: false }
}

fn undecided() -> Choice {
    Choice { version: None, reason: Reason::Undecided, lowers: false, is_behind: false }
}

/// Whether the branch that is merged into has numbers that the other one cannot change.
fn has_own_numbers(direction: &Direction<'_>, ours: Option<&Version>) -> bool {
    match (&direction.from, &direction.into) {
        (_, Role::Fork) => true,
        (Role::Line(_) | Role::Stage(_), Role::Development { keeps_own }) => *keeps_own,
        (Role::Stage(from), Role::Stage(into)) => from > into,
        (_, Role::Line(line)) => ours.is_some_and(|version| is_of(version, line)),
        _ => false,
    }
}

/// Whether a version is of a line.
fn is_of(version: &Version, line: &[u64]) -> bool {
    line.iter().enumerate().all(|(index, segment)| version.segment(index) == *segment)
}

/// For a topic whose mark (`-dev.2`) is one after that of the base (`-dev.1`) while the other branch has begun another
/// release: one after the other branch's mark.
fn counted_again(
    direction: &Direction<'_>,
    base: &Version,
    ours: &Version,
    theirs: &Version,
) -> Option<Version> {
    let marks = (mark(base)?, mark(ours)?, mark(theirs)?);
    let ((of_base, before), (of_ours, counted), (of_theirs, present)) = &marks;
    let is_one_further = base.release() == ours.release()
        && of_base == of_ours
        && before.checked_add(1) == Some(*counted);
    let applies = direction.into == Role::Topic
        && is_one_further
        && of_theirs == of_ours
        && theirs.release() != ours.release();
    if !applies {
        return None;
    }
    let stem = theirs.text().strip_suffix(&present.to_string())?;
    let next = direction.scheme.parse(&format!("{stem}{}", present.checked_add(1)?)).ok()?;
    next.precedence(theirs).is_gt().then_some(next)
}

/// The label and number of a version's mark: of its development release, else of its pre-release.
fn mark(version: &Version) -> Option<(&str, u64)> {
    let stage = version.stage();
    if let Some(number) = stage.dev {
        return Some(("dev", number));
    }
    let pre = stage.pre.as_ref()?;
    Some((pre.phase.label(), pre.number?))
}
