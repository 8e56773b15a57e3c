#![doc = include_str!("../README.md")]

mod dsse;
mod encoding;
mod environment;
mod json;
mod junit;
mod keys;
mod log;
mod offline;
mod quorum;
mod statement;

pub use self::{
    dsse::{Envelope, EnvelopeError, Rejected, Rejection, Verified, pre_authentication_encoding},
    environment::{Environment, EnvironmentError},
    junit::{Junit, JunitError, Skipped, TestCounts, TestRun},
    keys::{KeyError, KeyId, PrivateKey, PublicKey, SSH_NAMESPACE, SshSignature},
    log::{
        Checkpoint, EntryBundle, Frontier, Hash, LogError, MAX_ENTRY_BYTES, NoteError, NoteKey,
        ProofError, SignedNote, Tile, TiledTree, Tree, WitnessRefusal, WitnessRequest,
        entry_bundles, entry_bundles_between, leaf_hash, node_hash, tiles, tiles_between,
        verify_consistency, verify_inclusion, verify_log,
    },
    offline::{
        AttestationBundle, OfflineError, Proven, ProvenAttestation, ProvenMove, Trust,
        verify_offline,
    },
    quorum::{
        Attestation, Candidate, Count, Counted, EnrolledKey, Outcome, PassedOver, Principal, Rule,
        Verdict, weigh,
    },
    statement::{
        Approval, Artifact, Decision, ReleaseStatement, STATEMENT_PAYLOAD_TYPE, SignedStatement,
        Statement, StatementError, TestResult, Tests,
    },
};
