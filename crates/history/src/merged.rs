//! Merges that took a version back without a conflict.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use trainyard_policy::Policy;
use trainyard_release::merge::{Direction, Role, silent_revert};
use trainyard_report::{Code, Finding, Location};

use crate::{
    carried::{Homes, Station},
    facts::{CommitId, CommitIndex, History},
    version_in,
};

/// A merge of two branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joint {
    /// The merge.
    pub merge: CommitIndex,
    /// Its first parent: the branch that took in.
    pub ours: CommitIndex,
    /// Its second parent: what was taken in.
    pub theirs: CommitIndex,
}

/// The merges of two parents among commits.
pub fn joints(history: &History, commits: &[CommitIndex]) -> Vec<Joint> {
    let joints = commits.iter().filter_map(|merge| match history.graph.parents(*merge) {
        [ours, theirs] => Some(Joint { merge: *merge, ours: *ours, theirs: *theirs }),
        _ => None,
    });
    joints.collect()
}

/// Texts of version files, by commit and path; what is not there is left out.
pub type Texts = BTreeMap<(CommitId, Utf8PathBuf), String>;

/// The files that must be read to judge merges: of each merge and of both of its parents.
pub fn wanted(
    policy: &Policy,
    history: &History,
    joints: &[Joint],
) -> Vec<(CommitId, Utf8PathBuf)> {
    let commits = joints.iter().flat_map(|joint| [joint.merge, joint.ours, joint.theirs]);
    let mut ids: Vec<_> = commits.map(|commit| history.graph.id(commit)).collect();
    ids.sort_unstable();
    ids.dedup();
    let paths = paths(policy);
    ids.iter().flat_map(|id| paths.iter().map(|path| (*id, path.clone()))).collect()
}

fn paths(policy: &Policy) -> Vec<Utf8PathBuf> {
    let here = policy.components.iter().filter(|component| component.repository.is_none());
    let mut paths: Vec<_> =
        here.flat_map(|each| &each.version_files).map(|file| file.path.clone()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Tells which merges state a lower version than what was merged asks for.
///
/// Which side is right follows from what the branches are; a merge on no branch of the policy is one into a topic. `base`
/// reads the files at the newest common ancestor, and is asked for suspicious merges alone.
///
/// *Cost*: linear in the merges; for each suspicious one a search for the common ancestor.
/// *Errors*: those of `base`.
pub fn taken_back<E>(
    policy: &Policy,
    history: &History,
    homes: &Homes,
    joints: &[Joint],
    texts: &Texts,
    base: impl Fn(CommitId, &Utf8PathBuf) -> Result<Option<String>, E>,
) -> Result<Vec<Finding>, E> {
    let mut findings = Vec::new();
    let graph = &history.graph;
    let here = policy.components.iter().filter(|component| component.repository.is_none());
    for component in here {
        let scheme = &component.current().scheme;
        for file in &component.version_files {
            let stated = |text: &str| {
                version_in(&file.path, &file.place, text).ok().map(|(version, _)| version)
            };
            let at =
                |commit: CommitIndex| stated(texts.get(&(graph.id(commit), file.path.clone()))?);
            for joint in joints {
                let (Some(merged), Some(ours), Some(theirs)) =
                    (at(joint.merge), at(joint.ours), at(joint.theirs))
                else {
                    continue;
                };
                let parse = |text: &str| scheme.parse(text).ok();
                let Some(version) = parse(&merged) else { continue };
                let is_above =
                    |side: &str| parse(side).is_some_and(|side| version.precedence(&side).is_lt());
                if !is_above(&ours) && !is_above(&theirs) {
                    continue;
                }
                let (into, from) = (homes.of_commit(joint.merge), homes.of_commit(joint.theirs));
                let role = |station: Option<&Station>| {
                    station.map_or(Role::Topic, |station| station.role(policy, component))
                };
                let direction = Direction { from: role(from), into: role(into), scheme };
                let before = match graph.merge_base(joint.ours, joint.theirs) {
                    Some(shared) => base(graph.id(shared), &file.path)?,
                    None => None,
                };
                let before = before.as_deref().and_then(stated);
                let revert = silent_revert(&direction, before.as_deref(), &ours, &theirs, &merged);
                let lost = match revert {
                    Some(revert) => revert.expected,
                    // A branch of the policy went down, whatever the other side had done.
                    None if into.is_some() && is_above(&ours) => ours,
                    None => continue,
                };
                let name = |station: Option<&Station>| {
                    station.map_or_else(|| "a topic".to_owned(), Station::full_name)
                };
                let message = format!(
                    "merging {} into {} took {lost} back to {merged}",
                    name(from),
                    name(into)
                );
                let finding = Finding::new(Code::VERSION_TAKEN_BACK, file.path.as_str(), message);
                let commit = Location::commit(graph.id(joint.merge).to_string());
                findings.push(
                    finding
                        .at(Location { path: Some(file.path.clone()), ..commit })
                        .suggest("write the version again in a commit of its own"),
                );
            }
        }
    }
    Ok(findings)
}
