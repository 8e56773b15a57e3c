//! What changed in database migrations.
//!
//! A `Framework` knows how one tool keeps migrations: where they lie, what orders them, what one of them does. What is
//! the same for all (added, edited, re-parented, removed, moved, renamed, heads) is told here.

mod added;
mod alembic;
mod ayon;
mod compare;
mod diesel;
mod django;
mod effects;
mod environment;
mod flyway;
mod goose;
mod graph_problems;
mod plain;
mod prisma;
mod rails;
pub mod rules;
pub(crate) mod schema;
mod scripts;
mod sentences;
pub(crate) mod sql;
mod sqlx;

use std::collections::BTreeSet;

use camino::Utf8Path;

pub use self::{
    compare::{Paired, pair_up},
    effects::{Effects, Flag, Label},
    environment::{Environment, Graph, Lines, Migration},
    graph_problems::problems,
    rules::RULES,
    sentences::deeds,
};
use crate::{Change, Detector, Memo, Pair, Side};

/// A way of keeping migrations.
///
/// One file (or folder) per framework and one line in [`FRAMEWORKS`].
pub(crate) trait Framework: Sync {
    /// Its name, as in reports.
    fn name(&self) -> &'static str;

    /// Whether a file may belong to it, by its path alone. May be too generous: `read` looks closer.
    fn wants(&self, path: &Utf8Path) -> bool;

    /// The environments of a tree. What cannot be read is told in `troubles`, never left out silently.
    fn read(&self, side: &Side<'_>, memo: &Memo, troubles: &mut Vec<Change>) -> Vec<Environment>;

    /// What becomes of a migration that was added below ones that a database has already.
    fn when_late(&self) -> Late {
        Late::Applied
    }

    /// What one migration does to an existing, populated database that has all migrations before it.
    ///
    /// `environment` is of `side`; earlier migrations give the state before.
    fn effects(
        &self,
        side: &Side<'_>,
        memo: &Memo,
        environment: &Environment,
        migration: &Migration,
    ) -> Effects {
        let one = self.effects_of(side, memo, environment, &[migration]).pop();
        one.unwrap_or_else(|| Effects::unresolved(&migration.id))
    }

    /// [`Self::effects`] of several, in their order; a framework that replays earlier migrations does so once.
    fn effects_of(
        &self,
        side: &Side<'_>,
        memo: &Memo,
        environment: &Environment,
        wanted: &[&Migration],
    ) -> Vec<Effects>;
}

/// What a tool does with a migration that was added below ones that are applied already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// It is applied as any other.
    Applied,
    /// It counts as applied and never runs.
    Skipped,
    /// The tool stops with an error.
    Refused,
}

/// All frameworks; of several that recognise a file the first takes it.
pub(crate) static FRAMEWORKS: &[&dyn Framework] = &[
    &alembic::Alembic,
    &django::Django,
    &ayon::Ayon,
    &flyway::Flyway,
    &diesel::Diesel,
    &prisma::Prisma,
    &goose::Goose,
    &rails::Rails,
    &sqlx::Sqlx,
    &plain::Plain,
];

/// What changed in database migrations.
#[derive(Clone, Copy, Debug)]
pub struct Migrations;

impl Detector for Migrations {
    fn family(&self) -> &'static str {
        "migrations"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        FRAMEWORKS.iter().any(|framework| framework.wants(path))
    }

    fn detect(&self, pair: &Pair<'_>) -> Vec<Change> {
        compare::detect(pair)
    }
}

/// The environments of a tree by framework and folder, with what could not be read.
///
/// `side` may hold any files; only what the frameworks know is read.
pub fn environments(side: &Side<'_>, memo: &Memo) -> (Vec<Environment>, Vec<Change>) {
    let mut found = Vec::new();
    let mut troubles = Vec::new();
    let mut taken = BTreeSet::new();
    for framework in FRAMEWORKS {
        let mut environments = framework.read(side, memo, &mut troubles);
        for environment in &mut environments {
            environment.migrations.retain(|migration| !taken.contains(&migration.path));
        }
        environments.retain(|environment| !environment.migrations.is_empty());
        environments.sort_by(|one, other| one.folder.cmp(&other.folder));
        for environment in &environments {
            taken.extend(environment.migrations.iter().map(|migration| migration.path.clone()));
        }
        found.extend(environments);
    }
    troubles.retain(|change| change.source.path.as_ref().is_none_or(|path| !taken.contains(path)));
    (found, troubles)
}

/// What each of some migrations does to a database that has all migrations before it, in their order.
///
/// `environment` is of `side`. *Cost*: earlier migrations are replayed once.
pub fn effects_of(
    side: &Side<'_>,
    memo: &Memo,
    environment: &Environment,
    wanted: &[&Migration],
) -> Vec<Effects> {
    let framework = framework(environment.framework);
    framework.map_or_else(Vec::new, |one| one.effects_of(side, memo, environment, wanted))
}

/// What the tool of an environment does with migrations that come late; an unknown one applies them.
pub fn when_late(name: &str) -> Late {
    framework(name).map_or(Late::Applied, Framework::when_late)
}

/// The framework of a name.
fn framework(name: &str) -> Option<&'static dyn Framework> {
    FRAMEWORKS.iter().copied().find(|framework| framework.name() == name)
}
