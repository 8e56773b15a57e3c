#![doc = include_str!("../README.md")]

mod digest;
pub mod images;
mod repository;
pub mod tuf;

pub use digest::{DigestError, Sha256};
pub use repository::{Collected, Location, StoreError, Writer};
