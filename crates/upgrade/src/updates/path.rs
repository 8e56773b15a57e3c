//! The way from one release to another.

use std::collections::{BTreeSet, BinaryHeap};

use serde::{Deserialize, Serialize};

use super::graph::{Edge, Risk, UpdateGraph};

/// How many other ways are told.
const ALTERNATIVES: usize = 3;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The release that is installed.
    pub from: String,
    /// The one that is wanted; empty for the newest that can be reached.
    pub to: String,
    /// Only releases that this channel offers, the installed one aside.
    pub channel: Option<String>,
    /// Names of risks that do not concern the installation.
    pub accepted: BTreeSet<String>,
}

/// An update of a way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// What is left.
    pub from: String,
    /// What is reached.
    pub to: String,
    /// What speaks against it and was not accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<Risk>,
    /// Why nobody may take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Risk>,
}

/// A way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// The updates, in their order.
    pub updates: Vec<Update>,
    /// Whether nothing speaks against any of them.
    pub is_safe: bool,
    /// Whether all of them are allowed.
    pub is_allowed: bool,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The installed release.
    pub from: String,
    /// The one that is wanted or was found to be the newest.
    pub to: String,
    /// The way: the shortest safe one; where none is safe, the one with the fewest risks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// Other ways, with what speaks against them: shorter ones with risks, and blocked ones.
    pub alternatives: Vec<Path>,
    /// Where the newest release in reach was asked for: a way to a newer one, against which something speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newer: Option<Path>,
    /// Why there is no way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_path: Option<NoPath>,
}

/// Why there is no way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoPath {
    /// In a sentence.
    pub why: String,
    /// The newest release that can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub furthest: Option<String>,
}

/// What a way costs, the dearest first: blocked updates, risky ones, all. Then the way through newer releases.
type Cost = (usize, usize, usize);

/// What a search may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taste {
    /// Nothing that anything speaks against.
    Safe,
    /// Risks, as few as possible.
    FewRisks,
    /// Risks, as short as possible.
    Short,
    /// Blocked updates too, as few as possible.
    Anything,
}

/// Finds the way.
///
/// *Order*: of ways of one cost that through the newest releases; always the same for the same graph.
/// *Cost*: a search through the graph for each kind of way: edges times log n.
pub fn path(graph: &UpdateGraph, question: &Question) -> Answer {
    let search = Search { graph, question };
    let mut answer =
        Answer { from: question.from.clone(), to: question.to.clone(), ..Answer::default() };
    let why = |why: String| Some(NoPath { why, furthest: None });
    let Some(from) = graph.find(&question.from) else {
        answer.no_path = why(format!("{} is not in the graph", question.from));
        return answer;
    };
    let to = if question.to.is_empty() {
        search.newest(from, Taste::Safe)
    } else {
        let Some(to) = graph.find(&question.to) else {
            answer.no_path = why(format!("{} is not in the graph", question.to));
            return answer;
        };
        to
    };
    graph.name(to).clone_into(&mut answer.to);
    if question.to.is_empty() {
        answer.newer = search.newer(from, to);
    }
    if from == to {
        answer.path = Some(Path { updates: Vec::new(), is_safe: true, is_allowed: true });
        return answer;
    }
    if !search.is_offered(to) {
        let channel = question.channel.as_deref().unwrap_or_default();
        let waits = graph.release(to).and_then(|release| release.waits.get(channel));
        let waits = waits.map(|why| format!(": {why}")).unwrap_or_default();
        answer.no_path = Some(NoPath {
            why: format!("channel {channel} does not offer {}{waits}", answer.to),
            furthest: search.furthest(from),
        });
        return answer;
    }
    let mut found: Vec<Path> = Vec::new();
    let mut try_with = |taste| {
        let path = search.run(from, to, taste);
        let is_there = path.is_some();
        found.extend(path.filter(|path| !found.contains(path)));
        is_there
    };
    let is_safe = try_with(Taste::Safe);
    let is_allowed = try_with(if is_safe { Taste::Short } else { Taste::FewRisks });
    if is_allowed && !is_safe {
        try_with(Taste::Short);
    } else if !is_allowed && graph.edges().any(|(.., edge)| !edge.blocked.is_empty()) {
        try_with(Taste::Anything);
    }
    // A direct update that nobody may take is what people ask about first.
    if let Some(edge) = graph.edge(from, to) {
        let direct = search.told(&[from, to]);
        if !edge.blocked.is_empty() && !found.contains(&direct) {
            found.push(direct);
        }
    }
    let best = found.iter().position(|path| path.is_allowed);
    answer.path = best.map(|place| found.remove(place));
    if answer.path.is_none() {
        answer.no_path = Some(NoPath {
            why: format!("no allowed update leads from {} to {}", answer.from, answer.to),
            furthest: search.furthest(from),
        });
    }
    found.truncate(ALTERNATIVES);
    answer.alternatives = found;
    answer
}

/// A way through the releases that are named, with what speaks against each update; `None` where the graph does not have one
/// of them.
pub fn along(graph: &UpdateGraph, names: &[&str]) -> Option<Path> {
    let places = names.iter().map(|name| graph.find(name)).collect::<Option<Vec<_>>>()?;
    let question = Question::default();
    let path = Search { graph, question: &question }.told(&places);
    (path.updates.len() + 1 == places.len()).then_some(path)
}

