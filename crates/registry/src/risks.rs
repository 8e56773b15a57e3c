//! Recall: what is wrong with releases, and how fast releases reach clients.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use trainyard_bundle::{Dialect, Numbered};
use trainyard_version::Scheme;

use crate::{
    Ask, Decided, Event, Moment, Name, PrincipalName, Refusal, Right, Stamp, State, VersionText,
    products::Product,
    releases::{Release, SequenceKind},
};

/// Something that is wrong with releases.
#[derive(Clone, Debug, PartialEq)]
pub struct Risk {
    /// Its name.
    pub name: Name,
    /// What was declared.
    pub declared: RiskDeclared,
    /// What it is, for people.
    pub message: String,
    /// Who declared it.
    pub by: PrincipalName,
    /// When.
    pub since: Moment,
    /// Why it is no more, by whom and when.
    pub lifted: Option<(Moment, PrincipalName, String)>,
}

/// What a risk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskEffect {
    /// Nobody is offered the releases, and they enter no channel.
    Block,
    /// Whoever meets the condition is not offered them.
    Conditional,
    /// They are gone for good: not offered, not entered, and whoever runs one is told to leave it.
    Tombstone,
}

/// Something is wrong with releases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RiskDeclared {
    /// The product.
    pub product: Name,
    /// Its name.
    pub risk: Name,
    /// The component or stream.
    pub stream: Name,
    /// What it does.
    pub effect: RiskEffect,
    /// The versions that must not be moved to, as a range of the stream's scheme, or as `exactly 1.2.3, 1.2.4+arm`.
    pub versions: String,
    /// The versions from which the way to them is dangerous, said alike; `None`: from all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The condition, in the words of who evaluates it, as a query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What it is, for people.
    pub message: String,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The version in which it is mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<VersionText>,
    /// What graphs call it, where that is not its name: several declarations may tell of one risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it was declared, where that was before it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<Moment>,
}

/// It is no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RiskLifted {
    /// The product.
    pub product: Name,
    /// Its name.
    pub risk: Name,
}

/// How a release reaches clients: a ramp of time, without a write for any of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rollout {
    /// When the ramp begins.
    pub starts: Moment,
    /// How many percent of clients are offered it at once.
    pub first_percent: u8,
    /// How long until all of them are, in seconds; `None`: it stays where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_secs: Option<u64>,
    /// Where it stands still, in percent, since when and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<u8>,
}

/// How a release reaches clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RolloutChanged {
    /// The product.
    pub product: Name,
    /// The stream.
    pub stream: Name,
    /// The channel.
    pub channel: Name,
    /// The version.
    pub version: VersionText,
    /// From now on; `None`: everybody is offered it.
    pub rollout: Option<Rollout>,
}

/// Asks to tell that something is wrong with releases.
#[derive(Clone, Debug)]
pub struct DeclareRisk(pub RiskDeclared);

/// Asks to tell that it is no more.
#[derive(Clone, Debug)]
pub struct LiftRisk {
    /// The product.
    pub product: Name,
    /// Its name.
    pub risk: Name,
}

/// Asks to change how a release reaches clients.
#[derive(Clone, Debug)]
pub struct ChangeRollout(pub RolloutChanged);

impl Risk {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.lifted.is_none()
    }
}

impl RiskDeclared {
    /// Whether it concerns everybody, wherever they come from.
    fn is_for_everybody(&self) -> bool {
        self.effect != RiskEffect::Conditional && self.from.is_none()
    }
}

