//! Migrations that are numbered files of SQL: what all tools that keep such files have in common.
//!
//! A tool's own file says how it names its files ([`Layout`]); reading, ordering and judging is here.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

use super::{
    Effects, Environment, Flag, Framework, Late, Migration,
    schema::{Action, Schema},
    sql,
};
use crate::{Change, ContentId, FileEntry, Memo, Side, Source, UNREADABLE, Unreadable, learn};

/// No migration that people wrote is larger.
const LARGEST_BYTES: u64 = 4 << 20;

/// How a tool names its files.
pub(super) trait Layout: Sync {
    /// The tool's name.
    fn name(&self) -> &'static str;

    /// What it does with a migration that comes late.
    fn late(&self) -> Late;

    /// What a file is, by its path alone.
    fn place(&self, path: &Utf8Path) -> Option<Place>;

    /// Whether files of one folder belong to the tool; asked once they are read.
    fn accepts(&self, files: &[Placed]) -> bool {
        _ = files;
        true
    }
}

/// What a file is for its tool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The folder that is ordered together.
    pub(super) folder: Utf8PathBuf,
    /// The numbers that order it.
    pub(super) order: Vec<u64>,
    /// What the tool records.
    pub(super) id: String,
    pub(super) way: Way,
}

/// When a file is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Once, to go on.
    Forward,
    /// To go back.
    Backward,
    /// Whenever it changes, after the others.
    Again,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) place: Place,
    pub(super) path: Utf8PathBuf,
    pub(super) content: ContentId,
    /// Who marked the ways in it; empty for plain SQL.
    pub(super) marked_by: &'static str,
    meaning: [u8; 32],
    backward: Option<[u8; 32]>,
    leaves_transaction: bool,
}

/// What is learned from one file.
#[derive(Clone, Debug)]
struct Script {
    actions: Vec<Action>,
    meaning: [u8; 32],
    backward: Option<[u8; 32]>,
    marked_by: &'static str,
    leaves_transaction: bool,
}

impl<T: Layout> Framework for T {
    fn name(&self) -> &'static str {
        Layout::name(self)
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        self.place(path).is_some()
    }

    fn read(&self, side: &Side<'_>, memo: &Memo, troubles: &mut Vec<Change>) -> Vec<Environment> {
        let mut folders: BTreeMap<Utf8PathBuf, Vec<Placed>> = BTreeMap::new();
        for entry in side.entries() {
            let Some(place) = self.place(&entry.path) else { continue };
            let script = read_script(side, memo, entry);
            if let Err(why) = script.as_ref() {
                troubles.push(unreadable(entry, why));
            }
            // A file that cannot be read still has its place; its content stands for its meaning.
            let fallback = Script::unreadable(entry);
            let script = script.as_ref().as_ref().unwrap_or(&fallback);
            let placed = Placed {
                path: entry.path.clone(),
                content: entry.content,
                marked_by: script.marked_by,
                meaning: script.meaning,
                backward: script.backward,
                leaves_transaction: script.leaves_transaction,
                place,
            };
            folders.entry(placed.place.folder.clone()).or_default().push(placed);
        }
        folders
            .into_iter()
            .filter(|(_, files)| self.accepts(files))
            .flat_map(|(folder, files)| environments(Layout::name(self), &folder, files))
            .collect()
    }

    fn when_late(&self) -> Late {
        self.late()
    }

    fn effects_of(
        &self,
        side: &Side<'_>,
        memo: &Memo,
        environment: &Environment,
        wanted: &[&Migration],
    ) -> Vec<Effects> {
        let all = replay(side, memo, environment);
        let of = |migration: &&Migration| all.get(&migration.id).cloned();
        let each = wanted.iter();
        each.map(|one| of(one).unwrap_or_else(|| Effects::unresolved(&one.id))).collect()
    }
}

