//! What each commit says and touches.

use gix::ObjectId;
use trainyard_history::{CommitDetail, CommitId};

use crate::{
    Cache, GitError, Repository,
    objects::{Objects, object_id},
};

impl Repository {
    /// What each of `ids` says and touches, in the order asked.
    ///
    /// Paths differ from the first parent's; a merge's differ from every parent's, as `git log -c` has it; a file
    /// that moved counts at both places. Where a shallow clone cuts the history a commit touches all its files.
    /// *Cost*: cheapest in the order of the graph, where a commit's parent follows soon.
    /// *Errors*: `MissingObject` and `CorruptObject`, also for an id that is unknown.
    pub fn details(
        &self,
        ids: &[CommitId],
        cache: Option<&Cache>,
    ) -> Result<Vec<CommitDetail>, GitError> {
        let Some(cache) = cache else {
            return ids.iter().map(|id| self.objects().detail(*id, self.cuts())).collect();
        };
        let family = self.family(Some(cache))?;
        let mut store = cache.details(&family);
        let cuts = self.cuts();
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(known) = store.get(*id) {
                found.push(known);
                continue;
            }
            let detail = self.objects().detail(*id, cuts)?;
            // What a shallow clone shows of a commit is not what the commit is.
            if cuts.binary_search(&object_id(*id)).is_err() {
                store.add(&detail);
            }
            found.push(detail);
        }
        store.save();
        Ok(found)
    }
}

impl Objects {
    fn detail(&self, id: CommitId, cuts: &[ObjectId]) -> Result<CommitDetail, GitError> {
        let (tree, parents, when, message) = self.commit(object_id(id), |commit| {
            let message = String::from_utf8_lossy(commit.message).into_owned();
            (commit.tree, commit.parents.clone(), commit.when, message)
        })?;
        let is_cut = cuts.binary_search(&object_id(id)).is_ok();
        let bases = if is_cut { &[][..] } else { &parents };
        let bases =
            bases.iter().map(|parent| self.root_tree(*parent)).collect::<Result<Vec<_>, _>>()?;
        let paths = self.changed_paths(tree, &bases)?;
        Ok(CommitDetail { id, message, when, parents: parents.len(), paths })
    }
}
