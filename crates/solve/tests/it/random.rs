//! Small random catalogues.

use trainyard_solve::{Catalogue, Clause, Need, Origin, PackageId, RankSet, Term};

/// Random numbers that are the same in every run with one seed.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound.max(1))).unwrap()
    }

    pub(crate) fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }
}

/// A catalogue of at most four packages, and a request, every clause with an origin of its own.
pub(crate) fn problem(random: &mut Random) -> (Catalogue, Vec<Clause>) {
    let count = 2 + random.below(3);
    problem_of(random, count)
}

/// A catalogue of some packages, and a request, every clause with an origin of its own.
pub(crate) fn problem_of(random: &mut Random, count: u32) -> (Catalogue, Vec<Clause>) {
    let mut catalogue = Catalogue::new();
    let packages: Vec<_> =
        (0..count).map(|_| (1 + random.below(4)) * u32::from(!random.one_in(8))).collect();
    for candidates in &packages {
        catalogue.add_package(*candidates);
    }
    let mut origin = 0;
    let mut clause = |need| {
        origin += 1;
        Clause::new(Origin(origin), need)
    };
    for (package, &candidates) in (0..).zip(&packages) {
        for rank in 0..candidates {
            for _ in 0..random.below(4) {
                let need = need(random, &packages);
                catalogue.add(PackageId(package), rank, clause(need));
            }
        }
        if candidates > 0 && random.one_in(3) {
            let when = ranks(random, candidates);
            let need = need(random, &packages);
            catalogue.add_among(PackageId(package), when, clause(need));
        }
    }
    let request = (0..=random.below(4)).map(|_| clause(need(random, &packages))).collect();
    (catalogue.sealed(), request)
}

fn need(random: &mut Random, packages: &[u32]) -> Need {
    if random.one_in(4) {
        return Need::AbsentOr(term(random, packages));
    }
    let alternatives = if random.one_in(3) { 2 + random.below(2) } else { 1 };
    Need::AnyOf((0..alternatives).map(|_| term(random, packages)).collect())
}

fn term(random: &mut Random, packages: &[u32]) -> Term {
    let package = random.below(u32::try_from(packages.len()).unwrap());
    Term::new(PackageId(package), ranks(random, packages[package as usize]))
}

fn ranks(random: &mut Random, candidates: u32) -> RankSet {
    if random.one_in(4) {
        return RankSet::all(candidates);
    }
    (0..candidates).filter(|_| !random.one_in(3)).collect()
}
