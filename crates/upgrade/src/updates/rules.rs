//! Rules over a list of versions: required stops, lines in turn, minimum versions, blocks, risks, rollouts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use trainyard_report::{Code, Finding};
use trainyard_version::{Grammar, Scheme, Version, VersionSet};

use super::{
    graph::{Release, Risk, UpdateGraph},
    rollout::Rollout,
    time::epoch,
};

/// More releases between two ones are thinned out to the newest of each line.
const MOST_LINES: usize = 2_000;

/// More releases in a whole graph are left out, the oldest first.
const MOST_RELEASES: usize = 2_000;

/// Rules are held against updates so often; more would take minutes.
const MOST_COMPARISONS: usize = 500_000_000;

/// The rules, as a file in TOML holds them.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    /// How versions are written and ordered; SemVer where nothing is said.
    #[serde(default)]
    pub scheme: String,
    /// The versions that there are; they may come from elsewhere.
    #[serde(default)]
    pub versions: Vec<String>,
    /// Whether each x.y must be visited in turn.
    #[serde(default)]
    pub lines: Lines,
    /// Where every update must stop.
    #[serde(default)]
    pub stops: Vec<Stop>,
    /// From what an update must at least start.
    #[serde(default)]
    pub minimum: Vec<Minimum>,
    /// Updates that are forbidden, or have a risk.
    #[serde(default)]
    pub blocks: Vec<Block>,
    /// The releases that channels offer.
    #[serde(default)]
    pub channels: BTreeMap<String, Vec<String>>,
    /// Releases that reach a growing share of installations.
    #[serde(default)]
    pub rollouts: Vec<RolloutRule>,
}

impl Rules {
    fn scheme(&self) -> Result<Scheme, String> {
        let scheme = if self.scheme.is_empty() { "semver" } else { &self.scheme };
        scheme.parse().map_err(|error| format!("{error}"))
    }
}

/// Whether lines are visited in turn.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Lines {
    /// Lines may be passed over.
    #[default]
    Any,
    /// The next x.y comes first.
    InTurn,
}

/// A required stop: the newest release of a line, or one release.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// `17.3` or `17.3.7`.
    pub at: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Whom it concerns; such a stop is told, and not demanded.
    #[serde(default)]
    pub when: String,
}

/// A minimum version.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    /// The releases that ask for it, as a range.
    pub to: String,
    /// The least version to start from.
    pub from: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// A forbidden update, or one with a risk.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The releases that must not be reached, as a range.
    pub to: String,
    /// From which; all, where nothing is said.
    #[serde(default)]
    pub from: String,
    /// The risk's name.
    #[serde(default)]
    pub name: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Whom it concerns; without it, everybody, and the update is forbidden.
    #[serde(default)]
    pub when: String,
}

/// A release that is offered to some first.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct RolloutRule {
    /// The releases, as a range.
    pub to: String,
    /// When it begins, such as `2026-11-20T08:00:00Z`.
    pub start: toml::value::Datetime,
    /// How many percent of installations are offered it then.
    #[serde(default)]
    pub percent: u8,
    /// After how many hours it reaches everybody; without it, the share stays.
    #[serde(default)]
    pub hours: Option<u32>,
}

impl RolloutRule {
    fn rollout(&self) -> Option<Rollout> {
        Some(Rollout {
            start_epoch: epoch(&self.start.to_string())?,
            start_share: f64::from(self.percent.min(100)) / 100.0,
            duration_minutes: self.hours.map(|hours| u64::from(hours) * 60),
        })
    }
}

/// GitLab's `upgrade_path.yml`: the stops, from the oldest.
#[derive(Debug, Deserialize)]
struct GitlabStop {
    major: u64,
    minor: u64,
    #[serde(default)]
    comments: Option<String>,
}

/// Reads GitLab's list of stops.
///
/// *Errors*: what is no such list, in words.
pub fn read_gitlab(text: &str) -> Result<Rules, String> {
    let stops: Vec<GitlabStop> = serde_norway::from_str(text).map_err(|error| error.to_string())?;
    let stops = stops.into_iter().map(|stop| Stop {
        at: format!("{}.{}", stop.major, stop.minor),
        reason: stop.comments.map(|text| text.trim().to_owned()).unwrap_or_default(),
        when: String::new(),
    });
    Ok(Rules { stops: stops.collect(), ..Rules::default() })
}

/// A line by its two numbers.
pub type MajorMinor = (u64, u64);

