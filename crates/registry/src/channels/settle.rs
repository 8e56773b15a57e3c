//! What happens by itself: scheduled moves, and channels that follow the newest release.

use super::{
    Channel, ChannelMoved, MoveKind, ScheduleEnd, ScheduleEnded,
    moves::{entered, told},
    standing,
};
use crate::{
    Ask, Decided, Event, Moment, Refusal, Right, State, VersionText, products::Product,
    releases::Release,
};

/// How many of the newest releases a channel that follows looks at; behind so many that may not enter, it stays.
const LOOKED_AT: usize = 32;

/// Asks to carry out what is due.
#[derive(Clone, Copy, Debug)]
pub struct Settle;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "commands are decided by reference")]
pub(crate) fn settle(state: &State, ask: &Ask, _: &Settle) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Promote, None)?;
    let mut events = Vec::new();
    for product in state.products() {
        for channel in product.channels() {
            // One move of a channel at a time, so that each is decided on the state that it changes.
            match scheduled(state, product, channel, ask.now) {
                decided if !decided.is_empty() => events.extend(decided),
                _ => {
                    let head = channel.head.as_ref();
                    let moved = followed(state, product, channel, head, ask.now);
                    events.extend(moved.map(Event::ChannelMoved));
                }
            }
        }
    }
    Ok(Decided { events, blobs: Vec::new() })
}

/// Whether something is due at a moment, as far as time alone tells. *Cost*: linear in scheduled moves.
pub fn is_due(state: &State, now: Moment) -> bool {
    let mut channels = state.products().flat_map(Product::channels);
    channels.any(|channel| channel.scheduled.values().any(|scheduled| scheduled.due <= now))
}

fn scheduled(state: &State, product: &Product, channel: &Channel, now: Moment) -> Vec<Event> {
    let due = channel.scheduled.iter().filter(|(_, scheduled)| scheduled.due <= now);
    let Some((place, scheduled)) = due.min_by_key(|(place, scheduled)| (scheduled.due, **place))
    else {
        return Vec::new();
    };
    let sequence = product.sequences.get(&channel.stream);
    let release = sequence.and_then(|sequence| sequence.release(scheduled.version.as_str()));
    let Some(release) = release else { return Vec::new() };
    let standing = standing(state, product, channel, release, now);
    let ended = |end, unmet| {
        Event::ScheduleEnded(ScheduleEnded {
            product: product.name.clone(),
            stream: channel.stream.clone(),
            channel: channel.name.clone(),
            scheduled: *place,
            end,
            unmet,
        })
    };
    if !standing.is_open() {
        return vec![ended(ScheduleEnd::Refused, told(standing.unmet()))];
    }
    let mut events = Vec::new();
    if channel.head.as_ref() != Some(&release.version) {
        let moved = entered(product, channel, release, MoveKind::Promoted, standing.relied_on);
        events.push(Event::ChannelMoved(moved));
    }
    events.push(ended(ScheduleEnd::Done, Vec::new()));
    events
}

/// The move of a channel that follows the newest release, from where it points to now or is about to.
pub(super) fn followed(
    state: &State,
    product: &Product,
    channel: &Channel,
    head: Option<&VersionText>,
    now: Moment,
) -> Option<ChannelMoved> {
    if !channel.rule.follows || channel.frozen.is_some() {
        return None;
    }
    let sequence = product.sequences.get(&channel.stream)?;
    let is_head = |release: &&Release| head == Some(&release.version);
    let newer = sequence.newest_first().take(LOOKED_AT).take_while(|release| !is_head(release));
    for release in newer {
        // Who was taken out does not come back by itself.
        let was_in =
            channel.history.iter().any(|it| it.moved.removed.as_ref() == Some(&release.version));
        if was_in {
            continue;
        }
        let standing = standing(state, product, channel, release, now);
        if standing.is_open() {
            return Some(entered(
                product,
                channel,
                release,
                MoveKind::Followed,
                standing.relied_on,
            ));
        }
    }
    None
}
