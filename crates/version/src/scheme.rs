//! What a scheme is, and how one is named.

use std::{fmt, str::FromStr, sync::Arc};

use crate::{Date, ParseError, SchemeError, Step, StepError, Version, schemes};

/// How versions are written, ordered and stepped.
///
/// Implementations are values without I/O; "today" is a parameter. No input may make them panic or take more than
/// linear time.
pub trait VersionScheme: fmt::Debug + Send + Sync {
    /// Reads a version.
    ///
    /// *Errors*: the position and what was expected there; a number above `u64::MAX` says so.
    fn parse(&self, text: &str) -> Result<Version, ParseError>;

    /// Takes one step; `today` matters to schemes with dates alone.
    ///
    /// The result always sorts above `from`; a step that would not is refused.
    fn step(&self, from: &Version, step: &Step, today: Date) -> Result<Version, StepError>;

    /// The version to release first, such as `0.1.0`, or today's.
    fn first(&self, today: Date) -> Version;

    /// The release line of a version, such as `1.2` of `1.2.3`, by the scheme's customary width.
    ///
    /// Versions of one line differ in the segments after it. The text is canonical (no padding).
    fn line(&self, version: &Version) -> String;

    /// Whether every release has a date instead of a level that tells its size.
    fn is_calendar(&self) -> bool {
        false
    }

    /// How many of a version's first segments are counted up, so that a number left out is missed; dates are not.
    fn counted_segments(&self) -> usize {
        if self.is_calendar() { 0 } else { usize::MAX }
    }

    /// Two or three example versions, in ascending order, for generated documents.
    fn examples(&self) -> Vec<Version>;

    /// The names and schemes of the parts that a composite scheme joins, in order of weight; none for other schemes.
    fn part_schemes(&self) -> Vec<(&str, &Scheme)> {
        Vec::new()
    }

    /// The versions that a composite version joins, by name and in order of weight; `None` for other schemes.
    fn parts(&self, _version: &Version) -> Option<Vec<(String, Version)>> {
        None
    }

    /// Joins parts given as name and text to a composite version.
    ///
    /// *Errors*: where a part is missing, unknown or no version, where the parts could not be told apart again, and for
    /// schemes without parts.
    fn compose(&self, _parts: &[(&str, &str)]) -> Result<Version, ParseError> {
        Err(ParseError::new("", "composite version", 0, "a scheme that has parts"))
    }

    /// The composite version that differs from `version` in one part alone.
    ///
    /// *Errors*: as for [`VersionScheme::compose`].
    fn with_part(&self, version: &Version, name: &str, text: &str) -> Result<Version, ParseError> {
        let mut parts = self.parts(version).unwrap_or_default();
        parts.retain(|(other, _)| other != name);
        let mut given: Vec<_> =
            parts.iter().map(|(name, part)| (name.as_str(), part.text())).collect();
        given.push((name, text));
        self.compose(&given)
    }
}

/// A scheme by its specification, such as `semver`, `calver:YYYY.M.MICRO` or
/// `composite:{backend=semver}+{frontend=calver:YYYYMMDD[A]}`.
///
/// Cheap to clone. Two schemes are equal when their specifications are.
#[derive(Clone)]
pub struct Scheme {
    spec: Arc<str>,
    inner: Arc<dyn VersionScheme>,
}

impl Scheme {
    /// Names a scheme implementation by its specification; for [`schemes`].
    pub(crate) fn new(spec: &str, inner: impl VersionScheme + 'static) -> Self {
        Self { spec: spec.into(), inner: Arc::new(inner) }
    }

    /// Semantic Versioning 2.0.0.
    pub fn semver() -> Self {
        Self::new("semver", schemes::semver::Semver)
    }

    /// The names of all schemes, for messages and completions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        schemes::ALL.iter().map(|entry| entry.name)
    }

    /// The specification, as written.
    pub fn spec(&self) -> &str {
        &self.spec
    }

    /// The scheme's name: the specification up to its colon.
    pub fn name(&self) -> &str {
        self.spec.split(':').next().unwrap_or_default()
    }
}

impl std::ops::Deref for Scheme {
    type Target = dyn VersionScheme;

    fn deref(&self) -> &Self::Target {
        &*self.inner
    }
}

impl FromStr for Scheme {
    type Err = SchemeError;

    fn from_str(spec: &str) -> Result<Self, SchemeError> {
        let (name, argument) = match spec.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (spec, None),
        };
        let entry = schemes::ALL.iter().find(|entry| entry.name == name).ok_or_else(|| {
            let names: Vec<_> = Self::names().collect();
            SchemeError { spec: spec.to_owned(), reason: format!("there are {}", names.join(", ")) }
        })?;
        (entry.build)(argument)
            .map(|inner| Self { spec: spec.into(), inner })
            .map_err(|reason| SchemeError { spec: spec.to_owned(), reason })
    }
}

impl PartialEq for Scheme {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec
    }
}

impl Eq for Scheme {}

impl fmt::Debug for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Scheme({})", self.spec)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.spec)
    }
}
