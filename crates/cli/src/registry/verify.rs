//! Whether a log is what was signed, and goes on from what was seen of it before.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use trainyard_attest::{
    Checkpoint, Frontier, NoteKey, SignedNote, TiledTree, leaf_hash, tiles_between,
    verify_consistency,
};
use trainyard_report::Outcome;

use super::{
    credentials::{state_folder, write_secretly},
    page::{Mark, Page, when},
    proof::hash_of,
    session::{Session, now},
};
use crate::{args::registry::manage::RegistryVerify, error::CommandError, files, render::counted};

/// What a log was when it was last verified.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Seen {
    /// The registry's address.
    address: String,
    /// The key that signs its checkpoints.
    key: String,
    /// The checkpoint.
    checkpoint: String,
    /// When it was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified: Option<trainyard_api::Time>,
}

/// What a verification found, for programs.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Verified {
    is_sound: bool,
    /// Whether the log is not what it was when it was seen before.
    is_rewritten: bool,
    origin: String,
    key: String,
    size: u64,
    /// The first line that was read.
    read_from: u64,
    checks: Vec<Check>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Check {
    is_met: bool,
    text: String,
}

/// Reads a key of checkpoints, as `registry verify` prints it.
pub(super) fn key_of(line: &str) -> Result<NoteKey, CommandError> {
    NoteKey::from_line(line.trim()).map_err(|error| {
        CommandError::usage(format!("`{line}` is no key of a log: {error}"))
            .hint("`trainyard registry verify` prints it, as origin+number+base64")
    })
}

/// The keys of logs with a name that were verified before: nobody keeps two registries from the same name.
pub(super) fn seen_keys(origin: &str) -> Result<Vec<NoteKey>, CommandError> {
    let Ok(folder) = state_folder() else { return Ok(Vec::new()) };
    let Ok(listed) = folder.join("logs").read_dir_utf8() else { return Ok(Vec::new()) };
    let mut keys = Vec::new();
    for file in listed.filter_map(Result::ok).filter(|it| it.path().extension() == Some("json")) {
        let Some(seen) = read_seen(file.path())? else { continue };
        let key = key_of(&seen.key)?;
        if key.name() == origin {
            keys.push(key);
        }
    }
    Ok(keys)
}

fn seen_path(address: &str) -> Option<Utf8PathBuf> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
    let name = address.chars().map(|letter| if is_plain(letter) { letter } else { '_' });
    let name: String = name.collect();
    Some(state_folder().ok()?.join("logs").join(format!("{name}.json")))
}

fn read_seen(path: &Utf8Path) -> Result<Option<Seen>, CommandError> {
    if !path.exists() {
        return Ok(None);
    }
    let text = files::read_text(path)?;
    serde_json::from_str(&text).map(Some).map_err(|error| {
        CommandError::usage(format!("{path} cannot be read: {error}"))
            .hint("it remembers what a log was; without it, an older log is not noticed")
    })
}

/// Checks a log: its signature, its lines and its tree, and that it goes on from what was seen before.
///
/// Lines that were checked before are not read again, unless that is asked for: the new ones are added to the tree that was
/// signed then, and must come to the one that is signed now.
pub(super) fn verify(
    session: &Session<'_>,
    args: &RegistryVerify,
) -> Result<Outcome, CommandError> {
    let address = session.client.address().to_owned();
    // What is gone with the command that made it need not be remembered.
    let path = session.global.account.is_none().then(|| seen_path(&address)).flatten();
    let seen = path.as_deref().map(read_seen).transpose()?.flatten();
    let told = session.ask(session.client.log_key())?;
    let believed = match (&args.log_key, &seen) {
        (Some(line), _) => key_of(line)?,
        (None, Some(seen)) => key_of(&seen.key)?,
        (None, None) => key_of(&told.key)?,
    };
    let note = session.ask(session.client.checkpoint())?;
    let mut findings = Findings::default();
    if told.key != believed.to_string() {
        let text = format!("the registry names another key than {believed}: {}", told.key);
        findings.note(false, text);
    }
    let checkpoint = match signed(&note, &believed) {
        Ok(checkpoint) => checkpoint,
        Err(why) => {
            findings.note(false, why);
            return findings.answer(session, &believed, 0, None);
        }
    };
    let size = checkpoint.size;
    let by = match (&seen, &args.log_key) {
        (None, None) => ", which is believed since it is the first time",
        _ => "",
    };
    let lines = counted_lines(size);
    findings.note(true, format!("the checkpoint of {lines} is signed by {believed}{by}"));
    let tiles = Tiles::new(session);
    if let Some(seen) = &seen {
        let before = signed(&seen.checkpoint, &believed);
        findings.against(session, seen, before.as_ref().ok(), &checkpoint)?;
        let before = before.ok().filter(|_| !args.whole && !findings.is_rewritten);
        if let Some(before) = before.filter(|before| before.size > 0) {
            findings.read_from = before.size;
        }
    }
    if !findings.is_rewritten {
        findings.lines(session, &tiles, &checkpoint, seen.as_ref())?;
    }
    let is_sound = findings.are_met();
    let mut evidence = None;
    if let Some(path) = path {
        let verified = Some(trainyard_api::Time(now().to_string()));
        let seen = Seen { address, key: believed.to_string(), checkpoint: note, verified };
        let text = serde_json::to_string_pretty(&seen).map_err(std::io::Error::from)?;
        if is_sound {
            write_secretly(&path, &(text + "\n"))?;
        } else if findings.is_rewritten {
            // Both are signed by the same key: together they convict whoever holds it.
            let other = path.with_extension("rewritten");
            write_secretly(&other, &(text + "\n"))?;
            evidence = Some((path, other));
        }
    }
    findings.answer(session, &believed, size, evidence)
}

