//! Channels.

use trainyard_api as api;

use crate::{Client, ClientError, place::Place};

/// A channel of a product's stream.
#[derive(Clone, Copy, Debug)]
pub struct ChannelPlace<'a> {
    /// The product.
    pub product: &'a str,
    /// The component or stream.
    pub stream: &'a str,
    /// The channel.
    pub channel: &'a str,
}

impl ChannelPlace<'_> {
    pub(crate) fn at(&self, more: &[&str]) -> Place {
        let front = ["products", self.product, "channels", self.stream, self.channel];
        Place::of(&[&front, more].concat())
    }
}

impl Client {
    /// All channels of a product.
    pub async fn channels(&self, product: &str) -> Result<Vec<api::ChannelSummary>, ClientError> {
        self.all(&Place::of(&["products", product, "channels"])).await
    }

    /// A channel.
    pub async fn channel(&self, place: ChannelPlace<'_>) -> Result<api::Channel, ClientError> {
        self.get(&place.at(&[])).await
    }

    /// The last moves of a channel, newest first.
    pub async fn moves(
        &self,
        place: ChannelPlace<'_>,
        most: usize,
    ) -> Result<Vec<api::Move>, ClientError> {
        self.first(&place.at(&["history"]), most).await
    }

    /// Everything that proves a move without the registry, as a file that `trainyard_attest::verify_offline` reads.
    ///
    /// `seq` is the line of the log that moved the channel.
    pub async fn move_evidence(
        &self,
        place: ChannelPlace<'_>,
        seq: u64,
    ) -> Result<String, ClientError> {
        self.get_text(&place.at(&["history", &seq.to_string(), "evidence"])).await
    }

    /// How a release stands before a channel.
    pub async fn standing(
        &self,
        place: ChannelPlace<'_>,
        version: &str,
    ) -> Result<api::Standing, ClientError> {
        self.get(&place.at(&["standing", version])).await
    }

    /// Who must approve that a release enters without its evidence, and who has.
    pub async fn force(
        &self,
        place: ChannelPlace<'_>,
        version: &str,
    ) -> Result<api::Approvals, ClientError> {
        self.get(&place.at(&["force", version])).await
    }

    /// What another rule would have made of a channel's past.
    pub async fn simulate(
        &self,
        place: ChannelPlace<'_>,
        body: &api::Simulate,
    ) -> Result<api::Simulation, ClientError> {
        self.ask(&place.at(&["simulate"]), body).await
    }

    /// Moves a channel forward.
    pub async fn promote(
        &self,
        place: ChannelPlace<'_>,
        body: &api::Promote,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&place.at(&["promote"]), body).await
    }

    /// Takes a release out of a channel.
    pub async fn demote(
        &self,
        place: ChannelPlace<'_>,
        body: &api::Demote,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&place.at(&["demote"]), body).await
    }

    /// Freezes or thaws a channel.
    pub async fn freeze(
        &self,
        place: ChannelPlace<'_>,
        body: &api::ChangeChannel,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&place.at(&["freeze"]), body).await
    }

    /// Holds a release back, or lets it go.
    pub async fn hold(
        &self,
        place: ChannelPlace<'_>,
        body: &api::Hold,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&place.at(&["hold"]), body).await
    }

    /// Moves a channel later.
    pub async fn schedule(
        &self,
        place: ChannelPlace<'_>,
        body: &api::Schedule,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&place.at(&["schedule"]), body).await
    }

    /// Calls a scheduled move off.
    pub async fn call_off(
        &self,
        place: ChannelPlace<'_>,
        seq: u64,
        why: &str,
    ) -> Result<api::Receipt, ClientError> {
        let place = place.at(&["schedule", &seq.to_string(), "call-off"]);
        self.change(&place, &api::Reason { why: why.to_owned() }).await
    }

    /// Changes how fast a release reaches clients.
    pub async fn change_rollout(
        &self,
        place: ChannelPlace<'_>,
        body: &api::ChangeRollout,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&place.at(&["rollout"]), body).await
    }
}
