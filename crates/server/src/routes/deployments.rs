//! Who runs what, and who runs what is dangerous. It is not in the log: it comes often, and nothing is decided on it.

use std::collections::{BTreeMap, BTreeSet};

use axum::{http::StatusCode, response::IntoResponse as _};
use serde::{Deserialize, Serialize};
use trainyard_api as api;
use trainyard_registry::{
    Moment, Name, Refusal, RefusalKind, Right,
    exposure::{self, exposed},
    products::Product,
    risks::Risk,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{
    Answer, Asked, Asking, Listing, Named, Reading, Writing,
    app::{App, Viewer},
    failure::Failure,
    page::cursor,
    reading::json,
    wire::{count, time, title, word},
};

/// The most facts that a deployment tells.
const MOST_FACTS: usize = 100;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_deployments))
        .routes(routes!(report, forget))
        .routes(routes!(list_exposed))
}

/// What the store keeps besides name, version and time.
#[derive(Serialize, Deserialize)]
struct Kept {
    stream: Name,
    channel: Option<Name>,
    facts: BTreeMap<String, String>,
    by: String,
    /// Who told of it first, where that is somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_by: Option<String>,
}

impl Kept {
    fn of(stored: &trainyard_store::Deployment) -> Option<Self> {
        serde_json::from_slice(&stored.body).ok()
    }

    /// Whose deployment it is.
    fn owner(&self) -> &str {
        self.first_by.as_deref().unwrap_or(&self.by)
    }
}

/// Refuses those whose deployment it is not: whoever told of it first, their party, and those who move or administer the
/// product may change it. Returns who told of it first; of one that is new, nobody has.
async fn must_own(asking: &Asking, product: &Name, name: &Name) -> Result<Option<String>, Failure> {
    let Some(actor) = asking.viewer.actor() else {
        return Err(Failure::unknown("changes are made with a token"));
    };
    let stored = asking.app.desk().store().deployment(product.as_str(), name.as_str()).await?;
    let Some(owner) = stored.as_ref().and_then(Kept::of).map(|kept| kept.owner().to_owned()) else {
        return Ok(None);
    };
    let is_own = owner.split_once('/').is_some_and(|(party, _)| party == actor.principal.party());
    let manages = [Right::Promote, Right::Admin].iter().any(|it| actor.may(*it, Some(product)));
    if is_own || manages {
        return Ok(Some(owner));
    }
    let message = format!("`{name}` was reported by {owner} first, and is theirs");
    Err(Refusal::new(RefusalKind::Forbidden, "deployment-of-others", message)
        .hint("report yours by another name, or ask for a token with the right `promote`")
        .into())
}

/// Refuses what the product does not have.
fn must_be_known(product: &Product, stream: &Name, channel: Option<&Name>) -> Result<(), Refusal> {
    if let Some(channel) = channel {
        return product.channel(stream, channel).map(drop);
    }
    if product.channels().any(|channel| channel.stream == *stream) {
        return Ok(());
    }
    product.sequence(stream.as_str()).map(drop)
}

fn told(stored: &trainyard_store::Deployment) -> Option<api::Deployment> {
    let kept = Kept::of(stored)?;
    Some(api::Deployment {
        name: stored.name.clone(),
        stream: kept.stream.to_string(),
        version: stored.runs.clone(),
        channel: kept.channel.map(|channel| channel.to_string()),
        facts: kept.facts,
        seen: time(Moment(stored.seen_us)),
        by: kept.by,
    })
}

/// Refuses those who are of no concern to the product: what runs where is not for everybody.
pub(crate) fn must_see(viewer: &Viewer, product: &Name) -> Result<(), Failure> {
    let Some(actor) = viewer.actor() else {
        return Err(Failure::unknown("deployments are read with a token"));
    };
    let sees = [Right::Block, Right::Promote, Right::Policy, Right::Admin];
    if sees.iter().any(|right| actor.may(*right, Some(product))) {
        return Ok(());
    }
    Ok(actor.must(Right::Block, Some(product))?)
}

