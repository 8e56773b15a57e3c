//! What changed between the pinned releases of two bundles, in clones of their components.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use trainyard_bundle::{Bundle, BundleDifference, Catalogue, Origin, Pin, Release};
use trainyard_evidence::{Class, Focus, Memo, Verdict};
use trainyard_git::Repository;
use trainyard_policy::Policy;

use super::clone_of;
use crate::{args::Global, comparing, error::CommandError, progress, site, surroundings};

/// What changed in a component between two of its releases.
#[derive(Debug, Serialize)]
pub(crate) struct ComponentEvidence {
    /// The component.
    pub(crate) name: String,
    /// What is not compatible.
    pub(crate) breaking: Vec<ChangeTold>,
    /// What migrates or changes stored data.
    pub(crate) data: Vec<ChangeTold>,
    /// How many changes may break some.
    pub(crate) dangerous: usize,
    /// How many changes could not be judged.
    pub(crate) unknown: usize,
}

/// A change.
#[derive(Debug, Serialize)]
pub(crate) struct ChangeTold {
    /// What it is about.
    pub(crate) subject: String,
    /// What happened.
    pub(crate) sentence: String,
    /// The rule that says so.
    pub(crate) rule: String,
    /// Where it is, in the newer release, else in the older.
    pub(crate) path: Option<String>,
}

/// What the clones tell of the components that differ, and the names of those of which none tells anything.
pub(crate) fn between(
    global: &Global,
    clones: &[String],
    catalogue: &Catalogue,
    (before, after): (&Bundle, &Bundle),
    difference: &BundleDifference,
) -> Result<(Vec<ComponentEvidence>, Vec<String>), CommandError> {
    let (mut told, mut silent) = (Vec::new(), Vec::new());
    let moved = difference.components.iter().filter(|it| it.before.is_some() && it.after.is_some());
    let moved: Vec<_> = moved.map(|it| it.name.as_str()).collect();
    if clones.is_empty() || moved.is_empty() {
        return Ok((told, moved.into_iter().map(str::to_owned).collect()));
    }
    let policy = site::preset_policy("semver")?;
    let mut repositories = Vec::new();
    for clone in clones {
        let (name, path) = clone_of(clone);
        let repository = surroundings::repository(&global.directory.join(path))?;
        let name = name.map_or_else(|| repository.name(), str::to_owned);
        repositories.push((name, repository));
    }
    comparing::prepare_threads();
    for name in moved {
        let (Some(old), Some(new)) = (before.pin(name), after.pin(name)) else { continue };
        let sides = [State::of(catalogue, old), State::of(catalogue, new)];
        let holds = |repository: &str| sides.iter().all(|side| side.is_from(name, repository));
        let found = repositories.iter().find(|(repository, _)| holds(repository));
        let commits = sides.each_ref().map(|side| side.commit);
        let compared = match (found, commits) {
            (Some((_, repository)), [Some(old), Some(new)]) => {
                let folder = sides[1].folder();
                let doing = format!("comparing the releases of {name}");
                progress::while_doing(&doing, || compare(&policy, repository, (old, new), folder))?
            }
            _ => None,
        };
        match compared {
            Some(verdict) => told.push(ComponentEvidence::new(name, &verdict)),
            None => silent.push(name.to_owned()),
        }
    }
    Ok((told, silent))
}

/// What a pin stands for in a repository.
struct State<'a> {
    commit: Option<&'a str>,
    release: Option<&'a Release>,
}

impl<'a> State<'a> {
    fn of(catalogue: &'a Catalogue, pin: &'a Pin) -> Self {
        let name = catalogue.name(&pin.name);
        let release = name.and_then(|name| catalogue.find_first(name, &pin.version));
        let known = release.and_then(|release| release.manifest.origin.commit.as_deref());
        Self { commit: pin.commit.as_deref().or(known), release }
    }

    /// Whether a repository is where the release was read; one of the component's name is taken for its own.
    fn is_from(&self, component: &str, repository: &str) -> bool {
        let origin = self.release.and_then(|it| it.manifest.origin.repository.as_deref());
        origin == Some(repository) || repository == component
    }

    /// The folder of the release's manifest, whose files are the component's.
    fn folder(&self) -> &'a Utf8Path {
        let found = self.release.and_then(|release| {
            let Origin { repository, tag, .. } = &release.manifest.origin;
            let root = folder_of(repository.as_deref()?, tag.as_deref()?);
            release.manifest.place.as_ref()?.path().strip_prefix(root).ok()?.parent()
        });
        found.unwrap_or_else(|| Utf8Path::new(""))
    }
}

/// How the files of a tag are told: `core@1.2.0/package.py`.
pub(super) fn folder_of(repository: &str, tag: &str) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{repository}@{tag}"))
}

/// Compares two commits as far as they are in a folder; `None` where one of them is not there.
fn compare(
    policy: &Policy,
    repository: &Repository,
    (old, new): (&str, &str),
    folder: &Utf8Path,
) -> Result<Option<Verdict>, CommandError> {
    let (Ok(old), Ok(new)) = (repository.resolve(old), repository.resolve(new)) else {
        return Ok(None);
    };
    let Some(component) = policy.components.first() else { return Ok(None) };
    let is_own = |path: &Utf8Path| path.starts_with(folder);
    let wanted = |path: &Utf8Path| is_own(path) && comparing::is_wanted(policy, path);
    let trees = repository.trees(&wanted);
    let focus = Focus::new(&is_own, &component.evidence);
    let (old, new) = (trees.of(old)?, trees.of(new)?);
    Ok(Some(comparing::compare(&focus, &old, &new, &Memo::default(), None)))
}

impl ComponentEvidence {
    fn new(name: &str, verdict: &Verdict) -> Self {
        let of = |class: Class| verdict.changes.iter().filter(move |it| it.class == class);
        let told = |class: Class| {
            let told = of(class).map(|change| {
                let place = change.source.path.as_ref();
                let before = change.before.as_ref().and_then(|before| before.path.as_ref());
                ChangeTold {
                    subject: change.subject.clone(),
                    sentence: change.sentence.clone(),
                    rule: change.rule.clone(),
                    path: place.or(before).map(ToString::to_string),
                }
            });
            told.collect()
        };
        Self {
            name: name.to_owned(),
            breaking: told(Class::Breaking),
            data: told(Class::Data),
            dangerous: of(Class::Dangerous).count(),
            unknown: of(Class::Unknown).count(),
        }
    }
}
