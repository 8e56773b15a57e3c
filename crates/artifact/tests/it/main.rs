//! What the crate does for those who use it.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod attacks;
mod buckets;
mod images;
mod planning;
mod python;
mod search;
mod site;
mod tags;
mod tools;
mod web;
mod writing;
