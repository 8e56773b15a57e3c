//! What was said of releases, by whom, signed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trainyard_attest::{
    self as attest, Decision, Envelope, KeyId, Outcome, SignedStatement, Statement,
};

use crate::{
    Ask, Decided, Digest, Event, Moment, Name, PrincipalName, Refusal, Right, Stamp, State,
    VersionText, channels::ChannelMoved, products::Product,
};

/// The largest envelope that is taken, in bytes.
const LARGEST_ENVELOPE: usize = 4 << 20;

/// What was said of a product's releases.
#[derive(Clone, Debug, Default)]
pub struct Attestations {
    by_subject: BTreeMap<Digest, Vec<Attestation>>,
    subject_of: BTreeMap<Digest, Digest>,
}

/// One thing that was said and signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Attestation {
    /// What it says, as it was logged.
    pub attested: Attested,
    /// When it was logged.
    pub at: Moment,
    /// The place of its entry in the log.
    pub seq: u64,
    /// Who handed it in.
    pub by: PrincipalName,
    /// Why it was taken back, where it was.
    pub withdrawn: Option<String>,
}

/// Somebody said how tests ended, or that they agree with something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Attested {
    /// The product.
    pub product: Name,
    /// The digest of the envelope, which is kept as a blob.
    pub id: Digest,
    /// The digest of what was signed, however its envelope is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Digest>,
    /// What it is said of: a release's digest, or a proposal's.
    pub subject: Digest,
    /// Whether it agrees with a proposal, and is no test result.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_approval: bool,
    /// The flavour that was tested; empty: the whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub flavour: String,
    /// How it ended; an approval passes, a rejection fails.
    pub outcome: Outcome,
    /// Where the tests ran.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// How many tests passed, warned and failed.
    #[serde(default)]
    pub tests: (u64, u64, u64),
    /// Where more can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The keys that signed it.
    pub signers: Vec<String>,
    /// Whose they are.
    pub principals: Vec<PrincipalName>,
}

/// And took it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Withdrawn {
    /// The product.
    pub product: Name,
    /// The digest of the envelope.
    pub id: Digest,
}

impl Attestations {
    /// What was said of a content or a proposal, oldest first.
    pub fn of(&self, subject: &Digest) -> &[Attestation] {
        self.by_subject.get(subject).map_or(&[], Vec::as_slice)
    }

    /// One of them, by the digest of its envelope.
    pub fn find(&self, id: &Digest) -> Option<&Attestation> {
        self.of(self.subject_of.get(id)?).iter().find(|said| said.attested.id == *id)
    }

    /// All of them, by what they speak of.
    pub fn all(&self) -> impl Iterator<Item = &Attestation> {
        self.by_subject.values().flatten()
    }
}

impl Attestation {
    /// What a quorum weighs of it, for a candidate of a flavour.
    ///
    /// A no is heard wherever it can concern: what fails as a whole fails in every flavour, and what fails in one is no
    /// sound whole.
    pub(crate) fn vote(&self, flavour: &str, is_approval: bool) -> Option<attest::Attestation> {
        let said = &self.attested;
        if said.is_approval != is_approval {
            return None;
        }
        let concerns = said.flavour.is_empty() || flavour.is_empty();
        let flavour =
            if said.outcome == Outcome::Failed && concerns { flavour } else { &said.flavour };
        let environment: Vec<_> =
            said.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(attest::Attestation {
            id: said.id.to_string(),
            signers: said.signers.iter().map(KeyId::new).collect(),
            logged_secs: self.at.secs(),
            digest: said.subject.to_string(),
            flavour: flavour.to_owned(),
            environment: environment.join(", "),
            outcome: said.outcome,
            is_withdrawn: self.withdrawn.is_some(),
        })
    }
}

/// Asks to take an attestation in.
#[derive(Clone, Debug)]
pub struct Attest {
    /// The product.
    pub product: Name,
    /// The envelope (DSSE), as it was signed.
    pub envelope: Vec<u8>,
}

