//! Debian's lists of packages as a catalogue: alternatives, versioned provides, conflicts and breaks.

use std::collections::HashMap;

use trainyard_solve::{
    Budget, Catalogue, Choosable, Clause, Need, Origin, PackageId, RankSet, Term, choosable,
};
use trainyard_version::{Grammar, ReadOptions, Version};

/// What one stanza says.
#[derive(Default)]
pub(crate) struct Stanza<'t> {
    name: &'t str,
    version: &'t str,
    depends: Vec<&'t str>,
    conflicts: Vec<&'t str>,
    provides: &'t str,
}

/// The versions of one name, the newest first.
struct Named<'t> {
    id: PackageId,
    stanzas: Vec<(Version, usize)>,
    /// Who provides the name: a package, a rank, and the version that it provides.
    providers: Vec<(&'t str, u32, Option<Version>)>,
}

/// The packages of a list that cannot be installed, with their versions.
///
/// *Order*: by name.
pub(crate) fn broken<'t>(stanzas: &[Stanza<'t>]) -> Vec<(&'t str, &'t str, Choosable)> {
    let mut list = List::new(stanzas);
    list.fill();
    let catalogue = std::mem::take(&mut list.catalogue).sealed();
    let by_id: HashMap<_, _> =
        list.names.iter().map(|(name, named)| (named.id, (name, named))).collect();
    let verdicts = choosable(&catalogue, Budget::default()).into_iter();
    let mut broken: Vec<_> = verdicts
        .filter(|(.., verdict)| *verdict != Choosable::Yes)
        .filter_map(|(package, rank, verdict)| {
            let (name, named) = by_id.get(&package)?;
            let (_, stanza) = named.stanzas.get(rank as usize)?;
            Some((**name, stanzas[*stanza].version, verdict))
        })
        .collect();
    broken.sort_by_key(|(name, version, _)| (*name, *version));
    broken
}

/// Reads a list.
pub(crate) fn stanzas(text: &str) -> Vec<Stanza<'_>> {
    text.split("\n\n").filter_map(stanza).collect()
}

fn stanza(text: &str) -> Option<Stanza<'_>> {
    let mut stanza = Stanza::default();
    for line in text.lines() {
        let Some((field, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match field {
            "Package" => stanza.name = value,
            "Version" => stanza.version = value,
            "Depends" | "Pre-Depends" => stanza.depends.push(value),
            "Conflicts" | "Breaks" => stanza.conflicts.push(value),
            "Provides" => stanza.provides = value,
            _ => {}
        }
    }
    (!stanza.name.is_empty() && !stanza.version.is_empty()).then_some(stanza)
}

struct List<'s, 't> {
    stanzas: &'s [Stanza<'t>],
    catalogue: Catalogue,
    names: HashMap<&'t str, Named<'t>>,
    /// Relations that were looked up: the packages that meet them.
    relations: HashMap<&'t str, Vec<Term>>,
}

