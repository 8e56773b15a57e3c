//! Update graphs as OpenShift's and Fedora CoreOS's clients ask for them (Cincinnati).
//!
//! A client names its channel and architecture; it sends its version and an id too, which change nothing, so that everybody
//! of a channel gets the same bytes.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{FromRequestParts as _, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::Query;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use trainyard_registry::{
    Name,
    channels::Channel,
    offers::update_graph,
    products::Product,
    releases::{Image, Release, Sequence},
};
use trainyard_upgrade::updates::{Release as Node, UpdateGraph, cincinnati};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{Answer, Reading, View, app::App, failure::Failure, prepared::shared_key};

/// The architectures that versions may end in, as `4.3.29+s390x`; others are part of the version.
const ARCHITECTURES: [&str; 5] = ["amd64", "arm64", "ppc64le", "s390x", "multi"];

/// What a node says of the image that it stands for.
const IMAGE: &str = "io.openshift.upgrades.graph.release.manifestref";

/// As the protocol says, and as OpenShift's own service has it.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_graph))
        .routes(routes!(read_openshift_graph))
        .routes(routes!(read_openshift_graph_v1))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The channel.
    #[param(required = true)]
    channel: Option<String>,
    /// The architecture; absent: `amd64`.
    arch: Option<String>,
    /// The product, for registries that hold several; it stands in the address that the client was given.
    product: Option<String>,
    /// The stream, where several have a channel of the name.
    stream: Option<String>,
}

/// An update graph, as Cincinnati has it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written otherwise")]
struct CincinnatiGraph {
    /// The releases: `version`, `payload` and `metadata`.
    #[schema(value_type = Vec<Object>)]
    nodes: Vec<Value>,
    /// Which may be updated to which, as places in `nodes`.
    edges: Vec<[usize; 2]>,
    /// Updates with risks.
    #[serde(rename = "conditionalEdges")]
    #[schema(value_type = Vec<Object>)]
    conditional_edges: Vec<Value>,
}

/// What is wrong with a question, in the words that these clients know.
#[derive(Serialize, ToSchema)]
struct CincinnatiError {
    kind: &'static str,
    value: &'static str,
}

fn wrong(status: StatusCode, kind: &'static str, value: &'static str) -> Response {
    (status, Json(CincinnatiError { kind, value })).into_response()
}

/// The update graph of a channel.
#[utoipa::path(get, path = "/v1/graph", tag = "other clients", params(Asked), responses(
    (status = 200, description = "The graph", body = CincinnatiGraph),
    (status = 400, description = "What cannot be asked", content(
        (CincinnatiError = "application/json"), (trainyard_api::Problem = "application/problem+json"))),
    (status = 406, description = "Graphs are JSON", body = CincinnatiError)))]
async fn read_graph(State(app): State<App>, parts: Parts) -> Answer {
    read(app, parts).await
}

/// The same as `/v1/graph`.
#[utoipa::path(get, path = "/api/upgrades_info/graph", tag = "other clients", params(Asked), responses(
    (status = 200, description = "The graph", body = CincinnatiGraph),
    (status = 400, description = "What cannot be asked", content(
        (CincinnatiError = "application/json"), (trainyard_api::Problem = "application/problem+json"))),
    (status = 406, description = "Graphs are JSON", body = CincinnatiError)))]
async fn read_openshift_graph(State(app): State<App>, parts: Parts) -> Answer {
    read(app, parts).await
}

/// The same as `/v1/graph`.
#[utoipa::path(get, path = "/api/upgrades_info/v1/graph", tag = "other clients", params(Asked), responses(
    (status = 200, description = "The graph", body = CincinnatiGraph),
    (status = 400, description = "What cannot be asked", content(
        (CincinnatiError = "application/json"), (trainyard_api::Problem = "application/problem+json"))),
    (status = 406, description = "Graphs are JSON", body = CincinnatiError)))]
async fn read_openshift_graph_v1(State(app): State<App>, parts: Parts) -> Answer {
    read(app, parts).await
}

/// Whether somebody takes what is given.
fn takes_graphs(headers: &HeaderMap) -> bool {
    let kinds = ["application/json", "application/vnd.redhat.cincinnati.v1+json", "*/*"];
    let given = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut given = given.flat_map(|value| value.split(',')).peekable();
    given.peek().is_none()
        || given.any(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kinds.contains(&kind) || kind == "application/*"
        })
}

/// The graph of a channel.
async fn read(app: App, mut parts: Parts) -> Answer {
    if !takes_graphs(&parts.headers) {
        let detail = "graphs are told as application/json";
        return Ok(wrong(StatusCode::NOT_ACCEPTABLE, "invalid_content_type", detail));
    }
    let Ok(Query(asked)) = Query::<Asked>::from_request_parts(&mut parts, &app).await else {
        let detail = "the query cannot be read";
        return Ok(wrong(StatusCode::BAD_REQUEST, "invalid_params", detail));
    };
    let Some(channel) = asked.channel.filter(|channel| !channel.is_empty()) else {
        let detail = "mandatory client parameters missing: channel";
        return Ok(wrong(StatusCode::BAD_REQUEST, "missing_params", detail));
    };
    let names = [Some(channel), asked.product, asked.stream];
    let names = names.map(|name| name.map(|name| name.parse::<Name>()).transpose());
    let [Ok(Some(channel)), Ok(product), Ok(stream)] = names else {
        let detail = "channel, product and stream are names of letters, digits, `.`, `_` and `-`";
        return Ok(wrong(StatusCode::BAD_REQUEST, "invalid_params", detail));
    };
    let arch = asked.arch.unwrap_or_else(|| "amd64".to_owned());
    let reading = Reading::from_request_parts(&mut parts, &app).await?;
    let place = Place { product, stream, channel };
    let key = |view: &View<'_>, request: &str| {
        let found = place.find(&app, view)?;
        // What is being rolled out changes with time alone.
        let is_still = found.iter().all(|(_, _, channel)| channel.rollouts.is_empty());
        Ok(is_still.then(|| shared_key(request).into_owned()))
    };
    let answer = reading.answer_alike(key, |view| {
        let graph = match place.find(&app, view)? {
            Some((product, sequence, channel)) => {
                graph(product, sequence, channel, &arch, view.now)
            }
            None => UpdateGraph::default(),
        };
        write(&graph)
    });
    answer.await
}

