//! Whether what a channel's move rested on carries it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Keys, OfflineError, ProvenMove,
    lines::{Attested, ChannelMoved, ChannelRule, Event, Facts, Kind, Line, secs},
};
use crate::quorum::{Attestation, Candidate, EnrolledKey, Outcome, Principal, Rule, weigh};

/// Verifies a move, whose attestations have been verified.
pub(super) fn verify(
    seq: u64,
    lines: &BTreeMap<u64, Line>,
    contents: &BTreeMap<String, Vec<u8>>,
    keys: &Keys<'_>,
) -> Result<ProvenMove, OfflineError> {
    let line = lines.get(&seq).ok_or_else(|| OfflineError::Missing(format!("line {seq}")))?;
    let Event::ChannelMoved(moved) = &line.event else { return Err(OfflineError::Line(seq)) };
    let (Some(version), Some(digest)) = (&moved.to, &moved.digest) else {
        return Err(OfflineError::Line(seq));
    };
    let evidence = evidence(seq, moved, lines)?;
    let is_forced = moved.kind == Kind::Forced;
    let mut verdicts = Vec::new();
    if matches!(moved.kind, Kind::Promoted | Kind::Followed | Kind::Forced) {
        let rule = rule(seq, moved, lines, contents)?;
        let flavours = if is_forced || rule.flavours.is_empty() {
            vec![String::new()]
        } else {
            rule.flavours.clone()
        };
        let subject = if is_forced {
            evidence.first().map_or("", |(_, said)| said.subject.as_str())
        } else {
            digest
        };
        let principals = principals(&evidence, keys);
        let now_secs = secs(line.at);
        for flavour in flavours {
            let candidate = Candidate {
                digest: subject.to_owned(),
                flavour: flavour.clone(),
                authors: if is_forced && rule.principals == 0 {
                    BTreeSet::new()
                } else {
                    authors(moved, digest, lines)
                },
                organisation: maker(&moved.product, lines)?,
                since_secs: 0,
            };
            let votes = evidence.iter().map(|(line, said)| vote(line, said, &flavour));
            let votes: Vec<_> = votes.collect();
            let verdict =
                weigh(&quorum(&rule, is_forced), &candidate, &votes, &principals, now_secs);
            if !verdict.is_met() {
                return Err(OfflineError::Unmet(verdict.to_string()));
            }
            verdicts.push((flavour, verdict));
        }
    }
    Ok(ProvenMove {
        seq,
        at_us: line.at,
        by: line.by.clone(),
        product: moved.product.clone(),
        stream: moved.stream.clone(),
        channel: moved.channel.clone(),
        version: version.clone(),
        digest: digest.clone(),
        is_forced,
        unmet: moved.unmet.clone(),
        verdicts,
    })
}

/// What a move rested on. *Errors*: something of it is not there, came later, or speaks of something else.
fn evidence<'a>(
    seq: u64,
    moved: &ChannelMoved,
    lines: &'a BTreeMap<u64, Line>,
) -> Result<Vec<(&'a Line, &'a Attested)>, OfflineError> {
    let said = lines.values().filter_map(|line| match &line.event {
        Event::Attested(said) => Some((said.id.as_str(), (line, said))),
        _ => None,
    });
    let said: BTreeMap<_, _> = said.collect();
    let mut evidence: Vec<(&Line, &Attested)> = Vec::new();
    for id in &moved.relied_on {
        let (line, said) =
            *said.get(id.as_str()).ok_or_else(|| OfflineError::Missing(id.clone()))?;
        let is_forced = moved.kind == Kind::Forced;
        let subject = if is_forced {
            // All approve the same proposal.
            evidence.first().map_or(said.subject.as_str(), |(_, first)| first.subject.as_str())
        } else {
            moved.digest.as_deref().unwrap_or_default()
        };
        let is_fit = line.seq < seq
            && said.product == moved.product
            && said.is_approval == is_forced
            && said.subject == subject
            && said.outcome != Outcome::Failed;
        if !is_fit {
            return Err(OfflineError::NotItsEvidence(id.clone()));
        }
        evidence.push((line, said));
    }
    Ok(evidence)
}

