//! Checking what was signed, without believing the registry.

use camino::Utf8Path;
use serde::Serialize;
use serde_json::Value;
use trainyard_api as api;
use trainyard_attest::{
    AttestationBundle, Checkpoint, Decision, Envelope, Hash, NoteKey, Outcome as Tested, PublicKey,
    SignedNote, SignedStatement, Statement, leaf_hash, verify_inclusion,
};
use trainyard_registry::Digest;
use trainyard_report::Outcome;

use super::{
    keys,
    offline::{self, Shown},
    page::{Mark, Page, short},
    session::{Place, Session},
    verify::{key_of, seen_keys},
};
use crate::{
    args::{
        Global, PlanFormat,
        registry::{
            Remote,
            attest::{AttestProof, AttestVerify},
        },
    },
    error::CommandError,
    files,
    printer::Printer,
};

/// What a check found, for programs.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Checked {
    is_valid: bool,
    /// The attestations that were checked.
    ids: Vec<String>,
    checks: Vec<Check>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Check {
    is_met: bool,
    text: String,
}

/// Writes everything that proves an attestation, or a move of a channel.
pub(super) fn write(
    session: &Session<'_>,
    product: &str,
    args: &AttestProof,
) -> Result<Outcome, CommandError> {
    let text = match (&args.id, &args.channel) {
        (Some(id), _) => {
            let id = session.attestation(product, id)?;
            session.ask(session.client.attestation_bundle(product, &id))?
        }
        (None, Some(channel)) => {
            let place = session.channel(channel)?;
            let entry = match args.entry {
                Some(entry) => entry,
                None => last_move(session, &place)?,
            };
            session.ask(session.client.move_evidence(place.at(), entry))?
        }
        (None, None) => {
            return Err(CommandError::usage("nothing is named that is to be proved")
                .hint("name an attestation by its id, or a channel with --channel"));
        }
    };
    match &args.output {
        Some(file) => {
            let path = session.global.directory.join(file);
            files::write_whole(&path, &format!("{}\n", text.trim_end()))?;
        }
        None => session.print(&text)?,
    }
    Ok(Outcome::Clean)
}

/// The line of the log that moved a channel to where it is.
fn last_move(session: &Session<'_>, place: &Place) -> Result<u64, CommandError> {
    let moves = session.ask(session.client.moves(place.at(), 1))?;
    moves.first().map(|moved| moved.seq).ok_or_else(|| {
        CommandError::usage(format!("{} never moved", place.title()))
            .hint("`trainyard channel history` lists the moves of a channel")
    })
}

/// What a file holds that can be checked.
enum Held {
    /// An envelope, and nothing of where it is logged.
    Envelope(Vec<u8>),
    /// An envelope with its place in the log.
    Proof(api::AttestationProof),
    /// Lines of the log, with all that they name.
    Bundle(AttestationBundle),
}

/// Checks a signed result, a proof with its place in the log, or a bundle of such.
pub(super) fn verify(
    global: &Global,
    remote: &Remote,
    args: &AttestVerify,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let text = files::read_text(&global.directory.join(&args.file))?;
    let held = held(&args.file, &text)?;
    let believed = keys::public(global, &args.keys)?;
    let Shown { what, ids, mut checks } = match &held {
        Held::Bundle(bundle) => offline::verify(args, bundle, &believed)?,
        Held::Envelope(bytes) => enveloped(args, bytes, None, believed, printer)?,
        Held::Proof(proof) => {
            let bytes = decoded(&proof.envelope_bytes).ok_or_else(|| {
                CommandError::usage(format!("{}: the envelope is no Base64", args.file))
            })?;
            enveloped(args, &bytes, Some(proof), believed, printer)?
        }
    };
    if !args.offline && !ids.is_empty() {
        let session = Session::open(global, remote, printer)?;
        checks.extend(counted_now(&session, &ids)?);
    }
    let is_valid = checks.iter().all(|(is_met, _)| *is_met);
    let verdict = if is_valid { "is sound" } else { "proves nothing" };
    let what = what.unwrap_or_else(|| args.file.to_string());
    let mut page = Page::titled(format!("{what} {verdict}"));
    for (is_met, text) in &checks {
        page.item(Mark::of(*is_met), text.clone(), None);
    }
    if is_valid && args.offline && matches!(held, Held::Bundle(_)) {
        page.item(
            Mark::Neither,
            "whether something was taken back since, only the registry tells",
            None,
        );
    }
    match remote.format {
        PlanFormat::Text => {
            printer.print(&page.text(printer.text_options(true).colour, printer.width()))?;
        }
        PlanFormat::Markdown => printer.print(&page.markdown())?,
        PlanFormat::Json => {
            let checks = checks.into_iter().map(|(is_met, text)| Check { is_met, text }).collect();
            printer.print_json(&Checked { is_valid, ids, checks })?;
        }
    }
    Ok(if is_valid { Outcome::Clean } else { Outcome::Findings })
}

