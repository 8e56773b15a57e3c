//! How the channels of a clone moved, and when its blocks were declared: from the commits of its first-parent line.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use serde_json::{Map, Value, json};
use trainyard_git::Git;
use trainyard_upgrade::updates::openshift::GraphData;

use crate::error::CommandError;

/// What a clone's commits tell.
#[derive(Default)]
pub(super) struct Past {
    /// Moves, oldest first, as the interface takes them.
    pub(super) moves: Vec<Value>,
    /// When blocks were declared, by file.
    pub(super) declared: Map<String, Value>,
}

/// A file that a commit changed.
struct Changed<'a> {
    /// When.
    at: &'a str,
    /// What it holds from then on; `None`: it is gone.
    blob: Option<&'a str>,
    path: &'a Utf8Path,
}

/// Reads the past of a folder that is the top of a clone.
///
/// *Cost*: two runs of git, and each version of each channel's file is read once.
pub(super) fn read(folder: &Utf8Path) -> Result<Past, CommandError> {
    let git = Git::at(folder);
    let log = git.run(&[
        "log",
        "--first-parent",
        "-m",
        "--reverse",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--format=@%cI",
        "--",
        "channels",
        "internal-channels",
        "blocked-edges",
    ])?;
    let changes = changes(&log);
    let is_channel = |change: &&Changed<'_>| !change.path.starts_with("blocked-edges");
    let wanted: BTreeSet<_> =
        changes.iter().filter(is_channel).filter_map(|change| change.blob).collect();
    let texts = blobs(&git, &wanted)?;
    let mut past = Past::default();
    let mut stand: BTreeMap<&Utf8Path, (String, BTreeSet<String>)> = BTreeMap::new();
    for change in &changes {
        if change.path.starts_with("blocked-edges") {
            let file = change.path.file_name().unwrap_or_default();
            if change.blob.is_some() && !past.declared.contains_key(file) {
                past.declared.insert(file.to_owned(), change.at.into());
            }
            continue;
        }
        let text = change.blob.and_then(|blob| texts.get(blob));
        // A version of a file that cannot be read changes nothing; the next one does.
        let Some((name, versions)) = held(change, text) else { continue };
        let (before_name, before) = stand.remove(change.path).unwrap_or_default();
        let name = if name.is_empty() { before_name } else { name };
        let moved = |version: &String, is_in: bool| json!({ "channel": name, "version": version, "is-in": is_in, "at": change.at });
        past.moves.extend(before.difference(&versions).map(|version| moved(version, false)));
        past.moves.extend(versions.difference(&before).map(|version| moved(version, true)));
        stand.insert(change.path, (name, versions));
    }
    Ok(past)
}

/// A channel's name and versions; without either where the file is gone, `None` where it cannot be read.
fn held(change: &Changed<'_>, text: Option<&String>) -> Option<(String, BTreeSet<String>)> {
    let Some(text) = text else {
        return change.blob.is_none().then(Default::default);
    };
    let mut data = GraphData::read([(change.path, text.as_str())]);
    let channel = data.channels.pop()?;
    Some((channel.name, channel.versions.into_iter().collect()))
}

/// The files that a log in git's raw form names, oldest first.
fn changes(log: &str) -> Vec<Changed<'_>> {
    let mut at = "";
    let mut changes = Vec::new();
    for line in log.lines() {
        if let Some(moment) = line.strip_prefix('@') {
            at = moment;
            continue;
        }
        // `:100644 100644 <before> <after> M\t<path>`
        let Some((facts, path)) = line.split_once('\t') else { continue };
        let path = Utf8Path::new(path);
        let Some(blob) = facts.split(' ').nth(3) else { continue };
        if !matches!(path.extension(), Some("yaml" | "yml")) {
            continue;
        }
        let blob = (!blob.bytes().all(|digit| digit == b'0')).then_some(blob);
        changes.push(Changed { at, blob, path });
    }
    changes
}

/// The texts of blobs by their ids.
fn blobs(git: &Git, ids: &BTreeSet<&str>) -> Result<BTreeMap<String, String>, CommandError> {
    let arguments = ["cat-file", "--batch"];
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names: Vec<_> = ids.iter().copied().collect();
    let reply = git.ask(&arguments, format!("{}\n", names.join("\n")).as_bytes())?;
    if reply.code != Some(0) {
        return Err(reply.refusal(&arguments).into());
    }
    let mut texts = BTreeMap::new();
    let mut rest = reply.stdout.as_slice();
    // `<id> blob <size>`, a line's end, the bytes, and another one.
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (head, body) = rest.split_at(end);
        let head = String::from_utf8_lossy(head);
        let mut words = head.split(' ');
        let id = words.next().unwrap_or_default().to_owned();
        let size = words.nth(1).and_then(|size| size.parse::<usize>().ok());
        let body = body.get(1..).unwrap_or_default();
        let Some((text, after)) = size.and_then(|size| body.split_at_checked(size)) else {
            rest = body;
            continue;
        };
        texts.insert(id, String::from_utf8_lossy(text).into_owned());
        rest = after.get(1..).unwrap_or_default();
    }
    Ok(texts)
}
