//! Requests as people and programs write them, in texts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use trainyard_version::{Date, Scheme};

use super::{Goal, Prereleases, Request, Surroundings, Want};
use crate::{Bundle, Catalogue, Dialect, Numbered};

/// A request in texts, as a command line or a client of a server writes it; [`Query::request`] makes sense of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    /// What must be there: `NAME`, `NAME@VERSION` or `NAME@RANGE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wants: Vec<String>,
    /// What shall be there if it fits, the most wanted first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub optional: Vec<String>,
    /// Components that keep the release they have in the current bundle.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<String>,
    /// Releases that must not be chosen: `NAME@VERSION` or `NAME@RANGE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<String>,
    /// Nothing that was released after this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// Components whose pre-releases and untagged commits may be chosen; `all` for everybody's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prereleases: Vec<String>,
    /// The servers; everything must run on each of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
    /// The launcher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launcher: Option<String>,
    /// The Python.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// The platforms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
    /// Which answer is wanted; where absent, the fewest changes from a current bundle, else the newest releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// The bundle there is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Bundle>,
}

/// Why a query makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// A want is neither a name nor a name with versions.
    #[error("`{text}`: {why}")]
    Want {
        /// As written.
        text: String,
        /// What is wrong.
        why: String,
    },
    /// A want has no name.
    #[error("`{0}` names no component")]
    Nameless(String),
    /// An exclusion says no versions.
    #[error("`{0}` does not say which versions to exclude")]
    ExcludesAll(String),
    /// What shall be held is not there.
    #[error("{current} does not pin `{name}`, so it cannot be held")]
    NotPinned {
        /// The current bundle.
        current: String,
        /// The name.
        name: String,
        /// The name that was probably meant.
        meant: Option<String>,
    },
    /// Something shall be held, and there is no current bundle.
    #[error("`{0}` cannot be held: no current bundle is named")]
    NothingToHold(String),
    /// The version of a server, a launcher or a Python is none.
    #[error("the {what}'s version: {why}")]
    Version {
        /// Whose version.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl QueryError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::ExcludesAll(_) => Some("write NAME@VERSION, or NAME@* for all".to_owned()),
            Self::NotPinned { meant: Some(meant), .. } => Some(format!("did you mean `{meant}`?")),
            Self::NothingToHold(_) => Some("holds keep what a current bundle pins".to_owned()),
            _ => None,
        }
    }
}

impl Query {
    /// What it asks of a catalogue.
    ///
    /// *Errors*: texts that are no versions or ranges, and pins to hold that the current bundle lacks.
    pub fn request(&self, catalogue: &Catalogue) -> Result<Request, QueryError> {
        let wants = |texts: &[String]| -> Result<Vec<Want>, QueryError> {
            texts.iter().map(|text| Want::read(text, catalogue)).collect()
        };
        let usual = if self.current.is_some() { Goal::FewestChanges } else { Goal::Newest };
        let mut request = Request {
            wants: wants(&self.wants)?,
            optional: wants(&self.optional)?,
            holds: self.holds.clone(),
            exclusions: wants(&self.exclusions)?,
            as_of: self.as_of,
            prereleases: self.prereleases(),
            surroundings: self.surroundings()?,
            goal: self.goal.unwrap_or(usual),
            current: self.current.clone(),
        };
        let says_none = |text: &&String| !text.trim_start_matches('@').contains('@');
        if let Some(text) = self.exclusions.iter().find(says_none) {
            return Err(QueryError::ExcludesAll(text.clone()));
        }
        let Some(current) = &request.current else {
            return match self.holds.first() {
                Some(name) => Err(QueryError::NothingToHold(name.clone())),
                None => Ok(request),
            };
        };
        if let Some(name) = request.holds.iter().find(|name| current.pin(name).is_none()) {
            let names = current.pins.iter().map(|pin| pin.name.as_str());
            let meant = crate::nearest(name, names).map(str::to_owned);
            let (current, name) = (current.title(), name.clone());
            return Err(QueryError::NotPinned { current, name, meant });
        }
        // What is in the current bundle stays in it, unless as few changes as can be are asked for.
        if request.goal != Goal::FewestChanges {
            let asked: BTreeSet<_> = request.wants.iter().map(|want| want.name.clone()).collect();
            let known = |name: &str| catalogue.name(name).is_some();
            let pins = current.pins.iter();
            let rest = pins.filter(|pin| !asked.contains(&pin.name) && known(&pin.name));
            let rest = rest.map(|pin| Want::read(&pin.name, catalogue));
            let rest = rest.collect::<Result<Vec<_>, _>>()?;
            request.wants.extend(rest);
        }
        Ok(request)
    }

