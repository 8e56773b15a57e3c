//! Paths below the repository's root, and which component they belong to.

use camino::Utf8Path;
use trainyard_report::Code;

use super::{components::ResolvedComponent, globs};
use crate::{
    Group, PathSet,
    problem::{Problem, Problems},
    read::{At, Place, node::shorten},
};

/// Reads which files belong to a component.
pub(crate) fn path_set(
    include: &[At<String>],
    exclude: &[At<String>],
    problems: &mut Problems,
) -> PathSet {
    for pattern in include {
        let Some(other) = exclude.iter().find(|other| plain(other) == plain(pattern)) else {
            continue;
        };
        let message = format!("`{}` is both taken and left out", shorten(pattern).escape_debug());
        let problem = Problem::at(Code::POLICY_CONTRADICTION, &other.place, message);
        problems.push(problem.related(&pattern.place, "taken here").help("keep one of the two"));
    }
    PathSet { include: globs(include, problems), exclude: globs(exclude, problems) }
}

/// Whether a path leads to something below the repository's root; a finding where it does not.
pub(crate) fn check_path(path: &Utf8Path, place: &Place, problems: &mut Problems) -> bool {
    let oddity = oddity(path.as_str());
    if let Some(help) = oddity {
        problems.push(refusal(path.as_str(), place, help));
    }
    oddity.is_none()
}

/// What to do about a path or pattern that cannot be one below the repository's root.
fn oddity(path: &str) -> Option<&'static str> {
    let is_drive = path.as_bytes().get(1) == Some(&b':')
        && path.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if path.is_empty() {
        Some("name a file or folder, as in \"backend/VERSION\"")
    } else if path != path.trim() {
        Some("write it without spaces around it, as in \"backend/VERSION\"")
    } else if path.starts_with('/') || path.starts_with('~') || is_drive {
        Some("leave out what stands before the repository's root, as in \"backend/VERSION\"")
    } else if path.contains('\\') {
        Some("put `/` between folders, as in \"backend/VERSION\"")
    } else if path.split('/').any(|part| part == "..") {
        Some("name it from the repository's root, as in \"backend/VERSION\"")
    } else if [".", "./"].contains(&path) {
        Some("name a file or folder in it; everything is meant where nothing is said")
    } else {
        None
    }
}

fn refusal(path: &str, place: &Place, help: &str) -> Problem {
    let message =
        format!("`{}` is no path below the repository's root", shorten(path).escape_debug());
    Problem::at(Code::POLICY_BAD_VALUE, place, message).help(help)
}

/// A path without wildcards is a file, or a folder with all that is in it: what is in it.
pub(crate) fn within(pattern: &str) -> Option<String> {
    let is_plain = !pattern.is_empty() && !pattern.contains(['*', '?', '[', '{', '\\']);
    (is_plain && !pattern.ends_with('/')).then(|| format!("{pattern}/**"))
}

/// A pattern without what does not matter; a folder's path stands for all that is in it.
fn plain(pattern: &str) -> String {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    match pattern.strip_suffix('/') {
        Some(folder) => format!("{folder}/**"),
        None => within(pattern).unwrap_or_else(|| pattern.to_owned()),
    }
}

/// The patterns of a component as it states them, for comparisons between components.
pub(crate) struct StatedPaths {
    include: Vec<String>,
    exclude: Vec<String>,
    place: Option<Place>,
}

impl StatedPaths {
    pub(crate) fn new(include: &[At<String>], exclude: &[At<String>]) -> Self {
        let sorted = |patterns: &[At<String>]| {
            let mut patterns: Vec<String> = patterns.iter().map(|pattern| plain(pattern)).collect();
            patterns.sort();
            patterns.dedup();
            patterns
        };
        let place = include.first().map(|pattern| pattern.place.clone());
        Self { include: sorted(include), exclude: sorted(exclude), place }
    }
}