/// Who runs what, by name.
#[utoipa::path(get, path = "/products/{product}/deployments", tag = "deployments", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Deployment>)))]
async fn list_deployments(
    Named(product): Named<Name>,
    reading: Reading,
    Asked(listing): Asked<Listing>,
) -> Answer {
    must_see(&reading.viewer, &product)?;
    reading.look(|view| view.product(&product).map(drop)).await?;
    let list = format!("deployments of {product}");
    let after = listing.after(&list)?.unwrap_or_default();
    let most = u32::try_from(listing.limit()).unwrap_or(u32::MAX).saturating_add(1);
    let store = reading.app.desk().store();
    let stored = store.deployments(product.as_str(), &after, most).await?;
    let all = stored.iter().filter_map(|it| Some((it.name.clone(), told(it)?)));
    reading.answer_made(&listing.page(&list, all))
}

/// Tells what a deployment runs, in place of what it told before.
///
/// Whoever tells of it first owns it, with their party; besides them, who may move channels of the product, or administers it.
/// The product must have the stream, and the channel where one is told. What is not told again within 90 days is forgotten.
#[utoipa::path(put, path = "/products/{product}/deployments/{deployment}", tag = "deployments",
    request_body = api::Report,
    responses((status = 200, description = "It is noted", body = api::Deployment)))]
async fn report(
    Named((product, name)): Named<(Name, Name)>,
    Writing { asking, body }: Writing<api::Report>,
) -> Answer {
    let is_long = |text: &String| text.len() > 1000;
    if body.facts.len() > MOST_FACTS || body.facts.iter().any(|(k, v)| is_long(k) || is_long(v)) {
        let detail = format!("a deployment tells at most {MOST_FACTS} facts of 1000 bytes");
        return Err(Failure::invalid("too-many-facts", detail));
    }
    let desk = asking.app.desk();
    let stream = body.stream.parse()?;
    let channel: Option<Name> = body.channel.map(|channel| channel.parse()).transpose()?;
    let seen_us = {
        let ledger = desk.ledger();
        must_be_known(ledger.state.product(product.as_str())?, &stream, channel.as_ref())?;
        desk.now(&ledger).0
    };
    let owner = must_own(&asking, &product, &name).await?;
    let runs = title("version", body.version)?;
    if runs.contains('\0') {
        return Err(Failure::invalid("version-unreadable", "a version has no null characters"));
    }
    let by = asking.viewer.actor().map(|actor| actor.principal.to_string()).unwrap_or_default();
    let first_by = owner.filter(|owner| *owner != by);
    let kept = Kept { stream, channel, facts: body.facts, by, first_by };
    let stored = trainyard_store::Deployment {
        product: product.to_string(),
        name: name.to_string(),
        runs,
        body: json(&kept)?,
        seen_us,
    };
    desk.store().put_deployment(&stored).await?;
    let told = told(&stored).ok_or_else(|| Refusal::not_found("deployment", &name))?;
    Ok(axum::Json(told).into_response())
}

/// Forgets a deployment that is no more. Who may tell of it may do so.
#[utoipa::path(delete, path = "/products/{product}/deployments/{deployment}", tag = "deployments",
    responses((status = 204, description = "It is forgotten")))]
async fn forget(
    Named((product, name)): Named<(Name, Name)>,
    Writing { asking, .. }: Writing<api::Reason>,
) -> Answer {
    let desk = asking.app.desk();
    desk.ledger().state.product(product.as_str())?;
    must_own(&asking, &product, &name).await?;
    if !desk.store().delete_deployment(product.as_str(), name.as_str()).await? {
        return Err(Refusal::not_found("deployment", &name).into());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
struct Which {
    #[serde(default, deserialize_with = "crate::http::page::limit")]
    limit: Option<usize>,
    cursor: Option<String>,
    risk: Option<Name>,
}

/// Who runs what risks speak of, or is offered it.
#[utoipa::path(get, path = "/products/{product}/exposure", tag = "deployments",
    params(Listing, ("risk" = Option<String>, Query, description = "Only this risk; absent: all that hold")),
    responses((status = 200, description = "Who is exposed", body = api::Exposure)))]
