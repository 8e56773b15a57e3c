//! How a release stands before a channel: what is met, and what is missing.

use std::fmt;

use serde::{Deserialize, Serialize};
use trainyard_attest::{Candidate, Count, Counted, weigh};
use trainyard_report::{Finding, Severity};

use super::{Channel, ChannelRule};
use crate::{
    Digest, Maturity, Moment, Name, PrincipalName, State, products::Product, releases::Release,
};

/// How a release stands before a channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Standing {
    /// Everything that is asked for, met or not, in a fixed order.
    pub conditions: Vec<Condition>,
    /// The attestations that count.
    pub relied_on: Vec<Digest>,
    /// The attestations that say no.
    pub refused_by: Vec<Digest>,
    /// What the check of its content found.
    pub findings: Vec<Finding>,
}

/// One thing that a channel asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Condition {
    /// What it is.
    pub kind: ConditionKind,
    /// The flavour it speaks of; empty: the whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub flavour: String,
    /// Whether it is met.
    pub is_met: bool,
    /// In words, as `1 of 2 external validators`.
    pub text: String,
    /// What would change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// What a channel can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConditionKind {
    /// The release is not yanked.
    Shown,
    /// The channel is not frozen.
    Moving,
    /// The channel's support has not ended.
    Supported,
    /// Nobody holds the release.
    Free,
    /// No risk blocks it.
    Unblocked,
    /// What it is made of fits together, with every flavour.
    Valid,
    /// It is final, or pre-releases may enter.
    Final,
    /// Everything in it has come far enough.
    Mature,
    /// It entered the channel before.
    Entered,
    /// It stood there long enough.
    Soaked,
    /// So many principals validated it.
    Principals,
    /// Of so many parties.
    Parties,
    /// So many of them of other parties.
    External,
    /// On so many environments.
    Environments,
    /// Nobody says that it fails.
    Unrefused,
}

impl ConditionKind {
    /// Whether enough people may let a release pass without it. What is broken, hidden or blocked passes for nobody.
    pub fn may_be_forced(self) -> bool {
        self >= Self::Final
    }
}

impl Standing {
    /// Whether the release may enter.
    pub fn is_open(&self) -> bool {
        self.conditions.iter().all(|condition| condition.is_met)
    }

    /// What is missing.
    pub fn unmet(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().filter(|condition| !condition.is_met)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.flavour.is_empty() {
            formatter.write_str(&self.text)
        } else {
            write!(formatter, "{} (flavour {})", self.text, self.flavour)
        }
    }
}

/// What is gathered of a standing.
struct Gathering<'a> {
    state: &'a State,
    product: &'a Product,
    channel: &'a Channel,
    release: &'a Release,
    now: Moment,
    standing: Standing,
}

/// Says how a release stands before a channel at a moment; the release is checked anew.
///
/// *Cost*: a check of what it pins, and linear in the attestations of its content.
pub fn standing(
    state: &State,
    product: &Product,
    channel: &Channel,
    release: &Release,
    now: Moment,
) -> Standing {
    let mut gathering = Gathering::new(state, product, channel, release, now);
    gathering.stops();
    gathering.validity();
    gathering.contents();
    gathering.evidence();
    gathering.standing
}

/// The same but for the check of its content, which costs most.
pub(crate) fn standing_unchecked(
    state: &State,
    product: &Product,
    channel: &Channel,
    release: &Release,
    now: Moment,
) -> Standing {
    let mut gathering = Gathering::new(state, product, channel, release, now);
    gathering.stops();
    gathering.contents();
    gathering.evidence();
    gathering.standing
}

impl<'a> Gathering<'a> {
    fn new(
        state: &'a State,
        product: &'a Product,
        channel: &'a Channel,
        release: &'a Release,
        now: Moment,
    ) -> Self {
        let standing = Standing {
            conditions: Vec::new(),
            relied_on: Vec::new(),
            refused_by: Vec::new(),
            findings: Vec::new(),
        };
        Self { state, product, channel, release, now, standing }
    }

    fn say(
        &mut self,
        kind: ConditionKind,
        is_met: bool,
        text: impl Into<String>,
        remedy: Option<String>,
    ) {
        let remedy = remedy.filter(|_| !is_met);
        let (text, flavour) = (text.into(), String::new());
        self.standing.conditions.push(Condition { kind, flavour, is_met, text, remedy });
    }

    /// What stops a release whatever the evidence.
    fn stops(&mut self) {
        let Self { product, channel, release, now, .. } = *self;
        let text =
            release.yanked.as_ref().map_or("not yanked".to_owned(), |why| format!("yanked: {why}"));
        self.say(ConditionKind::Shown, release.yanked.is_none(), text, None);
        let text = match &channel.frozen {
            None => "the channel is not frozen".to_owned(),
            Some(stop) => format!("frozen by {}: {}", stop.by, stop.why),
        };
        self.say(
            ConditionKind::Moving,
            channel.frozen.is_none(),
            text,
            Some("unfreeze the channel".to_owned()),
        );
        if let Some(ends) = channel.rule.ends {
            let text = if ends > now { "support goes on" } else { "support has ended" };
            self.say(ConditionKind::Supported, ends > now, text, None);
        }
        let hold = channel.holds.get(&release.version);
        let text = match hold {
            None => "nobody holds it".to_owned(),
            Some(stop) => format!("held by {}: {}", stop.by, stop.why),
        };
        self.say(ConditionKind::Free, hold.is_none(), text, Some("let it go".to_owned()));
        let blocking: Vec<_> = product
            .blocks_of(channel.stream.as_str(), release)
            .map(|risk| format!("`{}`: {}", risk.name, risk.message))
            .collect();
        let text = if blocking.is_empty() {
            "no risk blocks it".to_owned()
        } else {
            format!("blocked by {}", blocking.join("; "))
        };
        let remedy = "fix it in a newer release, or lift the risk".to_owned();
        self.say(ConditionKind::Unblocked, blocking.is_empty(), text, Some(remedy));
    }

