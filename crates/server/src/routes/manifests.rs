//! Everything that a product's releases say of themselves, as resolvers want it.

use trainyard_api as api;
use trainyard_registry::{Name, SequenceKind};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{Answer, Asked, Listing, Named, Reading, app::App};

/// What separates the parts of a place in the list; in no name and no version.
const BREAK: char = '\n';

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_manifests))
}

/// The manifests of a product's releases, component by component, the newest version first; hidden ones are left out.
#[utoipa::path(get, path = "/products/{product}/manifests", tag = "releases", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Manifest>)))]
async fn list_manifests(
    Named(product): Named<Name>,
    reading: Reading,
    Asked(listing): Asked<Listing>,
) -> Answer {
    reading
        .answer(|view| {
            let list = format!("manifests of {product}");
            let product = view.product(&product)?;
            let after = listing.after(&list)?;
            let (reached, version) = after.as_deref().and_then(|it| it.split_once(BREAK)).unzip();
            let components =
                product.sequences().filter(|sequence| sequence.kind == SequenceKind::Component);
            let left = components.filter(|it| reached.is_none_or(|name| it.name.as_str() >= name));
            let releases = left.flat_map(|sequence| {
                let version = version.filter(|_| reached == Some(sequence.name.as_str()));
                sequence.older_than(version).map(|release| (&sequence.name, release))
            });
            let shown = releases.filter(|(_, release)| release.yanked.is_none());
            let manifests = shown.map(|(name, release)| {
                let manifest = api::Manifest {
                    digest: release.digest.to_string(),
                    document: release.document.clone(),
                };
                (format!("{name}{BREAK}{}", release.version), manifest)
            });
            Ok(listing.page(&list, manifests))
        })
        .await
}
