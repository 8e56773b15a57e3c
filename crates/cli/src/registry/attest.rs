//! `trainyard attest`.

use std::io::BufReader;

use trainyard_attest::{
    Approval, Decision, Environment, Junit, Outcome as Tested, Skipped, Statement, TestResult,
    Tests,
};
use trainyard_report::Outcome;

use super::{
    keys,
    page::{Page, short},
    proof,
    session::{Session, headed, now, principal_of, release_of},
    tell,
};
use crate::{
    args::{
        Global,
        registry::attest::{Attest, AttestApprove, AttestCommand, AttestResult, Verdict},
    },
    error::CommandError,
    files,
    printer::Printer,
};

/// Signs how tests ended, or looks at what others signed.
pub(crate) fn run(
    global: &Global,
    args: &Attest,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    // What is signed or checked alone needs no registry.
    match &args.command {
        Some(AttestCommand::Verify(verify)) => {
            return proof::verify(global, &args.remote, verify, printer);
        }
        Some(AttestCommand::Approve(approve)) if approve.output.is_some() => {
            let text = approval(global, approve)?;
            return keep(global, approve.output.as_deref(), &text);
        }
        None if args.result.digest.is_some() && args.result.output.is_some() => {
            let (name, digest) = (args.result.release.clone(), args.result.digest.clone());
            let text = result(global, &args.result, name, digest.unwrap_or_default())?;
            return keep(global, args.result.output.as_deref(), &text);
        }
        _ => {}
    }
    let session = Session::open(global, &args.remote, printer)?;
    let product = session.product()?;
    match &args.command {
        None => attest(&session, &product, &args.result),
        Some(AttestCommand::List(args)) => {
            let subject = match &args.release {
                Some(release) => Some(digest_of(&session, &product, release)?),
                None => None,
            };
            let asked = session.client.attestations(&product, subject.as_deref());
            let mut found = session.ask(asked)?;
            found.sort_by(|one, other| other.at.cmp(&one.at));
            session.tell(&found, &tell::attestations(&found))
        }
        Some(AttestCommand::Proof(args)) => proof::write(&session, &product, args),
        Some(AttestCommand::Withdraw(args)) => {
            let why = args.why.clone().unwrap_or_default();
            let id = session.attestation(&product, &args.id)?;
            let receipt = session.ask(session.client.withdraw(&product, &id, &why))?;
            session.receipt(&receipt, &format!("{} counts no more", short(&id)))
        }
        Some(AttestCommand::Approve(args)) => {
            let text = approval(global, args)?;
            let receipt = session.ask(session.client.attest(&product, text.into_bytes()))?;
            let said = if args.reject { "rejected" } else { "approved" };
            session.receipt(&receipt, &format!("{} is {said}", args.proposal))
        }
        Some(AttestCommand::Relying(args)) => {
            let (party, name) = principal_of(&args.principal)?;
            let found = session.ask(session.client.relying(&product, party, name))?;
            let mut page = Page::default();
            if found.is_empty() {
                page.line(format!("no move rests on what {} signed", args.principal));
            }
            let mut rows = headed(["channel", "to", "how", "rests on"]);
            rows.extend(found.iter().map(|it| {
                vec![
                    format!("{}/{}", it.stream, it.channel),
                    it.to.clone().unwrap_or_default(),
                    it.kind.clone(),
                    format!("{} signed", it.relied_on.len()),
                ]
            }));
            page.table(rows);
            session.tell(&found, &page)
        }
        Some(AttestCommand::Verify(args_)) => proof::verify(global, &args.remote, args_, printer),
    }
}

/// What a release is, as the registry knows it.
fn digest_of(session: &Session<'_>, product: &str, release: &str) -> Result<String, CommandError> {
    let (component, version) = release_of(release)?;
    let found = session.ask(session.client.release(product, component, version))?;
    Ok(found.release.digest)
}

