//! Candidates that a few clauses cannot tell apart, taken together.
//!
//! A family with thousands of versions that all need the same has one class of versions in a conflict, not thousands of
//! clauses. What is minimal for the classes is minimal for the candidates: whichever candidate is freed of a clause,
//! another of its class could have been.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{core::Piece, rotation::Rotation};
use crate::{Catalogue, Clause, Need, Origin, PackageId, Problem, RankSet, Term};

/// A small problem over classes of candidates. Its origins are numbers of units.
#[derive(Debug)]
pub(super) struct Quotient {
    /// The origins that stand and fall together.
    units: Vec<BTreeSet<Origin>>,
    /// How many classes each package has.
    classes: Vec<u32>,
    pieces: Vec<Piece>,
}

/// What a candidate is told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Mark {
    /// It is in a set that some need names.
    In(u32),
    /// It has a clause of its own with a need that others may have too.
    Needs(u32),
    /// It has a clause that is not its own alone.
    Shares(u32),
}

/// The classes of a package's candidates.
#[derive(Debug)]
struct Classes {
    /// The class of each candidate.
    of: Vec<u32>,
    count: u32,
}

impl Quotient {
    /// Takes candidates together that no piece tells apart.
    pub(super) fn new(catalogue: &Catalogue, pieces: &[Piece]) -> Self {
        let ids = numbered(pieces);
        let is_own = own(pieces);
        let mut marks: Vec<Vec<Vec<Mark>>> = ids
            .keys()
            .map(|package| vec![Vec::new(); catalogue.candidates(*package) as usize])
            .collect();
        let mut needs: HashMap<(PackageId, &Need), u32> = HashMap::new();
        let mut sets: HashMap<&Term, u32> = HashMap::new();
        let mut mark = |package: PackageId, ranks: &RankSet, mark: Mark| {
            let marks = &mut marks[ids[&package].0 as usize];
            for rank in ranks.iter() {
                if let Some(marks) = marks.get_mut(rank as usize) {
                    marks.push(mark);
                }
            }
        };
        for (index, piece) in (0..).zip(pieces) {
            if let Some(owner) = piece.owner {
                let next = needs.len();
                let kind = *needs.entry((owner, &piece.clause.need)).or_insert(number(next));
                let own = is_own[index as usize];
                mark(owner, &piece.when, if own { Mark::Needs(kind) } else { Mark::Shares(index) });
            }
            for term in piece.clause.need.terms() {
                let next = number(sets.len());
                if *sets.entry(term).or_insert(next) == next {
                    mark(term.package, &term.ranks, Mark::In(next));
                }
            }
        }
        let classes: Vec<_> = marks.into_iter().map(classes).collect();
        Self::of_classes(pieces, &is_own, &ids, &classes)
    }

    fn of_classes(
        pieces: &[Piece],
        is_own: &[bool],
        ids: &BTreeMap<PackageId, PackageId>,
        classes: &[Classes],
    ) -> Self {
        let class_set = |package: PackageId, ranks: &RankSet| -> RankSet {
            let of = &classes[ids[&package].0 as usize].of;
            ranks.iter().filter_map(|rank| of.get(rank as usize)).copied().collect()
        };
        let small =
            |term: &Term| Term::new(ids[&term.package], class_set(term.package, &term.ranks));
        // Own clauses of one class with one need are one unit; those of a candidate that repeat it count separately.
        let mut keys: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
        let mut repeated: HashMap<(PackageId, RankSet, &Need), u32> = HashMap::new();
        for (index, piece) in pieces.iter().enumerate() {
            let key = match piece.owner.filter(|_| is_own[index]) {
                Some(owner) => {
                    let need = &piece.clause.need;
                    let times = repeated.entry((owner, piece.when.clone(), need)).or_default();
                    *times += 1;
                    Key::Own(owner, class_set(owner, &piece.when), need, *times)
                }
                None => Key::Origin(piece.clause.origin),
            };
            keys.entry(key).or_default().push(index);
        }
        let origins = |places: &Vec<usize>| -> BTreeSet<Origin> {
            places.iter().map(|&place| pieces[place].clause.origin).collect()
        };
        let mut units: Vec<_> = keys.values().map(|places| (origins(places), places)).collect();
        units.sort();
        let mut found: Vec<Piece> = Vec::new();
        for (unit, (_, places)) in (0..).map(Origin).zip(&units) {
            let mut seen = BTreeSet::new();
            for &place in *places {
                let piece = &pieces[place];
                let when =
                    piece.owner.map(|owner| class_set(owner, &piece.when)).unwrap_or_default();
                let need = match &piece.clause.need {
                    Need::AnyOf(terms) => Need::AnyOf(terms.iter().map(small).collect()),
                    Need::AbsentOr(term) => Need::AbsentOr(small(term)),
                };
                let owner = piece.owner.map(|owner| ids[&owner]);
                if seen.insert((owner, when.clone(), need.clone())) {
                    found.push(Piece { owner, when, clause: Clause::new(unit, need) });
                }
            }
        }
        Self {
            units: units.into_iter().map(|(origins, _)| origins).collect(),
            classes: classes.iter().map(|classes| classes.count).collect(),
            pieces: found,
        }
    }

