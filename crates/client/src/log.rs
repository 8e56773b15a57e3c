//! The log and its proofs.

use std::time::Duration;

use trainyard_api as api;

use crate::{Client, ClientError, place::Place};

/// The registry says something at least every 15 seconds; who says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(45);
/// How long a stream lasts at most, beyond what was asked for.
const MARGIN: Duration = Duration::from_mins(1);
/// An event that is longer is none of a registry's.
const LONGEST_EVENT: usize = 64 << 20;

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

    /// Hands on the lines of the log from one on as they come, for so long; `lasts` of nothing: those that are there.
    ///
    /// Returns once the stream has ended, or `told` has had enough (it answers `false`); whoever comes again from the line
    /// after the last misses nothing. *Errors*: nothing is tried again here.
    pub async fn follow_log(
        &self,
        from: u64,
        lasts: Duration,
        mut told: impl FnMut(api::LogEntry) -> bool,
    ) -> Result<(), ClientError> {
        let place = Place::of(&["log", "events"])
            .asking("from", &from.to_string())
            .asking("lasts-secs", &lasts.as_secs().to_string());
        let mut response = self.open(&place, lasts + MARGIN).await?;
        let mut waiting = Vec::new();
        // Silence ends a stream as its end does.
        while let Ok(part) = tokio::time::timeout(SILENCE, response.chunk()).await {
            let Some(part) = part.map_err(|source| self.unreachable(source))? else { break };
            waiting.extend_from_slice(&part);
            let Some(end) = waiting.iter().rposition(|byte| *byte == b'\n') else {
                if waiting.len() > LONGEST_EVENT {
                    break;
                }
                continue;
            };
            let rest = waiting.split_off(end + 1);
            // An event's data is one line; what else there is, such as its number, stands in it.
            for line in std::mem::replace(&mut waiting, rest).split(|byte| *byte == b'\n') {
                let Some(data) = line.strip_prefix(b"data: ") else { continue };
                if !told(self.read(data)?) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The signed checkpoint of the log as it is now (C2SP signed-note).
    pub async fn checkpoint(&self) -> Result<String, ClientError> {
        self.get_text(&Place::of(&["log", "checkpoint"])).await
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
