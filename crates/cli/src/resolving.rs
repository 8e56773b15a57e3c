//! Requests on catalogues: arguments become a request, the lock is held against it, and the rest is resolved.

use std::collections::BTreeSet;

use serde::Serialize;
use trainyard_bundle::{
    Bundle, Catalogue, Dialect, Numbered,
    lock::{Lock, Stale},
    resolve::{
        Answer, Goal, Moved, Prereleases, Refusal, Request, Resolved, Space, Surroundings, Want,
        resolve,
    },
};
use trainyard_solve::{Budget, Nogoods};
use trainyard_version::Scheme;

use crate::{args::bundle::BundleResolve, error::CommandError};

/// What is told of a request.
#[derive(Debug, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub(crate) enum ResolveAnswer {
    /// Releases that work together.
    Resolved(Resolved),
    /// Nothing fits, and why.
    Refused(Refusal),
    /// The budget was spent first.
    GaveUp {
        /// How many steps were done.
        steps: u64,
        /// Releases that work together, though better ones may exist.
        best: Option<Resolved>,
    },
    /// A frozen lock does not hold.
    Stale {
        /// Each reason, in a sentence.
        reasons: Vec<String>,
    },
}

impl From<Answer> for ResolveAnswer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Resolved(resolved) => Self::Resolved(resolved),
            Answer::Refused(refusal) => Self::Refused(refusal),
            Answer::GaveUp { steps, best } => Self::GaveUp { steps, best },
        }
    }
}

/// What the arguments ask of a catalogue.
///
/// *Errors*: texts that are no versions or ranges, and pins to hold that the current bundle lacks.
pub(crate) fn request(
    args: &BundleResolve,
    catalogue: &Catalogue,
    current: Option<Bundle>,
) -> Result<Request, CommandError> {
    let wants = |texts: &[String]| -> Result<Vec<Want>, CommandError> {
        texts.iter().map(|text| want(catalogue, text)).collect()
    };
    let mut request = Request {
        wants: wants(&args.requests)?,
        optional: wants(&args.optional)?,
        holds: args.hold.clone(),
        exclusions: wants(&args.exclude)?,
        as_of: args.as_of,
        prereleases: prereleases(&args.prereleases),
        surroundings: surroundings(args, current.as_ref())?,
        goal: match (args.oldest, args.newest, &current) {
            (true, ..) => Goal::Oldest,
            (_, false, Some(_)) => Goal::FewestChanges,
            _ => Goal::Newest,
        },
        current,
    };
    if let Some(text) = args.exclude.iter().find(|text| !text.trim_start_matches('@').contains('@'))
    {
        let message = format!("`{text}` does not say which versions to exclude");
        return Err(CommandError::usage(message).hint("write NAME@VERSION, or NAME@* for all"));
    }
    let Some(current) = &request.current else { return Ok(request) };
    if let Some(name) = request.holds.iter().find(|name| current.pin(name).is_none()) {
        let message = format!("{} does not pin `{name}`, so it cannot be held", current.title());
        return Err(CommandError::usage(message));
    }
    // What is in the current bundle stays in it, unless as few changes as can be are asked for.
    if request.goal != Goal::FewestChanges {
        let asked: BTreeSet<_> = request.wants.iter().map(|want| want.name.clone()).collect();
        let known = |name: &str| catalogue.name(name).is_some();
        let rest = current.pins.iter().filter(|pin| !asked.contains(&pin.name) && known(&pin.name));
        let rest: Vec<_> = rest.map(|pin| want(catalogue, &pin.name)).collect::<Result<_, _>>()?;
        request.wants.extend(rest);
    }
    Ok(request)
}

