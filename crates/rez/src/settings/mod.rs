//! What a studio's Rez is configured to do: which packages it hides, and which versions it prefers.

mod filter;
mod order;
mod read;

use std::collections::BTreeMap;

use thiserror::Error;

pub(crate) use self::{
    filter::Candidate,
    order::{Dated, FamilyOrder, RangeKey},
};
use self::{filter::Filter, order::Order};

/// Rez's `package_filter` and `package_orderers`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The cheapest first, by Rez's reckoning.
    filters: Vec<Filter>,
    /// Orders by family; `*` is for all that have none.
    orders: BTreeMap<String, Order>,
}

/// Settings that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{setting}`: {what}")]
pub struct SettingsError {
    /// Which setting, with the place in it.
    pub setting: String,
    /// What is wrong with it.
    pub what: String,
}

impl Settings {
    /// Whether nothing is configured.
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty() && self.orders.is_empty()
    }

    /// Whether some packages may be hidden.
    pub(crate) fn has_filters(&self) -> bool {
        !self.filters.is_empty()
    }

    /// Whether some versions are preferred otherwise than by being new.
    pub(crate) fn has_orders(&self) -> bool {
        !self.orders.is_empty()
    }

    /// Whether a package is hidden, by a filter or because it was released after a time.
    ///
    /// Rez puts that time into the filter that is dearest to it, so what that one includes is not hidden by it.
    pub(crate) fn hides(&self, candidate: Candidate<'_>, released_by: Option<u64>) -> bool {
        let is_late = released_by.is_some_and(|latest| candidate.timestamp > latest);
        let late = match self.filters.last() {
            Some(dearest) => is_late && !dearest.includes(candidate),
            None => is_late,
        };
        late || self.filters.iter().any(|filter| filter.excludes(candidate))
    }

    /// How the versions of a family are ordered.
    pub(crate) fn order(&self, family: &str) -> &Order {
        const NEWEST_FIRST: &Order = &Order::Sorted { is_descending: true };
        self.orders.get(family).or_else(|| self.orders.get("*")).unwrap_or(NEWEST_FIRST)
    }
}
