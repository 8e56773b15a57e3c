#![doc = include_str!("../README.md")]

pub mod attestations;
pub mod channels;
mod command;
mod digest;
mod documents;
pub mod enclosures;
mod entry;
mod event;
pub mod exposure;
mod filed;
pub mod imports;
mod maturity;
mod names;
pub mod offers;
pub mod parties;
mod policies;
pub mod products;
mod refusal;
pub mod releases;
mod rights;
pub mod risks;
mod rollouts;
pub mod simulate;
mod state;
mod streams;
pub mod webhooks;

pub use self::{
    channels::{Condition, ConditionKind, Standing},
    command::{Ask, Command, Decided, decide},
    digest::Digest,
    entry::{Entry, UnreadableEntry},
    event::Event,
    filed::{Document, Filed},
    maturity::Maturity,
    names::{Invalid, Moment, Name, PrincipalName, VersionText},
    refusal::{Refusal, RefusalKind},
    releases::{Publish, SequenceKind},
    rights::{Actor, Grant, Right},
    state::{Stamp, State},
};
