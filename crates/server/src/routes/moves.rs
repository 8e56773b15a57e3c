//! Moving channels, and stopping them.

use axum::http::StatusCode;
use trainyard_api as api;
use trainyard_registry::{
    Command, Name, Refusal, VersionText,
    channels::{CallOff, ChangeChannel, Demote, Promote, Schedule},
    risks::{ChangeRollout, Rollout, RolloutChanged},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::channels::{Place, told};
use crate::{
    desk::Ledger,
    http::{
        Answer, Asking, Named, Writing,
        app::App,
        failure::Failure,
        reading::{etag_of, is_among, json},
        wire::{moment, moment_of},
    },
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(promote))
        .routes(routes!(demote))
        .routes(routes!(freeze))
        .routes(routes!(hold))
        .routes(routes!(schedule))
        .routes(routes!(call_off))
        .routes(routes!(change_rollout))
}

type Still = Box<dyn Fn(&Ledger) -> bool + Send + Sync>;

/// Whether a channel is still as the asker saw it, where they say so with `If-Match`.
fn as_seen(asking: &Asking, place: &Place) -> Option<Still> {
    let expects = asking.expects.clone()?;
    let (product, stream, channel) = place.clone();
    Some(Box::new(move |ledger| {
        let found = ledger.state.product(product.as_str());
        let found = found.and_then(|it| Ok((it, it.channel(&stream, &channel)?)));
        // That there is none is for the decision to tell.
        let Ok((product, channel)) = found else { return true };
        let body = told(product, channel).and_then(|channel| json(&channel));
        body.is_ok_and(|body| is_among(Some(&expects), &etag_of(&body)))
    }))
}

fn versions(version: Option<String>) -> Result<Option<VersionText>, Failure> {
    Ok(version.map(|version| version.parse()).transpose()?)
}

/// Moves a channel to a release, if its rule is met at this moment.
///
/// `expected` or `If-Match` make it fail where the channel has moved meanwhile.
#[utoipa::path(post, path = "/products/{product}/channels/{stream}/{channel}/promote",
    tag = "channels", request_body = api::Promote,
    params(("If-Match" = Option<String>, Header, description = "The channel's ETag")),
    responses((status = 200, description = "It points there", body = api::Receipt)))]
async fn promote(
    Named(place): Named<Place>,
    Writing { asking, body }: Writing<api::Promote>,
) -> Answer {
    let still = as_seen(&asking, &place);
    let (product, stream, channel) = place;
    let command = Promote {
        product,
        stream,
        channel,
        version: body.version.parse()?,
        expected: body.expected.map(versions).transpose()?,
        is_forced: body.is_forced,
    };
    asking.carry_out_if(body.why, Command::Promote(command), StatusCode::OK, still).await
}

/// Takes a release out of a channel; where it is the one that the channel points to, the one before it comes back.
#[utoipa::path(post, path = "/products/{product}/channels/{stream}/{channel}/demote",
    tag = "channels", request_body = api::Demote,
    params(("If-Match" = Option<String>, Header, description = "The channel's ETag")),
    responses((status = 200, description = "It is out", body = api::Receipt)))]
async fn demote(
    Named(place): Named<Place>,
    Writing { asking, body }: Writing<api::Demote>,
) -> Answer {
    let still = as_seen(&asking, &place);
    let (product, stream, channel) = place;
    let command = Demote { product, stream, channel, version: versions(body.version)? };
    asking.carry_out_if(body.why, Command::Demote(command), StatusCode::OK, still).await
}

/// Freezes a channel, so that nothing moves it, or thaws it.
#[utoipa::path(post, path = "/products/{product}/channels/{stream}/{channel}/freeze",
    tag = "channels", request_body = api::ChangeChannel,
    responses((status = 200, description = "It is so", body = api::Receipt)))]
async fn freeze(
    Named((product, stream, channel)): Named<Place>,
    Writing { asking, body }: Writing<api::ChangeChannel>,
) -> Answer {
    let is_stopped = body.is_frozen;
    let command = ChangeChannel { product, stream, channel, version: None, is_stopped };
    asking.carry_out(body.why, Command::ChangeChannel(command)).await
}

/// Holds a release back from a channel, or lets it go.
#[utoipa::path(post, path = "/products/{product}/channels/{stream}/{channel}/hold",
    tag = "channels", request_body = api::Hold,
    responses((status = 200, description = "It is so", body = api::Receipt)))]
async fn hold(
    Named((product, stream, channel)): Named<Place>,
    Writing { asking, body }: Writing<api::Hold>,
) -> Answer {
    let (version, is_stopped) = (Some(body.version.parse()?), body.is_held);
    let command = ChangeChannel { product, stream, channel, version, is_stopped };
    asking.carry_out(body.why, Command::ChangeChannel(command)).await
}

/// Moves a channel later, if its rule is met then.
#[utoipa::path(post, path = "/products/{product}/channels/{stream}/{channel}/schedule",
    tag = "channels", request_body = api::Schedule,
    responses((status = 200, description = "It was so already", body = api::Receipt),
        (status = 201, description = "It is scheduled", body = api::Receipt)))]
async fn schedule(
    Named((product, stream, channel)): Named<Place>,
    Writing { asking, body }: Writing<api::Schedule>,
) -> Answer {
    let version = body.version.parse()?;
    let command = Schedule { product, stream, channel, version, due: moment(&body.due)? };
    asking.create(body.why, Command::Schedule(command)).await
}

/// Calls a scheduled move off.
#[utoipa::path(post, path = "/products/{product}/channels/{stream}/{channel}/schedule/{seq}/call-off",
    tag = "channels", request_body = api::Reason,
    responses((status = 200, description = "It is called off", body = api::Receipt)))]
async fn call_off(
    Named((product, stream, channel, scheduled)): Named<(Name, Name, Name, u64)>,
    Writing { asking, body }: Writing<api::Reason>,
) -> Answer {
    let command = CallOff { product, stream, channel, scheduled };
    asking.carry_out(body.why, Command::CallOff(command)).await
}

/// Changes how fast a release reaches clients: a ramp, a pause, or none of it.
#[utoipa::path(post, path = "/products/{product}/channels/{stream}/{channel}/rollout",
    tag = "channels", request_body = api::ChangeRollout,
    responses((status = 200, description = "It is so", body = api::Receipt)))]
async fn change_rollout(
    Named((product, stream, channel)): Named<Place>,
    Writing { asking, body }: Writing<api::ChangeRollout>,
) -> Answer {
    if body.first_percent > 100 || body.paused.is_some_and(|paused| paused > 100) {
        return Err(Failure::invalid("percent-wrong", "a percentage is 0 to 100"));
    }
    let version: VersionText = body.version.parse()?;
    let starts = moment_of(body.starts.as_ref())?;
    let rollout = {
        let desk = asking.app.desk();
        let ledger = desk.ledger();
        let now = desk.now(&ledger);
        if body.is_paused {
            let channel = ledger.state.product(product.as_str())?.channel(&stream, &channel)?;
            let running = channel.rollouts.get(&version);
            let running = running.ok_or_else(|| Refusal::not_found("rollout", &version))?;
            Rollout { paused: Some(running.percent(now)), ..running.clone() }
        } else {
            let api::ChangeRollout { first_percent, lasts_secs, paused, .. } = body;
            Rollout { starts: starts.unwrap_or(now), first_percent, lasts_secs, paused }
        }
    };
    let rollout = (!body.is_over).then_some(rollout);
    let changed = RolloutChanged { product, stream, channel, version, rollout };
    asking.carry_out(body.why, Command::ChangeRollout(ChangeRollout(changed))).await
}
