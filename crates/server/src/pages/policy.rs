//! A product's policy: the page made of it, its revisions, and what tells one from another.

use std::sync::Arc;

use askama::Template;
use axum::{Router, response::Response, routing::get};
use trainyard_policy::{Checked, Policy};
use trainyard_registry::{Digest, Moment, Name, products::PolicyRevision};

use super::{
    board, channel,
    frame::Frame,
    kept::Kept,
    markdown,
    table::{Cell, Table},
    visit::Visit,
    words::{self, encoded},
};
use crate::http::{Named, app::App, failure::Failure};

/// The most lines that are held against each other line by line.
const MOST_LINES: usize = 3000;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/products/{product}/policy", get(read))
}

#[derive(Template)]
#[template(path = "policy.html")]
struct Page {
    name: String,
    explained: String,
    text: String,
    revisions: Table,
    rules: Vec<(String, String, Vec<String>)>,
    difference: Option<Vec<(&'static str, &'static str, String)>>,
    shown: String,
    is_newest: bool,
    is_missing: bool,
}

/// The text of a policy.
pub(super) async fn text_of(visit: &Visit, digest: &Digest) -> Result<String, Failure> {
    let text = visit.app.desk().store().blob(&digest.to_string()).await?;
    Ok(text.and_then(|text| String::from_utf8(text).ok()).unwrap_or_default())
}

static POLICIES: Kept<Option<Policy>> = Kept::new(8);

/// A policy, if it can still be read.
pub(super) async fn known(visit: &Visit, digest: &Digest) -> Result<Arc<Option<Policy>>, Failure> {
    if let Some(known) = POLICIES.get(digest) {
        return Ok(known);
    }
    let text = text_of(visit, digest).await?;
    let policy = tokio::task::spawn_blocking(move || parsed(&text)).await;
    Ok(POLICIES.put(digest.clone(), policy.map_err(|error| Failure::fault(&error))?))
}

fn parsed(text: &str) -> Option<Policy> {
    let Checked { policy, .. } = Policy::parse(text, "trainyard.toml").ok()?;
    Some(policy)
}

async fn read(Named(name): Named<Name>, visit: Visit) -> Response {
    match gather(&visit, &name).await {
        Ok(shown) => shown,
        Err(failure) => visit.fail(&failure).await,
    }
}

async fn gather(visit: &Visit, name: &Name) -> Result<Response, Failure> {
    let (digests, now) = visit
        .look(|view| {
            let policies = &view.product(name)?.policies;
            Ok((policies.iter().map(|it| it.digest.clone()).collect::<Vec<_>>(), view.now))
        })
        .await?;
    let wanted = visit.asked("revision");
    let place = digests.iter().rposition(|it| wanted.is_none_or(|wanted| it.to_string() == wanted));
    if wanted.is_some() && place.is_none() {
        return Err(
            trainyard_registry::Refusal::not_found("policy", wanted.unwrap_or_default()).into()
        );
    }
    let shown = place.and_then(|place| digests.get(place)).cloned();
    let before = match visit.asked("against") {
        Some(against) => digests.iter().find(|it| it.to_string() == against).cloned(),
        None => place.and_then(|place| digests.get(place.checked_sub(1)?)).cloned(),
    };
    let text = match &shown {
        Some(digest) => text_of(visit, digest).await?,
        None => String::new(),
    };
    let old = match &before {
        Some(digest) => Some(text_of(visit, digest).await?),
        None => None,
    };
    let policy = match &shown {
        Some(digest) => known(visit, digest).await?,
        None => Arc::new(None),
    };
    // Texts may be as long as a request; nobody else waits for them.
    let drawn = tokio::task::spawn_blocking(move || {
        let page = policy.as_ref().as_ref().map(|policy| explained(policy, words::date(now)));
        (page, old.map(|old| difference(&old, &text)), text)
    });
    let (page, difference, text) = drawn.await.map_err(|error| Failure::fault(&error))?;
    Ok(visit
        .show(|view, frame: &mut Frame| {
            let product = view.product(name)?;
            frame.about(product, "Policy", "Policy");
            frame.twin = Some(format!("/api/v1/products/{name}/policies"));
            let mut rules = Vec::new();
            for stream in board::stream_names(product) {
                for it in board::in_order(product, stream) {
                    rules.push((
                        it.title(),
                        board::channel_href(product, it),
                        channel::rule(&it.rule),
                    ));
                }
            }
            Ok(Page {
                name: name.to_string(),
                explained: page.clone().unwrap_or_default(),
                is_missing: text.is_empty(),
                text,
                revisions: revisions(visit, name, &product.policies, view.now),
                rules,
                difference,
                shown: shown.as_ref().map(words::short).unwrap_or_default(),
                is_newest: place.is_none_or(|place| place + 1 == digests.len()),
            })
        })
        .await)
}

