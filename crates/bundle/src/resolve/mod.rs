//! The releases that work together, or a reason why there are none.

mod explain;
mod query;
mod request;
mod space;
mod words;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use trainyard_solve::{
    Budget, Detail, Engine, Objective, Outcome, Problem, Solution, Weights, explain as why,
};

use self::space::{Asking, Reason};
pub use self::{
    explain::{ConflictTold, Refusal, SideTold},
    query::{Query, QueryError},
    request::{Goal, Prereleases, Request, Surroundings, Want},
    space::Space,
};
use crate::{Bundle, NameId, Numbered, Pin, Release, flavours::EVERYTHING};

/// What came of a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Answer {
    /// Releases that work together, the best by the request's goal.
    Resolved(Resolved),
    /// Nothing fits, and why.
    Refused(Refusal),
    /// The budget was spent first; if some releases were met that work together, they are here.
    GaveUp {
        /// How many steps were done.
        steps: u64,
        /// Releases that work together, though better ones may exist.
        best: Option<Resolved>,
    },
}

/// Releases that work together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Resolved {
    /// The releases.
    ///
    /// *Order*: those asked for first, then as they were found to be needed.
    pub chosen: Vec<Chosen>,
    /// Components of the current bundle that are not needed any more.
    pub removed: Vec<Moved>,
    /// Optional components for which there was no room.
    pub left_out: Vec<String>,
    /// How many steps it took.
    pub steps: u64,
}

/// A release and why it was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The component.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its content.
    pub digest: crate::Digest,
    /// Its tag, where known.
    pub tag: Option<String>,
    /// Its commit, where known.
    pub commit: Option<String>,
    /// The version in the current bundle; none where it is new or nothing was given.
    pub before: Option<String>,
    /// Whether the request itself names it.
    pub is_wanted: bool,
    /// The newest version of the component, where this is not it.
    pub newest: Option<String>,
}

/// A component that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The component.
    pub name: String,
    /// The version it had.
    pub before: String,
}

impl Resolved {
    /// The releases as pins of a bundle.
    pub fn pins(&self) -> Vec<Pin> {
        let pin = |chosen: &Chosen| Pin {
            digest: Some(chosen.digest.clone()),
            commit: chosen.commit.clone(),
            tag: chosen.tag.clone(),
            ..Pin::new(&chosen.name, &chosen.version)
        };
        self.chosen.iter().map(pin).collect()
    }

    /// The releases as a bundle: around its pins it is as the request's current one, on which it says to be based.
    ///
    /// A bundle whose version is a pre-release, is none that goes to users.
    pub fn bundle(&self, request: &Request, name: String, version: Option<Numbered>) -> Bundle {
        let pins = self.pins();
        let given = &request.surroundings;
        let mut bundle = request.current.clone().unwrap_or_default();
        bundle.base = request.current.as_ref().map(|current| current.as_base(None));
        bundle.name = name;
        bundle.is_final = !version.as_ref().is_some_and(|it| it.version().is_prerelease());
        bundle.version = version;
        bundle.servers.clone_from(&given.servers);
        bundle.launcher.clone_from(&given.launcher);
        bundle.python.clone_from(&given.python);
        bundle.platforms.clone_from(&given.platforms);
        let names: BTreeSet<_> = pins.iter().map(|pin| pin.name.as_str()).collect();
        let is_pinned = |name: &String| name == EVERYTHING || names.contains(name.as_str());
        bundle.flavours.values_mut().for_each(|flavour| flavour.members.retain(is_pinned));
        bundle.without = Vec::new();
        bundle.place = None;
        bundle.pins = pins;
        bundle
    }
}