async fn list_exposed(
    Named(name): Named<Name>,
    reading: Reading,
    Asked(which): Asked<Which>,
) -> Answer {
    must_see(&reading.viewer, &name)?;
    let listing = Listing::new(which.limit, which.cursor);
    let list = format!("exposure of {name}");
    let after = listing.after(&list)?.unwrap_or_default();
    let limit = listing.limit();
    let most = u32::try_from(limit).unwrap_or(u32::MAX);
    let stored = reading.app.desk().store().deployments(name.as_str(), &after, most).await?;
    let next = stored.last().filter(|_| stored.len() == limit);
    let next = next.map(|last| cursor(&list, &last.name));
    let deployments: Vec<_> = stored.iter().filter_map(known).collect();
    reading
        .answer_now(|view| {
            let product = view.product(&name)?;
            if let Some(risk) = &which.risk
                && !product.risks().any(|it| it.name == *risk)
            {
                return Err(Refusal::not_found("risk", risk).into());
            }
            let is_asked = |risk: &&Risk| which.risk.as_ref().is_none_or(|it| *it == risk.name);
            let risks = product.risks().filter(|risk| risk.holds()).filter(is_asked);
            let mut all = Vec::new();
            for risk in risks {
                all.extend(exposed_to(product, risk, &deployments, view.now)?);
            }
            Ok(api::Exposure { exposed: all, looked_at: count(deployments.len()), next })
        })
        .await
}

/// What is known of a deployment.
pub(crate) fn known(stored: &trainyard_store::Deployment) -> Option<exposure::Deployment> {
    let kept = Kept::of(stored)?;
    Some(exposure::Deployment {
        name: stored.name.clone(),
        stream: kept.stream,
        version: stored.runs.clone(),
        channel: kept.channel,
        seen: Moment(stored.seen_us),
    })
}

/// Who runs what a risk speaks of, or is offered it. What is the same for all that run the same in the same channel is worked
/// out once.
pub(crate) fn exposed_to(
    product: &Product,
    risk: &Risk,
    deployments: &[exposure::Deployment],
    now: Moment,
) -> Result<Vec<api::Exposed>, Failure> {
    type Kind<'a> = (&'a Name, &'a str, Option<&'a Name>);
    fn kind(it: &exposure::Deployment) -> Kind<'_> {
        (&it.stream, it.version.as_str(), it.channel.as_ref())
    }
    let mut seen = BTreeSet::new();
    let one_each = deployments.iter().filter(|deployment| seen.insert(kind(deployment)));
    let one_each: Vec<_> = one_each.collect();
    let found = exposed(product, risk, one_each.iter().copied(), now)?;
    let by_name: BTreeMap<_, _> = one_each.iter().map(|it| (it.name.as_str(), kind(it))).collect();
    let by_kind: BTreeMap<Kind<'_>, &exposure::Exposed> =
        found.iter().filter_map(|it| Some((*by_name.get(it.deployment.as_str())?, it))).collect();
    let mut all: Vec<_> = deployments
        .iter()
        .filter_map(|deployment| Some((deployment, *by_kind.get(&kind(deployment))?)))
        .collect();
    all.sort_by(|left, right| (left.1.how, &left.0.name).cmp(&(right.1.how, &right.0.name)));
    let told = |(deployment, exposed): (&exposure::Deployment, &exposure::Exposed)| api::Exposed {
        risk: risk.name.to_string(),
        deployment: deployment.name.clone(),
        version: exposed.version.clone(),
        how: word(exposed.how),
        affected: exposed.affected.clone(),
        way_out: exposed.way_out.clone(),
        seen: time(deployment.seen),
    };
    Ok(all.into_iter().map(told).collect())
}
