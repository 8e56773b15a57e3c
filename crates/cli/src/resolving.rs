//! Requests on catalogues: arguments become a request, the lock is held against it, and the rest is resolved.

use std::collections::BTreeSet;

use serde::Serialize;
use trainyard_bundle::{
    Bundle, Catalogue,
    lock::{Lock, Stale},
    resolve::{Answer, Goal, Moved, Query, Refusal, Request, Resolved, Space, Want, resolve},
};
use trainyard_solve::{Budget, Nogoods};

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
    let query = Query {
        wants: args.requests.clone(),
        optional: args.optional.clone(),
        holds: args.hold.clone(),
        exclusions: args.exclude.clone(),
        as_of: args.as_of,
        prereleases: args.prereleases.clone(),
        servers: args.server.clone(),
        launcher: args.launcher.clone(),
        python: args.python.clone(),
        platforms: args.platform.clone(),
        goal: match (args.oldest, args.newest) {
            (true, _) => Some(Goal::Oldest),
            (_, true) => Some(Goal::Newest),
            _ => None,
        },
        current,
    };
    query.request(catalogue).map_err(|error| {
        let hint = error.hint();
        let error = CommandError::usage(error.to_string());
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
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