/// The files of a folder in their order; those that are run again each stand for themselves.
fn environments(
    framework: &'static str,
    folder: &Utf8Path,
    mut files: Vec<Placed>,
) -> Vec<Environment> {
    files.sort_by(|one, other| one.place.cmp(&other.place));
    let mut ways_back = BTreeMap::new();
    for file in files.iter().filter(|file| file.place.way == Way::Backward) {
        ways_back.insert(file.place.id.clone(), file.meaning);
    }
    let mut main = Environment { framework, folder: folder.to_owned(), migrations: Vec::new() };
    let mut found = Vec::new();
    let mut parents = Vec::new();
    for file in &files {
        let migration = Migration {
            id: file.place.id.clone(),
            path: file.path.clone(),
            content: file.content,
            meaning: file.meaning,
            backward: file.backward.or_else(|| ways_back.get(&file.place.id).copied()),
            leaves_transaction: file.leaves_transaction,
            ..Migration::default()
        };
        match file.place.way {
            Way::Forward => {
                let parents = std::mem::replace(&mut parents, vec![migration.id.clone()]);
                let parents = if parents == [migration.id.as_str()] { Vec::new() } else { parents };
                main.migrations.push(Migration { parents, ..migration });
            }
            Way::Again => found.push(Environment {
                framework,
                folder: file.path.clone(),
                migrations: vec![Migration { repeats: true, ..migration }],
            }),
            Way::Backward => {}
        }
    }
    main.migrations.sort_by(|one, other| one.path.cmp(&other.path));
    if !main.migrations.is_empty() {
        found.push(main);
    }
    found
}

/// What each migration of an environment does, by id: all of them are gone through once, in their order.
fn replay(
    side: &Side<'_>,
    memo: &Memo,
    environment: &Environment,
) -> std::sync::Arc<BTreeMap<String, Effects>> {
    let (ordered, _) = environment.graph().in_order();
    let mut digest = Sha256::new();
    for migration in &ordered {
        digest.update(migration.content.0);
        digest.update(&migration.id);
        digest.update([0]);
    }
    let digest = digest.finalize();
    let mut key = [0; 20];
    key.copy_from_slice(&digest[..20]);
    memo.of("migrations.replayed-scripts", ContentId(key), || {
        let mut schema = Schema::default();
        let mut all = BTreeMap::new();
        for migration in ordered {
            let effects = match side.entry(&migration.path) {
                Some(entry) => match read_script(side, memo, entry).as_ref() {
                    Ok(script) => run(&script.actions, &mut schema),
                    Err(_) => Effects::unresolved(entry.path.as_str()),
                },
                None => Effects::unresolved(migration.path.as_str()),
            };
            all.insert(migration.id.clone(), effects);
        }
        all
    })
}

/// One whole migration.
fn run(actions: &[Action], schema: &mut Schema) -> Effects {
    let mut effects = Effects::default();
    schema.begin();
    for action in actions {
        schema.apply(action, &mut effects);
    }
    effects.extend(schema.conclude());
    effects
}

fn read_script(
    side: &Side<'_>,
    memo: &Memo,
    entry: &FileEntry,
) -> std::sync::Arc<Result<Script, Unreadable>> {
    let is_ruby = entry.path.extension() == Some("rb");
    if is_ruby {
        return learn(side, memo, "migrations.rails", entry, LARGEST_BYTES, |text| {
            Ok(Script::of_ruby(text))
        });
    }
    let is_go = entry.path.extension() == Some("go");
    learn(side, memo, "migrations.script", entry, LARGEST_BYTES, |text| {
        Ok(if is_go { Script::of_go(text) } else { Script::of_sql(text) })
    })
}

impl Script {
    fn of_sql(text: &str) -> Self {
        let ways = ways(text);
        Self {
            actions: sql::read(&ways.forward),
            meaning: sql::fingerprint(&ways.forward),
            backward: (!ways.marked_by.is_empty()).then(|| sql::fingerprint(&ways.backward)),
            marked_by: ways.marked_by,
            leaves_transaction: sql::leaves_transaction(text),
        }
    }

