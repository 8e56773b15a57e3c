//! Where Rez stops with an error or a cycle, or does not end: the same packages, searched by an engine that learns.
//!
//! A missing family, an empty range, a package that conflicts with itself and a cycle are then reasons to choose
//! otherwise, as any other conflict is.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use trainyard_solve as solve;
use trainyard_solve::{
    Budget, Clause, Engine, Need, Nogoods, Objective, Origin, PackageId, RankSet,
};
use trainyard_version::VersionSet;

use crate::{
    Answer, Beyond, Catalogue, ChosenPackage, Kind, Request, Requirement, bits,
    engine::{Configured, Engine as Steps},
    order::Graph,
    range::{not_empty, without},
    requirement::{is_ephemeral, merge},
};

/// How many cycles are forbidden before the search gives up.
const MOST_CYCLES: usize = 64;

/// How much work may be done to learn that a search is without hope.
const WORK_OF_PROOF: u64 = 100_000;

/// All clauses come from here; nobody asks for an explanation.
const ORIGIN: Origin = Origin(0);

/// Searches for an answer without Rez's errors.
pub(crate) fn search(catalogue: &Catalogue, request: &Request) -> Beyond {
    let Ok(requirements) = merge(request.requirements.iter().cloned()) else {
        return Beyond::Impossible;
    };
    let mut model = Model::new(catalogue, &requirements);
    model.prefer(request);
    model.add_packages();
    let configured = Configured::new(catalogue, &request.settings, request.options.released_by);
    model.add_request(configured.hides().then_some(&configured));
    let mut packages = std::mem::take(&mut model.packages).sealed();
    for _ in 0..MOST_CYCLES {
        let problem = solve::Problem::new(&packages, model.clauses.clone());
        let budget = Budget { steps: request.options.work_beyond };
        let solution = match Nogoods.solve(&problem, &Objective::Newest, budget) {
            solve::Outcome::Solved(solution) => solution,
            solve::Outcome::Unsolvable { .. } => return Beyond::Impossible,
            solve::Outcome::GaveUp { best, .. } => match best {
                Some(best) => best,
                None => return Beyond::Unfinished,
            },
        };
        match model.answer(&solution) {
            Ok(answer) => return Beyond::Solved(answer),
            Err(cycle) => packages = model.forbid(packages, &cycle),
        }
    }
    Beyond::Unfinished
}

/// Whether a merged request has no answer, and Rez's search can come to no error, so that all that it can come to in
/// the end is its first failure. Says no where that is not plain after little work.
pub(crate) fn is_hopeless(catalogue: &Catalogue, request: &[Requirement]) -> bool {
    let mut model = Model::new(catalogue, request);
    if !model.parts.is_empty() || !model.has_no_errors() {
        return false;
    }
    model.add_packages();
    model.add_request(None);
    let packages = std::mem::take(&mut model.packages).sealed();
    let problem = solve::Problem::new(&packages, model.clauses);
    let outcome = Nogoods.solve(&problem, &Objective::Newest, Budget { steps: WORK_OF_PROOF });
    matches!(outcome, solve::Outcome::Unsolvable { .. })
}

/// A request and the packages that it can reach, as the engine sees them.
struct Model<'model> {
    catalogue: &'model Catalogue,
    request: &'model [Requirement],
    packages: solve::Catalogue,
    clauses: Vec<Clause>,
    /// Families as packages of the engine.
    ids: HashMap<usize, PackageId>,
    families: Vec<usize>,
    /// Parts into which all its ranges divide an ephemeral family, as candidates of the engine.
    parts: HashMap<String, (PackageId, Vec<VersionSet>)>,
    /// Families whose variants Rez does not prefer in their own order.
    places: HashMap<usize, Places>,
}

/// Variants of a family in the order in which Rez tries them.
struct Places {
    /// Variants by rank, counted from the family's first.
    variants: Vec<usize>,
    /// Ranks by variant.
    ranks: Vec<usize>,
}

