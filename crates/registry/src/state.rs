//! Everything a registry knows: the fold of its entries.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Entry, Moment, Name, PrincipalName, Refusal, parties::Parties, products::Product,
    webhooks::Webhook,
};

/// Everything a registry knows after some number of entries.
///
/// *Invariants*: two states that took in the same entries are equal in every answer; nothing is ever forgotten but what an
/// entry says.
#[derive(Clone, Debug, Default)]
pub struct State {
    size: u64,
    last: Moment,
    /// Whoever wrote an entry, each kept once.
    writers: BTreeSet<PrincipalName>,
    /// The products, by name.
    pub(crate) products: BTreeMap<Name, Product>,
    /// Who there is.
    pub(crate) parties: Parties,
    /// Who is told what happens, by name.
    pub(crate) webhooks: BTreeMap<Name, Webhook>,
}

/// When and by whom an event came.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The entry's place in the log.
    pub seq: u64,
    /// When.
    pub at: Moment,
    /// Who.
    pub by: PrincipalName,
    /// Why; empty where nobody asked.
    pub why: String,
}

impl State {
    /// How many entries it has taken in.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// When the newest of them was written.
    pub fn last(&self) -> Moment {
        self.last
    }

    /// Takes the next entry in, with the document that it names attached; one that lacks it changes nothing but the size.
    ///
    /// *Cost*: logarithmic in what there is.
    pub fn apply(&mut self, entry: &Entry) {
        let Entry { seq, at, by, why, event } = entry;
        let by = self.writers.get(by).cloned().unwrap_or_else(|| {
            self.writers.insert(by.clone());
            by.clone()
        });
        let stamp = Stamp { seq: *seq, at: *at, by, why: why.clone() };
        self.take_in(event, &stamp);
        self.size = seq.saturating_add(1);
        self.last = self.last.max(*at);
    }

    /// The products, in the order of their names.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// A product. *Errors*: that there is none.
    pub fn product(&self, name: &str) -> Result<&Product, Refusal> {
        self.products.get(name).ok_or_else(|| Refusal::not_found("product", name))
    }

    /// Who there is.
    pub fn parties(&self) -> &Parties {
        &self.parties
    }
}
