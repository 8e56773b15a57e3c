//! What clients are offered, and who runs what.

use trainyard_api as api;

use crate::{Client, ClientError, channels::ChannelPlace, place::Place};

/// What a client tells of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// The version that it runs.
    pub runs: Option<&'a str>,
    /// What it is known by, for its place in rollouts.
    pub id: Option<&'a str>,
    /// Its place in rollouts, instead of one by its id.
    pub wariness: Option<u8>,
    /// Names of risks that do not concern it.
    pub accepted: &'a [String],
}

impl Told<'_> {
    fn asked_of(&self, place: Place) -> Place {
        let wariness = self.wariness.map(|wariness| wariness.to_string());
        let accepted = (!self.accepted.is_empty()).then(|| self.accepted.join(","));
        place
            .asking_if("runs", self.runs)
            .asking_if("id", self.id)
            .asking_if("wariness", wariness.as_deref())
            .asking_if("accepted", accepted.as_deref())
    }
}

impl Client {
    /// What a client is offered.
    pub async fn offer(
        &self,
        place: ChannelPlace<'_>,
        told: Told<'_>,
    ) -> Result<api::Offer, ClientError> {
        self.get(&told.asked_of(place.at(&["update"]))).await
    }

    /// Why a client is not offered a version, and what would change that.
    pub async fn why_not(
        &self,
        place: ChannelPlace<'_>,
        version: &str,
        told: Told<'_>,
    ) -> Result<api::WhyNotOffered, ClientError> {
        self.get(&told.asked_of(place.at(&["why-not", version]))).await
    }

    /// Deployments, as they last told of themselves.
    pub async fn deployments(&self, product: &str) -> Result<Vec<api::Deployment>, ClientError> {
        self.all(&Place::of(&["products", product, "deployments"])).await
    }

    /// Tells what a deployment runs.
    pub async fn report(
        &self,
        product: &str,
        deployment: &str,
        body: &api::Report,
    ) -> Result<api::Deployment, ClientError> {
        let place = Place::of(&["products", product, "deployments", deployment]);
        let body = serde_json::to_vec(body).map_err(ClientError::Unwritable)?;
        self.change_bytes(reqwest::Method::PUT, &place, body).await
    }

    /// Who runs what risks speak of, or is offered it; and how many deployments were looked at.
    pub async fn exposure(
        &self,
        product: &str,
        risk: Option<&str>,
    ) -> Result<api::Exposure, ClientError> {
        let place = Place::of(&["products", product, "exposure"]).asking_if("risk", risk);
        let place = place.asking("limit", "500");
        let mut all: api::Exposure = self.get(&place).await?;
        while let Some(next) = all.next.take() {
            let part: api::Exposure = self.get(&place.clone().asking("cursor", &next)).await?;
            all.exposed.extend(part.exposed);
            all.looked_at = all.looked_at.saturating_add(part.looked_at);
            all.next = part.next;
        }
        Ok(all)
    }
}
