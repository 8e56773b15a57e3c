//! `trainyard exposure`.

use trainyard_api as api;
use trainyard_report::Outcome;

use super::{
    session::{Session, release_of},
    tell,
};
use crate::{
    args::{
        Global,
        registry::exposure::{Exposure, ExposureCommand, ExposureReport},
    },
    error::CommandError,
    printer::Printer,
};

/// Tells who is exposed, or what somebody runs.
pub(crate) fn run(
    global: &Global,
    args: &Exposure,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let session = Session::open(global, &args.remote, printer)?;
    let product = session.product()?;
    match &args.command {
        Some(ExposureCommand::Report(args)) => report(&session, &product, args),
        Some(ExposureCommand::Deployments) => {
            let found = session.ask(session.client.deployments(&product))?;
            session.tell(&found, &tell::deployments(&found))
        }
        None => {
            let asked = session.client.exposure(&product, args.risk.as_deref());
            let found = session.ask(asked)?;
            session.tell(&found, &tell::exposure(&found))?;
            Ok(if found.exposed.is_empty() { Outcome::Clean } else { Outcome::Findings })
        }
    }
}

fn report(
    session: &Session<'_>,
    product: &str,
    args: &ExposureReport,
) -> Result<Outcome, CommandError> {
    let (stream, version) = release_of(&args.release)?;
    let channel = args.channel.as_deref().map(|text| channel_of(text, stream)).transpose()?;
    let mut body = api::Report {
        stream: stream.to_owned(),
        version: version.to_owned(),
        channel,
        facts: [].into(),
    };
    for fact in &args.facts {
        let Some((name, value)) = fact.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(CommandError::usage(format!("`{fact}` is not NAME=VALUE")));
        };
        body.facts.insert(name.to_owned(), value.to_owned());
    }
    let found = session.ask(session.client.report(product, &args.deployment, &body))?;
    session.tell(&found, &tell::deployments(std::slice::from_ref(&found)))
}

/// The channel's own name, from NAME or STREAM/NAME. *Errors*: it is another stream's.
fn channel_of(text: &str, stream: &str) -> Result<String, CommandError> {
    let Some((of, name)) = text.split_once('/') else { return Ok(text.to_owned()) };
    if of == stream {
        return Ok(name.to_owned());
    }
    let message = format!("`{text}` is no channel of {stream}, which it runs");
    Err(CommandError::usage(message).hint(format!("name a channel as {stream}/{name}")))
}
