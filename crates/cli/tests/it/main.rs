//! The built command, run as a user runs it.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod adoption;
mod audits;
mod backport;
mod book;
mod bundles;
mod cadences;
mod checks;
mod command;
mod composing;
mod composites;
mod demo;
mod demo_pages;
mod evidence;
mod forward;
mod histories;
mod hostile;
mod integrations;
mod joint;
mod lines;
mod maintained;
mod migrations;
mod outputs;
mod packaging;
mod picks;
mod probes;
mod registry;
mod release;
mod repositories;
mod resolving;
mod setup;
mod surroundings;
mod trains;
mod upgrade_cases;
mod upgrades;
mod upgrading;
mod version;
