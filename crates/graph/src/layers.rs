//! Which layer each node stands in, and in which order within it.

/// Bends of long lines; with more of them lines are drawn straight through.
const MOST_BENDS: usize = 50_000;

/// How often the order within layers is improved, down and up.
const SWEEPS: usize = 6;

/// Places in layers: nodes first, then the bends of lines that cross layers.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    /// The layer of each place.
    pub(crate) layer: Vec<usize>,
    /// The places of each layer, from left to right.
    pub(crate) rows: Vec<Vec<usize>>,
    /// For each line the places that it goes through, from its upper end to its lower.
    pub(crate) routes: Vec<Vec<usize>>,
    /// Neighbours above and below each place.
    pub(crate) above: Vec<Vec<usize>>,
    /// See `above`.
    pub(crate) below: Vec<Vec<usize>>,
}

impl Layers {
    /// Puts nodes into layers; `lines` are pairs of indices below `count`. Cycles are cut where a walk comes back to itself.
    ///
    /// *Cost*: linear but for sorting, with at most [`MOST_BENDS`] bends.
    pub(crate) fn of(count: usize, lines: &[(usize, usize)]) -> Self {
        let forward = forward(count, lines);
        let layer = longest_paths(count, &forward);
        let mut layers = Self { layer, ..Self::default() };
        layers.route(count, &forward);
        layers.begin();
        layers.untangle();
        layers
    }

    fn route(&mut self, count: usize, lines: &[(usize, usize)]) {
        let span = |layers: &Self, (from, to): (usize, usize)| {
            layers.layer_of(to).saturating_sub(layers.layer_of(from))
        };
        let bends: usize = lines.iter().map(|line| span(self, *line).saturating_sub(1)).sum();
        let mut next = count;
        for line in lines {
            let (from, to) = *line;
            let mut route = vec![from];
            if bends <= MOST_BENDS {
                let first = self.layer_of(from) + 1;
                for layer in first..self.layer_of(to) {
                    self.layer.push(layer);
                    route.push(next);
                    next += 1;
                }
            }
            route.push(to);
            self.routes.push(route);
        }
        self.above = vec![Vec::new(); next];
        self.below = vec![Vec::new(); next];
        for route in &self.routes {
            for pair in route.windows(2) {
                let [upper, lower] = pair else { continue };
                if let Some(below) = self.below.get_mut(*upper) {
                    below.push(*lower);
                }
                if let Some(above) = self.above.get_mut(*lower) {
                    above.push(*upper);
                }
            }
        }
    }

    fn layer_of(&self, place: usize) -> usize {
        self.layer.get(place).copied().unwrap_or_default()
    }

    fn begin(&mut self) {
        let count = self.layer.iter().max().map_or(0, |layer| layer + 1);
        self.rows = vec![Vec::new(); count];
        for (place, layer) in self.layer.iter().enumerate() {
            if let Some(row) = self.rows.get_mut(*layer) {
                row.push(place);
            }
        }
    }

    /// Orders each layer by the middle of its neighbours, back and forth, and keeps the order with the fewest crossings.
    fn untangle(&mut self) {
        let mut best = (self.crossings(), self.rows.clone());
        for sweep in 0..SWEEPS {
            if best.0 == 0 {
                break;
            }
            let is_down = sweep % 2 == 0;
            let count = self.rows.len();
            for step in 1..count {
                let row = if is_down { step } else { count - 1 - step };
                self.sort_row(row, is_down);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.rows.clone());
            }
        }
        self.rows = best.1;
    }

    fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.layer.len()];
        for row in &self.rows {
            for (position, place) in row.iter().enumerate() {
                if let Some(slot) = positions.get_mut(*place) {
                    *slot = position;
                }
            }
        }
        positions
    }

    fn sort_row(&mut self, row: usize, is_down: bool) {
        let mut positions = vec![0; 0];
        let neighbour_row = if is_down { row.checked_sub(1) } else { Some(row + 1) };
        if let Some(neighbours) = neighbour_row.and_then(|row| self.rows.get(row)) {
            positions = vec![usize::MAX; self.layer.len()];
            for (position, place) in neighbours.iter().enumerate() {
                if let Some(slot) = positions.get_mut(*place) {
                    *slot = position;
                }
            }
        }
        let links = if is_down { &self.above } else { &self.below };
        let middle = |place: usize, own: usize| {
            let near = links.get(place).into_iter().flatten();
            let near: Vec<usize> = near
                .filter_map(|other| positions.get(*other).copied())
                .filter(|position| *position != usize::MAX)
                .collect();
            // Thousandths, so that the order is the same on every machine.
            if near.is_empty() {
                own * 1000
            } else {
                near.iter().sum::<usize>() * 1000 / near.len()
            }
        };
        let Some(places) = self.rows.get(row) else { return };
        let mut keyed: Vec<(usize, usize, usize)> = places
            .iter()
            .enumerate()
            .map(|(own, place)| (middle(*place, own), own, *place))
            .collect();
        keyed.sort_unstable();
        if let Some(row) = self.rows.get_mut(row) {
            *row = keyed.into_iter().map(|(_, _, place)| place).collect();
        }
    }

    /// How many lines cross between neighbouring layers. *Cost*: n log n.
    fn crossings(&self) -> usize {
        let positions = self.positions();
        let position = |place: usize| positions.get(place).copied().unwrap_or_default();
        let mut crossings = 0;
        for row in &self.rows {
            let mut ends: Vec<usize> = Vec::new();
            for place in row {
                let mut lower: Vec<usize> = self
                    .below
                    .get(*place)
                    .into_iter()
                    .flatten()
                    .map(|other| position(*other))
                    .collect();
                lower.sort_unstable();
                ends.extend(lower);
            }
            crossings += inversions(&ends);
        }
        crossings
    }
}

