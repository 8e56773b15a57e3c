//! Migrations of one database, and the order between them.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use crate::{ContentId, Source};

/// One separately ordered set of migrations: an Alembic script location, a Django app, a folder of SQL files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The framework's name.
    pub framework: &'static str,
    /// The folder, or for Django the app's folder.
    pub folder: Utf8PathBuf,
    /// The migrations, sorted by path.
    pub migrations: Vec<Migration>,
}

/// One migration as the framework tells it apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migration {
    /// What the framework records as applied: a revision id, a file's stem, a version number.
    pub id: String,
    /// Its file.
    pub path: Utf8PathBuf,
    /// The file's content.
    pub content: ContentId,
    /// A fingerprint of what it means, without its id and parents: comments, docstrings and layout change nothing about
    /// it.
    pub meaning: [u8; 32],
    /// A fingerprint of the way back (`downgrade`, `down.sql`) where it can be told apart; `meaning` is then without it.
    pub backward: Option<[u8; 32]>,
    /// The ids that must be applied before, within the environment; empty for a base. Frameworks that order by number
    /// have the number before here.
    pub parents: Vec<String>,
    /// Further requirements that are no parents (Alembic's `depends_on`, Django's other apps), as written.
    pub depends_on: Vec<String>,
    /// Ids of other environments that must come after it (Django's `run_before`); those of its own have it as parent.
    pub run_before: Vec<String>,
    /// Ids that it stands for: those that a squashed migration replaces.
    pub replaces: Vec<String>,
    /// Names of the branch that begins with it, where a framework keeps several on purpose.
    pub branch_labels: Vec<String>,
    /// Whether it is run again whenever it changes.
    pub repeats: bool,
    /// Whether it may leave its transaction (`autocommit_block`, `atomic = False`, `CONCURRENTLY`), so that an interruption
    /// may leave a part of it behind.
    pub leaves_transaction: bool,
    /// Where in its file things stand.
    pub lines: Lines,
}

/// 1-based lines of a migration's file, where they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// What says its place in the order: Alembic's `down_revision`, Django's `dependencies`.
    pub order: Option<u32>,
    /// Where that begins which it does.
    pub deed: Option<u32>,
}

impl Migration {
    /// The place that says its place in the order.
    pub(crate) fn order_source(&self) -> Source {
        self.source(self.lines.order)
    }

    /// The place where that begins which it does.
    pub(crate) fn deed_source(&self) -> Source {
        self.source(self.lines.deed)
    }

    fn source(&self, line: Option<u32>) -> Source {
        Source { line, ..Source::file(&self.path) }
    }
}

impl Environment {
    /// What a migration is called in reports: `alembic 5a4e677aea42`.
    pub fn subject(&self, migration: &Migration) -> String {
        format!("{} {}", self.framework, migration.id)
    }

    /// The ids that are nobody's parent, sorted.
    pub fn heads(&self) -> Vec<&str> {
        let parents: BTreeSet<&str> =
            self.migrations.iter().flat_map(|one| one.parents.iter().map(String::as_str)).collect();
        let ids: BTreeSet<&str> = self.migrations.iter().map(|one| one.id.as_str()).collect();
        ids.difference(&parents).copied().collect()
    }

    /// The ids without a parent, sorted.
    pub fn bases(&self) -> Vec<&str> {
        let bases = self.migrations.iter().filter(|one| one.parents.is_empty());
        bases.map(|one| one.id.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The same without some of them: what followed those follows what they followed. *Cost*: n log n.
    pub(super) fn without(&self, ids: &BTreeSet<&str>) -> Self {
        let graph = self.graph();
        let spliced = |parents: &[String]| {
            let mut open: Vec<&str> = parents.iter().rev().map(String::as_str).collect();
            let mut seen = BTreeSet::new();
            let mut kept = Vec::new();
            while let Some(parent) = open.pop() {
                if !seen.insert(parent) {
                    continue;
                }
                match graph.get(parent).filter(|_| ids.contains(parent)) {
                    Some(left_out) => open.extend(left_out.parents.iter().map(String::as_str)),
                    None => kept.push(parent.to_owned()),
                }
            }
            kept
        };
        let kept = self.migrations.iter().filter(|one| !ids.contains(one.id.as_str()));
        let migrations = kept
            .map(|one| {
                let is_plain = one.parents.iter().all(|parent| !ids.contains(parent.as_str()));
                let parents = if is_plain { one.parents.clone() } else { spliced(&one.parents) };
                Migration { parents, ..one.clone() }
            })
            .collect();
        Self { framework: self.framework, folder: self.folder.clone(), migrations }
    }

    /// The order between the migrations. *Cost*: n log n.
    pub fn graph(&self) -> Graph<'_> {
        let mut by_id = BTreeMap::new();
        for migration in &self.migrations {
            by_id.entry(migration.id.as_str()).or_insert(migration);
        }
        Graph { by_id }
    }
}

/// Migrations by id, with the order between them.
///
/// *Invariants*: of several migrations with one id the first by path is in it. May have cycles and unknown parents.
#[derive(Clone, Debug, Default)]
pub struct Graph<'a> {
    by_id: BTreeMap<&'a str, &'a Migration>,
}