/// Two components of one repository cannot claim the very same files, unless they go in step.
///
/// Sharing some files is fine, since a change of those concerns both.
pub(crate) fn check_shared_paths(
    resolved: &[ResolvedComponent],
    groups: &[Group],
    problems: &mut Problems,
) {
    let repository = |index: usize| resolved[index].component.repository.as_deref();
    let in_step = |first: usize, second: usize| {
        groups.iter().any(|group| group.members.contains(&first) && group.members.contains(&second))
    };
    for (index, ResolvedComponent { component, stated_paths, .. }) in resolved.iter().enumerate() {
        let Some(place) = &stated_paths.place else { continue };
        let same = (0..index).find(|first| {
            let other = &resolved[*first].stated_paths;
            other.include == stated_paths.include
                && other.exclude == stated_paths.exclude
                && repository(*first) == repository(index)
                && !in_step(*first, index)
        });
        let Some(first) = same.map(|first| &resolved[first]) else { continue };
        if problems.is_doubtful("groups") {
            continue;
        }
        let message =
            format!("`{}` and `{}` take the same files", first.component.name, component.name);
        let mut problem = Problem::at(Code::POLICY_CONTRADICTION, place, message).help(
            "give each its own files, put the two in one group, or name the `repository` of the one that lives \
             elsewhere",
        );
        if let Some(other) = &first.stated_paths.place {
            problem = problem.related(other, "the first");
        }
        problems.push(problem);
    }
}

/// Tells of a component whose folder lies in another's: its changes count for both.
pub(crate) fn tell_of_nested_paths(
    resolved: &[ResolvedComponent],
    groups: &[Group],
    problems: &mut Problems,
) {
    let in_step = |first: usize, second: usize| {
        groups.iter().any(|group| group.members.contains(&first) && group.members.contains(&second))
    };
    for (inner_index, inner) in resolved.iter().enumerate() {
        let Some(place) = &inner.stated_paths.place else { continue };
        let mut nested = resolved.iter().enumerate().filter_map(|(outer_index, outer)| {
            let is_other = outer_index != inner_index
                && outer.component.repository == inner.component.repository
                && !in_step(outer_index, inner_index);
            let found = is_other.then(|| inner.stated_paths.folder_within(&outer.stated_paths));
            Some((outer, found.flatten()?))
        });
        let Some((outer, folder)) = nested.next() else { continue };
        let message = format!(
            "`{folder}` of `{}` lies in `{}`, so its changes count for both",
            inner.component.name, outer.component.name
        );
        let help = format!(
            "add `exclude = [\"{folder}\"]` to `{}` where they count for `{}` alone",
            outer.component.name, inner.component.name
        );
        let mut problem = Problem::at(Code::POLICY_NESTED_PATHS, place, message).help(help);
        if let Some(other) = &outer.stated_paths.place {
            problem = problem.related(other, "the other's");
        }
        problems.push(problem);
    }
}

impl StatedPaths {
    /// The first folder that lies deeper in a folder of another, which does not leave it out.
    fn folder_within(&self, outer: &Self) -> Option<&str> {
        let folder = |pattern: &str| -> Option<String> {
            let folder = pattern.strip_suffix("/**")?;
            (!folder.contains(['*', '?', '[', '{'])).then(|| format!("{folder}/"))
        };
        let outer_folders: Vec<String> =
            outer.include.iter().filter_map(|pattern| folder(pattern)).collect();
        let left_out: Vec<String> =
            outer.exclude.iter().filter_map(|pattern| folder(pattern)).collect();
        let is_within = |pattern: &&String| {
            folder(pattern).is_some_and(|inner| {
                outer_folders.iter().any(|outer| inner != *outer && inner.starts_with(outer))
                    && !left_out.iter().any(|out| inner.starts_with(out))
                    && !outer.include.contains(pattern)
            })
        };
        self.include.iter().find(is_within).map(String::as_str)
    }
}