    /// All units.
    pub(super) fn units(&self) -> BTreeSet<Origin> {
        (0..number(self.units.len())).map(Origin).collect()
    }

    /// Prepares for finding more units that a core needs.
    pub(super) fn rotation(&self) -> Rotation<'_> {
        Rotation::new(&self.pieces, &self.classes, self.units.len())
    }

    /// What some units stand for.
    pub(super) fn origins(&self, units: &BTreeSet<Origin>) -> BTreeSet<Origin> {
        let known = units.iter().filter_map(|unit| self.units.get(unit.0 as usize));
        known.flatten().copied().collect()
    }

    /// Asks something about the clauses of some units alone. Tells how many they are too.
    pub(super) fn ask<T>(
        &self,
        kept: &BTreeSet<Origin>,
        question: impl FnOnce(&Problem<'_>) -> T,
    ) -> (T, u64) {
        let mut catalogue = Catalogue::new();
        for count in &self.classes {
            catalogue.add_package(*count);
        }
        let mut clauses = Vec::new();
        let mut count = self.classes.len() as u64;
        for piece in self.pieces.iter().filter(|piece| kept.contains(&piece.clause.origin)) {
            count += 1;
            match piece.owner {
                None => clauses.push(piece.clause.clone()),
                Some(owner) => {
                    catalogue.add_among(owner, piece.when.clone(), piece.clause.clone());
                }
            }
        }
        (question(&Problem::new(&catalogue, clauses)), count)
    }
}

/// What makes clauses one unit.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'p> {
    Own(PackageId, RankSet, &'p Need, u32),
    Origin(Origin),
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// New numbers for the packages that pieces name, in their order.
fn numbered(pieces: &[Piece]) -> BTreeMap<PackageId, PackageId> {
    let targets = pieces.iter().flat_map(|piece| piece.clause.need.terms());
    let targets = targets.map(|term| term.package);
    let packages: BTreeSet<_> =
        targets.chain(pieces.iter().filter_map(|piece| piece.owner)).collect();
    packages.into_iter().zip((0..).map(PackageId)).collect()
}

/// Whether each piece is of one candidate, and its origin of no other piece.
fn own(pieces: &[Piece]) -> Vec<bool> {
    let mut uses: HashMap<Origin, u32> = HashMap::new();
    for piece in pieces {
        *uses.entry(piece.clause.origin).or_default() += 1;
    }
    let is_own = |piece: &Piece| {
        piece.owner.is_some() && piece.when.len() == 1 && uses[&piece.clause.origin] == 1
    };
    pieces.iter().map(is_own).collect()
}

/// Candidates with the same marks are one class.
fn classes(marks: Vec<Vec<Mark>>) -> Classes {
    let mut known: HashMap<Vec<Mark>, u32> = HashMap::new();
    let mut of = Vec::new();
    for mut marks in marks {
        marks.sort_unstable();
        let next = number(known.len());
        of.push(*known.entry(marks).or_insert(next));
    }
    Classes { of, count: number(known.len()) }
}