    /// Goose runs migrations written in Go; what they do is not read.
    fn of_go(text: &str) -> Self {
        let is_goose =
            text.contains("goose.AddMigration") || text.contains("goose.AddNamedMigration");
        Self {
            actions: vec![Action::unresolved("a migration written in Go")],
            meaning: Sha256::digest(text).into(),
            backward: None,
            marked_by: if is_goose { GOOSE } else { "go" },
            leaves_transaction: false,
        }
    }

    fn of_ruby(text: &str) -> Self {
        let halves = super::rails::halves(text);
        let (meaning, backward) = halves.fingerprints();
        Self { actions: halves.read(), meaning, backward, marked_by: "", leaves_transaction: false }
    }

    fn unreadable(entry: &FileEntry) -> Self {
        let meaning = Sha256::digest(entry.content.0).into();
        Self {
            actions: Vec::new(),
            meaning,
            backward: None,
            marked_by: "",
            leaves_transaction: false,
        }
    }
}

/// Who marks ways with `-- +goose Up`.
pub(super) const GOOSE: &str = "goose";

/// Lines that divide a file into its two ways: who writes them, forward, backward.
const MARKS: &[(&str, &str, &str)] = &[
    (GOOSE, "-- +goose up", "-- +goose down"),
    ("sql-migrate", "-- +migrate up", "-- +migrate down"),
    ("dbmate", "-- migrate:up", "-- migrate:down"),
    ("node-pg-migrate", "-- up migration", "-- down migration"),
    ("evolutions", "# --- !ups", "# --- !downs"),
];

/// The ways that one file holds.
#[derive(Debug, Default)]
struct Ways {
    forward: String,
    backward: String,
    marked_by: &'static str,
}

/// Divides a file by the marks in it; without any all of it leads forward.
fn ways(text: &str) -> Ways {
    let mut ways = Ways::default();
    let mut is_backward = false;
    for line in text.split_inclusive('\n') {
        let folded = fold_mark(line);
        let starts = |mark: &str| folded.starts_with(mark);
        if let Some((tool, ..)) = MARKS.iter().find(|(_, up, _)| starts(up)) {
            ways.marked_by = tool;
            is_backward = false;
        } else if let Some((tool, ..)) = MARKS.iter().find(|(.., down)| starts(down)) {
            ways.marked_by = tool;
            is_backward = true;
        }
        if is_backward { ways.backward.push_str(line) } else { ways.forward.push_str(line) }
    }
    ways
}

/// The beginning of a comment line, lower case and with single spaces.
fn fold_mark(line: &str) -> String {
    let line = line.trim_start();
    if !line.starts_with("--") && !line.starts_with('#') {
        return String::new();
    }
    let line: String = line.chars().take(40).collect();
    let line = line.replacen("--+", "-- +", 1);
    line.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn unreadable(entry: &FileEntry, why: &Unreadable) -> Change {
    let sentence = format!("cannot be judged: {why}");
    Change::new(&UNREADABLE, entry.path.as_str(), sentence).at(Source::file(&entry.path))
}

impl Effects {
    pub(super) fn unresolved(subject: &str) -> Self {
        let mut effects = Self::default();
        effects.add(Flag::Unresolved, subject);
        effects
    }
}

/// Divides `0012_add_users` into its number's digits and the name.
pub(super) fn numbered(stem: &str) -> Option<(&str, &str)> {
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = stem.split_at(digits);
    let name = rest.strip_prefix(['_', '-', '.'])?;
    (!number.is_empty() && !name.is_empty()).then_some((number, name))
}

/// A number as an order; one that is too long comes last.
pub(super) fn order_of(digits: &str) -> Vec<u64> {
    vec![digits.parse().unwrap_or(u64::MAX)]
}

/// Whether a folder's name, or that of the folder above, says that migrations lie in it.
pub(super) fn is_migrations_folder(folder: &Utf8Path) -> bool {
    folder.components().rev().take(2).any(|part| part.as_str().to_lowercase().contains("migrat"))
}
