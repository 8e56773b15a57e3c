//! Looks at everything that could stand in the way.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_git::{Git, GitFailed, NewCommit};
use trainyard_history::{History, Survey, Tag};
use trainyard_release::{
    journal::Plan,
    preflight::{Facts, RemoteFacts},
};
use trainyard_report::{Code, Finding};

use super::{contents::Contents, failed, request::Wanted};
use crate::error::CommandError;

/// Reads the facts; what is written on the way goes into `scratch`.
pub(super) fn read(
    git: &Git,
    scratch: &Git,
    wanted: &Wanted,
    contents: &Contents,
    interrupted: Option<&Plan>,
) -> Result<Facts, CommandError> {
    let state = git.work_tree().map_err(failed)?;
    let behind = state.upstream.filter(|upstream| upstream.behind > 0);
    let names: Vec<_> = wanted.tags().into_iter().chain(wanted.lines()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let lacks_identity = git.lacks_identity().map_err(failed)?;
    let lacks_key = match &lacks_identity {
        None => lacks_key(git, scratch, wanted).map_err(failed)?,
        Some(_) => None,
    };
    Ok(Facts {
        in_the_way: in_the_way(wanted, contents),
        branch: state.branch,
        changed: state.changed,
        unfinished: state.unfinished.map(str::to_owned),
        interrupted: interrupted.map(|plan| plan.name.clone()),
        behind: behind.map(|upstream| (upstream.name, upstream.behind)),
        lacks_identity,
        lacks_key,
        is_shallow: wanted.site.repository.is_shallow(),
        here: git.commits_at(&names).map_err(failed)?,
        remote: remote(git, wanted).map_err(failed)?,
    })
}

/// The index as somebody holds it, or as a git that was cut off has left it.
pub(super) fn locked(git: &Git) -> Result<Option<Finding>, GitFailed> {
    let lock = git.run(&["rev-parse", "--path-format=absolute", "--git-path", "index.lock"])?;
    if !camino::Utf8Path::new(&lock).exists() {
        return Ok(None);
    }
    let message = format!("cannot write the index: `{lock}` is there");
    let finding = Finding::new(Code::REPOSITORY_UNWRITABLE, "release", message);
    Ok(Some(finding.suggest(
        "another git is at work, or one was cut off: wait for it to end; where none runs, remove that file",
    )))
}

/// Files of the release that are not as git has them.
fn in_the_way(wanted: &Wanted, contents: &Contents) -> Vec<(camino::Utf8PathBuf, &'static str)> {
    let root = wanted.site.repository.root();
    let edits = contents.edits.iter().chain(&contents.next);
    let mut found: Vec<_> = edits
        .filter_map(|edit| {
            let about = fs_err::symlink_metadata(root.join(&edit.path));
            let is_new = !contents
                .edits
                .iter()
                .any(|other| other.path == edit.path && other.before.is_some())
                && edit.before.is_none();
            let why = match about {
                Ok(_) if is_new => "is there and not tracked",
                Ok(about) if !about.is_file() => "is no ordinary file",
                Err(_) if edit.before.is_some() && !is_made(contents, edit) => "is not checked out",
                _ => return None,
            };
            Some((edit.path.clone(), why))
        })
        .collect();
    found.dedup();
    found
}

/// Whether a file of the next version is one that the release makes.
fn is_made(contents: &Contents, edit: &trainyard_release::cut::Edit) -> bool {
    let mut made = contents.edits.iter().filter(|other| other.before.is_none());
    made.any(|other| other.path == edit.path)
}

/// Why git cannot sign, found by trying.
fn lacks_key(git: &Git, scratch: &Git, wanted: &Wanted) -> Result<Option<String>, GitFailed> {
    let is_asked =
        ["commit.gpgSign", "tag.gpgSign"].iter().try_fold(wanted.sign, |asked, key| {
            Ok::<_, GitFailed>(asked || git.setting(key)?.as_deref() == Some("true"))
        })?;
    if !is_asked {
        return Ok(None);
    }
    let tree = scratch.run(&["rev-parse", &format!("{}^{{tree}}", wanted.start)])?;
    let commit =
        NewCommit { tree: &tree, parents: &[], message: "can this be signed?\n", sign: true };
    Ok(match scratch.write_commit(&commit) {
        Ok(_) => None,
        Err(GitFailed::Refused { told, .. }) => Some(told.replace('\n', ": ")),
        Err(error) => return Err(error),
    })
}

/// What the remote to push to has.
fn remote(git: &Git, wanted: &Wanted) -> Result<Option<RemoteFacts>, GitFailed> {
    let Some(asked) = &wanted.push else { return Ok(None) };
    let name = if asked.is_empty() { followed(git, wanted.branch())? } else { asked.clone() };
    let references = match git.commits_of_remote(&name) {
        Ok(references) => Ok(references),
        Err(GitFailed::Refused { told, .. }) => {
            Err(told.lines().next().unwrap_or("it said nothing").to_owned())
        }
        Err(error) => return Err(error),
    };
    let branch = format!("refs/heads/{}", wanted.branch());
    let tip = references.as_ref().ok().and_then(|known| known.get(&branch));
    let is_ahead = match tip {
        Some(tip) => {
            let is_ancestor = ["merge-base", "--is-ancestor", tip, &wanted.start];
            git.ask(&is_ancestor, b"")?.code != Some(0)
        }
        None => false,
    };
    let releases_not_here =
        references.as_ref().map(|known| releases_not_here(wanted, known)).unwrap_or_default();
    Ok(Some(RemoteFacts { name, references, is_ahead, releases_not_here }))
}

/// The remote's tags that release what is released and are not here, highest first.
///
/// A version is counted from the tags that are here, so each of these could be as high as it, or higher.
fn releases_not_here(wanted: &Wanted, references: &BTreeMap<String, String>) -> Vec<String> {
    let (site, own) = (&wanted.site, wanted.tags());
    let strays = site.strays.iter().filter_map(|stray| stray.reference.strip_prefix("refs/tags/"));
    let own = own.iter().filter_map(|tag| tag.strip_prefix("refs/tags/"));
    let here = site.history.tags.iter().map(|tag| tag.name.as_str());
    let known: BTreeSet<&str> = here.chain(strays).chain(own).collect();
    let missing = references.keys().filter_map(|name| name.strip_prefix("refs/tags/"));
    let tags: Vec<_> = missing
        .filter(|name| !known.contains(name))
        .map(|name| Tag {
            name: name.to_owned(),
            commit: None,
            when: None,
            annotated: false,
            component: None,
        })
        .collect();
    let survey = Survey::new(&site.policy, &History { tags, ..History::default() });
    let released: BTreeSet<_> = wanted.cuts.iter().map(|cut| cut.component).collect();
    let releases =
        released.iter().flat_map(|index| survey.components[*index].releases.iter().rev());
    releases.map(|release| release.tag.clone()).collect()
}

/// The remote that the branch is pushed to, where there is any.
pub(super) fn known_remote(git: &Git, wanted: &Wanted) -> Result<Option<String>, GitFailed> {
    let is_known = !git.run(&["remote"])?.is_empty();
    is_known.then(|| followed(git, wanted.branch())).transpose()
}

/// The remote that a branch is pushed to.
fn followed(git: &Git, branch: &str) -> Result<String, GitFailed> {
    let keys = [
        format!("branch.{branch}.pushRemote"),
        "remote.pushDefault".to_owned(),
        format!("branch.{branch}.remote"),
    ];
    for key in keys {
        if let Some(remote) = git.setting(&key)? {
            return Ok(remote);
        }
    }
    let remotes = git.run(&["remote"])?;
    let mut names = remotes.lines();
    Ok(match (names.next(), names.next()) {
        (Some(only), None) => only.to_owned(),
        _ => "origin".to_owned(),
    })
}
