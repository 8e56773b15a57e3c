#![doc = include_str!("../README.md")]

mod attestations;
mod bundles;
mod channels;
mod common;
mod deployments;
mod log;
mod parties;
mod problem;
mod products;
mod releases;
mod risks;
mod snapshots;
mod updates;
mod webhooks;

pub use self::{
    attestations::{Attestation, AttestationProof, Counts, Relying},
    bundles::{BundleCheck, BundleDifference, BundlePair, BundleSource, Derive, Found, Resolve},
    channels::{
        Approvals, ChangeChannel, ChangeRollout, Channel, ChannelSummary, Demote, Hold, Member,
        Move, Promote, Rollout, Schedule, Scheduled, Standing, Stop,
    },
    common::{Imported, Page, Reason, Receipt, Time},
    deployments::{Deployment, Exposed, Exposure, Report},
    log::{ConsistencyProof, InclusionProof, LogEntry, LogKey},
    parties::{
        EndKey, Grant, IssuedToken, Key, NewKey, NewParty, NewPrincipal, NewToken, Party,
        Principal, Right, Token, WhoAmI,
    },
    problem::{Condition, Detail, Finding, Location, Problem},
    products::{NewPolicy, NewProduct, NewWaiver, Policy, PolicyPreview, Product, Waiver},
    releases::{
        Compatibility, Component, ComponentKind, Image, Line, Manifest, Maturity, NewEnclosure,
        NewRelease, Release, ReleaseSummary, Ruling,
    },
    risks::{NewRisk, Risk, RiskEffect},
    snapshots::{SnapshotRole, SnapshotWaiting, Snapshots},
    updates::{
        Offer, Path, Simulate, Simulated, Simulation, Update, UpgradePath, WhyNot, WhyNotOffered,
    },
    webhooks::{Delivery, NewWebhook, Notice, Webhook},
};