/// How many pairs are out of order, by a tree of counts.
fn inversions(values: &[usize]) -> usize {
    let size = values.iter().max().map_or(0, |largest| largest + 1);
    let mut tree = vec![0usize; size + 1];
    let mut found = 0;
    for (seen, value) in values.iter().enumerate() {
        let mut at = value + 1;
        let mut not_larger = 0;
        while at > 0 {
            not_larger += tree.get(at).copied().unwrap_or_default();
            at &= at - 1;
        }
        found += seen - not_larger;
        let mut at = value + 1;
        while let Some(slot) = tree.get_mut(at) {
            *slot += 1;
            at += at & at.wrapping_neg();
        }
    }
    found
}

/// The lines with those turned round that close a cycle, found by a walk without recursion.
fn forward(count: usize, lines: &[(usize, usize)]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let mut next: Vec<Vec<(usize, usize)>> = vec![Vec::new(); count];
    for (line, (from, to)) in lines.iter().enumerate() {
        if let Some(next) = next.get_mut(*from) {
            next.push((*to, line));
        }
    }
    let mut seen = vec![Seen::No; count];
    let mut turned = vec![false; lines.len()];
    for start in 0..count {
        if seen.get(start) != Some(&Seen::No) {
            continue;
        }
        let mut walk: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((node, step)) = walk.pop() {
            if let Some(state) = seen.get_mut(node) {
                *state = Seen::Open;
            }
            match next.get(node).and_then(|next| next.get(step)) {
                None => {
                    if let Some(state) = seen.get_mut(node) {
                        *state = Seen::Done;
                    }
                }
                Some((to, line)) => {
                    walk.push((node, step + 1));
                    match seen.get(*to) {
                        Some(Seen::No) => walk.push((*to, 0)),
                        Some(Seen::Open) => {
                            if let Some(turned) = turned.get_mut(*line) {
                                *turned = true;
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    let each = lines.iter().zip(turned);
    each.map(|((from, to), turned)| if turned { (*to, *from) } else { (*from, *to) }).collect()
}

/// The layer of each node: one below the lowest that it follows. Nodes without a line below stand as low as they may.
fn longest_paths(count: usize, lines: &[(usize, usize)]) -> Vec<usize> {
    let mut waits = vec![0usize; count];
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in lines {
        if let (Some(next), Some(waits)) = (next.get_mut(*from), waits.get_mut(*to)) {
            next.push(*to);
            *waits += 1;
        }
    }
    let mut ready: Vec<usize> = (0..count).filter(|node| waits.get(*node) == Some(&0)).collect();
    let roots = ready.clone();
    let mut layer = vec![0usize; count];
    while let Some(node) = ready.pop() {
        let own = layer.get(node).copied().unwrap_or_default();
        for to in next.get(node).into_iter().flatten() {
            if let Some(layer) = layer.get_mut(*to) {
                *layer = (*layer).max(own + 1);
            }
            if let Some(waits) = waits.get_mut(*to) {
                *waits -= 1;
                if *waits == 0 {
                    ready.push(*to);
                }
            }
        }
    }
    // A root goes down to what follows it, so that late branches do not begin at the top.
    for root in roots {
        let lowest = next.get(root).into_iter().flatten().filter_map(|to| layer.get(*to)).min();
        if let Some(lowest) = lowest.map(|lowest| lowest.saturating_sub(1))
            && let Some(layer) = layer.get_mut(root)
        {
            *layer = lowest;
        }
    }
    layer
}
