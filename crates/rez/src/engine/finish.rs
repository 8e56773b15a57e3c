//! From scopes without choices to an answer: cycles, and the order of packages.

use super::{
    Engine,
    failure::Failure,
    scope::{Scope, ScopeKind},
};
use crate::{Answer, Outcome, bits, order::Graph, requirement::Kind};

/// No package of the answer.
const NONE: usize = usize::MAX;

impl Engine<'_> {
    /// The answer, or the cycle in it.
    pub(super) fn finish(&self) -> Outcome {
        let (places, graph) = self.graph();
        let Ok(order) = graph.order() else {
            let cycle = graph.cycle().into_iter().map(|node| self.title(places[node]));
            let description = Failure::Cycle(cycle.collect()).to_string();
            return Outcome::Failed { description, is_cycle: true };
        };
        let mut answer = Answer::default();
        answer.packages.reserve(places.len());
        for node in order {
            let place = places[node];
            let Scope { family, kind, .. } = self.scopes.get(place);
            if kind == ScopeKind::Package {
                let start = self.catalogue.variants_of_family(family).start;
                let local = bits::first(self.scopes.variants(place)).unwrap_or_default();
                answer.packages.push(self.chosen(family, start + local));
            } else {
                answer.ephemerals.push(self.range(place).clone());
            }
        }
        Outcome::Solved(answer)
    }

    /// A chosen package as messages about cycles name it.
    fn title(&self, place: usize) -> String {
        let family = self.scopes.get(place).family;
        let start = self.catalogue.variants_of_family(family).start;
        let local = bits::first(self.scopes.variants(place)).unwrap_or_default();
        let package = self.chosen(family, start + local);
        let separator = if package.version.is_empty() { "" } else { "-" };
        format!("{}{separator}{}", package.name, package.version)
    }

    /// The scopes that are there, those of the request first and then by name, and who of them requires whom.
    fn graph(&self) -> (Vec<usize>, Graph) {
        let is_there = |place: &usize| {
            self.scopes.get(*place).kind == ScopeKind::Package
                || (self.scopes.get(*place).kind == ScopeKind::Ephemeral
                    && !self.range(*place).is_conflict())
        };
        let mut places: Vec<_> = (0..self.scopes.len()).filter(is_there).collect();
        let requested = self.request.len();
        let later = places.partition_point(|&place| place < requested);
        // Families are numbered by name, and only the request knows others.
        places[later..].sort_unstable_by_key(|&place| self.scopes.get(place).family);
        let mut node_of = vec![NONE; self.scopes.len()];
        for (node, &place) in places.iter().enumerate() {
            node_of[place] = node;
        }
        let mut graph = Graph::with_capacity(places.len());
        for &place in &places {
            let Scope { family, kind, .. } = self.scopes.get(place);
            if kind != ScopeKind::Package {
                graph.add([]);
                continue;
            }
            let start = self.catalogue.variants_of_family(family).start;
            let local = bits::first(self.scopes.variants(place)).unwrap_or_default();
            let requirements = self.catalogue.requirements_of(start + local).iter();
            let required = requirements.filter(|&&requirement| {
                self.catalogue.requirement_kind(requirement) == Kind::Required
            });
            graph.add(required.filter_map(|&requirement| {
                let family = self.catalogue.requirement_family(requirement);
                Some(node_of[self.scopes.of_family(family)?]).filter(|&node| node != NONE)
            }));
        }
        (places, graph)
    }
}
