//! Moving a channel, and stopping it.

use std::{cmp::Reverse, collections::BTreeSet};

use super::{
    Channel, ChannelChanged, ChannelMoved, MoveKind, MoveScheduled, ScheduleEnd, ScheduleEnded,
    approvals_of_force, settle::followed, standing,
};
use crate::{
    Ask, Condition, Decided, Digest, Event, Moment, Name, Refusal, RefusalKind, Right, State,
    VersionText, products::Product, releases::Release,
};

/// Asks to move a channel to a release.
#[derive(Clone, Debug)]
pub struct Promote {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The channel.
    pub channel: Name,
    /// The version.
    pub version: VersionText,
    /// The version that the channel points to now, as the asker believes; `None`: whatever it is.
    pub expected: Option<Option<VersionText>>,
    /// Whether it shall enter without evidence, on approvals.
    pub is_forced: bool,
}

pub(crate) fn promote(state: &State, ask: &Ask, command: &Promote) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Promote, Some(&command.product))?;
    let (product, channel) = find(state, &command.product, &command.stream, &command.channel)?;
    let release = product.sequence(command.stream.as_str())?.find(command.version.as_str())?;
    if let Some(expected) = &command.expected
        && *expected != channel.head
    {
        let now = channel.head.as_ref().map_or("nothing", VersionText::as_str);
        let message = format!("{} points to {now} by now", channel.title());
        return Err(Refusal::conflict("channel-moved", message).hint("look again, then decide"));
    }
    if channel.head.as_ref() == Some(&command.version) {
        return Ok(Decided::nothing());
    }
    let standing = standing(state, product, channel, release, ask.now);
    if standing.is_open() {
        let moved = entered(product, channel, release, MoveKind::Promoted, standing.relied_on);
        return Ok(and_back(state, product, channel, moved, ask.now));
    }
    if !command.is_forced {
        let message = format!("{} does not stand open for {}", channel.title(), release.version);
        return Err(Refusal::new(RefusalKind::NotReady, "rule-unmet", message)
            .conditions(standing.conditions)
            .findings(standing.findings));
    }
    let unforceable = standing.unmet().filter(|condition| !condition.kind.may_be_forced());
    let unforceable: Vec<Condition> = unforceable.cloned().collect();
    if !unforceable.is_empty() {
        let message = "some of what is missing cannot be forced";
        return Err(Refusal::new(RefusalKind::NotReady, "not-forceable", message)
            .conditions(unforceable)
            .findings(standing.findings));
    }
    if ask.why.is_empty() {
        return Err(Refusal::invalid("reason-missing", "a forced move needs a reason"));
    }
    let approvals = approvals_of_force(state, product, channel, release, ask.now);
    if !approvals.are_enough() {
        let message = "a move without evidence needs more approvals";
        return Err(Refusal::new(RefusalKind::NotReady, "approvals-missing", message)
            .hint(format!("let the others approve {} with their keys", approvals.proposal))
            .conditions(approvals.conditions));
    }
    let mut event = entered(product, channel, release, MoveKind::Forced, approvals.relied_on);
    event.unmet = told(standing.unmet());
    Ok(and_back(state, product, channel, event, ask.now))
}

/// A move, and where the channel follows the newest and so goes on from there, that move too: at no moment between does
/// anybody see the channel point to what it does not stay at.
fn and_back(
    state: &State,
    product: &Product,
    channel: &Channel,
    moved: ChannelMoved,
    now: Moment,
) -> Decided {
    let on = followed(state, product, channel, moved.to.as_ref(), now);
    let on = on.map(|on| ChannelMoved { from: moved.to.clone(), ..on });
    let events = std::iter::once(moved).chain(on).map(Event::ChannelMoved).collect();
    Decided { events, blobs: Vec::new() }
}

