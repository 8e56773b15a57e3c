#![doc = include_str!("../README.md")]

pub mod migrations;
pub mod plan;
pub mod updates;
