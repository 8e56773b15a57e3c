//! What a client is offered, and why it is not offered something else.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};
use trainyard_upgrade::updates::{
    self, Answer as Way, Question, Release as Node, Risk as EdgeRisk, UpdateGraph, lines,
};
use trainyard_version::Scheme;

mod graphs;
mod marks;

pub(crate) use self::graphs::Graphs;
use self::marks::Marks;
use crate::{
    Condition, ConditionKind, Moment, Name, Refusal, State, VersionText,
    channels::{Channel, standing},
    products::Product,
    releases::{Release, Sequence},
    risks::Risk,
    rollouts,
};

/// What a client tells of itself.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The version that it runs; `None`: none yet.
    pub runs: Option<String>,
    /// What it is known by; it stands in the same place of every rollout. It is not kept.
    pub id: Option<String>,
    /// The place that it wants in rollouts, in percent, as those that are wary have it; instead of one by its id.
    pub wariness: Option<u8>,
    /// The names of risks that it knows not to meet.
    pub accepted: BTreeSet<String>,
}

/// What a client is offered.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Offer {
    /// The version that the channel points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The version to install next; `None`: stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The digest of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The versions on the way, the last one where it ends for now.
    pub way: Vec<String>,
    /// Why it is not offered what the channel points to.
    pub reasons: Vec<Reason>,
}

/// Why a client is not offered something, and what would change that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reason {
    /// A stable word for programs.
    pub kind: ReasonKind,
    /// A sentence for people.
    pub text: String,
    /// What would change it; `None`: nothing that anybody can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// From when it holds no more, where time alone changes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// Why a client is not offered something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// It runs it already.
    Installed,
    /// It runs something newer.
    Older,
    /// Nobody published it.
    Unpublished,
    /// It was yanked.
    Yanked,
    /// The channel points to nothing.
    Empty,
    /// It has not entered the channel; what is missing is told beside it.
    NotEntered,
    /// It was taken out of the channel.
    Demoted,
    /// A condition of the channel is not met.
    Unmet,
    /// A risk blocks it.
    Blocked,
    /// A risk that may concern the client speaks against it.
    Risky,
    /// The rollout has not reached the client.
    RollingOut,
    /// Another version comes first.
    StopFirst,
    /// What it runs is not known, or nothing leads on from it.
    NoWay,
}

impl Reason {
    pub(crate) fn new(kind: ReasonKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), remedy: None, until: None }
    }

    pub(crate) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }
}

/// What may follow what in a channel: its members, from the oldest, and every way between them, with what is forbidden and
/// what is risky. Releases that somebody yanked stay, with no way to them. Without a channel: all releases.
///
/// *Cost*: linear in releases, ways and risks the first time; it is kept until the product changes.
pub fn update_graph(
    product: &Product,
    sequence: &Sequence,
    channel: Option<&Channel>,
) -> Arc<UpdateGraph> {
    let of = (sequence.name.clone(), channel.map(|channel| channel.name.clone()), None);
    product.graphs.get(of, || made_graph(product, sequence, channel))
}

fn made_graph(product: &Product, sequence: &Sequence, channel: Option<&Channel>) -> UpdateGraph {
    let scheme = product.scheme_of(sequence.name.as_str());
    let is_member = |release: &&Release| {
        channel.is_none_or(|channel| channel.members.contains_key(&release.version))
    };
    let mut releases: Vec<&Release> = sequence.newest_first().filter(is_member).collect();
    releases.reverse();
    let mut graph = if releases.iter().any(|release| release.follows.is_some()) {
        told_graph(&releases)
    } else {
        let offers: Vec<_> = releases.iter().map(|release| line_offer(&scheme, release)).collect();
        lines::graph(&offers)
    };
    Marks::new(product, sequence, &releases).mark(&mut graph);
    graph
}

fn line_offer(scheme: &Scheme, release: &Release) -> lines::Offer {
    let name = release.version.to_string();
    let parsed = scheme.parse(&name).ok();
    let line = parsed.map_or_else(String::new, |version| {
        format!("{}.{}", version.segment(0), version.segment(1))
    });
    lines::Offer { name, line, is_final: !release.is_prerelease }
}

