//! What would have happened under another rule: a channel's history, decided anew.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    Entry, Event, Moment, Name, State, VersionText,
    channels::{Channel, ChannelRule, Condition, standing, standing_unchecked},
    products::Product,
    releases::Release,
};

/// What a rule would have made of a channel's past.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Simulation {
    /// Every release that did enter, or would have, in the order of their publication.
    pub releases: Vec<Simulated>,
    /// How many of the risks that were declared after a release had entered would have been known before it.
    pub caught: usize,
    /// How many would not.
    pub escaped: usize,
}

/// One release under another rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Simulated {
    /// Its version.
    pub version: VersionText,
    /// When it was published.
    pub published: Moment,
    /// When it entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered: Option<Moment>,
    /// When it would have been let in first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_enter: Option<Moment>,
    /// What was missing at the end, where it would never have been.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Risks of it that were declared after it entered: true where they would have kept it out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub late_risks: BTreeMap<Name, bool>,
}

/// Decides a channel's past anew under another rule, from all entries of a ledger.
///
/// A release is let in at the first moment at which the rule is met; only entries that concern its product change that, and
/// time, where soak runs. *Cost*: one fold of all entries, what people said of a candidate weighed again for every entry that
/// concerns it, and a check of its content once everything else is met.
pub fn simulate<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    place: (&Name, &Name, &Name),
    rule: &ChannelRule,
) -> Simulation {
    let mut run = Run { place, rule, state: State::default(), candidates: BTreeMap::new() };
    let mut entries: Vec<&Entry> = entries.into_iter().collect();
    // A history that was brought in is told as if it had been written when it happened; what stands before it made it possible.
    let first = entries.iter().position(|entry| happened(entry) < entry.at);
    let first = first.unwrap_or(entries.len());
    let (_, past) = entries.split_at_mut(first);
    past.sort_by_key(|entry| happened(entry));
    for entry in entries {
        let then = Entry { at: happened(entry), ..entry.clone() };
        run.ripen(then.at);
        run.state.apply(&then);
        run.look(&then);
    }
    run.ripen(Moment(i64::MAX));
    run.told()
}

struct Run<'a> {
    place: (&'a Name, &'a Name, &'a Name),
    rule: &'a ChannelRule,
    state: State,
    candidates: BTreeMap<VersionText, Candidate>,
}

struct Candidate {
    seq: u64,
    published: Moment,
    would_enter: Option<Moment>,
    /// When it was looked at last.
    judged: Moment,
    /// When soak alone may let it in.
    ripens: Option<Moment>,
}