fn counted_lines(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "line")
}

/// The checkpoint of a note that a key signed.
fn signed(note: &str, key: &NoteKey) -> Result<Checkpoint, String> {
    let wrong = |error| format!("the checkpoint: {error}");
    let note = SignedNote::from_text(note).map_err(wrong)?;
    let text = note.verify(key).map_err(wrong)?;
    let checkpoint = Checkpoint::from_text(text).map_err(wrong)?;
    if checkpoint.origin == key.name() {
        return Ok(checkpoint);
    }
    Err(format!("the checkpoint is of the log {}, not of {}", checkpoint.origin, key.name()))
}

/// What is found, as it is found.
#[derive(Default)]
struct Findings {
    checks: Vec<Check>,
    is_rewritten: bool,
    /// The first line that is read.
    read_from: u64,
}

impl Findings {
    fn note(&mut self, is_met: bool, text: String) {
        self.checks.push(Check { is_met, text });
    }

    fn are_met(&self) -> bool {
        self.checks.iter().all(|check| check.is_met)
    }

    /// Whether the log goes on from what was seen of it before.
    fn against(
        &mut self,
        session: &Session<'_>,
        seen: &Seen,
        before: Option<&Checkpoint>,
        checkpoint: &Checkpoint,
    ) -> Result<(), CommandError> {
        let Some(before) = before else {
            let text = "the checkpoint that was seen before is not signed by this key".to_owned();
            self.note(false, text);
            return Ok(());
        };
        let verified = seen.verified.as_ref().map(|at| format!(" on {}", when(at)));
        let verified = verified.unwrap_or_else(|| " before".to_owned());
        let lines = counted_lines(before.size);
        if before.size > checkpoint.size {
            let text =
                format!("{} are left of {lines} that were verified{verified}", checkpoint.size);
            self.is_rewritten = true;
            self.note(false, text);
            return Ok(());
        }
        let is_same = if before.size == checkpoint.size {
            before.root == checkpoint.root
        } else {
            let asked = session.client.consistency(before.size, checkpoint.size);
            let proof = session.ask(asked)?;
            let hashes: Option<Vec<_>> = proof.hashes.iter().map(|text| hash_of(text)).collect();
            let (old, new) = ((before.size, &before.root), (checkpoint.size, &checkpoint.root));
            hashes.is_some_and(|hashes| verify_consistency(old, new, &hashes).is_ok())
        };
        if is_same {
            self.note(true, format!("it goes on from the {lines} that were verified{verified}"));
        } else {
            self.is_rewritten = true;
            self.note(false, format!("the {lines} that were verified{verified} are others now"));
        }
        Ok(())
    }

