//! What stands where: all products, and one of them.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use trainyard_registry::{Name, products::Product, releases::Sequence};

use super::{
    board::{self, Stream, release_href},
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone, When},
};
use crate::http::{Named, View, app::App};

/// How many streams of a product stand among all products.
const FEW: usize = 8;
/// How many of the newest changes are shown.
const NEWEST: usize = 12;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(all)).route("/products/{product}", get(one))
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    products: Vec<Summary>,
    is_signed_in: bool,
}

/// A product at a glance.
struct Summary {
    name: String,
    title: String,
    counts: String,
    streams: Vec<Stream>,
    more: usize,
    risks: Vec<String>,
}

fn summary(view: &View<'_>, product: &Product, most: usize) -> Summary {
    let names = board::stream_names(product);
    let releases: usize = product.sequences().map(Sequence::len).sum();
    let parts = [
        words::of(product.sequences().count(), "component", "components"),
        words::of(releases, "release", "releases"),
        words::of(product.channels().count(), "channel", "channels"),
    ];
    let holding = product.risks().filter(|risk| risk.holds());
    Summary {
        name: product.name.to_string(),
        title: product.title.clone(),
        counts: parts.join(" · "),
        streams: names.iter().take(most).map(|name| board::stream(view, product, name)).collect(),
        more: names.len().saturating_sub(most),
        risks: holding.map(|risk| format!("{}: {}", risk.name, risk.message)).collect(),
    }
}

async fn all(visit: Visit) -> Response {
    let is_signed_in = visit.actor().is_some();
    visit
        .show(|view, frame| {
            "Overview".clone_into(&mut frame.title);
            frame.twin = Some("/api/v1/products".to_owned());
            frame.is_live = true;
            let products = view.state.products().map(|product| summary(view, product, FEW));
            Ok(Overview { products: products.collect(), is_signed_in })
        })
        .await
}

#[derive(Template)]
#[template(path = "product.html")]
struct OneProduct {
    summary: Summary,
    party: String,
    since: String,
    newest: Vec<Change>,
    components: Table,
}

/// Something that has just happened.
struct Change {
    when: When,
    at: i64,
    text: String,
    what: String,
    href: String,
    tone: Tone,
}

async fn one(Named(name): Named<Name>, visit: Visit) -> Response {
    visit
        .show(|view, frame| {
            let product = view.product(&name)?;
            frame.about(product, "Overview", "Overview");
            frame.is_live = true;
            Ok(OneProduct {
                summary: summary(view, product, usize::MAX),
                party: product.party.to_string(),
                since: words::day(product.since),
                newest: newest(view, product),
                components: components(&visit, view, product),
            })
        })
        .await
}

/// The newest moves of channels and releases.
fn newest(view: &View<'_>, product: &Product) -> Vec<Change> {
    let mut changes = Vec::new();
    for channel in product.channels() {
        for moved in channel.history.iter().rev().take(NEWEST) {
            let to = moved.moved.to.as_ref().map_or("nothing", |to| to.as_str());
            changes.push(Change {
                when: words::when(moved.at, view.now),
                at: moved.at.0,
                text: format!("{} to {to}", crate::http::wire::word(moved.moved.kind)),
                what: channel.title(),
                href: board::channel_href(product, channel),
                tone: super::channel::tone(moved.moved.kind),
            });
        }
    }
    for sequence in product.sequences() {
        for release in sequence.newest_first().take(NEWEST) {
            let version = release.version.as_str();
            changes.push(Change {
                when: words::when(release.at, view.now),
                at: release.at.0,
                text: format!("published {version}"),
                what: sequence.name.to_string(),
                href: release_href(&product.name, sequence.name.as_str(), version),
                tone: Tone::Plain,
            });
        }
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.at));
    changes.truncate(NEWEST);
    changes
}

/// All components and streams with their newest releases.
pub(super) fn components(visit: &Visit, view: &View<'_>, product: &Product) -> Table {
    let columns = [
        ("name", "Component", ""),
        ("kind", "Holds", ""),
        ("newest", "Newest", ""),
        ("maturity", "Maturity", ""),
        ("released", "Released", ""),
        ("releases", "Releases", "number"),
    ];
    let mut table = Table::new(visit, "", "Components", &columns)
        .or("Nothing is published yet. `trainyard publish` brings the first release here.");
    for sequence in product.sequences() {
        let mut shown = sequence.newest_first().filter(|release| release.yanked.is_none());
        let newest = sequence.newest_first();
        let mut finals = newest.filter(|it| it.yanked.is_none() && !it.is_prerelease);
        let newest = finals.next().or_else(|| shown.next());
        let name = sequence.name.as_str();
        let href = format!("/products/{}/components/{name}", product.name);
        let kind = crate::http::wire::word(sequence.kind);
        let (version, maturity, released) = match newest {
            Some(release) => {
                let version = release.version.as_str();
                (
                    Cell::text(version).to(release_href(&product.name, name, version)),
                    Cell::text(release.maturity.word()),
                    Cell::when(&words::when(release.at, view.now), release.at.0),
                )
            }
            None => (Cell::text("none"), Cell::text(""), Cell::text("")),
        };
        let name = Cell::text(name).to(href);
        let kind = if kind == "component" { "releases".to_owned() } else { "bundles".to_owned() };
        table.push(vec![
            name,
            Cell::text(kind),
            version,
            maturity,
            released,
            Cell::number(sequence.len()),
        ]);
    }
    table.done()
}
