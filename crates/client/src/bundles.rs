//! Questions about bundles.

use trainyard_api as api;

use crate::{Client, ClientError, place::Place};

impl Client {
    /// Releases that work together, or why there are none.
    pub async fn resolve_bundle(
        &self,
        product: &str,
        body: &api::Resolve,
    ) -> Result<api::Found, ClientError> {
        self.ask(&Place::of(&["products", product, "bundles", "resolve"]), body).await
    }

    /// A bundle that does some things differently from another, and what is wrong with it.
    pub async fn derive_bundle(
        &self,
        product: &str,
        body: &api::Derive,
    ) -> Result<api::BundleDifference, ClientError> {
        self.ask(&Place::of(&["products", product, "bundles", "derive"]), body).await
    }

    /// What lies between two bundles.
    pub async fn compare_bundles(
        &self,
        product: &str,
        body: &api::BundlePair,
    ) -> Result<api::BundleDifference, ClientError> {
        self.ask(&Place::of(&["products", product, "bundles", "diff"]), body).await
    }
}
