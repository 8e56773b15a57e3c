//! The three products and their policies.

use std::collections::BTreeMap;

use trainyard_api as api;

use super::teller::{Teller, broken};
use crate::error::CommandError;

struct Product {
    name: &'static str,
    title: &'static str,
    party: &'static str,
    policy: &'static str,
}

const PRODUCTS: [Product; 3] = [
    Product {
        name: "ayon",
        title: "AYON",
        party: "ayon-team",
        policy: include_str!("../../../../examples/ayon/registry.toml"),
    },
    Product {
        name: "backend-ai",
        title: "Backend.AI",
        party: "backend-ai-team",
        policy: include_str!("../../../../examples/backend-ai/registry.toml"),
    },
    Product {
        name: "polyaxon",
        title: "Polyaxon",
        party: "polyaxon-team",
        policy: include_str!("../../../../examples/polyaxon/registry.toml"),
    },
];

/// Makes the products and sets their policies.
pub(super) async fn make(teller: &Teller) -> Result<(), CommandError> {
    for product in PRODUCTS {
        let new = api::NewProduct {
            name: product.name.to_owned(),
            title: product.title.to_owned(),
            party: product.party.to_owned(),
            why: "the demo begins".to_owned(),
        };
        teller.admin().create_product(&new).await.map_err(|error| broken(&error))?;
        let policy = api::NewPolicy {
            text: product.policy.to_owned(),
            channels: BTreeMap::new(),
            why: "how it has been done so far, written down".to_owned(),
        };
        let set = teller.admin().set_policy(product.name, &policy).await;
        set.map_err(|error| broken(&error))?;
    }
    Ok(())
}
