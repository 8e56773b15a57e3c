//! `trainyard registry import`: what was kept elsewhere, brought in.

mod graph;
mod past;

use std::fmt::Write as _;

use camino::Utf8Path;
use serde_json::Value;
use trainyard_client::Imported;
use trainyard_report::Outcome;

use super::{
    page::{Mark, Page},
    session::Session,
};
use crate::{
    args::registry::import::{ImportAddons, ImportCommand},
    error::CommandError,
    files,
    progress::while_doing,
    render::counted,
};

/// How many versions of addons are sent at a time: few enough that each request is answered in time.
const PART: usize = 200;
/// How many sentences of what was left out are shown, where not all are asked for.
const SHOWN: usize = 10;

/// Brings something in.
pub(super) fn run(session: &Session<'_>, command: &ImportCommand) -> Result<Outcome, CommandError> {
    match command {
        ImportCommand::AyonAddons(args) => addons(session, args),
        ImportCommand::Openshift(args) => graph::bring_in(session, args),
    }
}

/// A list of addons, part by part; whatever was there already changes nothing.
fn addons(session: &Session<'_>, args: &ImportAddons) -> Result<Outcome, CommandError> {
    let product = session.product()?;
    let text = read(session, &args.source)?;
    let wrong = |why: String| {
        CommandError::usage(format!("{} is no list of addons: {why}", args.source))
            .hint("it is a list of {\"name\", \"version\", …} in JSON, one for each version of each addon")
    };
    let value: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let versions = match value {
        Value::Array(versions) => versions,
        Value::Object(mut members) => match members.remove("pairs") {
            Some(Value::Array(versions)) => versions,
            _ => return Err(wrong("it has no list `pairs`".to_owned())),
        },
        _ => return Err(wrong("it is one value".to_owned())),
    };
    let mut whole = Imported::default();
    let count = versions.len();
    let is_named = |value: &Value| {
        let is_text = |key: &str| value.get(key).is_some_and(Value::is_string);
        is_text("name") && is_text("version")
    };
    // One that is broken would keep all others of its part out.
    let mut named = Vec::new();
    for (number, version) in versions.into_iter().enumerate() {
        if is_named(&version) {
            named.push(version);
        } else {
            whole
                .troubles
                .push(format!("number {} of the list has no name and version", number + 1));
        }
    }
    let versions = named;
    for (number, part) in versions.chunks(PART).enumerate() {
        let done = number * PART;
        let body = serde_json::to_vec(part).map_err(std::io::Error::from)?;
        let what = format!("bringing {done} to {} of {count} versions in", done + part.len());
        let brought =
            while_doing(&what, || session.ask(session.client.import_addons(&product, body)))?;
        whole.changed += brought.changed;
        whole.unchanged += brought.unchanged;
        whole.troubles.extend(brought.troubles);
    }
    let sent = format!("{} of addons", counted(count, "version"));
    tell(session, &sent, &whole, args.all)
}

/// What came of it: in one line, and what was left out.
fn tell(
    session: &Session<'_>,
    sent: &str,
    imported: &Imported,
    all: bool,
) -> Result<Outcome, CommandError> {
    let Imported { changed, unchanged, troubles } = imported;
    let entries = counted(usize::try_from(*changed).unwrap_or(usize::MAX), "new entry");
    let entries = entries.replace("entrys", "entries");
    let mut title = format!("{sent}: {entries}, {unchanged} there already");
    if !troubles.is_empty() {
        // Writing to a string cannot fail.
        _ = write!(title, ", {} left out", troubles.len());
    }
    let mut page = Page::titled(title);
    let shown = if all { troubles.len() } else { SHOWN };
    for trouble in troubles.iter().take(shown) {
        page.item(Mark::Beware, trouble.clone(), None);
    }
    let rest = troubles.len().saturating_sub(shown);
    if rest > 0 {
        page.item(Mark::Neither, format!("and {rest} more (all with --all)"), None);
    }
    session.tell(imported, &page)?;
    let is_in_vain = changed + unchanged == 0 && !troubles.is_empty();
    Ok(if is_in_vain { Outcome::Findings } else { Outcome::Clean })
}

/// The text of a file, or of an address.
fn read(session: &Session<'_>, source: &str) -> Result<String, CommandError> {
    if source.starts_with("https://") || source.starts_with("http://") {
        let bytes = while_doing(&format!("fetching {source}"), || {
            session.ask(trainyard_client::download(source))
        })?;
        return String::from_utf8(bytes)
            .map_err(|_| CommandError::usage(format!("{source} is no text")));
    }
    files::read_text(&session.global.directory.join(Utf8Path::new(source)))
}
