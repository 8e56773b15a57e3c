//! Whether releases came as often as promised.

use std::collections::BTreeSet;

use jiff::civil::Date;
use trainyard_policy::{CadenceCounts, CalendarSpan, CalendarUnit};
use trainyard_report::{Code, Finding};

use super::Subject;
use crate::{Moment, survey::Release};

/// Releases too early or too late, and one that is due.
///
/// Days count on the calendar of the later release, and spans as the calendar has them: a month after 31 January is
/// over on the last day of February.
pub(super) fn cadence(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut timed: Vec<(Moment, &Release)> =
        subject.finals().into_iter().filter_map(|release| Some((release.when?, release))).collect();
    timed.sort_by_key(|(when, _)| when.seconds);
    let mut lines = BTreeSet::new();
    let mut before: Option<(Moment, &Release)> = None;
    for (when, release) in timed {
        let Some(cadence) = subject.period(release).rules.cadence else { continue };
        if cadence.counts == CadenceCounts::Lines && !lines.insert(release.line.as_str()) {
            continue;
        }
        if let Some((previous_when, previous)) =
            before.filter(|(_, each)| each.period == release.period)
        {
            let previous_date =
                Moment { offset_seconds: when.offset_seconds, ..previous_when }.date();
            let date = when.date();
            let message = |bound: &str, limit: CalendarSpan| {
                format!(
                    "it came {} after {}; the policy says {bound} {limit}",
                    days_between(previous_date, date),
                    previous.tag
                )
            };
            if let Some(least) = cadence.at_least.filter(|span| date < span.after(previous_date)) {
                let message = message("at least", least);
                findings.extend(subject.finding(Code::TOO_EARLY, release, message));
            }
            if let Some(most) = cadence.at_most.filter(|span| date > span.after(previous_date)) {
                let message = message("at most", most);
                findings.extend(subject.finding(Code::OVERDUE, release, message));
            }
        }
        before = Some((when, release));
    }
    findings.extend(before.and_then(|(when, release)| due(subject, when.date(), release)));
    findings
}

fn due(subject: &Subject<'_>, date: Date, release: &Release) -> Option<Finding> {
    let today = subject.material.today;
    let most = subject.component.current().cadence?.at_most?;
    (today > most.after(date)).then_some(())?;
    let message = format!(
        "the next release is overdue: {} have passed since it; the policy says at most {most}",
        days_between(date, today)
    );
    subject.finding(Code::OVERDUE, release, message)
}

/// How many days lie between, in words.
fn days_between(one: Date, other: Date) -> CalendarSpan {
    let days = one.until(other).map_or(0, |span| span.get_days());
    CalendarSpan { count: days.unsigned_abs(), unit: CalendarUnit::Day }
}
