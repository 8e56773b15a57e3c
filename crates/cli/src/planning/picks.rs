//! Commits that are on both sides of a base.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_history::{CommitDetail, CommitId, PatchIdentity, plan::Question};

use crate::{error::CommandError, site::Site};

/// Leaves out of every question what its base has too. Only commits that share a subject are compared by their lines.
pub(super) fn leave_out(
    site: &Site,
    questions: &mut [Question],
    details: &BTreeMap<CommitId, &CommitDetail>,
) -> Result<(), CommandError> {
    let alike: BTreeSet<CommitId> = questions
        .iter()
        .flat_map(|question| question.look_alikes(&site.history, details))
        .collect();
    let alike: Vec<_> = alike.into_iter().collect();
    let patches = site.repository.patch_identities(&alike)?;
    let patches: BTreeMap<CommitId, PatchIdentity> =
        patches.into_iter().map(|patch| (patch.id, patch)).collect();
    for question in questions {
        question.leave_out_picks(&site.history, details, &patches);
    }
    Ok(())
}
