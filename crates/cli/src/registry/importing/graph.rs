//! Update graphs of `OpenShift`'s kind.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use trainyard_report::Outcome;
use trainyard_upgrade::updates::openshift;

use super::{past, read, tell};
use crate::{
    args::registry::import::ImportGraph, error::CommandError, files, progress::while_doing,
    registry::session::Session, render::counted,
};

/// Where the graph of releases comes from that a folder of channels does not hold.
const WHERE: &str = "name it with --graph FILE or URL: `nodes` and `edges` as an update server tells them, such as \
                     https://api.openshift.com/api/upgrades_info/v1/graph?channel=stable-4.18";

/// Brings a graph in, as a file, or as a folder with channels and blocks.
pub(super) fn bring_in(session: &Session<'_>, args: &ImportGraph) -> Result<Outcome, CommandError> {
    let product = session.product()?;
    let component = args.component.clone().unwrap_or_else(|| product.clone());
    let body = match args.folder(&session.global.directory) {
        Some(folder) => of_folder(session, args, &folder)?,
        None => of_file(session, args)?,
    };
    let sent = sent(&body);
    let why = args.why.clone();
    let body = with(body, "why", why.map(Value::from));
    let imported = while_doing(&format!("bringing {sent} in"), || {
        session.ask(session.client.import_graph(&product, &component, &body))
    })?;
    tell(session, &sent, &imported, args.all)
}

/// A graph, or a graph with everything beside it, as the interface takes it.
fn of_file(session: &Session<'_>, args: &ImportGraph) -> Result<Value, CommandError> {
    let value = parsed(&args.source, &read(session, &args.source)?)?;
    let has = |key: &str| value.get(key).is_some();
    if has("graph") && has("architecture") {
        return Ok(value);
    }
    if !has("nodes") {
        return Err(CommandError::usage(format!("{} is no update graph", args.source)).hint(
            "it has `nodes` and `edges`, or is a folder with `channels` and `blocked-edges`",
        ));
    }
    Ok(json!({ "graph": value, "architecture": args.arch }))
}

/// A folder of channels and blocked updates, with its past where it is a clone.
fn of_folder(
    session: &Session<'_>,
    args: &ImportGraph,
    folder: &Utf8Path,
) -> Result<Value, CommandError> {
    let base = ImportGraph::BASES.iter().map(|name| folder.join(name)).find(|it| it.is_file());
    let source = args.graph.clone().or_else(|| base.map(Utf8PathBuf::into_string));
    let Some(source) = source else {
        let message = format!("{folder} says how channels are, and not which releases there are");
        return Err(CommandError::usage(message).hint(WHERE));
    };
    let graph = parsed(&source, &read(session, &source)?)?;
    let (mut channels, mut blocks) = (Vec::new(), Vec::new());
    for (path, text) in texts(folder)? {
        let value: Value = serde_norway::from_str(&text)
            .map_err(|error| CommandError::usage(format!("{path} cannot be read: {error}")))?;
        if path.starts_with("blocked-edges") {
            let file = path.file_name().map(Value::from);
            blocks.push(with(value, "file", file));
        } else {
            channels.push(value);
        }
    }
    if channels.is_empty() {
        return Err(CommandError::usage(format!("{folder} has no channels"))
            .hint("it is a clone of openshift/cincinnati-graph-data, or like one"));
    }
    let mut body = json!({
        "graph": graph, "architecture": args.arch, "channels": channels, "blocks": blocks,
    });
    if !args.no_history && folder.join(".git").exists() {
        let past = while_doing(&format!("reading the past of {folder}"), || past::read(folder))?;
        body = with(body, "moves", Some(Value::from(past.moves)));
        body = with(body, "declared", Some(Value::from(past.declared)));
    }
    Ok(body)
}

/// The files of a folder that matter, with their paths below it.
fn texts(folder: &Utf8Path) -> Result<Vec<(Utf8PathBuf, String)>, CommandError> {
    let mut texts = Vec::new();
    for part in ["channels", "internal-channels", "blocked-edges"] {
        let at = folder.join(part);
        if !at.is_dir() {
            continue;
        }
        for path in at.read_dir_utf8()? {
            let path = path?.into_path();
            let Ok(below) = path.strip_prefix(folder) else { continue };
            if openshift::wants(below) {
                texts.push((below.to_owned(), files::read_text(&path)?));
            }
        }
    }
    texts.sort();
    Ok(texts)
}

fn parsed(source: &str, text: &str) -> Result<Value, CommandError> {
    serde_json::from_str(text)
        .map_err(|error| CommandError::usage(format!("{source} cannot be read: {error}")))
}

fn with(mut value: Value, key: &str, more: Option<Value>) -> Value {
    if let (Some(members), Some(more)) = (value.as_object_mut(), more) {
        members.insert(key.to_owned(), more);
    }
    value
}

/// What is sent: `1397 releases, 76 channels, 11997 moves and 1717 blocks`.
fn sent(body: &Value) -> String {
    let length = |at: &str| body.pointer(at).and_then(Value::as_array).map_or(0, Vec::len);
    let parts = [
        ("/graph/nodes", "release"),
        ("/channels", "channel"),
        ("/moves", "move"),
        ("/blocks", "block"),
    ];
    let told = parts.iter().map(|(at, noun)| (length(at), noun));
    let told: Vec<_> =
        told.filter(|(count, _)| *count > 0).map(|(count, noun)| counted(count, noun)).collect();
    match told.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, front)) => format!("{} and {last}", front.join(", ")),
        None => "an empty graph".to_owned(),
    }
}