/// Stops that a schedule adds: from a line on, those minors of every major version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Since when, as major and minor.
    pub from: MajorMinor,
    /// Which minors, sorted.
    pub minors: Vec<u64>,
}

/// The stop before a line and the one at or after it: those that are known, and those that a schedule foresees.
pub fn around(
    stops: &[MajorMinor],
    schedule: &Schedule,
    line: MajorMinor,
) -> (Option<MajorMinor>, Option<MajorMinor>) {
    let majors = [line.0.checked_sub(1), Some(line.0), line.0.checked_add(1)];
    let foreseen = majors
        .into_iter()
        .flatten()
        .flat_map(|major| schedule.minors.iter().map(move |minor| (major, *minor)));
    let foreseen = foreseen.filter(|stop| *stop >= schedule.from);
    let all: BTreeSet<MajorMinor> = stops.iter().copied().chain(foreseen).collect();
    (all.range(..line).next_back().copied(), all.range(line..).next().copied())
}

/// The graph of those releases that may be visited between two, by rules: the newest of each line, and both ends.
///
/// *Errors*: an end that is no version; more rules than can be held against so many releases. Rules that cannot be read are told, and then hold for all releases.
/// *Cost*: quadratic in the number of lines between the ends.
pub fn graph(
    rules: &Rules,
    versions: &[String],
    from: &str,
    to: &str,
) -> Result<(UpdateGraph, Vec<Finding>), String> {
    let scheme = rules.scheme()?;
    let parse = |text: &str| {
        scheme
            .parse(text)
            .map_err(|error| format!("`{text}` is no {} version: {error}", scheme.name()))
    };
    let (from, to) = (parse(from)?, parse(to)?);
    let known = known(rules, versions, &scheme, vec![from.clone(), to.clone()]);
    let mut findings = Vec::new();
    weigh(rules, known.len())?;
    let read = Read::of(rules, &scheme, &known, &mut findings);
    let candidates = candidates(&known, &from, &to, &read);
    let pairs = candidates.len().saturating_mul(candidates.len());
    weigh(rules, pairs)?;
    let mut graph = releases(rules, &scheme, &candidates, &mut findings);
    for (lower, one) in candidates.iter().enumerate() {
        for (upper, other) in candidates.iter().enumerate().skip(lower + 1) {
            if let Some(edge) = graph.allow(lower, upper) {
                read.judge(one, other, &mut edge.blocked, &mut edge.risks);
            }
        }
    }
    graph.put_in_order(&scheme);
    Ok((graph, findings))
}

/// The graph of all releases, without what is forbidden. Pre-releases are reached only where a channel offers them.
///
/// *Errors*: a scheme that is not known; more rules than can be held against so many releases.
/// *Cost*: quadratic in the number of releases, of which the newest 2,000 are taken.
pub fn whole(rules: &Rules, versions: &[String]) -> Result<(UpdateGraph, Vec<Finding>), String> {
    let scheme = rules.scheme()?;
    let mut known = known(rules, versions, &scheme, Vec::new());
    let mut findings = Vec::new();
    if let Some(surplus @ 1..) = known.len().checked_sub(MOST_RELEASES) {
        known.drain(..surplus);
        let message = format!("the oldest {surplus} releases are left out of the graph");
        findings.push(Finding::new(Code::UPDATE_RULE_IGNORED, "rules", message));
    }
    weigh(rules, known.len().saturating_mul(known.len()))?;
    let read = Read::of(rules, &scheme, &known, &mut findings);
    let mut graph = releases(rules, &scheme, &known, &mut findings);
    for (upper, to) in known.iter().enumerate() {
        let is_offered = graph.release(upper).is_some_and(|release| !release.channels.is_empty());
        if to.is_prerelease() && !is_offered {
            continue;
        }
        for (lower, from) in known.iter().enumerate().take(upper) {
            let (mut blocked, mut risks) = (Vec::new(), Vec::new());
            read.judge(from, to, &mut blocked, &mut risks);
            if blocked.is_empty()
                && let Some(edge) = graph.allow(lower, upper)
            {
                edge.risks = risks;
            }
        }
    }
    graph.put_in_order(&scheme);
    Ok((graph, findings))
}

/// Refuses what would take minutes: so many updates under all of the rules.
fn weigh(rules: &Rules, updates: usize) -> Result<(), String> {
    let count = rules.stops.len() + rules.minimum.len() + rules.blocks.len() + rules.rollouts.len();
    if count.saturating_mul(updates) > MOST_COMPARISONS {
        return Err(format!("there are {count} rules, too many for the releases that there are"));
    }
    Ok(())
}

