//! What needs more than one person's word: changes of rules, and moves without evidence.

use serde::{Deserialize, Serialize};
use trainyard_attest::{Candidate, Rule, weigh};

use super::{Channel, Condition, ConditionKind};
use crate::{
    Ask, Digest, Moment, Name, Refusal, RefusalKind, State,
    products::{PolicyFacts, Product},
    releases::Release,
};

/// How many have approved something, and how many must.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Approvals {
    /// What must be signed: the digest of exactly this proposal at exactly this state of the channel or policy. An approval
    /// of another proposal, or of the same one at another time, counts for nothing.
    pub proposal: Digest,
    /// What is missing and what is there, in words; empty where nobody need approve.
    pub conditions: Vec<Condition>,
    /// The approvals that count, by their ids.
    pub relied_on: Vec<Digest>,
}

impl Approvals {
    /// Whether enough have approved.
    pub fn are_enough(&self) -> bool {
        self.conditions.iter().all(|condition| condition.is_met)
    }

    fn weigh(state: &State, product: &Product, proposal: Digest, rule: &Rule, now: Moment) -> Self {
        let candidate = Candidate {
            digest: proposal.as_str().to_owned(),
            flavour: String::new(),
            authors: [].into(),
            organisation: product.party.to_string(),
            since_secs: 0,
        };
        let said = product.attestations.of(&proposal);
        let votes: Vec<_> = said.iter().filter_map(|said| said.vote("", true)).collect();
        let voters = state.parties.voters();
        let verdict = weigh(rule, &candidate, &votes, voters, now.secs());
        let conditions = verdict.counts.iter().filter(|count| count.needs > 0).map(|count| {
            let is_met = count.has >= count.needs;
            Condition {
                kind: ConditionKind::Principals,
                flavour: String::new(),
                is_met,
                text: format!("{count} approve"),
                remedy: (!is_met).then(|| format!("sign an approval of {proposal}")),
            }
        });
        let mut conditions: Vec<_> = conditions.collect();
        if !verdict.refused_by.is_empty() {
            conditions.push(Condition {
                kind: ConditionKind::Unrefused,
                flavour: String::new(),
                is_met: false,
                text: format!("{} refuse", verdict.refused_by.len()),
                remedy: None,
            });
        }
        let relied_on = verdict.relied_on.iter().filter_map(|id| id.parse().ok()).collect();
        Self { proposal, conditions, relied_on }
    }
}

/// Who has approved that a release enters a channel without the evidence that its rule asks for.
pub fn approvals_of_force(
    state: &State,
    product: &Product,
    channel: &Channel,
    release: &Release,
    now: Moment,
) -> Approvals {
    let title = format!(
        "force {}/{}/{} {} after {} moves",
        product.name,
        channel.stream,
        channel.name,
        release.digest,
        channel.history.len()
    );
    let proposal = Digest::of(title.as_bytes());
    Approvals::weigh(state, product, proposal, &channel.rule.approvers_of_force(), now)
}

/// Who has approved that a product's policy becomes another, where that changes the rules of channels.
///
/// Each channel whose rule changes asks for its own quorum, and so the proposal must meet all of them.
pub fn approvals_of_policy(
    state: &State,
    product: &Product,
    facts: &PolicyFacts,
    policy: &Digest,
    now: Moment,
) -> Approvals {
    let previous = product.policy().map_or("none", |policy| policy.digest.as_str());
    let title = format!("policy {} {policy} after {previous}", product.name);
    let proposal = Digest::of(title.as_bytes());
    let mut all =
        Approvals { proposal: proposal.clone(), conditions: Vec::new(), relied_on: Vec::new() };
    for channel in changed(product, facts) {
        let rule = channel.rule.approvers_of_change();
        let approvals = Approvals::weigh(state, product, proposal.clone(), &rule, now);
        let own = approvals.conditions.into_iter().map(|mut condition| {
            condition.text = format!("{}: {}", channel.title(), condition.text);
            condition
        });
        all.conditions.extend(own);
        all.relied_on.extend(approvals.relied_on);
    }
    all.relied_on.sort();
    all.relied_on.dedup();
    all
}

/// The channels whose rules would be others.
fn changed<'a>(product: &'a Product, facts: &'a PolicyFacts) -> impl Iterator<Item = &'a Channel> {
    product.channels.values().filter(|channel| {
        let rules = facts.channels.get(&channel.stream);
        let rule =
            rules.and_then(|rules: &std::collections::BTreeMap<Name, _>| rules.get(&channel.name));
        // A channel that is left out keeps its rule.
        rule.is_some_and(|rule| *rule != channel.rule)
    })
}

/// The approvals that a policy rests on. *Errors*: that there are too few.
pub(crate) fn approved_change(
    state: &State,
    ask: &Ask,
    product: &Product,
    facts: &PolicyFacts,
    policy: &Digest,
) -> Result<Vec<Digest>, Refusal> {
    let approvals = approvals_of_policy(state, product, facts, policy, ask.now);
    if approvals.are_enough() {
        return Ok(approvals.relied_on);
    }
    let message = "the policy changes rules, and the old rules ask for more approvals";
    let hint = format!("let the others approve {} with their keys", approvals.proposal);
    Err(Refusal::new(RefusalKind::NotReady, "approvals-missing", message)
        .conditions(approvals.conditions)
        .hint(hint))
}
