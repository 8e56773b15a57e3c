//! Minimal unsatisfiable sets of origins.

use std::collections::BTreeSet;

use super::{Meter, quotient::Quotient};
use crate::{
    Clause, Origin, PackageId, Problem, RankSet,
    nogoods::{Verdict, verdict},
};

/// A clause, and who asks for it.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The package that asks; `None` for the request.
    pub(super) owner: Option<PackageId>,
    pub(super) when: RankSet,
    pub(super) clause: Clause,
}

/// Clauses that cannot hold together.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) origins: BTreeSet<Origin>,
    /// All clauses of those origins that matter.
    pub(super) pieces: Vec<Piece>,
    /// Whether all but any one of them can hold together.
    pub(super) is_minimal: bool,
}

/// What came of looking for a core.
#[derive(Debug)]
pub(super) enum Found {
    Core(Core),
    /// Everything can hold together.
    Nothing,
    Spent,
}

/// Finds clauses of a problem that cannot hold together, while all but any one can.
pub(super) fn smallest(problem: &Problem<'_>, meter: &mut Meter) -> Found {
    let origins = match verdict(problem, meter.budget()) {
        Verdict::Solvable { .. } => return Found::Nothing,
        Verdict::Spent { .. } => return Found::Spent,
        Verdict::Unsolvable { origins, steps } => {
            meter.spend(steps);
            origins
        }
    };
    let mut pieces = pieces(problem, &origins);
    let quotient = Quotient::new(problem.catalogue, &pieces);
    let rotation = quotient.rotation();
    let mut core = quotient.units();
    let mut is_minimal = true;
    // The higher numbers are tried first, many at once, so that lower ones stay.
    let mut needed: BTreeSet<Origin> = BTreeSet::new();
    let mut open: Vec<Vec<Origin>> = vec![core.iter().copied().collect()];
    while let Some(mut chunk) = open.pop() {
        chunk.retain(|origin| core.contains(origin) && !needed.contains(origin));
        if chunk.is_empty() {
            continue;
        }
        let kept: BTreeSet<_> =
            core.iter().copied().filter(|origin| chunk.binary_search(origin).is_err()).collect();
        let (verdict, size) = quotient.ask(&kept, |problem| verdict(problem, meter.budget()));
        meter.spend(verdict.steps() + 4 * size);
        match verdict {
            Verdict::Unsolvable { origins, .. } => core = origins,
            Verdict::Solvable { assignment, .. } if chunk.len() == 1 => {
                needed.insert(chunk[0]);
                let limit = meter.left / 4;
                let looked = rotation.spread(&core, chunk[0], &assignment, &mut needed, limit);
                meter.spend(looked);
            }
            Verdict::Spent { .. } if chunk.len() == 1 => {
                is_minimal = false;
                needed.insert(chunk[0]);
            }
            _ => {
                let upper = chunk.split_off(chunk.len() / 2);
                open.push(chunk);
                open.push(upper);
            }
        }
    }
    let origins = quotient.origins(&core);
    pieces.retain(|piece| origins.contains(&piece.clause.origin));
    Found::Core(Core { origins, pieces, is_minimal })
}

/// All clauses of some origins.
fn pieces(problem: &Problem<'_>, origins: &BTreeSet<Origin>) -> Vec<Piece> {
    let asked = problem.clauses.iter().map(|clause| (None, RankSet::empty(), clause));
    let rules = problem.catalogue.all_rules();
    let needed = rules.map(|(owner, rule)| (Some(owner), rule.when.clone(), &rule.clause));
    asked
        .chain(needed)
        .filter(|(.., clause)| origins.contains(&clause.origin))
        .map(|(owner, when, clause)| Piece { owner, when, clause: clause.clone() })
        .collect()
}
