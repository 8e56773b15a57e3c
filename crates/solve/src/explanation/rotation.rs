//! From one clause that a core needs to others, without solving again.
//!
//! An assignment in which all of a core holds but one clause proves that the core needs that clause. If another choice
//! for one package breaks exactly one other clause instead, the core needs that one too.

use std::collections::BTreeSet;

use super::core::Piece;
use crate::{Assignment, Origin, PackageId, RankSet};

/// Clauses by the packages that they are about.
#[derive(Debug)]
pub(super) struct Rotation<'p> {
    pieces: &'p [Piece],
    by_package: Vec<Vec<usize>>,
    /// The pieces of each origin, which are numbered from 0.
    by_origin: Vec<Vec<usize>>,
    candidates: &'p [u32],
}

impl<'p> Rotation<'p> {
    /// Prepares clauses over packages that have so many candidates each.
    pub(super) fn new(pieces: &'p [Piece], candidates: &'p [u32], origins: usize) -> Self {
        let mut by_package = vec![Vec::new(); candidates.len()];
        let mut by_origin = vec![Vec::new(); origins];
        for (index, piece) in pieces.iter().enumerate() {
            for package in packages(piece) {
                if let Some(places) = by_package.get_mut(package.index()) {
                    places.push(index);
                }
            }
            if let Some(places) = by_origin.get_mut(piece.clause.origin.0 as usize) {
                places.push(index);
            }
        }
        Self { pieces, by_package, by_origin, candidates }
    }

    /// Adds to the needed origins of a core those that follow from an assignment which breaks one alone.
    ///
    /// Tells how many clauses were looked at; it stops after about `limit`.
    pub(super) fn spread(
        &self,
        core: &BTreeSet<Origin>,
        broken: Origin,
        assignment: &Assignment,
        needed: &mut BTreeSet<Origin>,
        limit: u64,
    ) -> u64 {
        let mut looked = 0;
        // What was chosen before is put back on the way out, so that one assignment serves all.
        let mut assignment = assignment.clone();
        let mut open = vec![Visit::new(self, broken)];
        while let Some(visit) = open.last_mut() {
            let Some((package, choice)) = visit.next(self) else {
                let done = open.pop().and_then(|visit| visit.undo);
                if let Some((package, before)) = done {
                    set(&mut assignment, package, before);
                }
                continue;
            };
            if looked > limit {
                break;
            }
            let before = assignment.get(package);
            if before == choice {
                continue;
            }
            set(&mut assignment, package, choice);
            let places = self.by_package.get(package.index()).map(Vec::as_slice);
            let own = self.by_origin.get(visit.broken.0 as usize).map(Vec::as_slice);
            let places = places.into_iter().chain(own).flatten();
            let mut now = BTreeSet::new();
            for &place in places {
                let piece = &self.pieces[place];
                looked += 1;
                if core.contains(&piece.clause.origin) && is_broken(piece, &assignment) {
                    now.insert(piece.clause.origin);
                    if now.len() > 1 {
                        break;
                    }
                }
            }
            match (now.first(), now.len()) {
                (Some(&other), 1) if needed.insert(other) => {
                    let mut visit = Visit::new(self, other);
                    visit.undo = Some((package, before));
                    open.push(visit);
                }
                _ => set(&mut assignment, package, before),
            }
        }
        looked
    }
}

/// The other choices that may mend a broken clause.
#[derive(Debug)]
struct Visit {
    broken: Origin,
    packages: Vec<PackageId>,
    /// The next choice for the last of the packages: 0 is absence.
    choice: u32,
    /// What to choose again afterwards.
    undo: Option<(PackageId, Option<u32>)>,
}

impl Visit {
    fn new(rotation: &Rotation<'_>, broken: Origin) -> Self {
        let places = rotation.by_origin.get(broken.0 as usize);
        let pieces = places.into_iter().flatten().map(|&place| &rotation.pieces[place]);
        let packages: BTreeSet<_> = pieces.flat_map(packages).collect();
        Self { broken, packages: packages.into_iter().collect(), choice: 0, undo: None }
    }

    fn next(&mut self, rotation: &Rotation<'_>) -> Option<(PackageId, Option<u32>)> {
        loop {
            let package = *self.packages.last()?;
            let candidates = rotation.candidates.get(package.index()).copied().unwrap_or_default();
            if self.choice <= candidates {
                self.choice += 1;
                return Some((package, (self.choice - 1).checked_sub(1)));
            }
            self.packages.pop();
            self.choice = 0;
        }
    }
}

fn packages(piece: &Piece) -> impl Iterator<Item = PackageId> {
    let targets = piece.clause.need.terms().iter().map(|term| term.package);
    targets.chain(piece.owner)
}

fn set(assignment: &mut Assignment, package: PackageId, choice: Option<u32>) {
    match choice {
        Some(rank) => assignment.choose(package, rank),
        None => assignment.remove(package),
    }
}

/// Whether a clause is asked for and does not hold.
fn is_broken(piece: &Piece, assignment: &Assignment) -> bool {
    let asks = |owner: PackageId, when: &RankSet| {
        assignment.get(owner).is_some_and(|rank| when.contains(rank))
    };
    piece.owner.is_none_or(|owner| asks(owner, &piece.when)) && !piece.clause.need.holds(assignment)
}
