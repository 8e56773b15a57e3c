#![doc = include_str!("../README.md")]

mod attested;
mod ayon;
mod bundle;
mod catalogue;
mod check;
mod compatibility;
mod composite;
mod derive;
mod difference;
pub mod export;
mod flavours;
pub mod lock;
mod manifest;
mod names;
mod range;
mod ranks;
pub mod read;
pub mod resolve;
mod server;
mod wire;
pub mod write;

pub use attested::{Attestation, Attestations, Outcome, Subject};
pub use ayon::{AyonAnswer, AyonIssue, check_as_ayon};
pub use bundle::{Base, Bundle, Flavour, Pin};
pub use catalogue::{Catalogue, Family, NameId, Need, RangeId, Release, ReleaseId};
pub use check::{Expectations, LockstepGroup, check, check_catalogue};
pub use compatibility::{Compatibility, Rule, Ruling, Verdict, compatibility};
pub use composite::{Composite, CompositeRelease, CompositeTold, PartTold, check_composites};
pub use derive::{Delta, Derivation, DeriveError, RebaseConflict, Rebased, base_findings, rebase};
pub use difference::{
    AroundDifference, BundleDifference, ComponentDifference, Movement, difference,
};
pub use flavours::{FlavourDifference, UnknownFlavour, flavour_findings};
pub use manifest::{
    ApiRange, DependencyPackage, Digest, Environment, EnvironmentNeed, Kind, Manifest, Numbered,
    Origin, Place, Provided, Requirement,
};
pub use names::nearest;
pub use range::{Dialect, Range, Tool};
pub use ranks::RankSet;
pub use server::{Demand, ServerDemand, server_demand};