/// Checks an envelope, and its place in the log where that is told.
fn enveloped(
    args: &AttestVerify,
    bytes: &[u8],
    proof: Option<&api::AttestationProof>,
    mut believed: Vec<PublicKey>,
    printer: &Printer,
) -> Result<Shown, CommandError> {
    let envelope = Envelope::from_json(bytes)
        .map_err(|error| CommandError::usage(format!("{}: {error}", args.file)))?;
    if believed.is_empty() {
        let named = proof.iter().flat_map(|proof| &proof.keys);
        believed = named.filter_map(|key| PublicKey::from_text(key).ok()).collect();
        if believed.is_empty() {
            return Err(CommandError::usage("no key is named that is believed")
                .hint("name the signer's public key with --key FILE"));
        }
        printer.diagnose(
            "note: the keys are those that the proof names; name the ones you believe with --key",
        );
    }
    let id = Digest::of(bytes).to_string();
    let mut checks = vec![match envelope.verify_statement(&believed) {
        Ok(signed) => (true, told(&signed)),
        Err(error) => (false, error.to_string()),
    }];
    if let Some(proof) = proof {
        checks.extend(logged(proof, &id, &log_keys(args, proof)?)?);
    }
    Ok(Shown { what: Some(short(&id)), ids: vec![id], checks })
}

/// Whether the registry still counts what was signed.
fn counted_now(session: &Session<'_>, ids: &[String]) -> Result<Vec<(bool, String)>, CommandError> {
    let product = session.product()?;
    let all = session.ask(session.client.attestations(&product, None))?;
    let told = |id: &String| match all.iter().find(|it| it.id == *id) {
        None => (false, format!("the registry does not know {}", short(id))),
        Some(api::Attestation { withdrawn: Some(why), .. }) => {
            (false, format!("{} was taken back: {why}", short(id)))
        }
        Some(it) => (true, format!("the registry counts it for {}", it.principals.join(", "))),
    };
    Ok(ids.iter().map(told).collect())
}

/// What a file holds.
fn held(file: &Utf8Path, text: &str) -> Result<Held, CommandError> {
    let wrong = |why: String| {
        CommandError::usage(format!("{file} cannot be read: {why}"))
            .hint("`trainyard attest --output` and `trainyard attest proof` write such files")
    };
    let value: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    if value.get("payload").is_some() {
        return Ok(Held::Envelope(text.trim_end().as_bytes().to_vec()));
    }
    if value.get("form").is_some() {
        let bundle = AttestationBundle::from_json(text.as_bytes());
        return bundle.map(Held::Bundle).map_err(|error| wrong(error.to_string()));
    }
    serde_json::from_str(text).map(Held::Proof).map_err(|error| wrong(error.to_string()))
}

