//! The migrations of Backend.AI's manager, by release.

use std::collections::BTreeSet;

use trainyard_upgrade::plan::{Known, MigrationSet, StoredMigration, StoredRelease};

use super::tables::MIGRATIONS;

/// Where the manager keeps them.
const FOLDER: &str = "src/ai/backend/manager/models/alembic";

/// The final releases that have migrations, the lowest first, each with what plans must know of it.
pub(crate) fn backend_ai() -> Vec<StoredRelease> {
    let (migrations, releases) = MIGRATIONS.split_once("# release").unwrap_or_default();
    let migrations: Vec<StoredMigration> = migrations.lines().skip(1).map(migration).collect();
    let mut has: BTreeSet<usize> = BTreeSet::new();
    let mut all = Vec::new();
    for line in releases.lines().skip(1) {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        let (version, line, changes) = (cell(), cell(), cell());
        for change in changes.split(' ') {
            let place = change.get(1..).and_then(|place| place.parse().ok());
            match (change.as_bytes().first(), place) {
                (Some(b'+'), Some(place)) => _ = has.insert(place),
                (Some(b'-'), Some(place)) => _ = has.remove(&place),
                _ => {}
            }
        }
        let there = has.iter().filter_map(|place| migrations.get(*place)).cloned();
        all.push(StoredRelease {
            release: Known {
                version: version.to_owned(),
                line: line.to_owned(),
                is_final: true,
                tag: version.to_owned(),
                image_tag: version.to_owned(),
                ..Known::default()
            },
            migrations: vec![MigrationSet {
                framework: "alembic".to_owned(),
                folder: FOLDER.into(),
                migrations: there.collect(),
            }],
            ..StoredRelease::default()
        });
    }
    all
}

fn migration(line: &str) -> StoredMigration {
    let mut cells = line.split('\t').skip(1);
    let mut cell = || cells.next().unwrap_or_default();
    let (id, parents, meaning, backward, file, effects) =
        (cell(), cell(), cell(), cell(), cell(), cell());
    let parents = parents.split(' ').filter(|parent| !parent.is_empty());
    let effects = effects.split(';').filter_map(|effect| effect.split_once('='));
    StoredMigration {
        id: id.to_owned(),
        path: format!("{FOLDER}/versions/{file}").into(),
        parents: parents.map(str::to_owned).collect(),
        // What is written otherwise and means the same is the same here.
        content: meaning.to_owned(),
        meaning: meaning.to_owned(),
        backward: backward.to_owned(),
        effects: effects.map(|(word, on)| (word.to_owned(), on.to_owned())).collect(),
        ..StoredMigration::default()
    }
}

#[cfg(test)]
mod tests {
    use super::backend_ai;

    #[test]
    fn every_migration_follows_one_that_is_there() {
        let all = backend_ai();
        assert!(all.len() > 150, "{}", all.len());
        for release in &all {
            let migrations = &release.migrations[0].migrations;
            assert!(!migrations.is_empty(), "{}", release.release.version);
            for migration in migrations {
                for parent in &migration.parents {
                    let version = &release.release.version;
                    let is_there = migrations.iter().any(|other| other.id == *parent);
                    assert!(is_there, "{version}: {} follows {parent}", migration.id);
                }
            }
        }
    }
}
