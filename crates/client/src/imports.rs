//! What was kept elsewhere, brought in.

use std::time::Duration;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::{Client, ClientError, place::Place};

/// How long an import may take: it is thousands of changes.
const PATIENCE: Duration = Duration::from_mins(10);
/// More than this is no list that anybody brings in.
const LARGEST: usize = 256 << 20;

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Imported {
    /// How much is new.
    pub changed: u64,
    /// How much was there already.
    pub unchanged: u64,
    /// What was left out, and why, a sentence each.
    pub troubles: Vec<String>,
}

impl Client {
    /// Brings in AYON's addons: a list in JSON, byte for byte.
    pub async fn import_addons(
        &self,
        product: &str,
        list: Vec<u8>,
    ) -> Result<Imported, ClientError> {
        let place = Place::of(&["products", product, "imports", "ayon-addons"]);
        self.bring_in(&place, list).await
    }

    /// Brings in an update graph with its channels, blocks and past.
    pub async fn import_graph(
        &self,
        product: &str,
        component: &str,
        graph: &impl Serialize,
    ) -> Result<Imported, ClientError> {
        let place = Place::of(&["products", product, "imports", "openshift", component]);
        let body = serde_json::to_vec(graph).map_err(ClientError::Unwritable)?;
        self.bring_in(&place, body).await
    }

    async fn bring_in(&self, place: &Place, body: Vec<u8>) -> Result<Imported, ClientError> {
        self.patient(PATIENCE).change_bytes(Method::POST, place, body).await
    }
}

/// Reads what lies at an address, with nobody's token.
///
/// *Errors*: [`ClientError::Address`], [`ClientError::Unreachable`], [`ClientError::NotFetched`] for an answer without it or
/// with more than 256 MB.
pub async fn download(address: &str) -> Result<Vec<u8>, ClientError> {
    let wrong = || ClientError::Address { address: address.to_owned() };
    let url = reqwest::Url::parse(address).map_err(|_| wrong())?;
    let http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .timeout(PATIENCE)
        .build()
        .map_err(|error| ClientError::Machine(error.to_string()))?;
    let unreachable = |source: reqwest::Error| ClientError::Unreachable {
        address: address.to_owned(),
        source: source.without_url(),
    };
    let sent = http.get(url).header(reqwest::header::ACCEPT, "application/json");
    let mut response = sent.send().await.map_err(unreachable)?;
    let refused = |status: u16| ClientError::NotFetched { address: address.to_owned(), status };
    let status = response.status();
    if !status.is_success() {
        return Err(refused(status.as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + part.len() > LARGEST {
            return Err(refused(status.as_u16()));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}