/// All versions that can be read, the lowest first. Of two spellings of one version the first counts.
fn known(rules: &Rules, versions: &[String], scheme: &Scheme, first: Vec<Version>) -> Vec<Version> {
    let mut known = first;
    let others = versions.iter().chain(&rules.versions);
    known.extend(others.filter_map(|text| scheme.parse(text).ok()));
    known.sort_by(|one, other| one.key().cmp(other.key()));
    known.dedup_by(|one, other| one.key() == other.key());
    known
}

/// The releases with the channels that offer them, and their rollouts.
fn releases(
    rules: &Rules,
    scheme: &Scheme,
    versions: &[Version],
    findings: &mut Vec<Finding>,
) -> UpdateGraph {
    let rollouts: Vec<(VersionSet, Rollout)> = rules
        .rollouts
        .iter()
        .filter_map(|rule| {
            let read = set(&rule.to, scheme).zip(rule.rollout());
            if read.is_none() {
                let message = format!("the rollout of `{}` says no range or no time", rule.to);
                findings.push(Finding::new(Code::UPDATE_RULE_IGNORED, "rules", message));
            }
            read
        })
        .collect();
    let rollout = |version: &Version| {
        let own = rollouts.iter().rev().find(|(set, _)| set.contains(version));
        own.map(|(_, rollout)| rollout.metadata()).unwrap_or_default()
    };
    let offers = rules.channels.iter().flat_map(|(name, offers)| {
        offers.iter().filter_map(move |text| Some((scheme.parse(text).ok()?, name)))
    });
    let mut channels: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for (version, name) in offers {
        channels.entry(version.key().clone()).or_default().insert(name.clone());
    }
    let mut graph = UpdateGraph::default();
    for version in versions {
        graph.add(Release {
            name: version.text().to_owned(),
            channels: channels.get(version.key()).cloned().unwrap_or_default(),
            metadata: rollout(version),
            ..Release::default()
        });
    }
    graph
}

/// What may be visited between two ends: the newest release of each line, and stops.
fn candidates(known: &[Version], from: &Version, to: &Version, read: &Read<'_>) -> Vec<Version> {
    let between = known.iter().filter(|one| one.key() >= from.key() && one.key() <= to.key());
    let mut newest: BTreeMap<Vec<u64>, &Version> = BTreeMap::new();
    let mut wanted: Vec<&Version> = vec![from, to];
    for version in between {
        if read.stops.iter().any(|stop| stop.version.key() == version.key()) {
            wanted.push(version);
        }
        // A pre-release is nothing to stop at.
        if !version.is_prerelease() && read.may_stop_at(version) {
            newest.insert(line(version), version);
        }
    }
    wanted.extend(newest.into_values().rev().take(MOST_LINES));
    wanted.sort_by(|one, other| one.key().cmp(other.key()));
    wanted.dedup_by(|one, other| one.key() == other.key());
    wanted.into_iter().cloned().collect()
}

/// The line of a version: its first two numbers.
fn line(version: &Version) -> Vec<u64> {
    vec![version.segment(0), version.segment(1)]
}

/// Rules with their versions read.
struct Read<'a> {
    stops: Vec<ReadStop<'a>>,
    minimum: Vec<(VersionSet, Version, &'a Minimum)>,
    blocks: Vec<(VersionSet, VersionSet, &'a Block)>,
    /// The lines that there are, sorted, where they must be visited in turn.
    lines: Option<Vec<Vec<u64>>>,
}

struct ReadStop<'a> {
    version: Version,
    stop: &'a Stop,
}

