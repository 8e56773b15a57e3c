//! One line of the ledger.

use serde::{Deserialize, Serialize};
use trainyard_attest::{Hash, leaf_hash};

use crate::{Digest, Event, Moment, PrincipalName};

/// What happened, when, who did it and why.
///
/// Its bytes are made once, when it is written, and are the leaf of the log; they are never made again from the value, so
/// that a later version of this crate cannot change what was signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the log, from 0.
    pub seq: u64,
    /// When. Never before the entry before it.
    pub at: Moment,
    /// Who.
    pub by: PrincipalName,
    /// Why, in the words of who did it; empty where nobody asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What.
    pub event: Event,
}

/// An entry, or the document that it names, could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadableEntry {
    /// Its bytes are none of an entry.
    #[error("entry {seq} of the log cannot be read")]
    Body {
        /// Its place in the log.
        seq: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// The document cannot be read.
    #[error("the document of entry {seq} of the log cannot be read")]
    Document {
        /// The entry's place in the log.
        seq: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// The document is not there, or another one is.
    #[error("the document {digest} of entry {seq} of the log is not there")]
    Missing {
        /// The entry's place in the log.
        seq: u64,
        /// The document's digest.
        digest: Digest,
    },
}

impl Entry {
    /// The bytes that are logged: one line of JSON.
    ///
    /// # Panics
    ///
    /// Never: every value of an entry has a form in JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("entries hold nothing that JSON has no form for")
    }

    /// Reads an entry from its bytes, without the document that it may name.
    ///
    /// *Errors*: where they are none, or an entry of a later version of this program.
    pub fn from_bytes(seq: u64, bytes: &[u8]) -> Result<Self, UnreadableEntry> {
        serde_json::from_slice(bytes).map_err(|source| UnreadableEntry::Body { seq, source })
    }

    /// The digest of the document that it names, which must be attached before a state takes the entry in.
    pub fn document(&self) -> Option<&Digest> {
        self.event.document()
    }

    /// Attaches the document that it names; of an entry that names none, nothing changes.
    ///
    /// *Errors*: there is none, it is another, or it cannot be read.
    pub fn attach(&mut self, bytes: Option<&[u8]>) -> Result<(), UnreadableEntry> {
        let seq = self.seq;
        let Some(digest) = self.event.document().cloned() else { return Ok(()) };
        let attached = bytes.map_or(Ok(false), |bytes| self.event.attach(bytes));
        match attached {
            Ok(true) => Ok(()),
            Ok(false) => Err(UnreadableEntry::Missing { seq, digest }),
            Err(source) => Err(UnreadableEntry::Document { seq, source }),
        }
    }

    /// The hash of the leaf (RFC 6962, section 2.1) that an entry's bytes are.
    pub fn leaf(bytes: &[u8]) -> Hash {
        leaf_hash(bytes)
    }
}