impl<'model> Model<'model> {
    /// Finds out what the request can reach.
    fn new(catalogue: &'model Catalogue, request: &'model [Requirement]) -> Self {
        let mut model = Self {
            catalogue,
            request,
            packages: solve::Catalogue::new(),
            clauses: Vec::new(),
            ids: HashMap::new(),
            families: Vec::new(),
            parts: HashMap::new(),
            places: HashMap::new(),
        };
        let mut ephemerals: Vec<&Requirement> =
            request.iter().filter(|requirement| requirement.is_ephemeral()).collect();
        for requirement in request.iter().filter(|requirement| !requirement.is_conflict()) {
            if let Some(family) = catalogue.family(requirement.name()) {
                model.reach(family);
            }
        }
        let mut at = 0;
        while let Some(&family) = model.families.get(at) {
            at += 1;
            let index = catalogue.index(family);
            for slot in 0..index.slot_count() {
                let other = index.family(slot);
                if is_ephemeral(catalogue.name(other)) {
                    let groups = index.groups(slot);
                    ephemerals.extend(groups.map(|group| catalogue.requirement(group.requirement)));
                } else if bits::first(index.required(slot)).is_some() {
                    model.reach(other);
                }
            }
        }
        let names: BTreeSet<_> = ephemerals.iter().map(|requirement| requirement.name()).collect();
        for name in names {
            let ranges = ephemerals.iter().filter(|requirement| requirement.name() == name);
            let parts = divide(ranges.filter_map(|requirement| requirement.range()));
            let id = model.packages.add_choice(number(parts.len()));
            model.parts.insert(name.to_owned(), (id, parts));
        }
        model
    }

    /// Whether no choice can lead to a family or a range without packages, nor to a package with a conflict of its own.
    ///
    /// Several families that require one may leave nothing of it together, unless all leave some variant.
    fn has_no_errors(&self) -> bool {
        let mut demands: HashMap<usize, (usize, Vec<u64>)> = HashMap::new();
        for &family in &self.families {
            let variants = self.catalogue.variants_of_family(family);
            let index = self.catalogue.index(family);
            if variants.clone().any(|variant| self.catalogue.is_broken(variant)) {
                return false;
            }
            for slot in 0..index.slot_count() {
                if bits::first(index.required(slot)).is_none() {
                    continue;
                }
                let other = index.family(slot);
                let mut all = vec![u64::MAX; self.catalogue.words(other)];
                for group in index.groups(slot) {
                    if self.catalogue.requirement_kind(group.requirement) != Kind::Required {
                        continue;
                    }
                    let mut allowed = vec![0; all.len()];
                    for &(start, end) in self.catalogue.intervals(group.requirement) {
                        bits::set_range(&mut allowed, start as usize, end as usize);
                    }
                    if bits::first(&allowed).is_none() {
                        return false;
                    }
                    bits::keep(&mut all, &allowed);
                }
                let (speakers, left) = demands.entry(other).or_insert_with(|| (0, all.clone()));
                *speakers += 1;
                bits::keep(left, &all);
            }
        }
        demands.values().all(|(speakers, left)| *speakers == 1 || bits::first(left).is_some())
    }

    fn reach(&mut self, family: usize) {
        if !self.ids.contains_key(&family) && !is_ephemeral(self.catalogue.name(family)) {
            let variants = self.catalogue.variants_of_family(family).len();
            self.ids.insert(family, self.packages.add_package(number(variants)));
            self.families.push(family);
        }
    }

    /// Has the engine prefer what Rez prefers: versions by the settings, and variants by what they share with the
    /// request. Before anything is said of candidates.
    fn prefer(&mut self, request: &Request) {
        let requirements = self.request.iter().map(Cow::Borrowed).collect();
        let how = (request.options, &request.settings);
        let steps = Steps::new(self.catalogue, how, requirements);
        for &family in &self.families {
            let variants = steps.preferred(family);
            if variants.is_sorted() {
                continue;
            }
            let mut ranks = vec![0; variants.len()];
            for (rank, &variant) in variants.iter().enumerate() {
                ranks[variant] = rank;
            }
            self.places.insert(family, Places { variants, ranks });
        }
        steps.leave();
    }

    /// Candidates of the engine, for variants counted from the family's first.
    fn candidates(&self, family: usize, variants: impl Iterator<Item = usize>) -> RankSet {
        match self.places.get(&family) {
            None => ranks(variants),
            Some(places) => ranks(variants.map(|variant| places.ranks[variant])),
        }
    }

    /// The same, for variants as intervals.
    fn candidates_in(&self, family: usize, intervals: &[(u32, u32)]) -> RankSet {
        if self.places.contains_key(&family) {
            let all = intervals.iter().flat_map(|&(start, end)| start..end);
            return self.candidates(family, all.map(|variant| variant as usize));
        }
        let mut candidates = RankSet::empty();
        for &(start, end) in intervals {
            candidates = candidates.union(&RankSet::range(start..end));
        }
        candidates
    }