    /// Whether lines and tiles come to what was signed.
    fn lines(
        &mut self,
        session: &Session<'_>,
        tiles: &Tiles<'_>,
        checkpoint: &Checkpoint,
        seen: Option<&Seen>,
    ) -> Result<(), CommandError> {
        let (from, size) = (self.read_from, checkpoint.size);
        if from == size && seen.is_some() {
            self.note(true, "nothing came since".to_owned());
            return Ok(());
        }
        let before = TiledTree::new(from, |path: &str| tiles.get(path));
        let frontier = before.frontier();
        tiles.check()?;
        let mut frontier = frontier.unwrap_or_default();
        self.read(session, &mut frontier, size)?;
        let what = match (from, size - from) {
            (0, _) => format!("{} come", counted_lines(size)),
            (_, 1) => "the line since comes".to_owned(),
            (_, new) => format!("the {} since come", counted_lines(new)),
        };
        let is_root = frontier.tree_root() == checkpoint.root;
        self.note(is_root, format!("{what} to the root that was signed"));
        let now = TiledTree::new(size, |path: &str| tiles.get(path));
        let is_top_right = now.root() == Some(checkpoint.root);
        let all: Vec<_> = tiles_between(from, size).collect();
        let right = all.iter().filter(|tile| is_top_right && now.agrees(**tile)).count();
        tiles.check()?;
        let text = format!("{right} of {} tiles have the hashes of these lines", all.len());
        self.note(right == all.len(), text);
        Ok(())
    }

    /// Reads the lines from the first that is wanted, and adds them to the tree.
    fn read(
        &mut self,
        session: &Session<'_>,
        frontier: &mut Frontier,
        size: u64,
    ) -> Result<(), CommandError> {
        let mut next = self.read_from;
        let mut stopped_at = None;
        // A stream may end before its time; one that brings nothing twice is over.
        while next < size && stopped_at != Some(next) {
            stopped_at = Some(next);
            let asked = session.client.follow_log(next, Duration::ZERO, |line| {
                let body: Value = serde_json::from_str(line.entry.get()).unwrap_or_default();
                let number = body.get("seq").and_then(Value::as_u64);
                if line.seq != next || number != Some(next) {
                    let text = format!("line {} is told in the place of line {next}", line.seq);
                    self.checks.push(Check { is_met: false, text });
                }
                frontier.push(leaf_hash(line.entry.get().as_bytes()));
                next += 1;
                next < size
            });
            session.ask(asked)?;
        }
        Ok(())
    }

    fn answer(
        self,
        session: &Session<'_>,
        key: &NoteKey,
        size: u64,
        evidence: Option<(Utf8PathBuf, Utf8PathBuf)>,
    ) -> Result<Outcome, CommandError> {
        let is_sound = self.are_met();
        let verdict = match (is_sound, self.is_rewritten) {
            (true, _) => "is sound",
            (false, true) => "WAS REWRITTEN since it was last verified",
            (false, false) => "IS NOT WHAT IT WAS SIGNED TO BE",
        };
        let mut page = Page::titled(format!("the log {} {verdict}", key.name()));
        let mut checks = self.checks;
        checks.sort_by_key(|check| check.is_met);
        for check in &checks {
            page.item(Mark::of(check.is_met), check.text.clone(), None);
        }
        if let Some((before, now)) = evidence {
            page.line(format!("Do not trust this registry. Its key signed both {before} and {now}: keep them, they prove it."));
            page.line(
                "A restored backup does this too; ask whoever runs it before you believe it again.",
            );
        }
        let told = Verified {
            is_sound,
            is_rewritten: self.is_rewritten,
            origin: key.name().to_owned(),
            key: key.to_string(),
            size,
            read_from: self.read_from,
            checks,
        };
        session.tell(&told, &page)?;
        Ok(if is_sound { Outcome::Clean } else { Outcome::Findings })
    }
}

/// Tiles of a registry's log, each asked for once.
struct Tiles<'a> {
    session: &'a Session<'a>,
    known: RefCell<BTreeMap<String, Vec<u8>>>,
    failed: RefCell<Option<CommandError>>,
}

impl<'a> Tiles<'a> {
    fn new(session: &'a Session<'a>) -> Self {
        Self { session, known: RefCell::default(), failed: RefCell::default() }
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        if let Some(bytes) = self.known.borrow().get(path) {
            return Some(bytes.clone());
        }
        match self.session.ask(self.session.client.tile(path)) {
            Ok(bytes) => {
                self.known.borrow_mut().insert(path.to_owned(), bytes.clone());
                Some(bytes)
            }
            Err(error) => {
                self.failed.borrow_mut().get_or_insert(error);
                None
            }
        }
    }

    /// *Errors*: what kept a tile from being read.
    fn check(&self) -> Result<(), CommandError> {
        self.failed.borrow_mut().take().map_or(Ok(()), Err)
    }
}
