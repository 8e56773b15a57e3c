//! Releases and bundles: published once, never changed.

use serde::Deserialize;
use trainyard_api as api;
use trainyard_registry::{
    Command, Digest, Maturity, Name, Publish, Refusal, SequenceKind, VersionText,
    products::Product,
    releases::{Image, Release, Yank},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::components::kind;
use crate::{
    http::{
        Answer, Asked, Listing, Named, Reading, Writing,
        app::App,
        failure::Failure,
        wire::{count, moment_of, time, title},
    },
    jobs,
};

/// The most images of a release.
const MOST_IMAGES: usize = 1000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_releases, publish))
        .routes(routes!(read_release))
        .routes(routes!(yank))
        .routes(routes!(unyank))
        .routes(routes!(find_release))
        .routes(routes!(compare_releases))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// How many items at most.
    #[param(minimum = 1, maximum = 500)]
    #[serde(default, deserialize_with = "crate::http::page::limit")]
    limit: Option<usize>,
    /// The `next` of the part before.
    cursor: Option<String>,
    /// Whether pre-releases are told; they are where nothing is said.
    prereleases: Option<bool>,
    /// Whether hidden releases are told; they are not where nothing is said.
    yanked: Option<bool>,
}

/// The channels that point to a release.
pub(crate) fn pointing(
    product: &Product,
    name: &Name,
    release: &Release,
) -> impl Iterator<Item = String> {
    let own = product.channels().filter(move |channel| channel.stream == *name);
    let own = own.filter(|channel| channel.head.as_ref() == Some(&release.version));
    own.map(|channel| channel.name.to_string())
}

pub(super) fn summary(product: &Product, name: &Name, release: &Release) -> api::ReleaseSummary {
    api::ReleaseSummary {
        component: name.to_string(),
        version: release.version.to_string(),
        digest: release.digest.to_string(),
        content: release.content.as_ref().map(Digest::to_string),
        maturity: match release.maturity {
            Maturity::Alpha => api::Maturity::Alpha,
            Maturity::Beta => api::Maturity::Beta,
            Maturity::Stable => api::Maturity::Stable,
        },
        is_prerelease: release.is_prerelease,
        released: time(release.at),
        published: time(release.logged),
        by: release.by.to_string(),
        seq: release.seq,
        yanked: release.yanked.as_deref().map(str::to_owned),
        channels: pointing(product, name, release).collect(),
    }
}

fn whole(product: &Product, name: &Name, release: &Release) -> Result<api::Release, Failure> {
    let image = |image: &Image| api::Image {
        repository: image.repository.clone(),
        digest: image.digest.to_string(),
    };
    let own = product.channels().filter(|channel| channel.stream == *name);
    let entered = own.filter(|channel| channel.members.contains_key(&release.version));
    let blocks = product.blocks_of(name.as_str(), release);
    Ok(api::Release {
        release: summary(product, name, release),
        kind: kind(product.sequence(name.as_str())?.kind),
        images: release.images.iter().map(image).collect(),
        follows: release
            .follows
            .as_ref()
            .map(|follows| follows.iter().map(VersionText::to_string).collect()),
        document: release.document.clone(),
        entered: entered.map(|channel| channel.name.to_string()).collect(),
        blocked_by: blocks.map(|risk| risk.name.to_string()).collect(),
        attestations: count(product.attestations().of(&release.digest).len()),
    })
}

/// The releases of a component, newest version first.
#[utoipa::path(get, path = "/products/{product}/components/{component}/releases", tag = "releases",
    params(Which),
    responses((status = 200, description = "Some of them", body = api::Page<api::ReleaseSummary>)))]
async fn list_releases(
    Named((product, name)): Named<(Name, Name)>,
    reading: Reading,
    Asked(which): Asked<Which>,
) -> Answer {
    reading
        .answer(|view| {
            let list = format!("releases of {product}/{name}");
            let product = view.product(&product)?;
            let sequence = product.sequence(name.as_str())?;
            let listing = Listing::new(which.limit, which.cursor.clone());
            let after = listing.after(&list)?;
            let releases = sequence.older_than(after.as_deref()).filter(|release| {
                (which.prereleases != Some(false) || !release.is_prerelease)
                    && (which.yanked == Some(true) || release.yanked.is_none())
            });
            let releases = releases.map(|release| (release.version.to_string(), release));
            let page = listing.page(&list, releases);
            let items = page.items.into_iter().map(|it| summary(product, &name, it)).collect();
            Ok(api::Page { items, next: page.next })
        })
        .await
}

/// Publishes a release or a bundle.
///
/// The same once more changes nothing; the same version with other content is refused with both digests.
#[utoipa::path(post, path = "/products/{product}/components/{component}/releases", tag = "releases",
    request_body = api::NewRelease,
    responses((status = 200, description = "It was there already", body = api::Receipt),
        (status = 201, description = "It is published", body = api::Receipt)))]
