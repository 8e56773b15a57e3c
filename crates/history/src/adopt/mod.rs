//! A policy for a repository that has none: a preset, fitted to the names that are found.

mod candidates;
mod eras;
mod names;
mod padding;
mod parts;
mod version_files;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use globset::{Glob, GlobSet, GlobSetBuilder};
use trainyard_policy::{
    Component, EffectiveFrom, NextDevelopment, PathSet, Policy, Stream, StreamKind, VersionFile,
    VersionPlace,
};
use trainyard_version::{Level, Phase, PreStep, Scheme, Template, Version};

use self::{
    candidates::{Candidate, best_candidate},
    eras::Eras,
    names::{adopt_prefixes, moving_tags, named_part, prefixes},
    padding::Padding,
};
pub use self::{
    parts::{folder_of_part, is_package_named, manifests, parts_in_tags},
    version_files::{stated_alike, version_file_candidates},
};
use crate::{
    facts::{History, Tag},
    survey::Survey,
};

/// A preset fitted to a repository.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// The name of the preset.
    pub preset: &'static str,
    /// The fitted policy.
    pub policy: Policy,
    /// The folder of each component that is a part; `None` for the whole of the repository but for its parts.
    pub folders: Vec<Option<Utf8PathBuf>>,
    /// The globs of [`Product::ignored_tags`](trainyard_policy::Product::ignored_tags).
    pub ignored_tags: Vec<String>,
    /// What was found and assumed, for people.
    pub because: String,
}

/// Chooses the scheme that spells most of the tags (a calendar only where nearly all begin with a year), and reads
/// them under the prefixes that most of them have. Parts whose folders are known become components of their own, each
/// with the scheme of its tags, where there is more than one thing to release.
///
/// `folders` are those of [`parts_in_tags`]; `preset` gives the policy of a preset by name. `None` only where it gives
/// none.
pub fn adopt(
    name: &str,
    history: &History,
    folders: &BTreeMap<String, Utf8PathBuf>,
    preset: impl Fn(&str) -> Option<Policy>,
) -> Option<Adopted> {
    let moving = moving_tags(&history.tags);
    let tags: Vec<_> =
        history.tags.iter().filter(|tag| !moving.contains(tag.name.as_str())).collect();
    let (found, earlier) = Found::since_the_last_change(name, &tags, folders)?;
    let first = found.first()?;
    let mut policy = preset(first.candidate.preset)?;
    name.clone_into(&mut policy.product.name);
    name.clone_into(&mut policy.product.title);
    let mut ignored_tags: Vec<_> = moving.iter().map(|name| globset::escape(name)).collect();
    ignored_tags.extend(found.left_out.iter().map(|tag| globset::escape(&tag.name)));
    ignored_tags
        .extend(found.others.iter().map(|prefix| format!("{}[0-9]*", globset::escape(prefix))));
    policy.product.ignored_tags = glob_set(&ignored_tags);
    if let Some(whole) = &found.whole {
        let part_folders = found.parts.iter().map(|part| part.folder);
        for component in &mut policy.components {
            adopt_whole(component, name, whole, part_folders.clone());
        }
        if found.parts.is_empty() {
            let prefix = whole.prefixes.first().map_or("", |(prefix, _)| prefix);
            let padding = Padding::of(&whole.scheme, prefix, &tags);
            match &earlier {
                Some((eras, fit)) => {
                    let plain = preset(fit.candidate.preset)?.components.into_iter().next()?;
                    policy.components.iter_mut().for_each(|each| fit.precede(each, &plain, eras));
                }
                None => {
                    policy.components.iter_mut().for_each(|each| padding.adopt(&mut each.periods));
                }
            }
        }
    } else {
        policy.components.clear();
    }
    for part in &found.parts {
        let plain = preset(part.fit.candidate.preset)?.components.into_iter().next()?;
        policy.components.push(part.adopt(plain, &found.parts));
    }
    policy.streams = policy.components.iter().enumerate().map(own_stream).collect();
    let whole = found.whole.iter().map(|_| None);
    let folders =
        whole.chain(found.parts.iter().map(|part| Some(part.folder.to_owned()))).collect();
    // As many as there are releases: some are read though they are misspelled.
    let survey = Survey::new(&policy, history);
    let read = |period: Option<usize>| {
        let releases = survey.components.first().map_or(&[][..], |past| &past.releases);
        releases.iter().filter(|release| period.is_none_or(|own| release.read_by == own)).count()
    };
    let mut because = found.told(read(earlier.as_ref().map(|_| 1)), tags.len());
    if let Some((eras, fit)) = &earlier {
        let scheme = fit.candidate.scheme;
        let before = format!("; {scheme} reads {} from before {}", read(Some(0)), eras.since);
        because.push_str(&before);
    }
    Some(Adopted { preset: first.candidate.preset, policy, folders, ignored_tags, because })
}