impl Product {
    /// The risks that keep a release out of channels: its own, and of a bundle, those of what it pins.
    ///
    /// *Cost*: linear in risks; a bundle is read where there are risks of components.
    pub fn blocks_of<'a>(
        &'a self,
        stream: &'a str,
        release: &'a Release,
    ) -> impl Iterator<Item = &'a Risk> {
        self.risks_of(stream, release, RiskDeclared::is_for_everybody).into_iter()
    }

    /// The risks that hold for a release and are no block of it: those that concern some clients, or the way from some
    /// versions; of a bundle, also those of what it pins.
    ///
    /// *Cost*: as of [`Product::blocks_of`].
    pub fn warnings_of<'a>(
        &'a self,
        stream: &'a str,
        release: &'a Release,
    ) -> impl Iterator<Item = &'a Risk> {
        self.risks_of(stream, release, |declared| !declared.is_for_everybody()).into_iter()
    }

    /// The risks of some kind that hold and speak of a release, or of what it pins.
    fn risks_of<'a>(
        &'a self,
        stream: &'a str,
        release: &'a Release,
        is_meant: fn(&RiskDeclared) -> bool,
    ) -> Vec<&'a Risk> {
        let meant = self.risks.values().filter(|risk| risk.holds() && is_meant(&risk.declared));
        let scheme = self.scheme_of(stream);
        let is_bundle = self
            .sequences
            .get(stream)
            .is_some_and(|sequence| sequence.kind == SequenceKind::Bundle);
        let mut pins = None;
        let found = meant.filter(|risk| {
            let declared = &risk.declared;
            if declared.stream.as_str() == stream {
                return admits(&scheme, &declared.versions, release.version.as_str());
            }
            let read = || if is_bundle { release.pinned() } else { BTreeMap::new() };
            self.pinned_within(pins.get_or_insert_with(read), declared, &declared.versions)
        });
        found.collect()
    }

    /// Whether what is pinned of a risk's component is within a range.
    pub(crate) fn pinned_within(
        &self,
        pins: &BTreeMap<String, String>,
        declared: &RiskDeclared,
        range: &str,
    ) -> bool {
        let name = declared.stream.as_str();
        pins.get(name).is_some_and(|version| admits(&self.scheme_of(name), range, version))
    }
}

impl Release {
    /// The versions that it pins, by component; none where it is no bundle.
    pub(crate) fn pinned(&self) -> BTreeMap<String, String> {
        let pins = self.bundle().map(|bundle| bundle.pins).unwrap_or_default();
        pins.into_iter().map(|pin| (pin.name, pin.version)).collect()
    }
}

/// The versions that a risk names one by one, where it does.
fn exact(range: &str) -> Option<impl Iterator<Item = &str>> {
    let names = range.strip_prefix("exactly ")?;
    Some(names.split(',').map(str::trim))
}

/// Whether a range, written as the scheme writes ranges, holds a version. One that cannot be read any more, since the scheme became
/// another, holds every version: who changes a scheme lifts no risk by it.
pub(crate) fn admits(scheme: &Scheme, range: &str, version: &str) -> bool {
    if let Some(mut names) = exact(range) {
        return names.any(|name| name == version);
    }
    let range = Dialect::of_scheme(scheme).read(range);
    range.error().is_some() || range.admits(&Numbered::read(version, scheme))
}

/// The places, among some releases, of those that a range holds. `places` has them by version.
pub(crate) fn admitted(
    scheme: &Scheme,
    range: &str,
    releases: &[&Release],
    places: &BTreeMap<&str, usize>,
) -> BTreeSet<usize> {
    if let Some(names) = exact(range) {
        return names.filter_map(|name| places.get(name).copied()).collect();
    }
    let range = Dialect::of_scheme(scheme).read(range);
    let is_unreadable = range.error().is_some();
    let admits = |release: &&Release| {
        is_unreadable || range.admits(&Numbered::read(release.version.as_str(), scheme))
    };
    let numbered = releases.iter().enumerate();
    numbered.filter(|(_, release)| admits(release)).map(|(place, _)| place).collect()
}

/// *Errors*: the range cannot be read, or a name in it is none of a version.
fn readable(scheme: &Scheme, range: &str) -> Result<(), Refusal> {
    let why = match exact(range) {
        Some(mut names) => {
            names.find_map(|name| name.parse::<VersionText>().err()).map(|error| error.to_string())
        }
        None => Dialect::of_scheme(scheme).read(range).error().map(ToString::to_string),
    };
    let Some(why) = why else { return Ok(()) };
    let message = format!("`{range}` is no range of versions: {why}");
    Err(Refusal::invalid("range-unreadable", message))
}

