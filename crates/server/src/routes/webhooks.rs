//! Addresses that are told what happens, and what came of it.

use axum::{http::StatusCode, response::IntoResponse as _};
use trainyard_api as api;
use trainyard_registry::{
    Command, Entry, Moment, Name, Refusal, Right,
    webhooks::{RemoveWebhook, SetWebhook, Webhook, WebhookSet},
};
use trainyard_store::Delivery;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    http::{
        Answer, Asked, Listing, Named, Reading, Writing,
        app::App,
        failure::Failure,
        wire::{time, title},
    },
    webhooks::tell_again,
};

/// The most products and kinds that a webhook names.
const MOST_NAMES: usize = 100;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks))
        .routes(routes!(read_webhook, set_webhook, remove_webhook))
        .routes(routes!(list_deliveries))
        .routes(routes!(deliver_again))
}

fn told(webhook: &Webhook) -> api::Webhook {
    let set = &webhook.set;
    api::Webhook {
        name: set.webhook.to_string(),
        url: set.url.clone(),
        products: set.products.iter().map(Name::to_string).collect(),
        kinds: set.kinds.clone(),
        since: time(webhook.since),
        by: webhook.by.to_string(),
    }
}

fn attempt(delivery: &Delivery) -> api::Delivery {
    api::Delivery {
        seq: delivery.entry,
        attempt: delivery.attempt,
        at: time(Moment(delivery.at_us)),
        is_delivered: (200..300).contains(&delivery.status),
        status: (delivery.status != 0).then_some(delivery.status),
        note: delivery.note.clone(),
    }
}

/// Refuses those who do not administer the registry: addresses may tell more than their owners like.
fn must_administer(reading: &Reading) -> Result<(), Failure> {
    match reading.viewer.actor() {
        Some(actor) => Ok(actor.must(Right::Admin, None)?),
        None => Err(Failure::unknown("webhooks are read with a token")),
    }
}

fn missing(name: &Name) -> Failure {
    Refusal::not_found("webhook", name).into()
}

/// Addresses that are told what happens, by name.
#[utoipa::path(get, path = "/webhooks", tag = "webhooks", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Webhook>)))]
async fn list_webhooks(reading: Reading, Asked(listing): Asked<Listing>) -> Answer {
    must_administer(&reading)?;
    reading
        .answer(|view| {
            let all = view.state.webhooks().map(|it| (it.set.webhook.to_string(), told(it)));
            listing.sorted("webhooks", all)
        })
        .await
}

/// One of them.
#[utoipa::path(get, path = "/webhooks/{webhook}", tag = "webhooks",
    responses((status = 200, description = "The webhook", body = api::Webhook)))]
async fn read_webhook(Named(name): Named<Name>, reading: Reading) -> Answer {
    must_administer(&reading)?;
    reading
        .answer(|view| {
            let found = view.state.webhook(name.as_str());
            Ok(told(found.ok_or_else(|| missing(&name))?))
        })
        .await
}

/// Tells an address what happens from now on, in place of what was asked for under the name before.
///
/// Each entry is told at least once: a request is sent again, later and later for more than a day, until it is answered with a
/// status of 2xx. Its headers are those of Standard Webhooks, and it is signed with the key of `log/key` (`v1a`).
#[utoipa::path(put, path = "/webhooks/{webhook}", tag = "webhooks", request_body = api::NewWebhook,
    responses((status = 200, description = "It is told from now on", body = api::Receipt)))]
async fn set_webhook(
    Named(webhook): Named<Name>,
    Writing { asking, body }: Writing<api::NewWebhook>,
) -> Answer {
    if body.products.len() > MOST_NAMES || body.kinds.len() > MOST_NAMES {
        let detail = format!("a webhook names at most {MOST_NAMES} products and kinds");
        return Err(Failure::invalid("too-many-names", detail));
    }
    let products = body.products.iter().map(|name| name.parse());
    let set = WebhookSet {
        webhook,
        url: title("address", body.url)?,
        products: products.collect::<Result<_, _>>()?,
        kinds: body.kinds,
    };
    asking.carry_out(body.why, Command::SetWebhook(SetWebhook(set))).await
}

/// Tells an address no more.
#[utoipa::path(delete, path = "/webhooks/{webhook}", tag = "webhooks",
    responses((status = 200, description = "It is told no more", body = api::Receipt)))]
async fn remove_webhook(
    Named(name): Named<Name>,
    Writing { asking, body }: Writing<api::Reason>,
) -> Answer {
    asking.carry_out(body.why, Command::RemoveWebhook(RemoveWebhook { name })).await
}

/// Attempts of the last thirty days to tell an address, newest entry first.
#[utoipa::path(get, path = "/webhooks/{webhook}/deliveries", tag = "webhooks", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Delivery>)))]
async fn list_deliveries(
    Named(name): Named<Name>,
    reading: Reading,
    Asked(listing): Asked<Listing>,
) -> Answer {
    must_administer(&reading)?;
    let is_there = |view: &crate::http::View<'_>| {
        view.state.webhook(name.as_str()).map(drop).ok_or_else(|| missing(&name))
    };
    reading.look(is_there).await?;
    let list = format!("deliveries of {name}");
    let before = listing.after(&list)?.and_then(|key| {
        let (seq, attempt) = key.split_once('/')?;
        Some((seq.parse().ok()?, attempt.parse().ok()?))
    });
    let most = u32::try_from(listing.limit()).unwrap_or(u32::MAX).saturating_add(1);
    let store = reading.app.desk().store();
    let found = store.deliveries(name.as_str(), before, most).await?;
    let all = found.iter().map(|it| (format!("{}/{}", it.entry, it.attempt), attempt(it)));
    reading.answer_made(&listing.page(&list, all))
}

/// Tells an address of an entry once more.
#[utoipa::path(post, path = "/webhooks/{webhook}/deliveries/{seq}", tag = "webhooks",
    responses((status = 202, description = "It will be told")))]
async fn deliver_again(
    Named((name, seq)): Named<(Name, u64)>,
    Writing { asking, .. }: Writing<api::Reason>,
) -> Answer {
    match asking.viewer.actor() {
        Some(actor) => actor.must(Right::Admin, None)?,
        None => return Err(Failure::unknown("changes are made with a token")),
    }
    let desk = asking.app.desk();
    let size = {
        let ledger = desk.ledger();
        ledger.state.webhook(name.as_str()).ok_or_else(|| missing(&name))?;
        ledger.size()
    };
    let gone = || Failure::from(Refusal::not_found("entry", seq));
    if seq >= size {
        return Err(gone());
    }
    let stored = desk.store().entries(seq, 1).await?.into_iter().next().ok_or_else(gone)?;
    let entry = Entry::from_bytes(stored.number, &stored.body);
    let entry = entry.map_err(|error| Failure::fault(&error))?;
    tell_again(&asking.app, name.as_str(), &entry).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
