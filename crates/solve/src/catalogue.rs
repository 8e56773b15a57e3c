//! Packages, their candidates, and what each candidate needs.

use std::collections::{HashMap, hash_map::Entry};

use crate::{Assignment, RankSet};

/// A package, by its place in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub u32);

impl PackageId {
    /// The place as an index.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a clause comes from: a number that the caller gives and gets back in explanations.
///
/// Clauses with one origin stand and fall together. Explanations prefer to name lower numbers, so numbers that follow
/// from what is written, and not from the order in which it was read, make the same explanation every time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(pub u32);

/// Some candidates of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// The package.
    pub package: PackageId,
    /// Which of its candidates.
    pub ranks: RankSet,
}

impl Term {
    /// Some candidates of a package.
    pub fn new(package: PackageId, ranks: RankSet) -> Self {
        Self { package, ranks }
    }
}

/// What a clause asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// One of these is chosen. Earlier alternatives are preferred; with none at all it can never hold.
    AnyOf(Vec<Term>),
    /// The package is absent, or one of these candidates: a weak requirement, and with no candidate a conflict.
    AbsentOr(Term),
}

impl Need {
    /// A requirement without alternatives.
    pub fn one(package: PackageId, ranks: RankSet) -> Self {
        Self::AnyOf(vec![Term::new(package, ranks)])
    }

    /// Some candidates of a package must not be chosen.
    pub fn conflict(package: PackageId, candidates: u32, forbidden: &RankSet) -> Self {
        Self::AbsentOr(Term::new(package, RankSet::all(candidates).without(forbidden)))
    }

    /// Whether it is met.
    pub fn holds(&self, assignment: &Assignment) -> bool {
        let is_in = |term: &Term, rank: u32| term.ranks.contains(rank);
        match self {
            Self::AnyOf(terms) => terms
                .iter()
                .any(|term| assignment.get(term.package).is_some_and(|rank| is_in(term, rank))),
            Self::AbsentOr(term) => {
                assignment.get(term.package).is_none_or(|rank| is_in(term, rank))
            }
        }
    }

    /// The terms that it names.
    pub fn terms(&self) -> &[Term] {
        match self {
            Self::AnyOf(terms) => terms,
            Self::AbsentOr(term) => std::slice::from_ref(term),
        }
    }
}

/// Something that must hold, and where that is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clause {
    /// Where it is written.
    pub origin: Origin,
    /// What must hold.
    pub need: Need,
}

impl Clause {
    /// Something that must hold.
    pub fn new(origin: Origin, need: Need) -> Self {
        Self { origin, need }
    }
}

/// A clause that holds where one of some candidates is chosen.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Which of its candidates ask.
    pub(crate) when: RankSet,
    pub(crate) clause: Clause,
}

/// Packages, their candidates and what those need. At most one candidate of a package is ever chosen.
///
/// It is filled once and asked often: what a user wants is a [`Problem`](crate::Problem) over it.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    packages: Vec<Package>,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, Default)]
struct Package {
    candidates: u32,
    /// Whether it is but a choice inside of others.
    is_choice: bool,
    /// Its rules, in the order in which they were added.
    rules: Vec<u32>,
    /// The same by candidate: where the rules of each begin in `by_rank`. Made when the package is sealed.
    starts: Vec<u32>,
    by_rank: Vec<u32>,
    /// Candidates that need the same: which, and one of their rules.
    groups: Vec<(RankSet, u32)>,
}

impl Catalogue {
    /// A catalogue without packages.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a package with some candidates; one that is named and does not exist has none.
    pub fn add_package(&mut self, candidates: u32) -> PackageId {
        let id = PackageId(u32::try_from(self.packages.len()).unwrap_or(u32::MAX));
        self.packages.push(Package { candidates, ..Package::default() });
        id
    }

    /// Adds a choice inside of other packages, as Rez's variants are: other candidates of it are no change.
    pub fn add_choice(&mut self, candidates: u32) -> PackageId {
        let id = self.add_package(candidates);
        if let Some(package) = self.packages.last_mut() {
            package.is_choice = true;
        }
        id
    }

    /// Adds what one candidate needs.
    ///
    /// *Order*: the requirements of a candidate are followed in the order in which they were added.
    pub fn add(&mut self, package: PackageId, rank: u32, clause: Clause) {
        self.add_among(package, RankSet::one(rank), clause);
    }

    /// Adds what each of some candidates needs. A package that is not in the catalogue needs nothing.
    pub fn add_among(&mut self, package: PackageId, when: RankSet, clause: Clause) {
        let index = u32::try_from(self.rules.len()).unwrap_or(u32::MAX);
        let Some(owner) = self.packages.get_mut(package.index()) else { return };
        owner.rules.push(index);
        owner.starts.clear();
        owner.groups.clear();
        self.rules.push(Rule { when, clause });
    }

