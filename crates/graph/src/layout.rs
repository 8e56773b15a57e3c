//! Where everything stands.

use crate::{Diagram, layers::Layers};

/// Height of a box.
pub(crate) const BOX_HEIGHT: i64 = 26;
/// From one layer to the next.
const LAYER_HEIGHT: i64 = 50;
/// Between boxes of a layer.
const GAP: i64 = 18;
/// What a line that passes a layer takes of it.
const BEND_WIDTH: i64 = 8;
/// Around everything.
const MARGIN: i64 = 16;
/// Of a letter, in the font that pictures use.
const LETTER_WIDTH: i64 = 8;
/// Labels are cut after so many letters.
pub(crate) const LONGEST_LABEL: usize = 48;
/// How often boxes are moved towards their neighbours.
const ROUNDS: usize = 8;

/// A point of a picture, in pixels from its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// To the right.
    pub x: i64,
    /// Down.
    pub y: i64,
}

/// Where everything stands, in pixels.
///
/// *Invariants*: boxes do not overlap; everything lies within width and height.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The picture's width.
    pub width: i64,
    /// The picture's height.
    pub height: i64,
    /// The middle of each node's box.
    pub centres: Vec<Point>,
    /// The width of each node's box.
    pub widths: Vec<i64>,
    /// The points of each real line, from its upper end to its lower, in the order of the diagram.
    pub routes: Vec<Vec<Point>>,
}

/// The label as far as it is drawn.
pub(crate) fn drawn_label(label: &str) -> String {
    if label.chars().count() <= LONGEST_LABEL {
        return label.to_owned();
    }
    label.chars().take(LONGEST_LABEL - 1).chain(['…']).collect()
}

/// Lays a diagram out. *Cost*: n log n, and a bounded number of bends.
pub fn layout(diagram: &Diagram) -> Layout {
    let count = diagram.nodes.len();
    let lines: Vec<(usize, usize)> =
        diagram.real_lines().map(|line| (line.from, line.to)).collect();
    let layers = Layers::of(count, &lines);
    let mut widths: Vec<i64> = diagram
        .nodes
        .iter()
        .map(|node| letters(&drawn_label(&node.label)) * LETTER_WIDTH + 16)
        .collect();
    widths.resize(layers.layer.len(), BEND_WIDTH);
    let xs = columns(&layers, &widths);
    let left = xs.iter().zip(&widths).map(|(x, width)| x - width / 2).min().unwrap_or_default();
    let right = xs.iter().zip(&widths).map(|(x, width)| x + width / 2).max().unwrap_or_default();
    let y = |layer: usize| {
        MARGIN + BOX_HEIGHT / 2 + i64::try_from(layer).unwrap_or_default() * LAYER_HEIGHT
    };
    let point = |place: usize| Point {
        x: xs.get(place).copied().unwrap_or_default() - left + MARGIN,
        y: y(layers.layer.get(place).copied().unwrap_or_default()),
    };
    let last = layers.rows.len().saturating_sub(1);
    Layout {
        width: right - left + 2 * MARGIN,
        height: y(last) + BOX_HEIGHT / 2 + MARGIN,
        centres: (0..count).map(point).collect(),
        widths: widths.into_iter().take(count).collect(),
        routes: layers
            .routes
            .iter()
            .map(|route| route.iter().copied().map(point).collect())
            .collect(),
    }
}

fn letters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or_default()
}

/// The middle of each place, from left to right: as near to its neighbours as its layer's order lets it.
fn columns(layers: &Layers, widths: &[i64]) -> Vec<i64> {
    let mut xs = vec![0i64; layers.layer.len()];
    for row in &layers.rows {
        let mut x = 0;
        for place in row {
            let width = width_of(widths, *place);
            if let Some(slot) = xs.get_mut(*place) {
                *slot = x + width / 2;
            }
            x += width + GAP;
        }
    }
    for round in 0..ROUNDS {
        let is_down = round % 2 == 0;
        let links = if is_down { &layers.above } else { &layers.below };
        let count = layers.rows.len();
        for step in 0..count {
            let row = if is_down { step } else { count - 1 - step };
            if let Some(row) = layers.rows.get(row) {
                pull(row, links, widths, &mut xs);
            }
        }
    }
    xs
}

fn width_of(widths: &[i64], place: usize) -> i64 {
    widths.get(place).copied().unwrap_or_default()
}

/// Moves the places of a layer to the middle of their neighbours, as far as they leave room for each other: the least
/// squares under that condition, by pooling neighbours that would overlap.
fn pull(row: &[usize], links: &[Vec<usize>], widths: &[i64], xs: &mut [i64]) {
    struct Pool {
        sum: i64,
        count: i64,
    }
    let mut offsets = Vec::with_capacity(row.len());
    let mut offset = 0;
    let mut before: Option<i64> = None;
    for place in row {
        let width = width_of(widths, *place);
        if let Some(before) = before {
            offset += i64::midpoint(before, width) + GAP;
        }
        offsets.push(offset);
        before = Some(width);
    }
    let mut pools: Vec<Pool> = Vec::new();
    for (place, offset) in row.iter().zip(&offsets) {
        let own = xs.get(*place).copied().unwrap_or_default();
        let near: Vec<i64> = links
            .get(*place)
            .into_iter()
            .flatten()
            .filter_map(|other| xs.get(*other).copied())
            .collect();
        let wanted = match i64::try_from(near.len()) {
            Ok(count) if count > 0 => near.iter().sum::<i64>() / count,
            _ => own,
        };
        pools.push(Pool { sum: wanted - offset, count: 1 });
        while let [.., one, two] = pools.as_slice() {
            if one.sum.div_euclid(one.count) <= two.sum.div_euclid(two.count) {
                break;
            }
            let merged = Pool { sum: one.sum + two.sum, count: one.count + two.count };
            pools.truncate(pools.len() - 2);
            pools.push(merged);
        }
    }
    let mut places = row.iter().zip(&offsets);
    for pool in pools {
        let base = pool.sum.div_euclid(pool.count);
        for _ in 0..pool.count {
            let Some((place, offset)) = places.next() else { return };
            if let Some(slot) = xs.get_mut(*place) {
                *slot = base + offset;
            }
        }
    }
}