    /// Whether what it is made of fits together now.
    fn validity(&mut self) {
        let findings = self.product.check(self.channel.stream.as_str(), self.release);
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        let text = match errors {
            0 => "its content fits together".to_owned(),
            1 => "1 error in its content".to_owned(),
            _ => format!("{errors} errors in its content"),
        };
        self.say(ConditionKind::Valid, errors == 0, text, None);
        self.standing.findings = findings;
    }

    /// What is in it: pre-releases, maturity.
    fn contents(&mut self) {
        let Self { product, channel, release, now, .. } = *self;
        let rule = &channel.rule;
        if !rule.prereleases {
            let scheme = product.scheme_of(channel.stream.as_str());
            let version = scheme.parse(release.version.as_str());
            let text = match version {
                _ if !release.is_prerelease => "a final release",
                Ok(version) if !version.is_prerelease() => "not final, as it says itself",
                _ => "a pre-release",
            };
            self.say(ConditionKind::Final, !release.is_prerelease, text, None);
        }
        if rule.maturity > Maturity::Alpha {
            let immature = product.immature(channel.stream.as_str(), release, rule.maturity, now);
            let text = if immature.is_empty() {
                format!("everything in it is {}", rule.maturity.at_least())
            } else {
                format!("not yet {}: {}", rule.maturity.word(), immature.join(", "))
            };
            let remedy = "record a waiver for each, with a reason".to_owned();
            self.say(ConditionKind::Mature, immature.is_empty(), text, Some(remedy));
        }
    }

    /// What people said of it, and how long it has stood.
    fn evidence(&mut self) {
        let Self { product, channel, release, .. } = *self;
        let rule = &channel.rule;
        let before = rule
            .after
            .as_ref()
            .and_then(|name| product.channels.get(&(channel.stream.clone(), name.clone())));
        let mut since = release.logged;
        if let Some(name) = &rule.after {
            let member = before.and_then(|before| before.members.get(&release.version));
            let member = member.filter(|member| member.digest == release.digest);
            let text = match member {
                Some(_) => format!("it entered {name}"),
                None => format!("it has not entered {name}"),
            };
            let remedy = format!("promote it to {name} first");
            self.say(ConditionKind::Entered, member.is_some(), text, Some(remedy));
            since = member.map_or(self.now, |member| member.logged);
        }
        let flavours: Vec<String> = if rule.flavours.is_empty() {
            vec![String::new()]
        } else {
            rule.flavours.iter().map(Name::to_string).collect()
        };
        for (index, flavour) in flavours.into_iter().enumerate() {
            self.quorum(rule, &flavour, since, index == 0);
        }
    }

    fn quorum(&mut self, rule: &ChannelRule, flavour: &str, since: Moment, is_first: bool) {
        let candidate = Candidate {
            digest: self.release.digest.to_string(),
            flavour: flavour.to_owned(),
            authors: [PrincipalName::to_string(&self.release.by)].into(),
            organisation: self.product.party.to_string(),
            since_secs: since.secs(),
        };
        let said = self.product.attestations.of(&self.release.digest);
        let votes: Vec<_> = said.iter().filter_map(|said| said.vote(flavour, false)).collect();
        let voters = self.state.parties.voters();
        let verdict = weigh(&rule.quorum(), &candidate, &votes, voters, self.now.secs());
        for count in &verdict.counts {
            // Soak is the same for every flavour.
            let is_wanted = count.needs > 0 && (is_first || count.of != Counted::Soak);
            if is_wanted {
                self.standing.conditions.push(condition(*count, flavour));
            }
        }
        let digests = |ids: &std::collections::BTreeSet<String>| -> Vec<Digest> {
            ids.iter().filter_map(|id| id.parse().ok()).collect()
        };
        let refused = digests(&verdict.refused_by);
        let text = match refused.len() {
            0 => "nobody says that it fails".to_owned(),
            1 => "1 attestation says that it fails".to_owned(),
            many => format!("{many} attestations say that it fails"),
        };
        self.standing.conditions.push(Condition {
            kind: ConditionKind::Unrefused,
            flavour: flavour.to_owned(),
            is_met: refused.is_empty(),
            text,
            remedy: (!refused.is_empty())
                .then(|| "whoever said so takes it back, or a new release mends it".to_owned()),
        });
        self.standing.refused_by.extend(refused);
        self.standing.relied_on.extend(digests(&verdict.relied_on));
    }
}

/// A wait in days, or in hours where it is shorter; never less than it takes.
fn lasting(secs: u64) -> String {
    let (count, unit) = match secs.div_ceil(3600) {
        hours @ ..48 => (hours, "hour"),
        _ => (secs.div_ceil(86_400), "day"),
    };
    if count == 1 { format!("another {unit}") } else { format!("another {count} {unit}s") }
}

fn condition(count: Count, flavour: &str) -> Condition {
    let kind = match count.of {
        Counted::Principals => ConditionKind::Principals,
        Counted::Organisations => ConditionKind::Parties,
        Counted::External => ConditionKind::External,
        Counted::Environments => ConditionKind::Environments,
        Counted::Soak => ConditionKind::Soaked,
    };
    let is_met = count.has >= count.needs;
    let remedy = match kind {
        ConditionKind::Soaked => format!("wait {}", lasting(count.needs.saturating_sub(count.has))),
        _ => "more parties test it and attest".to_owned(),
    };
    Condition {
        kind,
        flavour: flavour.to_owned(),
        is_met,
        text: count.to_string(),
        remedy: (!is_met).then_some(remedy),
    }
}