async fn publish(
    Named((product, name)): Named<(Name, Name)>,
    Writing { asking, body }: Writing<api::NewRelease>,
) -> Answer {
    if body.images.len() > MOST_IMAGES {
        let detail = format!("a release has at most {MOST_IMAGES} images");
        return Err(Failure::invalid("too-many-images", detail));
    }
    let image = |image: api::Image| -> Result<Image, Failure> {
        let repository = title("repository", image.repository)?;
        Ok(Image { repository, digest: image.digest.parse()? })
    };
    let follows = body.follows.map(|all| {
        all.iter().map(|version| version.parse::<VersionText>()).collect::<Result<Vec<_>, _>>()
    });
    let images = body.images.into_iter().map(image).collect::<Result<Vec<_>, _>>()?;
    jobs::must_be_there(&asking, &product, &images).await?;
    let command = Publish {
        product,
        name,
        kind: match body.kind {
            api::ComponentKind::Component => SequenceKind::Component,
            api::ComponentKind::Bundle => SequenceKind::Bundle,
        },
        version: body.version.parse()?,
        content: body.content.map(|digest| digest.parse()).transpose()?,
        document: body.document,
        images,
        follows: follows.transpose()?,
        released: moment_of(body.released.as_ref())?,
    };
    asking.create(body.why, Command::Publish(command)).await
}

/// A release or bundle.
#[utoipa::path(get, path = "/products/{product}/components/{component}/releases/{version}",
    tag = "releases", responses((status = 200, description = "The release", body = api::Release)))]
async fn read_release(
    Named((product, name, version)): Named<(Name, Name, VersionText)>,
    reading: Reading,
) -> Answer {
    reading
        .answer(|view| {
            let product = view.product(&product)?;
            let release = product.sequence(name.as_str())?.find(version.as_str())?;
            whole(product, &name, release)
        })
        .await
}

/// The release that has a digest.
#[utoipa::path(get, path = "/products/{product}/digests/{digest}", tag = "releases",
    responses((status = 200, description = "The release", body = api::Release)))]
async fn find_release(Named((product, digest)): Named<(Name, Digest)>, reading: Reading) -> Answer {
    reading
        .answer(|view| {
            let product = view.product(&product)?;
            let found = product.by_digest(&digest);
            let (name, release) =
                found.ok_or_else(|| Refusal::not_found("release with the digest", &digest))?;
            whole(product, name, release)
        })
        .await
}

/// Hides a release; it is never deleted.
#[utoipa::path(post, path = "/products/{product}/components/{component}/releases/{version}/yank",
    tag = "releases", request_body = api::Reason,
    responses((status = 200, description = "It is hidden", body = api::Receipt)))]
async fn yank(
    Named((product, name, version)): Named<(Name, Name, VersionText)>,
    Writing { asking, body }: Writing<api::Reason>,
) -> Answer {
    let command = Yank { product, name, version, is_yanked: true };
    asking.carry_out(body.why, Command::Yank(command)).await
}

/// Shows a hidden release again.
#[utoipa::path(post, path = "/products/{product}/components/{component}/releases/{version}/unyank",
    tag = "releases", request_body = api::Reason,
    responses((status = 200, description = "It is shown", body = api::Receipt)))]
async fn unyank(
    Named((product, name, version)): Named<(Name, Name, VersionText)>,
    Writing { asking, body }: Writing<api::Reason>,
) -> Answer {
    let command = Yank { product, name, version, is_yanked: false };
    asking.carry_out(body.why, Command::Yank(command)).await
}

#[derive(Deserialize)]
struct Pair {
    /// A component.
    left: Name,
    /// Its version.
    left_version: VersionText,
    /// Another component.
    right: Name,
    /// Its version.
    right_version: VersionText,
}

/// Whether two releases work together, and which rule says so.
#[utoipa::path(get, path = "/products/{product}/compatibility", tag = "releases", 
    params(
        ("left" = String, Query, description = "A component"),
        ("left_version" = String, Query, description = "Its version"),
        ("right" = String, Query, description = "Another component"),
        ("right_version" = String, Query, description = "Its version")),
    responses((status = 200, description = "The verdict", body = api::Compatibility)))]
async fn compare_releases(
    Named(product): Named<Name>,
    reading: Reading,
    Asked(pair): Asked<Pair>,
) -> Answer {
    reading
        .answer(|view| {
            let product = view.product(&product)?;
            let catalogue = product.catalogue();
            let find = |name: &Name, version: &VersionText| {
                let found = catalogue.name(name.as_str());
                let found = found.and_then(|it| catalogue.find_first(it, version.as_str()));
                let what = "release with a manifest";
                found.ok_or_else(|| Refusal::not_found(what, format_args!("{name}@{version}")))
            };
            let left = find(&pair.left, &pair.left_version)?;
            let right = find(&pair.right, &pair.right_version)?;
            let groups = product.expectations().groups;
            let told = trainyard_bundle::Attestations::default();
            let found = trainyard_bundle::compatibility(left, right, &groups, &told);
            let ruling = |ruling: &trainyard_bundle::Ruling| api::Ruling {
                rule: crate::http::wire::word(ruling.rule),
                verdict: ruling.verdict.word().to_owned(),
                why: ruling.why.clone(),
            };
            Ok(api::Compatibility {
                verdict: found.verdict.word().to_owned(),
                rules: found.rules.iter().map(ruling).collect(),
            })
        })
        .await
}
