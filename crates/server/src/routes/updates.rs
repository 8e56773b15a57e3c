//! What clients are offered, why not, and ways between releases.

use std::{collections::BTreeSet, fmt::Write as _};

use serde::Deserialize;
use trainyard_api as api;
use trainyard_registry::{
    Moment, Name,
    channels::Channel,
    offers::{Client, Reason, offer, update_graph, why_not},
};
use trainyard_upgrade::updates::{self, Question};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::channels::Place;
use crate::http::{
    Answer, Asked, Named, Reading, View,
    app::App,
    failure::Failure,
    prepared::shared_key,
    wire::{time, word},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_offer))
        .routes(routes!(read_why_not))
        .routes(routes!(read_path))
}

/// What a client tells of itself.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Told {
    /// The version that it runs.
    runs: Option<String>,
    /// What it is known by, for its place in rollouts; it is not kept.
    id: Option<String>,
    /// Its place in rollouts, instead of one by its id.
    #[param(maximum = 99)]
    wariness: Option<u8>,
    /// Names of risks that do not concern it, separated by commas.
    accepted: Option<String>,
}

impl Told {
    fn client(self) -> Result<Client, Failure> {
        if self.wariness.is_some_and(|wariness| wariness > 99) {
            return Err(Failure::invalid("percent-wrong", "a place in a rollout is 0 to 99"));
        }
        let accepted = names(self.accepted.as_deref());
        Ok(Client { runs: self.runs, id: self.id, wariness: self.wariness, accepted })
    }
}

fn names(list: Option<&str>) -> BTreeSet<String> {
    let names = list.unwrap_or_default().split(',').map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn reason(reason: &Reason) -> api::WhyNot {
    api::WhyNot {
        kind: word(reason.kind),
        text: reason.text.clone(),
        remedy: reason.remedy.clone(),
        until: reason.until.map(time),
    }
}

/// What answers to update checks are kept under: the request, where nothing is rolled out; else what counts of it, which is
/// how far the client's place is from each release.
fn key(channel: &Channel, client: &Client, request: &str, now: Moment) -> String {
    if channel.rollouts.is_empty() {
        return shared_key(request).into_owned();
    }
    let mut key = format!(
        "offer {}?{}&{:?}&",
        request.split('?').next().unwrap_or_default(),
        client.runs.as_deref().unwrap_or_default(),
        client.accepted
    );
    for (version, rollout) in &channel.rollouts {
        let by_id = || client.id.as_ref().map(|id| updates::bucket(id, version.as_str()));
        let place = client.wariness.or_else(by_id).unwrap_or(99).min(99);
        let percent = rollout.percent(now);
        if place < percent {
            key.push_str("all,");
        } else {
            _ = write!(key, "{place} of {percent},");
        }
    }
    key
}

/// What a client is offered: the version to install next, the way there, and why not more.
#[utoipa::path(get, path = "/products/{product}/channels/{stream}/{channel}/update",
    tag = "updates", params(Told),
    responses((status = 200, description = "What it is offered", body = api::Offer)))]
async fn read_offer(
    Named((product, stream, channel)): Named<Place>,
    reading: Reading,
    Asked(told): Asked<Told>,
) -> Answer {
    let client = told.client()?;
    let key = |view: &View<'_>, request: &str| {
        let sequence = view.product(&product)?.sequence(stream.as_str()).ok();
        let is_known = |runs: &String| sequence.is_some_and(|it| it.release(runs).is_some());
        // What nobody published could be anything, and would crowd out what is asked for again.
        if !client.runs.as_ref().is_none_or(is_known) {
            return Ok(None);
        }
        let channel = view.product(&product)?.channel(&stream, &channel)?;
        Ok(Some(key(channel, &client, request, view.now)))
    };
    reading
        .answer_alike(key, |view| {
            let product = view.product(&product)?;
            let found = offer(product, &stream, &channel, &client, view.now)?;
            Ok(api::Offer {
                reasons: found.reasons.iter().map(reason).collect(),
                head: found.head,
                next: found.next,
                digest: found.digest,
                way: found.way,
            })
        })
        .await
}

/// Why a client is not offered a version, and what would change that.
#[utoipa::path(get, path = "/products/{product}/channels/{stream}/{channel}/why-not/{version}",
    tag = "updates", params(Told),
    responses((status = 200, description = "Why", body = api::WhyNotOffered)))]
async fn read_why_not(
    Named((product, stream, channel, version)): Named<(Name, Name, Name, String)>,
    reading: Reading,
    Asked(told): Asked<Told>,
) -> Answer {
    let client = told.client()?;
    reading
        .answer_now(|view| {
            let product = view.product(&product)?;
            let place = (&stream, &channel);
            let reasons = why_not(view.state, product, place, &client, &version, view.now)?;
            Ok(api::WhyNotOffered {
                version,
                is_offered: reasons.is_empty(),
                reasons: reasons.iter().map(reason).collect(),
            })
        })
        .await
}

#[derive(Deserialize)]
struct Asking {
    from: String,
    to: Option<String>,
    channel: Option<Name>,
    accepted: Option<String>,
}

/// The way from one release to another, with what speaks against it.
#[utoipa::path(get, path = "/products/{product}/components/{component}/upgrade-path",
    tag = "updates",
    params(("from" = String, Query, description = "The release that is installed"),
        ("to" = Option<String>, Query, description = "The one that is wanted; absent: the newest that can be reached without a known risk"),
        ("channel" = Option<String>, Query, description = "Only through releases of this channel"),
        ("accepted" = Option<String>, Query, description = "Names of risks that do not concern one, separated by commas")),
    responses((status = 200, description = "The way", body = api::UpgradePath)))]
async fn read_path(
    Named((product, stream)): Named<(Name, Name)>,
    reading: Reading,
    Asked(asked): Asked<Asking>,
) -> Answer {
    reading
        .answer(|view| {
            let product = view.product(&product)?;
            let sequence = product.sequence(stream.as_str())?;
            let channel = asked.channel.as_ref().map(|name| product.channel(&stream, name));
            let graph = update_graph(product, sequence, channel.transpose()?);
            let question = Question {
                from: asked.from,
                to: asked.to.unwrap_or_default(),
                channel: None,
                accepted: names(asked.accepted.as_deref()),
            };
            Ok(told(updates::path(&graph, &question)))
        })
        .await
}

fn told(found: updates::Answer) -> api::UpgradePath {
    let names = |risks: &[updates::Risk]| risks.iter().map(|risk| risk.name.clone()).collect();
    let update = |update: &updates::Update| api::Update {
        from: update.from.clone(),
        to: update.to.clone(),
        risks: names(&update.risks),
        blocked: names(&update.blocked),
    };
    let path = |path: &updates::Path| api::Path {
        updates: path.updates.iter().map(update).collect(),
        is_safe: path.is_safe,
        is_allowed: path.is_allowed,
    };
    api::UpgradePath {
        path: found.path.as_ref().map(path),
        alternatives: found.alternatives.iter().map(path).collect(),
        why_none: found.no_path.map(|no| no.why),
        from: found.from,
        to: found.to,
    }
}
