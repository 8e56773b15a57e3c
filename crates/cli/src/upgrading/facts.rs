//! Facts of releases for plans, read from repositories.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use camino::Utf8Path;
use trainyard_bundle::{Attestations, Catalogue, Verdict as Compatible, compatibility};
use trainyard_evidence::{
    Change, Class, Detector, Memo,
    migrations::{Effects, Environment, Migration, Migrations, effects_of},
};
use trainyard_history::{CommitId, ComponentHistory, Release};
use trainyard_upgrade::plan::{Changes, Knowledge, Known, Note, Relation};
use trainyard_version::Target;

use super::{read, side};
use crate::{
    comparing::{self, Asked},
    error::CommandError,
    site::{Site, text_of},
};

/// Changelogs that are looked for, the first that is there.
const CHANGELOGS: [&str; 5] =
    ["CHANGELOG.md", "CHANGELOG.rst", "CHANGES.md", "docs/CHANGELOG.md", "HISTORY.md"];

/// Repositories with the components that are released from them, and what manifests say of these.
pub(super) struct Facts {
    sites: Vec<Site>,
    /// By component, the site and the index in its policy.
    homes: BTreeMap<String, (usize, usize)>,
    /// What releases ask of each other, where that was given.
    catalogue: Option<Catalogue>,
    memo: Memo,
    /// What changed between commits of a component; asked for a hop and for the whole range.
    changes: RefCell<BTreeMap<(usize, usize, CommitId, CommitId), Changes>>,
}

impl Facts {
    /// Facts from a policy's own repository.
    pub(super) fn of(site: Site, catalogue: Option<Catalogue>) -> Self {
        let mut facts = Self {
            sites: Vec::new(),
            homes: BTreeMap::new(),
            catalogue,
            memo: Memo::default(),
            changes: RefCell::default(),
        };
        facts.add(site);
        facts
    }

    /// Adds a repository, for those components that none had releases of before.
    pub(super) fn add(&mut self, site: Site) {
        let place = self.sites.len();
        for (index, component) in site.policy.components.iter().enumerate() {
            let history = site.survey.components.get(index);
            let has_releases = history.is_some_and(|it| it.releases.iter().any(is_there));
            if has_releases && !self.homes.contains_key(&component.name) {
                self.homes.insert(component.name.clone(), (place, index));
            }
        }
        self.sites.push(site);
    }

    /// Whether some repository has releases of a component.
    pub(super) fn knows(&self, component: &str) -> bool {
        self.homes.contains_key(component)
    }

    /// The release whose commit is checked out somewhere.
    pub(super) fn release_at(&self, component: &str, commit: CommitId) -> Option<String> {
        let home = self.home(component)?;
        let mut releases = home.history.releases.iter().rev();
        let found = releases.find(|release| home.commit(release) == Some(commit))?;
        Some(found.version.text().to_owned())
    }

    fn home(&self, component: &str) -> Option<Home<'_>> {
        let (place, index) = *self.homes.get(component)?;
        let site = self.sites.get(place)?;
        Some(Home { place, index, site, history: site.survey.components.get(index)? })
    }
}

fn is_there(release: &Release) -> bool {
    release.commit.is_some()
}

/// Where a component's releases are.
struct Home<'a> {
    place: usize,
    index: usize,
    site: &'a Site,
    history: &'a ComponentHistory,
}

impl<'a> Home<'a> {
    fn commit(&self, release: &Release) -> Option<CommitId> {
        release.commit.map(|commit| self.site.history.graph.id(commit))
    }

    fn release(&self, known: &Known) -> Option<&'a Release> {
        self.history.releases.iter().find(|it| it.tag == known.tag && is_there(it))
    }

    fn commit_of(&self, known: &Known) -> Option<CommitId> {
        self.commit(self.release(known)?)
    }

    /// Whether a path has migrations of the component.
    fn reads(&self, path: &Utf8Path) -> bool {
        let component = self.site.policy.components.get(self.index);
        component.is_some_and(|it| it.paths.contains(path)) && Migrations.wants(path)
    }

    fn known(&self, release: &Release) -> Known {
        let canonical = release.version.canonical().to_owned();
        let rules =
            self.site.policy.components.get(self.index).map(trainyard_policy::Component::current);
        let image_tag = rules
            .and_then(|rules| rules.scheme.render(&release.version, Target::Docker, None).ok());
        Known {
            version: release.version.text().to_owned(),
            line: release.line.clone(),
            is_final: release.is_final(),
            tag: release.tag.clone(),
            commit: self.commit(release).map(|commit| commit.to_string()).unwrap_or_default(),
            aliases: vec![canonical],
            image_tag: image_tag.unwrap_or_default(),
        }
    }
}

impl Knowledge for Facts {
    type Error = CommandError;

    fn releases(&self, component: &str) -> Result<Vec<Known>, CommandError> {
        let Some(home) = self.home(component) else { return Ok(Vec::new()) };
        let there = home.history.releases.iter().filter(|release| is_there(release));
        Ok(there.map(|release| home.known(release)).collect())
    }

