//! Facts of releases as a registry keeps them, so that plans need no repository.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use trainyard_evidence::{
    ContentId,
    migrations::{Effects, Environment, Flag, Migration},
};

use super::{Changes, Known, Note, Relation, knowledge::Knowledge};
use crate::migrations::framework;

/// What is kept of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRelease {
    /// What it is.
    #[serde(flatten)]
    pub release: Known,
    /// Its migrations, a set for each database.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub migrations: Vec<MigrationSet>,
    /// What changed since the release below it in the order of versions. A range of releases has all of their changes.
    #[serde(default)]
    pub changes: Changes,
    /// Its notes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

/// The migrations of one database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationSet {
    /// The tool, such as `alembic`.
    pub framework: String,
    /// Their folder.
    pub folder: Utf8PathBuf,
    /// The migrations.
    pub migrations: Vec<StoredMigration>,
}

/// A migration, without its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMigration {
    /// What the tool records as applied.
    pub id: String,
    /// Its file.
    pub path: Utf8PathBuf,
    /// What must be applied before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<String>,
    /// Further requirements that are no parents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// What must come after it in other sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub run_before: Vec<String>,
    /// What it stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// Names of the branch that begins with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branch_labels: Vec<String>,
    /// Whether it is run again whenever it changes.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub repeats: bool,
    /// A fingerprint of its text, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// A fingerprint of what it means, likewise; equal ones mean the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub meaning: String,
    /// The same of its way back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub backward: String,
    /// What it does, each with what it is done to: `drops a table`, `users`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<(String, String)>,
}

impl MigrationSet {
    /// What is kept of a set; `effects` are those of its migrations, in their order, where they are known.
    pub fn of(environment: &Environment, effects: &[Effects]) -> Self {
        let told = |effects: &Effects| {
            effects.iter().map(|(flag, on)| (flag.as_str().to_owned(), on.to_owned())).collect()
        };
        let stored = |(place, one): (usize, &Migration)| StoredMigration {
            id: one.id.clone(),
            path: one.path.clone(),
            parents: one.parents.clone(),
            depends_on: one.depends_on.clone(),
            run_before: one.run_before.clone(),
            replaces: one.replaces.clone(),
            branch_labels: one.branch_labels.clone(),
            repeats: one.repeats,
            content: one.content.to_string(),
            meaning: hexadecimal(&one.meaning),
            backward: one.backward.as_ref().map(|it| hexadecimal(it)).unwrap_or_default(),
            effects: effects.get(place).map(told).unwrap_or_default(),
        };
        Self {
            framework: environment.framework.to_owned(),
            folder: environment.folder.clone(),
            migrations: environment.migrations.iter().enumerate().map(stored).collect(),
        }
    }

    /// The set as it was; a tool that is not known is taken for numbered files.
    pub fn environment(&self) -> Environment {
        let migrations = self.migrations.iter().map(|one| Migration {
            id: one.id.clone(),
            path: one.path.clone(),
            content: ContentId(bytes(&one.content)),
            meaning: bytes(&one.meaning),
            backward: (!one.backward.is_empty()).then(|| bytes(&one.backward)),
            parents: one.parents.clone(),
            depends_on: one.depends_on.clone(),
            run_before: one.run_before.clone(),
            replaces: one.replaces.clone(),
            branch_labels: one.branch_labels.clone(),
            repeats: one.repeats,
            ..Migration::default()
        });
        Environment {
            framework: framework(&self.framework),
            folder: self.folder.clone(),
            migrations: migrations.collect(),
        }
    }
}

impl StoredMigration {
    fn effects(&self) -> Effects {
        let mut effects = Effects::default();
        for (word, subject) in &self.effects {
            let harmless = || HARMLESS.iter().find(|known| *known == word);
            let weighty = WEIGHTY.iter().find(|flag| flag.as_str() == word).copied();
            match weighty.or_else(|| harmless().map(|word| Flag::Neutral(word))) {
                Some(flag) => effects.add(flag, subject.as_str()),
                // Words for what does no harm are many, and the rare ones are kept with what it is done to.
                None => effects.add(Flag::Neutral("also"), format!("{word} {subject}").trim_end()),
            }
        }
        effects
    }
}

/// Flags with a weight of their own.
const WEIGHTY: [Flag; 23] = [
    Flag::DropTable,
    Flag::DropColumn,
    Flag::DropView,
    Flag::RenameTable,
    Flag::RenameColumn,
    Flag::RenameType,
    Flag::EnumValueDrop,
    Flag::TypeNarrow,
    Flag::DeleteRows,
    Flag::PrimaryKeyChange,
    Flag::UpdateRows,
    Flag::InsertRows,
    Flag::Backfill,
    Flag::CopyRows,
    Flag::TightenNotNull,
    Flag::TightenUnique,
    Flag::TightenForeignKey,
    Flag::TightenCheck,
    Flag::TypeChange,
    Flag::AddNotNullWithoutDefault,
    Flag::TableRebuild,
    Flag::Noop,
    Flag::Unresolved,
];