    /// Sorts what was added by candidate. To be called once all is added.
    ///
    /// *Cost*: linear in the rules, each counted once for every candidate it speaks of.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        for package in &mut self.packages {
            seal(package, &self.rules);
            group(package, &self.rules);
        }
        self
    }

    /// How many packages there are.
    pub fn len(&self) -> usize {
        self.packages.len()
    }

    /// Whether there is no package.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    /// How many candidates a package has; none where the catalogue does not know it.
    pub fn candidates(&self, package: PackageId) -> u32 {
        self.packages.get(package.index()).map_or(0, |package| package.candidates)
    }

    /// Whether a package is but a choice inside of others.
    pub fn is_choice(&self, package: PackageId) -> bool {
        self.packages.get(package.index()).is_some_and(|package| package.is_choice)
    }

    /// What a candidate needs, in the order in which it was added.
    pub fn clauses(&self, package: PackageId, rank: u32) -> impl Iterator<Item = &Clause> {
        self.rules_of(package, rank).map(|(_, rule)| &rule.clause)
    }

    /// The rules of a candidate, each with its number.
    pub(crate) fn rules_of(
        &self,
        package: PackageId,
        rank: u32,
    ) -> impl Iterator<Item = (u32, &Rule)> {
        let owner = self.packages.get(package.index());
        owner.into_iter().flat_map(move |owner| {
            let found = if owner.starts.is_empty() { &owner.rules } else { owner.of_rank(rank) };
            let numbered = found.iter().filter_map(|&index| Some((index, self.rule(index)?)));
            numbered.filter(move |(_, rule)| rule.when.contains(rank))
        })
    }

    /// What candidates of a package need, and which of them need it.
    ///
    /// *Order*: as it was first needed.
    pub(crate) fn groups(&self, package: PackageId) -> impl Iterator<Item = (&RankSet, &Need)> {
        let owner = self.packages.get(package.index());
        let grouped = owner.into_iter().flat_map(|owner| &owner.groups);
        let single = owner.filter(|owner| owner.groups.is_empty());
        let single = single.into_iter().flat_map(|owner| &owner.rules);
        let need = |index: u32| self.rule(index).map(|rule| &rule.clause.need);
        let grouped = grouped.filter_map(move |(when, index)| Some((when, need(*index)?)));
        let rules = single.filter_map(|&index| self.rule(index));
        grouped.chain(rules.map(|rule| (&rule.when, &rule.clause.need)))
    }

    /// The origins of all rules of a package that ask for a need.
    pub(crate) fn origins_of<'a>(
        &'a self,
        package: PackageId,
        need: &'a Need,
    ) -> impl Iterator<Item = Origin> + 'a {
        let owner = self.packages.get(package.index());
        let rules = owner.into_iter().flat_map(|owner| &owner.rules);
        let rules = rules.filter_map(|&index| self.rule(index));
        rules.filter(move |rule| rule.clause.need == *need).map(|rule| rule.clause.origin)
    }

    /// All rules with the package that asks, in the order of packages.
    pub(crate) fn all_rules(&self) -> impl Iterator<Item = (PackageId, &Rule)> {
        (0..).map(PackageId).zip(&self.packages).flat_map(|(id, package)| {
            let rules = package.rules.iter().filter_map(|&index| self.rule(index));
            rules.map(move |rule| (id, rule))
        })
    }

    /// A rule by its number.
    pub(crate) fn rule(&self, index: u32) -> Option<&Rule> {
        self.rules.get(index as usize)
    }
}

impl Package {
    fn of_rank(&self, rank: u32) -> &[u32] {
        let at = |rank: u32| self.starts.get(rank as usize).map(|start| *start as usize);
        let range = at(rank).zip(rank.checked_add(1).and_then(at));
        range.and_then(|(start, end)| self.by_rank.get(start..end)).unwrap_or_default()
    }
}

/// Counts and distributes, so that the rules of a candidate keep their order.
fn seal(package: &mut Package, rules: &[Rule]) {
    let when = |index: &u32| rules.get(*index as usize).map(|rule| (*index, &rule.when));
    let candidates = package.candidates as usize;
    let mut starts = vec![0_u32; candidates + 1];
    let known = |rank: &u32| (*rank as usize) < candidates;
    for (_, when) in package.rules.iter().filter_map(when) {
        for rank in when.iter().filter(known) {
            starts[rank as usize + 1] += 1;
        }
    }
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    let mut next = starts.clone();
    let mut by_rank = vec![0; starts.last().map_or(0, |total| *total as usize)];
    for (rule, when) in package.rules.iter().filter_map(when) {
        for rank in when.iter().filter(known) {
            let place = &mut next[rank as usize];
            by_rank[*place as usize] = rule;
            *place += 1;
        }
    }
    package.starts = starts;
    package.by_rank = by_rank;
}

/// Brings candidates together that need the same.
fn group(package: &mut Package, rules: &[Rule]) {
    let mut places: HashMap<&Need, usize> = HashMap::new();
    let mut groups: Vec<(RankSet, u32)> = Vec::new();
    for &index in &package.rules {
        let Some(rule) = rules.get(index as usize) else { continue };
        match places.entry(&rule.clause.need) {
            Entry::Occupied(place) => groups[*place.get()].0.add(&rule.when),
            Entry::Vacant(place) => {
                place.insert(groups.len());
                groups.push((rule.when.clone(), index));
            }
        }
    }
    package.groups = groups;
}