/// How some tags are written.
struct Fit<'t> {
    candidate: Candidate,
    scheme: Scheme,
    /// How many tags are versions of the scheme.
    count: usize,
    prefixes: Vec<(&'t str, usize)>,
}

impl<'t> Fit<'t> {
    fn of(tags: &[&'t Tag]) -> Option<Self> {
        let (candidate, scheme, count) = best_candidate(tags)?;
        let prefixes = prefixes(&scheme, tags);
        Some(Self { candidate, scheme, count, prefixes })
    }
}

impl Fit<'_> {
    /// Puts a period before a component's own, in which versions were written otherwise.
    fn precede(&self, component: &mut Component, plain: &Component, eras: &Eras<'_>) {
        let mut before = plain.current_period().clone();
        before.revision = Some("earlier numbers".to_owned());
        before.rules.scheme = self.scheme.clone();
        adopt_prefixes(&mut before.rules.tags, &self.prefixes);
        for period in &mut component.periods {
            period.revision = Some("present numbers".to_owned());
            period.from = EffectiveFrom::Date(eras.since);
        }
        component.periods.insert(0, before);
    }
}

/// What may stand before a part's name in the name of a line's branch.
const BRANCH_HEADS: [&str; 3] = ["", "release/", "release-"];

/// A part with tags and a folder of its own.
struct Part<'t> {
    name: &'t str,
    folder: &'t Utf8Path,
    fit: Fit<'t>,
}

impl<'t> Part<'t> {
    /// A part that had several names goes by the one with the most tags.
    fn of(folder: &'t Utf8Path, groups: Vec<(&'t str, Vec<&'t Tag>)>) -> Option<Self> {
        let (name, _) = groups.iter().max_by_key(|(_, tags)| tags.len())?;
        let name = *name;
        let tags: Vec<_> = groups.into_iter().flat_map(|(_, tags)| tags).collect();
        Some(Self { name, folder, fit: Fit::of(&tags)? })
    }

    /// A component of the part, without the folders of other parts in its own.
    fn adopt(&self, mut component: Component, all: &[Part<'_>]) -> Component {
        self.name.clone_into(&mut component.name);
        self.name.clone_into(&mut component.title);
        component.version_files.clear();
        let others = all.iter().map(|part| part.folder);
        let inner = others.filter(|other| *other != self.folder && other.starts_with(self.folder));
        let inner: Vec<_> = inner.map(below).collect();
        component.paths =
            PathSet { include: glob_set(&[below(self.folder)]), exclude: glob_set(&inner) };
        let prefixes = || self.fit.prefixes.iter().map(|(prefix, _)| *prefix);
        let read = |text: String| Template::parse(&text).ok();
        for period in &mut component.periods {
            period.rules.scheme = self.fit.scheme.clone();
            period.rules.tags =
                prefixes().filter_map(|prefix| read(format!("{prefix}{{version}}"))).collect();
            // A branch without the part's name is of the whole.
            let named = prefixes().flat_map(|prefix| [prefix, prefix.trim_end_matches('v')]);
            let mut told = BTreeSet::new();
            period.rules.branches = named
                .filter(|prefix| told.insert(*prefix))
                .flat_map(|prefix| BRANCH_HEADS.map(|head| format!("{head}{prefix}{{line}}")))
                .filter_map(read)
                .collect();
        }
        component
    }
}

/// What is released from a repository.
struct Found<'t> {
    /// The repository but for its parts, where it has tags.
    whole: Option<Fit<'t>>,
    /// Its parts, by name.
    parts: Vec<Part<'t>>,
    /// The prefixes that name parts about which nothing is known.
    others: Vec<&'t str>,
    /// Tags that name no part, where they are too few to be the whole's.
    left_out: Vec<&'t Tag>,
}