impl<'a> Graph<'a> {
    /// The migration of an id.
    pub fn get(&self, id: &str) -> Option<&'a Migration> {
        self.by_id.get(id).copied()
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &'a Migration> {
        self.by_id.values().copied()
    }

    /// What must be applied before a migration, as far as it is in the graph: its parents and what it depends on.
    fn before(&self, migration: &'a Migration) -> impl Iterator<Item = &'a Migration> {
        let names = migration.parents.iter().chain(&migration.depends_on);
        names.filter_map(|name| self.get(name))
    }

    /// The given ids with everything below them; ids that are not in the graph are left out. *Cost*: linear.
    pub fn ancestors<'b>(&self, ids: impl IntoIterator<Item = &'b str>) -> BTreeSet<&'a str> {
        let mut open: Vec<&Migration> = ids.into_iter().filter_map(|id| self.get(id)).collect();
        let mut found = BTreeSet::new();
        while let Some(migration) = open.pop() {
            if found.insert(migration.id.as_str()) {
                open.extend(self.before(migration));
            }
        }
        found
    }

    /// Parents that are named and not there, with who names them.
    pub fn dangling(&self) -> Vec<(&'a Migration, &'a str)> {
        let links = self.iter().flat_map(|one| one.parents.iter().map(move |parent| (one, parent)));
        let missing = links.filter(|(_, parent)| self.get(parent).is_none());
        missing.map(|(migration, parent)| (migration, parent.as_str())).collect()
    }

    /// All migrations, each after those below it; then those on cycles and above them, by id. The count says how many
    /// are in order.
    ///
    /// *Order*: what was not bound by parents follows the path.
    pub fn in_order(&self) -> (Vec<&'a Migration>, usize) {
        let mut waits: BTreeMap<&str, usize> = BTreeMap::new();
        let mut above: BTreeMap<&str, Vec<&'a Migration>> = BTreeMap::new();
        let mut ready = BTreeSet::new();
        for migration in self.iter() {
            let below: BTreeSet<&str> =
                self.before(migration).map(|parent| parent.id.as_str()).collect();
            if below.is_empty() {
                ready.insert((migration.path.as_str(), migration.id.as_str()));
            }
            for id in &below {
                above.entry(id).or_default().push(migration);
            }
            waits.insert(&migration.id, below.len());
        }
        let mut ordered = Vec::with_capacity(self.by_id.len());
        while let Some((_, id)) = ready.pop_first() {
            ordered.extend(self.get(id));
            for migration in above.get(id).into_iter().flatten() {
                if let Some(count) = waits.get_mut(migration.id.as_str()) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert((migration.path.as_str(), migration.id.as_str()));
                    }
                }
            }
        }
        let in_order = ordered.len();
        let stuck = self.iter().filter(|one| waits.get(one.id.as_str()).is_some_and(|n| *n > 0));
        ordered.extend(stuck);
        (ordered, in_order)
    }

    /// Heads that nobody keeps apart on purpose; fewer than two is the rule.
    ///
    /// A head is kept apart where a branch label stands below it, and below no other head.
    pub fn unplanned_heads(&self, environment: &'a Environment) -> Vec<&'a str> {
        let mut heads = environment.heads();
        // A squash beside what it stands for leads nowhere else, whichever of them the others go on from.
        let squashes = self.iter().filter(|one| !one.replaces.is_empty());
        let (loose, used): (Vec<_>, Vec<_>) =
            squashes.partition(|one| heads.contains(&one.id.as_str()));
        let is_beside = |one: &&Migration| one.replaces.iter().all(|id| self.get(id).is_some());
        let loose = loose.into_iter().filter(is_beside).map(|one| one.id.as_str());
        let used = used.into_iter().flat_map(|one| &one.replaces).map(String::as_str);
        let aside: BTreeSet<&str> = loose.chain(used).collect();
        heads.retain(|head| !aside.contains(head));
        if heads.len() < 2 {
            return heads;
        }
        let mut carriers: BTreeMap<&str, usize> = BTreeMap::new();
        let labels: Vec<BTreeSet<&str>> = heads
            .iter()
            .map(|head| {
                let below = self.ancestors([*head]);
                let labelled = below.iter().filter_map(|id| self.get(id));
                labelled.flat_map(|one| one.branch_labels.iter().map(String::as_str)).collect()
            })
            .collect();
        for label in labels.iter().flatten() {
            *carriers.entry(label).or_default() += 1;
        }
        let is_apart = |labels: &BTreeSet<&str>| {
            labels.iter().any(|label| carriers.get(label).is_some_and(|count| *count == 1))
        };
        let unplanned = heads.iter().zip(&labels).filter(|(_, labels)| !is_apart(labels));
        unplanned.map(|(head, _)| *head).collect()
    }
}