/// The page that a policy makes of itself.
fn explained(policy: &Policy, today: jiff::civil::Date) -> String {
    let mut policy = policy.clone();
    // It may be Markdown; all else is text already.
    policy.product.description = policy.product.description.as_deref().map(markdown::unlinked);
    markdown::html(&trainyard_policy::doc(&policy, today), 1)
}

fn revisions(visit: &Visit, name: &Name, policies: &[PolicyRevision], now: Moment) -> Table {
    let columns = [
        ("revision", "Revision", ""),
        ("since", "In force since", ""),
        ("by", "Set by", ""),
        ("why", "Why", "wide"),
    ];
    let mut table = Table::new(visit, "", "Revisions", &columns);
    for (place, it) in policies.iter().enumerate().rev() {
        let href = format!("/products/{name}/policy?revision={}", encoded(&it.digest.to_string()));
        let note = if place + 1 == policies.len() { "in force" } else { "" };
        table.push(vec![
            Cell::text(words::short(&it.digest)).to(href).note(note),
            Cell::when(&words::when(it.since, now), it.since.0),
            Cell::text(it.by.to_string()),
            Cell::sentence(it.why.clone()),
        ]);
    }
    table.or("No policy was set yet.").done()
}

/// What tells one text from another, line by line: class, mark, line.
///
/// *Cost*: the product of what lies between the first and the last difference; of texts that are too long, all is other.
fn difference(old: &str, new: &str) -> Vec<(&'static str, &'static str, String)> {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let front = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let back = old.iter().skip(front).rev().zip(new.iter().skip(front).rev());
    let back = back.take_while(|(one, other)| one == other).count();
    let middle = |lines: &[&str]| -> Vec<String> {
        lines
            .get(front..lines.len() - back)
            .unwrap_or_default()
            .iter()
            .map(|line| (*line).to_owned())
            .collect()
    };
    let (ours, theirs) = (middle(&old), middle(&new));
    let mut out = Vec::new();
    let around = 3;
    for line in old.get(front.saturating_sub(around)..front).unwrap_or_default() {
        out.push(("", " ", (*line).to_owned()));
    }
    if ours.len().max(theirs.len()) > MOST_LINES {
        out.extend(ours.into_iter().map(|line| ("take", "-", line)));
        out.extend(theirs.into_iter().map(|line| ("add", "+", line)));
    } else {
        walk(&ours, &theirs, &mut out);
    }
    for line in old.get(old.len() - back..).unwrap_or_default().iter().take(around) {
        out.push(("", " ", (*line).to_owned()));
    }
    if out.iter().all(|(class, _, _)| class.is_empty()) {
        out.clear();
    }
    out
}

/// The longest common lines stay; what is left of the old is taken, what is left of the new is added.
fn walk(old: &[String], new: &[String], out: &mut Vec<(&'static str, &'static str, String)>) {
    let width = new.len() + 1;
    let mut lengths = vec![0_u16; (old.len() + 1) * width];
    let at = |lengths: &[u16], row: usize, column: usize| {
        lengths.get(row * width + column).copied().unwrap_or_default()
    };
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            let length = if old.get(row) == new.get(column) {
                at(&lengths, row + 1, column + 1) + 1
            } else {
                at(&lengths, row + 1, column).max(at(&lengths, row, column + 1))
            };
            if let Some(slot) = lengths.get_mut(row * width + column) {
                *slot = length;
            }
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < old.len() || column < new.len() {
        let (ours, theirs) = (old.get(row), new.get(column));
        if ours.is_some() && ours == theirs {
            out.extend(ours.map(|line| ("", " ", line.clone())));
            (row, column) = (row + 1, column + 1);
        } else if theirs.is_none()
            || (ours.is_some() && at(&lengths, row + 1, column) >= at(&lengths, row, column + 1))
        {
            out.extend(ours.map(|line| ("take", "-", line.clone())));
            row += 1;
        } else {
            out.extend(theirs.map(|line| ("add", "+", line.clone())));
            column += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn lines_that_stay_are_told_from_those_that_came_and_went() {
        let told: Vec<_> = difference("a\nb\nc\nd", "a\nx\nc\nd\ne")
            .into_iter()
            .map(|(_, mark, line)| format!("{mark}{line}"))
            .collect();
        assert_eq!(told, [" a", "-b", "+x", " c", " d", "+e"]);
        assert!(difference("a\nb", "a\nb").is_empty());
    }
}
