//! The tree itself: hashes of all complete subtrees, and what is computed from them.

use crate::encoding::sha256;

/// A hash of SHA-256.
pub type Hash = [u8; 32];

/// Hashes what a leaf holds (RFC 6962, section 2.1).
pub fn leaf_hash(data: &[u8]) -> Hash {
    sha256(&[&[0], data])
}

/// Hashes two subtrees into the one above them (RFC 6962, section 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// A log's tree in memory: every complete subtree's hash, 64 bytes a leaf.
///
/// *Invariants*: level `l` has the leaves' number divided by two to the `l`, and nothing is ever changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Adds a leaf by its hash. *Cost*: two hashes on average.
    pub fn push(&mut self, leaf: Hash) {
        let mut carried = Some(leaf);
        let mut level = 0;
        while let Some(hash) = carried {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(nodes) = self.levels.get_mut(level) else { return };
            nodes.push(hash);
            carried = match nodes.as_slice() {
                [.., left, right] if nodes.len() % 2 == 0 => Some(node_hash(left, right)),
                _ => None,
            };
            level += 1;
        }
    }

    /// The hash of a complete subtree: the one of level `level` that is number `index` from the left.
    pub fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.levels.get(usize::from(level))?.get(usize::try_from(index).ok()?).copied()
    }

    /// The hash of the tree as it was with so many leaves; `None` if it has not as many.
    ///
    /// *Cost*: one hash for each bit of the size, however old.
    pub fn root(&self, size: u64) -> Option<Hash> {
        self.has(size)?;
        root(&|level, index| self.node(level, index), size)
    }

    /// Proves that a leaf is in the tree of so many leaves: the hashes beside the way up, from below.
    ///
    /// `None` if there is no such leaf or tree. *Cost*: the square of the tree's height.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        self.has(size)?;
        inclusion_proof(&|level, index| self.node(level, index), index, size)
    }

    /// Proves that the tree of `new` leaves begins with that of `old` leaves (RFC 6962, section 2.1.2).
    ///
    /// Empty where either size is nothing or both are the same; `None` if there are no such trees.
    /// *Cost*: the square of the tree's height.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        self.has(new)?;
        consistency_proof(&|level, index| self.node(level, index), old, new)
    }

    fn has(&self, size: u64) -> Option<()> {
        (size <= self.size()).then_some(())
    }
}

/// Where the hashes of complete subtrees come from: by level and number from the left.
pub(super) type Nodes<'a> = dyn Fn(u8, u64) -> Option<Hash> + 'a;

/// See [`Tree::root`].
pub(super) fn root(nodes: &Nodes<'_>, size: u64) -> Option<Hash> {
    match size {
        0 => Some(sha256(&[])),
        size => range(nodes, 0, size),
    }
}

/// See [`Tree::inclusion_proof`].
pub(super) fn inclusion_proof(nodes: &Nodes<'_>, index: u64, size: u64) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range(nodes, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Some(proof)
}

/// See [`Tree::consistency_proof`].
pub(super) fn consistency_proof(nodes: &Nodes<'_>, old: u64, new: u64) -> Option<Vec<Hash>> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(Vec::new());
    }
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, new);
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range(nodes, start, middle)?);
            start = middle;
        }
    }
    // The verifier knows the old tree's own hash, unless that is only a part of it.
    if start > 0 {
        proof.push(range(nodes, start, end)?);
    }
    proof.reverse();
    Some(proof)
}

/// The hash over leaves `start..end`, of which `start` begins a subtree at least that large.
fn range(nodes: &Nodes<'_>, start: u64, end: u64) -> Option<Hash> {
    let mut hash = None;
    let mut left = end.checked_sub(start)?;
    // From the right: each bit of the length is one complete subtree, left of all that came before.
    while left > 0 {
        let level = left.trailing_zeros();
        let index = ((start + left) >> level) - 1;
        let node = nodes(u8::try_from(level).ok()?, index)?;
        hash = Some(hash.map_or(node, |right| node_hash(&node, &right)));
        left &= left - 1;
    }
    hash
}

/// The largest power of two below a number of leaves, of which there are at least two.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The hashes of complete subtrees as they grow from the left: what is left of a tree if it is never asked about its past.
#[derive(Clone, Debug, Default)]
pub struct Frontier(Vec<(u8, Hash)>);

impl Frontier {
    /// The complete subtrees of a tree of so many leaves.
    pub(super) fn of(nodes: &Nodes<'_>, size: u64) -> Option<Self> {
        let mut frontier = Self::default();
        let mut start = 0;
        while start < size {
            let level = u8::try_from((size - start).ilog2()).ok()?;
            frontier.0.push((level, nodes(level, start >> level)?));
            start += 1 << level;
        }
        Some(frontier)
    }

    /// Adds a leaf by its hash, right of all others. *Cost*: two hashes on average.
    pub fn push(&mut self, hash: Hash) {
        let mut node = (0, hash);
        while let Some((level, left)) = self.0.pop() {
            if level != node.0 {
                self.0.push((level, left));
                break;
            }
            node = (level + 1, node_hash(&left, &node.1));
        }
        self.0.push(node);
    }

    /// The hash of the tree.
    pub fn tree_root(&self) -> Hash {
        self.root(None).unwrap_or_else(|| sha256(&[]))
    }

    /// The hash over all, with what stands right of them and is smaller.
    pub(super) fn root(&self, right: Option<Hash>) -> Option<Hash> {
        self.0.iter().rev().fold(right, |right, (_, node)| {
            Some(right.map_or(*node, |right| node_hash(node, &right)))
        })
    }
}
