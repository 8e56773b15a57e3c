//! Checking a bundle of attestations with nothing but keys: what was signed, and what a channel's move rested on.

use std::error::Error;

use trainyard_attest::{
    AttestationBundle, NoteKey, OfflineError, Proven, ProvenAttestation, ProvenMove, PublicKey,
    Trust, Verdict, verify_offline,
};

use super::{
    page::{short, when_us},
    proof::said,
    verify::{key_of, seen_keys},
};
use crate::{args::registry::attest::AttestVerify, error::CommandError};

/// What a bundle shows.
pub(super) struct Shown {
    /// What it is about, for its title.
    pub(super) what: Option<String>,
    /// The attestations in it.
    pub(super) ids: Vec<String>,
    /// What was checked, and whether it is so.
    pub(super) checks: Vec<(bool, String)>,
}

/// Checks everything that a bundle says.
pub(super) fn verify(
    args: &AttestVerify,
    bundle: &AttestationBundle,
    believed: &[PublicKey],
) -> Result<Shown, CommandError> {
    let origin = bundle.checkpoint.lines().next().unwrap_or_default();
    let keys = match &args.log_key {
        Some(line) => vec![key_of(line)?],
        None => seen_keys(origin)?,
    };
    let witnesses: Vec<NoteKey> =
        args.witnesses.iter().map(|line| key_of(line)).collect::<Result<_, _>>()?;
    let least_witnesses = witnesses.len();
    let mut proven = None;
    for log in keys {
        let trust = Trust { log, witnesses: witnesses.clone(), least_witnesses };
        let found = verify_offline(bundle, &trust);
        let is_enough = found.is_ok();
        proven = Some(found);
        if is_enough {
            break;
        }
    }
    let (what, ids) = (None, Vec::new());
    Ok(match proven {
        None => {
            let why = format!(
                "no key is known that signs checkpoints of the log {origin}; name it with --log-key"
            );
            Shown { what, ids, checks: vec![(false, why)] }
        }
        Some(Err(error)) => Shown { what, ids, checks: vec![(false, with_causes(&error))] },
        Some(Ok(proven)) => shown(&proven, believed),
    })
}

fn with_causes(error: &OfflineError) -> String {
    let causes = std::iter::successors(error.source(), |cause: &&dyn Error| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn shown(proven: &Proven, believed: &[PublicKey]) -> Shown {
    let lines = crate::render::counted(usize::try_from(proven.size).unwrap_or(usize::MAX), "line");
    let by = match proven.witnesses.as_slice() {
        [] => String::new(),
        names => format!(", and {} cosigned it", crate::render::listed(names)),
    };
    let mut checks = vec![(true, format!("the log {} of {lines} is signed{by}", proven.origin))];
    for attestation in &proven.attestations {
        checks.push(attested(attestation, believed));
    }
    let ids: Vec<_> = proven.attestations.iter().map(|it| it.id.clone()).collect();
    let what = match (&proven.moved, ids.as_slice()) {
        (Some(moved), _) => {
            checks.extend(rested(moved));
            format!("the move of {}/{} to {}", moved.stream, moved.channel, moved.version)
        }
        (None, [only]) => short(only),
        (None, all) => crate::render::counted(all.len(), "attestation"),
    };
    Shown { what: Some(what), ids, checks }
}

/// What was signed, by whom, and where the log has it.
fn attested(attestation: &ProvenAttestation, believed: &[PublicKey]) -> (bool, String) {
    let ProvenAttestation { seq, at_us, statement, signers, principals, .. } = attestation;
    let names: Vec<_> = principals.iter().cloned().collect();
    let mut text = format!(
        "{}; signed by {}, in the log since {} (entry {seq})",
        said(statement),
        crate::render::listed(&names),
        when_us(*at_us)
    );
    let is_believed = believed.is_empty() || believed.iter().any(|key| signers.contains(&key.id()));
    if !is_believed {
        text.push_str(", but by none of the keys of --key");
    }
    (is_believed, text)
}

/// What moved a channel, and that the rule was met.
fn rested(moved: &ProvenMove) -> Vec<(bool, String)> {
    let ProvenMove { seq, at_us, by, digest, is_forced, unmet, verdicts, .. } = moved;
    let how = if *is_forced { "forced it" } else { "moved it" };
    let digest = short(digest);
    let mut checks =
        vec![(true, format!("{by} {how} at {} (entry {seq}), content {digest}", when_us(*at_us)))];
    for (flavour, verdict) in verdicts {
        let flavour = if flavour.is_empty() { String::new() } else { format!("{flavour}: ") };
        checks.push((verdict.is_met(), format!("{flavour}{}", weighed(verdict, *is_forced))));
    }
    if !unmet.is_empty() {
        let unmet = unmet.join("; ");
        checks.push((true, format!("the log keeps what was not met when it was forced: {unmet}")));
    }
    checks
}

/// The quorum as it was weighed again.
fn weighed(verdict: &Verdict, is_forced: bool) -> String {
    let what = if is_forced { "approvals" } else { "the rule" };
    let asked = verdict.counts.iter().filter(|count| count.needs > 0);
    let counts: Vec<_> = asked.map(ToString::to_string).collect();
    if counts.is_empty() {
        return format!("{what}, weighed again: nobody's word was asked for");
    }
    format!("{what}, weighed again: {}", counts.join("; "))
}
