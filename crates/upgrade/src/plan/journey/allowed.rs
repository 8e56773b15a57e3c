//! What an update graph says of a component's way.

use super::{
    super::{Known, knowledge::Knowledge},
    PlanError, Refusal, Walker, find, pairs,
};
use crate::updates::{self, Edge, Question, Risk};

impl<K: Knowledge> Walker<'_, K> {
    /// The way of the update graph, where none goes line by line.
    pub(super) fn legs_of_graph(
        &self,
        releases: &[Known],
        from: usize,
        to: usize,
    ) -> Result<Vec<(usize, usize)>, PlanError<K::Error>> {
        let called = |place: usize| {
            let release = releases.get(place)?;
            Some((self.place(release), release.version.as_str()))
        };
        let ((start, installed), (end, wanted)) =
            called(from).zip(called(to)).unwrap_or(((None, ""), (None, "")));
        let mut why = format!("no allowed update leads from {installed} to {wanted}");
        if let Some((graph, (start, end))) = self.graph.zip(start.zip(end)) {
            if self.guide.is_direct {
                let blocked = graph.against(start, end).blocked;
                why = format!("{why} without a stop{}", because(&blocked));
            } else {
                let question = Question {
                    from: graph.name(start).to_owned(),
                    to: graph.name(end).to_owned(),
                    ..Question::default()
                };
                let answer = updates::path(graph, &question);
                let stops = answer.path.iter().flat_map(|path| &path.updates);
                let stops: Option<Vec<usize>> =
                    stops.map(|update| Some(find(releases, &update.to)?.0)).collect();
                if let Some(stops) = stops.filter(|stops| !stops.is_empty()) {
                    return Ok(pairs(from, &stops));
                }
                let ways = answer.alternatives.iter().flat_map(|path| &path.updates);
                let blocked: Vec<Risk> = ways.flat_map(|it| &it.blocked).cloned().collect();
                why.push_str(&because(&blocked));
            }
        }
        Err(PlanError::Refused(Refusal::NoWay { component: self.name.to_owned(), why }))
    }

    /// What the update graph calls a release.
    fn place(&self, release: &Known) -> Option<usize> {
        let graph = self.graph?;
        let names = [&release.version, &release.tag];
        names.into_iter().chain(&release.aliases).find_map(|name| graph.find(name))
    }

    /// What speaks against an update; `None` where the graph does not have it.
    pub(super) fn against(&self, from: &Known, to: &Known) -> Option<Edge> {
        let Some(graph) = self.graph else { return Some(Edge::default()) };
        let (from, to) = self.place(from).zip(self.place(to))?;
        if self.guide.is_direct {
            // Who goes straight passes over what the graph asks for, and meets what all meet who come there.
            return Some(graph.against(from, to));
        }
        graph.edge(from, to).cloned()
    }

    /// What somebody declared of an update, a sentence each.
    pub(super) fn risks(&self, from: &Known, to: &Known) -> Vec<String> {
        self.against(from, to).iter().flat_map(|edge| &edge.risks).map(Risk::sentence).collect()
    }
}

/// Why a way stops at a release that is not the newest of its line.
pub(super) fn detour(releases: &[Known], stop: &Known) -> Option<String> {
    let newest = releases.iter().rev().find(|it| it.is_final && it.line == stop.line)?;
    (newest.version != stop.version && stop.is_final).then(|| {
        format!(
            "the way goes by {}, not by {}, the newest of its line, by which more would be blocked, risky or unsafe \
             by the tools alone",
            stop.version, newest.version
        )
    })
}

/// What speaks against something, as the end of a sentence.
fn because(blocked: &[Risk]) -> String {
    let told: std::collections::BTreeSet<String> = blocked.iter().map(Risk::sentence).collect();
    if told.is_empty() {
        return String::new();
    }
    format!(": {}", told.into_iter().collect::<Vec<_>>().join("; "))
}
