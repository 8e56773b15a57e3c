//! Tags become releases, branches become lines, by the policy.

mod lines;
mod spelling;

use std::collections::BTreeMap;

use jiff::civil::Date;
use trainyard_policy::{Component, Period, Policy, Rules, StreamKind};
use trainyard_report::{Code, Finding, Location};
use trainyard_version::{Scheme, Template, Version};

pub(crate) use self::lines::line_of_branch;
pub use self::{
    lines::{BranchRef, LineHistory},
    spelling::{Spelling, tag_name},
};
use crate::{
    facts::{CommitIndex, History, Moment, Tag},
    plan::first_of_line,
};

/// One tag read as a release of a component.
#[derive(Clone, Debug)]
pub struct Release {
    /// The version it means.
    pub version: Version,
    /// The tag's name.
    pub tag: String,
    /// What the tag leads to; `None` in a history read from a list.
    pub commit: Option<CommitIndex>,
    /// When it was tagged, where known.
    pub when: Option<Moment>,
    /// The canonical line, such as `1.2`.
    pub line: String,
    /// Index into [`Component::periods`]: the revision in force.
    pub period: usize,
    /// The first period with the scheme that the version was read by. Versions of releases compare only where this
    /// is the same.
    pub read_by: usize,
    /// Whether the tag is written as that revision says.
    pub spelling: Spelling,
}

impl Release {
    /// The day it was tagged.
    pub fn date(&self) -> Option<Date> {
        self.when.map(Moment::date)
    }

    /// Whether it is no pre-release.
    pub fn is_final(&self) -> bool {
        !self.version.is_prerelease()
    }
}

/// The releases and lines of one component.
#[derive(Clone, Debug)]
pub struct ComponentHistory {
    /// Index into [`Policy::components`].
    pub component: usize,
    /// All releases, older schemes first, then lowest version first; of equal versions the well spelled one first.
    pub releases: Vec<Release>,
    /// Lines by canonical name, with their branches.
    pub lines: BTreeMap<String, LineHistory>,
}

impl ComponentHistory {
    /// The releases of a line, lowest version first.
    pub fn of_line<'a>(&'a self, line: &'a str) -> impl DoubleEndedIterator<Item = &'a Release> {
        self.releases.iter().filter(move |release| release.line == line)
    }

    /// The branch of a line, unless it is the named one.
    pub(crate) fn branch_of_line_beside(
        &self,
        line: &str,
        branch: Option<&str>,
    ) -> Option<&BranchRef> {
        let known = self.lines.get(line)?.branch.as_ref()?;
        (branch != Some(&known.name)).then_some(known)
    }

    /// How the branch of a new line is named: of several templates as the newest line's is. `None` where lines have no
    /// branches.
    pub(crate) fn branch_template<'r>(&self, rules: &'r Rules) -> Option<&'r Template> {
        if let [] | [_] = rules.branches.as_slice() {
            return rules.branches.first();
        }
        let named = self.lines.iter().filter_map(|(line, known)| {
            Some((first_of_line(rules, line, None)?, rules.branches.get(known.named_by?)?))
        });
        let newest = named.max_by(|one, other| one.0.cmp(&other.0)).map(|(_, template)| template);
        // Where releases are made on lines' branches, a first one must begin.
        newest.or_else(|| rules.branches.first().filter(|_| rules.releases_from_lines_only))
    }

    /// The name that the branch of a version's line gets by the rules now in force, where people want one: as the newest
    /// line's, else as the first of the rules' templates. `None` where lines have no branches.
    pub fn branch_name(&self, component: &Component, version: &Version) -> Option<String> {
        let rules = component.current();
        let template = self.branch_template(rules).or_else(|| rules.branches.first())?;
        rules.name(template, version)
    }

    /// Whether a version of this precedence was released, on any line and in any spelling.
    ///
    /// `read_by` is the first period with the version's scheme, as of [`Release::read_by`].
    pub fn has(&self, version: &Version, read_by: usize) -> bool {
        let place = self.releases.binary_search_by(|release| {
            release.read_by.cmp(&read_by).then_with(|| release.version.precedence(version))
        });
        place.is_ok()
    }
}

