//! Tests of a whole server, over HTTP.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod backups;
mod beside;
mod conformance;
mod foreign_compatibility;
mod foreign_graph;
mod foreign_market;
mod hostile;
mod hot;
mod http2;
mod images;
mod kills;
mod log;
mod operation;
mod pages;
mod rights;
mod snapshots;
mod suite;
mod support;
#[path = "../../../artifact/tests/it/tools.rs"]
mod tools;
mod webhooks;
mod witnesses;
#[path = "../../examples/load/writer.rs"]
mod writer;
mod writes;
