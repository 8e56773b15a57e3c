//! Reads what tells which fixes have come where.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_git::GitError;
use trainyard_history::{
    CommitDetail, CommitId, CommitIndex, PatchIdentity,
    carried::{self, Chain, Crossing, Homes, Ledger, Report},
    merged,
};
use trainyard_report::Finding;

use crate::{
    args::Forward, error::CommandError, forwarding::Range, progress, site::Site, site::text_of,
};

/// Which fixes have not come everywhere, and which merges took versions back.
pub(crate) fn report(
    site: &Site,
    chains: &[Chain],
    args: &Forward,
) -> Result<Report, CommandError> {
    let range = Range::of(chains, args.from.as_deref(), args.to.as_deref())?;
    let mut crossings = carried::crossings(&site.history, chains);
    crossings.retain(|crossing| range.has(chains, crossing));
    let mut report = compare(site, chains, &crossings, |ledger| carried::report(chains, ledger))?;
    report.findings.extend(taken_back(site, chains, &crossings)?);
    Ok(report)
}

/// Compares both sides of crossings by everything that is known, and answers from the ledger.
///
/// *Errors*: a shallow clone hides what would have to be looked through.
pub(crate) fn compare<T>(
    site: &Site,
    chains: &[Chain],
    crossings: &[Crossing],
    answer: impl FnOnce(&Ledger<'_>) -> T,
) -> Result<T, CommandError> {
    if let Some(cut) = crossings.iter().find_map(|crossing| crossing.cut) {
        return Err(GitError::shallow_base("what branches have in common", cut).into());
    }
    let wanted = carried::wanted(&site.history, crossings);
    let details = progress::while_doing("reading commits", || {
        site.repository.details(&wanted, site.cache.as_ref())
    })?;
    let details: BTreeMap<CommitId, &CommitDetail> =
        details.iter().map(|detail| (detail.id, detail)).collect();
    let (policy, history, survey) = (&site.policy, &site.history, &site.survey);
    let mut ledger = Ledger::new(policy, history, survey, chains, crossings, &details);
    let patches = progress::while_doing("comparing commits", || {
        site.repository.patch_identities(&ledger.look_alikes())
    })?;
    let patches: BTreeMap<CommitId, PatchIdentity> =
        patches.into_iter().map(|patch| (patch.id, patch)).collect();
    ledger.compare(&patches);
    let graph = &site.history.graph;
    for open in ledger.open() {
        let Some(crossing) = crossings.get(open) else { continue };
        let (from, into) = (graph.id(crossing.from.tip), graph.id(crossing.into.tip));
        let differing = site.repository.paths_between(from, into)?;
        ledger.compare_files(open, &differing.into_iter().collect());
    }
    Ok(answer(&ledger))
}

/// The merges on either side of crossings that took a version back without a word.
pub(crate) fn taken_back(
    site: &Site,
    chains: &[Chain],
    crossings: &[Crossing],
) -> Result<Vec<Finding>, CommandError> {
    let commits =
        crossings.iter().flat_map(|crossing| crossing.ours.iter().chain(&crossing.theirs));
    let commits: BTreeSet<CommitIndex> = commits.copied().collect();
    let commits: Vec<_> = commits.into_iter().collect();
    taken_back_among(site, chains, &commits)
}

/// The merges among commits that took a version back without a word.
pub(crate) fn taken_back_among(
    site: &Site,
    chains: &[Chain],
    commits: &[CommitIndex],
) -> Result<Vec<Finding>, CommandError> {
    let joints = merged::joints(&site.history, commits);
    if joints.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = merged::wanted(&site.policy, &site.history, &joints);
    let contents = site.repository.read_files(&wanted)?;
    let texts = wanted.into_iter().zip(contents);
    let texts = texts.filter_map(|(key, content)| Some((key, text_of(content)?))).collect();
    let homes = Homes::of(chains, &site.history);
    let base = |commit, path: &camino::Utf8PathBuf| {
        let mut read = site.repository.read_files(&[(commit, path.clone())])?;
        Ok::<_, GitError>(read.pop().and_then(text_of))
    };
    Ok(merged::taken_back(&site.policy, &site.history, &homes, &joints, &texts, base)?)
}