/// The keys that are believed to sign checkpoints of the proof's log.
fn log_keys(
    args: &AttestVerify,
    proof: &api::AttestationProof,
) -> Result<Vec<NoteKey>, CommandError> {
    if let Some(line) = &args.log_key {
        return key_of(line).map(|key| vec![key]);
    }
    let origin = proof.inclusion.checkpoint.lines().next().unwrap_or_default();
    seen_keys(origin)
}

/// What is said, and by which keys.
fn told(signed: &SignedStatement) -> String {
    let keys: Vec<_> = signed.signers.iter().map(|key| short(key.as_str())).collect();
    format!("{}; signed by key {}", said(&signed.statement), keys.join(", "))
}

/// What somebody says.
pub(super) fn said(statement: &Statement) -> String {
    match statement {
        Statement::TestResult(result) => {
            let verdict = match result.outcome {
                Tested::Passed => "PASSED",
                Tested::Warned => "WARNED",
                Tested::Failed => "FAILED",
            };
            let facts: Vec<_> =
                result.environment.facts().map(|(name, value)| format!("{name}={value}")).collect();
            let place =
                if facts.is_empty() { String::new() } else { format!(" on {}", facts.join(", ")) };
            let flavour = match result.flavour.as_str() {
                "" => String::new(),
                flavour => format!(" ({flavour})"),
            };
            let name = if result.name.is_empty() { "content" } else { &result.name };
            format!("{verdict} is said of {name} {}{flavour}{place}", short(&result.digest))
        }
        Statement::Approval(approval) => {
            let said = match approval.decision {
                Decision::Approved => "approved",
                Decision::Rejected => "rejected",
            };
            format!(
                "the {} {} is {said}: {}",
                approval.proposal,
                short(&approval.digest),
                approval.reason
            )
        }
        Statement::Release(release) => format!("{} is described", release.purl),
    }
}

/// Whether a log has the envelope, step by step.
fn logged(
    proof: &api::AttestationProof,
    id: &str,
    keys: &[NoteKey],
) -> Result<Vec<(bool, String)>, CommandError> {
    let wrong = |what: &str| CommandError::usage(format!("the proof's {what} cannot be read"));
    let mut steps = Vec::new();
    let inclusion = &proof.inclusion;
    let line = proof.entry.get();
    let entry: Value = serde_json::from_str(line).map_err(|_| wrong("line of the log"))?;
    let named = entry.pointer("/event/attested/id").and_then(Value::as_str);
    steps.push((named == Some(id), format!("line {} of the log takes it in", inclusion.seq)));
    let hash = |text: &str| hash_of(text).ok_or_else(|| wrong("hash"));
    let root = hash(&inclusion.root)?;
    let hashes = inclusion.hashes.iter().map(|it| hash(it)).collect::<Result<Vec<_>, _>>()?;
    let leaf = leaf_hash(line.as_bytes());
    let found = verify_inclusion(&leaf, inclusion.seq, inclusion.size, &root, &hashes);
    steps.push((found.is_ok(), format!("the log of {} lines has that line", inclusion.size)));
    let note = SignedNote::from_text(&inclusion.checkpoint).map_err(|_| wrong("checkpoint"))?;
    let Some(text) = keys.iter().find_map(|key| note.verify(key).ok()) else {
        let why = if keys.is_empty() {
            "no key is known that signs the log's checkpoints; name it with --log-key"
        } else {
            "the checkpoint is not signed by the log's key"
        };
        steps.push((false, why.to_owned()));
        return Ok(steps);
    };
    let checkpoint = Checkpoint::from_text(text).map_err(|_| wrong("checkpoint"))?;
    let is_same = checkpoint.size == inclusion.size && checkpoint.root == root;
    steps.push((is_same, format!("the log {} signed that it has that content", checkpoint.origin)));
    Ok(steps)
}

/// 32 bytes in hexadecimal digits.
pub(super) fn hash_of(text: &str) -> Option<Hash> {
    let digits = text.as_bytes().chunks_exact(2);
    let bytes: Option<Vec<u8>> =
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    bytes.filter(|_| text.len() == 64)?.try_into().ok()
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(text).ok()
}
