#![doc = include_str!("../README.md")]

mod dsse;
mod encoding;
mod keys;
mod log;
mod quorum;

pub use self::{
    dsse::{Envelope, EnvelopeError, Rejected, Rejection, Verified, pre_authentication_encoding},
    keys::{KeyError, KeyId, PrivateKey, PublicKey},
    log::{
        Checkpoint, Hash, NoteError, NoteKey, ProofError, SignedNote, Tile, Tree, leaf_hash,
        node_hash, tiles, tiles_between, verify_consistency, verify_inclusion,
    },
    quorum::{
        Attestation, Candidate, Count, Counted, EnrolledKey, Outcome, PassedOver, Principal, Rule,
        Verdict, weigh,
    },
};
