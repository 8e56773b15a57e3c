//! Makes upgrade plans of a repository and a deployment.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use camino::Utf8Path;
use trainyard_evidence::{
    Change, Class, Detector, Memo,
    migrations::{Environment, Migration, Migrations, effects_of},
};
use trainyard_history::{CommitId, ComponentHistory, Release};
use trainyard_upgrade::{
    migrations::{Passage, Verdict, passages},
    plan::{Component, Deployment, Facts, Gathered, HopFacts, Leg, Note, Plan, plan, route},
};

use super::{read, side};
use crate::{
    args::{Global, upgrading::UpgradePlan},
    comparing::{self, Asked},
    error::CommandError,
    progress,
    site::{Site, text_of},
};

/// More incompatible changes are only counted.
const MOST_TOLD: usize = 60;

/// Changelogs that are looked for, the first that is there.
const CHANGELOGS: [&str; 5] =
    ["CHANGELOG.md", "CHANGELOG.rst", "CHANGES.md", "docs/CHANGELOG.md", "HISTORY.md"];

/// Makes the plan that the arguments ask for.
pub(crate) fn make(global: &Global, args: &UpgradePlan) -> Result<Plan, CommandError> {
    let site = Site::open(global, None)?;
    comparing::prepare_threads();
    let deployment = args.deployment.as_ref().map(|file| deployment(global, file)).transpose()?;
    let index = component(&site, args, deployment.as_ref())?;
    let name = site.policy.components[index].name.clone();
    let installed = installed(deployment.as_ref(), &name);
    let history = &site.survey.components[index];
    let from = match args.from.as_deref().or(installed.version.as_deref()) {
        Some(version) => find(history, version)?,
        None => checked_out(&site, history, &installed)?,
    };
    let to = find(history, &args.to)?;
    progress::while_doing("reading releases", || {
        let mut at = args.at.clone();
        at.extend(installed.database.iter().flat_map(|database| database.at.iter().cloned()));
        let planner = Planner {
            site: &site,
            index,
            history,
            at,
            memo: Memo::default(),
            known: RefCell::default(),
        };
        planner.knows_places(from)?;
        let hops = planner.hops(from, to, args.direct)?;
        let gathered = planner.gathered(from, to, &hops)?;
        let title = deployment.as_ref().map_or(name.as_str(), |deployment| &deployment.name);
        Ok(plan(&Facts { deployment: title, component: &installed, hops, gathered }))
    })
}

fn deployment(global: &Global, file: &Utf8Path) -> Result<Deployment, CommandError> {
    let path = global.directory.join(file);
    let text = crate::files::read_text(&path)?;
    let folder = path.parent().unwrap_or(Utf8Path::new("."));
    let folder = folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned());
    Deployment::read(&text, &folder)
        .map_err(|error| CommandError::usage(format!("{file} cannot be used: {error}")))
}

/// The component that is meant, as an index into the policy.
fn component(
    site: &Site,
    args: &UpgradePlan,
    deployment: Option<&Deployment>,
) -> Result<usize, CommandError> {
    let components = &site.policy.components;
    let names = || components.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
    let by_name = |name: &str| {
        components.iter().position(|component| component.name == name).ok_or_else(|| {
            CommandError::usage(format!("the policy has no component `{name}`"))
                .hint(format!("it has {}", names()))
        })
    };
    if let Some(name) = &args.component {
        return by_name(name);
    }
    let installed: Vec<_> = deployment.iter().flat_map(|it| it.components.keys()).collect();
    match (installed.as_slice(), components.len()) {
        ([one], _) => by_name(one),
        (_, 1) => Ok(0),
        _ => {
            let product = &site.policy.product.name;
            components.iter().position(|component| component.name == *product).ok_or_else(|| {
                CommandError::usage("which component is upgraded is not clear")
                    .hint(format!("name it with `--component`; the policy has {}", names()))
            })
        }
    }
}

fn installed(deployment: Option<&Deployment>, name: &str) -> Component {
    let known = deployment.and_then(|deployment| deployment.components.get(name));
    known.cloned().unwrap_or_default()
}

/// The release that a checkout stands at.
fn checked_out<'a>(
    site: &Site,
    history: &'a ComponentHistory,
    installed: &Component,
) -> Result<&'a Release, CommandError> {
    let hint = "say `--from RELEASE`, or write `version` into the deployment";
    let Some(folder) = &installed.checkout else {
        return Err(CommandError::usage("what is installed is not known").hint(hint));
    };
    let head = crate::surroundings::repository(folder)?.resolve("HEAD")?;
    let is_there = |release: &&Release| commit(site, release) == Some(head);
    history.releases.iter().rev().find(is_there).ok_or_else(|| {
        CommandError::usage(format!("{folder} is at {head}, which is no release")).hint(hint)
    })
}

fn commit(site: &Site, release: &Release) -> Option<CommitId> {
    release.commit.map(|commit| site.history.graph.id(commit))
}

