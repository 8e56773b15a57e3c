#![doc = include_str!("../README.md")]

mod bundles;
mod channels;
mod client;
mod enclosures;
mod error;
mod imports;
mod log;
mod parties;
mod place;
mod products;
mod releases;
mod updates;

pub use self::{
    channels::ChannelPlace,
    client::{Client, ClientSettings},
    error::ClientError,
    imports::{Imported, download},
    updates::Told,
};
