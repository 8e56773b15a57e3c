//! Channels: names that point to releases, with a history.

mod approvals;
mod moves;
mod past;
mod rule;
mod settle;
mod standing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Digest, Moment, Name, PrincipalName, Stamp, State, VersionText};

pub(crate) use self::{
    approvals::approved_change,
    moves::{call_off, change, demote, promote, schedule},
    past::bring_in,
    settle::settle,
    standing::standing_unchecked,
};
pub use self::{
    approvals::{Approvals, approvals_of_force, approvals_of_policy},
    moves::{CallOff, ChangeChannel, Demote, Promote, Schedule},
    past::{BringIn, MOST_PAST_MOVES, PastMove},
    rule::ChannelRule,
    settle::{Settle, is_due},
    standing::{Condition, ConditionKind, Standing, standing},
};

/// A name that points to a release of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// The stream: a component, or one of bundles.
    pub stream: Name,
    /// Its name, as `production`.
    pub name: Name,
    /// What it asks for.
    pub rule: ChannelRule,
    /// Everything that moved it, oldest first.
    pub history: Vec<Move>,
    /// What entered and was not taken out again, by version.
    pub members: BTreeMap<VersionText, Member>,
    /// The version it points to.
    pub head: Option<VersionText>,
    /// Why nothing moves it now, where that is so.
    pub frozen: Option<Stop>,
    /// Versions that shall not enter for now, and why.
    pub holds: BTreeMap<VersionText, Stop>,
    /// Moves that shall happen later, by the place of their entries.
    pub scheduled: BTreeMap<u64, Scheduled>,
    /// How releases reach clients, by version.
    pub rollouts: BTreeMap<VersionText, crate::risks::Rollout>,
}

/// A release that stands in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its content.
    pub digest: Digest,
    /// Since when.
    pub since: Moment,
    /// When that was written; claims of earlier days let nothing ripen.
    pub logged: Moment,
}

/// Why something does not move, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Why.
    pub why: String,
    /// Who.
    pub by: PrincipalName,
    /// Since when.
    pub since: Moment,
}

/// A move that shall happen later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The version.
    pub version: VersionText,
    /// When.
    pub due: Moment,
    /// Who asked for it.
    pub by: PrincipalName,
    /// Why.
    pub why: String,
}

/// One move of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The place of its entry in the log.
    pub seq: u64,
    /// When.
    pub at: Moment,
    /// Who.
    pub by: PrincipalName,
    /// Why.
    pub why: String,
    /// What happened.
    pub moved: ChannelMoved,
}

/// How a channel came to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoveKind {
    /// Somebody promoted a release that met the rule.
    Promoted,
    /// The newest release that met the rule entered by itself.
    Followed,
    /// As many as the rule asks for approved a release without its evidence.
    Forced,
    /// Somebody took a release out.
    Demoted,
    /// It moved elsewhere before, and its history was brought in.
    Imported,
}

/// A channel points elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChannelMoved {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The channel.
    pub channel: Name,
    /// How it came.
    pub kind: MoveKind,
    /// The version it points to from now on; `None`: to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<VersionText>,
    /// That version's content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The version it pointed to before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<VersionText>,
    /// A version that is in it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<VersionText>,
    /// A version that entered behind the one that it points to, in a history that was brought in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<Entered>,
    /// The attestations and approvals that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relied_on: Vec<Digest>,
    /// Conditions that were not met, where it was forced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<String>,
    /// When it happened, where that was before it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<Moment>,
}

/// A version that entered a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entered {
    /// The version.
    pub version: VersionText,
    /// Its content.
    pub digest: Digest,
}

/// A channel is frozen or thawed, a release held or let go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChannelChanged {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The channel.
    pub channel: Name,
    /// The version that is held or let go; `None`: the channel is frozen or thawed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionText>,
    /// Whether it is stopped from now on.
    pub is_stopped: bool,
}

/// A move shall happen later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MoveScheduled {
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

/// A scheduled move was carried out, refused or called off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ScheduleEnded {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The channel.
    pub channel: Name,
    /// The place of the entry that scheduled it.
    pub scheduled: u64,
    /// How it ended.
    pub end: ScheduleEnd,
    /// What spoke against it, where it was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<String>,
}

