//! `trainyard offer`.

use trainyard_client::Told;
use trainyard_report::Outcome;

use super::{page::Page, session::Session, tell};
use crate::{
    args::{Global, registry::offer::Offer},
    error::CommandError,
    printer::Printer,
};

/// Tells what a client is offered, and why not more.
pub(crate) fn run(
    global: &Global,
    args: &Offer,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let session = Session::open(global, &args.remote, printer)?;
    let place = session.channel(&args.channel)?;
    let told = Told {
        runs: args.runs.as_deref(),
        id: args.id.as_deref(),
        wariness: args.wariness,
        accepted: &args.accept,
    };
    let Some(version) = &args.why_not else {
        let found = session.ask(session.client.offer(place.at(), told))?;
        session.tell(&found, &tell::offer(&place, &found, args.runs.as_deref()))?;
        let is_withheld = found.next.is_none() && !found.reasons.is_empty();
        return Ok(if is_withheld { Outcome::Findings } else { Outcome::Clean });
    };
    let found = session.ask(session.client.why_not(place.at(), version, told))?;
    let mut page = Page::titled(if found.is_offered {
        format!("{} offers {version}", place.title())
    } else {
        format!("{} does not offer {version}", place.title())
    });
    tell::reasons(&mut page, &found.reasons);
    session.tell(&found, &page)?;
    Ok(if found.is_offered { Outcome::Clean } else { Outcome::Findings })
}
