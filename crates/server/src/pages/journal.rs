//! The journal: every line of the log, newest first.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde_json::json;
use trainyard_registry::{Entry, Event, Moment, Name};

use super::{
    happened::{Told, told},
    visit::{Visit, address},
    words::{self, When},
};
use crate::http::{Answer, Named, View, app::App, failure::Failure};

/// How many lines a part has.
const PART: usize = 60;
/// How many lines are looked through for those that are wanted.
const LOOKED_AT: u64 = 8192;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/journal", get(read))
        .route("/journal.json", get(read_json))
        .route("/products/{product}/journal", get(read_product))
        .route("/products/{product}/journal.json", get(read_product_json))
}

#[derive(Template)]
#[template(path = "journal.html")]
struct Page {
    path: String,
    product: Option<String>,
    lines: Vec<Line>,
    size: String,
    root: String,
    origin: String,
    kinds: Vec<(String, bool)>,
    about: String,
    /// The next part, the first one, and the same in the other order.
    more: Option<String>,
    first: Option<String>,
    turned: String,
    is_rising: bool,
}

struct Line {
    seq: u64,
    when: When,
    by: String,
    kind: String,
    told: Told,
    why: String,
}

async fn read(visit: Visit) -> Response {
    show(&visit, None).await
}

async fn read_product(Named(product): Named<Name>, visit: Visit) -> Response {
    show(&visit, Some(&product)).await
}

async fn read_json(visit: Visit) -> Answer {
    tell(&visit, None).await
}

async fn read_product_json(Named(product): Named<Name>, visit: Visit) -> Answer {
    tell(&visit, Some(&product)).await
}

/// The same for programs: the lines that the page shows, in its order.
async fn tell(visit: &Visit, product: Option<&Name>) -> Answer {
    visit.must_read()?;
    visit.must_read_log()?;
    let page = gather(visit, product).await?;
    let line = |line: &Line| {
        json!({ "seq": line.seq, "at": line.when.exact, "by": line.by, "kind": line.kind,
            "of": line.told.of, "href": line.told.href, "text": line.told.text, "why": line.why })
    };
    let lines: Vec<_> = page.lines.iter().map(line).collect();
    visit
        .tell(|_| {
            Ok(json!({ "origin": page.origin, "root": page.root, "lines": lines, "next": page.more }))
        })
        .await
}

async fn show(visit: &Visit, product: Option<&Name>) -> Response {
    if let Err(failure) = visit.must_read().and_then(|()| visit.must_read_log()) {
        return visit.fail(&failure).await;
    }
    match gather(visit, product).await {
        Ok(page) => {
            visit
                .show(|view, frame| {
                    if let Some(product) = product {
                        frame.about(view.product(product)?, "Journal", "Journal");
                    }
                    "Journal".clone_into(&mut frame.title);
                    frame.section = "Journal";
                    frame.is_live = page.first.is_none() && !page.is_rising;
                    frame.twin = Some(visit.own_json());
                    Ok(page)
                })
                .await
        }
        Err(failure) => visit.fail(&failure).await,
    }
}

