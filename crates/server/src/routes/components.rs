//! Components, streams of bundles, and their lines.

use std::collections::BTreeMap;

use serde::Deserialize;
use trainyard_api as api;
use trainyard_registry::{
    Name, SequenceKind,
    products::Product,
    releases::{Release, Sequence},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::releases::pointing;
use crate::http::{
    Answer, Asked, Listing, Named, Reading,
    app::App,
    wire::{count, time},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_components))
        .routes(routes!(read_component))
        .routes(routes!(list_lines))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Kinds {
    /// How many items at most.
    #[param(minimum = 1, maximum = 500)]
    #[serde(default, deserialize_with = "crate::http::page::limit")]
    limit: Option<usize>,
    /// The `next` of the part before.
    cursor: Option<String>,
    /// Only those that hold this.
    kind: Option<api::ComponentKind>,
}

pub(super) fn kind(kind: SequenceKind) -> api::ComponentKind {
    match kind {
        SequenceKind::Component => api::ComponentKind::Component,
        SequenceKind::Bundle => api::ComponentKind::Bundle,
    }
}

fn component(product: &Product, sequence: &Sequence) -> api::Component {
    let shown = || sequence.newest_first().filter(|release| release.yanked.is_none());
    let version = |release: &Release| release.version.to_string();
    api::Component {
        name: sequence.name.to_string(),
        kind: kind(sequence.kind),
        scheme: product.scheme_of(sequence.name.as_str()).spec().to_owned(),
        releases: count(sequence.len()),
        newest: shown().find(|release| !release.is_prerelease).map(version),
        newest_of_all: shown().next().map(version),
    }
}

/// Components and streams of bundles, by name.
#[utoipa::path(get, path = "/products/{product}/components", tag = "components", params(Kinds),
    responses((status = 200, description = "Some of them", body = api::Page<api::Component>)))]
async fn list_components(
    Named(name): Named<Name>,
    reading: Reading,
    Asked(kinds): Asked<Kinds>,
) -> Answer {
    reading
        .answer(|view| {
            let product = view.product(&name)?;
            let wanted = |it: &&Sequence| kinds.kind.is_none_or(|wanted| wanted == kind(it.kind));
            let sequences = product.sequences().filter(wanted);
            let sequences = sequences.map(|sequence| (sequence.name.to_string(), sequence));
            let listing = Listing::new(kinds.limit, kinds.cursor.clone());
            let page = listing.sorted(&format!("components of {name}"), sequences)?;
            let items = page.items.into_iter().map(|it| component(product, it)).collect();
            Ok(api::Page { items, next: page.next })
        })
        .await
}

/// A component or stream.
#[utoipa::path(get, path = "/products/{product}/components/{component}", tag = "components",
    responses((status = 200, description = "The component", body = api::Component)))]
async fn read_component(Named((product, name)): Named<(Name, Name)>, reading: Reading) -> Answer {
    reading
        .answer(|view| {
            let product = view.product(&product)?;
            Ok(component(product, product.sequence(name.as_str())?))
        })
        .await
}

/// The lines of a component: releases that share the front of their versions, newest line first.
#[utoipa::path(get, path = "/products/{product}/components/{component}/lines", tag = "components",
    responses((status = 200, description = "All of them", body = api::Page<api::Line>)))]
async fn list_lines(Named((product, name)): Named<(Name, Name)>, reading: Reading) -> Answer {
    reading
        .answer(|view| {
            let product = view.product(&product)?;
            let items = lines(product, product.sequence(name.as_str())?);
            Ok(api::Page { items, next: None })
        })
        .await
}

fn lines(product: &Product, sequence: &Sequence) -> Vec<api::Line> {
    let scheme = product.scheme_of(sequence.name.as_str());
    let mut order = Vec::new();
    let mut lines: BTreeMap<(u64, u64), api::Line> = BTreeMap::new();
    for release in sequence.newest_first().filter(|release| release.yanked.is_none()) {
        let Ok(version) = scheme.parse(release.version.as_str()) else { continue };
        let place = (version.segment(0), version.segment(1));
        let line = lines.entry(place).or_insert_with(|| {
            order.push(place);
            api::Line {
                name: format!("{}.{}", place.0, place.1),
                newest: None,
                releases: 0,
                since: time(release.at),
                last: time(release.at),
                channels: Vec::new(),
            }
        });
        line.releases += 1;
        if line.newest.is_none() && !release.is_prerelease {
            line.newest = Some(release.version.to_string());
        }
        line.since = line.since.clone().min(time(release.at));
        line.last = line.last.clone().max(time(release.at));
        line.channels.extend(pointing(product, &sequence.name, release));
    }
    order.iter().filter_map(|place| lines.remove(place)).collect()
}
