//! What shall be reached, and how far it is.

use jiff::civil::Date;
use serde::Serialize;
use trainyard_policy::{Maturity, Milestone, Policy};
use trainyard_version::Version;

use super::Mark;
use crate::survey::{Release, Survey};

/// How a milestone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MilestoneState {
    /// The version is released.
    Reached,
    /// The version is released, after its day.
    ReachedLate,
    /// It is still to come.
    Ahead,
    /// Its day has passed without it.
    Missed,
}

/// One thing that a milestone needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MilestoneItem {
    /// What it is, for people.
    pub what: String,
    /// Whether it is done.
    pub done: bool,
}

/// A milestone and how far it is.
#[derive(Clone, Debug, Serialize)]
pub struct MilestoneReport {
    /// Its name in the policy.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The component that reaches it.
    pub component: String,
    /// The version that shall be released.
    pub version: Version,
    /// The last day for it.
    pub by: Option<Date>,
    /// How it stands.
    pub state: MilestoneState,
    /// The release that reached it.
    pub reached: Option<Mark>,
    /// What it needs: the release itself first.
    pub items: Vec<MilestoneItem>,
}

impl MilestoneReport {
    /// How many things are done.
    pub fn done(&self) -> usize {
        self.items.iter().filter(|item| item.done).count()
    }

    /// How it stands, in words: "due in 40 days".
    pub fn describe(&self, today: Date) -> String {
        let days = |from: Date, to: Date| {
            let count = from.until(to).map_or(0, |span| span.get_days()).unsigned_abs();
            if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
        };
        let reached = self.reached.as_ref().and_then(|mark| mark.date);
        match (self.state, self.by) {
            (MilestoneState::Reached | MilestoneState::ReachedLate, by) => {
                let mark = self.reached.as_ref().map_or("", |mark| mark.tag.as_str());
                let on = reached.map(|day| format!(" on {day}")).unwrap_or_default();
                match by.zip(reached).filter(|(by, day)| day > by) {
                    Some((by, day)) => format!("reached by {mark}{on}, {} late", days(by, day)),
                    None => format!("reached by {mark}{on}"),
                }
            }
            (MilestoneState::Missed, Some(by)) => {
                format!("missed: it was due by {by}, {} ago", days(by, today))
            }
            (_, Some(by)) => format!("due by {by}, in {}", days(today, by)),
            (_, None) => "no day is set".to_owned(),
        }
    }
}

pub(super) fn reports(policy: &Policy, survey: &Survey, today: Date) -> Vec<MilestoneReport> {
    policy.milestones.iter().map(|milestone| report(policy, survey, milestone, today)).collect()
}

fn report(policy: &Policy, survey: &Survey, milestone: &Milestone, today: Date) -> MilestoneReport {
    let component = &policy.components[milestone.component];
    let read_by = crate::survey::first_with_scheme(component, &component.current().scheme);
    let past = survey.components.iter().find(|past| past.component == milestone.component);
    let finals = || {
        let releases = past.map_or(&[][..], |past| &past.releases).iter();
        releases.filter(|release| release.is_final() && release.read_by == read_by)
    };
    let reached = finals().find(|release| release.version.precedence(&milestone.version).is_ge());
    let day = reached.and_then(Release::date);
    let state = match (reached, milestone.by) {
        (Some(_), Some(by)) if day.is_some_and(|day| day > by) => MilestoneState::ReachedLate,
        (Some(_), _) => MilestoneState::Reached,
        (None, Some(by)) if today > by => MilestoneState::Missed,
        (None, _) => MilestoneState::Ahead,
    };
    let newest = finals().next_back();
    let now = match (reached, newest) {
        (None, Some(newest)) => format!(" (now {})", newest.version),
        (None, None) => " (nothing is released yet)".to_owned(),
        (Some(_), _) => String::new(),
    };
    let release = MilestoneItem {
        what: format!("{} {} is released{now}", component.title, milestone.version),
        done: reached.is_some(),
    };
    let stable = milestone.stable.iter().map(|index| {
        let component = &policy.components[*index];
        MilestoneItem {
            what: format!("{} is stable", component.title),
            done: component.maturity == Maturity::Stable,
        }
    });
    let told = |items: &[String], done: bool| -> Vec<MilestoneItem> {
        items.iter().map(|what| MilestoneItem { what: what.clone(), done }).collect()
    };
    let stated = told(&milestone.done, true).into_iter().chain(told(&milestone.missing, false));
    MilestoneReport {
        name: milestone.name.clone(),
        title: milestone.title.clone(),
        component: component.name.clone(),
        version: milestone.version.clone(),
        by: milestone.by,
        state,
        reached: reached.map(Mark::from),
        items: std::iter::once(release).chain(stable).chain(stated).collect(),
    }
}