impl<'t> Found<'t> {
    /// Parts the tags that are written in the present way; those of an earlier one are a fit of their own, where the whole is
    /// all there is.
    fn since_the_last_change(
        product: &str,
        tags: &[&'t Tag],
        folders: &'t BTreeMap<String, Utf8PathBuf>,
    ) -> Option<(Self, Option<(Eras<'t>, Fit<'t>)>)> {
        let all = Self::among(product, tags, folders)?;
        let eras = all.parts.is_empty().then(|| Eras::of(tags)).flatten();
        let Some(eras) = eras else { return Some((all, None)) };
        let names: BTreeSet<_> = eras.earlier.iter().map(|tag| tag.name.as_str()).collect();
        let present: Vec<_> =
            tags.iter().copied().filter(|tag| !names.contains(tag.name.as_str())).collect();
        let found = Self::among(product, &present, folders)?;
        let earlier = Fit::of(&eras.earlier)?;
        let differs = found.whole.as_ref().is_some_and(|whole| whole.scheme != earlier.scheme);
        Some(if differs { (found, Some((eras, earlier))) } else { (all, None) })
    }

    /// Parts the tags; a single thing is the whole.
    fn among(
        product: &str,
        tags: &[&'t Tag],
        folders: &'t BTreeMap<String, Utf8PathBuf>,
    ) -> Option<Self> {
        let mut by_folder: BTreeMap<&Utf8Path, Vec<(&str, Vec<&Tag>)>> = BTreeMap::new();
        let mut own = Vec::new();
        let mut rest = Vec::new();
        for (name, group) in parts::groups(tags.iter().copied()) {
            let name = name.filter(|name| *name != product);
            let folder = name.and_then(|name| folders.get(name));
            match (name, folder) {
                (None, _) => own.extend(group),
                (Some(name), Some(folder)) if name_can_be_written(name) => {
                    by_folder.entry(folder).or_default().push((name, group));
                }
                _ => rest.push(Fit::of(&group)?),
            }
        }
        let parts = by_folder.into_iter().map(|(folder, groups)| Part::of(folder, groups));
        let mut parts: Vec<_> = parts.collect::<Option<_>>()?;
        parts.sort_by_key(|part| part.name);
        let largest = parts.iter().map(|part| part.fit.count).max().unwrap_or(0);
        // A few tags without a name are from before the parts had theirs.
        let mut whole = Fit::of(&own).filter(|fit| fit.count > 0 && fit.count * 10 >= largest);
        let left_out = if whole.is_none() { own } else { Vec::new() };
        if whole.is_none() {
            // The most frequent prefix of all is rather the product's than that of a part without a folder.
            let most = (0..rest.len()).max_by_key(|place| rest[*place].count);
            let most = most.filter(|place| rest[*place].count > largest);
            whole = most.map(|place| rest.remove(place));
        }
        if parts.len() + usize::from(whole.is_some()) < 2 {
            let whole = Fit::of(tags)?;
            let others = whole.prefixes.iter().skip(1).map(|(prefix, _)| *prefix);
            let others = others.filter(|prefix| named_part(prefix).is_some()).collect();
            return Some(Self {
                whole: Some(whole),
                parts: Vec::new(),
                others,
                left_out: Vec::new(),
            });
        }
        let others = rest.iter().flat_map(|fit| fit.prefixes.iter().map(|(prefix, _)| *prefix));
        Some(Self { whole, others: others.collect(), parts, left_out })
    }

    /// The fit that most of the policy comes from.
    fn first(&self) -> Option<&Fit<'t>> {
        let largest = || self.parts.iter().map(|part| &part.fit).max_by_key(|fit| fit.count);
        self.whole.as_ref().or_else(largest)
    }

    /// What was found, for people.
    fn told(&self, read: usize, tags: usize) -> String {
        let mut told = vec!["no trainyard.toml".to_owned()];
        if let Some(whole) = &self.whole {
            told.push(format!("{} reads {read} of {tags} tags", whole.candidate.scheme));
        }
        if !self.parts.is_empty() {
            let described =
                |part: &Part<'_>| format!("{} ({})", part.name, part.fit.candidate.scheme);
            let parts: Vec<_> = self.parts.iter().map(described).collect();
            let count = counted(parts.len(), "part");
            told.push(format!("{count} with tags and a folder: {}", listed(&parts)));
        }
        if !self.left_out.is_empty() {
            let are = if self.left_out.len() == 1 { "is" } else { "are" };
            let count = counted(self.left_out.len(), "tag");
            told.push(format!("{count} without a part's name {are} left out"));
        }
        if !self.others.is_empty() {
            let count = counted(self.others.len(), "other part");
            told.push(format!(
                "tags of {count} ({}) are left out until a policy declares components",
                listed(&self.others)
            ));
        }
        told.join("; ")
    }
}

/// The whole of the repository, but for the folders of its parts.
fn adopt_whole<'f>(
    component: &mut Component,
    name: &str,
    fit: &Fit<'_>,
    parts: impl Iterator<Item = &'f Utf8Path>,
) {
    name.clone_into(&mut component.name);
    name.clone_into(&mut component.title);
    let globs: Vec<_> = parts.map(below).collect();
    if !globs.is_empty() {
        component.paths = PathSet { include: GlobSet::empty(), exclude: glob_set(&globs) };
    }
    if component.version_files.is_empty() {
        let path = "VERSION".into();
        component.version_files.push(VersionFile { path, place: VersionPlace::Whole });
    }
    for period in &mut component.periods {
        period.rules.scheme = fit.scheme.clone();
        adopt_prefixes(&mut period.rules.tags, &fit.prefixes);
    }
}