pub(crate) fn attest(state: &State, ask: &Ask, command: &Attest) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Validate, Some(&command.product))?;
    let product = state.product(command.product.as_str())?;
    if command.envelope.len() > LARGEST_ENVELOPE {
        return Err(Refusal::invalid("envelope-too-large", "an envelope may have 4 MiB"));
    }
    let id = Digest::of(&command.envelope);
    let envelope = Envelope::from_json(&command.envelope)
        .map_err(|error| Refusal::invalid("envelope-unreadable", error.to_string()))?;
    let signed = envelope.verify_statement(state.parties.public_keys()).map_err(|error| {
        Refusal::invalid("statement-refused", error.to_string())
            .hint("sign it with a key that is enrolled here")
    })?;
    let principal = signer(state, ask, &signed)?;
    let mut attested = read(product, id.clone(), &signed, vec![principal.clone()])?;
    attested.signers.retain(|id| {
        let holder = state.parties.holder(&KeyId::new(id));
        holder.is_some_and(|holder| holder.name == principal)
    });
    let statement = Digest::of(&envelope.message());
    // Whoever writes an envelope anew makes nothing fresh, nor good again what was taken back.
    let mut said = product.attestations.of(&attested.subject).iter();
    let is_it = |said: &&Attestation| {
        said.attested.statement.as_ref() == Some(&statement)
            && said.attested.principals.contains(&principal)
    };
    match said.rfind(is_it) {
        Some(said) if said.withdrawn.is_none() && has_sound_key(state, said) => {
            return Ok(Decided::nothing());
        }
        Some(said) if said.withdrawn.is_some() => {
            let message = format!("{principal} took back what was signed here, word for word");
            return Err(Refusal::conflict("statement-withdrawn", message)
                .hint("sign what is new, such as with the address of the new run"));
        }
        // Nothing counts that a revoked key signed: whoever says it again with another key says something.
        _ => attested.statement = Some(statement),
    }
    let blobs = vec![(id, command.envelope.clone())];
    Ok(Decided { events: vec![Event::Attested(attested)], blobs })
}

/// Whether a key signed an attestation that is not revoked since.
fn has_sound_key(state: &State, said: &Attestation) -> bool {
    said.attested.signers.iter().any(|id| {
        let id = KeyId::new(id);
        let holder = state.parties.holder(&id);
        let mut keys = holder.into_iter().flat_map(|holder| &holder.keys);
        keys.any(|key| key.id == id && key.revoked.is_none())
    })
}

/// Whose keys signed a statement, those that count now.
///
/// One principal speaks in an envelope: of several, one could take back what the others said.
fn signer(state: &State, ask: &Ask, signed: &SignedStatement) -> Result<PrincipalName, Refusal> {
    let mut principals = Vec::new();
    let mut over = Vec::new();
    for id in &signed.signers {
        let Some(holder) = state.parties.holder(id) else { continue };
        let counts = holder.keys.iter().any(|key| {
            key.id == *id && key.revoked.is_none() && key.until.is_none_or(|until| until > ask.now)
        });
        if counts {
            principals.push(holder.name.clone());
        } else {
            over.push(format!("{id} of {}", holder.name));
        }
    }
    principals.sort();
    principals.dedup();
    match principals.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            let message = format!("no key that signed it counts: {}", over.join(", "));
            Err(Refusal::invalid("key-over", message).hint("sign with a key that counts"))
        }
        several => {
            let names: Vec<_> = several.iter().map(PrincipalName::as_str).collect();
            let message = format!("{} signed one envelope", names.join(" and "));
            Err(Refusal::invalid("several-signers", message).hint("hand in an envelope for each"))
        }
    }
}