/// A component and which of its versions, from `NAME`, `NAME@VERSION` or `NAME@RANGE`.
///
/// A whole version means just that one, whatever the grammar makes of it.
pub(crate) fn want(catalogue: &Catalogue, text: &str) -> Result<Want, CommandError> {
    // Names of npm begin with the same letter.
    let at = text.char_indices().skip(1).find(|(_, letter)| *letter == '@').map(|(at, _)| at);
    let (name, written) = match at {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let known = catalogue.name(name).and_then(|name| catalogue.releases(name).last());
    let scheme = known.map_or_else(Scheme::semver, |release| release.version().scheme().clone());
    let exact = Dialect::Conditions(scheme.clone());
    let own = Dialect::of_scheme(&scheme);
    let range = match scheme.parse(written) {
        Ok(_) => exact.read(written),
        Err(_) => match own.read(written) {
            range if range.error().is_none() => range,
            range => Some(exact.read(written)).filter(|it| it.error().is_none()).unwrap_or(range),
        },
    };
    match range.error() {
        Some(error) => Err(CommandError::usage(format!("`{text}`: {error}"))),
        None if name.is_empty() => Err(CommandError::usage(format!("`{text}` names no component"))),
        None => Ok(Want { name: name.to_owned(), range, place: None }),
    }
}

fn prereleases(names: &[String]) -> Prereleases {
    match names {
        [] => Prereleases::None,
        names if names.iter().any(|name| name == "all") => Prereleases::All,
        names => Prereleases::Of(names.iter().cloned().collect()),
    }
}

/// What everything must run on: as the arguments say, else as the current bundle does.
fn surroundings(
    args: &BundleResolve,
    current: Option<&Bundle>,
) -> Result<Surroundings, CommandError> {
    let version = |what: &str, text: &String, scheme: &Scheme| {
        let version = Numbered::read(text, scheme);
        match version.error() {
            Some(error) => Err(CommandError::usage(format!("the {what}'s version: {error}"))),
            None => Ok(version),
        }
    };
    let semver = Scheme::semver();
    let pep440: Scheme = "pep440".parse().unwrap_or_else(|_| Scheme::semver());
    let servers: Vec<_> = args
        .server
        .iter()
        .map(|text| version("server", text, &semver))
        .collect::<Result<_, _>>()?;
    let launcher = args.launcher.as_ref().map(|text| version("launcher", text, &semver));
    let python = args.python.as_ref().map(|text| version("Python", text, &pep440));
    let given = Surroundings {
        servers,
        launcher: launcher.transpose()?,
        python: python.transpose()?,
        platforms: args.platform.clone(),
    };
    let Some(current) = current else { return Ok(given) };
    let or = |ours: Vec<Numbered>, theirs: &Vec<Numbered>| {
        if ours.is_empty() { theirs.clone() } else { ours }
    };
    Ok(Surroundings {
        servers: or(given.servers, &current.servers),
        launcher: given.launcher.or_else(|| current.launcher.clone()),
        python: given.python.or_else(|| current.python.clone()),
        platforms: if given.platforms.is_empty() {
            current.platforms.clone()
        } else {
            given.platforms
        },
    })
}

/// Resolves a request, from its lock where that holds.
pub(crate) fn run(
    catalogue: &Catalogue,
    request: &Request,
    lock: Option<&Lock>,
    is_frozen: bool,
    budget: Budget,
) -> ResolveAnswer {
    let space = Space::new(catalogue);
    if let Some(lock) = lock {
        let stale = lock.stale(&request.digest(), catalogue);
        let mut reasons: Vec<_> = stale.iter().map(Stale::sentence).collect();
        if stale.is_empty() {
            match resolve(&space, &as_locked(request, lock), &Nogoods, budget) {
                Answer::Resolved(resolved) => {
                    return ResolveAnswer::Resolved(told_of(request, resolved));
                }
                Answer::Refused(_) => {
                    reasons.push("the locked releases do not work together any more".to_owned());
                }
                gave_up @ Answer::GaveUp { .. } => return gave_up.into(),
            }
        }
        if is_frozen {
            return ResolveAnswer::Stale { reasons };
        }
    }
    resolve(&space, request, &Nogoods, budget).into()
}

/// The request with every locked release held.
fn as_locked(request: &Request, lock: &Lock) -> Request {
    let pins = lock.pins();
    Request {
        holds: pins.iter().map(|pin| pin.name.clone()).collect(),
        current: Some(Bundle { pins, ..Bundle::default() }),
        optional: Vec::new(),
        goal: Goal::Newest,
        ..request.clone()
    }
}

/// What was resolved from a lock, told beside the current bundle instead of the lock.
fn told_of(request: &Request, mut resolved: Resolved) -> Resolved {
    let current = request.current.as_ref();
    for chosen in &mut resolved.chosen {
        let before = current.and_then(|bundle| bundle.pin(&chosen.name));
        chosen.before = before.map(|pin| pin.shown().to_owned());
        let mut wants = request.wants.iter().chain(&request.optional);
        chosen.is_wanted = wants.any(|want| want.name == chosen.name);
    }
    let names: BTreeSet<_> = resolved.chosen.iter().map(|chosen| chosen.name.as_str()).collect();
    let gone = current.iter().flat_map(|bundle| &bundle.pins);
    let gone = gone.filter(|pin| !names.contains(pin.name.as_str()));
    let moved = gone.map(|pin| Moved { name: pin.name.clone(), before: pin.shown().to_owned() });
    let removed = moved.collect();
    let is_left_out = |want: &&Want| !names.contains(want.name.as_str());
    let left_out = request.optional.iter().filter(is_left_out).map(|want| want.name.clone());
    let left_out = left_out.collect();
    Resolved { removed, left_out, ..resolved }
}
