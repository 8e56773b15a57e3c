//! One file for each resource.

mod attestations;
mod bundles;
mod channels;
mod components;
mod deployments;
mod documents;
mod enclosures;
mod events;
mod evidence;
mod log;
mod manifests;
mod moves;
mod parties;
mod policies;
mod products;
mod releases;
mod risks;
mod snapshots;
mod tokens;
mod updates;
mod webhooks;

use utoipa_axum::router::OpenApiRouter;

/// Who is exposed to risks, for the page that shows it.
pub(crate) mod exposing {
    pub(crate) use super::deployments::{exposed_to, known, must_see};
}

pub(crate) use self::releases::pointing;

use crate::http::app::App;

/// Everything under `/api/v1`.
pub(crate) fn all() -> OpenApiRouter<App> {
    [
        products::routes,
        policies::routes,
        components::routes,
        releases::routes,
        manifests::routes,
        enclosures::routes,
        bundles::routes,
        channels::routes,
        moves::routes,
        attestations::routes,
        risks::routes,
        updates::routes,
        deployments::routes,
        parties::routes,
        tokens::routes,
        log::routes,
        documents::routes,
        events::routes,
        webhooks::routes,
        snapshots::routes,
        evidence::routes,
    ]
    .into_iter()
    .fold(OpenApiRouter::new(), |router, routes| router.merge(routes()))
}
