//! The picture of an update graph.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_graph::{Diagram, Kind, Line, Node};
use trainyard_upgrade::updates;

/// The most releases that are drawn.
const DRAWN: usize = 40;

/// The graph around the chosen way: its releases, and what leads from each of them.
pub(super) fn picture(graph: &updates::UpdateGraph, found: &updates::Answer) -> String {
    let paths = found.path.iter().chain(&found.alternatives);
    let mut shown: BTreeSet<usize> = BTreeSet::new();
    let mut chosen: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (number, path) in paths.enumerate() {
        for update in &path.updates {
            let (Some(from), Some(to)) = (graph.find(&update.from), graph.find(&update.to)) else {
                continue;
            };
            shown.extend([from, to]);
            if number == 0 && found.path.is_some() {
                chosen.insert((from, to));
            }
        }
    }
    shown.extend(graph.find(&found.from));
    shown.extend(graph.find(&found.to));
    // What is blocked on the way is worth seeing, too.
    let on_way: Vec<usize> = shown.iter().copied().collect();
    for from in on_way {
        for (to, edge) in graph.updates(from) {
            if shown.len() < DRAWN && (!edge.blocked.is_empty() || !edge.risks.is_empty()) {
                shown.insert(to);
            }
        }
    }
    if shown.len() < 2 {
        return String::new();
    }
    let mut places: Vec<usize> = shown.into_iter().take(DRAWN).collect();
    places.sort_by_key(|place| graph.release(*place).map(|it| it.rank));
    let index: BTreeMap<usize, usize> =
        places.iter().enumerate().map(|(at, place)| (*place, at)).collect();
    let mut diagram =
        Diagram { title: format!("From {} to {}", found.from, found.to), ..Diagram::default() };
    let on_chosen: BTreeSet<usize> = chosen.iter().flat_map(|(from, to)| [*from, *to]).collect();
    for place in &places {
        let name = graph.name(*place);
        let is_reached_by_blocked = places
            .iter()
            .any(|from| graph.edge(*from, *place).is_some_and(|edge| !edge.blocked.is_empty()));
        let kind = if name == found.to {
            Kind::Head
        } else if on_chosen.contains(place) || name == found.from {
            Kind::Pending
        } else if is_reached_by_blocked {
            Kind::Bad
        } else {
            Kind::Plain
        };
        diagram.nodes.push(Node { label: name.to_owned(), note: String::new(), kind });
    }
    for (from, to, edge) in graph.edges() {
        let (Some(one), Some(other)) = (index.get(&from), index.get(&to)) else { continue };
        let is_blocked = !edge.blocked.is_empty();
        if !chosen.contains(&(from, to)) && !is_blocked && edge.risks.is_empty() {
            continue;
        }
        let risks = edge.blocked.iter().chain(&edge.risks);
        let note: Vec<_> = risks.map(|risk| format!("{}: {}", risk.name, risk.message)).collect();
        diagram.lines.push(Line {
            from: *one,
            to: *other,
            is_dashed: is_blocked,
            note: note.join("; "),
        });
    }
    styled(&trainyard_graph::svg(&diagram))
}

/// A picture without its own style, which pages do not allow; ours has the same classes.
fn styled(svg: &str) -> String {
    let svg = match (svg.split_once("<style>"), svg.split_once("</style>")) {
        (Some((front, _)), Some((_, back))) => format!("{front}{back}"),
        _ => svg.to_owned(),
    };
    svg.replacen("<svg ", "<svg class=\"graph\" ", 1)
        .replace("id=\"title\"", "id=\"graph-title\"")
        .replace("id=\"desc\"", "id=\"graph-desc\"")
        .replace("aria-labelledby=\"title desc\"", "aria-labelledby=\"graph-title graph-desc\"")
}
