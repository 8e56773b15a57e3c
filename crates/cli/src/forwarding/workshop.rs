//! Merges in memory, with versions and changelogs settled by line and direction.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use trainyard_git::{Git, MergedTrees, TreeEdit};
use trainyard_history::{carried::Station, version_in};
use trainyard_policy::Component;
use trainyard_release::merge::{self, Change, Claim, Direction, Kept, Place, Role};
use trainyard_report::{Code, Finding, Location};

use super::outcome::{Conflict, Settled};
use crate::{error::CommandError, site::Site};

/// More manifests are not read to know what a lock repeats.
const MOST_MANIFESTS: usize = 2000;

/// Where merges are made; nothing of the user's is touched.
pub(crate) struct Workshop<'s> {
    pub(crate) site: &'s Site,
    pub(crate) git: Git,
    /// Where new objects go when only a look is wanted.
    _scratch: Option<TempDir>,
}

/// What is merged or picked, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Joining<'a> {
    pub(crate) from: &'a Station,
    pub(crate) into: &'a Station,
    /// The common ancestor; of a pick, the parent of the commit.
    pub(crate) base: Option<&'a str>,
    pub(crate) ours: &'a str,
    pub(crate) theirs: &'a str,
}

/// The result in trees and texts.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    /// The tree, with what could be settled.
    pub(crate) tree: String,
    /// Texts that were settled and differ from git's own.
    pub(crate) texts: BTreeMap<Utf8PathBuf, String>,
    pub(crate) settled: Vec<Settled>,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) findings: Vec<Finding>,
}

impl<'s> Workshop<'s> {
    /// A workshop at a repository; for a rehearsal, one whose objects are thrown away.
    pub(crate) fn new(site: &'s Site, is_rehearsal: bool) -> Result<Self, CommandError> {
        let git = Git::at(site.repository.root());
        if !is_rehearsal {
            return Ok(Self { site, git, _scratch: None });
        }
        let scratch = tempfile::tempdir()?;
        let git = git.in_scratch(Utf8Path::new(&scratch.path().to_string_lossy()))?;
        Ok(Self { site, git: git.as_nobody(), _scratch: Some(scratch) })
    }

    /// Settles what git merged, by what the branches are.
    pub(crate) fn join(
        &self,
        joining: Joining<'_>,
        merged: MergedTrees,
    ) -> Result<Joined, CommandError> {
        let claims = self.claims(joining);
        let paths = self.candidates(joining, &claims, &merged)?;
        let changes = self.changes(joining, &paths)?;
        let manifests = self.manifests(joining.ours, &changes)?;
        let settlement = merge::settle(&changes, &claims, &manifests);

        let mut joined = Joined { tree: merged.tree, ..Joined::default() };
        let is_open = |path: &Utf8PathBuf| settlement.conflicts.contains(path);
        let known = |path: &Utf8PathBuf| settlement.texts.contains_key(path);
        let left = merged.conflicts.iter().filter(|each| !known(&each.path) || is_open(&each.path));
        joined.conflicts = left
            .map(|each| Conflict { path: each.path.clone(), kind: each.kind.clone() })
            .collect();
        let git_conflicts: BTreeSet<_> = merged.conflicts.iter().map(|each| &each.path).collect();
        for path in settlement.conflicts.iter().filter(|path| !git_conflicts.contains(path)) {
            joined.conflicts.push(Conflict { path: path.clone(), kind: "version".to_owned() });
        }
        let clean: Vec<_> = settlement.texts.iter().filter(|(path, _)| !is_open(path)).collect();
        let asked: Vec<_> =
            clean.iter().map(|(path, _)| (joined.tree.clone(), (*path).clone())).collect();
        let by_git = self.git.texts_at(&asked)?;
        let mut edits = Vec::new();
        for ((path, text), by_git) in clean.into_iter().zip(by_git) {
            if by_git.as_ref() == Some(text) && !git_conflicts.contains(path) {
                continue;
            }
            let Some((mode, _)) = self.git.entry_at(joining.ours, path)? else { continue };
            let blob = self.git.write_blob(text.as_bytes())?;
            edits.push(TreeEdit { path: path.clone(), becomes: Some((mode, blob)) });
            joined.texts.insert(path.clone(), text.clone());
        }
        if !edits.is_empty() {
            joined.tree = self.git.write_tree(Some(&joined.tree), &edits)?;
        }
        tell(&mut joined, joining, &changes, &settlement.places);
        Ok(joined)
    }