async fn gather(visit: &Visit, product: Option<&Name>) -> Result<Page, Failure> {
    let (size, now, root) = visit
        .look(|view| {
            if let Some(product) = product {
                view.product(product)?;
            }
            let size = view.ledger.size();
            let root = view.ledger.tree.root(size).map(hex::encode).unwrap_or_default();
            Ok((size, view.now, root))
        })
        .await?;
    let wanted = Wanted {
        product: product.cloned(),
        kind: visit.asked("kind").unwrap_or_default().to_owned(),
        about: visit.asked("about").unwrap_or_default().to_owned(),
    };
    let is_rising = visit.asked("order") == Some("oldest");
    let number = |name: &str| visit.asked(name).and_then(|it| it.parse::<u64>().ok());
    let start = if is_rising {
        number("after").unwrap_or_default().min(size)
    } else {
        number("before").unwrap_or(size).min(size)
    };
    let (lines, end) = collect(visit, &wanted, (start, size), is_rising, now).await?;
    let places = ["before", "after"];
    let with = |own: &[(&str, String)]| {
        let is_kept =
            |name: &str| !places.contains(&name) && !own.iter().any(|(other, _)| *other == name);
        let kept = visit.query().iter().filter(|(name, _)| is_kept(name)).cloned();
        let own = own.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let query: Vec<_> = kept.chain(own).filter(|(_, value)| !value.is_empty()).collect();
        address(visit.path(), &query)
    };
    let order = |order: &str| with(&[("order", order.to_owned())]);
    let desk = visit.app.desk();
    Ok(Page {
        path: visit.path().to_owned(),
        product: product.map(Name::to_string),
        size: words::counted(size, "line", "lines"),
        root,
        origin: desk.origin().to_owned(),
        kinds: kinds()
            .map(|kind| {
                let is_wanted = kind == wanted.kind;
                (kind, is_wanted)
            })
            .collect(),
        about: wanted.about,
        more: if is_rising {
            (end < size).then(|| with(&[("after", end.to_string())]))
        } else {
            (end > 0).then(|| with(&[("before", end.to_string())]))
        },
        first: (if is_rising { start > 0 } else { start < size }).then(|| with(&[])),
        turned: if is_rising { order("") } else { order("oldest") },
        is_rising,
        lines,
    })
}

/// Which lines are wanted.
struct Wanted {
    product: Option<Name>,
    kind: String,
    about: String,
}

impl Wanted {
    fn has(&self, event: &Event, line: &Line) -> bool {
        self.product.as_ref().is_none_or(|product| event.product() == Some(product))
            && (self.kind.is_empty() || line.kind == self.kind)
            && (self.about.is_empty() || has(line, &self.about))
    }
}

/// The wanted lines from a place on, and where the next part begins. *Cost*: linear in what is looked through.
async fn collect(
    visit: &Visit,
    wanted: &Wanted,
    (start, size): (u64, u64),
    is_rising: bool,
    now: Moment,
) -> Result<(Vec<Line>, u64), Failure> {
    let store = visit.app.desk().store();
    let (mut lines, mut end) = (Vec::new(), start);
    let last =
        if is_rising { (start + LOOKED_AT).min(size) } else { start.saturating_sub(LOOKED_AT) };
    while end != last && lines.len() < PART {
        let from = if is_rising { end } else { end.saturating_sub(512).max(last) };
        let limit = if is_rising { (last - end).min(512) } else { end - from };
        let mut stored = store.entries(from, u32::try_from(limit).unwrap_or(u32::MAX)).await?;
        if stored.is_empty() {
            break;
        }
        if !is_rising {
            stored.reverse();
        }
        end = visit
            .look(|view| {
                for stored in &stored {
                    end = if is_rising { stored.number + 1 } else { stored.number };
                    let entry = Entry::from_bytes(stored.number, &stored.body);
                    let entry = entry.map_err(|error| Failure::fault(&error))?;
                    let line = line(&entry, view, now);
                    if wanted.has(&entry.event, &line) {
                        lines.push(line);
                    }
                    if lines.len() == PART {
                        break;
                    }
                }
                Ok(end)
            })
            .await?;
    }
    Ok((lines, end))
}

fn has(line: &Line, about: &str) -> bool {
    let about = about.to_lowercase();
    [&line.told.of, &line.told.text, &line.by, &line.why]
        .iter()
        .any(|text| text.to_lowercase().contains(&about))
}

/// What can happen, as the log calls it.
fn kinds() -> impl Iterator<Item = String> {
    Event::KINDS.iter().map(|kind| kind.replace('_', " "))
}

fn line(entry: &Entry, view: &View<'_>, now: Moment) -> Line {
    Line {
        seq: entry.seq,
        when: words::when(entry.at, now),
        by: entry.by.to_string(),
        kind: entry.event.kind().replace('_', " "),
        told: told(&entry.event, view.state),
        why: entry.why.clone(),
    }
}
