//! What is kept beside releases.

use trainyard_api as api;
use trainyard_registry::{
    Command, Name, Refusal, VersionText,
    enclosures::{Enclose, EnclosureKind},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{Answer, Named, Reading, Writing, app::App, failure::Failure};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_enclosure, enclose))
}

type Place = (Name, Name, VersionText, String);

fn kind(word: &str) -> Result<EnclosureKind, Failure> {
    match word {
        "upgrade" => Ok(EnclosureKind::Upgrade),
        "audit" => Ok(EnclosureKind::Audit),
        _ => Err(Refusal::not_found("kind of enclosure", word)
            .hint("there are upgrade and audit")
            .into()),
    }
}

/// What is kept beside a release: `upgrade`, what plans must know of it; `audit`, how its audit ended.
#[utoipa::path(get, tag = "releases",
    path = "/products/{product}/components/{component}/releases/{version}/enclosures/{kind}",
    responses((status = 200, description = "The document", body = serde_json::Value)))]
async fn read_enclosure(
    Named((product, name, version, word)): Named<Place>,
    reading: Reading,
) -> Answer {
    let kind = kind(&word)?;
    let digest = reading
        .look(|view| {
            let release =
                view.product(&product)?.sequence(name.as_str())?.find(version.as_str())?;
            let digest = release.enclosures.get(&kind).cloned();
            Ok(digest.ok_or_else(|| Refusal::not_found("enclosure", &word))?)
        })
        .await?;
    let text = reading.app.desk().store().blob(&digest.to_string()).await?;
    let text = text.ok_or_else(|| Refusal::not_found("enclosure", &digest))?;
    reading.answer_bytes("application/json", |_| Ok(text)).await
}

/// Keeps a document beside a release, in the place of an earlier one of its kind.
#[utoipa::path(post, tag = "releases",
    path = "/products/{product}/components/{component}/releases/{version}/enclosures/{kind}",
    request_body = api::NewEnclosure,
    responses((status = 200, description = "It was so already", body = api::Receipt),
        (status = 201, description = "It is kept", body = api::Receipt)))]
async fn enclose(
    Named((product, name, version, word)): Named<Place>,
    Writing { asking, body }: Writing<api::NewEnclosure>,
) -> Answer {
    let kind = kind(&word)?;
    let command = Enclose { product, name, version, kind, document: body.document };
    asking.create(body.why, Command::Enclose(command)).await
}