/// The graph of releases that say themselves what they may follow.
fn told_graph(releases: &[&Release]) -> UpdateGraph {
    let mut graph = UpdateGraph::default();
    for release in releases {
        let payload = release.content.as_ref().unwrap_or(&release.digest).to_string();
        graph.add(Node { name: release.version.to_string(), payload, ..Node::default() });
    }
    for release in releases {
        let Some(to) = graph.find(release.version.as_str()) else { continue };
        for from in release.follows.iter().flatten() {
            if let Some(from) = graph.find(from.as_str()) {
                graph.allow(from, to);
            }
        }
    }
    graph
}

impl Risk {
    /// The risk as graphs tell it.
    pub fn told(&self) -> EdgeRisk {
        let declared = &self.declared;
        EdgeRisk {
            name: declared.title.clone().unwrap_or_else(|| self.name.to_string()),
            message: self.message.clone(),
            url: declared.url.clone().unwrap_or_default(),
            rules: declared.condition.clone().unwrap_or_default(),
            fixed_in: declared.fixed_in.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

/// Says what a client of a channel is offered at a moment. Nothing is written.
///
/// A client that runs nothing is offered what the channel points to, or where that was yanked, is blocked or has not reached the
/// client, the newest before it. *Errors*: that there is no such stream or channel.
pub fn offer(
    product: &Product,
    stream: &Name,
    channel: &Name,
    client: &Client,
    now: Moment,
) -> Result<Offer, Refusal> {
    let channel = product.channel(stream, channel)?;
    let Ok(sequence) = product.sequence(stream.as_str()) else {
        return Ok(nothing(channel, Reason::new(ReasonKind::Empty, "nothing is published")));
    };
    let Some(head) = &channel.head else {
        let text = format!("{} points to nothing", channel.title());
        return Ok(nothing(channel, Reason::new(ReasonKind::Empty, text)));
    };
    let Some(runs) = &client.runs else {
        return first_offer(product, sequence, channel, client, (head, now));
    };
    let mut graph = update_graph(product, sequence, Some(channel));
    let mut reasons = Vec::new();
    reasons.extend(rollouts::withheld(channel, client, head.as_str(), now));
    if graph.find(runs).is_none() && sequence.release(runs).is_some() {
        // It came from another channel, or what it runs was taken out of this one.
        graph = with_outsider(product, sequence, channel, runs);
    }
    // What a rollout withholds is there all the same: it must not be told as having no way to it.
    let mut whole = None;
    if !channel.rollouts.is_empty() {
        let is_withheld =
            |to: usize| rollouts::withheld(channel, client, graph.name(to), now).is_some();
        let hidden: Vec<bool> = (0..graph.releases().len()).map(is_withheld).collect();
        if hidden.contains(&true) {
            whole = Some(Arc::clone(&graph));
            let shown = |_, to: usize| !hidden.get(to).copied().unwrap_or_default();
            Arc::make_mut(&mut graph).retain(shown);
        }
    }
    let question = |to: &str| Question {
        from: runs.clone(),
        to: to.to_owned(),
        channel: None,
        accepted: client.accepted.clone(),
    };
    let to_head = updates::path(&graph, &question(head.as_str()));
    let way = if let Some(way) = safe(&to_head) {
        way
    } else {
        let open = whole.map(|whole| updates::path(&whole, &question(head.as_str())));
        let open = open.unwrap_or(to_head);
        match safe(&open) {
            None => reasons.extend(why_no_way(&open, runs, head.as_str())),
            Some(way) => {
                let withheld = |to: &String| rollouts::withheld(channel, client, to, now);
                reasons.extend(way.iter().filter_map(withheld));
            }
        }
        safe(&updates::path(&graph, &question(""))).unwrap_or_default()
    };
    if runs == head.as_str() {
        reasons.clear();
    }
    let next = way.first().cloned();
    let digest = next.as_ref().and_then(|next| sequence.release(next));
    let digest = digest.map(|release| release.digest.to_string());
    Ok(Offer { head: Some(head.to_string()), next, digest, way, reasons: once(reasons) })
}

/// What a client is offered that runs nothing yet: what the channel points to, or where something keeps that from it, the
/// newest before it in the channel that nothing keeps from it.
fn first_offer(
    product: &Product,
    sequence: &Sequence,
    channel: &Channel,
    client: &Client,
    (head, now): (&VersionText, Moment),
) -> Result<Offer, Refusal> {
    let kept_from = |release: &Release| -> Vec<Reason> {
        let withheld = rollouts::withheld(channel, client, release.version.as_str(), now);
        let blocks = product.blocks_of(sequence.name.as_str(), release);
        let blocks = blocks.map(|risk| blocked(release, risk));
        withheld.into_iter().chain(yanked(release)).chain(blocks).collect()
    };
    let pointed_to = sequence.find(head.as_str())?;
    let reasons = kept_from(pointed_to);
    let before = || {
        let mut members = sequence
            .older_than(Some(head.as_str()))
            .filter(|release| channel.members.contains_key(&release.version));
        members.find(|release| kept_from(release).is_empty())
    };
    let next = if reasons.is_empty() { Some(pointed_to) } else { before() };
    Ok(Offer {
        head: Some(head.to_string()),
        next: next.map(|release| release.version.to_string()),
        digest: next.map(|release| release.digest.to_string()),
        way: next.iter().map(|release| release.version.to_string()).collect(),
        reasons,
    })
}

fn nothing(channel: &Channel, reason: Reason) -> Offer {
    let head = channel.head.as_ref().map(ToString::to_string);
    Offer { head, next: None, digest: None, way: Vec::new(), reasons: vec![reason] }
}

/// The channel's graph, with a release that is none of its members.
fn with_outsider(
    product: &Product,
    sequence: &Sequence,
    channel: &Channel,
    runs: &str,
) -> Arc<UpdateGraph> {
    let Some(outsider) = sequence.release(runs) else {
        return update_graph(product, sequence, Some(channel));
    };
    let version = outsider.version.clone();
    let of = (sequence.name.clone(), Some(channel.name.clone()), Some(version));
    product.graphs.get(of, || {
        let members: BTreeSet<&str> = channel.members.keys().map(VersionText::as_str).collect();
        let whole = update_graph(product, sequence, None);
        whole.of(|node| node.name == runs || members.contains(node.name.as_str()))
    })
}

/// The versions of a way against which nothing speaks.
fn safe(way: &Way) -> Option<Vec<String>> {
    let path = way.path.as_ref().filter(|path| path.is_safe && path.is_allowed)?;
    Some(path.updates.iter().map(|update| update.to.clone()).collect())
}

fn why_no_way(way: &Way, runs: &str, to: &str) -> Vec<Reason> {
    let ways = way.path.iter().chain(&way.alternatives);
    let steps = ways.flat_map(|path| &path.updates);
    let mut reasons: Vec<Reason> = Vec::new();
    for step in steps {
        reasons.extend(step.blocked.iter().map(|risk| told(ReasonKind::Blocked, &step.to, risk)));
        reasons.extend(step.risks.iter().map(|risk| told(ReasonKind::Risky, &step.to, risk)));
    }
    reasons.sort_by(|left, right| left.text.cmp(&right.text));
    reasons.dedup();
    if reasons.is_empty() {
        let why = way.no_path.as_ref().map(|no| no.why.clone());
        let text = why.unwrap_or_else(|| format!("nothing leads from {runs} to {to}"));
        reasons.push(Reason::new(ReasonKind::NoWay, text));
    }
    reasons
}

fn told(kind: ReasonKind, to: &str, risk: &EdgeRisk) -> Reason {
    let text = match risk.message.as_str() {
        "" => format!("`{}` speaks against {to}", risk.name),
        message => format!("`{}` speaks against {to}: {message}", risk.name),
    };
    let reason = Reason::new(kind, text);
    match (kind, risk.fixed_in.as_str()) {
        (_, fixed) if !fixed.is_empty() => reason.remedy(format!("it is mended in {fixed}")),
        (ReasonKind::Risky, _) => reason.remedy(format!(
            "ask again with `{}` accepted where it does not concern you",
            risk.name
        )),
        _ => reason,
    }
}

fn blocked(release: &Release, risk: &Risk) -> Reason {
    told(ReasonKind::Blocked, release.version.as_str(), &risk.told())
}

/// That a release was yanked, where it was.
fn yanked(release: &Release) -> Option<Reason> {
    let why = release.yanked.as_ref()?;
    let text = format!("{} was yanked: {why}", release.version);
    Some(Reason::new(ReasonKind::Yanked, text).remedy("take a newer release"))
}

/// The reasons in their order, each told once.
fn once(reasons: Vec<Reason>) -> Vec<Reason> {
    let mut told: Vec<Reason> = Vec::new();
    for reason in reasons {
        if !told.iter().any(|it| it.kind == reason.kind && it.text == reason.text) {
            told.push(reason);
        }
    }
    told
}

/// Why a client of a channel is not offered a version, and what would change that; nothing, where it is.
///
/// *Errors*: that there is no such stream or channel.
pub fn why_not(
    state: &State,
    product: &Product,
    place: (&Name, &Name),
    client: &Client,
    wanted: &str,
    now: Moment,
) -> Result<Vec<Reason>, Refusal> {
    let (stream, name) = place;
    let channel = product.channel(stream, name)?;
    let sequence = product.sequence(stream.as_str())?;
    if client.runs.as_deref() == Some(wanted) {
        return Ok(vec![Reason::new(ReasonKind::Installed, format!("it runs {wanted} already"))]);
    }
    let Some(release) = sequence.release(wanted) else {
        let text = format!("nobody published {stream} {wanted}");
        return Ok(vec![Reason::new(ReasonKind::Unpublished, text)]);
    };
    let mut reasons: Vec<Reason> = yanked(release).into_iter().collect();
    let running = client.runs.as_deref().and_then(|runs| sequence.release(runs));
    if running.is_some_and(|running| running.key > release.key) {
        let text =
            format!("{wanted} is older than what it runs; nobody is taken back by an update");
        reasons.push(Reason::new(ReasonKind::Older, text).remedy("plan a rollback"));
    }
    if !channel.members.contains_key(&release.version) {
        reasons.extend(why_not_in(state, product, channel, release, now));
    }
    let blocks = product.blocks_of(stream.as_str(), release);
    reasons.extend(blocks.map(|risk| blocked(release, risk)));
    if channel.members.contains_key(&release.version) {
        reasons.extend(rollouts::withheld(channel, client, wanted, now));
        reasons.extend(why_not_reached(product, sequence, channel, client, wanted));
    }
    Ok(once(reasons))
}

/// Why a release is not in a channel, but for what keeps it from clients of every channel.
fn why_not_in(
    state: &State,
    product: &Product,
    channel: &Channel,
    release: &Release,
    now: Moment,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let removal =
        channel.history.iter().rev().find(|it| it.moved.removed.as_ref() == Some(&release.version));
    if let Some(removal) = removal {
        let text = format!("{} took it out of {}: {}", removal.by, channel.title(), removal.why);
        reasons.push(Reason::new(ReasonKind::Demoted, text).remedy("promote it again"));
    } else {
        let text = format!("it has not entered {}", channel.title());
        reasons.push(Reason::new(ReasonKind::NotEntered, text));
    }
    let standing = standing(state, product, channel, release, now);
    // Those are told of the release itself.
    let is_told = |kind| matches!(kind, ConditionKind::Shown | ConditionKind::Unblocked);
    let unmet = standing.unmet().filter(|condition| !is_told(condition.kind));
    let unmet = unmet.map(|condition: &Condition| Reason {
        kind: ReasonKind::Unmet,
        text: condition.to_string(),
        remedy: condition.remedy.clone(),
        until: None,
    });
    reasons.extend(unmet);
    if standing.is_open() {
        let text = "everything that the channel asks for is there; nobody has promoted it";
        reasons.push(Reason::new(ReasonKind::Unmet, text).remedy("promote it"));
    }
    reasons
}

/// Why nothing leads to a member of the channel, or what comes first.
fn why_not_reached(
    product: &Product,
    sequence: &Sequence,
    channel: &Channel,
    client: &Client,
    wanted: &str,
) -> Vec<Reason> {
    let Some(runs) = &client.runs else { return Vec::new() };
    if sequence.release(runs).is_none() {
        let text = format!("nobody published {runs}, which it runs");
        return vec![Reason::new(ReasonKind::NoWay, text)];
    }
    let graph = with_outsider(product, sequence, channel, runs);
    let question = Question {
        from: runs.clone(),
        to: wanted.to_owned(),
        channel: None,
        accepted: client.accepted.clone(),
    };
    let way = updates::path(&graph, &question);
    match safe(&way) {
        None => why_no_way(&way, runs, wanted),
        Some(way) if way.len() > 1 => {
            let first = way.first().map_or("", String::as_str);
            let text = format!("{first} comes first, {} updates in all", way.len());
            vec![Reason::new(ReasonKind::StopFirst, text).remedy(format!("update to {first}"))]
        }
        Some(_) => Vec::new(),
    }
}