/// The release of a version, a tag, a line, or the newest final one.
fn find<'a>(history: &'a ComponentHistory, wanted: &str) -> Result<&'a Release, CommandError> {
    let releases = || history.releases.iter().filter(|release| release.commit.is_some());
    let is_meant = |release: &&Release| {
        release.tag == wanted
            || release.version.text() == wanted
            || release.version.canonical() == wanted
    };
    if let Some(release) = releases().find(is_meant) {
        return Ok(release);
    }
    let newest = |keep: &dyn Fn(&&Release) -> bool| {
        let finals = releases().filter(|release| release.is_final()).filter(keep);
        finals.max_by(|one, other| one.version.precedence(&other.version))
    };
    let found = match wanted {
        "latest" => newest(&|_| true),
        line => newest(&|release| release.line == line),
    };
    found.ok_or_else(|| {
        let newest =
            newest(&|_| true).map(|release| format!("; the newest is {}", release.version));
        CommandError::usage(format!(
            "no release is called `{wanted}`{}",
            newest.unwrap_or_default()
        ))
        .hint("name a version, a tag, a line such as `25.6`, or `latest`")
    })
}

/// What a plan is made of.
struct Planner<'a> {
    site: &'a Site,
    index: usize,
    history: &'a ComponentHistory,
    /// Where the database stands before the first hop.
    at: Vec<String>,
    memo: Memo,
    /// Migrations by commit.
    known: RefCell<BTreeMap<CommitId, Rc<[Environment]>>>,
}

