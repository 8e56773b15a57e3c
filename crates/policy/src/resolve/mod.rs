//! From a checked file to a policy: names resolve, patterns parse, revisions are folded in.

mod catalogue;
mod channels;
mod components;
pub(crate) mod duration;
mod evidence;
mod levels;
mod lines;
mod lint;
mod milestones;
mod paths;
mod periods;
mod prereleases;
mod rules;
mod streams;

use globset::{Glob, GlobSet, GlobSetBuilder};
use indexmap::IndexMap;
use serde::Deserialize;
use trainyard_report::Code;

use crate::{
    EffectiveFrom, Policy, Product, Revision,
    file::{Begin, PolicyFile, ProductFile, RevisionFile},
    problem::{Problem, Problems},
    read::{
        At, Node, Place,
        node::{join_path, shorten},
        suggest::nearest,
    },
};

/// The name of a product whose file gives none.
const UNNAMED: &str = "product";

/// Builds the policy that a file means. Usable as long as no error was reported.
pub(crate) fn resolve(root: &Node, problems: &mut Problems) -> Option<Policy> {
    let file = match PolicyFile::deserialize(root.clone()) {
        Ok(file) => file,
        Err(error) => {
            problems.push(Problem::at(Code::POLICY_WRONG_TYPE, &root.place, error.to_string()));
            return None;
        }
    };
    let product = product(file.product.unwrap_or_default(), problems);
    let component_files = match file.components {
        Some(components) if !components.is_empty() => components,
        _ => IndexMap::from([(product.name.clone(), At::default())]),
    };
    let names: Vec<String> = component_files.keys().cloned().collect();
    let revisions = file.revisions.unwrap_or_default();
    periods::check_idle(&names, root, &revisions, problems);
    catalogue::check_revisions(&revisions, &names, problems);
    let common = file.evidence.unwrap_or_default();
    let resolved = components::resolve(component_files, &common, root, &revisions, problems);
    let components: Vec<_> = resolved.iter().map(|resolved| resolved.component.clone()).collect();
    let groups = catalogue::groups(file.groups.unwrap_or_default(), &resolved, problems);
    components::check_shared_tags(&resolved, &groups, problems);
    paths::check_shared_paths(&resolved, &groups, problems);
    paths::tell_of_nested_paths(&resolved, &groups, problems);
    let own_channels = streams::own_channels(file.streams.as_ref(), &components);
    let mut streams = streams::resolve(file.streams, &resolved, problems);
    let common_channels = file.channels.unwrap_or_default();
    channels::resolve_common(&common_channels, &mut streams, &own_channels, problems);
    let lines = lines::resolve(file.lines.unwrap_or_default(), &resolved, problems);
    let milestones = milestones::resolve(
        file.milestones.unwrap_or_default(),
        &product.name,
        &components,
        problems,
    );
    let waivers = evidence::waivers(file.waivers.unwrap_or_default(), &components, problems);
    let revisions = revisions.iter().map(told).collect();
    Some(Policy { product, components, groups, streams, lines, milestones, waivers, revisions })
}

fn product(file: ProductFile, problems: &mut Problems) -> Product {
    if let Some(name) = &file.name {
        check_name(name, &name.place, problems);
    }
    if let Some(url) = file.policy_url.as_ref().filter(|url| !is_web_address(url)) {
        let message = format!("`{}` is no address of a page", shorten(url).escape_debug());
        let problem = Problem::at(Code::POLICY_BAD_VALUE, &url.place, message);
        problems.push(problem.help("write it as in \"https://example.org/versioning\""));
    }
    let name = file.name.map_or_else(|| UNNAMED.to_owned(), |name| name.value);
    Product {
        title: file.title.unwrap_or_else(|| name.clone()),
        description: file.description,
        policy_url: file.policy_url.map(|url| url.value),
        ignored_tags: name_globs(&file.ignored_tags.unwrap_or_default(), problems),
        metadata: file.metadata.unwrap_or_default().into_iter().collect(),
        name,
    }
}

/// Whether a text is an `http` or `https` address that can stand in a page.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain =
        |letter: char| !letter.is_whitespace() && !letter.is_control() && !"<>\"".contains(letter);
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with(['/', '?', '#']) && rest.chars().all(is_plain)
    })
}

/// A revision as the file tells it.
fn told(file: &At<RevisionFile>) -> Revision {
    let begin = |begin: &At<Begin>| match &begin.value {
        Begin::Version(text) | Begin::Date(text) => text.clone(),
    };
    Revision {
        name: file.name().to_owned(),
        from: file.from.as_ref().map(begin),
        reason: file.reason.clone(),
        components: file
            .applies_to
            .iter()
            .flat_map(|list| &list.value)
            .map(|name| name.value.clone())
            .collect(),
    }
}

