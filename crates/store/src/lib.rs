#![doc = include_str!("../README.md")]

#[macro_use]
mod engine;
mod append;
mod backup;
mod blobs;
mod copy;
mod database;
mod deliveries;
mod deployments;
mod dialect;
mod entries;
mod error;
mod follow;
mod health;
mod idempotency;
mod jobs;
mod migrate;
mod place;
mod sessions;
mod snapshots;
mod verify;

pub use self::{
    append::{Append, Appended, NewEntry, leaf_of},
    database::{Database, DatabaseError, Options},
    deliveries::Delivery,
    deployments::Deployment,
    engine::Store,
    entries::StoredEntry,
    error::{AppendError, StoreError},
    health::{EngineName, Health},
    idempotency::{Idempotency, StoredAnswer},
    jobs::{Failed, Job, NewJob, backoff_us},
    sessions::Session,
    snapshots::Snapshot,
    verify::Verified,
};
