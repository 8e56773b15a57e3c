//! Rez's packages as a catalogue: versions are candidates, the newest first, and variants are choices inside of them.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use trainyard_solve::{Assignment, Catalogue, Clause, Need, Origin, PackageId, RankSet};
use trainyard_version::{Grammar, ReadOptions, Version};

/// A family, as its file tells it.
#[derive(Debug)]
struct Family {
    id: PackageId,
    variants: PackageId,
    versions: Vec<Version>,
    /// How many variants the newer versions have together.
    first_variant: Vec<u32>,
}

/// A catalogue with names.
#[derive(Debug)]
pub(crate) struct Rez {
    pub(crate) catalogue: Catalogue,
    families: HashMap<String, Family>,
    needs: HashMap<String, Need>,
    origins: u32,
}

impl Rez {
    /// Reads the packages of the benchmark.
    pub(crate) fn read(text: &str) -> Self {
        let file: Value = serde_json::from_str(text).unwrap();
        let packages = file["packages"].as_object().unwrap();
        let mut rez = Self {
            catalogue: Catalogue::new(),
            families: HashMap::new(),
            needs: HashMap::new(),
            origins: 0,
        };
        for (name, entries) in packages {
            let entries: Vec<_> = entries.as_array().unwrap().iter().rev().collect();
            rez.add_family(name, &entries);
        }
        for (name, entries) in packages {
            let entries = entries.as_array().unwrap();
            for (rank, entry) in (0..).zip(entries.iter().rev()) {
                rez.add_rules(name, rank, entry);
            }
        }
        rez.catalogue = rez.catalogue.sealed();
        rez
    }

    fn add_family(&mut self, name: &str, entries: &[&Value]) {
        let read = |entry: &&Value| {
            let text = entry["v"].as_str().unwrap();
            grammar().version(text, ReadOptions::default()).unwrap()
        };
        let mut first_variant = Vec::new();
        let mut variants = 0;
        for entry in entries {
            first_variant.push(variants);
            variants += u32::try_from(entry["variants"].as_array().map_or(0, Vec::len)).unwrap();
        }
        let family = Family {
            id: self.catalogue.add_package(u32::try_from(entries.len()).unwrap()),
            variants: self.catalogue.add_choice(variants),
            versions: entries.iter().map(read).collect(),
            first_variant,
        };
        self.families.insert(name.to_owned(), family);
    }

    fn add_rules(&mut self, name: &str, rank: u32, entry: &Value) {
        let family = &self.families[name];
        let (id, choice, first) = (family.id, family.variants, family.first_variant[rank as usize]);
        for text in entry["requires"].as_array().into_iter().flatten() {
            self.rule(id, rank, text.as_str().unwrap());
        }
        let Some(variants) = entry["variants"].as_array().filter(|variants| !variants.is_empty())
        else {
            return;
        };
        let end = first + u32::try_from(variants.len()).unwrap();
        let clause = Clause::new(self.origin(), Need::one(choice, RankSet::range(first..end)));
        self.catalogue.add(id, rank, clause);
        for (index, variant) in (first..).zip(variants) {
            for text in variant.as_array().into_iter().flatten() {
                self.rule(choice, index, text.as_str().unwrap());
            }
        }
    }

    fn rule(&mut self, package: PackageId, rank: u32, text: &str) {
        let clause = Clause::new(self.origin(), self.need(text));
        self.catalogue.add(package, rank, clause);
    }

    fn origin(&mut self) -> Origin {
        self.origins += 1;
        Origin(self.origins)
    }

    /// What one of Rez's requirements asks for.
    pub(crate) fn need(&mut self, text: &str) -> Need {
        if let Some(need) = self.needs.get(text) {
            return need.clone();
        }
        let plain = text.trim_start_matches(['!', '~']);
        let end = plain.find(['-', '@', '#', '=', '<', '>']).unwrap_or(plain.len());
        let (name, range) = plain.split_at(end);
        let range = range.trim_start_matches(['-', '@', '#']);
        let family = self.families.get(name).map(|family| (family.id, &family.versions));
        let need = if let Some((id, versions)) = family {
            let range = grammar().parse(range).unwrap();
            let matching = (0..).zip(versions).filter(|(_, version)| range.matches(version));
            let ranks: RankSet = matching.map(|(rank, _)| rank).collect();
            let count = u32::try_from(versions.len()).unwrap();
            match text.as_bytes().first() {
                Some(b'!') => Need::conflict(id, count, &ranks),
                Some(b'~') => Need::AbsentOr(trainyard_solve::Term::new(id, ranks)),
                _ => Need::one(id, ranks),
            }
        } else if text.starts_with(['!', '~']) {
            Need::AbsentOr(trainyard_solve::Term::new(PackageId(u32::MAX), RankSet::empty()))
        } else {
            Need::one(PackageId(u32::MAX), RankSet::empty())
        };
        self.needs.insert(text.to_owned(), need.clone());
        need
    }

    /// A request, its terms counted from a number that no rule has.
    pub(crate) fn request<'t>(&mut self, terms: impl IntoIterator<Item = &'t str>) -> Vec<Clause> {
        let numbered = (1_000_000..).zip(terms);
        numbered.map(|(origin, text)| Clause::new(Origin(origin), self.need(text))).collect()
    }

    /// An answer of Rez: `[name, version, variant]` each.
    pub(crate) fn answer(&self, resolved: &Value) -> Assignment {
        let pin = |entry: &Value| {
            let family = &self.families[entry[0].as_str().unwrap()];
            let text = entry[1].as_str().unwrap();
            let rank = family.versions.iter().position(|version| version.text() == text).unwrap();
            let variant = entry[2].as_u64().map(|index| {
                (family.variants, family.first_variant[rank] + u32::try_from(index).unwrap())
            });
            [Some((family.id, u32::try_from(rank).unwrap())), variant]
        };
        resolved.as_array().unwrap().iter().flat_map(pin).flatten().collect()
    }
}

/// The name that a requirement is about.
fn name_of(text: &str) -> &str {
    let plain = text.trim_start_matches(['!', '~']);
    let end = plain.find(['-', '@', '#', '=', '<', '>']).unwrap_or(plain.len());
    &plain[..end]
}

/// The terms of a request.
pub(crate) fn terms(request: &Value) -> Vec<&str> {
    request.as_array().unwrap().iter().map(|term| term.as_str().unwrap()).collect()
}

/// Whether a trial can have started from the answer to a request.
pub(crate) fn is_start(trial: &Value, terms: &[&str], case: &Value) -> bool {
    let names = |terms: &[&str]| terms.iter().map(|term| name_of(term).to_owned()).collect();
    let wanted: BTreeSet<String> = names(&terms[1..]);
    let mut given: BTreeSet<String> = names(&self::terms(&case["request"]));
    given.remove(name_of(terms[0]));
    let size = case["resolved"].as_array().map(|resolved| resolved.len() as u64);
    size == trial["bundle_size"].as_u64() && given == wanted
}

fn grammar() -> Grammar {
    Grammar::all().find(|grammar| grammar.name() == "rez").unwrap()
}
