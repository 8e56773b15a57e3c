//! What is forbidden and what is risky in a graph.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_upgrade::updates::{Risk as EdgeRisk, UpdateGraph};
use trainyard_version::Scheme;

use crate::{
    SequenceKind,
    products::Product,
    releases::{Release, Sequence},
    risks::{Risk, RiskEffect, admitted},
};

/// What speaks against releases of a sequence.
///
/// Nodes of the graph stand in the order of the releases, each of which has its own version.
pub(super) struct Marks<'a> {
    product: &'a Product,
    sequence: &'a Sequence,
    scheme: Scheme,
    releases: &'a [&'a Release],
    places: BTreeMap<&'a str, usize>,
    risks: Vec<&'a Risk>,
    /// What each bundle pins, where there are risks of components to weigh.
    pins: Vec<BTreeMap<String, String>>,
}

impl<'a> Marks<'a> {
    pub(super) fn new(
        product: &'a Product,
        sequence: &'a Sequence,
        releases: &'a [&'a Release],
    ) -> Self {
        let is_bundle = sequence.kind == SequenceKind::Bundle;
        let concerns = |risk: &&Risk| is_bundle || risk.declared.stream == sequence.name;
        let risks: Vec<_> =
            product.risks.values().filter(|risk| risk.holds()).filter(concerns).collect();
        let is_deep = risks.iter().any(|risk| risk.declared.stream != sequence.name);
        let pins = if is_deep {
            releases.iter().map(|release| release.pinned()).collect()
        } else {
            Vec::new()
        };
        let numbered = releases.iter().enumerate();
        let places = numbered.map(|(place, it)| (it.version.as_str(), place)).collect();
        let scheme = product.scheme_of(sequence.name.as_str());
        Self { product, sequence, scheme, releases, places, risks, pins }
    }

    /// Marks the ways of a graph. *Cost*: each risk is held against all releases, and then against the ways to those that it
    /// concerns alone.
    pub(super) fn mark(&self, graph: &mut UpdateGraph) {
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); self.releases.len()];
        for (from, to, _) in graph.edges() {
            before.get_mut(to).into_iter().for_each(|before| before.push(from));
        }
        for (to, (release, before)) in self.releases.iter().zip(&before).enumerate() {
            let Some(why) = &release.yanked else { continue };
            for from in before {
                let Some(edge) = graph.allow(*from, to) else { continue };
                edge.blocked.push(EdgeRisk {
                    name: "yanked".to_owned(),
                    message: why.to_string(),
                    ..EdgeRisk::default()
                });
            }
        }
        for risk in &self.risks {
            let froms = risk.declared.from.as_deref().map(|from| self.held(risk, from));
            let told = risk.told();
            let is_conditional = risk.declared.effect == RiskEffect::Conditional;
            for to in self.held(risk, &risk.declared.versions) {
                for from in before.get(to).into_iter().flatten() {
                    if froms.as_ref().is_some_and(|froms| !froms.contains(from)) {
                        continue;
                    }
                    let Some(edge) = graph.allow(*from, to) else { continue };
                    let list = if is_conditional { &mut edge.risks } else { &mut edge.blocked };
                    // Several declarations may tell the same.
                    if !list.contains(&told) {
                        list.push(told.clone());
                    }
                }
            }
        }
    }

    /// The places of the releases that a range of a risk holds: themselves, or what they pin.
    fn held(&self, risk: &Risk, range: &str) -> BTreeSet<usize> {
        if risk.declared.stream == self.sequence.name {
            return admitted(&self.scheme, range, self.releases, &self.places);
        }
        let numbered = self.pins.iter().enumerate();
        let held =
            numbered.filter(|(_, pins)| self.product.pinned_within(pins, &risk.declared, range));
        held.map(|(place, _)| place).collect()
    }
}
