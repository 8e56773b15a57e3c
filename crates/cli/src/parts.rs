//! Where the parts lie that tags speak of, in a repository without a policy.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use trainyard_git::Repository;
use trainyard_history::{
    CommitIndex, History, folder_of_part, is_package_named, manifests, parts_in_tags,
};

use crate::{error::CommandError, site::text_of};

/// Where new work usually lands.
const DEVELOPMENT: [&str; 5] = ["main", "master", "develop", "dev", "trunk"];

/// Packages lie no deeper below the root.
const DEPTH: usize = 4;

/// More manifests are not read.
const MOST_MANIFESTS: usize = 2000;

/// The folder of each part that has several tags: the one that is called so, else that of the package.
pub(crate) fn folders(
    repository: &Repository,
    history: &History,
) -> Result<BTreeMap<String, Utf8PathBuf>, CommandError> {
    let mut found = BTreeMap::new();
    let names = parts_in_tags(history);
    let (Some(newest), false) = (newest_tree(history), names.is_empty()) else { return Ok(found) };
    let commit = history.graph.id(newest);
    let folders = repository.folders(commit, DEPTH)?;
    let mut nameless = Vec::new();
    for name in names {
        match folder_of_part(&name, &folders) {
            Some(folder) => _ = found.insert(name, folder.to_owned()),
            None => nameless.push(name),
        }
    }
    if nameless.is_empty() {
        return Ok(found);
    }
    let wanted: Vec<_> = folders.iter().flat_map(manifests).take(MOST_MANIFESTS).collect();
    let wanted: Vec<_> = wanted.into_iter().map(|path| (commit, path)).collect();
    // A partial clone may lack them; then the part is told as one that nothing is known about.
    let Ok(contents) = repository.read_files(&wanted) else { return Ok(found) };
    for ((_, path), content) in wanted.iter().zip(contents) {
        let (Some(text), Some(folder)) = (text_of(content), path.parent()) else { continue };
        let names = nameless.iter().filter(|name| is_package_named(name, path, &text));
        for name in names.filter(|_| !folder.as_str().is_empty()) {
            found.entry(name.clone()).or_insert_with(|| folder.to_owned());
        }
    }
    Ok(found)
}

/// The commit whose tree shows which parts there are, whatever is checked out: of the first development branch.
fn newest_tree(history: &History) -> Option<CommitIndex> {
    let named = |name: &str| history.branches.iter().find(|branch| branch.name == name);
    let development = DEVELOPMENT.iter().find_map(|name| named(name)).map(|branch| branch.tip);
    let head = || history.head.as_ref().map(|head| head.commit);
    development.or_else(head).or_else(|| history.branches.first().map(|branch| branch.tip))
}
