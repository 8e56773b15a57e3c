//! Checking what was signed, without believing the registry.

use camino::Utf8Path;
use serde::Serialize;
use serde_json::Value;
use trainyard_api as api;
use trainyard_attest::{
    Checkpoint, Decision, Envelope, Hash, NoteKey, Outcome as Tested, PublicKey, SignedNote,
    SignedStatement, Statement, leaf_hash, verify_inclusion,
};
use trainyard_registry::Digest;
use trainyard_report::Outcome;

use super::{
    keys, log,
    page::{Mark, Page, short},
    session::Session,
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
    id: String,
    checks: Vec<Check>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Check {
    is_met: bool,
    text: String,
}

/// Writes everything that proves an attestation.
pub(super) fn write(
    session: &Session<'_>,
    product: &str,
    args: &AttestProof,
) -> Result<Outcome, CommandError> {
    let proof = session.ask(session.client.attestation_proof(product, &args.id))?;
    let text = serde_json::to_string_pretty(&proof).map_err(std::io::Error::from)?;
    match &args.output {
        Some(file) => files::write_whole(&session.global.directory.join(file), &(text + "\n"))?,
        None => session.print(&text)?,
    }
    Ok(Outcome::Clean)
}

/// Checks a signed result, or a proof with its place in the log.
pub(super) fn verify(
    global: &Global,
    remote: &Remote,
    args: &AttestVerify,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let text = files::read_text(&global.directory.join(&args.file))?;
    let proof = read_proof(&args.file, &text)?;
    let bytes = match &proof {
        Some(proof) => decoded(&proof.envelope_bytes),
        None => Some(text.trim_end().as_bytes().to_vec()),
    };
    let unreadable = |why: String| CommandError::usage(format!("{}: {why}", args.file));
    let bytes = bytes.ok_or_else(|| unreadable("the envelope is no Base64".to_owned()))?;
    let envelope = Envelope::from_json(&bytes).map_err(|error| unreadable(error.to_string()))?;
    let mut believed = keys::public(global, &args.keys)?;
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
    let id = Digest::of(&bytes).to_string();
    let mut checks = Vec::new();
    let mut check = |is_met: bool, text: String| checks.push(Check { is_met, text });
    match envelope.verify_statement(&believed) {
        Ok(signed) => check(true, told(&signed)),
        Err(error) => check(false, error.to_string()),
    }
    if let Some(proof) = &proof {
        for (is_met, text) in logged(proof, &id, &log_keys(args, proof)?)? {
            check(is_met, text);
        }
    }
    if !args.offline {
        let session = Session::open(global, remote, printer)?;
        let product = session.product()?;
        let all = session.ask(session.client.attestations(&product, None))?;
        match all.iter().find(|it| it.id == id) {
            None => check(false, "the registry does not know it".to_owned()),
            Some(api::Attestation { withdrawn: Some(why), .. }) => {
                check(false, format!("it was taken back: {why}"));
            }
            Some(it) => {
                check(true, format!("the registry counts it for {}", it.principals.join(", ")));
            }
        }
    }
    let is_valid = checks.iter().all(|check| check.is_met);
    let verdict = if is_valid { "is sound" } else { "proves nothing" };
    let mut page = Page::titled(format!("{} {verdict}", short(&id)));
    for check in &checks {
        page.item(Mark::of(check.is_met), check.text.clone(), None);
    }
    match remote.format {
        PlanFormat::Text => printer.print(&page.text())?,
        PlanFormat::Markdown => printer.print(&page.markdown())?,
        PlanFormat::Json => printer.print_json(&Checked { is_valid, id, checks })?,
    }
    Ok(if is_valid { Outcome::Clean } else { Outcome::Findings })
}

/// A proof, or `None` for an envelope alone.
fn read_proof(file: &Utf8Path, text: &str) -> Result<Option<api::AttestationProof>, CommandError> {
    let wrong =
        |error: serde_json::Error| CommandError::usage(format!("{file} cannot be read: {error}"));
    let value: Value = serde_json::from_str(text).map_err(wrong)?;
    if value.get("payload").is_some() {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some).map_err(wrong)
}

/// The keys that are believed to sign checkpoints of the proof's log.
fn log_keys(
    args: &AttestVerify,
    proof: &api::AttestationProof,
) -> Result<Vec<NoteKey>, CommandError> {
    if let Some(line) = &args.log_key {
        return log::key_of(line).map(|key| vec![key]);
    }
    let origin = proof.inclusion.checkpoint.lines().next().unwrap_or_default();
    log::seen_keys(origin)
}

/// What is said, and by which keys.
fn told(signed: &SignedStatement) -> String {
    let keys: Vec<_> = signed.signers.iter().map(|key| short(key.as_str())).collect();
    let what = match &signed.statement {
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
    };
    format!("{what}; signed by key {}", keys.join(", "))
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
fn hash_of(text: &str) -> Option<Hash> {
    let digits = text.as_bytes().chunks_exact(2);
    let bytes: Option<Vec<u8>> =
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    bytes.filter(|_| text.len() == 64)?.try_into().ok()
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(text).ok()
}