    /// The places where a merge that a person made states less than line and direction ask for.
    pub(crate) fn reverts(
        &self,
        joining: Joining<'_>,
        made: &str,
    ) -> Result<Vec<Finding>, CommandError> {
        let mut findings = Vec::new();
        for claim in self.claims(joining) {
            let commits =
                [joining.base.unwrap_or(joining.ours), joining.ours, joining.theirs, made];
            let wanted: Vec<_> = commits
                .iter()
                .map(|commit| ((*commit).to_owned(), claim.path.to_owned()))
                .collect();
            let texts = self.git.texts_at(&wanted)?;
            let stated = texts.into_iter().map(|text| {
                version_in(claim.path, claim.place, &text?).ok().map(|(version, _)| version)
            });
            let stated: Vec<Option<String>> = stated.collect();
            let [base, Some(ours), Some(theirs), Some(merged)] = stated.as_slice() else {
                continue;
            };
            let revert =
                merge::silent_revert(&claim.direction, base.as_deref(), ours, theirs, merged);
            if let Some(revert) = revert {
                let message = format!(
                    "the merge of {} into {} states {}, and {} is right",
                    joining.from.name, joining.into.name, revert.found, revert.expected
                );
                let finding = Finding::new(Code::VERSION_TAKEN_BACK, claim.path.as_str(), message);
                let finding = finding.at(Location::file(claim.path.to_owned()));
                findings.push(finding.suggest(format!("write {} there", revert.expected)));
            }
        }
        Ok(findings)
    }

