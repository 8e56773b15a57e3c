//! Where channels point, how releases stand before them, and what is needed to force or simulate.

use trainyard_api as api;
use trainyard_registry::{
    Name, Standing, VersionText,
    channels::{
        self, Approvals, Channel, ChannelRule, Move, MoveKind, Stop, approvals_of_force, standing,
    },
    products::Product,
    releases::Release,
    risks::Rollout,
    simulate::{self, simulate},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{
    Answer, Asked, Given, Listing, Named, Reading, View,
    app::App,
    failure::Failure,
    wire::{condition, count, finding, json, texts, time, word},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_channels))
        .routes(routes!(read_channel))
        .routes(routes!(list_moves))
        .routes(routes!(read_standing))
        .routes(routes!(read_force))
        .routes(routes!(simulate_rule))
}

/// What a path names: product, stream and channel.
pub(super) type Place = (Name, Name, Name);

/// The release that a channel points to.
fn pointed_to<'a>(product: &'a Product, channel: &Channel) -> Option<&'a Release> {
    product.sequence(channel.stream.as_str()).ok()?.release(channel.head.as_ref()?.as_str())
}

fn summary(product: &Product, channel: &Channel) -> api::ChannelSummary {
    let member = channel.head.as_ref().and_then(|head| channel.members.get(head));
    let yanked = pointed_to(product, channel).and_then(|release| release.yanked.as_deref());
    api::ChannelSummary {
        stream: channel.stream.to_string(),
        channel: channel.name.to_string(),
        head: channel.head.as_ref().map(VersionText::to_string),
        digest: member.map(|member| member.digest.to_string()),
        since: channel.history.last().map(|moved| time(moved.at)),
        yanked: yanked.map(str::to_owned),
        is_frozen: channel.frozen.is_some(),
    }
}

fn stop(version: Option<&VersionText>, stop: &Stop) -> api::Stop {
    api::Stop {
        version: version.map(VersionText::to_string),
        why: stop.why.clone(),
        by: stop.by.to_string(),
        since: time(stop.since),
    }
}

fn rollout(version: &VersionText, rollout: &Rollout) -> api::Rollout {
    api::Rollout {
        version: version.to_string(),
        starts: time(rollout.starts),
        first_percent: rollout.first_percent,
        lasts_secs: rollout.lasts_secs,
        paused: rollout.paused,
    }
}

/// A channel as it is told; what it holds does not change with time alone.
pub(super) fn told(product: &Product, channel: &Channel) -> Result<api::Channel, Failure> {
    let entries = channel.history.iter().rev();
    let entry = entries
        .map(|it| &it.moved)
        .find(|moved| moved.to == channel.head && moved.from != moved.to);
    let member = |(version, member): (&VersionText, &channels::Member)| api::Member {
        version: version.to_string(),
        digest: member.digest.to_string(),
        since: time(member.since),
    };
    let scheduled = |(seq, scheduled): (&u64, &channels::Scheduled)| api::Scheduled {
        seq: *seq,
        version: scheduled.version.to_string(),
        due: time(scheduled.due),
        by: scheduled.by.to_string(),
        why: scheduled.why.clone(),
    };
    Ok(api::Channel {
        channel: summary(product, channel),
        is_forced: entry.is_some_and(|moved| moved.kind == MoveKind::Forced),
        rule: json(&channel.rule)?,
        members: channel.members.iter().map(member).collect(),
        frozen: channel.frozen.as_ref().map(|frozen| stop(None, frozen)),
        holds: channel.holds.iter().map(|(version, held)| stop(Some(version), held)).collect(),
        scheduled: channel.scheduled.iter().map(scheduled).collect(),
        rollouts: channel.rollouts.iter().map(|(version, it)| rollout(version, it)).collect(),
        moves: count(channel.history.len()),
    })
}

fn moved(it: &Move) -> api::Move {
    let text = |version: &Option<VersionText>| version.as_ref().map(VersionText::to_string);
    api::Move {
        seq: it.seq,
        at: time(it.at),
        by: it.by.to_string(),
        why: it.why.clone(),
        kind: kind(it.moved.kind),
        to: text(&it.moved.to),
        from: text(&it.moved.from),
        removed: text(&it.moved.removed),
        relied_on: texts(&it.moved.relied_on),
        unmet: it.moved.unmet.clone(),
    }
}

pub(super) fn kind(kind: MoveKind) -> String {
    word(kind)
}

pub(super) fn stands(version: &VersionText, standing: &Standing) -> api::Standing {
    api::Standing {
        version: version.to_string(),
        is_open: standing.is_open(),
        conditions: standing.conditions.iter().map(condition).collect(),
        relied_on: texts(&standing.relied_on),
        refused_by: texts(&standing.refused_by),
        findings: standing.findings.iter().map(finding).collect(),
    }
}

pub(super) fn approvals(approvals: &Approvals) -> api::Approvals {
    api::Approvals {
        proposal: approvals.proposal.to_string(),
        are_enough: approvals.are_enough(),
        conditions: approvals.conditions.iter().map(condition).collect(),
        relied_on: texts(&approvals.relied_on),
    }
}

/// A product and a channel of it.
fn find<'a>(
    view: &View<'a>,
    (product, stream, channel): &Place,
) -> Result<(&'a Product, &'a Channel), Failure> {
    let product = view.product(product)?;
    Ok((product, product.channel(stream, channel)?))
}

