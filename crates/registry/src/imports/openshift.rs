//! Update graphs of `OpenShift`'s kind, with what their repository tells of the past.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde_json::{json, value::RawValue};
use trainyard_upgrade::updates::{Risk as EdgeRisk, UpdateGraph, openshift::GraphData};

use super::Brought;
use crate::{
    Command, Invalid, Moment, Name, Publish, SequenceKind, VersionText,
    channels::{BringIn, MOST_PAST_MOVES, PastMove},
    risks::{DeclareRisk, RiskDeclared, RiskEffect},
};

/// What is known of an update graph.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The releases, and the updates that their images allow.
    pub graph: UpdateGraph,
    /// Channels and blocks as they are now.
    pub data: GraphData,
    /// The architecture of releases whose names do not say it, such as `amd64`.
    pub architecture: String,
    /// When releases came, by version.
    pub released: BTreeMap<String, Moment>,
    /// How channels moved, oldest first; none: what is in them now came when it is brought in.
    pub moves: Vec<Moved>,
    /// When blocks were declared, by file.
    pub declared: BTreeMap<String, Moment>,
}

/// A release entered a channel, or was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The channel, as the data calls it.
    pub channel: String,
    /// The version; without an architecture, it means those of all.
    pub version: String,
    /// Whether it entered.
    pub is_in: bool,
    /// When.
    pub at: Moment,
}

/// What a channel of the data is called here: a colon stands in no URL.
pub fn channel_name(name: &str) -> Result<Name, Invalid> {
    name.replace(':', "-").parse()
}

/// The channels that the history needs.
pub fn channels(history: &History) -> Result<BTreeSet<Name>, Invalid> {
    let now = history.data.channels.iter().map(|channel| channel.name.as_str());
    let past = history.moves.iter().map(|moved| moved.channel.as_str());
    now.chain(past).map(channel_name).collect()
}

/// The commands that bring a history in as releases of a component, moves of its channels, and risks.
///
/// The product's policy must have the channels, see [`channels`], none of them with a quorum. Patterns of blocks are resolved
/// now, into the updates that they forbid, so that the log means the same for ever. *Cost*: that of
/// [`GraphData::apply`], and linear in the updates.
pub fn commands(product: &Name, component: &Name, history: &History, now: Moment) -> Brought {
    let blocks = GraphData { channels: Vec::new(), ..history.data.clone() };
    let (graph, troubles) = blocks.apply(history.graph.clone(), &history.architecture);
    let mut brought = Brought { commands: Vec::new(), troubles };
    let mut bringing = Bringing { product, component, history, graph: &graph };
    let published = bringing.releases(&mut brought);
    bringing.moves(&published, now, &mut brought);
    bringing.risks(&mut brought);
    brought
}

struct Bringing<'a> {
    product: &'a Name,
    component: &'a Name,
    history: &'a History,
    graph: &'a UpdateGraph,
}