fn attest(
    session: &Session<'_>,
    product: &str,
    args: &AttestResult,
) -> Result<Outcome, CommandError> {
    let text = if let Some(file) = &args.envelope {
        files::read_text(&session.global.directory.join(file))?
    } else {
        let digest = match (&args.digest, &args.release) {
            (Some(digest), _) => digest.clone(),
            (None, Some(release)) => digest_of(session, product, release)?,
            (None, None) => {
                return Err(CommandError::usage("nothing is named that was tested")
                    .hint("name it as COMPONENT@VERSION, or by its --digest"));
            }
        };
        result(session.global, args, args.release.clone(), digest)?
    };
    if args.output.is_some() {
        return keep(session.global, args.output.as_deref(), &text);
    }
    let receipt = session.ask(session.client.attest(product, text.into_bytes()))?;
    let what = args.release.as_ref().or(args.digest.as_ref());
    let what = what.map_or("it", String::as_str);
    session.receipt(&receipt, &format!("{what} is attested"))
}

/// What is said of tests, signed.
fn result(
    global: &Global,
    args: &AttestResult,
    name: Option<String>,
    digest: String,
) -> Result<String, CommandError> {
    let (outcome, tests) = outcome(global, args)?;
    let mut environment = Environment::default();
    for fact in &args.environment {
        environment.add_written(fact).map_err(|error| {
            CommandError::usage(format!("--env {fact}: {error}")).hint("write it as NAME=VALUE")
        })?;
    }
    let statement = Statement::TestResult(TestResult {
        name: name.unwrap_or_default(),
        digest,
        flavour: args.flavour.clone().unwrap_or_default(),
        outcome,
        environment,
        url: args.url.clone(),
        finished_on: Some(now().to_string()),
        tests,
    });
    Ok(keys::sign(global, &statement, &args.keys)?.to_json())
}

/// How the tests ended, by their reports and by who looked at them.
fn outcome(global: &Global, args: &AttestResult) -> Result<(Tested, Tests), CommandError> {
    let said = args.verdict.map(|verdict| match verdict {
        Verdict::Passed => Tested::Passed,
        Verdict::Warned => Tested::Warned,
        Verdict::Failed => Tested::Failed,
    });
    if args.junit.is_empty() {
        let said = said.ok_or_else(|| {
            CommandError::usage("nothing says how the tests ended")
                .hint("give their report with --junit FILE, or --verdict PASSED")
        })?;
        return Ok((said, Tests::default()));
    }
    let mut reports = Junit::default();
    for file in &args.junit {
        let source = fs_err::File::open(global.directory.join(file))?;
        reports.read(BufReader::new(source)).map_err(|error| {
            CommandError::usage(format!("{file} is no report of tests: {error}"))
        })?;
    }
    let skipped = if args.skipped_warns { Skipped::Warns } else { Skipped::default() };
    let run = reports.finish(skipped).map_err(|error| CommandError::usage(error.to_string()))?;
    match said {
        Some(said) if said < run.outcome => {
            Err(CommandError::usage("the reports say worse than --verdict")
                .hint("leave --verdict out, or the reports"))
        }
        // The names would say otherwise than the verdict.
        Some(said) if said > run.outcome => Ok((said, Tests::default())),
        _ => Ok((run.outcome, run.tests)),
    }
}

/// What is said of a proposal, signed.
fn approval(global: &Global, args: &AttestApprove) -> Result<String, CommandError> {
    let statement = Statement::Approval(Approval {
        name: String::new(),
        digest: args.proposal.clone(),
        proposal: args.kind.clone(),
        decision: if args.reject { Decision::Rejected } else { Decision::Approved },
        reason: args.reason.clone().unwrap_or_default(),
    });
    Ok(keys::sign(global, &statement, &args.keys)?.to_json())
}

fn keep(
    global: &Global,
    output: Option<&camino::Utf8Path>,
    text: &str,
) -> Result<Outcome, CommandError> {
    if let Some(output) = output {
        files::write_whole(&global.directory.join(output), &format!("{text}\n"))?;
    }
    Ok(Outcome::Clean)
}
