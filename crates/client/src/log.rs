//! The log and its proofs.

use trainyard_api as api;

use crate::{Client, ClientError, place::Place};

impl Client {
    /// Some lines of the log, from the first or from where the part before ended.
    pub async fn log_entries(
        &self,
        cursor: Option<&str>,
    ) -> Result<api::Page<api::LogEntry>, ClientError> {
        let place = Place::of(&["log", "entries"]).asking("limit", "500");
        self.get(&place.asking_if("cursor", cursor)).await
    }

    /// A line of the log.
    pub async fn log_entry(&self, seq: u64) -> Result<api::LogEntry, ClientError> {
        self.get(&Place::of(&["log", "entries", &seq.to_string()])).await
    }

    /// The signed checkpoint of the log as it is now (C2SP signed-note).
    pub async fn checkpoint(&self) -> Result<String, ClientError> {
        let bytes = self.get_bytes(&Place::of(&["log", "checkpoint"])).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The key that checks checkpoints.
    pub async fn log_key(&self) -> Result<api::LogKey, ClientError> {
        self.get(&Place::of(&["log", "key"])).await
    }

    /// A tile of the log's tree, by its path as `tile/0/x001/234`.
    pub async fn tile(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        let parts: Vec<_> = std::iter::once("log").chain(path.split('/')).collect();
        self.get_bytes(&Place::of(&parts)).await
    }

    /// Proves that the log begins with what it was.
    pub async fn consistency(
        &self,
        old: u64,
        new: u64,
    ) -> Result<api::ConsistencyProof, ClientError> {
        let place = Place::of(&["log", "proofs", "consistency"]);
        let place = place.asking("old", &old.to_string()).asking("new", &new.to_string());
        self.get(&place).await
    }
}