fn own_stream((index, component): (usize, &Component)) -> Stream {
    Stream {
        name: component.name.clone(),
        title: component.title.clone(),
        description: None,
        kind: StreamKind::Single { component: index },
        needs: Vec::new(),
        channels: Vec::new(),
    }
}

/// Whether a part's name can stand in templates and in a policy.
fn name_can_be_written(name: &str) -> bool {
    !name.starts_with('-')
        && name.chars().count() <= 100
        && name.chars().all(|letter| letter.is_alphanumeric() || "-_.@/".contains(letter))
}

/// The glob of everything below a folder.
fn below(folder: &Utf8Path) -> String {
    format!("{}/**", globset::escape(folder.as_str()))
}

/// `1 part`, `2 parts`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A few names, and how many more there are.
fn listed(prefixes: &[impl AsRef<str>]) -> String {
    const SHOWN: usize = 3;
    let mut text = prefixes.iter().take(SHOWN).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if prefixes.len() > SHOWN {
        text += ", …";
    }
    text
}

fn glob_set(globs: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs.iter().filter_map(|glob| Glob::new(glob).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}

/// Takes into account what the development branch's version file says, in a policy that was adopted: where it carries a
/// pre-release (`26.8.0rc1`) and lines have branches, releases are made on those branches, and the development branch
/// carries the next pre-release. Tells what was concluded, if anything.
pub fn observe_version_file(
    policy: &mut Policy,
    survey: &Survey,
    stated: &Version,
) -> Option<String> {
    stated.stage().pre.as_ref()?;
    let has_branches = survey
        .components
        .iter()
        .any(|past| past.lines.values().any(|line| line.branch.is_some() && line.releases > 0));
    if !has_branches {
        return None;
    }
    let stating = policy.components.iter_mut().filter(|each| !each.version_files.is_empty());
    for component in stating {
        let rules = &mut component.periods.last_mut()?.rules;
        let first = rules.prerelease.phases.first().cloned();
        let alpha = PreStep { phase: Phase::Alpha, start: Some(1) };
        rules.releases_from_lines_only = true;
        rules.next_development =
            Some(NextDevelopment { level: Level::Minor, mark: Some(first.unwrap_or(alpha)) });
    }
    Some(format!(
        "the version file says {stated} and lines have branches, so lines make the releases and the development \
         branch carries the next pre-release"
    ))
}