/// How a release is reached.
#[derive(Clone, Copy, Debug)]
struct Reached {
    cost: Cost,
    before: Option<usize>,
}

struct Search<'a> {
    graph: &'a UpdateGraph,
    question: &'a Question,
}

impl Search<'_> {
    fn is_offered(&self, place: usize) -> bool {
        let Some(channel) = &self.question.channel else { return true };
        self.graph.release(place).is_some_and(|release| release.channels.contains(channel))
    }

    fn risks<'a>(&'a self, edge: &'a Edge) -> impl Iterator<Item = &'a Risk> {
        edge.risks.iter().filter(|risk| !self.question.accepted.contains(&risk.name))
    }

    /// What one update costs; `None` where a search must not take it.
    fn cost(&self, edge: &Edge, taste: Taste) -> Option<Cost> {
        let is_blocked = !edge.blocked.is_empty();
        let is_risky = self.risks(edge).next().is_some();
        match taste {
            Taste::Safe => (!is_blocked && !is_risky).then_some((0, 0, 1)),
            Taste::FewRisks => (!is_blocked).then_some((0, usize::from(is_risky), 1)),
            Taste::Short => (!is_blocked).then_some((0, 0, 1)),
            Taste::Anything => Some((usize::from(is_blocked), usize::from(is_risky), 1)),
        }
    }

    fn rank(&self, place: usize) -> usize {
        self.graph.release(place).map_or(0, |release| release.rank)
    }

    /// The cheapest costs from one release to all that can be reached, with the release before each; with a goal, only as
    /// far as that is certain.
    fn costs(&self, from: usize, goal: Option<usize>, taste: Taste) -> Vec<Option<Reached>> {
        let mut best: Vec<Option<Reached>> = vec![None; self.graph.releases().len()];
        let mut open = BinaryHeap::new();
        let start = Reached { cost: (0, 0, 0), before: None };
        if let Some(slot) = best.get_mut(from) {
            *slot = Some(start);
        }
        open.push(std::cmp::Reverse((start.cost, from)));
        while let Some(std::cmp::Reverse((cost, place))) = open.pop() {
            let known = best.get(place).copied().flatten();
            if known.is_some_and(|known| known.cost < cost) {
                continue;
            }
            if Some(place) == goal {
                break;
            }
            for (to, edge) in self.graph.updates(place) {
                let Some(step) = self.cost(edge, taste).filter(|_| self.is_offered(to)) else {
                    continue;
                };
                let next = (cost.0 + step.0, cost.1 + step.1, cost.2 + step.2);
                let Some(slot) = best.get_mut(to) else { continue };
                let is_cheaper = slot.is_none_or(|known| next < known.cost);
                // Of two equal ways the one through the newer release.
                let is_newer = slot.is_some_and(|known| {
                    let before = known.before.map(|before| (self.rank(before), before));
                    next == known.cost
                        && before.is_some_and(|before| (self.rank(place), place) > before)
                });
                if is_cheaper || is_newer {
                    *slot = Some(Reached { cost: next, before: Some(place) });
                }
                if is_cheaper {
                    open.push(std::cmp::Reverse((next, to)));
                }
            }
        }
        best
    }

    fn run(&self, from: usize, to: usize, taste: Taste) -> Option<Path> {
        let costs = self.costs(from, Some(to), taste);
        let before = |place: usize| costs.get(place).copied().flatten();
        let mut places = vec![to];
        let mut at = before(to)?.before;
        while let Some(place) = at {
            places.push(place);
            at = before(place)?.before;
        }
        places.reverse();
        Some(self.told(&places))
    }

    fn told(&self, places: &[usize]) -> Path {
        let updates: Vec<Update> = places
            .windows(2)
            .filter_map(|pair| {
                let [from, to] = pair else { return None };
                let edge = self.graph.edge(*from, *to)?;
                Some(Update {
                    from: self.graph.name(*from).to_owned(),
                    to: self.graph.name(*to).to_owned(),
                    risks: self.risks(edge).cloned().collect(),
                    blocked: edge.blocked.clone(),
                })
            })
            .collect();
        Path {
            is_safe: updates.iter().all(|one| one.risks.is_empty() && one.blocked.is_empty()),
            is_allowed: updates.iter().all(|one| one.blocked.is_empty()),
            updates,
        }
    }

    /// The newest release that can be reached.
    fn newest(&self, from: usize, taste: Taste) -> usize {
        let costs = self.costs(from, None, taste);
        let reached = costs.iter().enumerate().filter(|(_, reached)| reached.is_some());
        let newer = reached.map(|(place, _)| place).max_by_key(|place| (self.rank(*place), *place));
        newer.unwrap_or(from)
    }

    /// The way to the newest release of all that is newer than another, what speaks against it notwithstanding.
    fn newer(&self, from: usize, than: usize) -> Option<Path> {
        let newest = self.newest(from, Taste::Anything);
        if (self.rank(newest), newest) <= (self.rank(than), than) {
            return None;
        }
        self.run(from, newest, Taste::FewRisks).or_else(|| self.run(from, newest, Taste::Anything))
    }

    fn furthest(&self, from: usize) -> Option<String> {
        let newest = self.newest(from, Taste::FewRisks);
        (newest != from).then(|| self.graph.name(newest).to_owned())
    }
}