    /// What every variant needs.
    fn add_packages(&mut self) {
        let catalogue = self.catalogue;
        for at in 0..self.families.len() {
            let family = self.families[at];
            let Some(&package) = self.ids.get(&family) else { continue };
            let index = catalogue.index(family);
            for slot in 0..index.slot_count() {
                for group in index.groups(slot) {
                    // Rez does not hold a package's conflicts against the package itself.
                    let kind = catalogue.requirement_kind(group.requirement);
                    if index.family(slot) == family && kind != Kind::Required {
                        continue;
                    }
                    if let Some(need) = self.need_of(index.family(slot), group.requirement) {
                        let when = self.candidates(family, bits::ones(group.variants));
                        self.packages.add_among(package, when, Clause::new(ORIGIN, need));
                    }
                }
            }
            let variants = catalogue.variants_of_family(family);
            let broken = variants.clone().filter(|&variant| catalogue.broken(variant).is_some());
            let broken = self.candidates(family, broken.map(|variant| variant - variants.start));
            if !broken.is_empty() {
                let never = Clause::new(ORIGIN, Need::AnyOf(Vec::new()));
                self.packages.add_among(package, broken, never);
            }
        }
    }

    /// A requirement of a package; none where it holds always.
    fn need_of(&self, family: usize, requirement: u32) -> Option<Need> {
        if is_ephemeral(self.catalogue.name(family)) {
            return self.need(self.catalogue.requirement(requirement));
        }
        let &package = self.ids.get(&family)?;
        let allowed = self.candidates_in(family, self.catalogue.intervals(requirement));
        Some(match self.catalogue.requirement_kind(requirement) {
            Kind::Required => Need::one(package, allowed),
            Kind::Conflict | Kind::Weak => Need::AbsentOr(solve::Term::new(package, allowed)),
        })
    }

    /// A requirement of the request, or of an ephemeral family; none where it holds always.
    fn need(&self, requirement: &Requirement) -> Option<Need> {
        let (package, allowed) = if let Some((package, parts)) = self.parts.get(requirement.name())
        {
            let allowed = requirement.allowed();
            let is_part = |part: &usize| parts[*part].is_subset_of(&allowed);
            (*package, ranks((0..parts.len()).filter(is_part)))
        } else {
            let family = self.catalogue.family(requirement.name());
            let id = family.and_then(|family| self.ids.get(&family).map(|id| (family, *id)));
            let Some((family, package)) = id else {
                // Nothing that could be chosen is of this family.
                return (!requirement.is_conflict()).then(|| Need::AnyOf(Vec::new()));
            };
            let intervals = self.catalogue.intervals_of(family, &requirement.allowed_shared());
            (package, self.candidates_in(family, &intervals))
        };
        Some(if requirement.is_conflict() {
            Need::AbsentOr(solve::Term::new(package, allowed))
        } else {
            Need::one(package, allowed)
        })
    }

    /// What is asked for, in its order, and what does not exist for it.
    fn add_request(&mut self, configured: Option<&Configured<'_>>) {
        let needs = self.request.iter().filter_map(|requirement| self.need(requirement));
        let needs: Vec<_> = needs.map(|need| Clause::new(ORIGIN, need)).collect();
        self.clauses.extend(needs);
        let Some(configured) = configured else { return };
        for &family in &self.families {
            let versions = self.catalogue.versions_range(family);
            let start = self.catalogue.variants_of_family(family).start;
            let there = versions.filter(|&version| !configured.is_hidden(family, version));
            let variants = there.flat_map(|version| self.catalogue.variants_of_version(version));
            let there = self.candidates(family, variants.map(|variant| variant - start));
            if let Some(&package) = self.ids.get(&family) {
                let need = Need::AbsentOr(solve::Term::new(package, there));
                self.clauses.push(Clause::new(ORIGIN, need));
            }
        }
    }

