//! Where a command works: the repository, its policy, its history.

use std::{collections::BTreeMap, env};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::{Zoned, civil::Date};
use trainyard_git::{Cache, FileContent, Repository, Stray};
use trainyard_history::{History, Survey};
use trainyard_policy::Policy;

use crate::{args::Global, error::CommandError, parts, progress, surroundings};

/// The name of the policy file.
pub(crate) const POLICY_FILE: &str = "trainyard.toml";

/// A repository with its policy and history.
pub(crate) struct Site {
    pub(crate) repository: Repository,
    pub(crate) cache: Option<Cache>,
    pub(crate) history: History,
    /// References that lead to no commit.
    pub(crate) strays: Vec<Stray>,
    pub(crate) policy: Policy,
    pub(crate) survey: Survey,
    /// What was assumed where no policy file is, for people.
    pub(crate) assumed: Option<String>,
}

impl Site {
    /// Opens the repository and reads its policy; without a file, a preset that fits what is found.
    pub(crate) fn open(global: &Global, preset: Option<&str>) -> Result<Self, CommandError> {
        let repository = surroundings::repository(&global.directory)?;
        let cache = if global.no_cache { None } else { cache_dir().map(|dir| Cache::open(&dir)) };
        let snapshot =
            progress::while_doing("reading the history", || repository.history(cache.as_ref()))?;
        let (history, strays) = (snapshot.history, snapshot.strays);
        let declared = match preset {
            Some(name) => Some(preset_policy(name)?),
            None => declared_policy(global, &repository)?,
        };
        let (policy, assumed) = match declared {
            // A policy from elsewhere may speak of this repository as one of several.
            Some(policy) if preset.is_some() || global.policy.is_some() => {
                (trainyard_history::seen_from(policy, &repository.name()), None)
            }
            Some(policy) => (policy, None),
            None => {
                let folders = parts::folders(&repository, &history)?;
                assume(&repository.name(), &history, &folders)?
            }
        };
        let survey = Survey::new(&policy, &history);
        Ok(Self { repository, cache, history, strays, policy, survey, assumed })
    }
}

/// The text of a file, where it is one and is UTF-8.
pub(crate) fn text_of(content: FileContent) -> Option<String> {
    String::from_utf8(content.into_bytes()?).ok()
}

/// The policy that a preset stands for.
pub(crate) fn preset_policy(name: &str) -> Result<Policy, CommandError> {
    Policy::preset(name).ok_or_else(|| CommandError::usage(format!("there is no preset `{name}`")))
}

/// Reads a policy file, or explains everything that is wrong with it.
pub(crate) fn read_policy(path: &Utf8Path) -> Result<Policy, CommandError> {
    let text = crate::files::read_text(path)
        .map_err(|error| error.hint("name the policy with --policy FILE"))?;
    parse_policy(&text, path.as_str())
}

pub(crate) fn parse_policy(text: &str, name: &str) -> Result<Policy, CommandError> {
    match Policy::parse(text, name) {
        Ok(checked) => Ok(checked.policy),
        Err(errors) => Err(CommandError::Policy(errors.render(true))),
    }
}

/// The named policy file, else the one in the working tree, else (in a bare repository) the one in the newest tree.
fn declared_policy(
    global: &Global,
    repository: &Repository,
) -> Result<Option<Policy>, CommandError> {
    if let Some(path) = &global.policy {
        return read_policy(&global.directory.join(path)).map(Some);
    }
    if let Some(path) = policy_path(repository) {
        return read_policy(&path).map(Some);
    }
    let Ok(head) = repository.resolve("HEAD") else { return Ok(None) };
    let wanted = [(head, Utf8PathBuf::from(POLICY_FILE))];
    match repository.read_files(&wanted)?.pop().and_then(text_of) {
        Some(text) => parse_policy(&text, POLICY_FILE).map(Some),
        None => Ok(None),
    }
}

/// The policy file of a working tree, where it is.
pub(crate) fn policy_path(repository: &Repository) -> Option<Utf8PathBuf> {
    let path = repository.root().join(POLICY_FILE);
    // A link that leads nowhere is a policy that cannot be read, rather than none.
    fs_err::symlink_metadata(&path).is_ok().then_some(path)
}

/// A policy for a repository without one: a preset, fitted to the tags and branches that are there, and to the folders
/// of its parts.
pub(crate) fn assume(
    name: &str,
    history: &History,
    folders: &BTreeMap<String, Utf8PathBuf>,
) -> Result<(Policy, Option<String>), CommandError> {
    let found = trainyard_history::adopt(name, history, folders, Policy::preset);
    found
        .map(|adopted| (adopted.policy, Some(adopted.because)))
        .ok_or_else(|| CommandError::usage("the embedded presets are damaged"))
}

/// Where things learned are kept: `$XDG_CACHE_HOME/trainyard`, or `~/.cache/trainyard`.
#[expect(clippy::disallowed_methods, reason = "this is the command line's edge")]
fn cache_dir() -> Option<Utf8PathBuf> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(dir) = set("TRAINYARD_CACHE_DIR") {
        return Some(Utf8PathBuf::from(dir));
    }
    let base = set("XDG_CACHE_HOME").map(Utf8PathBuf::from);
    let base = base.or_else(|| Some(Utf8PathBuf::from(set("HOME")?).join(".cache")));
    base.filter(|base| base.is_absolute()).map(|base| base.join("trainyard"))
}

/// The asked day, or today in the system's time zone.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub(crate) fn day(asked: Option<Date>) -> Date {
    asked.unwrap_or_else(|| Zoned::now().date())
}
