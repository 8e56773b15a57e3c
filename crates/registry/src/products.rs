//! Products, their policies, and what somebody took responsibility for.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use trainyard_version::Scheme;

use crate::{
    Ask, Decided, Digest, Event, Filed, Maturity, Moment, Name, PrincipalName, Refusal, Right,
    Stamp, State,
    attestations::{Attestations, ByDigest},
    channels::{Channel, ChannelRule},
    documents::Catalogues,
    offers::Graphs,
    releases::{Release, Sequence},
    risks::Risk,
};

/// Everything under one policy.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its name.
    pub name: Name,
    /// Its name for people.
    pub title: String,
    /// The party that makes it; every other one is external.
    pub party: Name,
    /// When it came.
    pub since: Moment,
    /// Its policies, oldest first; the last one is in force.
    pub policies: Vec<PolicyRevision>,
    /// Its components and bundles with their releases, by name.
    pub(crate) sequences: BTreeMap<Name, Sequence>,
    /// The channels, by stream and name.
    pub(crate) channels: BTreeMap<(Name, Name), Channel>,
    /// What was said of its releases.
    pub(crate) attestations: Attestations,
    /// What is wrong with its releases, by name.
    pub(crate) risks: BTreeMap<Name, Risk>,
    /// What somebody took responsibility for, oldest first.
    pub waivers: Vec<Waiver>,
    pub(crate) by_digest: ByDigest,
    pub(crate) catalogues: Catalogues,
    pub(crate) graphs: Graphs,
}

impl Product {
    /// The release that has a digest: its component or stream, and its version.
    pub fn by_digest(&self, digest: &Digest) -> Option<(&Name, &Release)> {
        let (name, version) = self.by_digest.get(digest)?;
        Some((name, self.sequences.get(name)?.release(version.as_str())?))
    }

    /// Its components and bundles, by name.
    pub fn sequences(&self) -> impl Iterator<Item = &Sequence> {
        self.sequences.values()
    }

    /// A component or the bundles of a stream. *Errors*: that there are none.
    pub fn sequence(&self, name: &str) -> Result<&Sequence, Refusal> {
        self.sequences.get(name).ok_or_else(|| {
            Refusal::not_found("component or stream", format_args!("{}/{name}", self.name))
        })
    }

    /// The channels, by stream and name.
    pub fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values()
    }

    /// A channel. *Errors*: that there is none, with those that there are.
    pub fn channel(&self, stream: &Name, channel: &Name) -> Result<&Channel, Refusal> {
        self.channels.get(&(stream.clone(), channel.clone())).ok_or_else(|| {
            let what = format_args!("{}/{stream}/{channel}", self.name).to_string();
            let known: Vec<_> = self.channels().map(Channel::title).collect();
            let refusal = Refusal::not_found("channel", what);
            if known.is_empty() {
                refusal.hint("set a policy with channels")
            } else {
                refusal.hint(format!("there are {}", known.join(", ")))
            }
        })
    }

    /// What was said of its releases.
    pub fn attestations(&self) -> &Attestations {
        &self.attestations
    }

    /// What is wrong with its releases, by name; also what no longer is.
    pub fn risks(&self) -> impl Iterator<Item = &Risk> {
        self.risks.values()
    }

    /// What the policy in force says of a stream, where it says something.
    pub(crate) fn stream_facts(&self, stream: &str) -> Option<&StreamFacts> {
        self.policy()?.facts.streams.get(stream)
    }

    /// The policy in force.
    pub fn policy(&self) -> Option<&PolicyRevision> {
        self.policies.last()
    }

    /// How the versions of a component or stream are written: as the policy in force says; `None` where it does not.
    pub fn scheme(&self, name: &str) -> Option<Scheme> {
        self.policy()?.facts.components.get(name)?.scheme.parse().ok()
    }

    /// How the versions of a component or stream are written: as the policy in force says, else as its first release did,
    /// else by Semantic Versioning.
    pub fn scheme_of(&self, name: &str) -> Scheme {
        let own = || self.sequences.get(name).map(|sequence| sequence.scheme.clone());
        self.scheme(name).or_else(own).unwrap_or_else(Scheme::semver)
    }
}

