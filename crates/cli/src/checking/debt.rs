//! What a proposal's merges took back, and what its branch is owed.

use jiff::civil::Date;
use trainyard_history::{CommitIndex, carried};
use trainyard_report::{Finding, Severity};

use crate::{error::CommandError, forwarding::report, site::Site};

/// Merges among the proposal's commits that took a version back without a word.
pub(super) fn taken_back(
    site: &Site,
    range: &[CommitIndex],
    today: Date,
) -> Result<Vec<Finding>, CommandError> {
    let chains = carried::chains(&site.policy, &site.history, &site.survey, today);
    report::taken_back_among(site, &chains, range)
}

/// Fixes that have not come to the branch that a proposal goes into, or from there to newer ones.
///
/// The proposal did not run into that debt, so it is told in notes.
pub(super) fn owed(
    site: &Site,
    target: CommitIndex,
    today: Date,
) -> Result<Vec<Finding>, CommandError> {
    let chains = carried::chains(&site.policy, &site.history, &site.survey, today);
    let mut crossings = carried::crossings(&site.history, &chains);
    crossings.retain(|crossing| [crossing.into.tip, crossing.from.tip].contains(&target));
    let report =
        report::compare(site, &chains, &crossings, |ledger| carried::report(&chains, ledger))?;
    let notes = report.findings.into_iter().map(|mut finding| {
        finding.severity = Severity::Note;
        finding
    });
    Ok(notes.collect())
}