/// The most attestations that a move names: of robots that test every night, the newest of each are as good as all.
const MOST_RELIED_ON: usize = 500;
/// The most conditions that an entry tells.
const MOST_UNMET: usize = 32;
/// The most bytes of a condition that it tells.
const LONGEST_UNMET: usize = 400;

/// That a release enters a channel.
pub(super) fn entered(
    product: &Product,
    channel: &Channel,
    release: &Release,
    kind: MoveKind,
    relied_on: Vec<Digest>,
) -> ChannelMoved {
    let relied_on = worth_naming(product, relied_on);
    ChannelMoved {
        product: product.name.clone(),
        stream: channel.stream.clone(),
        channel: channel.name.clone(),
        kind,
        to: Some(release.version.clone()),
        digest: Some(release.digest.clone()),
        from: channel.head.clone(),
        removed: None,
        entered: None,
        relied_on,
        unmet: Vec::new(),
        happened: None,
    }
}

/// The attestations that a move names: all, or where there are very many, the newest of each who signed, wherever they tested
/// what.
fn worth_naming(product: &Product, mut relied_on: Vec<Digest>) -> Vec<Digest> {
    relied_on.sort();
    relied_on.dedup();
    if relied_on.len() > MOST_RELIED_ON {
        let mut said: Vec<_> =
            relied_on.iter().filter_map(|id| product.attestations.find(id)).collect();
        said.sort_by_key(|said| Reverse(said.seq));
        let mut seen = BTreeSet::new();
        let mut places = BTreeSet::new();
        // Whoever signed is named before what else they tested.
        let (mut first, mut more) = (Vec::new(), Vec::new());
        for said in said {
            let attested = &said.attested;
            let is_new =
                places.insert((&attested.principals, &attested.flavour, &attested.environment));
            match (seen.insert(&attested.principals), is_new) {
                (true, _) => first.push(attested.id.clone()),
                (false, true) => more.push(attested.id.clone()),
                (false, false) => {}
            }
        }
        first.append(&mut more);
        first.truncate(MOST_RELIED_ON);
        first.sort();
        relied_on = first;
    }
    relied_on
}

/// The conditions that are not met, as the log tells them: so many, and so much of each.
pub(super) fn told<'a>(unmet: impl Iterator<Item = &'a Condition>) -> Vec<String> {
    let told = unmet.take(MOST_UNMET).map(|condition| {
        let mut text = condition.to_string();
        if text.len() > LONGEST_UNMET {
            let end = text.floor_char_boundary(LONGEST_UNMET);
            text.truncate(end);
            text.push('…');
        }
        text
    });
    told.collect()
}

/// Asks to take a release out of a channel.
#[derive(Clone, Debug)]
pub struct Demote {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The channel.
    pub channel: Name,
    /// The version; `None`: the one it points to.
    pub version: Option<VersionText>,
}

pub(crate) fn demote(state: &State, ask: &Ask, command: &Demote) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Promote, Some(&command.product))?;
    let (product, channel) = find(state, &command.product, &command.stream, &command.channel)?;
    if ask.why.is_empty() {
        return Err(Refusal::invalid("reason-missing", "a release is demoted with a reason"));
    }
    let version = command.version.clone().or_else(|| channel.head.clone());
    let Some(version) = version else {
        let message = format!("{} points to nothing", channel.title());
        return Err(Refusal::conflict("channel-empty", message));
    };
    if !channel.members.contains_key(&version) {
        let message = format!("{version} is not in {}", channel.title());
        return Err(Refusal::conflict("not-in-channel", message));
    }
    // It falls back on what entered last before it: that had its evidence, or its approvals. What is hidden or blocked since
    // is passed over.
    let to = if channel.head.as_ref() == Some(&version) {
        let sequence = product.sequence(command.stream.as_str())?;
        channel.latest_member_but(&version, |version| {
            sequence.release(version.as_str()).is_some_and(|release| {
                release.yanked.is_none()
                    && product.blocks_of(command.stream.as_str(), release).next().is_none()
            })
        })
    } else {
        channel.head.clone()
    };
    let digest = to.as_ref().and_then(|to| channel.members.get(to)).map(|it| it.digest.clone());
    Ok(Event::ChannelMoved(ChannelMoved {
        product: product.name.clone(),
        stream: channel.stream.clone(),
        channel: channel.name.clone(),
        kind: MoveKind::Demoted,
        to,
        digest,
        from: channel.head.clone(),
        removed: Some(version),
        entered: None,
        relied_on: Vec::new(),
        unmet: Vec::new(),
        happened: None,
    })
    .into())
}

