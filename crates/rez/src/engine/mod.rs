//! Rez's search, step by step, on sets of bits.
//!
//! A step extracts what all variants of a family have in common, meets it with what is known of the families it speaks
//! of, and takes out variants whose requirements cannot be met any more, until nothing changes. Then the first family
//! with a choice is split: its preferred variants now, the others when that fails.

mod configured;
mod extract;
mod failure;
mod finish;
mod prefer;
mod reduce;
mod room;
mod scope;

use std::{borrow::Cow, collections::HashMap};

pub(crate) use self::{configured::Configured, room::Room};
use self::{
    extract::Round,
    failure::Failure,
    prefer::{Choice, Preference},
    reduce::Pair,
    scope::{ScopeKind, Scopes},
};
use crate::{
    Abort, Catalogue, Options, Outcome, Request, Requirement, Settings, beyond, bits,
    requirement::{is_ephemeral, merge_shared},
};

/// After how many failures it is asked whether the search has any hope.
const PATIENCE: u64 = 64;

/// Why a step does not come to its end.
#[derive(Debug)]
enum Stop {
    /// What was chosen does not fit. The reason is told for the first failure alone, as that is the one Rez tells.
    Failed(Option<Box<Failure>>),
    /// Rez stops with an error.
    Aborted(Box<Abort>),
}

/// For each requirement, whether its range lies in the range of the conflict of its family; there is one at most.
type Forbidden = Vec<Option<bool>>;

impl Stop {
    fn aborted(abort: Abort) -> Self {
        Self::Aborted(Box::new(abort))
    }
}

/// What Rez says, and how far it came.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) outcome: Outcome,
    pub(crate) steps: u64,
    pub(crate) failures: u64,
}

/// A resolve on its way.
#[derive(Debug)]
pub(crate) struct Engine<'run> {
    catalogue: &'run Catalogue,
    options: Options,
    configured: Configured<'run>,
    /// The merged request.
    request: Vec<Cow<'run, Requirement>>,
    /// The family of each of its requirements.
    families: Vec<usize>,
    /// Names of requested families that the catalogue does not know.
    strangers: Vec<String>,
    scopes: Scopes,
    /// Scopes that may have something in common that was not extracted yet.
    dirty: Vec<usize>,
    /// Scopes against which others have to be held.
    changed: Vec<usize>,
    round: Round,
    /// Room for sets of variants, and for pairs of scopes.
    scratch: Vec<u64>,
    pending: Vec<Pair>,
    choice: Choice,
    preferences: HashMap<usize, Preference>,
    /// For each family, its place in the request where variants' order depends on it.
    requested: Vec<Option<u32>>,
    forbidden: Forbidden,
    /// Whether variants may be met that Rez cannot order.
    has_incomparable: bool,
    /// Families whose versions Rez has sorted by now, and versions whose variants it has, where those are noted:
    /// messages follow that order.
    sorted_families: Vec<u64>,
    sorted_versions: Vec<u64>,
    /// Whether the search is for the first failure alone: what Rez says of it costs more than finding an answer.
    is_telling: bool,
    /// Whether all is noted that the message about a package with a conflict of its own depends on.
    is_exact: bool,
    steps: u64,
    failures: u64,
}

impl<'run> Engine<'run> {
    /// Prepares a resolve of a merged request.
    pub(crate) fn new(
        catalogue: &'run Catalogue,
        (options, settings): (Options, &'run Settings),
        request: Vec<Cow<'run, Requirement>>,
    ) -> Self {
        let mut strangers = Vec::new();
        let mut families = Vec::with_capacity(request.len());
        for requirement in &request {
            families.push(catalogue.family(requirement.name()).unwrap_or_else(|| {
                strangers.push(requirement.name().to_owned());
                catalogue.family_count() + strangers.len() - 1
            }));
        }
        let mut room = catalogue.room();
        room.prepare(catalogue, catalogue.family_count() + strangers.len(), request.len());
        for ((requirement, &family), index) in request.iter().zip(&families).zip(0..) {
            if family < catalogue.family_count() && !requirement.is_conflict() {
                room.requested[family] = Some(index);
            }
        }
        Self {
            catalogue,
            options,
            configured: Configured::new(catalogue, settings, options.released_by),
            request,
            families,
            strangers,
            has_incomparable: catalogue.voids().any(|family| room.requested[family].is_some()),
            scopes: room.scopes,
            dirty: room.dirty,
            changed: room.changed,
            round: room.round,
            scratch: room.scratch,
            pending: room.pending,
            choice: room.choice,
            preferences: HashMap::new(),
            requested: room.requested,
            forbidden: room.forbidden,
            sorted_families: room.sorted_families,
            sorted_versions: room.sorted_versions,
            is_telling: false,
            is_exact: false,
            steps: 0,
            failures: 0,
        }
    }

    /// Ends a resolve: leaves its room to the next, and hands back the request.
    pub(crate) fn leave(self) -> Vec<Cow<'run, Requirement>> {
        let mut room = Room {
            scopes: self.scopes,
            round: self.round,
            dirty: self.dirty,
            changed: self.changed,
            pending: self.pending,
            scratch: self.scratch,
            choice: self.choice,
            requested: self.requested,
            forbidden: self.forbidden,
            sorted_families: self.sorted_families,
            sorted_versions: self.sorted_versions,
        };
        let has_conflicts = self.request.iter().any(|requirement| requirement.is_conflict());
        room.clear(&self.families, has_conflicts);
        self.catalogue.give_back(room);
        self.request
    }

