//! What changed between two states of a repository.
//!
//! Two kinds of detectors. Those of words ([`commits`], [`fragments`]) take text that somebody else has read. Those of
//! trees implement [`Detector`]: they hold two [`Tree`]s against each other. All return [`Change`]s and none touches
//! disk, clock or process. What a change means for a version is the policy's to say; [`plain_level`] is SemVer's own
//! answer.

pub mod api_date;
mod change;
pub mod commits;
pub mod comparison;
pub mod config;
pub mod document;
pub mod endpoints;
mod focus;
mod folder;
pub mod fragments;
pub mod graphql;
pub mod migrations;
pub mod openapi;
mod python;
pub mod requirements;
mod rule;
mod settings;
pub mod tools;
mod tree;

pub use change::{Change, Class, Source, plain_level};
pub use comparison::{
    Comparison, Detector, Pair, Scope, UNREADABLE, Verdict, VerdictKey, Verdicts, learn,
};
pub use focus::Focus;
pub use folder::{Folder, Node};
pub use python::literals::{Assignment, Literal, LiteralValue, literals};
pub use rule::{RULES_VERSION, Rule, all_rules, rule};
pub use settings::{Choice, Settings};
pub use tree::{ContentId, EntryKind, FileEntry, Memo, MemoryTree, Side, Tree, Unreadable};

/// All detectors that compare trees, one line each, in the order of reports.
pub fn detectors() -> &'static [&'static dyn Detector] {
    &[
        &migrations::Migrations,
        &openapi::OpenApi,
        &graphql::GraphQl,
        &endpoints::Endpoints,
        &requirements::Requirements,
        &config::Config,
        &api_date::ApiDate,
    ]
}