/// One policy of a product.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyRevision {
    /// The digest of its text, which is kept as a blob.
    pub digest: Digest,
    /// What the registry needs of it.
    pub facts: PolicyFacts,
    /// When it came.
    pub since: Moment,
    /// Who set it.
    pub by: PrincipalName,
    /// Why.
    pub why: String,
}

/// What a registry needs of a policy; read once, when the policy is set, so that old entries mean what they meant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PolicyFacts {
    /// Components and streams that have versions.
    #[serde(default)]
    pub components: BTreeMap<Name, ComponentFacts>,
    /// Components that share the front of their versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<Name, GroupFacts>,
    /// The rules of channels, by stream and channel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<Name, BTreeMap<Name, ChannelRule>>,
    /// What the releases of streams are made of, and what they need beside them; streams of which there is nothing to say
    /// are not there, and none is in what was read before this was.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub streams: BTreeMap<Name, StreamFacts>,
}

/// What a policy says of a stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StreamFacts {
    /// Of a composite, its parts: what its versions call them, and their components (A6, A8).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartFacts>,
    /// The streams without which it does not work (A5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Name>,
}

/// A part of a composite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartFacts {
    /// What versions call it.
    pub part: String,
    /// Its component.
    pub component: Name,
}

/// What a policy says of one component or stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ComponentFacts {
    /// How its versions are written, as `semver` or `calver:YYYY.M[.MICRO]`.
    pub scheme: String,
    /// How far it has come.
    #[serde(default, skip_serializing_if = "Maturity::is_stable")]
    pub maturity: Maturity,
}

/// Components that share the front of their versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct GroupFacts {
    /// Their names.
    pub members: Vec<Name>,
    /// The level from which they step together: `major`, `minor` or `patch`.
    pub lockstep: String,
}

/// Something that a rule refuses and somebody took responsibility for.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// The component that is let through.
    pub component: Name,
    /// The version; `None`: every one.
    pub version: Option<String>,
    /// The last moment it holds.
    pub until: Option<Moment>,
    /// Who took responsibility.
    pub by: PrincipalName,
    /// Why it does no harm.
    pub why: String,
    /// When.
    pub since: Moment,
}

/// Asks to make a product.
#[derive(Clone, Debug)]
pub struct CreateProduct {
    /// Its name.
    pub name: Name,
    /// Its name for people.
    pub title: String,
    /// The party that makes it.
    pub party: Name,
}

/// A product has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProductCreated {
    /// Its name.
    pub product: Name,
    /// Its name for people.
    pub title: String,
    /// The party that makes it.
    pub party: Name,
}

pub(crate) fn create(
    state: &State,
    ask: &Ask,
    command: &CreateProduct,
) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Policy, None)?;
    let CreateProduct { name, title, party } = command.clone();
    if state.products.contains_key(&name) {
        let message = format!("the product `{name}` is there already");
        return Err(Refusal::conflict("product-exists", message));
    }
    if state.parties.party(party.as_str()).is_none() {
        return Err(Refusal::not_found("party", party).hint("enrol the party first"));
    }
    Ok(Event::ProductCreated(ProductCreated { product: name, title, party }).into())
}

/// Asks to set a product's policy.
#[derive(Clone, Debug)]
pub struct SetPolicy {
    /// The product.
    pub product: Name,
    /// The text of `trainyard.toml`.
    pub text: String,
    /// What was read from it.
    pub facts: PolicyFacts,
    /// Whether to say only what would happen.
    pub is_dry: bool,
}

/// A product's policy is another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PolicySet {
    /// The product.
    pub product: Name,
    /// The digest of the text.
    pub digest: Digest,
    /// The digest of the text before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// What was read from it, which stands beside the log.
    pub facts: Filed<PolicyFacts>,
    /// The approvals that its changes of rules rest on, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relied_on: Vec<Digest>,
}

