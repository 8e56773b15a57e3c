//! What users may expect of a line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use trainyard_policy::{Component, Policy};
use trainyard_version::OrderKey;

use crate::survey::{ComponentHistory, LineHistory, Release};

/// What users may expect of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It has no final release yet.
    Development,
    /// It gets fixes.
    Supported,
    /// It gets fixes for long.
    Lts,
    /// It has final releases and is not the newest, and the policy says nothing of its support.
    Unstated,
    /// It gets nothing any more, or was given up before its final release.
    Retired,
}

impl State {
    /// For people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Supported => "supported",
            Self::Lts => "LTS",
            Self::Unstated => "not said",
            Self::Retired => "retired",
        }
    }
}

/// Where a line comes in the order of all.
type Rank = Option<(usize, OrderKey)>;

/// A component's lines in order, with what decides about their support.
pub(super) struct Ages<'a> {
    policy: &'a Policy,
    /// Lines, oldest first.
    sorted: Vec<(&'a str, &'a LineHistory)>,
    /// Where each stands among them.
    places: BTreeMap<&'a str, usize>,
    /// The day of each line's first final release, where it has one; the day may be unknown.
    finals: BTreeMap<&'a str, Option<Date>>,
    /// The newest lines with final releases, as many as are supported.
    newest: BTreeSet<&'a str>,
    /// Where the newest line with a final release stands.
    newest_place: Option<usize>,
}

impl<'a> Ages<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        component: &Component,
        releases: &BTreeMap<&'a str, Vec<&'a Release>>,
        past: &'a ComponentHistory,
    ) -> Self {
        let rank = |name: &str| rank(component, releases.get(name).and_then(|of| of.last()), name);
        let mut sorted: Vec<_> =
            past.lines.iter().map(|(name, line)| (name.as_str(), line)).collect();
        sorted.sort_by_cached_key(|(name, _)| (rank(name), *name));
        let finals: BTreeMap<&str, Option<Date>> = releases
            .iter()
            .filter_map(|(name, of)| {
                Some((*name, of.iter().find(|release| release.is_final())?.date()))
            })
            .collect();
        let with_finals = || sorted.iter().rev().filter(|(name, _)| finals.contains_key(name));
        let count = policy.lines.supported.map_or(0, |count| count as usize);
        let newest = with_finals().map(|(name, _)| *name).take(count).collect();
        let newest_place = sorted.iter().rposition(|(name, _)| finals.contains_key(name));
        let places = sorted.iter().enumerate().map(|(place, (name, _))| (*name, place)).collect();
        Self { policy, sorted, places, finals, newest, newest_place }
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = (&'a str, &'a LineHistory)> + '_ {
        self.sorted.iter().rev().copied()
    }

    /// The state of a line on a day, and the last day of its support where that is known.
    ///
    /// What is declared of a line counts before the rules for all. By those it is supported while it is among the
    /// newest, or as long as every line is. Where nothing is said of support, the newest line has it.
    pub(super) fn state(&self, line: &str, today: Date) -> (State, Option<Date>) {
        let place = self.places.get(line).copied();
        let Some(first_final) = self.finals.get(line) else {
            let is_above = place > self.newest_place;
            return (if is_above { State::Development } else { State::Retired }, None);
        };
        let declared = self.policy.lines.declared.get(line);
        let kind = match declared {
            Some(declared) if declared.lts => State::Lts,
            _ => State::Supported,
        };
        if let Some(last) = declared.and_then(|declared| declared.retires) {
            return (if today > last { State::Retired } else { kind }, Some(last));
        }
        if kind == State::Lts {
            return (kind, None);
        }
        let lines = &self.policy.lines;
        let until = lines.support.zip(*first_final).map(|(span, first)| span.after(first));
        let is_newest = place == self.newest_place;
        let in_number = self.newest.contains(line);
        let state = match (in_number, until) {
            (true, _) => State::Supported,
            (false, Some(last)) if today <= last => State::Supported,
            (false, Some(_)) => State::Retired,
            (false, None) if is_newest => State::Supported,
            (false, None) if lines.supported.is_some() => State::Retired,
            (false, None) => State::Unstated,
        };
        // One of the newest is supported beyond its day.
        let until = until.filter(|last| !in_number || today <= *last);
        (state, until)
    }
}

/// By its newest release; without one, by the first version that it could have.
fn rank(component: &Component, newest: Option<&&Release>, line: &str) -> Rank {
    if let Some(release) = newest {
        return Some((release.read_by, release.version.key().clone()));
    }
    let scheme = &component.current().scheme;
    let first = [".0", ""].iter().find_map(|rest| scheme.parse(&format!("{line}{rest}")).ok())?;
    let read_by = crate::survey::first_with_scheme(component, scheme);
    Some((read_by, first.key().clone()))
}
