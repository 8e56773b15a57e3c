//! Small random catalogues, held against trying everything.

use std::collections::BTreeMap;

use proptest::prelude::*;
use trainyard_rez::{
    Answer, Beyond, Catalogue, Outcome, PackageDefinition, Request, Requirement, merge, resolve,
    validate,
};
use trainyard_version::{Scheme, Version};

const FAMILIES: [&str; 4] = ["a", "b", "c", "d"];

/// A chosen package: its version, and its requirements.
#[derive(Clone, Debug)]
struct Candidate {
    version: Version,
    /// Merged; none where they conflict with each other.
    requirements: Option<Vec<Requirement>>,
}

fn range() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        3 => Just(""),
        1 => Just("-1"),
        1 => Just("-2"),
        1 => Just("==1"),
        1 => Just("<2"),
        1 => Just("-2+"),
        1 => Just("-1|3"),
        1 => Just("-1.0+<3"),
    ]
}

fn requirement() -> impl Strategy<Value = String> {
    let prefix = prop_oneof![8 => Just(""), 1 => Just("!"), 1 => Just("~")];
    let family = prop_oneof![12 => proptest::sample::select(&FAMILIES[..]), 1 => Just("none")];
    (prefix, family, range()).prop_map(|(prefix, name, range)| format!("{prefix}{name}{range}"))
}

fn requirements(most: usize) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(requirement(), 0..=most)
}

fn definition(name: &'static str) -> impl Strategy<Value = PackageDefinition> {
    let version = proptest::sample::select(&["1", "1.0", "2", "3", "2-beta"][..]);
    let variants = proptest::collection::vec(requirements(2), 0..3);
    (version, requirements(2), variants).prop_map(move |(version, requires, variants)| {
        let (name, version) = (name.to_owned(), version.to_owned());
        PackageDefinition { name, version, requires, variants, timestamp: 0 }
    })
}

fn definitions() -> impl Strategy<Value = Vec<PackageDefinition>> {
    let family = |name| proptest::collection::vec(definition(name), 1..4);
    (family("a"), family("b"), family("c"), family("d"))
        .prop_map(|(a, b, c, d)| [a, b, c, d].concat())
}

fn read(texts: &[String]) -> Vec<Requirement> {
    texts
        .iter()
        .map(|text| Requirement::parse(text).expect("what tests are made of can be read"))
        .collect()
}

/// Every variant of every version; of two of one version, the first.
fn candidates(definitions: &[PackageDefinition]) -> BTreeMap<String, Vec<Candidate>> {
    let scheme: Scheme = "rez".parse().expect("what tests are made of can be read");
    let mut families: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for definition in definitions {
        let version =
            scheme.parse(&definition.version).expect("what tests are made of can be read");
        let family = families.entry(definition.name.clone()).or_default();
        if family.iter().any(|candidate| candidate.version == version) {
            continue;
        }
        let none = [Vec::new()];
        let variants: &[Vec<String>] =
            if definition.variants.is_empty() { &none } else { &definition.variants };
        for variant in variants {
            let all = read(&[definition.requires.clone(), variant.clone()].concat());
            let requirements = merge(all).ok();
            family.push(Candidate { version: version.clone(), requirements });
        }
    }
    families
}

fn is_met(requirement: &Requirement, chosen: &BTreeMap<&str, &Candidate>) -> bool {
    match chosen.get(requirement.name()) {
        None => requirement.is_conflict(),
        Some(candidate) => requirement.allowed().contains(&candidate.version),
    }
}

/// Whether packages fit; Rez does not hold a package's conflicts against the package itself.
fn fits(request: &[Requirement], chosen: &BTreeMap<&str, &Candidate>) -> bool {
    request.iter().all(|requirement| is_met(requirement, chosen))
        && chosen.iter().all(|(name, candidate)| {
            candidate.requirements.as_ref().is_some_and(|requirements| {
                requirements.iter().all(|requirement| {
                    is_met(requirement, chosen)
                        || (requirement.is_conflict() && requirement.name() == *name)
                })
            })
        })
}

/// Whether some require each other in a circle: nothing is left when those without open requirements go.
fn is_cyclic(chosen: &BTreeMap<&str, &Candidate>) -> bool {
    let mut left = chosen.clone();
    loop {
        let names: Vec<_> = left.keys().copied().collect();
        let before = left.len();
        left.retain(|_, candidate| {
            candidate.requirements.iter().flatten().any(|requirement| {
                !requirement.is_conflict() && names.contains(&requirement.name())
            })
        });
        if left.len() == before {
            return !left.is_empty();
        }
    }
}

