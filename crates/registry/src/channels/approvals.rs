//! What needs more than one person's word: changes of rules, and moves without evidence.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};
use trainyard_attest::{Candidate, Outcome, Rule, weigh};

use super::{Channel, Condition, ConditionKind};
use crate::{
    Ask, Digest, Filed, Moment, Name, Refusal, RefusalKind, State,
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

    fn weigh(
        state: &State,
        product: &Product,
        proposal: Digest,
        (rule, authors): (&Rule, BTreeSet<String>),
        now: Moment,
    ) -> Self {
        let candidate = Candidate {
            digest: proposal.to_string(),
            flavour: String::new(),
            authors,
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
///
/// A no that comes later makes it another proposal: whoever approved did not know of it. Where the rule asks for others than the
/// release's author, the author's approval counts as little as the author's tests.
pub fn approvals_of_force(
    state: &State,
    product: &Product,
    channel: &Channel,
    release: &Release,
    now: Moment,
) -> Approvals {
    let mut title = format!(
        "force {}/{}/{} {} after {} moves",
        product.name,
        channel.stream,
        channel.name,
        release.digest,
        channel.history.len()
    );
    let said = product.attestations.of(&release.digest).iter();
    let against = said.filter(|said| said.attested.outcome == Outcome::Failed);
    for said in against.filter(|said| said.withdrawn.is_none()) {
        title.push_str(" against ");
        title.push_str(&said.attested.id.to_string());
    }
    let proposal = Digest::of(title.as_bytes());
    let rule = channel.rule.approvers_of_force();
    let author = (channel.rule.principals > 0).then(|| release.by.to_string());
    Approvals::weigh(state, product, proposal, (&rule, author.into_iter().collect()), now)
}

/// Who has approved that a product's policy becomes another, where that changes the rules of channels.
///
/// Each channel whose rule changes asks for its own quorum, and so the proposal must meet all of them. What is approved is the
/// text and what was read from it, as the next policy after exactly those before: when one comes back that was approved once,
/// it is approved anew.
pub fn approvals_of_policy(
    state: &State,
    product: &Product,
    facts: &PolicyFacts,
    policy: &Digest,
    now: Moment,
) -> Approvals {
    let previous =
        product.policy().map_or_else(|| "none".to_owned(), |policy| policy.digest.to_string());
    let (read, _) = Filed::new(Arc::new(facts.clone()));
    let title = format!(
        "policy {} {policy} read as {} after {previous}, the policy number {}",
        product.name,
        read.digest(),
        product.policies.len()
    );
    let proposal = Digest::of(title.as_bytes());
    let mut all =
        Approvals { proposal: proposal.clone(), conditions: Vec::new(), relied_on: Vec::new() };
    for channel in changed(product, facts) {
        let rule = channel.rule.approvers_of_change();
        let weighed = (&rule, BTreeSet::new());
        let approvals = Approvals::weigh(state, product, proposal.clone(), weighed, now);
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