/// The channel that a client names.
struct Place {
    product: Option<Name>,
    stream: Option<Name>,
    channel: Name,
}

impl Place {
    /// The channel; one that there is not is empty for these clients. *Errors*: several are meant.
    fn find<'a>(
        &self,
        app: &App,
        view: &View<'a>,
    ) -> Result<Option<(&'a Product, &'a Sequence, &'a Channel)>, Failure> {
        let chosen = self.product.as_ref().or(app.settings().foreign.graph.as_ref());
        let product = super::product(view.state, chosen, "openshift")?;
        let mut meant = product.channels().filter(|channel| {
            channel.name == self.channel
                && self.stream.as_ref().is_none_or(|stream| *stream == channel.stream)
        });
        let Some(channel) = meant.next() else { return Ok(None) };
        if let Some(other) = meant.next() {
            let detail = format!("{} and {} are both called so", channel.title(), other.title());
            return Err(Failure::invalid("channel-ambiguous", detail)
                .hint("name one with `stream` in the address's query"));
        }
        let sequence = product.sequence(channel.stream.as_str()).ok();
        Ok(sequence.map(|sequence| (product, sequence, channel)))
    }
}

/// The version without the architecture at its end, and the architecture.
fn divided(version: &str) -> (&str, Option<&str>) {
    match version.rsplit_once('+') {
        Some((front, arch)) if ARCHITECTURES.contains(&arch) => (front, Some(arch)),
        _ => (version, None),
    }
}

/// What may follow what in a channel on an architecture. Releases that are being rolled out are there, with no way to them
/// until all clients are offered them: who asks for a graph does not say its place.
fn graph(
    product: &Product,
    sequence: &Sequence,
    channel: &Channel,
    arch: &str,
    now: trainyard_registry::Moment,
) -> UpdateGraph {
    let whole = update_graph(product, sequence, Some(channel));
    let mut graph = whole.of(|node| divided(&node.name).1.is_none_or(|own| own == arch));
    let siblings: Vec<&Channel> =
        product.channels().filter(|other| other.stream == channel.stream).collect();
    let nodes: Vec<Node> = graph.releases().to_vec();
    for node in nodes {
        let Some(release) = sequence.release(&node.name) else { continue };
        let own = siblings.iter().filter(|other| other.members.contains_key(&release.version));
        let channels: BTreeSet<String> = own.map(|other| other.name.to_string()).collect();
        graph.add(described(node, release, channels));
    }
    let is_held = |place: usize| {
        let rollout = channel.rollouts.get(graph.name(place));
        rollout.is_some_and(|rollout| rollout.percent(now) < 100)
    };
    let held: Vec<bool> = (0..graph.releases().len()).map(is_held).collect();
    graph.retain(|_, to| !held.get(to).copied().unwrap_or_default());
    graph
}

fn described(node: Node, release: &Release, channels: BTreeSet<String>) -> Node {
    let image = |image: &Image| format!("{}@{}", image.repository, image.digest);
    let payload = match release.images.first() {
        Some(first) => image(first),
        None => release.content.as_ref().unwrap_or(&release.digest).to_string(),
    };
    let mut metadata = node.metadata.clone();
    if let Some(first) = release.images.first() {
        metadata.insert(IMAGE.to_owned(), first.digest.to_string());
    }
    Node { payload, metadata, channels, ..node }
}

/// The graph as bytes, with versions as this architecture's clients know them.
fn write(graph: &UpdateGraph) -> Result<Box<RawValue>, Failure> {
    let mut document: Value =
        serde_json::from_str(&cincinnati::write(graph)).map_err(|error| Failure::fault(&error))?;
    let strip = |text: &mut Value| {
        if let Some((version, Some(_))) = text.as_str().map(divided) {
            *text = version.to_owned().into();
        }
    };
    for node in document["nodes"].as_array_mut().into_iter().flatten() {
        strip(&mut node["version"]);
    }
    if document["conditionalEdges"].is_null() {
        document["conditionalEdges"] = json!([]);
    }
    for conditional in document["conditionalEdges"].as_array_mut().into_iter().flatten() {
        for edge in conditional["edges"].as_array_mut().into_iter().flatten() {
            strip(&mut edge["from"]);
            strip(&mut edge["to"]);
        }
    }
    serde_json::value::to_raw_value(&document).map_err(|error| Failure::fault(&error))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{divided, takes_graphs};

    #[test]
    fn versions_end_in_known_architectures() {
        assert_eq!(divided("4.3.29+s390x"), ("4.3.29", Some("s390x")));
        assert_eq!(divided("4.3.29+build5"), ("4.3.29+build5", None));
        assert_eq!(divided("4.3.29"), ("4.3.29", None));
    }

    #[test]
    fn graphs_are_json() {
        for (given, expected) in [
            ("application/json", true),
            ("text/html, application/vnd.redhat.cincinnati.v1+json;q=0.9", true),
            ("*/*", true),
            ("text/html", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(given));
            assert_eq!(takes_graphs(&headers), expected, "{given}");
        }
        assert!(takes_graphs(&HeaderMap::new()));
    }
}
