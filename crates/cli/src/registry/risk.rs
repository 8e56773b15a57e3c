//! `trainyard risk`.

use trainyard_api as api;
use trainyard_report::Outcome;

use super::{session::Session, tell};
use crate::{
    args::{
        Global,
        registry::risk::{Risk, RiskCommand, RiskDeclare},
    },
    error::CommandError,
    printer::Printer,
};

/// Declares, tells and lifts risks.
pub(crate) fn run(
    global: &Global,
    args: &Risk,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let session = Session::open(global, &args.remote, printer)?;
    let product = session.product()?;
    match &args.command {
        RiskCommand::Declare(args) => declare(&session, &product, args),
        RiskCommand::List(args) => {
            let mut found = session.ask(session.client.risks(&product))?;
            found.retain(|risk| args.all || risk.holds);
            session.tell(&found, &tell::risks(&found))
        }
        RiskCommand::Show(args) => {
            let found = session.ask(session.client.risk(&product, &args.name))?;
            session.tell(&found, &tell::risk(&found))
        }
        RiskCommand::Lift(args) => {
            let why = args.why.clone().unwrap_or_default();
            let lifted = session.client.lift_risk(&product, &args.name, &why);
            let receipt = session.ask(lifted)?;
            session.receipt(&receipt, &format!("{} is lifted", args.name))
        }
    }
}

fn declare(
    session: &Session<'_>,
    product: &str,
    args: &RiskDeclare,
) -> Result<Outcome, CommandError> {
    let effect = match (args.tombstone, &args.condition) {
        (true, _) => api::RiskEffect::Tombstone,
        (false, Some(_)) => api::RiskEffect::Conditional,
        (false, None) => api::RiskEffect::Block,
    };
    let body = api::NewRisk {
        name: args.name.clone(),
        stream: args.stream.clone(),
        effect,
        versions: args.versions.clone(),
        from: args.from.clone(),
        condition: args.condition.clone(),
        message: args.message.clone(),
        url: args.url.clone(),
        fixed_in: args.fixed_in.clone(),
        why: args.why.clone().unwrap_or_default(),
    };
    let receipt = session.ask(session.client.declare_risk(product, &body))?;
    let done = format!("{} holds for {} {}", args.name, args.stream, args.versions);
    session.receipt(&receipt, &done)
}
