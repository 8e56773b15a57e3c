//! What a line takes.

use jiff::civil::Date;
use trainyard_policy::Policy;
use trainyard_report::Finding;
use trainyard_version::Level;

use super::Station;
use crate::{
    facts::{CommitDetail, CommitIndex, History},
    plan::{Evidence, OTHER_BRANCH, Weighing, too_narrow},
    survey::{Release, Survey},
    testimony,
};

/// Tells which of some commits, by what they say of themselves, a patch release of a line must not contain: a finding for each
/// of the components (by index into [`Policy::components`]) whose line has a final release.
pub fn too_wide(
    policy: &Policy,
    history: &History,
    survey: &Survey,
    components: &[usize],
    into: &Station,
    commits: &[(CommitIndex, &CommitDetail)],
    today: Date,
) -> Vec<Finding> {
    let Some(line) = &into.line else { return Vec::new() };
    let of_component = |index: &usize| {
        let (component, past) = (policy.components.get(*index)?, survey.components.get(*index)?);
        let rules = component.current();
        let newest = past.of_line(line).rfind(|release| Release::is_final(release))?;
        if rules.scheme.is_calendar() {
            return None;
        }
        let said = testimony::of_commits(component, &history.graph, commits.iter().copied());
        let base = Some(&newest.version);
        let weighing = Weighing { policy, component: *index, rules, base, day: Some(today) };
        let evidence: Vec<Evidence> =
            said.changes.iter().map(|change| weighing.weigh(change)).collect();
        let is_wide = evidence.iter().any(|each| each.level > Level::Patch);
        let takes = format!("line {line} takes patch releases");
        is_wide.then(|| too_narrow(&component.name, &takes, OTHER_BRANCH, &evidence))
    };
    components.iter().filter_map(of_component).collect()
}
