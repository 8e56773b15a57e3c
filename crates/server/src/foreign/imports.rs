//! What was kept elsewhere, brought in over HTTP.
//!
//! Everything is decided as if it had been asked for one by one, with the asker's own rights, and kept in large parts. So an import
//! that was cut off is sent again: what is there already changes nothing.

use std::collections::BTreeMap;

use axum::{Json, response::IntoResponse as _};
use serde::Deserialize;
use serde_json::value::RawValue;
use trainyard_api::{Imported, Time};
use trainyard_bundle::read::ayon_addons;
use trainyard_registry::{
    Name,
    imports::{
        Brought, catalogue,
        openshift::{self, History, Moved},
    },
};
use trainyard_upgrade::updates::{
    cincinnati,
    openshift::{Block, Channel, GraphData},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    desk::Writer,
    http::{
        Answer, Asking, Named, Writing, WritingBytes,
        app::{App, Viewer},
        failure::Failure,
        wire::{count, moment, title},
    },
};

/// The most sentences about what was left out.
const MOST_TROUBLES: usize = 500;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(import_addons)).routes(routes!(import_graph))
}

/// Brings AYON's list of addons with their requirements in, as releases of the components of their names.
#[utoipa::path(post, path = "/api/v1/products/{product}/imports/ayon-addons", tag = "imports",
    request_body(content = Object, description = "The list, as AYON's market or a server has it",
        content_type = "application/json"),
    responses((status = 200, description = "What came of it", body = Imported)))]
async fn import_addons(
    Named(product): Named<Name>,
    WritingBytes { asking, body }: WritingBytes,
) -> Answer {
    let text = String::from_utf8(body)
        .map_err(|_| Failure::invalid("body-unreadable", "the body is no text"))?;
    let read = ayon_addons("addons.json".into(), &text);
    if read.manifests.is_empty() {
        let detail = "the body is no list of addons";
        let first = read.findings.first().map(|finding| finding.message.clone());
        let failure = Failure::invalid("body-unreadable", detail);
        return Err(match first {
            Some(first) => failure.error(first, None),
            None => failure,
        });
    }
    bring_in(asking, "AYON's list of addons", catalogue::publications(&product, read.manifests))
        .await
}

/// An update graph with what its repository says.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct GivenGraph {
    /// Releases, and the updates that they allow, as update servers tell them.
    graph: Box<RawValue>,
    /// The architecture of releases whose names do not say it.
    architecture: String,
    /// Channels as their files say.
    #[serde(default)]
    channels: Vec<Channel>,
    /// Blocks as their files say.
    #[serde(default)]
    blocks: Vec<Block>,
    /// How channels moved, oldest first.
    #[serde(default)]
    moves: Vec<GivenMove>,
    /// When releases came.
    #[serde(default)]
    released: BTreeMap<String, Time>,
    /// When blocks were declared, by file.
    #[serde(default)]
    declared: BTreeMap<String, Time>,
    /// Why.
    #[serde(default)]
    why: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct GivenMove {
    channel: String,
    version: String,
    is_in: bool,
    at: Time,
}

/// Brings OpenShift's update graph in, with its channels and their past. The policy must have the channels, without a quorum.
#[utoipa::path(post, path = "/api/v1/products/{product}/imports/openshift/{component}", tag = "imports",
    request_body(content = Object, description = "`graph`, `architecture`, `channels`, `blocks`, `moves`, `released`, `declared`, `why`",
        content_type = "application/json"),
    responses((status = 200, description = "What came of it", body = Imported)))]
async fn import_graph(
    Named((product, component)): Named<(Name, Name)>,
    Writing { asking, body }: Writing<GivenGraph>,
) -> Answer {
    let (graph, troubles) = cincinnati::read(body.graph.get()).map_err(|error| {
        Failure::invalid("body-unreadable", "the graph cannot be read")
            .error(error, Some("graph".to_owned()))
    })?;
    let moments = |all: BTreeMap<String, Time>| {
        let all = all.into_iter().map(|(name, at)| Ok((name, moment(&at)?)));
        all.collect::<Result<BTreeMap<_, _>, Failure>>()
    };
    let moves = body.moves.into_iter().map(|moved| {
        let GivenMove { channel, version, is_in, at } = moved;
        Ok(Moved { channel, version, is_in, at: moment(&at)? })
    });
    let history = History {
        graph,
        data: GraphData { channels: body.channels, blocks: body.blocks, troubles },
        architecture: body.architecture,
        released: moments(body.released)?,
        moves: moves.collect::<Result<_, Failure>>()?,
        declared: moments(body.declared)?,
    };
    let now = {
        let desk = asking.app.desk();
        desk.now(&desk.ledger())
    };
    // Patterns of blocks take a while; others should be answered meanwhile.
    let brought = tokio::task::spawn_blocking(move || {
        openshift::commands(&product, &component, &history, now)
    });
    let brought = brought.await.map_err(|error| Failure::fault(&error))?;
    let why =
        if body.why.is_empty() { "an update graph with its past".to_owned() } else { body.why };
    bring_in(asking, &why, brought).await
}

/// Carries everything out. *Errors*: the first that is not about what was brought: a right that is missing, a
/// database that does not answer.
async fn bring_in(asking: Asking, why: &str, brought: Brought) -> Answer {
    let Viewer::Known { secret, .. } = &asking.viewer else {
        return Err(Failure::unknown("changes are made with a token"));
    };
    let why = title("reason", why.to_owned())?;
    let mut imported = Imported { troubles: brought.troubles, ..Imported::default() };
    let desk = asking.app.desk();
    if let Some(refusal) = desk.refuses() {
        return Err(refusal.into());
    }
    let writer = Writer::Token(secret.clone());
    for told in desk.write_many(writer, why, brought.commands).await? {
        match told {
            Ok(true) => imported.changed += 1,
            Ok(false) => imported.unchanged += 1,
            Err(refusal) => imported.troubles.push(refusal.message),
        }
    }
    let left_out = count(imported.troubles.len().saturating_sub(MOST_TROUBLES));
    imported.troubles.truncate(MOST_TROUBLES);
    if left_out > 0 {
        imported.troubles.push(format!("and {left_out} more"));
    }
    Ok(Json(imported).into_response())
}
