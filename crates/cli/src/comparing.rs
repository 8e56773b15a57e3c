//! Reads trees and has the detectors compare them.

use std::sync::Once;

use camino::Utf8Path;
use rayon::prelude::*;
use trainyard_evidence::{Comparison, Focus, Memo, Tree, Verdict, Verdicts, detectors};
use trainyard_git::{Cache, GitError};
use trainyard_history::CommitId;
use trainyard_policy::{Component, Policy};

use crate::site::Site;

/// Releases whose trees are held in memory at once.
const AT_ONCE: usize = 32;

/// Detectors walk syntax trees of any shape that their limits let through.
const STACK_BYTES: usize = 32 << 20;

/// Two commits of a component that are to be compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// Index into [`Policy::components`].
    pub(crate) component: usize,
    pub(crate) old: CommitId,
    pub(crate) new: CommitId,
}

/// Compares commits, in the order asked, and keeps of each verdict what `keep` makes of it.
///
/// *Errors*: what is wrong with commits and folders; contents that cannot be read are findings.
pub(crate) fn verdicts(
    site: &Site,
    asked: &[Asked],
    keep: impl Fn(Verdict) -> Verdict + Sync,
) -> Result<Vec<Verdict>, GitError> {
    prepare_threads();
    let (policy, cache) = (&site.policy, site.cache.as_ref());
    let wanted = |path: &Utf8Path| is_wanted(policy, path);
    let trees = site.repository.trees(&wanted);
    let memo = Memo::default();
    let scopes: Vec<_> = policy
        .components
        .iter()
        .map(|component| |path: &Utf8Path| component.paths.contains(path))
        .collect();
    let focuses: Vec<_> = policy
        .components
        .iter()
        .zip(&scopes)
        .map(|(component, scope)| Focus::new(scope, &component.evidence))
        .collect();
    let mut verdicts = Vec::with_capacity(asked.len());
    for some in asked.chunks(AT_ONCE) {
        let pairs = some
            .iter()
            .map(|each| Ok((each, trees.of(each.old)?, trees.of(each.new)?)))
            .collect::<Result<Vec<_>, GitError>>()?;
        let found: Vec<_> = pairs
            .par_iter()
            .map(|(each, old, new)| keep(compare(&focuses[each.component], old, new, &memo, cache)))
            .collect();
        verdicts.extend(found);
    }
    if let Some(cache) = cache {
        cache.tidy();
    }
    Ok(verdicts)
}

/// Compares two trees as far as they belong to a component.
pub(crate) fn compare(
    focus: &Focus<'_>,
    old: &dyn Tree,
    new: &dyn Tree,
    memo: &Memo,
    cache: Option<&Cache>,
) -> Verdict {
    let verdicts = cache.map(|cache| cache as &dyn Verdicts);
    Comparison { old, new, focus, memo, verdicts }.verdict()
}

/// The same for one component that is asked about once.
pub(crate) fn compare_alone(
    component: &Component,
    old: &dyn Tree,
    new: &dyn Tree,
    memo: &Memo,
    cache: Option<&Cache>,
) -> Verdict {
    let scope = |path: &Utf8Path| component.paths.contains(path);
    compare(&Focus::new(&scope, &component.evidence), old, new, memo, cache)
}

/// Whether some detector of some component reads a path.
pub(crate) fn is_wanted(policy: &Policy, path: &Utf8Path) -> bool {
    policy.components.iter().any(|component| {
        component.repository.is_none()
            && component.paths.contains(path)
            && detectors().iter().any(|detector| component.evidence.wants(*detector, path))
    })
}

/// Gives the detectors' threads room for deep syntax trees.
pub(crate) fn prepare_threads() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails where a pool is there already, which then serves.
        _ = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global();
    });
}