/// The channel's rule by the newest policy that is in the file and was set before the move.
fn rule(
    seq: u64,
    moved: &ChannelMoved,
    lines: &BTreeMap<u64, Line>,
    contents: &BTreeMap<String, Vec<u8>>,
) -> Result<ChannelRule, OfflineError> {
    let policies = lines.range(..seq).rev().filter_map(|(_, line)| match &line.event {
        Event::PolicySet(policy) if policy.product == moved.product => Some(policy),
        _ => None,
    });
    for policy in policies {
        let missing = || OfflineError::Missing(policy.facts.clone());
        let facts = contents.get(&policy.facts).ok_or_else(missing)?;
        let mut facts: Facts = serde_json::from_slice(facts).map_err(|_| missing())?;
        // A channel that a policy leaves out keeps its rule.
        let rules = facts.channels.get_mut(&moved.stream);
        if let Some(rule) = rules.and_then(|rules| rules.remove(&moved.channel)) {
            return Ok(rule);
        }
    }
    Err(OfflineError::Missing(format!("rule of {}/{}", moved.stream, moved.channel)))
}

/// What a rule asks of those who sign. How long a release must have stood somewhere is not for signatures to say.
fn quorum(rule: &ChannelRule, is_forced: bool) -> Rule {
    let parties = Rule { organisations: rule.parties, external: rule.external, ..Rule::default() };
    if is_forced {
        let principals = rule.forced_by.max(rule.principals).max(1);
        return Rule { principals, ..parties };
    }
    Rule {
        principals: rule.principals,
        environments: rule.environments,
        fresh_secs: rule.fresh_secs,
        accepts_warned: rule.accepts_warned,
        ..parties
    }
}

/// Whose word does not count: who published what was moved to.
fn authors(moved: &ChannelMoved, digest: &str, lines: &BTreeMap<u64, Line>) -> BTreeSet<String> {
    let is_it = |line: &&Line| matches!(&line.event, Event::Published(it) if it.product == moved.product && it.digest == digest);
    let published = lines.values().filter(is_it);
    published.map(|line| line.by.clone()).collect()
}

/// The party that makes a product.
fn maker(product: &str, lines: &BTreeMap<u64, Line>) -> Result<String, OfflineError> {
    let made = lines.values().find_map(|line| match &line.event {
        Event::ProductCreated(made) if made.product == product => Some(made.party.clone()),
        _ => None,
    });
    made.ok_or_else(|| OfflineError::Missing(format!("product {product}")))
}

/// Those who signed, with the keys that they had then.
fn principals(evidence: &[(&Line, &Attested)], keys: &Keys<'_>) -> BTreeMap<String, Principal> {
    let mut principals: BTreeMap<String, Principal> = BTreeMap::new();
    for (line, said) in evidence {
        for (from, enrolled, _) in said.signers.iter().flat_map(|id| keys.before(id, line)) {
            let name = &enrolled.principal;
            if !said.principals.contains(name) {
                continue;
            }
            let party = name.split_once('/').map_or(name.as_str(), |(party, _)| party);
            let principal = principals.entry(name.clone()).or_default();
            party.clone_into(&mut principal.organisation);
            principal.keys.push(EnrolledKey {
                id: enrolled.id.clone(),
                from_secs: secs(from.at),
                until_secs: enrolled.until.map(secs),
                is_revoked: false,
            });
        }
    }
    principals
}

fn vote(line: &Line, said: &Attested, flavour: &str) -> Attestation {
    let facts = said.environment.iter().map(|(name, value)| format!("{name}={value}"));
    let environment: Vec<_> = facts.collect();
    Attestation {
        id: said.id.clone(),
        signers: said.signers.clone(),
        logged_secs: secs(line.at),
        digest: said.subject.clone(),
        // An approval is of a proposal, which has no flavours.
        flavour: if said.is_approval { flavour.to_owned() } else { said.flavour.clone() },
        environment: environment.join(", "),
        outcome: said.outcome,
        is_withdrawn: false,
    }
}
