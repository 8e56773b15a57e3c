//! The log: its last lines, and whether all of it is what was signed.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use trainyard_attest::{Checkpoint, NoteKey, SignedNote, Tree, leaf_hash, tiles};
use trainyard_report::Outcome;

use super::{
    credentials::{state_folder, write_secretly},
    page::{Mark, Page},
    session::{Session, headed},
};
use crate::{
    args::registry::manage::{RegistryLog, RegistryVerify},
    error::CommandError,
    files,
};

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
}

/// What a verification found, for programs.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Verified {
    is_sound: bool,
    origin: String,
    key: String,
    size: u64,
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
    for file in listed.filter_map(Result::ok) {
        let Some(seen) = read_seen(file.path())? else { continue };
        let key = key_of(&seen.key)?;
        if key.name() == origin {
            keys.push(key);
        }
    }
    Ok(keys)
}

fn seen_path(address: &str) -> Option<Utf8PathBuf> {
    let name: String = address
        .chars()
        .map(
            |letter| {
                if letter.is_ascii_alphanumeric() || ".-".contains(letter) { letter } else { '_' }
            },
        )
        .collect();
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

/// Checks all of the log: signature, lines, tree, and that it goes on from what was seen before.
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
    let mut checks = Vec::new();
    let mut check = |is_met: bool, text: String| checks.push(Check { is_met, text });
    if told.key != believed.to_string() {
        check(false, format!("the registry names another key than {believed}: {}", told.key));
    }
    let checkpoint = match signed(&note, &believed) {
        Ok(checkpoint) => checkpoint,
        Err(why) => {
            check(false, why);
            return answer(session, &believed, 0, checks);
        }
    };
    let size = checkpoint.size;
    let by = if seen.is_some() || args.log_key.is_some() {
        ""
    } else {
        ", which is believed since it is the first time"
    };
    check(true, format!("the checkpoint of {size} lines is signed by {believed}{by}"));
    let tree = read(session, size, &mut check)?;
    let is_root = tree.root(size) == Some(checkpoint.root);
    check(is_root, format!("{} lines come to the root that was signed", tree.size()));
    let (right, all) = check_tiles(session, &tree, size)?;
    check(right == all, format!("{right} of {all} tiles have the hashes of these lines"));
    if let Some(seen) = &seen {
        check_against(seen, &believed, &tree, &mut check);
    }
    let is_sound = checks.iter().all(|check| check.is_met);
    if let Some(path) = path.filter(|_| is_sound) {
        let seen = Seen { address, key: believed.to_string(), checkpoint: note };
        let text = serde_json::to_string_pretty(&seen).map_err(std::io::Error::from)?;
        write_secretly(&path, &(text + "\n"))?;
    }
    answer(session, &believed, size, checks)
}

/// The checkpoint of a note that a key signed.
fn signed(note: &str, key: &NoteKey) -> Result<Checkpoint, String> {
    let note = SignedNote::from_text(note).map_err(|error| format!("the checkpoint: {error}"))?;
    let text = note.verify(key).map_err(|error| format!("the checkpoint: {error}"))?;
    let checkpoint =
        Checkpoint::from_text(text).map_err(|error| format!("the checkpoint: {error}"))?;
    if checkpoint.origin == key.name() {
        return Ok(checkpoint);
    }
    Err(format!("the checkpoint is of the log {}, not of {}", checkpoint.origin, key.name()))
}

