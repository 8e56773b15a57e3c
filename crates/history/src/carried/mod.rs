//! Which fixes have reached which branches.
//!
//! A fix is made on the line that it was found on and must come to every newer line and to development. It has come there
//! by a merge, or by being applied once more; both count. What proves that is a ladder: ancestry, trailers, numbers of
//! pull requests, the lines it changes, who wrote it when, its title with a word that it was picked, and at last that
//! there is nothing left to carry because the files are the same.

mod chain;
mod ledger;
mod report;
mod width;

use std::collections::BTreeSet;

use serde::Serialize;

pub use self::{
    chain::{Chain, Homes, Station, chains},
    ledger::{Ledger, Passed},
    report::{Arrived, LineReport, Missing, Report, TargetReport, report},
    width::too_wide,
};
use crate::facts::{CommitId, CommitIndex, History};
pub use crate::plan::picks::Proof;

/// One line and one branch that its fixes must come to.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// Index into the chains.
    pub chain: usize,
    /// Where the fixes were made.
    pub from: Station,
    /// Where they must come to.
    pub into: Station,
    /// The commits that only `from` has, newest first.
    pub ours: Vec<CommitIndex>,
    /// The commits that only `into` has, newest first.
    pub theirs: Vec<CommitIndex>,
    /// A commit where a shallow clone cuts what would have to be looked through.
    pub cut: Option<CommitId>,
}

/// The crossings from every line to every later station that takes fixes, and between development branches.
///
/// *Cost*: for each what the two branches do not share.
pub fn crossings(history: &History, chains: &[Chain]) -> Vec<Crossing> {
    let mut crossings: Vec<Crossing> = Vec::new();
    for (index, chain) in chains.iter().enumerate() {
        for (place, from) in chain.stations.iter().enumerate() {
            let later = chain.stations.iter().skip(place + 1);
            for into in later.filter(|station| !station.is_retired) {
                let is_known =
                    crossings.iter().any(|other| other.from == *from && other.into == *into);
                if !is_known {
                    crossings.push(Crossing::new(history, index, from, into));
                }
            }
        }
    }
    crossings
}

impl Crossing {
    /// What two branches do not share.
    pub fn new(history: &History, chain: usize, from: &Station, into: &Station) -> Self {
        let graph = &history.graph;
        let ours = graph.range(from.tip, [into.tip]);
        let theirs = if ours.is_empty() { Vec::new() } else { graph.range(into.tip, [from.tip]) };
        let cut = ours.iter().chain(&theirs).find(|commit| graph.is_cut(**commit));
        let cut = cut.map(|commit| graph.id(*commit));
        Self { chain, from: from.clone(), into: into.clone(), ours, theirs, cut }
    }
}

/// The commits that must be read to judge crossings, in the graph's order, in which reading is cheapest.
pub fn wanted(history: &History, crossings: &[Crossing]) -> Vec<CommitId> {
    let all = crossings.iter().flat_map(|crossing| crossing.ours.iter().chain(&crossing.theirs));
    let all: BTreeSet<_> = all.copied().collect();
    all.into_iter().map(|commit| history.graph.id(commit)).collect()
}

/// A commit that came to a branch under another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Picked {
    /// The commit on the line.
    pub commit: CommitId,
    /// The commit on the other branch; none where only its files say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<CommitId>,
    /// What shows it.
    pub by: Proof,
}
