//! Products, policies, waivers and components.

use trainyard_api as api;

use crate::{Client, ClientError, place::Place};

impl Client {
    /// All products.
    pub async fn products(&self) -> Result<Vec<api::Product>, ClientError> {
        self.all(&Place::of(&["products"])).await
    }

    /// A product.
    pub async fn product(&self, product: &str) -> Result<api::Product, ClientError> {
        self.get(&Place::of(&["products", product])).await
    }

    /// Makes a product.
    pub async fn create_product(
        &self,
        body: &api::NewProduct,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&Place::of(&["products"]), body).await
    }

    /// A product's policies, the one in force first.
    pub async fn policies(&self, product: &str) -> Result<Vec<api::Policy>, ClientError> {
        self.all(&Place::of(&["products", product, "policies"])).await
    }

    /// Sets a product's policy.
    pub async fn set_policy(
        &self,
        product: &str,
        body: &api::NewPolicy,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&Place::of(&["products", product, "policies"]), body).await
    }

    /// What a policy would be, and who must approve it.
    pub async fn preview_policy(
        &self,
        product: &str,
        body: &api::NewPolicy,
    ) -> Result<api::PolicyPreview, ClientError> {
        self.ask(&Place::of(&["products", product, "policies", "preview"]), body).await
    }

    /// Takes responsibility for what a rule refuses.
    pub async fn record_waiver(
        &self,
        product: &str,
        body: &api::NewWaiver,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&Place::of(&["products", product, "waivers"]), body).await
    }

    /// A product's components and streams of bundles.
    pub async fn components(&self, product: &str) -> Result<Vec<api::Component>, ClientError> {
        self.all(&Place::of(&["products", product, "components"])).await
    }
}
