//! Who must have validated a candidate before it may enter a channel, and whether they have.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use crate::keys::KeyId;

mod weigh;

#[cfg(test)]
mod tests;

pub use weigh::weigh;

/// A day, in the unit of all times here: seconds since 1970.
const DAY_SECS: u64 = 86_400;

/// What a channel asks for. A rule of zeros asks for nothing but that nobody has said no.
///
/// As JSON, what is left out is not asked for, and a name that no rule has is refused: a misspelt demand must not become none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Rule {
    /// How many principals must have validated; the authors never count.
    pub principals: usize,
    /// Of how many organisations.
    pub organisations: usize,
    /// How many of the principals must be of another organisation than the candidate.
    pub external: usize,
    /// On how many environments.
    pub environments: usize,
    /// How old what they say may be, in seconds; `None` for any age.
    pub fresh_secs: Option<u64>,
    /// How long the candidate must have stood in the channel before.
    pub soak_secs: u64,
    /// Whether a result with warnings validates.
    pub accepts_warned: bool,
}

/// What is to be promoted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Candidate {
    /// The digest of its content.
    pub digest: String,
    /// Its flavour; empty where there are none.
    #[serde(default)]
    pub flavour: String,
    /// The principals who made it.
    pub authors: BTreeSet<String>,
    /// The organisation that made it.
    pub organisation: String,
    /// Since when it stands in the channel before.
    pub since_secs: u64,
}

/// Somebody who may validate, whatever number of keys they have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Principal {
    /// The organisation that they speak for.
    pub organisation: String,
    /// Their keys, those of the past too.
    #[serde(default)]
    pub keys: Vec<EnrolledKey>,
}

/// A key of a principal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EnrolledKey {
    /// The key.
    pub id: KeyId,
    /// From when it counts.
    pub from_secs: u64,
    /// Until when, not included: it expired, or another took its place. What it signed before stands.
    #[serde(default)]
    pub until_secs: Option<u64>,
    /// Whether it may have been in other hands: then nothing good that it ever signed counts. A failure that it signed goes
    /// on refusing until it is taken back, so that nobody can promote by revoking a validator.
    #[serde(default)]
    pub is_revoked: bool,
}

/// A test result that somebody signed, as it was checked and logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Attestation {
    /// What it is called, such as its place in the log.
    pub id: String,
    /// The keys that signed it, as the check of its envelope told them.
    pub signers: BTreeSet<KeyId>,
    /// When the log took it; what a statement says of its own time proves nothing.
    pub logged_secs: u64,
    /// The digest that it speaks of.
    pub digest: String,
    /// The flavour that it speaks of.
    #[serde(default)]
    pub flavour: String,
    /// The environment that the tests ran on; empty for one that is not told, which counts as none.
    #[serde(default)]
    pub environment: String,
    /// How the tests ended.
    pub outcome: Outcome,
    /// Whether it was taken back.
    #[serde(default)]
    pub is_withdrawn: bool,
}

/// How tests ended; as JSON in the words of in-toto, `PASSED`, `WARNED` and `FAILED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// All is well.
    Passed,
    /// Well, with warnings.
    Warned,
    /// Not well.
    Failed,
}

/// What a rule says of a candidate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Verdict {
    /// What the rule asks for and how much of it there is, met or not.
    pub counts: Vec<Count>,
    /// The attestations that count.
    pub relied_on: BTreeSet<String>,
    /// The attestations that say no.
    pub refused_by: BTreeSet<String>,
    /// The attestations that count for nothing, and why.
    pub passed_over: BTreeMap<String, PassedOver>,
}

/// How much there is of what a rule asks for; shown as `1 of 2 external validators`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Count {
    /// What is counted.
    pub of: Counted,
    /// How much there is.
    pub has: u64,
    /// How much is asked for.
    pub needs: u64,
}

/// What a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Principals.
    Principals,
    /// Their organisations.
    Organisations,
    /// Principals of other organisations.
    External,
    /// Environments.
    Environments,
    /// Seconds in the channel before.
    Soak,
}

/// Why an attestation counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PassedOver {
    /// It was taken back.
    Withdrawn,
    /// It speaks of another content or flavour.
    OtherSubject,
    /// It was logged after the moment that is asked about.
    Later,
    /// No key of a principal signed it, or one that several claim.
    UnknownKey,
    /// Its keys are revoked.
    Revoked,
    /// Its keys did not count when it was logged.
    OutOfTerm,
    /// The candidate's authors signed it, and nobody else.
    ByAuthor,
    /// It is too old.
    Stale,
    /// It has warnings, which the rule does not accept.
    Warned,
}

impl Verdict {
    /// Whether the candidate may enter.
    pub fn is_met(&self) -> bool {
        self.refused_by.is_empty() && self.missing().next().is_none()
    }

    /// What there is too little of.
    pub fn missing(&self) -> impl Iterator<Item = Count> {
        self.counts.iter().copied().filter(|count| count.has < count.needs)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing().map(|count| count.to_string());
        let refused = self.refused_by.iter().map(|id| format!("refused by {id}"));
        let words: Vec<String> = missing.chain(refused).collect();
        if words.is_empty() {
            return formatter.write_str("met");
        }
        write!(formatter, "not met: {}", words.join("; "))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, has, needs } = *self;
        let (one, many) = match of {
            Counted::Principals => ("validator", "validators"),
            Counted::Organisations => ("organisation", "organisations"),
            Counted::External => ("external validator", "external validators"),
            Counted::Environments => ("environment", "environments"),
            Counted::Soak if needs < DAY_SECS => ("second of soak", "seconds of soak"),
            Counted::Soak => {
                let days = needs.div_ceil(DAY_SECS);
                let unit = if days == 1 { "day" } else { "days" };
                return write!(formatter, "{} of {days} {unit} of soak", has / DAY_SECS);
            }
        };
        write!(formatter, "{has} of {needs} {}", if needs == 1 { one } else { many })
    }
}