impl Bringing<'_> {
    /// Publications, each with the versions that may be updated to it. Returns the versions.
    fn releases(&self, brought: &mut Brought) -> BTreeSet<VersionText> {
        let mut before: BTreeMap<usize, Vec<VersionText>> = BTreeMap::new();
        for (from, to, _) in self.graph.edges() {
            if let Ok(from) = self.graph.name(from).parse() {
                before.entry(to).or_default().push(from);
            }
        }
        let mut published = BTreeSet::new();
        for (place, release) in self.graph.releases().iter().enumerate() {
            let version: VersionText = match release.name.parse() {
                Ok(version) => version,
                Err(error) => {
                    brought.troubles.push(format!("{} is left out: {error}", release.name));
                    continue;
                }
            };
            let manifest = json!({
                "name": self.component.as_str(),
                "version": {"text": version.as_str(), "scheme": "semver"},
            });
            let document = RawValue::from_string(manifest.to_string()).unwrap_or_default();
            // A payload is an image by its digest.
            let content = release.payload.rsplit_once('@').map_or(&*release.payload, |it| it.1);
            brought.commands.push(Command::Publish(Publish {
                product: self.product.clone(),
                name: self.component.clone(),
                kind: SequenceKind::Component,
                version: version.clone(),
                content: content.parse().ok(),
                document,
                images: Vec::new(),
                follows: Some(before.remove(&place).unwrap_or_default()),
                released: self.history.released.get(&release.name).copied(),
            }));
            published.insert(version);
        }
        published
    }

    fn moves(&self, published: &BTreeSet<VersionText>, now: Moment, brought: &mut Brought) {
        let mut present = Vec::new();
        if self.history.moves.is_empty() {
            for channel in &self.history.data.channels {
                present.extend(channel.versions.iter().map(|version| Moved {
                    channel: channel.name.clone(),
                    version: version.clone(),
                    is_in: true,
                    at: now,
                }));
            }
        }
        let mut moves = Vec::new();
        for moved in self.history.moves.iter().chain(&present) {
            let channel = match channel_name(&moved.channel) {
                Ok(channel) => channel,
                Err(error) => {
                    brought.troubles.push(format!("{} is left out: {error}", moved.channel));
                    continue;
                }
            };
            let meant = meant(published, &moved.version);
            // Old channels offer releases that nobody published any more; graphs pass over them, too.
            moves.extend(meant.into_iter().map(|version| PastMove {
                channel: channel.clone(),
                version,
                is_in: moved.is_in,
                happened: moved.at,
            }));
        }
        brought.commands.extend(moves.chunks(MOST_PAST_MOVES).map(|moves| {
            Command::BringIn(BringIn {
                product: self.product.clone(),
                stream: self.component.clone(),
                moves: moves.to_vec(),
            })
        }));
    }

    /// Blocks and risks, each of which is declared once for every release that it keeps from being reached.
    fn risks(&mut self, brought: &mut Brought) {
        type Froms<'a> = (&'a EdgeRisk, bool, Vec<&'a str>);
        let mut found: BTreeMap<(usize, &str, &str), Froms<'_>> = BTreeMap::new();
        for (from, to, edge) in self.graph.edges() {
            let blocked = edge.blocked.iter().map(|risk| (risk, true));
            let risky = edge.risks.iter().map(|risk| (risk, false));
            for (risk, is_block) in blocked.chain(risky) {
                let key = (to, risk.name.as_str(), risk.message.as_str());
                let froms = found.entry(key).or_insert_with(|| (risk, is_block, Vec::new()));
                froms.2.push(self.graph.name(from));
            }
        }
        let mut names = BTreeSet::new();
        for ((to, ..), (risk, is_block, froms)) in found {
            let to = self.graph.name(to);
            let file = self.history.data.blocks.iter().find(|block| {
                let target = block.to.split('+').next();
                let is_meant = block.to == to || target == to.split('+').next();
                is_meant && (block.file == risk.name || block.name == risk.name)
            });
            let happened = file.and_then(|block| self.history.declared.get(&block.file)).copied();
            // Who is kept out whatever they run is not to be let into channels, either.
            let is_for_all = is_block && file.is_some_and(|block| block.from == ".*");
            let mut name = sanitised(&format!("{to}-{}", risk.name.trim_end_matches(".yaml")));
            while !names.insert(name.clone()) {
                name.push('_');
            }
            let declared = self.declared(&name, risk, is_block).map(|declared| RiskDeclared {
                versions: format!("exactly {to}"),
                from: (!is_for_all).then(|| format!("exactly {}", froms.join(", "))),
                happened,
                ..declared
            });
            match declared {
                Ok(declared) => brought.commands.push(Command::DeclareRisk(DeclareRisk(declared))),
                Err(error) => brought.troubles.push(format!("{name} is left out: {error}")),
            }
        }
    }

    fn declared(
        &self,
        name: &str,
        risk: &EdgeRisk,
        is_block: bool,
    ) -> Result<RiskDeclared, Invalid> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(RiskDeclared {
            product: self.product.clone(),
            risk: name.parse()?,
            stream: self.component.clone(),
            effect: if is_block { RiskEffect::Block } else { RiskEffect::Conditional },
            versions: String::new(),
            from: None,
            condition: some(&risk.rules),
            message: risk.message.clone(),
            url: some(&risk.url),
            fixed_in: risk.fixed_in.parse().ok(),
            title: Some(risk.name.clone()).filter(|title| title != name),
            happened: None,
        })
    }
}

/// The published versions that a name means: itself, or where it names no architecture, those of all.
fn meant(published: &BTreeSet<VersionText>, name: &str) -> Vec<VersionText> {
    if let Some(exact) = published.get(name) {
        return vec![exact.clone()];
    }
    let start = format!("{name}+");
    let from = (Bound::Included(start.as_str()), Bound::Unbounded);
    let own = published.range::<str, _>(from);
    own.take_while(|version| version.as_str().starts_with(&start)).cloned().collect()
}

/// A name for a risk, of what stands in URLs.
fn sanitised(text: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._-+".contains(letter);
    text.chars().map(|letter| if allowed(letter) { letter } else { '-' }).take(120).collect()
}