/// The usual words for what does no harm.
const HARMLESS: [&str; 20] = [
    "adds a column",
    "adds a foreign key",
    "adds an index",
    "changes a default",
    "changes an index",
    "changes a table's settings",
    "comments on a table",
    "creates a table",
    "drops a constraint",
    "drops a foreign key",
    "drops a new column",
    "drops an index",
    "fills a new table",
    "makes a column nullable",
    "makes a new column unique",
    "makes new columns unique",
    "makes tables that are missing",
    "shapes a new column",
    "shapes a new table",
    "widens a type",
];

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of hexadecimal digits; what is none counts as 0, as if nothing were known.
fn bytes<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16).unwrap_or_default();
    }
    bytes
}

/// What is known of two releases that run at the same time; asked with component and release of both.
pub type Relate<'a> = dyn Fn((&str, &Known), (&str, &Known)) -> Relation + 'a;

/// Releases whose facts are kept, as a source of facts for plans.
pub struct Stored<'a> {
    /// The releases of each component, the lowest first.
    pub releases: &'a BTreeMap<String, Vec<StoredRelease>>,
    /// What is known of two releases that run at the same time, besides what the policy says: requirements, interface
    /// versions, attestations.
    pub relate: &'a Relate<'a>,
}

impl Stored<'_> {
    fn of(&self, component: &str) -> &[StoredRelease] {
        self.releases.get(component).map_or(&[], Vec::as_slice)
    }

    fn get(&self, component: &str, release: &Known) -> Option<&StoredRelease> {
        self.of(component).iter().find(|one| one.release.version == release.version)
    }

    /// The releases after one and up to another.
    fn between(&self, component: &str, from: &Known, to: &Known) -> &[StoredRelease] {
        let all = self.of(component);
        let place =
            |wanted: &Known| all.iter().position(|one| one.release.version == wanted.version);
        let range = place(from).zip(place(to)).and_then(|(from, to)| all.get(from + 1..=to));
        range.unwrap_or_default()
    }
}

impl Knowledge for Stored<'_> {
    type Error = Infallible;

    fn releases(&self, component: &str) -> Result<Vec<Known>, Infallible> {
        Ok(self.of(component).iter().map(|one| one.release.clone()).collect())
    }

    fn migrations(
        &self,
        component: &str,
        release: &Known,
    ) -> Result<Arc<[Environment]>, Infallible> {
        let sets = self.get(component, release).map_or(&[][..], |one| &one.migrations);
        Ok(sets.iter().map(MigrationSet::environment).collect())
    }

    fn effects(
        &self,
        component: &str,
        release: &Known,
        environment: &Environment,
        wanted: &[&Migration],
    ) -> Result<Vec<Effects>, Infallible> {
        let sets = self.get(component, release).map_or(&[][..], |one| &one.migrations);
        let own = sets.iter().filter(|set| {
            set.folder == environment.folder && framework(&set.framework) == environment.framework
        });
        let by_id: BTreeMap<&str, &StoredMigration> =
            own.flat_map(|set| &set.migrations).map(|one| (one.id.as_str(), one)).collect();
        let known = |one: &&Migration| by_id.get(one.id.as_str()).copied();
        let is_told = wanted.iter().filter_map(known).any(|one| !one.effects.is_empty());
        if !is_told {
            return Ok(Vec::new());
        }
        Ok(wanted
            .iter()
            .map(|one| known(one).map(StoredMigration::effects).unwrap_or_default())
            .collect())
    }

    fn changes(&self, component: &str, from: &Known, to: &Known) -> Result<Changes, Infallible> {
        let mut changes = Changes::default();
        for release in self.between(component, from, to) {
            changes.extend(release.changes.clone());
        }
        Ok(changes)
    }

    fn notes(&self, component: &str, from: &Known, to: &Known) -> Result<Vec<Note>, Infallible> {
        let told = self.between(component, from, to).iter().rev();
        let told = told.filter(|one| !one.notes.trim().is_empty()).map(|one| Note {
            version: one.release.version.clone(),
            text: one.notes.clone(),
            ..Note::default()
        });
        Ok(told.collect())
    }

    fn relation(&self, one: (&str, &Known), other: (&str, &Known)) -> Relation {
        (self.relate)(one, other)
    }
}
