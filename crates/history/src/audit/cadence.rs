//! Whether releases came as often as promised.

use std::collections::BTreeSet;

use jiff::civil::Date;
use trainyard_policy::CadenceCounts;
use trainyard_report::{Code, Finding};

use super::Subject;
use crate::survey::Release;

/// Releases too early or too late, and one that is due.
pub(super) fn cadence(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut dated: Vec<(Date, &Release)> = subject
        .finals()
        .into_iter()
        .filter_map(|release| Some((release.date()?, release)))
        .collect();
    dated.sort_by_key(|(date, _)| *date);
    let mut lines = BTreeSet::new();
    let mut before: Option<(Date, &Release)> = None;
    for (date, release) in dated {
        let Some(cadence) = subject.period(release).rules.cadence else { continue };
        if cadence.counts == CadenceCounts::Lines && !lines.insert(release.line.as_str()) {
            continue;
        }
        if let Some((previous_date, previous)) =
            before.filter(|(_, each)| each.period == release.period)
        {
            let days = days_between(previous_date, date);
            let message = |bound: &str, limit: u32| {
                format!(
                    "it came {days} days after {}; the policy says {bound} {limit}",
                    previous.tag
                )
            };
            if days < i64::from(cadence.at_least_days) {
                let message = message("at least", cadence.at_least_days);
                findings.extend(subject.finding(Code::TOO_EARLY, release, message));
            } else if days > i64::from(cadence.at_most_days) {
                let message = message("at most", cadence.at_most_days);
                findings.extend(subject.finding(Code::OVERDUE, release, message));
            }
        }
        before = Some((date, release));
    }
    findings.extend(before.and_then(|(date, release)| due(subject, date, release)));
    findings
}

fn due(subject: &Subject<'_>, date: Date, release: &Release) -> Option<Finding> {
    let cadence = subject.component.current().cadence?;
    let days = days_between(date, subject.material.today);
    (days > i64::from(cadence.at_most_days)).then_some(())?;
    let message = format!(
        "the next release is overdue: {days} days have passed since it; the policy says at most {}",
        cadence.at_most_days
    );
    subject.finding(Code::OVERDUE, release, message)
}

fn days_between(one: Date, other: Date) -> i64 {
    i64::from(one.until(other).map_or(0, |span| span.get_days()))
}