/// Asks to freeze or thaw a channel, to hold a release or let it go.
#[derive(Clone, Debug)]
pub struct ChangeChannel {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The channel.
    pub channel: Name,
    /// The version to hold or let go; `None`: the channel itself.
    pub version: Option<VersionText>,
    /// Whether to stop it.
    pub is_stopped: bool,
}

pub(crate) fn change(
    state: &State,
    ask: &Ask,
    command: &ChangeChannel,
) -> Result<Decided, Refusal> {
    // Who may stop everything may stop this; going on needs the right to promote.
    let may_stop = command.is_stopped && ask.actor.may(Right::Block, Some(&command.product));
    if !may_stop {
        ask.actor.must(Right::Promote, Some(&command.product))?;
    }
    let (_, channel) = find(state, &command.product, &command.stream, &command.channel)?;
    if command.is_stopped && ask.why.is_empty() {
        return Err(Refusal::invalid("reason-missing", "a stop needs a reason"));
    }
    let is_stopped = match &command.version {
        None => channel.frozen.is_some(),
        Some(version) => channel.holds.contains_key(version),
    };
    if is_stopped == command.is_stopped {
        return Ok(Decided::nothing());
    }
    let ChangeChannel { product, stream, channel, version, is_stopped } = command.clone();
    Ok(Event::ChannelChanged(ChannelChanged { product, stream, channel, version, is_stopped })
        .into())
}

/// Asks to move a channel later.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The channel.
    pub channel: Name,
    /// The version.
    pub version: VersionText,
    /// When.
    pub due: Moment,
}

pub(crate) fn schedule(state: &State, ask: &Ask, command: &Schedule) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Promote, Some(&command.product))?;
    let (product, _) = find(state, &command.product, &command.stream, &command.channel)?;
    product.sequence(command.stream.as_str())?.find(command.version.as_str())?;
    if command.due <= ask.now {
        return Err(Refusal::invalid("due-past", "the moment has passed; promote it now"));
    }
    let Schedule { product, stream, channel, version, due } = command.clone();
    Ok(Event::MoveScheduled(MoveScheduled { product, stream, channel, version, due }).into())
}

/// Asks to call a scheduled move off.
#[derive(Clone, Debug)]
pub struct CallOff {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The channel.
    pub channel: Name,
    /// The place of the entry that scheduled it.
    pub scheduled: u64,
}

pub(crate) fn call_off(state: &State, ask: &Ask, command: &CallOff) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Promote, Some(&command.product))?;
    let (_, channel) = find(state, &command.product, &command.stream, &command.channel)?;
    if !channel.scheduled.contains_key(&command.scheduled) {
        return Err(Refusal::not_found("scheduled move", command.scheduled));
    }
    let CallOff { product, stream, channel, scheduled } = command.clone();
    let (end, unmet) = (ScheduleEnd::CalledOff, Vec::new());
    let ended = ScheduleEnded { product, stream, channel, scheduled, end, unmet };
    Ok(Event::ScheduleEnded(ended).into())
}

/// A channel and its product.
fn find<'a>(
    state: &'a State,
    product: &Name,
    stream: &Name,
    channel: &Name,
) -> Result<(&'a Product, &'a Channel), Refusal> {
    let product = state.product(product.as_str())?;
    let channel = product.channel(stream, channel)?;
    Ok((product, channel))
}
