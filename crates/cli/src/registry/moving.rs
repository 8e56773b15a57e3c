//! The commands that move channels, or stop them.

use trainyard_api as api;
use trainyard_report::Outcome;

use super::session::{Session, moment};
use crate::{
    args::registry::channel::{
        ChannelCallOff, ChannelDemote, ChannelPromote, ChannelReason, ChannelSchedule,
        ChannelVersion,
    },
    error::CommandError,
};

pub(super) fn promote(
    session: &Session<'_>,
    args: &ChannelPromote,
) -> Result<Outcome, CommandError> {
    let place = session.channel(&args.channel)?;
    let expected = args.expect.as_ref().map(|expected| match expected.as_str() {
        "none" => None,
        version => Some(version.to_owned()),
    });
    let body = api::Promote {
        version: args.version.clone(),
        expected,
        is_forced: args.force,
        why: args.why.clone().unwrap_or_default(),
    };
    let receipt = session.ask(session.client.promote(place.at(), &body))?;
    let head = session.ask(session.client.channel(place.at()))?.channel.head;
    let done = match head.filter(|head| *head != args.version) {
        None => format!("{} points to {}", place.title(), args.version),
        Some(head) => {
            let (title, version) = (place.title(), &args.version);
            session.remark(&format!("to point {title} to {version}, demote what is newer"));
            format!("{version} is in {title}, which follows the newest and points to {head}")
        }
    };
    session.receipt(&receipt, &done)
}

pub(super) fn demote(session: &Session<'_>, args: &ChannelDemote) -> Result<Outcome, CommandError> {
    let place = session.channel(&args.channel)?;
    let body =
        api::Demote { version: args.version.clone(), why: args.why.clone().unwrap_or_default() };
    let receipt = session.ask(session.client.demote(place.at(), &body))?;
    let now = session.ask(session.client.channel(place.at()))?.channel.head;
    let now = now.map_or("nothing".to_owned(), |head| head);
    session.receipt(&receipt, &format!("{} points to {now}", place.title()))
}

pub(super) fn freeze(
    session: &Session<'_>,
    args: &ChannelReason,
    is_frozen: bool,
) -> Result<Outcome, CommandError> {
    let place = session.channel(&args.channel)?;
    let body = api::ChangeChannel { is_frozen, why: args.why.clone().unwrap_or_default() };
    let receipt = session.ask(session.client.freeze(place.at(), &body))?;
    let state = if is_frozen { "is frozen" } else { "moves again" };
    session.receipt(&receipt, &format!("{} {state}", place.title()))
}

pub(super) fn hold(
    session: &Session<'_>,
    args: &ChannelVersion,
    is_held: bool,
) -> Result<Outcome, CommandError> {
    let place = session.channel(&args.channel)?;
    let why = args.why.clone().unwrap_or_default();
    let body = api::Hold { version: args.version.clone(), is_held, why };
    let receipt = session.ask(session.client.hold(place.at(), &body))?;
    let state = if is_held { "is held out of" } else { "is held no more out of" };
    session.receipt(&receipt, &format!("{} {state} {}", args.version, place.title()))
}

pub(super) fn schedule(
    session: &Session<'_>,
    args: &ChannelSchedule,
) -> Result<Outcome, CommandError> {
    let due = moment(&args.at)?;
    let place = session.channel(&args.channel)?;
    let why = args.why.clone().unwrap_or_default();
    let body = api::Schedule { version: args.version.clone(), due: due.clone(), why };
    let receipt = session.ask(session.client.schedule(place.at(), &body))?;
    let done = format!(
        "{} enters {} at {}, if the rule is met then",
        args.version,
        place.title(),
        super::page::when(&due)
    );
    session.receipt(&receipt, &done)
}

pub(super) fn call_off(
    session: &Session<'_>,
    args: &ChannelCallOff,
) -> Result<Outcome, CommandError> {
    let place = session.channel(&args.channel)?;
    let why = args.why.clone().unwrap_or_default();
    let called = session.client.call_off(place.at(), args.number, &why);
    let receipt = session.ask(called)?;
    session.receipt(&receipt, &format!("the move {} is called off", args.number))
}