    fn name(&self, family: usize) -> &str {
        match family.checked_sub(self.catalogue.family_count()) {
            None => self.catalogue.name(family),
            Some(stranger) => &self.strangers[stranger],
        }
    }

    /// The range of a scope without packages.
    fn range(&self, place: usize) -> &Requirement {
        self.scopes.range(place).unwrap_or_else(|requested| &self.request[requested])
    }

    fn has_packages(&self, family: usize) -> bool {
        family < self.catalogue.family_count() && self.catalogue.has_packages(family)
    }

    /// Begins with a scope for each requirement.
    fn begin(&mut self) -> Result<(), Stop> {
        for place in 0..self.request.len() {
            let requirement = &self.request[place];
            let family = self.families[place];
            if is_ephemeral(requirement.name()) {
                self.scopes.add_requested(family, ScopeKind::Ephemeral, place);
            } else if requirement.is_conflict() {
                self.scopes.add_requested(family, ScopeKind::Conflict, place);
            } else if self.has_packages(family) {
                let intervals = self.catalogue.intervals_of(family, &requirement.allowed_shared());
                let mut variants = vec![0; self.catalogue.words(family)];
                for (start, end) in intervals {
                    bits::set_range(&mut variants, start as usize, end as usize);
                }
                self.configured.hide(family, &mut variants);
                if bits::first(&variants).is_none() {
                    let requirement =
                        Requirement::required(requirement.name(), requirement.allowed());
                    return Err(Stop::aborted(Abort::PackageNotFound { requirement }));
                }
                self.dirty.push(self.scopes.len());
                self.scopes.add_package(self.catalogue, family, &variants);
            } else {
                return Err(Stop::aborted(Abort::FamilyNotFound {
                    family: requirement.name().to_owned(),
                    required_by: Vec::new(),
                }));
            }
        }
        self.changed.extend(0..self.scopes.len());
        Ok(())
    }

    /// Whether nothing but failures is to come. Asked once, after more failures than requests of real studios have.
    fn is_hopeless(&self) -> bool {
        self.failures == PATIENCE
            && !self.is_telling
            && !self.has_incomparable
            && !self.configured.hides()
            && beyond::is_hopeless(self.catalogue, &owned(&self.request))
    }

    /// Searches as Rez does.
    fn search(&mut self) -> Outcome {
        let mut result = self.begin();
        if result.is_ok() {
            result = self.step();
        }
        loop {
            match result {
                Ok(()) => match self.scopes.all().iter().position(|scope| scope.count > 1) {
                    None => return self.finish(),
                    Some(place) => {
                        if let Err(abort) = self.split(place) {
                            return Outcome::Aborted(*abort);
                        }
                        self.dirty.push(place);
                        self.changed.push(place);
                    }
                },
                Err(Stop::Aborted(abort)) => return Outcome::Aborted(*abort),
                Err(Stop::Failed(failure)) => {
                    self.failures += 1;
                    self.dirty.clear();
                    self.changed.clear();
                    let is_over = self.is_telling || self.is_hopeless();
                    let next = self.scopes.go_back(self.catalogue).filter(|_| !is_over);
                    let Some(place) = next else {
                        let description = failure.map_or_else(
                            || "Solver failed with unknown reason.".to_owned(),
                            |failure| failure.to_string(),
                        );
                        return Outcome::Failed { description, is_cycle: false };
                    };
                    self.dirty.push(place);
                    self.changed.push(place);
                }
            }
            if self.steps >= self.options.steps {
                return Outcome::Unfinished;
            }
            result = self.step();
        }
    }

    /// One step: extract and reduce until nothing changes.
    fn step(&mut self) -> Result<(), Stop> {
        self.steps += 1;
        loop {
            let known = self.scopes.len();
            let mut widened = Vec::new();
            while self.extract(&mut widened)? {}
            if self.scopes.len() == known && self.changed.is_empty() && widened.is_empty() {
                return Ok(());
            }
            self.reduce(known, &widened)?;
        }
    }
}

fn owned(request: &[Cow<'_, Requirement>]) -> Vec<Requirement> {
    request.iter().cloned().map(Cow::into_owned).collect()
}

/// Resolves a request as Rez does.
pub(crate) fn run(catalogue: &Catalogue, request: &Request) -> Run {
    let how = (request.options, &request.settings);
    let request = match merge_shared(request.requirements.iter().map(Cow::Borrowed).collect()) {
        Ok(request) => request,
        Err(conflict) => {
            let description = Failure::conflict(conflict.0, conflict.1).to_string();
            let outcome = Outcome::Failed { description, is_cycle: false };
            return Run { outcome, steps: 0, failures: 1 };
        }
    };
    let mut engine = Engine::new(catalogue, how, request);
    let mut outcome = engine.search();
    let (steps, failures) = (engine.steps, engine.failures);
    let request = engine.leave();
    let is_failure = matches!(outcome, Outcome::Failed { is_cycle: false, .. });
    let is_broken = matches!(outcome, Outcome::Aborted(Abort::InternalConflict { .. }));
    if is_failure || is_broken {
        let mut telling = Engine::new(catalogue, how, request);
        (telling.is_telling, telling.is_exact) = (is_failure, is_broken);
        outcome = telling.search();
        telling.leave();
    }
    Run { outcome, steps, failures }
}
