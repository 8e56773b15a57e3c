#![doc = include_str!("../README.md")]

mod clock;
mod desk;
mod facts;
mod foreign;
mod http;
mod jobs;
mod pages;
mod routes;
mod secret;
mod serve;
mod settings;
pub mod telemetry;
mod webhooks;

pub use self::{
    clock::{Clock, Randomness},
    desk::{
        Beginning, Compose, Condition, Desk, DeskError, DeskSettings, IdempotencyKey, Ledger,
        Opened, Outcome, Told, Wish, Writer, Written,
    },
    foreign::{Foreign, Market},
    http::openapi::text as openapi,
    jobs::{ImageSettings, SnapshotRoles, SnapshotSettings, Witness, WitnessSettings},
    secret::Secret,
    serve::{Running, ServeError, asked_to_end, serve, start},
    settings::{Access, Limits, Rate, Settings, Tls, WebhookSettings},
};
pub use trainyard_artifact::{
    images::Credentials as ImageCredentials,
    tuf::{Lifetimes, RoleKeys},
};
