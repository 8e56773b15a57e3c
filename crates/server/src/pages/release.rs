//! A release of a component, and the way to the page of a bundle.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use trainyard_registry::{
    Name, SequenceKind, VersionText,
    enclosures::EnclosureKind,
    products::Product,
    releases::{Release, Sequence},
};

use super::{
    attesting::{Attesting, attesting},
    board::release_href,
    bundle, component, evidence,
    markdown::coded,
    table::Table,
    visit::Visit,
    words::{self, Tone, When},
};
use crate::http::{Named, View, app::App};

/// In how many of the newest bundles of a stream it is looked for.
const BUNDLES: usize = 20;

pub(super) fn routes() -> Router<App> {
    let path = "/products/{product}/components/{component}/releases/{version}";
    Router::new().route(path, get(read))
}

/// What every release's page begins with.
pub(super) struct Head {
    pub(super) name: String,
    pub(super) name_href: String,
    pub(super) version: String,
    pub(super) digest: String,
    pub(super) content: String,
    pub(super) maturity: &'static str,
    pub(super) is_prerelease: bool,
    pub(super) released: When,
    pub(super) by: String,
    pub(super) yanked: Option<String>,
    pub(super) risks: Vec<String>,
    /// What is dangerous of it for some, or on the way to it from some: whom it concerns, and what it is.
    pub(super) warnings: Vec<(String, String)>,
    pub(super) places: Vec<(String, String, Tone, &'static str, Vec<String>)>,
    pub(super) images: Vec<String>,
    pub(super) newer: Option<(String, String)>,
    pub(super) older: Option<(String, String)>,
    pub(super) attesting: Attesting,
    /// Where its audit and the ways to it are, where they are known.
    pub(super) more: Vec<(&'static str, String)>,
}

pub(super) fn head(
    visit: &Visit,
    view: &View<'_>,
    product: &Product,
    sequence: &Sequence,
    release: &Release,
) -> Head {
    let name = sequence.name.as_str();
    let link = |it: &Release| {
        (it.version.to_string(), release_href(&product.name, name, it.version.as_str()))
    };
    // What was yanked is not listed, and so no neighbour either.
    let is_listed = |it: &&Release| it.yanked.is_none();
    let newer = sequence.newest_first().take_while(|it| it.version != release.version);
    let newer = newer.filter(is_listed).last();
    let older = sequence.older_than(Some(release.version.as_str())).find(is_listed);
    Head {
        name: name.to_owned(),
        name_href: format!("/products/{}/components/{name}", product.name),
        version: release.version.to_string(),
        digest: release.digest.to_string(),
        content: release.content.as_ref().map(ToString::to_string).unwrap_or_default(),
        maturity: release.maturity.word(),
        is_prerelease: release.is_prerelease,
        released: words::when(release.at, view.now),
        by: release.by.to_string(),
        yanked: release.yanked.as_deref().map(str::to_owned),
        risks: product
            .blocks_of(name, release)
            .map(|risk| format!("{}: {}", risk.name, risk.message))
            .collect(),
        warnings: warnings(product, name, release),
        places: evidence::places(view, product, &sequence.name, release),
        images: release
            .images
            .iter()
            .map(|image| format!("{}@{}", image.repository, image.digest))
            .collect(),
        newer: newer.map(link),
        older: older.map(link),
        more: more(product, name, release),
        attesting: attesting(
            visit,
            product,
            &sequence.name,
            release.version.as_str(),
            release.bundle().into_iter().flat_map(|bundle| bundle.flavours.into_keys()),
        ),
    }
}

/// The risks that hold for a release and block it only for some: each with whom it concerns.
fn warnings(product: &Product, name: &str, release: &Release) -> Vec<(String, String)> {
    let told = product.warnings_of(name, release).map(|risk| {
        let declared = &risk.declared;
        let whom = declared.condition.as_ref().map(|condition| format!("where `{condition}`"));
        let from = declared.from.as_ref().map(|from| format!("coming from `{from}`"));
        let whom: Vec<_> = from.into_iter().chain(whom).collect();
        (coded(&whom.join(", ")), format!("{}: {}", risk.name, risk.message))
    });
    told.collect()
}

/// The pages that tell more of a release.
fn more(product: &Product, name: &str, release: &Release) -> Vec<(&'static str, String)> {
    let (front, version) = (format!("/products/{}", product.name), release.version.as_str());
    let about = format!("component={}", words::encoded(name));
    let version = words::encoded(version);
    let known = [
        (EnclosureKind::Audit, "its audit", format!("{front}/audit?{about}&version={version}")),
        (
            EnclosureKind::Upgrade,
            "upgrades from it",
            format!("{front}/upgrade?{about}&from={version}"),
        ),
    ];
    let known = known.into_iter().filter(|(kind, _, _)| release.enclosures.contains_key(kind));
    known.map(|(_, word, href)| (word, href)).collect()
}

/// Within what a release is.
pub(super) fn within(product: &Name, name: &Name) -> [(String, String); 2] {
    let front = format!("/products/{product}/components");
    [(front.clone(), "Components".to_owned()), (format!("{front}/{name}"), name.to_string())]
}

#[derive(Template)]
#[template(path = "release.html")]
struct Page {
    head: Head,
    needs: Table,
    bundles: Vec<(String, String)>,
    attestations: Table,
    marks: Table,
}

async fn read(
    Named((product, name, version)): Named<(Name, Name, VersionText)>,
    visit: Visit,
) -> Response {
    let kind = visit
        .look(|view| Ok(view.product(&product)?.sequence(name.as_str())?.kind))
        .await
        .unwrap_or(SequenceKind::Component);
    if kind == SequenceKind::Bundle {
        return bundle::show(&visit, &product, &name, &version).await;
    }
    visit
        .show(|view, frame| {
            let product = view.product(&product)?;
            let sequence = product.sequence(name.as_str())?;
            let release = sequence.find(version.as_str())?;
            frame.about(product, "Components", format!("{name} {version}"));
            frame.within(within(&product.name, &name));
            frame.is_live = true;
            Ok(page(&visit, view, product, sequence, release))
        })
        .await
}

fn page(
    visit: &Visit,
    view: &View<'_>,
    product: &Product,
    sequence: &Sequence,
    release: &Release,
) -> Page {
    let name = sequence.name.as_str();
    let mut bundles = Vec::new();
    for stream in product.sequences().filter(|it| it.kind == SequenceKind::Bundle) {
        for holder in stream.newest_first().take(BUNDLES) {
            let Some(bundle) = holder.bundle() else { continue };
            if bundle.pin(name).is_some_and(|pin| pin.version == release.version.as_str()) {
                let version = holder.version.as_str();
                bundles.push((
                    format!("{} {version}", stream.name),
                    release_href(&product.name, stream.name.as_str(), version),
                ));
            }
        }
    }
    Page {
        head: head(visit, view, product, sequence, release),
        needs: component::needs(visit, product, Some(release)),
        bundles,
        attestations: evidence::attestations(visit, view, product, release),
        marks: evidence::marks(visit, view, product, &sequence.name, release),
    }
}
