//! The versions that a clone's tags stand for.

use std::collections::BTreeMap;

use trainyard_bundle::{Numbered, read};
use trainyard_git::Repository;
use trainyard_history::{History, Survey};
use trainyard_policy::Policy;
use trainyard_version::Scheme;

use crate::{error::CommandError, parts, site};

/// The versions of the component `name`, which lives in a repository, by the tags that stand for them.
///
/// They are read as the policy says of the component, else as SemVer, else, where most are none, as fits the tags.
pub(super) fn versions(
    repository: &Repository,
    name: &str,
    history: &History,
    policy: Option<&Policy>,
) -> Result<BTreeMap<String, Numbered>, CommandError> {
    let is_declared =
        |policy: &&Policy| policy.components.iter().any(|component| component.name == name);
    if let Some(policy) = policy.filter(is_declared) {
        let mut history = history.clone();
        history.tags.iter_mut().for_each(|tag| tag.component = Some(name.to_owned()));
        return Ok(surveyed(policy, name, &history));
    }
    let semver = Scheme::semver();
    let tagged: Vec<(&str, Numbered)> = history
        .tags
        .iter()
        .filter_map(|tag| {
            let version = read::version_of_tag(&tag.name)?;
            Some((tag.name.as_str(), Numbered::read(version, &semver)))
        })
        .collect();
    let all = tagged.len();
    let read: BTreeMap<String, Numbered> = tagged
        .into_iter()
        .filter(|(_, version)| version.error().is_none())
        .map(|(tag, version)| (tag.to_owned(), version))
        .collect();
    if read.len() * 2 >= all {
        return Ok(read);
    }
    let folders = parts::folders(repository, history)?;
    let (policy, _) = site::assume(name, history, &folders)?;
    Ok(surveyed(&policy, name, history))
}

/// What a policy reads of a component's tags; of a policy without such a component, of its first one's.
fn surveyed(policy: &Policy, name: &str, history: &History) -> BTreeMap<String, Numbered> {
    let index = policy.components.iter().position(|component| component.name == name).unwrap_or(0);
    let survey = Survey::new(policy, history);
    let past = survey.components.iter().find(|past| past.component == index);
    let Some((component, past)) = policy.components.get(index).zip(past) else {
        return BTreeMap::new();
    };
    let releases = past.releases.iter().filter_map(|release| {
        let scheme = &component.periods.get(release.read_by)?.rules.scheme;
        let version = Numbered::read(release.version.text(), scheme);
        version.error().is_none().then(|| (release.tag.clone(), version))
    });
    releases.collect()
}