pub(crate) fn declare(state: &State, ask: &Ask, command: &DeclareRisk) -> Result<Decided, Refusal> {
    let declared = &command.0;
    ask.actor.must(Right::Block, Some(&declared.product))?;
    let product = state.product(declared.product.as_str())?;
    let scheme = product.scheme_of(declared.stream.as_str());
    for range in [Some(&declared.versions), declared.from.as_ref()].into_iter().flatten() {
        readable(&scheme, range)?;
    }
    if let Some(risk) = product.risks.get(&declared.risk).filter(|risk| risk.holds()) {
        if risk.declared == *declared {
            return Ok(Decided::nothing());
        }
        let message = format!("the risk `{}` is declared already", declared.risk);
        return Err(Refusal::conflict("risk-exists", message));
    }
    Ok(Event::RiskDeclared(declared.clone()).into())
}

pub(crate) fn lift(state: &State, ask: &Ask, command: &LiftRisk) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Block, Some(&command.product))?;
    let product = state.product(command.product.as_str())?;
    if ask.why.is_empty() {
        return Err(Refusal::invalid("reason-missing", "a risk is lifted with a reason"));
    }
    let Some(risk) = product.risks.get(&command.risk) else {
        return Err(Refusal::not_found("risk", &command.risk));
    };
    if !risk.holds() {
        return Ok(Decided::nothing());
    }
    let LiftRisk { product, risk } = command.clone();
    Ok(Event::RiskLifted(RiskLifted { product, risk }).into())
}

pub(crate) fn change_rollout(
    state: &State,
    ask: &Ask,
    command: &ChangeRollout,
) -> Result<Decided, Refusal> {
    let changed = &command.0;
    ask.actor.must(Right::Promote, Some(&changed.product))?;
    let product = state.product(changed.product.as_str())?;
    let channel = product.channel(&changed.stream, &changed.channel)?;
    product.sequence(changed.stream.as_str())?.find(changed.version.as_str())?;
    if channel.rollouts.get(changed.version.as_str()) == changed.rollout.as_ref() {
        return Ok(Decided::nothing());
    }
    if changed.rollout.as_ref().is_some_and(Rollout::reaches_nobody) {
        let version = &changed.version;
        let message = format!("a rollout of {version} at 0 % that never grows reaches nobody");
        return Err(Refusal::conflict("rollout-nowhere", message).hint(
            "what was stopped has nothing to go on from: begin a new rollout, or finish it for everybody",
        ));
    }
    Ok(Event::RolloutChanged(changed.clone()).into())
}

impl State {
    pub(crate) fn risk_declared(&mut self, event: &RiskDeclared, stamp: &Stamp) {
        let Some(product) = self.products.get_mut(&event.product) else { return };
        let risk = Risk {
            name: event.risk.clone(),
            declared: event.clone(),
            message: event.message.clone(),
            by: stamp.by.clone(),
            since: event.happened.unwrap_or(stamp.at),
            lifted: None,
        };
        product.risks.insert(event.risk.clone(), risk);
        product.graphs.forget();
    }

    pub(crate) fn risk_lifted(&mut self, event: &RiskLifted, stamp: &Stamp) {
        let Some(product) = self.products.get_mut(&event.product) else { return };
        if let Some(risk) = product.risks.get_mut(&event.risk) {
            risk.lifted = Some((stamp.at, stamp.by.clone(), stamp.why.clone()));
        }
        product.graphs.forget();
    }

    pub(crate) fn rollout_changed(&mut self, event: &RolloutChanged, _: &Stamp) {
        let Some(product) = self.products.get_mut(&event.product) else { return };
        let place = (event.stream.clone(), event.channel.clone());
        let Some(channel) = product.channels.get_mut(&place) else { return };
        match &event.rollout {
            Some(rollout) => {
                channel.rollouts.insert(event.version.clone(), rollout.clone());
            }
            None => {
                channel.rollouts.remove(&event.version);
            }
        }
    }
}
