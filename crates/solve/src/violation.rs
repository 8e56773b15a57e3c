//! What does not hold in an assignment.

use crate::{Assignment, Clause, PackageId, Problem};

/// A clause that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation<'a> {
    /// The chosen candidate that asks; `None` for the request.
    pub by: Option<(PackageId, u32)>,
    /// What it asks for, in vain.
    pub clause: &'a Clause,
}

/// Lists everything that does not hold in an assignment, at once.
///
/// A candidate that its package does not have needs nothing, and is in no [`Term`](crate::Term) that was made well.
///
/// *Order*: what the request asks for, then by package, each in the order of its clauses.
///
/// *Cost*: linear in the clauses of the chosen candidates.
pub fn validate<'a>(problem: &'a Problem<'_>, assignment: &Assignment) -> Vec<Violation<'a>> {
    let asked = problem.clauses.iter().map(|clause| Violation { by: None, clause });
    let needed = assignment.iter().flat_map(|(package, rank)| {
        let clauses = problem.catalogue.clauses(package, rank);
        clauses.map(move |clause| Violation { by: Some((package, rank)), clause })
    });
    asked.chain(needed).filter(|found| !found.clause.need.holds(assignment)).collect()
}
