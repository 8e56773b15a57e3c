//! What Polyaxon's command line asks: the lowest and the latest version of each part that goes with its own.

use serde::Serialize;
use trainyard_bundle::{Attestations, Verdict, compatibility};
use trainyard_registry::{
    SequenceKind,
    products::Product,
    releases::{Release, Sequence},
};
use trainyard_version::Scheme;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::asked::Ayon;
use crate::http::{Answer, Named, app::App};

/// Parts as Polyaxon calls them, and components that they may be.
const PARTS: [(&str, &[&str]); 4] = [
    ("cli", &["cli"]),
    ("platform", &["platform", "polyaxon", "core"]),
    ("agent", &["agent"]),
    ("ui", &["ui"]),
];

/// The channel that the latest version stands in, where there is one.
const CHANNEL: &str = "production";

/// The answer: a part of which nothing is published is left out.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = PolyaxonCompatibility)]
struct Compatibility {
    #[serde(skip_serializing_if = "Option::is_none")]
    cli: Option<Versions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<Versions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<Versions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ui: Option<Versions>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PolyaxonVersions)]
struct Versions {
    min: String,
    latest: String,
}

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_compatible_versions))
}

/// What goes with a version of a service, as Polyaxon's command line asks. Versions come with hyphens for dots.
#[utoipa::path(get, path = "/api/v1/compatibility/{installation}/{version}/{service}", tag = "other clients",
    responses((status = 200, description = "The lowest and the latest version of each part", body = Compatibility)))]
async fn read_compatible_versions(
    Named((_installation, version, service)): Named<(String, String, String)>,
    asked: Ayon,
) -> Answer {
    let app = asked.reading.app.clone();
    let chosen = app.settings().foreign.compatibility.as_ref();
    asked
        .reading
        .answer_now(|view| {
            let product = super::product(view.state, chosen, "polyaxon")?;
            let asker = component(product, &service).and_then(|sequence| {
                let version = version.replace('-', ".");
                Some((sequence, sequence.release(&version)?))
            });
            let versions = |part| versions(product, component(product, part)?, asker);
            Ok(Compatibility {
                cli: versions("cli"),
                platform: versions("platform"),
                agent: versions("agent"),
                ui: versions("ui"),
            })
        })
        .await
}

fn component<'a>(product: &'a Product, part: &str) -> Option<&'a Sequence> {
    let known = PARTS.iter().find(|(name, _)| *name == part);
    let names = known.map_or(&[][..], |(_, names)| names);
    let mut sequences = names.iter().filter_map(|name| product.sequence(name).ok());
    sequences.find(|sequence| sequence.kind == SequenceKind::Component)
}

/// The latest release of a part, and the first one of its MAJOR that works with whoever asks.
fn versions(
    product: &Product,
    part: &Sequence,
    asker: Option<(&Sequence, &Release)>,
) -> Option<Versions> {
    let name = part.name.as_str();
    let offered: Vec<&Release> = part
        .newest_first()
        .filter(|release| {
            !release.is_prerelease
                && release.yanked.is_none()
                && product.blocks_of(name, release).next().is_none()
        })
        .collect();
    let channel =
        product.channels().find(|it| it.stream == part.name && it.name.as_str() == CHANNEL);
    let head = channel.and_then(|channel| channel.head.as_ref());
    let head = head.and_then(|head| offered.iter().find(|release| release.version == *head));
    let latest = head.or(offered.first())?;
    let scheme = product.scheme_of(name);
    let line = major(&scheme, latest);
    let works = |release: &Release| {
        asker.is_none_or(|(own, asker)| {
            own.name == part.name || works(product, (own, asker), (part, release))
        })
    };
    let mut oldest_first = offered.iter().rev().filter(|it| major(&scheme, it) == line);
    let min = oldest_first.find(|release| works(release)).unwrap_or(latest);
    Some(Versions { min: min.version.to_string(), latest: latest.version.to_string() })
}

fn major(scheme: &Scheme, release: &Release) -> Option<u64> {
    Some(scheme.parse(release.version.as_str()).ok()?.segment(0))
}

/// Whether nothing speaks against two releases.
fn works(product: &Product, left: (&Sequence, &Release), right: (&Sequence, &Release)) -> bool {
    let catalogue = product.catalogue();
    let find = |(sequence, release): (&Sequence, &Release)| {
        let name = catalogue.name(sequence.name.as_str())?;
        catalogue.find_first(name, release.version.as_str())
    };
    let groups = product.expectations().groups;
    let found = find(left).zip(find(right));
    found.is_none_or(|(left, right)| {
        let found = compatibility(left, right, &groups, &Attestations::default());
        found.verdict != Verdict::Incompatible
    })
}
