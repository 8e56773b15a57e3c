//! `trainyard rollout`.

use jiff::{SpanRelativeTo, Timestamp};
use trainyard_api as api;
use trainyard_report::Outcome;

use super::{
    page::{Page, lasting, when},
    session::{Place, Session, headed, moment, now},
};
use crate::{
    args::{
        Global,
        registry::rollout::{Rollout, RolloutCommand, RolloutStart, RolloutStep},
    },
    error::CommandError,
    printer::Printer,
};

/// Shows and changes rollouts.
pub(crate) fn run(
    global: &Global,
    args: &Rollout,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let session = Session::open(global, &args.remote, printer)?;
    match &args.command {
        RolloutCommand::Show(args) => {
            let place = session.channel(&args.channel)?;
            let found = session.ask(session.client.channel(place.at()))?.rollouts;
            session.tell(&found, &told(&place, &found))
        }
        RolloutCommand::Start(args) => start(&session, args),
        RolloutCommand::Pause(args) => pause(&session, args),
        RolloutCommand::Resume(args) => resume(&session, args),
        RolloutCommand::Stop(args) => {
            let (place, mut body) = (session.channel(&args.channel)?, bare(args));
            body.paused = Some(0);
            let done = format!("nobody else is offered {}", args.version);
            change(&session, &place, &body, &done)
        }
        RolloutCommand::Finish(args) => {
            let (place, mut body) = (session.channel(&args.channel)?, bare(args));
            body.is_over = true;
            change(&session, &place, &body, &format!("everybody is offered {}", args.version))
        }
    }
}

fn told(place: &Place, rollouts: &[api::Rollout]) -> Page {
    let mut page = Page::default();
    if rollouts.is_empty() {
        page.line(format!("{} offers everything to everybody", place.title()));
    }
    let mut rows = headed(["version", "reached", "from", "over", ""]);
    for rollout in rollouts {
        let state = match rollout.paused {
            Some(0) => "stopped",
            Some(_) => "paused",
            None => "",
        };
        rows.push(vec![
            rollout.version.clone(),
            format!("{} %", reached(rollout, now())),
            when(&rollout.starts),
            rollout.lasts_secs.map_or_else(|| "–".to_owned(), lasting),
            state.to_owned(),
        ]);
    }
    page.table(rows);
    page
}

/// How many percent of clients are offered a release at a moment.
fn reached(rollout: &api::Rollout, now: Timestamp) -> u8 {
    if let Some(paused) = rollout.paused {
        return paused;
    }
    let starts = rollout.starts.0.parse::<Timestamp>().unwrap_or(now);
    let Ok(passed) = u64::try_from(now.as_second().saturating_sub(starts.as_second())) else {
        return 0;
    };
    let first = u64::from(rollout.first_percent.min(100));
    let Some(lasts) = rollout.lasts_secs else { return rollout.first_percent };
    let grown = (100 - first).saturating_mul(passed.min(lasts)).checked_div(lasts);
    u8::try_from(grown.map_or(100, |grown| first + grown)).unwrap_or(100)
}

fn start(session: &Session<'_>, args: &RolloutStart) -> Result<Outcome, CommandError> {
    let lasts_secs = args.over.as_deref().map(seconds).transpose()?;
    let starts = args.at.as_deref().map(moment).transpose()?;
    let place = session.channel(&args.channel)?;
    let body = api::ChangeRollout {
        version: args.version.clone(),
        starts,
        first_percent: args.percent,
        lasts_secs,
        paused: None,
        is_paused: false,
        is_over: false,
        why: args.why.clone().unwrap_or_default(),
    };
    let over = lasts_secs.map(|secs| format!(", and all of them within {}", lasting(secs)));
    let done = format!(
        "{} % of the clients of {} are offered {}{}",
        args.percent,
        place.title(),
        args.version,
        over.unwrap_or_default()
    );
    change(session, &place, &body, &done)
}

fn pause(session: &Session<'_>, args: &RolloutStep) -> Result<Outcome, CommandError> {
    let (place, _) = find(session, args)?;
    // By the registry's clock, as it offers the release by.
    let body = api::ChangeRollout { is_paused: true, ..bare(args) };
    let receipt = session.ask(session.client.change_rollout(place.at(), &body))?;
    let (_, found) = find(session, args)?;
    let percent = reached(&found, now());
    session.receipt(&receipt, &format!("the rollout of {} stands at {percent} %", args.version))
}

/// Goes on from where it stands, as fast as before.
fn resume(session: &Session<'_>, args: &RolloutStep) -> Result<Outcome, CommandError> {
    let (place, found) = find(session, args)?;
    let Some(paused) = found.paused else {
        let message = format!("the rollout of {} is not paused", args.version);
        return Err(CommandError::usage(message));
    };
    if paused == 0 && found.lasts_secs.is_none() {
        let message =
            format!("the rollout of {} was stopped, and has nothing to go on from", args.version);
        return Err(CommandError::usage(message)
            .hint("begin another: trainyard rollout start CHANNEL VERSION --percent 5 --over 3d"));
    }
    let rest = u64::from(100_u8.saturating_sub(paused));
    let all = u64::from(100_u8.saturating_sub(found.first_percent)).max(1);
    let lasts_secs = found.lasts_secs.map(|secs| secs.saturating_mul(rest) / all);
    let body = api::ChangeRollout { first_percent: paused, lasts_secs, ..bare(args) };
    let done = format!("the rollout of {} goes on from {paused} %", args.version);
    change(session, &place, &body, &done)
}

fn find(session: &Session<'_>, args: &RolloutStep) -> Result<(Place, api::Rollout), CommandError> {
    let place = session.channel(&args.channel)?;
    let all = session.ask(session.client.channel(place.at()))?.rollouts;
    let found = all.into_iter().find(|rollout| rollout.version == args.version);
    let found = found.ok_or_else(|| {
        let message = format!("{} offers {} to everybody", place.title(), args.version);
        CommandError::usage(message).hint("`trainyard rollout stop` offers it to nobody")
    })?;
    Ok((place, found))
}

/// A change that says nothing but of what.
fn bare(args: &RolloutStep) -> api::ChangeRollout {
    api::ChangeRollout {
        version: args.version.clone(),
        starts: None,
        first_percent: 0,
        lasts_secs: None,
        paused: None,
        is_paused: false,
        is_over: false,
        why: args.why.clone().unwrap_or_default(),
    }
}

fn change(
    session: &Session<'_>,
    place: &Place,
    body: &api::ChangeRollout,
    done: &str,
) -> Result<Outcome, CommandError> {
    let receipt = session.ask(session.client.change_rollout(place.at(), body))?;
    session.receipt(&receipt, done)
}

/// A duration as people write it, in seconds; a day is 24 hours.
fn seconds(text: &str) -> Result<u64, CommandError> {
    let span = text.parse::<jiff::Span>().ok();
    let span = span.and_then(|it| it.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    span.and_then(|it| u64::try_from(it.as_secs()).ok()).ok_or_else(|| {
        CommandError::usage(format!("`{text}` is no duration")).hint("write it as 3d or 12h")
    })
}