/// A tag that is no release of any component.
#[derive(Clone, Debug)]
pub struct StrayTag {
    /// The tag's name.
    pub name: String,
    /// What it leads to.
    pub commit: Option<CommitIndex>,
    /// When it was tagged.
    pub when: Option<Moment>,
    /// Why it looks like a release all the same, where it does, for people.
    pub resembles: Option<String>,
}

/// A history as one policy sees it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// One per component of the policy, in its order.
    pub components: Vec<ComponentHistory>,
    /// What each stream of the policy has released under tags of its own, lowest version first.
    pub streams: Vec<Vec<Version>>,
    /// Tags that are no releases, by name; ignored ones are left out.
    pub strays: Vec<StrayTag>,
}

impl Survey {
    /// Reads every tag and branch by the policy.
    ///
    /// *Cost*: linear in tags, times the components' tag templates.
    pub fn new(policy: &Policy, history: &History) -> Self {
        let mut found: Vec<Vec<Release>> = vec![Vec::new(); policy.components.len()];
        let mut strays = Vec::new();
        let is_ignored = |tag: &&Tag| policy.product.ignored_tags.is_match(&tag.name);
        let mut streams: Vec<Vec<Version>> = vec![Vec::new(); policy.streams.len()];
        for tag in history.tags.iter().filter(|tag| !is_ignored(tag)) {
            let owners = exact_owners(policy, tag);
            let stream = owners.is_empty().then(|| stream_release(policy, tag)).flatten();
            if let Some((stream, version)) = stream {
                streams[stream].push(version);
                continue;
            }
            let owners = if owners.is_empty() { near_owners(policy, tag) } else { owners };
            if owners.is_empty() {
                strays.push(stray(policy, tag));
            }
            for (component, release) in owners {
                found[component].push(release);
            }
        }
        let components = found
            .into_iter()
            .enumerate()
            .map(|(index, releases)| {
                ComponentHistory::new(index, &policy.components[index], releases, history, policy)
            })
            .collect();
        for versions in &mut streams {
            versions.sort();
        }
        Self { components, streams, strays }
    }

    /// Tells that the policy reads none of the tags, where some look like versions: then everything that is said of
    /// releases is said as if there had been none.
    pub fn nothing_read(&self, policy: &Policy) -> Option<Finding> {
        let alike: Vec<_> = self.strays.iter().filter(|tag| tag.resembles.is_some()).collect();
        let is_read = self.components.iter().any(|past| !past.releases.is_empty())
            || self.streams.iter().any(|versions| !versions.is_empty());
        let newest = alike.iter().max_by_key(|tag| tag.when.map(|when| when.seconds))?;
        if is_read {
            return None;
        }
        let message = match alike.len() {
            1 => format!(
                "the tag {} looks like a version, and the policy does not read it",
                newest.name
            ),
            count => format!(
                "{count} tags look like versions, such as {}, and the policy reads none of them",
                newest.name
            ),
        };
        let finding = Finding::new(Code::STRAY_TAG, &policy.product.name, message);
        Some(finding.at(Location::reference(&newest.name)).suggest(
            "`trainyard audit` lists them; correct `scheme` or `tag` in the policy, or see what fits with \
             `trainyard init --print`",
        ))
    }
}

impl ComponentHistory {
    fn new(
        index: usize,
        component: &Component,
        mut releases: Vec<Release>,
        history: &History,
        policy: &Policy,
    ) -> Self {
        releases.sort_by(|one, other| {
            (one.read_by.cmp(&other.read_by))
                .then_with(|| one.version.precedence(&other.version))
                .then_with(|| one.spelling.is_exact().cmp(&other.spelling.is_exact()).reverse())
                .then_with(|| one.tag.cmp(&other.tag))
        });
        let lines = lines::of_component(component, &releases, history, policy);
        Self { component: index, releases, lines }
    }
}

