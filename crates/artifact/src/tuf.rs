//! Signed snapshots by The Update Framework, specification 1.0.34: pure, files and moments come in as values.
//!
//! [`plan()`] says which files a repository needs so that it says what it should, and in which order; [`Update`] is the
//! client that reads it.

mod canonical;
mod envelope;
mod expiry;
mod freshness;
mod keys;
mod listed;
mod metadata;
mod pattern;
mod plan;
mod published;
mod refusal;
mod search;
mod update;
mod wanted;

pub(crate) use self::metadata::{ROOT, SNAPSHOT, TIMESTAMP, content_path, versioned};
pub use self::{
    canonical::{NotCanonical, canonical},
    envelope::{Envelope, EnvelopeError},
    expiry::{Expiry, ExpiryError},
    freshness::{Age, Freshness, ages},
    keys::{Key, RoleKeys, key_id},
    listed::verify_target,
    metadata::{
        Delegation, Delegations, FileMeta, Hashes, Role, Root, Snapshot, TargetFile, Targets,
        Timestamp,
    },
    plan::{File, Plan, TargetContent, Waiting, plan},
    published::{Published, Signed},
    refusal::Refusal,
    update::{Aim, Fetch, Trusted, Update},
    wanted::{
        Channel, Lifetimes, Target, TargetFacts, TopRoles, Wanted, WantedError, channel_role,
        is_plain_name, target_path,
    },
};