impl<'a> Read<'a> {
    fn of(
        rules: &'a Rules,
        scheme: &Scheme,
        known: &[Version],
        findings: &mut Vec<Finding>,
    ) -> Self {
        let mut ignored = |what: String| {
            findings.push(Finding::new(Code::UPDATE_RULE_IGNORED, "rules", what));
        };
        let mut stops = Vec::new();
        for stop in &rules.stops {
            match stop_version(stop, scheme, known) {
                Some(version) => stops.push(ReadStop { version, stop }),
                // Stops are declared before they are released.
                None if is_beyond(stop, known) => {}
                None => ignored(format!("no release is known of the stop `{}`", stop.at)),
            }
        }
        let mut range = |text: &str| {
            if text.is_empty() {
                return VersionSet::full();
            }
            set(text, scheme).unwrap_or_else(|| {
                ignored(format!("`{text}` is no range, so the rule holds for all"));
                VersionSet::full()
            })
        };
        let blocks: Vec<_> = rules
            .blocks
            .iter()
            .map(|block| (range(&block.to), range(&block.from), block))
            .collect();
        let sets: Vec<VersionSet> = rules.minimum.iter().map(|one| range(&one.to)).collect();
        let mut minimum = Vec::new();
        for (set, one) in sets.into_iter().zip(&rules.minimum) {
            match scheme.parse(&one.from) {
                Ok(least) => minimum.push((set, least, one)),
                Err(_) => ignored(format!("`{}` is no version", one.from)),
            }
        }
        let lines = (rules.lines == Lines::InTurn).then(|| {
            let finals = known.iter().filter(|one| !one.is_prerelease());
            finals.map(line).collect::<BTreeSet<_>>().into_iter().collect()
        });
        Self { stops, minimum, blocks, lines }
    }

    /// Whether nobody is forbidden to go to a release from wherever.
    fn may_stop_at(&self, version: &Version) -> bool {
        let forbids = |(to, from, block): &(VersionSet, VersionSet, &Block)| {
            block.when.is_empty() && from.is_full() && to.contains(version)
        };
        !self.blocks.iter().any(forbids)
    }

    /// Everything that speaks against an update.
    fn judge(&self, from: &Version, to: &Version, blocked: &mut Vec<Risk>, risks: &mut Vec<Risk>) {
        let risk = |name: String, message: &str| Risk {
            name,
            message: message.to_owned(),
            ..Risk::default()
        };
        for ReadStop { version, stop } in &self.stops {
            if from.key() < version.key() && version.key() < to.key() {
                let name = format!("stop at {}", version.text());
                if stop.when.is_empty() {
                    blocked.push(risk(name, &stop.reason));
                } else {
                    risks.push(Risk { rules: stop.when.clone(), ..risk(name, &stop.reason) });
                }
            }
        }
        if let Some(lines) = &self.lines {
            let (was, is) = (line(from), line(to));
            let first = lines.partition_point(|one| *one <= was);
            if let Some(next) = lines.get(first).filter(|next| **next < is) {
                let next: Vec<String> = next.iter().map(u64::to_string).collect();
                blocked.push(risk(format!("line {} comes first", next.join(".")), ""));
            }
        }
        for (set, least, rule) in &self.minimum {
            if set.contains(to) && from.key() < least.key() {
                blocked.push(risk(format!("needs {} first", least.text()), &rule.reason));
            }
        }
        for (set, left, block) in &self.blocks {
            if set.contains(to) && left.contains(from) {
                let name = if block.name.is_empty() { "blocked" } else { &block.name };
                let risk = risk(name.to_owned(), &block.reason);
                if block.when.is_empty() {
                    blocked.push(risk);
                } else {
                    risks.push(Risk { rules: block.when.clone(), ..risk });
                }
            }
        }
    }
}

/// The release that a stop means: the one that is named, or the newest final one of its line.
fn stop_version(stop: &Stop, scheme: &Scheme, known: &[Version]) -> Option<Version> {
    let numbers: Option<Vec<u64>> = stop.at.split('.').map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some([major, minor]) => {
            let is_of_line = |one: &&Version| {
                !one.is_prerelease() && one.segment(0) == *major && one.segment(1) == *minor
            };
            known.iter().rev().find(is_of_line).cloned()
        }
        _ => scheme.parse(&stop.at).ok(),
    }
}

/// Whether a stop comes after all releases that are known.
fn is_beyond(stop: &Stop, known: &[Version]) -> bool {
    let numbers: Option<Vec<u64>> = stop.at.split('.').map(|part| part.parse().ok()).collect();
    numbers.zip(known.last()).is_some_and(|(numbers, newest)| numbers > line(newest))
}

/// A range in the first grammar that speaks of a scheme's versions.
fn set(text: &str, scheme: &Scheme) -> Option<VersionSet> {
    let preferred = if scheme.name() == "pep440" { "pep440" } else { "npm" };
    let mut grammars: Vec<Grammar> =
        Grammar::all().filter(|grammar| grammar.scheme().name() == scheme.name()).collect();
    grammars.sort_by_key(|grammar| grammar.name() != preferred);
    let mut read = grammars.into_iter().filter_map(|grammar| grammar.parse(text).ok());
    read.next().map(|requirement| requirement.set().clone())
}
