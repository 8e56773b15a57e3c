//! Tables that are as long as the catalogue: made once, and used for one resolve after the other.

use super::{Forbidden, extract::Round, prefer::Choice, reduce::Pair, scope::Scopes};
use crate::{Catalogue, bits};

/// Everything that a resolve writes to. A room that is handed out is empty.
#[derive(Debug, Default)]
pub(crate) struct Room {
    pub(super) scopes: Scopes,
    pub(super) round: Round,
    pub(super) dirty: Vec<usize>,
    pub(super) changed: Vec<usize>,
    pub(super) pending: Vec<Pair>,
    pub(super) scratch: Vec<u64>,
    pub(super) choice: Choice,
    pub(super) requested: Vec<Option<u32>>,
    pub(super) forbidden: Forbidden,
    pub(super) sorted_families: Vec<u64>,
    pub(super) sorted_versions: Vec<u64>,
}

impl Room {
    /// Makes the tables long enough for a catalogue and for families that it does not know.
    pub(super) fn prepare(&mut self, catalogue: &Catalogue, families: usize, requested: usize) {
        self.scopes.prepare(families, requested);
        self.round.prepare(families);
        if self.requested.len() < families {
            self.requested.resize(families, None);
            self.sorted_families.resize(bits::words_for(families), 0);
        }
        self.forbidden.resize(catalogue.requirement_count(), None);
        self.sorted_versions.resize(bits::words_for(catalogue.version_count()), 0);
    }

    /// Forgets everything but the memory. `families` are those of the request.
    ///
    /// *Cost*: what was written, and a bit for each family and version.
    pub(super) fn clear(&mut self, families: &[usize], has_conflicts: bool) {
        self.scopes.clear();
        self.round.clear();
        self.dirty.clear();
        self.changed.clear();
        self.pending.clear();
        for &family in families {
            self.requested[family] = None;
        }
        if has_conflicts {
            self.forbidden.fill(None);
        }
        self.sorted_families.fill(0);
        self.sorted_versions.fill(0);
    }
}
