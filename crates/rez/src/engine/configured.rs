//! What settings and times say about the packages of a catalogue, worked out once for each family.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use crate::{
    Catalogue, Settings, bits,
    settings::{Candidate, Dated, FamilyOrder, RangeKey},
};

/// Settings over a catalogue.
#[derive(Debug)]
pub(crate) struct Configured<'run> {
    catalogue: &'run Catalogue,
    settings: &'run Settings,
    /// Packages of later times do not exist.
    released_by: Option<u64>,
    hidden: RefCell<HashMap<usize, Rc<[u64]>>>,
    orders: RefCell<HashMap<usize, Rc<FamilyOrder>>>,
    sequences: RefCell<HashMap<usize, Rc<[usize]>>>,
}

impl<'run> Configured<'run> {
    pub(crate) fn new(
        catalogue: &'run Catalogue,
        settings: &'run Settings,
        released_by: Option<u64>,
    ) -> Self {
        let (hidden, orders, sequences) =
            (RefCell::default(), RefCell::default(), RefCell::default());
        Self { catalogue, settings, released_by, hidden, orders, sequences }
    }

    /// Whether some packages of the catalogue may not exist for this request.
    pub(crate) fn hides(&self) -> bool {
        self.released_by.is_some() || self.settings.has_filters()
    }

    /// Whether versions are preferred otherwise than by being new.
    pub(crate) fn has_orders(&self) -> bool {
        self.settings.has_orders()
    }

    /// Takes out of a family's variants what does not exist for this request.
    pub(crate) fn hide(&self, family: usize, variants: &mut [u64]) {
        if !self.hides() {
            return;
        }
        let known = self.hidden.borrow().get(&family).cloned();
        let hidden = known.unwrap_or_else(|| {
            let hidden: Rc<[u64]> = self.hidden_of(family).into();
            self.hidden.borrow_mut().insert(family, Rc::clone(&hidden));
            hidden
        });
        bits::remove(variants, &hidden);
    }

    fn hidden_of(&self, family: usize) -> Vec<u64> {
        let mut hidden = vec![0; self.catalogue.words(family)];
        let first = self.catalogue.variants_of_family(family).start;
        for version in self.catalogue.versions_range(family) {
            if self.is_hidden(family, version) {
                let variants = self.catalogue.variants_of_version(version);
                bits::set_range(&mut hidden, variants.start - first, variants.end - first);
            }
        }
        hidden
    }

    /// Whether a version does not exist for this request.
    pub(crate) fn is_hidden(&self, family: usize, version: usize) -> bool {
        let candidate = Candidate {
            family: self.catalogue.name(family),
            version: self.catalogue.version_text(version),
            timestamp: self.catalogue.timestamp(version),
        };
        self.settings.hides(candidate, self.released_by)
    }

    fn order(&self, family: usize) -> Rc<FamilyOrder> {
        if let Some(known) = self.orders.borrow().get(&family) {
            return Rc::clone(known);
        }
        let versions = self.catalogue.versions_range(family).filter_map(|version| {
            Some(Dated {
                key: self.catalogue.key(version)?,
                text: self.catalogue.version_text(version),
                timestamp: self.catalogue.timestamp(version),
            })
        });
        let order = self.settings.order(self.catalogue.name(family));
        let order = Rc::new(FamilyOrder::new(order, &versions.collect::<Vec<_>>()));
        self.orders.borrow_mut().insert(family, Rc::clone(&order));
        order
    }

    /// The versions of a family, the preferred first; none where the newest is.
    pub(crate) fn sequence(&self, family: usize) -> Option<Rc<[usize]>> {
        if !self.has_orders() {
            return None;
        }
        if let Some(known) = self.sequences.borrow().get(&family) {
            return Some(Rc::clone(known));
        }
        let order = self.order(family);
        let mut versions: Vec<usize> = self.catalogue.versions_range(family).collect();
        if order.is_as_given() {
            versions.sort_by_key(|&version| self.catalogue.position(version));
        } else {
            let mut keyed: Vec<_> = versions
                .into_iter()
                .filter_map(|version| {
                    let key = self.catalogue.key(version)?;
                    Some((order.key(key, self.catalogue.version_text(version)), version))
                })
                .collect();
            keyed.sort_by(|one, other| other.0.compare(&one.0));
            versions = keyed.into_iter().map(|(_, version)| version).collect();
        }
        let versions: Rc<[usize]> = versions.into();
        self.sequences.borrow_mut().insert(family, Rc::clone(&versions));
        Some(versions)
    }

    /// What the range of a requirement is sorted by.
    pub(crate) fn range_key(&self, requirement: u32) -> Option<RangeKey> {
        let order = self.order(self.catalogue.requirement_family(requirement));
        Some(order.range_key(self.catalogue.requirement(requirement).range()?))
    }
}