    /// The places that state versions, with what is merged into what for each component.
    fn claims(&self, joining: Joining<'_>) -> Vec<Claim<'s>> {
        let policy = &self.site.policy;
        let components = policy.components.iter().enumerate();
        components
            .filter(|(_, component)| component.repository.is_none())
            .flat_map(|(index, component)| {
                let direction = Direction {
                    from: self.role(index, component, joining.from),
                    into: self.role(index, component, joining.into),
                    scheme: &component.current().scheme,
                };
                component.version_files.iter().map(move |file| Claim {
                    component: &component.name,
                    path: &file.path,
                    place: &file.place,
                    direction: direction.clone(),
                })
            })
            .collect()
    }

    /// What a branch is to one component, whose lines may have other branches than another's.
    fn role(&self, index: usize, component: &Component, station: &Station) -> Role {
        let past = self.site.survey.components.get(index);
        let line = past.into_iter().flat_map(|past| &past.lines).find(|(_, line)| {
            let name = line.branch.as_ref().map(|branch| branch.name.as_str());
            name == Some(station.full_name().as_str())
        });
        Role::of(&self.site.policy, component, &station.name, line.map(|(line, _)| line.as_str()))
    }

    /// The files to look at: those that state versions, and changelogs and locks that both sides changed.
    fn candidates(
        &self,
        joining: Joining<'_>,
        claims: &[Claim<'_>],
        merged: &MergedTrees,
    ) -> Result<BTreeMap<Utf8PathBuf, Kept>, CommandError> {
        let mut paths: BTreeMap<Utf8PathBuf, Kept> = BTreeMap::new();
        let by_name = |path: &Utf8PathBuf| Some((path.clone(), Kept::by_name(path)?));
        paths.extend(merged.conflicts.iter().filter_map(|each| by_name(&each.path)));
        if let Some(base) = joining.base {
            let changed = |commit: &str| {
                let touched = self.git.touched_between(base, commit)?;
                let known = touched.into_iter().map(|each| each.path);
                Ok::<BTreeSet<_>, CommandError>(
                    known.filter(|path| Kept::by_name(path).is_some()).collect(),
                )
            };
            let (ours, theirs) = (changed(joining.ours)?, changed(joining.theirs)?);
            paths.extend(ours.intersection(&theirs).filter_map(by_name));
        }
        paths.extend(claims.iter().map(|claim| (claim.path.to_owned(), Kept::Versions)));
        Ok(paths)
    }

    /// The texts of both sides where they differ.
    fn changes(
        &self,
        joining: Joining<'_>,
        paths: &BTreeMap<Utf8PathBuf, Kept>,
    ) -> Result<Vec<Change>, CommandError> {
        let at = |commit: &str| {
            let wanted: Vec<_> =
                paths.keys().map(|path| (commit.to_owned(), path.clone())).collect();
            self.git.texts_at(&wanted)
        };
        let bases = match joining.base {
            Some(base) => at(base)?,
            None => vec![None; paths.len()],
        };
        let (ours, theirs) = (at(joining.ours)?, at(joining.theirs)?);
        let sides = bases.into_iter().zip(ours.into_iter().zip(theirs));
        let changes =
            paths.iter().zip(sides).filter_map(|((path, kept), (base, (ours, theirs)))| {
                let (ours, theirs) = (ours?, theirs?);
                let path = path.clone();
                // Where nothing comes in, ours stays, as git has it.
                (ours != theirs && base.as_ref() != Some(&theirs)).then_some(Change {
                    path,
                    base,
                    ours,
                    theirs,
                    kept: *kept,
                })
            });
        Ok(changes.collect())
    }

    /// The manifests of the repository's packages, where a file repeats their versions.
    fn manifests(
        &self,
        commit: &str,
        changes: &[Change],
    ) -> Result<BTreeMap<Utf8PathBuf, String>, CommandError> {
        const NAMES: [&str; 3] = ["Cargo.toml", "pyproject.toml", "package.json"];
        let is_needed = changes.iter().any(|change| {
            change.kept == Kept::Lock || change.path.file_name() == Some("Cargo.toml")
        });
        if !is_needed {
            return Ok(BTreeMap::new());
        }
        let listed =
            self.git.run(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])?;
        let paths = listed.split('\0').map(Utf8PathBuf::from);
        let manifests =
            paths.filter(|path| path.file_name().is_some_and(|name| NAMES.contains(&name)));
        let wanted: Vec<_> =
            manifests.take(MOST_MANIFESTS).map(|path| (commit.to_owned(), path)).collect();
        let texts = self.git.texts_at(&wanted)?;
        let known = wanted.into_iter().zip(texts);
        Ok(known.filter_map(|((_, path), text)| Some((path, text?))).collect())
    }
}

/// Tells what was settled and why, and what deserves a second look.
fn tell(joined: &mut Joined, joining: Joining<'_>, changes: &[Change], places: &[Place]) {
    let way = format!("{} -> {}", joining.from.name, joining.into.name);
    for place in places.iter().filter(|place| place.ours != place.theirs) {
        let Some(version) = &place.choice.version else { continue };
        joined.settled.push(Settled {
            path: place.path.clone(),
            component: Some(place.component.clone()),
            ours: Some(place.ours.clone()),
            theirs: Some(place.theirs.clone()),
            version: Some(version.clone()),
            because: place.choice.reason.sentence().to_owned(),
        });
        let subject = place.path.as_str();
        let at = Location::file(place.path.clone());
        if place.choice.lowers {
            let reason = place.choice.reason.sentence();
            let message = format!("{way} lowers {} to {version}: {reason}", place.ours);
            let finding = Finding::new(Code::VERSION_LOWERED, subject, message).at(at.clone());
            joined.findings.push(finding.suggest("look whether it was meant"));
        }
        if place.choice.is_behind && joining.into.line.is_none() {
            let message = format!(
                "{} keeps {version}, and {} is merged into it",
                joining.into.name, place.theirs
            );
            let finding = Finding::new(Code::VERSION_BEHIND, subject, message).at(at);
            joined.findings.push(finding.suggest("raise it to the next line's first version"));
        }
    }
    let others = joined.texts.keys().filter(|path| !places.iter().any(|each| each.path == **path));
    for path in others {
        let kept = changes.iter().find(|change| change.path == *path).map(|change| change.kept);
        let because = match kept {
            Some(Kept::Lock) => "it repeats the versions that were chosen",
            _ => "each side's entries are kept in the section that they belong to",
        };
        joined.settled.push(Settled {
            path: path.clone(),
            component: None,
            ours: None,
            theirs: None,
            version: None,
            because: because.to_owned(),
        });
    }
}
