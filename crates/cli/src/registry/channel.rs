//! `trainyard channel`.

use trainyard_api as api;
use trainyard_report::Outcome;

use super::{moving, rules, session::Session, simulated, tell};
use crate::{
    args::{
        Global,
        registry::channel::{Channel, ChannelCommand, ChannelSimulate, ChannelWhy},
    },
    error::CommandError,
    files,
    printer::Printer,
    progress::while_doing,
};

/// Tells of channels, or moves them.
pub(crate) fn run(
    global: &Global,
    args: &Channel,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let session = Session::open(global, &args.remote, printer)?;
    match &args.command {
        ChannelCommand::List => {
            let product = session.product()?;
            let found = session.ask(session.client.channels(&product))?;
            session.tell(&found, &tell::channels(&product, &found))
        }
        ChannelCommand::Show(args) => {
            let place = session.channel(&args.channel)?;
            let found = session.ask(session.client.channel(place.at()))?;
            let streams = session.ask(session.client.components(&place.product))?;
            let stream = streams.into_iter().find(|it| it.name == place.stream);
            let newest = stream.and_then(|it| it.newest);
            session.tell(&found, &tell::channel(&place, &found, newest.as_deref()))
        }
        ChannelCommand::History(args) => {
            let place = session.channel(&args.channel)?;
            let found = session.ask(session.client.moves(place.at(), args.last.max(1)))?;
            session.tell(&found, &tell::moves(&place, &found))
        }
        ChannelCommand::Why(args) => why(&session, args),
        ChannelCommand::Simulate(args) => simulate(&session, args),
        ChannelCommand::Promote(args) => moving::promote(&session, args),
        ChannelCommand::Demote(args) => moving::demote(&session, args),
        ChannelCommand::Freeze(args) => moving::freeze(&session, args, true),
        ChannelCommand::Unfreeze(args) => moving::freeze(&session, args, false),
        ChannelCommand::Hold(args) => moving::hold(&session, args, true),
        ChannelCommand::Unhold(args) => moving::hold(&session, args, false),
        ChannelCommand::Schedule(args) => moving::schedule(&session, args),
        ChannelCommand::CallOff(args) => moving::call_off(&session, args),
    }
}

fn why(session: &Session<'_>, args: &ChannelWhy) -> Result<Outcome, CommandError> {
    let place = session.channel(&args.channel)?;
    if args.force {
        let found = session.ask(session.client.force(place.at(), &args.version))?;
        let what = format!("{} into {} without evidence", args.version, place.title());
        session.tell(&found, &tell::approvals(&what, &found))?;
        return Ok(if found.are_enough { Outcome::Clean } else { Outcome::Findings });
    }
    let found = session.ask(session.client.standing(place.at(), &args.version))?;
    session.tell(&found, &tell::standing(&place, &found))?;
    Ok(if found.is_open { Outcome::Clean } else { Outcome::Findings })
}

fn simulate(session: &Session<'_>, args: &ChannelSimulate) -> Result<Outcome, CommandError> {
    let place = session.channel(&args.channel)?;
    let rule = rules::of(session.global, args.rule.as_deref(), &place)?;
    let wish = api::Simulate { rule };
    let asked = session.client.simulate(place.at(), &wish);
    let what = format!("trying the rule on the past of {}", place.title());
    let found = while_doing(&what, || session.ask(asked))?;
    session.tell(&found, &simulated::page(&place, &found, args.all))
}

/// Reads a value from TOML or JSON.
pub(super) fn read_value(path: &camino::Utf8Path) -> Result<serde_json::Value, CommandError> {
    let text = files::read_text(path)?;
    let wrong = |why: String| CommandError::usage(format!("{path} cannot be read: {why}"));
    if path.extension() == Some("toml") {
        return toml::from_str(&text).map_err(|error| wrong(error.to_string()));
    }
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}