impl Run<'_> {
    /// Looks at what an entry may have changed.
    fn look(&mut self, entry: &Entry) {
        let (product, stream, channel) = self.place;
        let concerned: Vec<VersionText> = match &entry.event {
            Event::Published(event) if event.product == *product && event.name == *stream => {
                let published = event.released.unwrap_or(entry.at);
                let candidate = Candidate {
                    seq: entry.seq,
                    published,
                    would_enter: None,
                    judged: published,
                    ripens: None,
                };
                self.candidates.insert(event.version.clone(), candidate);
                vec![event.version.clone()]
            }
            Event::Attested(event) if event.product == *product => {
                let found = self.state.product(product.as_str()).ok();
                let found = found.and_then(|product| product.by_digest(&event.subject));
                found.map(|(_, release)| release.version.clone()).into_iter().collect()
            }
            Event::ChannelMoved(event)
                if event.product == *product && event.channel != *channel =>
            {
                event.to.iter().chain(event.entered.iter().map(|it| &it.version)).cloned().collect()
            }
            Event::Withdrawn(_)
            | Event::KeyEnded(_)
            | Event::RiskLifted(_)
            | Event::WaiverRecorded(_)
            | Event::YankChanged(_) => self.waiting(),
            _ => return,
        };
        let at = happened(entry);
        for version in concerned {
            self.judge(&version, at);
        }
    }

    fn waiting(&self) -> Vec<VersionText> {
        let waiting = self.candidates.iter().filter(|(_, it)| it.would_enter.is_none());
        waiting.map(|(version, _)| version.clone()).collect()
    }

    /// Looks at what soak has let ripen before a moment.
    fn ripen(&mut self, before: Moment) {
        let due = self.candidates.iter().filter_map(|(version, candidate)| {
            let ripens = candidate.ripens.filter(|ripens| *ripens <= before)?;
            Some((ripens, version.clone()))
        });
        let mut due: Vec<_> = due.collect();
        due.sort();
        for (ripens, version) in due {
            self.judge(&version, ripens);
        }
    }

    fn judge(&mut self, version: &VersionText, now: Moment) {
        let (product, stream, _) = self.place;
        let channel = self.channel();
        let Some(candidate) = self.candidates.get_mut(version) else { return };
        if candidate.would_enter.is_some() {
            return;
        }
        candidate.ripens = None;
        candidate.judged = now;
        let Ok(product) = self.state.product(product.as_str()) else { return };
        let Some(release) = release(product, stream, version) else { return };
        let is_open = standing_unchecked(&self.state, product, &channel, release, now).is_open()
            && standing(&self.state, product, &channel, release, now).is_open();
        if is_open {
            candidate.would_enter = Some(now);
            return;
        }
        candidate.ripens = ripe(product, &channel, release).filter(|ripe| *ripe > now);
    }

    /// An empty channel with the other rule.
    fn channel(&self) -> Channel {
        let (_, stream, name) = self.place;
        Channel { rule: self.rule.clone(), ..Channel::new(stream.clone(), name.clone()) }
    }

    /// What a candidate lacks when all is told.
    fn missing(&self, version: &VersionText, candidate: &Candidate) -> Vec<String> {
        let (product, stream, _) = self.place;
        let Ok(product) = self.state.product(product.as_str()) else { return Vec::new() };
        let Some(release) = release(product, stream, version) else { return Vec::new() };
        let channel = self.channel();
        let standing = standing(&self.state, product, &channel, release, candidate.judged);
        standing.unmet().map(Condition::to_string).collect()
    }

    fn told(mut self) -> Simulation {
        let (product_name, stream, name) = self.place;
        let mut simulation = Simulation::default();
        let mut candidates: Vec<_> = std::mem::take(&mut self.candidates).into_iter().collect();
        let Ok(product) = self.state.product(product_name.as_str()) else { return simulation };
        let real = product.channel(stream, name).ok();
        candidates.sort_by_key(|(_, candidate)| candidate.seq);
        for (version, candidate) in candidates {
            let entered = real.and_then(|channel| first_entry(channel, &version));
            let Candidate { published, would_enter, .. } = candidate;
            if entered.is_none() && would_enter.is_none() {
                continue;
            }
            let late_risks = late(product, stream, &version, entered, would_enter);
            let caught = late_risks.values().filter(|caught| **caught).count();
            simulation.caught += caught;
            simulation.escaped += late_risks.len() - caught;
            let missing = match would_enter {
                Some(_) => Vec::new(),
                None => self.missing(&version, &candidate),
            };
            let simulated =
                Simulated { version, published, entered, would_enter, missing, late_risks };
            simulation.releases.push(simulated);
        }
        simulation
    }
}

fn release<'a>(product: &'a Product, stream: &Name, version: &VersionText) -> Option<&'a Release> {
    product.sequence(stream.as_str()).ok()?.release(version.as_str())
}

/// When something happened, where an entry says that it was before it was written.
fn happened(entry: &Entry) -> Moment {
    match &entry.event {
        Event::Published(event) => event.released.unwrap_or(entry.at),
        Event::ChannelMoved(event) => event.happened.unwrap_or(entry.at),
        Event::RiskDeclared(event) => event.happened.unwrap_or(entry.at),
        _ => entry.at,
    }
}

/// When a release's soak ends.
fn ripe(product: &Product, channel: &Channel, release: &Release) -> Option<Moment> {
    let since = match &channel.rule.after {
        None => release.logged,
        Some(before) => {
            let before = product.channel(&channel.stream, before).ok()?;
            before.members.get(&release.version)?.logged
        }
    };
    Some(since.plus_secs(channel.rule.soak_secs))
}

fn first_entry(channel: &Channel, version: &VersionText) -> Option<Moment> {
    let moves = channel.history.iter().filter(|it| {
        let behind = it.moved.entered.as_ref().map(|entered| &entered.version);
        it.moved.to.as_ref() == Some(version) || behind == Some(version)
    });
    moves.map(|it| it.at).min()
}

/// The risks of a release that came after it had entered, and whether the other rule would have known them.
fn late(
    product: &Product,
    stream: &Name,
    version: &VersionText,
    entered: Option<Moment>,
    would_enter: Option<Moment>,
) -> BTreeMap<Name, bool> {
    let Some(entered) = entered else { return BTreeMap::new() };
    let scheme = product.scheme_of(stream.as_str());
    let risks = product.risks().filter(|risk| {
        risk.declared.stream == *stream
            && risk.since > entered
            && crate::risks::admits(&scheme, &risk.declared.versions, version.as_str())
    });
    let caught = |since: Moment| would_enter.is_none_or(|would_enter| since <= would_enter);
    risks.map(|risk| (risk.name.clone(), caught(risk.since))).collect()
}
