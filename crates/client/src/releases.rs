//! Releases, attestations of them, and risks.

use trainyard_api as api;

use crate::{Client, ClientError, place::Place};

impl Client {
    /// The newest releases of a component, hidden ones not among them.
    pub async fn releases(
        &self,
        product: &str,
        component: &str,
        most: usize,
    ) -> Result<Vec<api::ReleaseSummary>, ClientError> {
        let place = Place::of(&["products", product, "components", component, "releases"]);
        self.first(&place, most).await
    }

    /// A release or bundle.
    pub async fn release(
        &self,
        product: &str,
        component: &str,
        version: &str,
    ) -> Result<api::Release, ClientError> {
        let place = ["products", product, "components", component, "releases", version];
        self.get(&Place::of(&place)).await
    }

    /// What all releases of a product's components say of themselves, hidden ones not among them.
    pub async fn manifests(&self, product: &str) -> Result<Vec<api::Manifest>, ClientError> {
        self.all(&Place::of(&["products", product, "manifests"])).await
    }

    /// Publishes a release or bundle.
    pub async fn publish(
        &self,
        product: &str,
        component: &str,
        body: &api::NewRelease,
    ) -> Result<api::Receipt, ClientError> {
        let place = ["products", product, "components", component, "releases"];
        self.change(&Place::of(&place), body).await
    }

    /// Hides a release, or shows it again.
    pub async fn yank(
        &self,
        product: &str,
        component: &str,
        version: &str,
        is_yanked: bool,
        why: &str,
    ) -> Result<api::Receipt, ClientError> {
        let word = if is_yanked { "yank" } else { "unyank" };
        let place = ["products", product, "components", component, "releases", version, word];
        self.change(&Place::of(&place), &api::Reason { why: why.to_owned() }).await
    }

    /// What is wrong with a bundle now.
    pub async fn check_bundle(
        &self,
        product: &str,
        body: &api::BundleSource,
    ) -> Result<api::BundleCheck, ClientError> {
        self.ask(&Place::of(&["products", product, "bundles", "check"]), body).await
    }

    /// What was said, of one content or of all.
    pub async fn attestations(
        &self,
        product: &str,
        subject: Option<&str>,
    ) -> Result<Vec<api::Attestation>, ClientError> {
        let place = Place::of(&["products", product, "attestations"]);
        self.all(&place.asking_if("subject", subject)).await
    }

    /// Hands an envelope in, byte for byte.
    pub async fn attest(
        &self,
        product: &str,
        envelope: Vec<u8>,
    ) -> Result<api::Receipt, ClientError> {
        let place = Place::of(&["products", product, "attestations"]);
        self.change_bytes(reqwest::Method::POST, &place, envelope).await
    }

    /// Everything that proves an attestation without the registry.
    pub async fn attestation_proof(
        &self,
        product: &str,
        id: &str,
    ) -> Result<api::AttestationProof, ClientError> {
        self.get(&Place::of(&["products", product, "attestations", id, "proof"])).await
    }

    /// The same as a file that `trainyard_attest::verify_offline` reads, with the lines that enrolled its keys.
    pub async fn attestation_bundle(&self, product: &str, id: &str) -> Result<String, ClientError> {
        let place = Place::of(&["products", product, "attestations", id, "bundle"]);
        self.get_text(&place).await
    }

    /// Takes an attestation back.
    pub async fn withdraw(
        &self,
        product: &str,
        id: &str,
        why: &str,
    ) -> Result<api::Receipt, ClientError> {
        let place = Place::of(&["products", product, "attestations", id, "withdraw"]);
        self.change(&place, &api::Reason { why: why.to_owned() }).await
    }

    /// The moves of channels that rest on what somebody signed.
    pub async fn relying(
        &self,
        product: &str,
        party: &str,
        name: &str,
    ) -> Result<Vec<api::Relying>, ClientError> {
        let page: api::Page<api::Relying> =
            self.get(&Place::of(&["products", product, "relying", party, name])).await?;
        Ok(page.items)
    }

    /// What is or was wrong with a product's releases.
    pub async fn risks(&self, product: &str) -> Result<Vec<api::Risk>, ClientError> {
        self.all(&Place::of(&["products", product, "risks"])).await
    }

    /// A risk.
    pub async fn risk(&self, product: &str, risk: &str) -> Result<api::Risk, ClientError> {
        self.get(&Place::of(&["products", product, "risks", risk])).await
    }

    /// Tells that something is wrong with releases.
    pub async fn declare_risk(
        &self,
        product: &str,
        body: &api::NewRisk,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&Place::of(&["products", product, "risks"]), body).await
    }

    /// Tells that it is no more.
    pub async fn lift_risk(
        &self,
        product: &str,
        risk: &str,
        why: &str,
    ) -> Result<api::Receipt, ClientError> {
        let place = Place::of(&["products", product, "risks", risk, "lift"]);
        self.change(&place, &api::Reason { why: why.to_owned() }).await
    }
}
