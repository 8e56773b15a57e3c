//! Which clauses of a request have to give way, at least.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    optimum::{ABSENT, Optimum, PRESENT, Wish},
    search::{Search, Stop},
    store::Source,
};
use crate::{Assignment, Budget, Origin, Problem, Weights};

/// Finds the smallest sets of origins without whose clauses in the request everything can hold, at most `limit` of them.
/// Tells how many steps it took.
///
/// *Order*: ascending.
pub(crate) fn relaxations(
    problem: &Problem<'_>,
    fixed: &BTreeSet<Origin>,
    limit: usize,
    budget: Budget,
) -> (Vec<BTreeSet<Origin>>, u64) {
    let mut search = Search::new(problem, budget.steps);
    let mut found = BTreeSet::new();
    // Whichever way it ends, what was found is right.
    let _ = search.relaxations(fixed, limit, &mut found);
    (found.into_iter().collect(), search.steps)
}

impl Search<'_> {
    fn relaxations(
        &mut self,
        fixed: &BTreeSet<Origin>,
        limit: usize,
        found: &mut BTreeSet<BTreeSet<Origin>>,
    ) -> Result<(), Stop> {
        let switches = self.ask_softly(fixed);
        let nothing = Assignment::new();
        let weights = Weights { changed: 0, added: 0, removed: 0 };
        let mut optimum = Optimum::new(&nothing, weights);
        optimum.wishes.extend(switches.values().map(|&slot| Wish {
            slot,
            keep: PRESENT.to_vec(),
            weight: 1,
        }));
        self.goals.sweeps = true;
        self.settle()?;
        let mut smallest = None;
        while found.len() < limit {
            self.least_broken(&mut optimum)?;
            if *smallest.get_or_insert(optimum.cost) < optimum.cost {
                break;
            }
            let is_dropped = |(_, slot): &(&Origin, &u32)| self.store.chosen(**slot).is_none();
            let dropped: Vec<_> = switches.iter().filter(is_dropped).collect();
            if dropped.is_empty() {
                break;
            }
            found.insert(dropped.iter().map(|(origin, _)| **origin).collect());
            let again = dropped.iter().map(|(_, slot)| (**slot, ABSENT.to_vec())).collect();
            self.back_to(0);
            self.add_parts(again, Source::Counting);
        }
        Ok(())
    }

    /// Adds the request: clauses that may give way hold where the switch of their origin is on.
    fn ask_softly(&mut self, fixed: &BTreeSet<Origin>) -> BTreeMap<Origin, u32> {
        let problem = self.problem;
        let mut switches = BTreeMap::new();
        for (index, clause) in (0..).zip(&problem.clauses) {
            let origin = clause.origin;
            if fixed.contains(&origin) {
                self.goals.add(&clause.need);
                self.add_need(Vec::new(), &clause.need, Source::Request(index));
            } else {
                let switch = *switches.entry(origin).or_insert_with(|| self.helper());
                let on = vec![(switch, PRESENT.to_vec())];
                self.add_need(on, &clause.need, Source::Request(index));
            }
        }
        switches
    }
}