/// Finds the releases that work together.
///
/// The answer is the same for any order of the catalogue's input. Names that the catalogue does not know make the
/// request unsolvable, and the refusal says so.
///
/// *Cost*: bounded by `budget`, several times over where optional components or an explanation are asked for.
pub fn resolve(
    space: &Space<'_>,
    request: &Request,
    engine: &dyn Engine,
    budget: Budget,
) -> Answer {
    let mut asking = space.ask(request);
    let objective = objective(space, request);
    let solve = |asking: &Asking| {
        let problem = Problem::new(&space.packages, asking.clauses.clone());
        engine.solve(&problem, &objective, budget)
    };
    let mut solution = match solve(&asking) {
        Outcome::Solved(solution) => solution,
        Outcome::GaveUp { steps, best } => {
            let best = best.map(|best| resolved(space, request, &best));
            return Answer::GaveUp { steps, best };
        }
        Outcome::Unsolvable { steps } => {
            let problem = Problem::new(&space.packages, asking.clauses.clone());
            let detail = Detail { objective, ..Detail::default() };
            let explanation = why(&problem, &detail, budget);
            return explanation.map_or(Answer::GaveUp { steps, best: None }, |explanation| {
                Answer::Refused(explain::refusal(space, request, &asking, &explanation))
            });
        }
    };
    let mut left_out = Vec::new();
    for (index, want) in request.optional.iter().enumerate() {
        let before = asking.clauses.len();
        space.ask_for(&mut asking, Reason::Optional(index), want);
        match solve(&asking) {
            Outcome::Solved(better) => solution = better,
            Outcome::Unsolvable { .. } | Outcome::GaveUp { .. } => {
                asking.truncate(before);
                left_out.push(want.name.clone());
            }
        }
    }
    Answer::Resolved(Resolved { left_out, ..resolved(space, request, &solution) })
}

fn objective(space: &Space<'_>, request: &Request) -> Objective {
    match request.goal {
        Goal::Newest => Objective::Newest,
        Goal::Oldest => Objective::Oldest,
        Goal::FewestChanges => {
            let current =
                request.current.as_ref().map(|bundle| space.assignment(bundle)).unwrap_or_default();
            Objective::MinimalChange { current, weights: Weights::default() }
        }
    }
}

fn resolved(space: &Space<'_>, request: &Request, solution: &Solution) -> Resolved {
    let current = request.current.as_ref();
    let chosen: Vec<_> = solution
        .order
        .iter()
        .filter_map(|package| {
            let release = space.release(*package, solution.assignment.get(*package)?)?;
            Some(chosen(space, request, Space::name(*package), release))
        })
        .collect();
    let is_gone = |pin: &&Pin| chosen.iter().all(|chosen| chosen.name != pin.name);
    let gone = |bundle: &Bundle| {
        let moved = |pin: &Pin| Moved { name: pin.name.clone(), before: pin.shown().to_owned() };
        bundle.pins.iter().filter(is_gone).map(moved).collect()
    };
    let removed = current.map(gone).unwrap_or_default();
    Resolved { chosen, removed, left_out: Vec::new(), steps: solution.steps }
}

fn chosen(space: &Space<'_>, request: &Request, name: NameId, release: &Release) -> Chosen {
    let manifest = &release.manifest;
    let before = request.current.as_ref().and_then(|bundle| bundle.pin(&manifest.name));
    let mut wants = request.wants.iter().chain(&request.optional);
    // What would not have been chosen for its kind is none that this one could be too old beside.
    let is_early = |release: &Release| release.version().version().is_prerelease();
    let is_untagged = |release: &Release| release.manifest.origin.is_untagged();
    let counts = |other: &Release| {
        (!is_early(other) || is_early(release)) && (!is_untagged(other) || is_untagged(release))
    };
    let newest = space.candidates(name).find(|(_, other)| counts(other));
    let is_newer = |other: &&Release| other.version().version() > release.version().version();
    Chosen {
        name: manifest.name.clone(),
        version: release.version().text().to_owned(),
        digest: release.digest.clone(),
        tag: manifest.origin.tag.clone(),
        commit: manifest.origin.commit.clone(),
        before: before.map(|pin| pin.shown().to_owned()),
        is_wanted: wants.any(|want| want.name == manifest.name),
        newest: newest
            .map(|(_, newest)| newest)
            .filter(is_newer)
            .map(|newest| newest.version().text().to_owned()),
    }
}