/// Tries every package of the first family, or none, with all of the others.
fn go<'all>(
    lists: &[(&'all String, &'all Vec<Candidate>)],
    chosen: &mut BTreeMap<&'all str, &'all Candidate>,
    request: &[Requirement],
    found: &mut (bool, bool),
) {
    let Some(((name, candidates), rest)) = lists.split_first() else {
        if fits(request, chosen) {
            found.0 = true;
            found.1 |= !is_cyclic(chosen);
        }
        return;
    };
    go(rest, chosen, request, found);
    for candidate in *candidates {
        chosen.insert(name, candidate);
        go(rest, chosen, request, found);
        chosen.remove(name.as_str());
    }
}

/// Whether any choice fits, and whether any without a circle does.
fn try_all(definitions: &[PackageDefinition], request: &[Requirement]) -> (bool, bool) {
    let families = candidates(definitions);
    let mut found = (false, false);
    let mut chosen = BTreeMap::new();
    let lists: Vec<_> = families.iter().collect();
    go(&lists, &mut chosen, request, &mut found);
    found
}

fn chosen<'all>(
    answer: &Answer,
    families: &'all BTreeMap<String, Vec<Candidate>>,
    definitions: &[PackageDefinition],
) -> BTreeMap<&'all str, &'all Candidate> {
    let scheme: Scheme = "rez".parse().expect("what tests are made of can be read");
    let mut chosen = BTreeMap::new();
    for package in &answer.packages {
        let (name, candidates) =
            families.get_key_value(&package.name).expect("what tests are made of can be read");
        let version = scheme.parse(&package.version).expect("what tests are made of can be read");
        let mut variants = candidates.iter().filter(|candidate| candidate.version == version);
        let candidate = variants
            .nth(package.variant.unwrap_or_default())
            .expect("what tests are made of can be read");
        assert!(chosen.insert(name.as_str(), candidate).is_none(), "one package of a family");
        let has_variants = definitions.iter().any(|definition| {
            definition.name == package.name
                && scheme.parse(&definition.version).expect("what tests are made of can be read")
                    == version
                && !definition.variants.is_empty()
        });
        assert!(package.variant.is_none() || has_variants);
    }
    chosen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_agree_with_trying_everything(
        definitions in definitions(),
        texts in requirements(3),
    ) {
        let catalogue = Catalogue::new(definitions.clone()).expect("what tests are made of can be read");
        let request = Request::parse(&texts).expect("what tests are made of can be read");
        let resolution = resolve(&catalogue, &request);
        let families = candidates(&definitions);
        let (is_solvable, is_solvable_without_circle) =
            try_all(&definitions, &request.requirements);
        if let Some(answer) = resolution.answer() {
            let chosen = chosen(answer, &families, &definitions);
            prop_assert!(fits(&request.requirements, &chosen), "{answer:?}");
            prop_assert!(!is_cyclic(&chosen));
            prop_assert_eq!(validate(&catalogue, &request, answer), []);
        }
        match (&resolution.outcome, &resolution.beyond_rez) {
            (Outcome::Failed { is_cycle: false, .. }, None) => prop_assert!(!is_solvable),
            (_, Some(Beyond::Impossible)) => prop_assert!(!is_solvable_without_circle),
            (_, Some(Beyond::Unfinished)) => prop_assert!(false, "{:?}", resolution),
            _ => prop_assert!(resolution.answer().is_some()),
        }
        let unpacked = Catalogue::unpack(&catalogue.pack()).expect("what tests are made of can be read");
        prop_assert_eq!(resolve(&unpacked, &request), resolution);
    }

    #[test]
    fn the_validator_finds_what_does_not_fit(
        definitions in definitions(),
        texts in requirements(2),
        picks in proptest::collection::vec(any::<proptest::sample::Index>(), 4),
    ) {
        let catalogue = Catalogue::new(definitions.clone()).expect("what tests are made of can be read");
        let request = Request::parse(&texts).expect("what tests are made of can be read");
        let families = candidates(&definitions);
        // One variant of each family, or none, whatever it needs.
        let mut answer = Answer::default();
        for (name, pick) in FAMILIES.iter().zip(picks) {
            let all: Vec<_> =
                definitions.iter().filter(|definition| definition.name == **name).collect();
            let at = pick.index(all.len() + 1);
            if let Some(definition) = all.get(at) {
                answer.packages.push(trainyard_rez::ChosenPackage {
                    name: definition.name.clone(),
                    version: definition.version.clone(),
                    variant: (!definition.variants.is_empty()).then_some(0),
                });
            }
        }
        let is_known = answer.packages.iter().all(|package| {
            catalogue.versions_of(&package.name).any(|version| version == package.version)
        });
        let violations = validate(&catalogue, &request, &answer);
        if is_known && !violations.iter().any(|violation| violation.to_string().contains("exist")) {
            let chosen = chosen(&answer, &families, &definitions);
            prop_assert_eq!(violations.is_empty(), fits(&request.requirements, &chosen));
        }
    }
}