    fn migrations(
        &self,
        component: &str,
        release: &Known,
    ) -> Result<Arc<[Environment]>, CommandError> {
        let Some(home) = self.home(component) else { return Ok(Arc::default()) };
        let Some(commit) = home.commit_of(release) else { return Ok(Arc::default()) };
        let wanted = |path: &Utf8Path| home.reads(path);
        let tree = home.site.repository.trees(&wanted).of(commit)?;
        let (found, _) = read(&side(&tree), &self.memo, None);
        Ok(found.into())
    }

    fn effects(
        &self,
        component: &str,
        release: &Known,
        environment: &Environment,
        wanted: &[&Migration],
    ) -> Result<Vec<Effects>, CommandError> {
        let Some(home) = self.home(component) else { return Ok(Vec::new()) };
        let Some(commit) = home.commit_of(release) else { return Ok(Vec::new()) };
        let reads = |path: &Utf8Path| home.reads(path);
        let tree = home.site.repository.trees(&reads).of(commit)?;
        Ok(effects_of(&side(&tree), &self.memo, environment, wanted))
    }

    fn changes(&self, component: &str, from: &Known, to: &Known) -> Result<Changes, CommandError> {
        let Some(home) = self.home(component) else { return Ok(Changes::default()) };
        let Some((old, new)) = home.commit_of(from).zip(home.commit_of(to)) else {
            return Ok(Changes::default());
        };
        let key = (home.place, home.index, old, new);
        if let Some(known) = self.changes.borrow().get(&key) {
            return Ok(known.clone());
        }
        let asked = [Asked { component: home.index, old, new }];
        let verdicts = comparing::verdicts(home.site, &asked, |verdict| verdict)?;
        let changes: Vec<Change> =
            verdicts.into_iter().flat_map(|verdict| verdict.changes).collect();
        let is_told = |change: &&Change| {
            change.class == Class::Breaking
                && !["config.", "requirements.", "migration"]
                    .iter()
                    .any(|it| change.rule.starts_with(it))
        };
        let found = Changes {
            breaking: changes.iter().filter(is_told).map(Change::title).collect(),
            configuration: of_family(&changes, "config."),
            requirements: of_family(&changes, "requirements."),
        };
        self.changes.borrow_mut().insert(key, found.clone());
        Ok(found)
    }

    /// Sections of the target's changelog.
    fn notes(&self, component: &str, from: &Known, to: &Known) -> Result<Vec<Note>, CommandError> {
        let Some(home) = self.home(component) else { return Ok(Vec::new()) };
        let releases = || home.history.releases.iter();
        let place = |known: &Known| releases().position(|release| release.tag == known.tag);
        let (Some((from, to)), Some(new)) = (place(from).zip(place(to)), home.commit_of(to)) else {
            return Ok(Vec::new());
        };
        let wanted: Vec<_> = CHANGELOGS.iter().map(|path| (new, (*path).into())).collect();
        let mut texts = home.site.repository.read_files(&wanted)?.into_iter();
        let Some(text) = texts.find_map(text_of) else { return Ok(Vec::new()) };
        let is_between = |version: &str| {
            let range = releases().enumerate().filter(|(place, _)| *place > from && *place <= to);
            let mut known = range.map(|(_, release)| &release.version);
            known.any(|known| known.text() == version || known.canonical() == version)
        };
        let sections = trainyard_release::changelog::sections(&text).into_iter();
        let told = sections.filter(|(version, _)| is_between(version));
        Ok(told
            .map(|(version, text)| Note {
                version: version.to_owned(),
                text: text.to_owned(),
                ..Note::default()
            })
            .collect())
    }

    /// What the given manifests say.
    fn relation(&self, one: (&str, &Known), other: (&str, &Known)) -> Relation {
        let Some(catalogue) = &self.catalogue else { return Relation::Unknown };
        let find = |(name, release): (&str, &Known)| {
            catalogue.find_first(catalogue.name(name)?, &release.version)
        };
        let Some((left, right)) = find(one).zip(find(other)) else { return Relation::Unknown };
        let answer = compatibility(left, right, &[], &Attestations::default());
        let why = answer.rules.first().map(|ruling| ruling.why.clone()).unwrap_or_default();
        match answer.verdict {
            Compatible::Unknown => Relation::Unknown,
            Compatible::Compatible => Relation::Works(why),
            Compatible::Incompatible => Relation::Breaks(why),
        }
    }
}

/// The sentences of some rules, those that somebody must act on first.
fn of_family(changes: &[Change], family: &str) -> Vec<String> {
    let mut found: Vec<_> =
        changes.iter().filter(|change| change.rule.starts_with(family)).collect();
    found.sort_by_key(|change| std::cmp::Reverse(change.class == Class::Breaking));
    let told = |change: &&Change| match change.class {
        Class::Breaking => format!("by hand: {}", change.title()),
        _ => change.title(),
    };
    found.iter().map(told).collect()
}
