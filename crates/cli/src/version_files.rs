//! Which files state the versions of a repository without a policy.

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_git::Repository;
use trainyard_history::{History, Survey, stated_alike, version_file_candidates};
use trainyard_policy::Policy;
use trainyard_version::Version;

use crate::site::text_of;

/// Parts lie at most four folders deep, and a package of Python's two below its part.
const DEPTH: usize = 6;

/// Gives each component the version files that the checked-out commit has in its folder (`None` for the whole of the
/// repository), and returns the version that the first component's first file states.
pub(crate) fn find(
    repository: &Repository,
    history: &History,
    policy: &mut Policy,
    part_folders: &[Option<Utf8PathBuf>],
) -> Option<Version> {
    policy.components.iter_mut().for_each(|component| component.version_files.clear());
    let Some(head) = &history.head else { return None };
    let commit = history.graph.id(head.commit);
    // A partial clone may lack what is looked at, and then nothing is found.
    let Ok(folders) = repository.folders(commit, DEPTH) else { return None };
    let survey = Survey::new(policy, history);
    let mut first = None;
    let components = policy.components.iter_mut().zip(part_folders).zip(&survey.components);
    for ((component, folder), past) in components {
        let folder = folder.as_deref().unwrap_or(Utf8Path::new(""));
        let candidates = version_file_candidates(folder, &folders);
        let wanted: Vec<_> = candidates.iter().map(|file| (commit, file.path.clone())).collect();
        let Ok(texts) = repository.read_files(&wanted) else { continue };
        let read = candidates.into_iter().zip(texts);
        let read = read.filter_map(|(file, content)| Some((file, text_of(content)?))).collect();
        let stated = stated_alike(read, component.current(), past);
        first = first.or_else(|| stated.first().map(|(_, version)| version.clone()));
        component.version_files = stated.into_iter().map(|(file, _)| file).collect();
    }
    first
}
