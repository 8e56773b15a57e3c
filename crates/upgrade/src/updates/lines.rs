//! The releases of a product that keeps lines: the next line comes first.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Release, Risk, UpdateGraph};

/// More updates of one release are left out, those to older releases first.
const MOST_UPDATES: usize = 500;

/// A release with its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// What it is called.
    pub name: String,
    /// Its line, such as `1.2`.
    pub line: String,
    /// Whether it is no pre-release.
    pub is_final: bool,
}

/// The graph of all releases, given from the lowest: an update leads to a higher release of the same line or of the next
/// one that has final releases. Pre-releases are left, and reached from pre-releases of their line alone.
///
/// *Cost*: at most 500 updates of each release, to the highest ones.
pub fn graph(offers: &[Offer]) -> UpdateGraph {
    let mut graph = UpdateGraph::default();
    let mut unique = Vec::with_capacity(offers.len());
    for offer in offers {
        if graph.find(&offer.name).is_none() {
            let name = offer.name.clone();
            graph.add(Release { name, rank: unique.len(), ..Release::default() });
            unique.push(offer);
        }
    }
    let lines = Lines::of(&unique);
    for (from, offer) in unique.iter().enumerate() {
        let next = lines.after(from, offer).unwrap_or_default();
        let later = |line: &str| {
            let places = lines.members.get(line).map_or(&[][..], Vec::as_slice);
            places.get(places.partition_point(|place| *place <= from)..).unwrap_or_default()
        };
        let own = later(&offer.line).iter().filter(|to| {
            // Who tests a release goes on to test it.
            unique.get(**to).is_some_and(|other| other.is_final || !offer.is_final)
        });
        let others = if next == offer.line { &[][..] } else { later(next) };
        let others = others.iter().filter(|to| unique.get(**to).is_some_and(|it| it.is_final));
        for to in others.rev().chain(own.rev()).take(MOST_UPDATES) {
            graph.allow(from, *to);
        }
    }
    graph
}

/// The graph of what may be visited between two releases: both, and the newest final release of each line. An update that
/// would pass over a line is there too, blocked. Without a wanted release, all that come after the first are between.
///
/// *Errors*: the name that is not among the releases.
pub fn between(offers: &[Offer], from: &str, to: Option<&str>) -> Result<UpdateGraph, String> {
    let find = |name: &str| {
        let place = offers.iter().position(|offer| offer.name == name);
        place.ok_or_else(|| name.to_owned())
    };
    let start = find(from)?;
    let end = to.map(find).transpose()?;
    let mut newest: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, offer) in offers.iter().enumerate().take(end.map_or(usize::MAX, |end| end + 1)) {
        if place > start && offer.is_final {
            newest.insert(&offer.line, place);
        }
    }
    let mut places: BTreeSet<usize> = newest.into_values().collect();
    places.insert(start);
    places.extend(end);
    let mut visited: Vec<Offer> = Vec::with_capacity(places.len());
    for place in places {
        // A pre-release that somebody wants is offered.
        visited.extend(offers.get(place).map(|offer| Offer {
            is_final: offer.is_final || Some(place) == end,
            ..offer.clone()
        }));
    }
    let mut graph = graph(&visited);
    block_direct(&mut graph, &visited, from, to.unwrap_or_default());
    Ok(graph)
}

/// Says why nobody goes straight to what is wanted, where a line lies between.
fn block_direct(graph: &mut UpdateGraph, offers: &[Offer], from: &str, to: &str) {
    let Some((from, to)) = graph.find(from).zip(graph.find(to)) else { return };
    if from >= to || graph.edge(from, to).is_some() {
        return;
    }
    let unique: Vec<&Offer> = offers.iter().collect();
    let next = unique.get(from).and_then(|offer| Lines::of(&unique).after(from, offer));
    let name =
        next.map_or_else(|| "not offered".to_owned(), |line| format!("line {line} comes first"));
    if let Some(edge) = graph.allow(from, to) {
        edge.blocked.push(Risk { name, ..Risk::default() });
    }
}

/// The lines among releases.
struct Lines<'a> {
    /// The places of each line's releases, from the lowest.
    members: BTreeMap<&'a str, Vec<usize>>,
    /// The lines that have final releases, with the place of the first, in this order.
    released: Vec<(usize, &'a str)>,
    /// Where a line stands among these.
    turns: BTreeMap<&'a str, usize>,
}

impl<'a> Lines<'a> {
    fn of(offers: &[&'a Offer]) -> Self {
        let mut lines =
            Self { members: BTreeMap::new(), released: Vec::new(), turns: BTreeMap::new() };
        for (place, offer) in offers.iter().enumerate() {
            lines.members.entry(&offer.line).or_default().push(place);
            if offer.is_final && !lines.turns.contains_key(offer.line.as_str()) {
                lines.turns.insert(&offer.line, lines.released.len());
                lines.released.push((place, &offer.line));
            }
        }
        lines
    }

    /// The line that comes after that of a release.
    fn after(&self, place: usize, offer: &Offer) -> Option<&'a str> {
        let turn = self.turns.get(offer.line.as_str()).map(|turn| turn + 1);
        let turn =
            turn.unwrap_or_else(|| self.released.partition_point(|(first, _)| *first <= place));
        self.released.get(turn).map(|(_, line)| *line)
    }
}