/// Reads so many lines, and makes the tree of them.
fn read(
    session: &Session<'_>,
    size: u64,
    check: &mut impl FnMut(bool, String),
) -> Result<Tree, CommandError> {
    let mut tree = Tree::default();
    let mut cursor = None;
    while tree.size() < size {
        let page = session.ask(session.client.log_entries(cursor.as_deref()))?;
        for line in page.items {
            if tree.size() == size {
                break;
            }
            let body: Value = serde_json::from_str(line.entry.get()).unwrap_or_default();
            let number = body.get("seq").and_then(Value::as_u64);
            if line.seq != tree.size() || number != Some(line.seq) {
                check(
                    false,
                    format!("line {} is told in the place of line {}", line.seq, tree.size()),
                );
            }
            tree.push(leaf_hash(line.entry.get().as_bytes()));
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(tree)
}

/// How many tiles have the hashes of the tree, and how many there are.
fn check_tiles(
    session: &Session<'_>,
    tree: &Tree,
    size: u64,
) -> Result<(usize, usize), CommandError> {
    let (mut right, mut all) = (0, 0);
    for tile in tiles(size) {
        all += 1;
        let told = session.ask(session.client.tile(&tile.to_string()))?;
        right += usize::from(tile.bytes(tree).is_some_and(|bytes| bytes == told));
    }
    Ok((right, all))
}

/// Whether the log goes on from what was seen of it before.
fn check_against(seen: &Seen, key: &NoteKey, tree: &Tree, check: &mut impl FnMut(bool, String)) {
    let Ok(before) = signed(&seen.checkpoint, key) else {
        check(false, "the checkpoint that was seen before is not signed by this key".to_owned());
        return;
    };
    if before.size > tree.size() {
        let text =
            format!("it has {} lines, and had {} when it was last seen", tree.size(), before.size);
        check(false, text);
        return;
    }
    let is_same = tree.root(before.size) == Some(before.root);
    check(is_same, format!("it goes on from the {} lines that were seen before", before.size));
}

fn answer(
    session: &Session<'_>,
    key: &NoteKey,
    size: u64,
    checks: Vec<Check>,
) -> Result<Outcome, CommandError> {
    let is_sound = checks.iter().all(|check| check.is_met);
    let verdict = if is_sound { "is sound" } else { "IS NOT WHAT IT WAS SIGNED TO BE" };
    let mut page = Page::titled(format!("the log {} {verdict}", key.name()));
    for check in &checks {
        page.item(Mark::of(check.is_met), check.text.clone(), None);
    }
    let origin = key.name().to_owned();
    let told = Verified { is_sound, origin, key: key.to_string(), size, checks };
    session.tell(&told, &page)?;
    Ok(if is_sound { Outcome::Clean } else { Outcome::Findings })
}

/// Shows the last lines.
pub(super) fn show(session: &Session<'_>, args: &RegistryLog) -> Result<Outcome, CommandError> {
    let note = session.ask(session.client.checkpoint())?;
    let size = note.lines().nth(1).and_then(|line| line.parse::<u64>().ok()).unwrap_or(0);
    let mut lines = Vec::new();
    for seq in size.saturating_sub(args.last)..size {
        lines.push(session.ask(session.client.log_entry(seq))?);
    }
    let mut rows = headed(["entry", "when", "by", "what", "why"]);
    for line in &lines {
        let entry: Value = serde_json::from_str(line.entry.get()).unwrap_or_default();
        let text =
            |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let at = entry.get("at").and_then(Value::as_i64).unwrap_or_default();
        let at = jiff::Timestamp::from_microsecond(at).unwrap_or_default();
        let at = super::page::when(&trainyard_api::Time(at.to_string()));
        rows.push(vec![line.seq.to_string(), at, text("by"), event(&entry), text("why")]);
    }
    let mut page = Page::default();
    page.table(rows);
    session.tell(&lines, &page)
}

/// What tells events apart, in the order in which it is read.
const TOLD: &[&str] = &[
    "product",
    "party",
    "principal",
    "stream",
    "component",
    "name",
    "risk",
    "channel",
    "version",
    "kind",
    "from",
    "to",
    "outcome",
    "effect",
    "versions",
];

/// An event in a few words: its kind, and of its members those that are short texts.
fn event(entry: &Value) -> String {
    let Some(events) = entry.get("event").and_then(Value::as_object) else { return String::new() };
    let Some((kind, members)) = events.iter().next() else { return String::new() };
    let told = TOLD.iter().filter_map(|key| Some((key, members.get(*key)?.as_str()?)));
    let told = told.map(|(key, text)| match *key {
        "from" => format!("from {text}"),
        "to" => format!("to {text}"),
        _ => text.to_owned(),
    });
    std::iter::once(kind.replace('-', " ")).chain(told).collect::<Vec<_>>().join(" ")
}