/// How a scheduled move ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleEnd {
    /// The channel moved.
    Done,
    /// The rule was not met when it was due.
    Refused,
    /// Somebody called it off.
    CalledOff,
}

impl Channel {
    /// A channel that points to nothing and asks for nothing.
    pub(crate) fn new(stream: Name, name: Name) -> Self {
        Self {
            stream,
            name,
            rule: ChannelRule::default(),
            history: Vec::new(),
            members: BTreeMap::new(),
            head: None,
            frozen: None,
            holds: BTreeMap::new(),
            scheduled: BTreeMap::new(),
            rollouts: BTreeMap::new(),
        }
    }

    /// Stream and name, for people.
    pub fn title(&self) -> String {
        format!("{}/{}", self.stream, self.name)
    }

    /// The release that it pointed to at a moment.
    pub fn head_at(&self, moment: Moment) -> Option<&VersionText> {
        let moves = self.history.iter().rev();
        moves.filter(|it| it.at <= moment).map(|it| it.moved.to.as_ref()).next().flatten()
    }

    /// The newest of its members but one that may stand there, by when they entered.
    fn latest_member_but(
        &self,
        version: &VersionText,
        may_stand: impl Fn(&VersionText) -> bool,
    ) -> Option<VersionText> {
        let mut others: Vec<_> = self.members.iter().filter(|(name, _)| *name != version).collect();
        others.sort_by_key(|(_, member)| member.since);
        others.into_iter().rev().map(|(name, _)| name).find(|name| may_stand(name)).cloned()
    }
}

impl State {
    fn channel_mut(
        &mut self,
        product: &Name,
        stream: &Name,
        channel: &Name,
    ) -> Option<&mut Channel> {
        let product = self.products.get_mut(product)?;
        product.graphs.forget();
        let place = (stream.clone(), channel.clone());
        let made = || Channel::new(stream.clone(), channel.clone());
        Some(product.channels.entry(place).or_insert_with(made))
    }

    pub(crate) fn channel_moved(&mut self, event: &ChannelMoved, stamp: &Stamp) {
        let Some(channel) = self.channel_mut(&event.product, &event.stream, &event.channel) else {
            return;
        };
        let at = event.happened.unwrap_or(stamp.at);
        if let Some(removed) = &event.removed {
            channel.members.remove(removed);
            channel.rollouts.remove(removed);
        }
        let behind = event.entered.as_ref().map(|entered| (&entered.version, &entered.digest));
        for (version, digest) in
            event.to.as_ref().zip(event.digest.as_ref()).into_iter().chain(behind)
        {
            let member = Member { digest: digest.clone(), since: at, logged: stamp.at };
            channel.members.entry(version.clone()).or_insert(member);
        }
        channel.head.clone_from(&event.to);
        let (by, why) = (stamp.by.clone(), stamp.why.clone());
        channel.history.push(Move { seq: stamp.seq, at, by, why, moved: event.clone() });
    }

    pub(crate) fn channel_changed(&mut self, event: &ChannelChanged, stamp: &Stamp) {
        let Some(channel) = self.channel_mut(&event.product, &event.stream, &event.channel) else {
            return;
        };
        let stop = Stop { why: stamp.why.clone(), by: stamp.by.clone(), since: stamp.at };
        match (&event.version, event.is_stopped) {
            (None, is_stopped) => channel.frozen = is_stopped.then_some(stop),
            (Some(version), true) => {
                channel.holds.insert(version.clone(), stop);
            }
            (Some(version), false) => {
                channel.holds.remove(version);
            }
        }
    }

    pub(crate) fn move_scheduled(&mut self, event: &MoveScheduled, stamp: &Stamp) {
        let Some(channel) = self.channel_mut(&event.product, &event.stream, &event.channel) else {
            return;
        };
        let (by, why) = (stamp.by.clone(), stamp.why.clone());
        let scheduled = Scheduled { version: event.version.clone(), due: event.due, by, why };
        channel.scheduled.insert(stamp.seq, scheduled);
    }

    pub(crate) fn schedule_ended(&mut self, event: &ScheduleEnded, _: &Stamp) {
        let channel = self.channel_mut(&event.product, &event.stream, &event.channel);
        if let Some(channel) = channel {
            channel.scheduled.remove(&event.scheduled);
        }
    }
}
