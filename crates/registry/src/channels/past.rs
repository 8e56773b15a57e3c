//! How channels moved elsewhere, brought in.

use std::collections::{BTreeMap, BTreeSet};

use super::{Channel, ChannelMoved, Entered, MoveKind};
use crate::{
    Ask, Decided, Event, Moment, Name, Refusal, RefusalKind, Right, State, VersionText,
    products::Product,
    releases::{Release, Sequence},
};

/// The most moves that are brought in at once.
pub const MOST_PAST_MOVES: usize = 5_000;

/// Asks to bring in how channels moved elsewhere.
#[derive(Clone, Debug)]
pub struct BringIn {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The moves, oldest first; at most [`MOST_PAST_MOVES`].
    pub moves: Vec<PastMove>,
}

/// A release entered a channel elsewhere, or was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastMove {
    /// The channel.
    pub channel: Name,
    /// The version.
    pub version: VersionText,
    /// Whether it entered.
    pub is_in: bool,
    /// When.
    pub happened: Moment,
}

/// A channel that is brought in points to the newest of what is in it, by the order of versions. Nothing is brought into a
/// channel that asks for evidence, nor into one that has moved here; and what came in by a claim ripens from today. Moves that
/// are no later than those that came before are known, so that what was cut off is brought in again.
pub(crate) fn bring_in(state: &State, ask: &Ask, command: &BringIn) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Promote, Some(&command.product))?;
    if command.moves.len() > MOST_PAST_MOVES {
        let message = format!("at most {MOST_PAST_MOVES} moves are brought in at once");
        return Err(Refusal::invalid("too-many-moves", message).hint("bring in some at a time"));
    }
    let product = state.product(command.product.as_str())?;
    let sequence = product.sequence(command.stream.as_str())?;
    let mut pasts: BTreeMap<&Name, Past<'_>> = BTreeMap::new();
    let mut events = Vec::new();
    for moved in &command.moves {
        if moved.happened > ask.now {
            return Err(Refusal::invalid("move-ahead", "nothing has happened in the future"));
        }
        let release = sequence.find(moved.version.as_str())?;
        let held = product.channel(&command.stream, &moved.channel)?.holds.get(&moved.version);
        if let Some(stop) = held.filter(|_| moved.is_in) {
            let message = format!("{} is held by {}: {}", moved.version, stop.by, stop.why);
            return Err(Refusal::conflict("release-held", message));
        }
        let past = match pasts.entry(&moved.channel) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                let channel = product.channel(&command.stream, &moved.channel)?;
                new.insert(Past::of(product, channel, sequence)?)
            }
        };
        events.extend(past.moved(release, moved).map(Event::ChannelMoved));
    }
    Ok(Decided { events, blobs: Vec::new() })
}

/// A channel while its past is brought in.
struct Past<'a> {
    product: &'a Product,
    channel: &'a Channel,
    /// What is in it, in the order of versions.
    members: BTreeSet<Place<'a>>,
    head: Option<&'a VersionText>,
    /// When it last moved, as far as that is known already.
    last: Option<Moment>,
    /// How it moved at that moment: versions, and whether they entered.
    known: BTreeSet<(&'a VersionText, bool)>,
}

/// A release by its place in the order of versions.
#[derive(Clone, Copy)]
struct Place<'a>(&'a Release);

impl<'a> Past<'a> {
    /// *Errors*: the channel asks for evidence, is frozen, or has moved here.
    fn of(
        product: &'a Product,
        channel: &'a Channel,
        sequence: &'a Sequence,
    ) -> Result<Self, Refusal> {
        let rule = &channel.rule;
        let wanted = [rule.principals, rule.parties, rule.external, rule.environments];
        let is_guarded = wanted.iter().any(|wanted| *wanted > 0)
            || rule.forced_by > 1
            || rule.after.is_some()
            || rule.soak_secs > 0;
        if is_guarded {
            let message =
                format!("{} asks for evidence, which a past does not bring", channel.title());
            return Err(Refusal::new(RefusalKind::NotReady, "channel-guarded", message)
                .hint("bring it into a channel that asks for none, and promote from there"));
        }
        if let Some(stop) = &channel.frozen {
            let message = format!("{} is frozen: {}", channel.title(), stop.why);
            return Err(Refusal::conflict("channel-frozen", message));
        }
        if channel.history.iter().any(|it| it.moved.kind != MoveKind::Imported) {
            let message = format!("{} has moved here already", channel.title());
            return Err(Refusal::conflict("channel-moved", message));
        }
        let members = channel.members.keys();
        let members = members.filter_map(|version| sequence.release(version.as_str()));
        let last = channel.history.iter().filter_map(|it| it.moved.happened).max();
        let at_last = channel.history.iter().map(|it| &it.moved);
        let at_last = at_last.filter(|moved| moved.happened == last);
        let known = at_last.filter_map(|moved| match (&moved.removed, &moved.entered) {
            (Some(removed), _) => Some((removed, false)),
            (None, Some(entered)) => Some((&entered.version, true)),
            (None, None) => Some((moved.to.as_ref()?, true)),
        });
        Ok(Self {
            product,
            channel,
            members: members.map(Place).collect(),
            head: channel.head.as_ref(),
            last,
            known: known.collect(),
        })
    }

    fn knows(&self, moved: &PastMove) -> bool {
        match self.last {
            Some(last) if moved.happened == last => {
                self.known.contains(&(&moved.version, moved.is_in))
            }
            Some(last) => moved.happened < last,
            None => false,
        }
    }

    /// What a move makes of it; nothing, where it changes nothing.
    fn moved(&mut self, release: &'a Release, moved: &PastMove) -> Option<ChannelMoved> {
        if self.knows(moved) {
            return None;
        }
        let is_new = if moved.is_in {
            self.members.insert(Place(release))
        } else {
            self.members.remove(&Place(release))
        };
        if !is_new {
            return None;
        }
        let newest = self.members.last().map(|place| place.0);
        let from = self.head.cloned();
        self.head = newest.map(|newest| &newest.version);
        let is_beside = moved.is_in && self.head != Some(&release.version);
        Some(ChannelMoved {
            product: self.product.name.clone(),
            stream: self.channel.stream.clone(),
            channel: self.channel.name.clone(),
            kind: MoveKind::Imported,
            to: self.head.cloned(),
            digest: newest.map(|newest| newest.digest.clone()),
            from,
            removed: (!moved.is_in).then(|| release.version.clone()),
            entered: is_beside.then(|| Entered {
                version: release.version.clone(),
                digest: release.digest.clone(),
            }),
            relied_on: Vec::new(),
            unmet: Vec::new(),
            happened: Some(moved.happened),
        })
    }
}

impl Ord for Place<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (&self.0.key, self.0.seq).cmp(&(&other.0.key, other.0.seq))
    }
}

impl PartialOrd for Place<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Place<'_> {}
