//! Organisations, people, keys and tokens.

use trainyard_api as api;

use crate::{Client, ClientError, place::Place};

impl Client {
    /// Who asks, as the registry sees it.
    pub async fn who_am_i(&self) -> Result<api::WhoAmI, ClientError> {
        self.get(&Place::of(&["tokens", "self"])).await
    }

    /// All organisations.
    pub async fn parties(&self) -> Result<Vec<api::Party>, ClientError> {
        self.all(&Place::of(&["parties"])).await
    }

    /// Enrols an organisation.
    pub async fn enrol_party(&self, body: &api::NewParty) -> Result<api::Receipt, ClientError> {
        self.change(&Place::of(&["parties"]), body).await
    }

    /// An organisation's people and robots.
    pub async fn principals(&self, party: &str) -> Result<Vec<api::Principal>, ClientError> {
        self.all(&Place::of(&["parties", party, "principals"])).await
    }

    /// Enrols a person or robot.
    pub async fn enrol_principal(
        &self,
        party: &str,
        body: &api::NewPrincipal,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&Place::of(&["parties", party, "principals"]), body).await
    }

    /// Enrols a key.
    pub async fn enrol_key(
        &self,
        party: &str,
        name: &str,
        body: &api::NewKey,
    ) -> Result<api::Receipt, ClientError> {
        self.change(&Place::of(&["parties", party, "principals", name, "keys"]), body).await
    }

    /// Ends or revokes a key.
    pub async fn end_key(
        &self,
        party: &str,
        name: &str,
        key: &str,
        body: &api::EndKey,
    ) -> Result<api::Receipt, ClientError> {
        let place = ["parties", party, "principals", name, "keys", key, "end"];
        self.change(&Place::of(&place), body).await
    }

    /// Tokens: one's own, or all for whoever administers the registry.
    pub async fn tokens(&self) -> Result<Vec<api::Token>, ClientError> {
        self.all(&Place::of(&["tokens"])).await
    }

    /// Gives a token out.
    pub async fn issue_token(&self, body: &api::NewToken) -> Result<api::IssuedToken, ClientError> {
        self.change(&Place::of(&["tokens"]), body).await
    }

    /// Takes a token back.
    pub async fn revoke_token(&self, name: &str, why: &str) -> Result<api::Receipt, ClientError> {
        let place = Place::of(&["tokens", name, "revoke"]);
        self.change(&place, &api::Reason { why: why.to_owned() }).await
    }
}
