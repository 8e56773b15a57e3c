//! Rez's requirements: `foo-1+`, `foo==1.2`, `!foo-2`, `~foo-3`, `.ephemeral-1`.

use std::{borrow::Cow, collections::HashMap, fmt};

use trainyard_version::VersionSet;

use crate::{RequirementError, range};

/// What a requirement says about its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `foo-1`: a package of the range must be there.
    Required,
    /// `!foo-1`: no package of the range may be there.
    Conflict,
    /// `~foo-1`: if there is a package of the family, then one of the range.
    Weak,
}

/// A requirement as Rez reads it.
///
/// Two are equal when name, versions and force are; `-`, `@` and `#` between name and range do not count, nor does
/// the way a range is written, and a weak requirement equals the conflict with all other versions.
#[derive(Clone, Debug)]
pub struct Requirement {
    name: Box<str>,
    kind: Kind,
    /// The wanted versions of a required family; otherwise the forbidden ones, none of them where nothing is said.
    range: Option<VersionSet>,
    separator: char,
}

impl Requirement {
    /// Reads a requirement.
    ///
    /// The name ends at the first of `- @ # = < >`; Rez knows no other rule for names.
    ///
    /// *Errors*: the text, and what is wrong with its range.
    pub fn parse(text: &str) -> Result<Self, RequirementError> {
        let (kind, rest) = match text.as_bytes().first() {
            Some(b'!') => (Kind::Conflict, &text[1..]),
            Some(b'~') => (Kind::Weak, &text[1..]),
            _ => (Kind::Required, text),
        };
        let end = rest.find(['-', '@', '#', '=', '<', '>']);
        let (name, versions) = rest.split_at(end.unwrap_or(rest.len()));
        let separator = versions.chars().next().filter(|first| matches!(first, '-' | '@' | '#'));
        let versions = if separator.is_some() { &versions[1..] } else { versions };
        let range = range::parse(versions)
            .map_err(|source| RequirementError { text: text.to_owned(), source })?;
        let range = match kind {
            Kind::Weak => range::not_empty(range.complement()),
            Kind::Required | Kind::Conflict => Some(range),
        };
        Ok(Self { name: name.into(), kind, range, separator: separator.unwrap_or('-') })
    }

    /// A required family in the versions of a set.
    pub(crate) fn required(name: &str, range: VersionSet) -> Self {
        Self { name: name.into(), kind: Kind::Required, range: Some(range), separator: '-' }
    }

    /// The family.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says about the family.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it forbids versions instead of asking for some: `!foo` and `~foo`.
    pub fn is_conflict(&self) -> bool {
        self.kind != Kind::Required
    }

    /// Whether it is about a family without packages, `.foo`.
    pub fn is_ephemeral(&self) -> bool {
        is_ephemeral(&self.name)
    }

    /// The wanted versions of a required family; otherwise the forbidden ones, `None` where none is forbidden.
    pub fn range(&self) -> Option<&VersionSet> {
        self.range.as_ref()
    }

    /// The versions that satisfy it, where the family is there.
    pub fn allowed(&self) -> VersionSet {
        self.allowed_shared().into_owned()
    }

    /// The same, where only what is not there is made.
    pub(crate) fn allowed_shared(&self) -> Cow<'_, VersionSet> {
        match (&self.range, self.is_conflict()) {
            (None, _) => Cow::Owned(VersionSet::full()),
            (Some(range), false) => Cow::Borrowed(range),
            (Some(range), true) => Cow::Owned(range.complement()),
        }
    }

    /// Whether no package can be chosen that satisfies both; two that forbid never conflict.
    pub fn conflicts_with(&self, other: &Self) -> bool {
        let (Some(range), Some(other_range)) = (&self.range, &other.range) else { return false };
        if self.name != other.name {
            return false;
        }
        match (self.is_conflict(), other.is_conflict()) {
            (true, true) => false,
            (true, false) => other_range.is_subset_of(range),
            (false, true) => range.is_subset_of(other_range),
            (false, false) => range.is_disjoint_from(other_range),
        }
    }

    /// One requirement that says what two of the same family say; `None` where they conflict or name two families.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Option<Self> {
        if self.name != other.name {
            return None;
        }
        let (Some(range), Some(other_range)) = (&self.range, &other.range) else {
            return Some(if self.range.is_none() { other.clone() } else { self.clone() });
        };
        let with = |like: &Self, range: VersionSet| {
            Some(Self { range: Some(range::not_empty(range)?), ..like.clone() })
        };
        match (self.is_conflict(), other.is_conflict()) {
            (true, true) => {
                let range = range.union(other_range);
                let is_weak = self.kind == Kind::Weak && other.kind == Kind::Weak;
                let kind = if is_weak && !range.is_full() { Kind::Weak } else { Kind::Conflict };
                Some(Self { range: Some(range), kind, ..self.clone() })
            }
            (true, false) => with(other, range::without(other_range, range)),
            (false, true) => with(self, range::without(range, other_range)),
            (false, false) => with(self, range.intersection(other_range)),
        }
    }
}

/// Whether a family is ephemeral: it has ranges, and no packages.
pub(crate) fn is_ephemeral(name: &str) -> bool {
    name.starts_with('.')
}

impl PartialEq for Requirement {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.range == other.range
            && self.is_conflict() == other.is_conflict()
    }
}

impl Eq for Requirement {}

/// Shows the requirement as Rez does, its range in canonical form.
impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.kind {
            Kind::Required => "",
            Kind::Conflict => "!",
            Kind::Weak => "~",
        };
        write!(formatter, "{prefix}{}", self.name)?;
        let versions = match (&self.range, self.kind) {
            (Some(range), Kind::Required | Kind::Conflict) => range::text(range),
            (Some(range), Kind::Weak) => range::text(&range.complement()),
            (None, _) => String::new(),
        };
        match versions.as_bytes().first() {
            None => Ok(()),
            Some(b'=' | b'<' | b'>') => formatter.write_str(&versions),
            Some(_) => write!(formatter, "{}{versions}", self.separator),
        }
    }
}

/// Requirements merged by family, in the order in which families first appear.
///
/// *Errors*: the first two that conflict: what was merged so far, and what does not fit.
pub fn merge(
    requirements: impl IntoIterator<Item = Requirement>,
) -> Result<Vec<Requirement>, Box<(Requirement, Requirement)>> {
    let merged = merge_shared(requirements.into_iter().map(Cow::Owned).collect())?;
    Ok(merged.into_iter().map(Cow::into_owned).collect())
}

/// The same, where only those that are merged are made anew.
pub(crate) fn merge_shared(
    requirements: Vec<Cow<'_, Requirement>>,
) -> Result<Vec<Cow<'_, Requirement>>, Box<(Requirement, Requirement)>> {
    let mut names: Vec<&str> = requirements.iter().map(|requirement| requirement.name()).collect();
    names.sort_unstable();
    if names.windows(2).all(|pair| pair[0] != pair[1]) {
        return Ok(requirements);
    }
    let mut merged: Vec<Cow<'_, Requirement>> = Vec::new();
    let mut places = HashMap::new();
    for requirement in requirements {
        let place = *places.entry(requirement.name.clone()).or_insert(merged.len());
        match merged.get_mut(place) {
            None => merged.push(requirement),
            Some(existing) => {
                let Some(both) = existing.merged(&requirement) else {
                    let existing = existing.clone().into_owned();
                    return Err(Box::new((existing, requirement.into_owned())));
                };
                *existing = Cow::Owned(both);
            }
        }
    }
    Ok(merged)
}