pub(crate) fn set_policy(
    state: &State,
    ask: &Ask,
    command: &SetPolicy,
) -> Result<Decided, Refusal> {
    let SetPolicy { product: name, text, facts, .. } = command;
    ask.actor.must(Right::Policy, Some(name))?;
    let product = state.product(name.as_str())?;
    let unreadable = facts.components.iter().filter_map(|(component, facts)| {
        let error = facts.scheme.parse::<Scheme>().err()?;
        Some(format!("{component}: {error}"))
    });
    let unreadable: Vec<_> = unreadable.collect();
    if !unreadable.is_empty() {
        return Err(Refusal::invalid("scheme-unknown", unreadable.join("; ")));
    }
    let digest = Digest::of(text.as_bytes());
    let previous = product.policy().map(|policy| policy.digest.clone());
    let is_known = product.policy().is_some_and(|now| now.digest == digest && now.facts == *facts);
    if is_known {
        return Ok(Decided::nothing());
    }
    let relied_on = crate::channels::approved_change(state, ask, product, facts, &digest)?;
    let (facts, read) = Filed::new(Arc::new(facts.clone()));
    let event = Event::PolicySet(PolicySet {
        product: name.clone(),
        digest: digest.clone(),
        previous,
        facts,
        relied_on,
    });
    let blobs = vec![(digest, text.clone().into_bytes()), read];
    Ok(Decided { events: vec![event], blobs })
}

/// Asks to take responsibility for what a rule refuses.
#[derive(Clone, Debug)]
pub struct RecordWaiver {
    /// The product.
    pub product: Name,
    /// The component.
    pub component: Name,
    /// The version; `None`: every one.
    pub version: Option<String>,
    /// The last moment it holds.
    pub until: Option<Moment>,
}

/// Somebody took responsibility for what a rule refuses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct WaiverRecorded {
    /// The product.
    pub product: Name,
    /// The component.
    pub component: Name,
    /// The version; `None`: every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The last moment it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

pub(crate) fn record_waiver(
    state: &State,
    ask: &Ask,
    command: &RecordWaiver,
) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Policy, Some(&command.product))?;
    state.product(command.product.as_str())?;
    if ask.why.is_empty() {
        return Err(Refusal::invalid("reason-missing", "a waiver needs a reason"));
    }
    let RecordWaiver { product, component, version, until } = command.clone();
    Ok(Event::WaiverRecorded(WaiverRecorded { product, component, version, until }).into())
}

impl State {
    pub(crate) fn product_created(&mut self, event: &ProductCreated, stamp: &Stamp) {
        let ProductCreated { product: name, title, party } = event.clone();
        let product = Product {
            name: name.clone(),
            title,
            party,
            since: stamp.at,
            policies: Vec::new(),
            sequences: BTreeMap::new(),
            channels: BTreeMap::new(),
            attestations: Attestations::default(),
            risks: BTreeMap::new(),
            waivers: Vec::new(),
            by_digest: ByDigest::new(),
            catalogues: Catalogues::default(),
            graphs: Graphs::default(),
        };
        self.products.entry(name).or_insert(product);
    }

    pub(crate) fn policy_set(&mut self, event: &PolicySet, stamp: &Stamp) {
        let Some(facts) = event.facts.document() else { return };
        let Some(product) = self.products.get_mut(&event.product) else { return };
        product.policies.push(PolicyRevision {
            digest: event.digest.clone(),
            facts: PolicyFacts::clone(facts),
            since: stamp.at,
            by: stamp.by.clone(),
            why: stamp.why.clone(),
        });
        for (stream, rules) in &facts.channels {
            for (name, rule) in rules {
                let place = (stream.clone(), name.clone());
                let channel = product
                    .channels
                    .entry(place)
                    .or_insert_with(|| Channel::new(stream.clone(), name.clone()));
                channel.rule = rule.clone();
            }
        }
        product.order_anew();
        product.graphs.forget();
    }

    pub(crate) fn waiver_recorded(&mut self, event: &WaiverRecorded, stamp: &Stamp) {
        let Some(product) = self.products.get_mut(&event.product) else { return };
        let WaiverRecorded { component, version, until, .. } = event.clone();
        let (by, why) = (stamp.by.clone(), stamp.why.clone());
        product.waivers.push(Waiver { component, version, until, by, why, since: stamp.at });
    }
}
