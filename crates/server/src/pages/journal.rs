//! The journal: every line of the log, newest first.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde_json::{Map, Value};
use trainyard_registry::{Entry, Event, Moment};

use super::{
    visit::{Visit, address},
    words::{self, When},
};
use crate::http::{app::App, failure::Failure, wire};

/// How many lines a part has.
const PART: usize = 60;
/// How many lines are looked through for those that are wanted.
const LOOKED_AT: u64 = 8192;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/journal", get(read))
}

#[derive(Template)]
#[template(path = "journal.html")]
struct Page {
    lines: Vec<Line>,
    size: String,
    root: String,
    origin: String,
    kinds: Vec<(String, bool)>,
    about: String,
    older: Option<String>,
    newest: Option<String>,
}

struct Line {
    seq: u64,
    when: When,
    by: String,
    kind: String,
    what: String,
    why: String,
}

async fn read(visit: Visit) -> Response {
    if let Err(failure) = visit.must_read().and_then(|()| visit.must_read_log()) {
        return visit.fail(&failure).await;
    }
    match gather(&visit).await {
        Ok(page) => {
            visit
                .show(|_, frame| {
                    "Journal".clone_into(&mut frame.title);
                    frame.section = "Journal";
                    frame.is_live = page.newest.is_none();
                    frame.twin = Some("/api/v1/log/entries".to_owned());
                    Ok(page)
                })
                .await
        }
        Err(failure) => visit.fail(&failure).await,
    }
}

async fn gather(visit: &Visit) -> Result<Page, Failure> {
    let (size, now, root) = visit
        .look(|view| {
            let size = view.ledger.size();
            let root = view.ledger.tree.root(size).map(|root| wire::hex(&root)).unwrap_or_default();
            Ok((size, view.now, root))
        })
        .await?;
    let desk = visit.app.desk();
    let before =
        visit.asked("before").and_then(|it| it.parse::<u64>().ok()).unwrap_or(size).min(size);
    let wanted_kind = visit.asked("kind").unwrap_or_default().to_owned();
    let about = visit.asked("about").unwrap_or_default().to_owned();
    let mut lines = Vec::new();
    let mut end = before;
    let lowest = before.saturating_sub(LOOKED_AT);
    while end > lowest && lines.len() < PART {
        let from = end.saturating_sub(512).max(lowest);
        let limit = u32::try_from(end - from).unwrap_or(u32::MAX);
        let stored = desk.store().entries(from, limit).await?;
        for stored in stored.iter().rev() {
            end = stored.number;
            let entry = Entry::from_bytes(stored.number, &stored.body);
            let entry = entry.map_err(|error| Failure::fault(&error))?;
            let line = line(&entry, now);
            let is_wanted = (wanted_kind.is_empty() || line.kind == wanted_kind)
                && (about.is_empty() || has(&line, &about));
            if is_wanted {
                lines.push(line);
            }
            if lines.len() == PART {
                break;
            }
        }
        if stored.is_empty() {
            break;
        }
    }
    let with = |before: Option<u64>| {
        let kept = visit.query().iter().filter(|(name, _)| name != "before").cloned();
        let mut query: Vec<_> = kept.collect();
        query.extend(before.map(|before| ("before".to_owned(), before.to_string())));
        address("/journal", &query)
    };
    Ok(Page {
        lines,
        size: words::counted(size, "line", "lines"),
        root,
        origin: desk.origin().to_owned(),
        kinds: KINDS.iter().map(|kind| ((*kind).to_owned(), *kind == wanted_kind)).collect(),
        about,
        older: (end > 0).then(|| with(Some(end))),
        newest: (before < size).then(|| with(None)),
    })
}

fn has(line: &Line, about: &str) -> bool {
    let about = about.to_lowercase();
    [&line.what, &line.by, &line.why].iter().any(|text| text.to_lowercase().contains(&about))
}

/// What can happen, as the log calls it.
const KINDS: [&str; 20] = [
    "product created",
    "policy set",
    "waiver recorded",
    "party enrolled",
    "principal enrolled",
    "key enrolled",
    "key ended",
    "token issued",
    "token revoked",
    "published",
    "yank changed",
    "attested",
    "withdrawn",
    "channel moved",
    "channel changed",
    "move scheduled",
    "schedule ended",
    "risk declared",
    "risk lifted",
    "rollout changed",
];

fn line(entry: &Entry, now: Moment) -> Line {
    Line {
        seq: entry.seq,
        when: words::when(entry.at, now),
        by: entry.by.to_string(),
        kind: entry.event.kind().replace('_', " "),
        what: what(&entry.event),
        why: entry.why.clone(),
    }
}

/// What an event speaks of, in its own words.
fn what(event: &Event) -> String {
    let Ok(Value::Object(outer)) = serde_json::to_value(event) else { return String::new() };
    let Some(Value::Object(inner)) = outer.into_iter().next().map(|(_, inner)| inner) else {
        return String::new();
    };
    let mut parts = Vec::new();
    let place: Vec<&str> =
        ["product", "stream", "name", "channel", "component", "party", "principal"]
            .iter()
            .filter_map(|key| text(&inner, key))
            .collect();
    if !place.is_empty() {
        parts.push(place.join("/"));
    }
    for key in ["version", "kind", "outcome", "risk", "token", "id", "title"] {
        parts.extend(text(&inner, key).map(cut));
    }
    match (text(&inner, "from"), text(&inner, "to")) {
        (Some(from), Some(to)) => parts.push(format!("{from} → {to}")),
        (None, Some(to)) => parts.push(format!("→ {to}")),
        (Some(from), None) if inner.contains_key("channel") => {
            parts.push(format!("{from} → nothing"));
        }
        _ => {}
    }
    match inner.get("is-stopped").and_then(Value::as_bool) {
        Some(true) => parts.push("stopped".to_owned()),
        Some(false) => parts.push("moves again".to_owned()),
        None => {}
    }
    parts.extend(text(&inner, "message").map(cut));
    parts.extend(text(&inner, "digest").map(cut));
    parts.join(" ")
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The front of what is long.
fn cut(text: &str) -> String {
    let front: String = text.chars().take(120).collect();
    if let Some(digits) = front.strip_prefix("sha256:") {
        return digits.chars().take(12).collect();
    }
    if front.len() < text.len() { format!("{front}…") } else { front }
}
