#![doc = include_str!("../README.md")]

pub mod changelog;
pub mod cut;
pub mod edit;
pub mod journal;
mod lines;
pub mod merge;
pub mod preflight;