impl<'s, 't> List<'s, 't> {
    fn new(stanzas: &'s [Stanza<'t>]) -> Self {
        let mut by_name: HashMap<&str, Vec<(Version, usize)>> = HashMap::new();
        for (index, stanza) in stanzas.iter().enumerate() {
            if let Ok(version) = debian().version(stanza.version, ReadOptions::default()) {
                by_name.entry(stanza.name).or_default().push((version, index));
            }
        }
        let mut catalogue = Catalogue::new();
        let mut names = HashMap::new();
        let mut sorted: Vec<_> = by_name.into_iter().collect();
        sorted.sort_by_key(|(name, _)| *name);
        for (name, mut versions) in sorted {
            versions.sort_by(|(left, _), (right, _)| right.key().cmp(left.key()));
            versions.dedup_by(|(left, _), (right, _)| left.key() == right.key());
            let id = catalogue.add_package(u32::try_from(versions.len()).unwrap_or(u32::MAX));
            names.insert(name, Named { id, stanzas: versions, providers: Vec::new() });
        }
        let mut list = Self { stanzas, catalogue, names, relations: HashMap::new() };
        list.provide();
        list
    }

    /// Notes who provides what; names that are only provided become packages without candidates.
    fn provide(&mut self) {
        let mut provided = Vec::new();
        for (&name, named) in &self.names {
            for (rank, (_, stanza)) in (0..).zip(&named.stanzas) {
                for relation in split(self.stanzas[*stanza].provides, ',') {
                    let (target, range) = name_and_range(relation);
                    let version = range.trim_matches(['(', ')']).trim_start_matches('=').trim();
                    let version = debian().version(version, ReadOptions::default()).ok();
                    provided.push((target, name, rank, version));
                }
            }
        }
        provided.sort_by_key(|(target, name, rank, _)| (*target, *name, *rank));
        for (target, name, rank, version) in provided {
            let catalogue = &mut self.catalogue;
            let named = self.names.entry(target).or_insert_with(|| Named {
                id: catalogue.add_package(0),
                stanzas: Vec::new(),
                providers: Vec::new(),
            });
            named.providers.push((name, rank, version));
        }
    }

    fn fill(&mut self) {
        let mut names: Vec<_> = self.names.keys().copied().collect();
        names.sort_unstable();
        let mut origin = 0;
        for name in names {
            let named = &self.names[name];
            let (id, count) = (named.id, named.stanzas.len());
            for rank in 0..count {
                let stanza = &self.stanzas[self.names[name].stanzas[rank].1];
                let rank = u32::try_from(rank).unwrap_or(u32::MAX);
                for need in self.needs(id, stanza) {
                    origin += 1;
                    self.catalogue.add(id, rank, Clause::new(Origin(origin), need));
                }
            }
        }
    }

    fn needs(&mut self, id: PackageId, stanza: &Stanza<'t>) -> Vec<Need> {
        let mut needs = Vec::new();
        for clause in stanza.depends.iter().flat_map(|text| split(text, ',')) {
            let alternatives = split(clause, '|');
            let terms = alternatives.flat_map(|relation| self.terms(relation).to_vec()).collect();
            needs.push(Need::AnyOf(terms));
        }
        for relation in stanza.conflicts.iter().flat_map(|text| split(text, ',')) {
            let terms = self.terms(relation).to_vec();
            for term in terms.into_iter().filter(|term| term.package != id) {
                let candidates = self.catalogue.candidates(term.package);
                needs.push(Need::conflict(term.package, candidates, &term.ranks));
            }
        }
        needs
    }

    /// The packages that meet a relation.
    fn terms(&mut self, relation: &'t str) -> &[Term] {
        let names = &self.names;
        self.relations.entry(relation).or_insert_with(|| meeting(names, relation))
    }
}

fn meeting(names: &HashMap<&str, Named<'_>>, relation: &str) -> Vec<Term> {
    let (name, range) = name_and_range(relation);
    let Some(named) = names.get(name) else { return Vec::new() };
    let range = (!range.is_empty()).then(|| debian().parse(range));
    let is_met = |version: Option<&Version>| match &range {
        None => true,
        Some(Ok(range)) => version.is_some_and(|version| range.matches(version)),
        Some(Err(_)) => false,
    };
    let mut terms: Vec<Term> = Vec::new();
    let own = (0..).zip(&named.stanzas).filter(|(_, (version, _))| is_met(Some(version)));
    let own: RankSet = own.map(|(rank, _)| rank).collect();
    if !own.is_empty() {
        terms.push(Term::new(named.id, own));
    }
    for (provider, rank, version) in &named.providers {
        let Some(provider) = names.get(provider).filter(|_| is_met(version.as_ref())) else {
            continue;
        };
        match terms.iter_mut().find(|term| term.package == provider.id) {
            Some(term) => term.ranks.insert(*rank),
            None => terms.push(Term::new(provider.id, RankSet::one(*rank))),
        }
    }
    terms
}

/// The parts of a list.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    text.split(separator).map(str::trim).filter(|part| !part.is_empty())
}

/// A relation's name, and its range.
fn name_and_range(relation: &str) -> (&str, &str) {
    let (name, range) = relation
        .split_once('(')
        .map_or((relation, ""), |(name, _)| (name, &relation[name.len()..]));
    let name = name.trim();
    // Names of other architectures are of packages that the list does not have.
    (name.strip_suffix(":any").unwrap_or(name), range.trim())
}

fn debian() -> Grammar {
    Grammar::all().find(|grammar| grammar.name() == "debian").expect("Debian's grammar exists")
}