/// Names stand in commands and in tags.
fn check_name(name: &str, place: &Place, problems: &mut Problems) {
    let is_sound = !name.is_empty()
        && name.chars().count() <= 100
        && !name.starts_with('-')
        && name.chars().all(|letter| letter.is_alphanumeric() || "-_.@/".contains(letter));
    if !is_sound {
        let message = format!("`{}` is no usable name", shorten(name).escape_debug());
        let problem = Problem::at_key(Code::POLICY_BAD_VALUE, place, message);
        problems.push(
            problem.help("a name has letters, digits and `-`, `_`, `.`, `@` or `/`, and no spaces"),
        );
    }
}

/// Finds a name among those declared, or says which there are.
fn index_of(
    name: &At<String>,
    what: &str,
    names: &[String],
    problems: &mut Problems,
) -> Option<usize> {
    let found = names.iter().position(|known| *known == name.value);
    if found.is_none() && !is_lost(name, what, problems) {
        let help = match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if names.is_empty() => format!("there is no {what}"),
            None if names.len() <= 12 => format!("{what}s are {}", names.join(", ")),
            None => format!("declare it, or name one of the {} there are", names.len()),
        };
        let shown = shorten(name);
        let message = format!("there is no {what} `{}`", shown.escape_debug());
        problems.push(Problem::at(Code::POLICY_UNKNOWN_NAME, &name.place, message).help(help));
    }
    found
}

/// Whether a name may be declared in a statement or preset that could not be read.
fn is_lost(name: &str, what: &str, problems: &Problems) -> bool {
    problems.has_lost("preset") || problems.is_doubtful(&join_path(&format!("{what}s"), name))
}

/// Globs over paths below the repository's root as one set; `*` stays within a folder, `**` does not.
fn globs(patterns: &[At<String>], problems: &mut Problems) -> GlobSet {
    for pattern in patterns {
        paths::check_path(pattern.as_str().into(), &pattern.place, problems);
    }
    glob_set(patterns, paths::within, problems)
}

/// Globs over names as one set.
fn name_globs(patterns: &[At<String>], problems: &mut Problems) -> GlobSet {
    glob_set(patterns, |_| None, problems)
}

/// Globs as one set; `also` tells what else a pattern stands for.
fn glob_set(
    patterns: &[At<String>],
    also: impl Fn(&str) -> Option<String>,
    problems: &mut Problems,
) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    let mut seen: Vec<&At<String>> = Vec::new();
    for pattern in patterns {
        if let Some(first) = seen.iter().find(|first| first.value == pattern.value) {
            let message = format!("`{}` is listed twice", pattern.value.escape_debug());
            problems.push(
                Problem::at(Code::POLICY_UNUSED, &pattern.place, message)
                    .related(&first.place, "first here"),
            );
            continue;
        }
        if pattern.trim().is_empty() {
            if !problems.speak_of(&pattern.place.path) {
                let message = format!("`{}` must not be empty", pattern.place.path);
                problems.push(Problem::at(Code::POLICY_BAD_VALUE, &pattern.place, message));
            }
            continue;
        }
        match glob(pattern) {
            Ok(glob) => {
                builder.add(glob);
                if let Some(Ok(glob)) = also(pattern).map(|pattern| self::glob(&pattern)) {
                    builder.add(glob);
                }
                seen.push(pattern);
            }
            Err(error) => {
                let message = format!("`{}` is no pattern", pattern.place.path);
                let problem = Problem::at(Code::POLICY_BAD_VALUE, &pattern.place, message);
                problems.push(problem.label(error.kind().to_string()));
            }
        }
    }
    builder.build().unwrap_or_else(|error| {
        if let Some(first) = patterns.first() {
            let message = "these patterns are too large together";
            problems.push(
                Problem::at(Code::POLICY_BAD_VALUE, &first.place, message).label(error.to_string()),
            );
        }
        GlobSet::empty()
    })
}

/// A pattern, or why it is none; a folder's path stands for all that is in it.
fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let whole_folder = pattern.strip_suffix('/').map(|folder| format!("{folder}/**"));
    globset::GlobBuilder::new(whole_folder.as_deref().unwrap_or(pattern))
        .literal_separator(true)
        .build()
}

/// Whether one beginning surely comes before another; `None` where the two cannot be compared.
fn begins_before(earlier: &EffectiveFrom, later: &EffectiveFrom) -> Option<bool> {
    match (earlier, later) {
        (_, EffectiveFrom::Beginning) => Some(false),
        (EffectiveFrom::Beginning, _) => Some(true),
        (EffectiveFrom::Date(earlier), EffectiveFrom::Date(later)) => Some(earlier < later),
        (EffectiveFrom::Version(earlier), EffectiveFrom::Version(later)) => {
            Some(earlier.precedence(later).is_lt())
        }
        _ => None,
    }
}
