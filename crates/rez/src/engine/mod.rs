//! Rez's search, step by step, on sets of bits.
//!
//! A step extracts what all variants of a family have in common, meets it with what is known of the families it speaks
//! of, and takes out variants whose requirements cannot be met any more, until nothing changes. Then the first family
//! with a choice is split: its preferred variants now, the others when that fails.

mod extract;
mod failure;
mod finish;
mod prefer;
mod reduce;
mod scope;

use std::collections::HashMap;

use self::{
    extract::Round,
    failure::Failure,
    prefer::Preference,
    reduce::Pair,
    scope::{ScopeKind, Scopes},
};
use crate::{
    Abort, Catalogue, Options, Outcome, Requirement, beyond, bits,
    requirement::{is_ephemeral, merge},
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
pub(crate) struct Engine<'catalogue> {
    catalogue: &'catalogue Catalogue,
    options: Options,
    /// The merged request.
    request: Vec<Requirement>,
    /// Names of requested families that the catalogue does not know.
    strangers: Vec<String>,
    scopes: Scopes<'catalogue>,
    /// Scopes that may have something in common that was not extracted yet.
    dirty: Vec<usize>,
    /// Scopes against which others have to be held.
    changed: Vec<usize>,
    round: Round,
    /// Room for sets of variants, and for pairs of scopes.
    scratch: Vec<u64>,
    pending: Vec<Pair>,
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

impl<'catalogue> Engine<'catalogue> {
    /// Prepares a resolve of a request.
    fn new(catalogue: &'catalogue Catalogue, options: Options, request: Vec<Requirement>) -> Self {
        let is_stranger =
            |requirement: &&Requirement| catalogue.family(requirement.name()).is_none();
        let strangers: Vec<_> = request
            .iter()
            .filter(is_stranger)
            .map(|requirement| requirement.name().to_owned())
            .collect();
        let families = catalogue.family_count() + strangers.len();
        let mut engine = Self {
            catalogue,
            options,
            request,
            strangers,
            scopes: Scopes::new(catalogue, families),
            dirty: Vec::new(),
            changed: Vec::new(),
            round: Round::new(families),
            scratch: Vec::new(),
            pending: Vec::new(),
            preferences: HashMap::new(),
            requested: vec![None; families],
            forbidden: vec![None; catalogue.requirement_count()],
            has_incomparable: false,
            sorted_families: vec![0; bits::words_for(families)],
            sorted_versions: vec![0; bits::words_for(catalogue.version_count())],
            is_telling: false,
            is_exact: false,
            steps: 0,
            failures: 0,
        };
        for (requirement, index) in engine.request.iter().zip(0..) {
            if let Some(family) = catalogue.family(requirement.name())
                && !requirement.is_conflict()
            {
                engine.requested[family] = Some(index);
            }
        }
        engine.has_incomparable =
            catalogue.voids().any(|family| engine.requested[family].is_some());
        engine
    }

    /// The number of a family, requested ones that the catalogue does not know among them.
    fn family(&self, name: &str) -> usize {
        let stranger = || self.strangers.iter().position(|stranger| stranger == name);
        let known = self.catalogue.family(name);
        known.unwrap_or_else(|| self.catalogue.family_count() + stranger().unwrap_or_default())
    }

    fn name(&self, family: usize) -> &str {
        match family.checked_sub(self.catalogue.family_count()) {
            None => self.catalogue.name(family),
            Some(stranger) => &self.strangers[stranger],
        }
    }

    fn has_packages(&self, family: usize) -> bool {
        family < self.catalogue.family_count() && self.catalogue.has_packages(family)
    }

    /// Begins with a scope for each requirement.
    fn begin(&mut self) -> Result<(), Stop> {
        for place in 0..self.request.len() {
            let requirement = &self.request[place];
            let family = self.family(requirement.name());
            if is_ephemeral(requirement.name()) {
                self.scopes.add_range(family, ScopeKind::Ephemeral, requirement.clone());
            } else if requirement.is_conflict() {
                self.scopes.add_range(family, ScopeKind::Conflict, requirement.clone());
            } else if self.has_packages(family) {
                let intervals = self.catalogue.intervals_of(family, &requirement.allowed());
                let mut variants = vec![0; self.catalogue.words(family)];
                for (start, end) in intervals {
                    bits::set_range(&mut variants, start as usize, end as usize);
                }
                self.hide(family, &mut variants);
                if bits::first(&variants).is_none() {
                    let requirement =
                        Requirement::required(requirement.name(), requirement.allowed());
                    return Err(Stop::aborted(Abort::PackageNotFound { requirement }));
                }
                self.dirty.push(self.scopes.len());
                self.scopes.add_package(family, &variants);
            } else {
                return Err(Stop::aborted(Abort::FamilyNotFound {
                    family: requirement.name().to_owned(),
                    required_by: Vec::new(),
                }));
            }
        }
        self.changed = (0..self.scopes.len()).collect();
        Ok(())
    }

    /// Takes out what does not exist for this request.
    fn hide(&self, family: usize, variants: &mut [u64]) {
        let Some(latest) = self.options.released_by else { return };
        let first = self.catalogue.variants_of_family(family).start;
        for version in self.catalogue.versions_range(family) {
            if self.catalogue.timestamp(version) > latest {
                for variant in self.catalogue.variants_of_version(version) {
                    bits::clear(variants, variant - first);
                }
            }
        }
    }

    /// Whether nothing but failures is to come. Asked once, after more failures than requests of real studios have.
    fn is_hopeless(&self) -> bool {
        self.failures == PATIENCE
            && !self.is_telling
            && !self.has_incomparable
            && self.options.released_by.is_none()
            && beyond::is_hopeless(self.catalogue, &self.request)
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
                    let next = self.scopes.go_back().filter(|_| !is_over);
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

/// Resolves a request as Rez does.
pub(crate) fn run(catalogue: &Catalogue, options: Options, request: &[Requirement]) -> Run {
    let request = match merge(request.iter().cloned()) {
        Ok(request) => request,
        Err(conflict) => {
            let description = Failure::conflict(conflict.0, conflict.1).to_string();
            let outcome = Outcome::Failed { description, is_cycle: false };
            return Run { outcome, steps: 0, failures: 1 };
        }
    };
    let mut engine = Engine::new(catalogue, options, request);
    let mut outcome = engine.search();
    let is_failure = matches!(outcome, Outcome::Failed { is_cycle: false, .. });
    let is_broken = matches!(outcome, Outcome::Aborted(Abort::InternalConflict { .. }));
    if is_failure || is_broken {
        let mut telling = Engine::new(catalogue, options, std::mem::take(&mut engine.request));
        (telling.is_telling, telling.is_exact) = (is_failure, is_broken);
        outcome = telling.search();
    }
    Run { outcome, steps: engine.steps, failures: engine.failures }
}
