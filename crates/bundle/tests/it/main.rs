//! What bundles can be asked, through the public interface.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod ayon;
mod cases;
mod catalogue;
mod check;
mod compatibility;
mod composed;
mod composite;
mod exports;
mod hostile;
mod readers;
mod resolve;
mod rez;
mod small;
mod wire;
mod world;
mod written;