impl Planner<'_> {
    /// The way from release to release.
    fn hops(
        &self,
        from: &Release,
        to: &Release,
        direct: bool,
    ) -> Result<Vec<HopFacts>, CommandError> {
        if from.version.precedence(&to.version).is_eq() {
            let message = format!("{} is what is installed already", to.version);
            return Err(CommandError::usage(message).hint("name a newer release, or `latest`"));
        }
        if from.version.precedence(&to.version).is_ge() {
            return Err(CommandError::usage(format!(
                "{} is not newer than {}, and plans only lead forward",
                to.version, from.version
            ))
            .hint("to go back, bring back the copy that was made before the upgrade"));
        }
        let mut releases = vec![from];
        let mut lines = Vec::new();
        for (line, candidates) in self.lines_between(from, to) {
            if line == to.line || direct {
                continue;
            }
            let first = releases.len();
            releases.extend(candidates);
            lines.push((first..releases.len()).collect());
        }
        releases.push(to);
        lines.push(vec![releases.len() - 1]);
        let mut failed = None;
        let legs = route(0, &lines, |from, to| match self.risk(releases[from], releases[to]) {
            Ok(risk) => risk,
            Err(error) => {
                failed.get_or_insert(error);
                Verdict::NotSafe
            }
        });
        match failed {
            Some(error) => Err(error),
            None => self.tell(&releases, &legs),
        }
    }

    /// That the release that is installed has the migrations at which the database is said to stand.
    fn knows_places(&self, from: &Release) -> Result<(), CommandError> {
        let environments = self.environments(from)?;
        let migrations = || environments.iter().flat_map(|one| &one.migrations);
        let is_unknown = |at: &&String| !migrations().any(|migration| migration.id == **at);
        match self.at.iter().find(is_unknown) {
            None => Ok(()),
            Some(at) => Err(CommandError::usage(format!(
                "the database is said to stand at `{at}`, which {} does not have",
                from.version
            ))
            .hint("name the release that is really installed with `--from`")),
        }
    }

    /// Final releases by line, of lines after one release's and up to another's, lowest line first.
    fn lines_between(&self, from: &Release, to: &Release) -> Vec<(String, Vec<&Release>)> {
        let mut lines: Vec<(String, Vec<&Release>)> = Vec::new();
        let is_between = |release: &&Release| {
            release.is_final()
                && release.commit.is_some()
                && release.line != from.line
                && release.version.precedence(&from.version).is_gt()
                && release.version.precedence(&to.version).is_le()
        };
        let mut releases: Vec<_> = self.history.releases.iter().filter(is_between).collect();
        releases.sort_by(|one, other| one.version.precedence(&other.version));
        for release in releases {
            match lines.iter_mut().find(|(line, _)| *line == release.line) {
                Some((_, known)) => known.push(release),
                None => lines.push((release.line.clone(), vec![release])),
            }
        }
        lines
    }

    /// How a hop ends by the migration tools alone.
    fn risk(&self, from: &Release, to: &Release) -> Result<Verdict, CommandError> {
        let passages = self.passages(from, to, &|_, _| Vec::new())?;
        Ok(passages.iter().map(|passage| passage.verdict).max().unwrap_or(Verdict::Safe))
    }

    fn passages(
        &self,
        from: &Release,
        to: &Release,
        deeds: &trainyard_upgrade::migrations::Deeds<'_>,
    ) -> Result<Vec<Passage>, CommandError> {
        let (old, new) = (self.environments(from)?, self.environments(to)?);
        let is_installed = |at: &String| {
            old.iter().flat_map(|one| &one.migrations).any(|migration| migration.id == *at)
        };
        let at: Vec<_> = self.at.iter().filter(|at| is_installed(at)).cloned().collect();
        Ok(passages(&old, &new, &at, deeds))
    }

    fn environments(&self, release: &Release) -> Result<Rc<[Environment]>, CommandError> {
        let Some(commit) = commit(self.site, release) else { return Ok(Rc::default()) };
        if let Some(known) = self.known.borrow().get(&commit) {
            return Ok(Rc::clone(known));
        }
        let wanted = |path: &Utf8Path| self.reads(path);
        let tree = self.site.repository.trees(&wanted).of(commit)?;
        let (found, _) = read(&side(&tree), &self.memo, None);
        let found: Rc<[Environment]> = found.into();
        self.known.borrow_mut().insert(commit, Rc::clone(&found));
        Ok(found)
    }

    /// Whether a path has migrations of the component.
    fn reads(&self, path: &Utf8Path) -> bool {
        self.site.policy.components[self.index].paths.contains(path) && Migrations.wants(path)
    }

    /// The facts of each leg.
    fn tell(&self, releases: &[&Release], legs: &[Leg]) -> Result<Vec<HopFacts>, CommandError> {
        let mut hops = Vec::new();
        for leg in legs {
            let (from, to) = (releases[leg.from], releases[leg.to]);
            let Some((old, new)) = commit(self.site, from).zip(commit(self.site, to)) else {
                continue;
            };
            let wanted = |path: &Utf8Path| self.reads(path);
            let tree = self.site.repository.trees(&wanted).of(new)?;
            let new_side = side(&tree);
            let deeds = |environment: &Environment, wanted: &[&Migration]| {
                effects_of(&new_side, &self.memo, environment, wanted)
            };
            let passages = self.passages(from, to, &deeds)?;
            let changes = self.changes(old, new)?;
            hops.push(HopFacts {
                from: from.version.text().to_owned(),
                to: to.version.text().to_owned(),
                tag: to.tag.clone(),
                commit: new.to_string(),
                passages,
                configuration: of_family(&changes, "config."),
                requirements: of_family(&changes, "requirements."),
                side_by_side: self.side_by_side(from, to),
            });
        }
        Ok(hops)
    }

    fn changes(&self, old: CommitId, new: CommitId) -> Result<Vec<Change>, CommandError> {
        let asked = [Asked { component: self.index, old, new }];
        let verdicts = comparing::verdicts(self.site, &asked, |verdict| verdict)?;
        Ok(verdicts.into_iter().flat_map(|verdict| verdict.changes).collect())
    }

    /// What is promised while both releases run side by side (policy row B19).
    fn side_by_side(&self, from: &Release, to: &Release) -> Option<String> {
        let group = self.site.policy.groups.iter().find(|it| it.members.contains(&self.index))?;
        Some(if from.line == to.line {
            format!(
                "parts of group {} on line {} work together while they are replaced one by one",
                group.name, to.line
            )
        } else {
            format!(
                "group {} shares its line: parts of {} and of {} do not work together, so stop all of them",
                group.name, from.line, to.line
            )
        })
    }

    /// What users should know of the whole range.
    fn gathered(
        &self,
        from: &Release,
        to: &Release,
        hops: &[HopFacts],
    ) -> Result<Gathered, CommandError> {
        let Some((old, new)) = commit(self.site, from).zip(commit(self.site, to)) else {
            return Ok(Gathered::default());
        };
        let changes = self.changes(old, new)?;
        let is_told = |change: &&Change| {
            change.class == Class::Breaking
                && !["config.", "requirements.", "migration"]
                    .iter()
                    .any(|it| change.rule.starts_with(it))
        };
        let mut breaking: Vec<_> = changes.iter().filter(is_told).map(Change::title).collect();
        if breaking.len() > MOST_TOLD {
            let rest = breaking.len() - MOST_TOLD;
            breaking.truncate(MOST_TOLD);
            breaking.push(format!(
                "and {rest} more; `trainyard evidence {} {}` lists all",
                from.tag, to.tag
            ));
        }
        let count = |passage: &Passage| {
            passage.pending.len() + passage.skipped.len() + passage.runs_again.len()
        };
        Ok(Gathered {
            breaking,
            migrations: hops.iter().flat_map(|hop| &hop.passages).map(count).sum(),
            notes: self.notes(from, to, new)?,
        })
    }

    /// Sections of the target's changelog for releases after one and up to another, the newest first.
    fn notes(
        &self,
        from: &Release,
        to: &Release,
        new: CommitId,
    ) -> Result<Vec<Note>, CommandError> {
        let wanted: Vec<_> = CHANGELOGS.iter().map(|path| (new, (*path).into())).collect();
        let mut texts = self.site.repository.read_files(&wanted)?.into_iter();
        let Some(text) = texts.find_map(text_of) else { return Ok(Vec::new()) };
        let is_between = |version: &str| {
            self.history.releases.iter().any(|release| {
                (release.version.text() == version || release.version.canonical() == version)
                    && release.version.precedence(&from.version).is_gt()
                    && release.version.precedence(&to.version).is_le()
            })
        };
        let sections = trainyard_release::changelog::sections(&text).into_iter();
        let told = sections.filter(|(version, _)| is_between(version));
        Ok(told
            .map(|(version, text)| Note { version: version.to_owned(), text: text.to_owned() })
            .collect())
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