/// The components whose tag it can be.
fn candidates<'a>(
    policy: &'a Policy,
    tag: &'a Tag,
) -> impl Iterator<Item = (usize, &'a Component)> {
    policy.components.iter().enumerate().filter(|(_, component)| match &tag.component {
        Some(name) => *name == component.name,
        None => component.repository.is_none(),
    })
}

/// The components that spell a tag exactly so; one tag may release several.
fn exact_owners(policy: &Policy, tag: &Tag) -> Vec<(usize, Release)> {
    candidates(policy, tag)
        .filter_map(|(index, component)| {
            let (period, version) = read_exactly(component, tag)?;
            Some((index, release(component, tag, (period, period), version, Spelling::Exact)))
        })
        .collect()
}

/// The components that spell a tag nearly so.
fn near_owners(policy: &Policy, tag: &Tag) -> Vec<(usize, Release)> {
    let only = candidates(policy, tag).count() == 1;
    candidates(policy, tag)
        .filter_map(|(index, component)| {
            let (periods, version, spelling) = spelling::read_nearly(component, tag, only)?;
            Some((index, release(component, tag, periods, version, spelling)))
        })
        .collect()
}

/// The stream that a tag releases, by the stream's own template and scheme.
fn stream_release(policy: &Policy, tag: &Tag) -> Option<(usize, Version)> {
    policy.streams.iter().enumerate().find_map(|(index, stream)| {
        let (scheme, template) = match &stream.kind {
            StreamKind::Single { .. } => return None,
            StreamKind::Composite { scheme, tag, .. } | StreamKind::Bundle { scheme, tag } => {
                (scheme, tag.as_ref()?)
            }
        };
        let version = match spelling::version_text(template, &tag.name) {
            Some(text) => scheme.parse(text).ok()?,
            // A composite's tag may name its parts instead.
            None => scheme.compose(&template.captures(&tag.name)?).ok()?,
        };
        Some((index, version))
    })
}

/// A release in force under the first period, read by the scheme of the second.
fn release(
    component: &Component,
    tag: &Tag,
    (period, reader): (usize, usize),
    version: Version,
    spelling: Spelling,
) -> Release {
    let scheme = &component.periods[reader].rules.scheme;
    Release {
        line: scheme.line(&version),
        version,
        tag: tag.name.clone(),
        commit: tag.commit,
        when: tag.when,
        period,
        read_by: first_with_scheme(component, scheme),
        spelling,
    }
}

/// The first period of a component with a scheme; periods with one scheme share their versions' order.
pub(crate) fn first_with_scheme(component: &Component, scheme: &Scheme) -> usize {
    component.periods.iter().position(|period| period.rules.scheme == *scheme).unwrap_or(0)
}

/// Reads a tag in a template of the very period that was in force for it.
fn read_exactly(component: &Component, tag: &Tag) -> Option<(usize, Version)> {
    let date = tag.when.map(Moment::date);
    component.periods.iter().enumerate().rev().find_map(|(index, period)| {
        let version = read_in(period, &tag.name)?;
        let in_force = component.period_of(&version, date);
        let exact =
            std::ptr::eq(in_force, period) && spelling::is_canonical(&period.rules, &version);
        exact.then_some((index, version))
    })
}

/// Reads a tag in any template of a period.
fn read_in(period: &Period, name: &str) -> Option<Version> {
    period.rules.tags.iter().find_map(|template| {
        let text = spelling::version_text(template, name)?;
        period.rules.scheme.parse(text).ok()
    })
}

fn stray(policy: &Policy, tag: &Tag) -> StrayTag {
    StrayTag {
        name: tag.name.clone(),
        commit: tag.commit,
        when: tag.when,
        resembles: spelling::resemblance(policy, tag),
    }
}