    /// The chosen packages, each after those that it requires.
    ///
    /// *Errors*: a cycle among them, as packages of the engine and ranks.
    fn answer(&self, solution: &solve::Solution) -> Result<Answer, Vec<(PackageId, u32)>> {
        let mut chosen: Vec<(usize, usize)> = Vec::new();
        for &family in &self.families {
            let rank = self.ids.get(&family).and_then(|&id| solution.assignment.get(id));
            let places = self.places.get(&family);
            chosen.extend(rank.map(|rank| {
                let rank = rank as usize;
                (family, places.map_or(rank, |places| places.variants[rank]))
            }));
        }
        let place = |family: usize| {
            let name = self.catalogue.name(family);
            let is_named = |requirement: &&Requirement| requirement.name() == name;
            let place = self.request.iter().position(|requirement| is_named(&requirement));
            (place.unwrap_or(usize::MAX), family)
        };
        chosen.sort_by_cached_key(|&(family, _)| place(family));
        let nodes: HashMap<_, _> =
            chosen.iter().enumerate().map(|(node, &(family, _))| (family, node)).collect();
        let start = |family: usize| self.catalogue.variants_of_family(family).start;
        let mut graph = Graph::with_capacity(chosen.len());
        for &(family, local) in &chosen {
            let requirements = self.catalogue.requirements_of(start(family) + local).iter();
            let required = requirements.filter(|&&requirement| {
                self.catalogue.requirement_kind(requirement) == Kind::Required
            });
            graph.add(required.filter_map(|&requirement| {
                nodes.get(&self.catalogue.requirement_family(requirement)).copied()
            }));
        }
        let Ok(order) = graph.order() else {
            let cycle = graph.cycle().into_iter().filter_map(|node| {
                let (family, local) = chosen[node];
                let places = self.places.get(&family);
                let rank = places.map_or(local, |places| places.ranks[local]);
                Some((*self.ids.get(&family)?, number(rank)))
            });
            return Err(cycle.collect());
        };
        let mut answer = Answer::default();
        for node in order {
            let (family, local) = chosen[node];
            let variant = start(family) + local;
            let version = self.catalogue.version_of(family, variant);
            answer.packages.push(ChosenPackage {
                name: self.catalogue.name(family).to_owned(),
                version: self.catalogue.version_text(version).to_owned(),
                variant: self.catalogue.variant_index(version, variant),
            });
        }
        answer.ephemerals = self.ephemerals(&chosen);
        Ok(answer)
    }

    /// What is left of ephemeral families that somebody requires.
    fn ephemerals(&self, chosen: &[(usize, usize)]) -> Vec<Requirement> {
        let requirements = chosen.iter().flat_map(|&(family, local)| {
            let variant = self.catalogue.variants_of_family(family).start + local;
            let requirements = self.catalogue.requirements_of(variant).iter();
            requirements.map(|&requirement| self.catalogue.requirement(requirement))
        });
        let all = self.request.iter().chain(requirements);
        let ephemerals = all.filter(|requirement| requirement.is_ephemeral()).cloned();
        let merged = merge(ephemerals).unwrap_or_default();
        merged.into_iter().filter(|requirement| !requirement.is_conflict()).collect()
    }

    /// Forbids that all packages of a cycle are chosen together: one of them has to be another.
    fn forbid(
        &mut self,
        mut packages: solve::Catalogue,
        cycle: &[(PackageId, u32)],
    ) -> solve::Catalogue {
        let breaks = number(cycle.len());
        let choice = packages.add_choice(breaks);
        for (&(package, rank), place) in cycle.iter().zip(0..) {
            let need = Need::conflict(package, packages.candidates(package), &RankSet::one(rank));
            packages.add(choice, place, Clause::new(ORIGIN, need));
        }
        let need = Need::one(choice, RankSet::all(breaks));
        self.clauses.push(Clause::new(ORIGIN, need));
        packages.sealed()
    }
}

/// Divides all versions into parts, so that each lies in a range or outside of it.
fn divide<'range>(ranges: impl Iterator<Item = &'range VersionSet>) -> Vec<VersionSet> {
    let mut parts = vec![VersionSet::full()];
    for range in ranges {
        let both = |part: &VersionSet| [part.intersection(range), without(part, range)];
        parts = parts.iter().flat_map(both).filter_map(not_empty).collect();
    }
    parts
}

fn ranks(variants: impl Iterator<Item = usize>) -> RankSet {
    let mut set = RankSet::empty();
    variants.for_each(|variant| set.insert(number(variant)));
    set
}

/// Numbers within a family fit, because those of the whole catalogue do.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
