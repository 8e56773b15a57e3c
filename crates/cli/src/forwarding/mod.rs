//! Carries fixes from branch to branch.

mod backport;
mod blocking;
mod migrations;
mod moving;
mod outcome;
mod picking;
mod range;
pub(crate) mod report;
mod resume;
mod resume_merge;
mod resume_pick;
mod state;
mod steps;
mod workshop;

use trainyard_history::carried::{self, Chain};

pub(crate) use self::{
    backport::backport,
    outcome::{Carried, Picks, Settled, Step, StepState},
    range::Range,
    steps::forward,
};
use crate::{
    args::Global,
    error::CommandError,
    site::{self, Site},
};

/// Opens the site with the ways of fixes.
pub(crate) fn open(
    global: &Global,
    date: Option<jiff::civil::Date>,
) -> Result<(Site, Vec<Chain>), CommandError> {
    let site = Site::open(global, None)?;
    let today = site::day(date);
    let chains = carried::chains(&site.policy, &site.history, &site.survey, today);
    if chains.iter().all(|chain| chain.stations.len() < 2) {
        let hint = "the policy names development branches under `lines`, and lines' branches under `rules`";
        let error =
            CommandError::usage("there are no two branches of the policy to carry fixes between");
        let error = error.hint(hint);
        if !site.repository.is_shallow() {
            return Err(error);
        }
        return Err(error.hint(
            "this is a shallow clone: run `git remote set-branches origin '*'` and `git fetch --unshallow --tags`",
        ));
    }
    Ok((site, chains))
}
