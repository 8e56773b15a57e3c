//! What tells whether an answer still holds.

use std::{collections::BTreeMap, sync::Arc};

use trainyard_attest::Hash;
use trainyard_registry::Event;

/// Where the answers about one product are.
const PRODUCTS: &str = "/api/v1/products/";

/// Names what answers follow from: another name stands here after each change of that.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// Names all entries.
    whole: Arc<str>,
    /// Names the entries of a product and those of none, such as keys and tokens.
    products: BTreeMap<Box<str>, Arc<str>>,
}

impl Marks {
    /// What an answer follows from that is kept under a request: that of its product, where it is about one.
    pub(crate) fn of(&self, request: &str) -> &Arc<str> {
        let product = || {
            let rest = request.strip_prefix(PRODUCTS)?;
            self.products.get(rest.split(['/', '?']).next()?)
        };
        product().unwrap_or(&self.whole)
    }
}

/// The newest leaf of each product, and of what belongs to none.
#[derive(Debug, Default)]
pub(super) struct Newest {
    common: Hash,
    products: BTreeMap<Box<str>, Hash>,
}

impl Newest {
    pub(super) fn take_in(&mut self, event: &Event, leaf: Hash) {
        match event.product() {
            None => self.common = leaf,
            Some(product) => match self.products.get_mut(product.as_str()) {
                Some(newest) => *newest = leaf,
                None => {
                    self.products.insert(product.as_str().into(), leaf);
                }
            },
        }
    }

    /// The marks, with one for all entries.
    pub(super) fn marks(&self, whole: &Arc<str>) -> Marks {
        let front = |leaf: &Hash| hex::encode(leaf.get(..8).unwrap_or_default());
        let common = front(&self.common);
        let marked = self
            .products
            .iter()
            .map(|(product, leaf)| (product.clone(), format!("{}{common}", front(leaf)).into()));
        Marks { whole: Arc::clone(whole), products: marked.collect() }
    }
}