    fn prereleases(&self) -> Prereleases {
        match self.prereleases.as_slice() {
            [] => Prereleases::None,
            names if names.iter().any(|name| name == "all") => Prereleases::All,
            names => Prereleases::Of(names.iter().cloned().collect()),
        }
    }

    /// What everything must run on: as the query says, else as the current bundle does.
    fn surroundings(&self) -> Result<Surroundings, QueryError> {
        let version = |what: &'static str, text: &String, scheme: &Scheme| {
            let version = Numbered::read(text, scheme);
            match version.error() {
                Some(error) => Err(QueryError::Version { what, why: error.to_string() }),
                None => Ok(version),
            }
        };
        let semver = Scheme::semver();
        let pep440: Scheme = "pep440".parse().unwrap_or_else(|_| Scheme::semver());
        let servers = self.servers.iter().map(|text| version("server", text, &semver));
        let launcher = self.launcher.as_ref().map(|text| version("launcher", text, &semver));
        let python = self.python.as_ref().map(|text| version("Python", text, &pep440));
        let mut given = Surroundings {
            servers: servers.collect::<Result<_, _>>()?,
            launcher: launcher.transpose()?,
            python: python.transpose()?,
            platforms: self.platforms.clone(),
        };
        let Some(current) = &self.current else { return Ok(given) };
        if given.servers.is_empty() {
            given.servers.clone_from(&current.servers);
        }
        if given.platforms.is_empty() {
            given.platforms.clone_from(&current.platforms);
        }
        given.launcher = given.launcher.or_else(|| current.launcher.clone());
        given.python = given.python.or_else(|| current.python.clone());
        Ok(given)
    }
}

impl Want {
    /// A component and which of its versions, from `NAME`, `NAME@VERSION` or `NAME@RANGE`.
    ///
    /// A whole version means just that one, whatever the grammar makes of it. *Errors*: no name, or no range.
    pub fn read(text: &str, catalogue: &Catalogue) -> Result<Self, QueryError> {
        // Names of npm begin with the same letter.
        let at = text.char_indices().skip(1).find(|(_, letter)| *letter == '@');
        let split = at.and_then(|(at, _)| Some((text.get(..at)?, text.get(at + 1..)?)));
        let (name, written) = split.unwrap_or((text, ""));
        let known = catalogue.name(name).and_then(|name| catalogue.releases(name).last());
        let scheme = known.map_or_else(Scheme::semver, |it| it.version().scheme().clone());
        let exact = Dialect::Conditions(scheme.clone());
        let own = Dialect::of_scheme(&scheme);
        let range = match scheme.parse(written) {
            Ok(_) => exact.read(written),
            Err(_) => match own.read(written) {
                range if range.error().is_none() => range,
                range => {
                    Some(exact.read(written)).filter(|it| it.error().is_none()).unwrap_or(range)
                }
            },
        };
        match range.error() {
            Some(why) => Err(QueryError::Want { text: text.to_owned(), why: why.to_owned() }),
            None if name.is_empty() => Err(QueryError::Nameless(text.to_owned())),
            None => Ok(Self { name: name.to_owned(), range, place: None }),
        }
    }
}
