//! Holds attestations against a rule.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Attestation, Candidate, Count, Counted, EnrolledKey, Outcome, PassedOver, Principal, Rule,
    Verdict,
};
use crate::keys::KeyId;

/// Says whether a rule is met at a moment, what is missing, and what that rests on.
///
/// Principals count, never keys: however many keys somebody has, they are one. A key that several principals claim speaks
/// for none of them. An attestation that failed refuses the candidate however old it is and whoever signed it, until it is
/// taken back: authors may say no to their own, and that a key was revoked since takes nothing back that it said against.
/// So one more attestation that passed never undoes what was met, and taking keys or attestations that passed away never
/// meets what was not.
/// *Cost*: linear in attestations' signers, times the logarithm of keys.
pub fn weigh(
    rule: &Rule,
    candidate: &Candidate,
    attestations: &[Attestation],
    principals: &BTreeMap<String, Principal>,
    now_secs: u64,
) -> Verdict {
    let keys = keys_by_id(principals);
    let mut verdict = Verdict::default();
    let mut parties: BTreeMap<&str, &Principal> = BTreeMap::new();
    let mut environments = BTreeSet::new();
    for attestation in attestations {
        let id = attestation.id.clone();
        match judge(rule, candidate, attestation, &keys, now_secs) {
            Err(why) => {
                verdict.passed_over.insert(id, why);
            }
            Ok(_) if attestation.outcome == Outcome::Failed => {
                verdict.refused_by.insert(id);
            }
            Ok(signers) => {
                parties.extend(signers);
                environments.extend(Some(&attestation.environment).filter(|name| !name.is_empty()));
                verdict.relied_on.insert(id);
            }
        }
    }
    let organisations: BTreeSet<&str> =
        parties.values().map(|principal| principal.organisation.as_str()).collect();
    let is_external = |principal: &&&Principal| principal.organisation != candidate.organisation;
    let external = parties.values().filter(is_external).count();
    let count = |of, has: usize, needs: usize| Count { of, has: has as u64, needs: needs as u64 };
    verdict.counts = vec![
        count(Counted::Principals, parties.len(), rule.principals),
        count(Counted::Organisations, organisations.len(), rule.organisations),
        count(Counted::External, external, rule.external),
        count(Counted::Environments, environments.len(), rule.environments),
        Count {
            of: Counted::Soak,
            has: now_secs.saturating_sub(candidate.since_secs),
            needs: rule.soak_secs,
        },
    ];
    verdict
}

/// A key, its principal's name, and the principal; `None` for a key that several claim.
type Keys<'a> = BTreeMap<&'a KeyId, Option<(&'a str, &'a Principal, Vec<&'a EnrolledKey>)>>;

fn keys_by_id(principals: &BTreeMap<String, Principal>) -> Keys<'_> {
    let mut keys = Keys::new();
    for (name, principal) in principals {
        for key in &principal.keys {
            let entry =
                keys.entry(&key.id).or_insert_with(|| Some((name.as_str(), principal, Vec::new())));
            match entry {
                Some((other, _, terms)) if *other == name => terms.push(key),
                _ => *entry = None,
            }
        }
    }
    keys
}

/// The principals for whom an attestation speaks, or why for none.
fn judge<'a>(
    rule: &Rule,
    candidate: &Candidate,
    attestation: &Attestation,
    keys: &Keys<'a>,
    now_secs: u64,
) -> Result<BTreeMap<&'a str, &'a Principal>, PassedOver> {
    let has_failed = attestation.outcome == Outcome::Failed;
    if attestation.is_withdrawn {
        return Err(PassedOver::Withdrawn);
    }
    if attestation.digest != candidate.digest || attestation.flavour != candidate.flavour {
        return Err(PassedOver::OtherSubject);
    }
    let Some(age) = now_secs.checked_sub(attestation.logged_secs) else {
        return Err(PassedOver::Later);
    };
    let mut signers = BTreeMap::new();
    let mut why = PassedOver::UnknownKey;
    for key in &attestation.signers {
        let Some(Some((name, principal, terms))) = keys.get(key) else { continue };
        if !has_failed && terms.iter().any(|term| term.is_revoked) {
            why = PassedOver::Revoked;
        } else if !terms.iter().any(|term| counted_at(term, attestation.logged_secs)) {
            why = PassedOver::OutOfTerm;
        } else if !has_failed && candidate.authors.contains(*name) {
            why = PassedOver::ByAuthor;
        } else {
            signers.insert(*name, *principal);
        }
    }
    if signers.is_empty() {
        return Err(why);
    }
    if !has_failed && rule.fresh_secs.is_some_and(|limit| age > limit) {
        return Err(PassedOver::Stale);
    }
    if attestation.outcome == Outcome::Warned && !rule.accepts_warned {
        return Err(PassedOver::Warned);
    }
    Ok(signers)
}

/// Whether a key counted at a moment.
fn counted_at(key: &EnrolledKey, secs: u64) -> bool {
    key.from_secs <= secs && key.until_secs.is_none_or(|until| secs < until)
}
