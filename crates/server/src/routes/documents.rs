//! Documents by their digests.

use serde_json::value::RawValue;
use trainyard_registry::{Digest, Refusal};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{Answer, Named, Reading, app::App};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_document))
}

/// A document by its digest: a manifest, a bundle, a policy, what was signed. It never changes.
#[utoipa::path(get, path = "/documents/{digest}", tag = "releases",
    responses((status = 200, description = "The document, byte for byte", content(
        (serde_json::Value = "application/json"), (String = "text/plain")))))]
async fn read_document(Named(digest): Named<Digest>, reading: Reading) -> Answer {
    let bytes = reading.app.desk().store().blob(&digest.to_string()).await?;
    let bytes = bytes.ok_or_else(|| Refusal::not_found("document", &digest))?;
    let is_json = serde_json::from_slice::<&RawValue>(&bytes).is_ok();
    let kind = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
    Ok(reading.answer_for_ever(kind, &digest.hex(), bytes))
}