/// Channels, by stream and name.
#[utoipa::path(get, path = "/products/{product}/channels", tag = "channels", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::ChannelSummary>)))]
async fn list_channels(
    Named(name): Named<Name>,
    reading: Reading,
    Asked(listing): Asked<Listing>,
) -> Answer {
    reading
        .answer(|view| {
            // In the order of the pairs, whatever letters come before a slash.
            let key = |channel: &Channel| format!("{}\0{}", channel.stream, channel.name);
            let product = view.product(&name)?;
            let channels = product.channels().map(|it| (key(it), summary(product, it)));
            listing.sorted(&format!("channels of {name}"), channels)
        })
        .await
}

/// A channel.
///
/// Its entity tag is what `If-Match` takes when it is promoted or demoted.
#[utoipa::path(get, path = "/products/{product}/channels/{stream}/{channel}", tag = "channels",
    responses((status = 200, description = "The channel", body = api::Channel)))]
async fn read_channel(Named(place): Named<Place>, reading: Reading) -> Answer {
    let key = |_: &View<'_>, request: &str| Ok(Some(request.to_owned()));
    reading
        .answer_alike(key, |view| {
            let (product, channel) = find(view, &place)?;
            told(product, channel)
        })
        .await
}

/// The moves of a channel, newest first.
#[utoipa::path(get, path = "/products/{product}/channels/{stream}/{channel}/history",
    tag = "channels", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Move>)))]
async fn list_moves(
    Named(place): Named<Place>,
    reading: Reading,
    Asked(listing): Asked<Listing>,
) -> Answer {
    reading
        .answer(|view| {
            let list = format!("history of {}/{}/{}", place.0, place.1, place.2);
            let before = listing.after_number(&list)?;
            let (_, channel) = find(view, &place)?;
            let moves = channel.history.iter().enumerate().rev();
            let moves = moves.map(|(number, it)| (count(number), it));
            let moves = moves.filter(|(number, _)| before.is_none_or(|before| *number < before));
            Ok(listing.page(&list, moves.map(|(number, it)| (number.to_string(), moved(it)))))
        })
        .await
}

/// How a release stands before a channel: what is met, and what is missing.
#[utoipa::path(get, path = "/products/{product}/channels/{stream}/{channel}/standing/{version}",
    tag = "channels",
    responses((status = 200, description = "How it stands", body = api::Standing)))]
async fn read_standing(
    Named((product, stream, channel, version)): Named<(Name, Name, Name, VersionText)>,
    reading: Reading,
) -> Answer {
    reading
        .answer_now(|view| {
            let (product, channel) = find(view, &(product, stream, channel))?;
            let sequence = product.sequence(channel.stream.as_str())?;
            let release = sequence.find(version.as_str())?;
            Ok(stands(&version, &standing(view.state, product, channel, release, view.now)))
        })
        .await
}

/// Who must approve that a release enters a channel without its evidence, and who has.
#[utoipa::path(get, path = "/products/{product}/channels/{stream}/{channel}/force/{version}",
    tag = "channels",
    responses((status = 200, description = "Who must, and who has", body = api::Approvals)))]
async fn read_force(
    Named((product, stream, channel, version)): Named<(Name, Name, Name, VersionText)>,
    reading: Reading,
) -> Answer {
    reading
        .answer_now(|view| {
            let (product, channel) = find(view, &(product, stream, channel))?;
            let sequence = product.sequence(channel.stream.as_str())?;
            let release = sequence.find(version.as_str())?;
            let needed = approvals_of_force(view.state, product, channel, release, view.now);
            Ok(approvals(&needed))
        })
        .await
}

/// The most entries that a simulation goes through.
const MOST_ENTRIES: u64 = 200_000;

/// What another rule would have made of a channel's past.
#[utoipa::path(post, path = "/products/{product}/channels/{stream}/{channel}/simulate",
    tag = "channels", request_body = api::Simulate,
    responses((status = 200, description = "What it would have made", body = api::Simulation)))]
async fn simulate_rule(
    Named(place): Named<Place>,
    reading: Reading,
    Given(body): Given<api::Simulate>,
) -> Answer {
    let rule: ChannelRule = serde_json::from_value(body.rule).map_err(|error| {
        Failure::invalid("rule-unreadable", "the rule cannot be read")
            .error(error.to_string(), Some("rule".to_owned()))
    })?;
    let size = reading.look(|view| find(view, &place).map(|_| view.ledger.size())).await?;
    if size > MOST_ENTRIES {
        let detail = format!("a log of more than {MOST_ENTRIES} entries is simulated offline");
        return Err(Failure::invalid("log-too-long", detail)
            .hint("`trainyard channel simulate` reads a backup"));
    }
    let log = reading.app.desk().beginning(size).await?;
    let simulated = tokio::task::spawn_blocking(move || {
        let (product, stream, channel) = &place;
        simulate(&log.entries, (product, stream, channel), &rule)
    });
    let found = simulated.await.map_err(|error| Failure::fault(&error))?;
    let release = |it: &simulate::Simulated| api::Simulated {
        version: it.version.to_string(),
        published: time(it.published),
        entered: it.entered.map(time),
        would_enter: it.would_enter.map(time),
        missing: it.missing.clone(),
        late_risks: it.late_risks.iter().map(|(name, kept)| (name.to_string(), *kept)).collect(),
    };
    reading.answer_made(&api::Simulation {
        releases: found.releases.iter().map(release).collect(),
        caught: count(found.caught),
        escaped: count(found.escaped),
    })
}
