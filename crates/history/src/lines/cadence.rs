//! Whether the next release is due.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use trainyard_policy::{CadenceCounts, Component};

use super::{Mark, Waiting};
use crate::survey::{ComponentHistory, Release};

/// Where the next release is in the cadence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CadenceState {
    /// It would come sooner than the policy says.
    TooEarly,
    /// It may come.
    Due,
    /// It should have come.
    Overdue,
}

/// The cadence and where the next release is in it. It never forbids a release (P16), and what is urgent may come any
/// time (P14).
#[derive(Clone, Debug, Serialize)]
pub struct CadenceReport {
    /// Where the next release is.
    pub state: CadenceState,
    /// The release that counts.
    pub last: Mark,
    /// The first day of the next one.
    pub earliest: Option<Date>,
    /// Its last day.
    pub latest: Option<Date>,
    /// All of it in a sentence.
    pub sentence: String,
}

pub(super) fn report(
    component: &Component,
    past: &ComponentHistory,
    waiting: Option<&Waiting>,
    today: Date,
) -> Option<CadenceReport> {
    let cadence = component.current().cadence?;
    let last = last_that_counts(past, cadence.counts)?;
    let day = last.date()?;
    let earliest = cadence.at_least.map(|span| span.after(day));
    let latest = cadence.at_most.map(|span| span.after(day));
    let what = match cadence.counts {
        CadenceCounts::Every => "the next release",
        CadenceCounts::Lines => "the next line",
    };
    let since = format!("{} of {day}", last.tag);
    let (state, mut sentence) = match (earliest, latest) {
        (Some(first), _) if today < first => {
            let span = cadence.at_least.map(|span| span.to_string()).unwrap_or_default();
            let told = format!(
                "{what} is too early before {first}, {span} after {since}; urgent fixes may come any time"
            );
            (CadenceState::TooEarly, told)
        }
        (_, Some(last)) if today > last => {
            let span = cadence.at_most.map(|span| span.to_string()).unwrap_or_default();
            (CadenceState::Overdue, format!("{what} is overdue since {last}, {span} after {since}"))
        }
        (_, Some(last)) => (CadenceState::Due, format!("{what} is due by {last}, after {since}")),
        (Some(first), None) => {
            (CadenceState::Due, format!("{what} may come since {first}, after {since}"))
        }
        (None, None) => return None,
    };
    if waiting.is_some_and(|waiting| waiting.commits == 0) {
        sentence.push_str("; nothing waits for it");
    }
    Some(CadenceReport { state, last: Mark::from(last), earliest, latest, sentence })
}

/// The newest final release by its day, or the first one of the line that began last.
fn last_that_counts(past: &ComponentHistory, counts: CadenceCounts) -> Option<&Release> {
    let mut finals: Vec<&Release> = past
        .releases
        .iter()
        .filter(|release| release.is_final() && release.when.is_some())
        .collect();
    finals.sort_by_key(|release| release.when.map(|when| when.seconds));
    match counts {
        CadenceCounts::Every => finals.last().copied(),
        CadenceCounts::Lines => {
            let mut lines = BTreeSet::new();
            finals.into_iter().filter(|release| lines.insert(release.line.as_str())).last()
        }
    }
}
