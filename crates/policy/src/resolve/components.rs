//! Components with their periods.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use trainyard_report::Code;

use super::{
    check_name,
    paths::{self, StatedPaths},
    periods,
};
use crate::{
    Component, FragmentSource, Group, Maturity, VersionFile, VersionPlace,
    file::{
        ComponentFile, EvidenceFile, FragmentFile, MaturityName, RevisionFile, VersionFileFile,
    },
    problem::{Problem, Problems},
    read::{At, Node, Place, node::join_path},
};

/// A component, and what checks across components need to know.
pub(crate) struct ResolvedComponent {
    pub(crate) component: Component,
    pub(crate) place: Place,
    pub(crate) stated_paths: StatedPaths,
    pub(crate) tag_place: Option<Place>,
    /// Whether every scheme of its periods is what the file means.
    pub(crate) schemes_are_sound: bool,
    /// Whether its present tags may be others than those read.
    pub(crate) tags_are_lost: bool,
}

pub(crate) fn resolve(
    files: IndexMap<String, At<ComponentFile>>,
    common: &EvidenceFile,
    root: &Node,
    revisions: &[At<RevisionFile>],
    problems: &mut Problems,
) -> Vec<ResolvedComponent> {
    files
        .into_iter()
        .map(|(name, file)| component(name, file, common, root, revisions, problems))
        .collect()
}

fn component(
    name: String,
    file: At<ComponentFile>,
    common: &EvidenceFile,
    root: &Node,
    revisions: &[At<RevisionFile>],
    problems: &mut Problems,
) -> ResolvedComponent {
    let At { value: file, place } = file;
    if !place.inherited && !place.path.is_empty() {
        check_name(&name, &place, problems);
    }
    let folded = periods::fold(&name, root, revisions, problems);
    if let Some(repository) =
        file.repository.as_ref().filter(|repository| repository.trim().is_empty())
    {
        let message = format!("`{}` must not be empty", repository.place.path);
        problems.push(Problem::at(Code::POLICY_BAD_VALUE, &repository.place, message));
    }
    let (include, exclude) = (file.paths.unwrap_or_default(), file.exclude.unwrap_or_default());
    let component = Component {
        title: file.title.unwrap_or_else(|| name.clone()),
        description: file.description,
        maturity: file.maturity.map_or(Maturity::Stable, Maturity::from),
        repository: file.repository.map(|repository| repository.value),
        paths: paths::path_set(&include, &exclude, problems),
        version_files: file
            .version_files
            .unwrap_or_default()
            .into_iter()
            .filter_map(|file| version_file(file, problems))
            .collect(),
        fragments: file
            .fragments
            .unwrap_or_default()
            .into_iter()
            .flat_map(|source| fragments(source, problems))
            .collect(),
        evidence: super::evidence::settings(file.evidence, common, problems),
        periods: folded.periods,
        name,
    };
    ResolvedComponent {
        component,
        place,
        stated_paths: StatedPaths::new(&include, &exclude),
        tag_place: folded.tag_place,
        schemes_are_sound: folded.schemes_are_sound,
        tags_are_lost: folded.tags_are_lost,
    }
}

fn version_file(file: At<VersionFileFile>, problems: &mut Problems) -> Option<VersionFile> {
    let At { value, place } = file;
    let (path, place_in_file) = match value {
        VersionFileFile::Whole(path) => (path.0, Some(VersionPlace::Whole)),
        VersionFileFile::Place(file) => {
            let place_in_file = match (file.key, file.after) {
                (Some(key), None) => Some(VersionPlace::Key(key)),
                (None, Some(after)) => Some(VersionPlace::After(after)),
                (None, None) => Some(VersionPlace::Whole),
                (Some(_), Some(_)) => {
                    let message = "a version stands either at a `key` or `after` a text";
                    problems.push(
                        Problem::at(Code::POLICY_CONTRADICTION, &place, message)
                            .help("keep one of the two"),
                    );
                    None
                }
            };
            (file.path?, place_in_file)
        }
    };
    if !paths::check_path(&path, &place, problems) {
        return None;
    }
    let place_in_file = place_in_file?;
    if let VersionPlace::Key(_) = place_in_file {
        let known = ["toml", "json", "yaml", "yml"];
        if !path.extension().is_some_and(|extension| known.contains(&extension)) {
            let message =
                format!("keys are looked up in TOML, JSON and YAML, but `{path}` is none of them");
            let problem = Problem::at(Code::POLICY_BAD_VALUE, &place, message);
            problems.push(problem.help("use `after` with the text before the version"));
            return None;
        }
    }
    Some(VersionFile { path, place: place_in_file })
}

fn fragments(source: At<FragmentFile>, problems: &mut Problems) -> Vec<FragmentSource> {
    let At { value: FragmentFile { towncrier, changesets }, place } = source;
    for folder in towncrier.iter().chain(&changesets) {
        paths::check_path(folder, &place, problems);
    }
    let found: Vec<_> = towncrier
        .map(FragmentSource::Towncrier)
        .into_iter()
        .chain(changesets.map(FragmentSource::Changesets))
        .collect();
    if found.is_empty() && !problems.speak_of(&place.path) && !problems.is_doubtful(&place.path) {
        let problem =
            Problem::at(Code::POLICY_WRONG_TYPE, &place, "this names no folder of fragments");
        problems.push(
            problem
                .help("write `{ towncrier = \"changes\" }` or `{ changesets = \".changeset\" }`"),
        );
    }
    found
}

/// Tags must tell which component they release: in one repository, only members of one group may share them.
pub(crate) fn check_shared_tags(
    resolved: &[ResolvedComponent],
    groups: &[Group],
    problems: &mut Problems,
) {
    let mut owners: BTreeMap<(Option<&str>, String), usize> = BTreeMap::new();
    let shares = |first: usize, second: usize| {
        groups.iter().any(|group| group.members.contains(&first) && group.members.contains(&second))
    };
    for (index, ResolvedComponent { component, place, tag_place, tags_are_lost, .. }) in
        resolved.iter().enumerate()
    {
        let repository = join_path(&join_path("components", &component.name), "repository");
        if *tags_are_lost || problems.is_doubtful(&repository) || problems.is_doubtful("groups") {
            continue;
        }
        for template in &component.current().tags {
            let key = (component.repository.as_deref(), template.to_string());
            let Some(&first) = owners.get(&key) else {
                owners.insert(key, index);
                continue;
            };
            if first == index || shares(first, index) {
                continue;
            }
            let other = &resolved[first].component.name;
            let message =
                format!("a tag `{}` could release `{other}` or `{}`", key.1, component.name);
            let spot = tag_place.as_ref().filter(|tag| !tag.inherited).unwrap_or(place);
            let problem = Problem::at_key(Code::POLICY_CONTRADICTION, spot, message).help(
                "tell tags apart, such as with `tag = \"{component}-v{version}\"` in [rules]; or put the two in one \
                 group; or name the `repository` of the one that lives elsewhere",
            );
            problems.push(problem);
            break;
        }
    }
}

impl From<MaturityName> for Maturity {
    fn from(name: MaturityName) -> Self {
        match name {
            MaturityName::Alpha => Self::Alpha,
            MaturityName::Beta => Self::Beta,
            MaturityName::Stable => Self::Stable,
        }
    }
}