fn read(
    product: &Product,
    id: Digest,
    signed: &SignedStatement,
    principals: Vec<PrincipalName>,
) -> Result<Attested, Refusal> {
    let signers = signed.signers.iter().map(|key| key.as_str().to_owned()).collect();
    let blank = |subject| Attested {
        product: product.name.clone(),
        id,
        statement: None,
        subject,
        is_approval: false,
        flavour: String::new(),
        outcome: Outcome::Passed,
        environment: BTreeMap::new(),
        tests: (0, 0, 0),
        url: None,
        signers,
        principals,
    };
    match &signed.statement {
        Statement::TestResult(result) => {
            let subject: Digest = result.digest.parse()?;
            if product.by_digest(&subject).is_none() {
                let message = format!("no release of `{}` has the digest {subject}", product.name);
                return Err(Refusal::new(crate::RefusalKind::NotFound, "subject-unknown", message)
                    .hint("attest the digest that the registry tells of a release"));
            }
            let count = |tests: &[String]| tests.len() as u64;
            let tests = &result.tests;
            Ok(Attested {
                flavour: result.flavour.clone(),
                outcome: result.outcome,
                environment: result.environment.clone().into(),
                tests: (count(&tests.passed), count(&tests.warned), count(&tests.failed)),
                url: result.url.clone(),
                ..blank(subject)
            })
        }
        Statement::Approval(approval) => Ok(Attested {
            is_approval: true,
            outcome: match approval.decision {
                Decision::Approved => Outcome::Passed,
                Decision::Rejected => Outcome::Failed,
            },
            ..blank(approval.digest.parse()?)
        }),
        Statement::Release(_) => {
            let message = "a statement of a release is no test result and no approval";
            Err(Refusal::invalid("statement-unwanted", message))
        }
    }
}

/// Asks to take an attestation back.
#[derive(Clone, Debug)]
pub struct Withdraw {
    /// The product.
    pub product: Name,
    /// The digest of the envelope.
    pub id: Digest,
}

pub(crate) fn withdraw(state: &State, ask: &Ask, command: &Withdraw) -> Result<Decided, Refusal> {
    let product = state.product(command.product.as_str())?;
    let Some(said) = product.attestations.find(&command.id) else {
        return Err(Refusal::not_found("attestation", &command.id));
    };
    // A no that others said is not an administrator's to take back.
    if !said.attested.principals.contains(&ask.actor.principal) {
        let message = "only those who signed an attestation take it back";
        return Err(Refusal::new(crate::RefusalKind::Forbidden, "not-the-signer", message)
            .hint("if their key was in other hands, revoke the key"));
    }
    if ask.why.is_empty() {
        return Err(Refusal::invalid(
            "reason-missing",
            "an attestation is withdrawn with a reason",
        ));
    }
    if said.withdrawn.is_some() {
        return Ok(Decided::nothing());
    }
    let Withdraw { product, id } = command.clone();
    Ok(Event::Withdrawn(Withdrawn { product, id }).into())
}

/// Every move of a channel that rests on what a principal signed, oldest first in each channel.
///
/// *Cost*: linear in all moves.
pub fn moves_relying_on<'a>(
    product: &'a Product,
    principal: &'a PrincipalName,
) -> impl Iterator<Item = &'a ChannelMoved> {
    let moves = product.channels().flat_map(|channel| &channel.history);
    moves.map(|it| &it.moved).filter(move |moved| {
        moved.relied_on.iter().any(|id| {
            let said = product.attestations.find(id);
            said.is_some_and(|said| said.attested.principals.contains(principal))
        })
    })
}

/// A release by the digest of its content.
pub(crate) type ByDigest = BTreeMap<Digest, (Name, VersionText)>;

impl State {
    pub(crate) fn attested(&mut self, event: &Attested, stamp: &Stamp) {
        let Some(product) = self.products.get_mut(&event.product) else { return };
        let Attestations { by_subject, subject_of } = &mut product.attestations;
        subject_of.insert(event.id.clone(), event.subject.clone());
        by_subject.entry(event.subject.clone()).or_default().push(Attestation {
            attested: event.clone(),
            at: stamp.at,
            seq: stamp.seq,
            by: stamp.by.clone(),
            withdrawn: None,
        });
    }

    pub(crate) fn withdrawn(&mut self, event: &Withdrawn, stamp: &Stamp) {
        let Some(product) = self.products.get_mut(&event.product) else { return };
        let Attestations { by_subject, subject_of } = &mut product.attestations;
        let said = subject_of.get(&event.id).and_then(|subject| by_subject.get_mut(subject));
        for said in said.into_iter().flatten().filter(|said| said.attested.id == event.id) {
            said.withdrawn = Some(stamp.why.clone());
        }
    }
}
