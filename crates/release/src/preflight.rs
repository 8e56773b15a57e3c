//! Everything that stands in the way of a release, before anything is written.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use trainyard_report::{Code, Finding, Location};

use crate::cut::Obstacle;

/// How many files a finding names.
const NAMED: usize = 5;

/// What is seen of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The branch that is checked out; none where it is a commit alone.
    pub branch: Option<String>,
    /// Tracked files that differ from that commit.
    pub changed: Vec<Utf8PathBuf>,
    /// Files that the release would write and that are not there as git has them; how each is told after its name.
    pub in_the_way: Vec<(Utf8PathBuf, &'static str)>,
    /// What somebody is in the middle of, such as `merge`.
    pub unfinished: Option<String>,
    /// A release that was interrupted.
    pub interrupted: Option<String>,
    /// The branch that is followed, where it has commits that are lacking, and how many.
    pub behind: Option<(String, usize)>,
    /// Why nobody is known who commits.
    pub lacks_identity: Option<String>,
    /// Why nothing can be signed that shall be.
    pub lacks_key: Option<String>,
    /// Whether older commits are cut off.
    pub is_shallow: bool,
    /// Where the release's tags and lines' branches are already, by full name, in this repository.
    pub here: BTreeMap<String, String>,
    /// What the remote has; none where nothing is pushed.
    pub remote: Option<RemoteFacts>,
}

/// What is seen of a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFacts {
    /// Its name.
    pub name: String,
    /// Where its tags and branches are, by full name; or why it does not tell.
    pub references: Result<BTreeMap<String, String>, String>,
    /// Whether it has commits on the branch that are lacking here.
    pub is_ahead: bool,
    /// Its tags that are releases of what is released and are not here, in the order in which they are told.
    pub releases_not_here: Vec<String>,
}

/// What a release is going to do, as far as it can be in the way.
#[derive(Clone, Copy, Debug)]
pub struct Intent<'a> {
    /// What is released, such as `app 1.2.0`.
    pub name: &'a str,
    /// The commit that is checked out.
    pub start: &'a str,
    /// The full names of the tags.
    pub tags: &'a [String],
    /// The full names of the branches of lines that begin.
    pub lines: &'a [String],
}

/// Says all that stands in the way, gravest first.
pub fn findings(facts: &Facts, intent: &Intent<'_>) -> Vec<Finding> {
    let found = |code, message: String| Finding::new(code, intent.name, message);
    let mut findings = Vec::new();
    if let Some(name) = &facts.interrupted {
        findings.push(
            found(Code::RELEASE_UNFINISHED, format!("the release of {name} was interrupted"))
                .suggest(
                    "finish it with `trainyard release --continue`, or take it back with `--abort`",
                ),
        );
    }
    if let Some(what) = &facts.unfinished {
        let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        findings.push(
            found(Code::OPERATION_UNFINISHED, format!("{article} {what} is in the middle"))
                .suggest(format!("finish it, or take it back with `git {what} --abort`")),
        );
    }
    if facts.branch.is_none() {
        let message = "a commit is checked out, and no branch could get the release".to_owned();
        findings.push(
            found(Code::DETACHED_HEAD, message)
                .suggest("check out a branch, such as `git switch main`"),
        );
    }
    if !facts.changed.is_empty() {
        findings.push(changed(facts, intent));
    }
    for (path, what) in &facts.in_the_way {
        findings.push(
            found(Code::FILE_IN_THE_WAY, format!("{path} {what}, and the release would write it"))
                .at(Location::file(path.clone()))
                .suggest("move it away, add it to git, or check it out"),
        );
    }
    findings.extend(references(facts, intent));
    findings.extend(facts.remote.as_ref().and_then(|remote| not_fetched(remote, intent)));
    findings.extend(upstream(facts, intent));
    if facts.is_shallow {
        findings.push(
            found(
                Code::SHALLOW_CLONE,
                "this is a shallow clone, and releases may be missing".to_owned(),
            )
            .suggest("fetch the whole history with `git fetch --unshallow --tags`"),
        );
    }
    if let Some(why) = &facts.lacks_identity {
        findings.push(
            found(Code::NO_IDENTITY, format!("git does not know who releases: {why}"))
                .suggest("set `git config user.name NAME` and `git config user.email MAIL`"),
        );
    }
    if let Some(why) = &facts.lacks_key {
        findings.push(found(Code::NO_SIGNING_KEY, format!("git cannot sign: {why}")).suggest(
            "set `git config user.signingKey KEY`, and `gpg.format ssh` for a key of SSH",
        ));
    }
    findings
}

/// What keeps files from being written, as findings.
pub fn of_obstacles(obstacles: &[Obstacle]) -> Vec<Finding> {
    obstacles.iter().map(of_obstacle).collect()
}

fn of_obstacle(obstacle: &Obstacle) -> Finding {
    match obstacle {
        Obstacle::File { component, path, error } => {
            Finding::new(Code::VERSION_FILE_UNWRITABLE, component, error.to_string())
                .at(Location::file(path.clone()))
                .suggest("correct the file, or `version-files` in the policy")
        }
        Obstacle::NoVersion { component, paths } => {
            let names: Vec<_> = paths.iter().map(|path| path.as_str()).collect();
            let message = format!("there is no version of {component} in {}", either(&names));
            Finding::new(Code::VERSION_FILE_UNWRITABLE, component, message)
                .suggest("add the file, or correct `version-files` in the policy")
        }
        Obstacle::Disagreement { component, stated } => {
            let told: Vec<_> =
                stated.iter().map(|(path, _, version)| format!("{version} in {path}")).collect();
            let message = format!("the files state different versions: {}", told.join(", "));
            let mut finding = Finding::new(Code::VERSION_FILES_DISAGREE, component, message);
            finding.locations = stated
                .iter()
                .map(|(path, line, _)| Location {
                    line: Some(*line),
                    ..Location::file(path.clone())
                })
                .collect();
            finding.suggest("make them equal, and commit that")
        }
    }
}

fn changed(facts: &Facts, intent: &Intent<'_>) -> Finding {
    let paths = &facts.changed;
    let named: Vec<_> = paths.iter().take(NAMED).map(|path| path.as_str()).collect();
    let rest = paths.len() - named.len();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let count = match paths.len() {
        1 => "1 file has".to_owned(),
        count => format!("{count} files have"),
    };
    let message = format!("{count} changes that are not committed: {}{more}", named.join(", "));
    let mut finding = Finding::new(Code::WORK_TREE_CHANGED, intent.name, message);
    finding.locations = paths.iter().take(NAMED).cloned().map(Location::file).collect();
    finding.suggest("commit them, or put them aside with `git stash`")
}

/// Tags and branches that are there already, here or on the remote.
fn references(facts: &Facts, intent: &Intent<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let public = facts.remote.as_ref().and_then(|remote| {
        Some((remote.references.as_ref().ok()?, format!(" on {}", remote.name)))
    });
    let places = std::iter::once((&facts.here, String::new())).chain(public);
    for (known, place) in places {
        for tag in intent.tags {
            let Some(at) = known.get(tag) else { continue };
            let name = tag.trim_start_matches("refs/tags/");
            let message = format!("the tag {name} is there already, at {}{place}", short(at));
            findings.push(
                Finding::new(Code::TAG_EXISTS, intent.name, message)
                    .at(Location::reference(name))
                    .suggest("take another version with `--version`, or find out what the tag is"),
            );
        }
        for line in intent.lines {
            let Some(at) = known.get(line) else { continue };
            let name = line.trim_start_matches("refs/heads/");
            let message = format!("the branch {name} is there already, at {}{place}", short(at));
            findings.push(
                Finding::new(Code::LINE_BRANCH_EXISTS, intent.name, message)
                    .at(Location::reference(name))
                    .suggest(format!("release on it with `git switch {name}`, or rename it")),
            );
        }
    }
    findings
}

/// Releases that the version was counted without.
fn not_fetched(remote: &RemoteFacts, intent: &Intent<'_>) -> Option<Finding> {
    let tags = &remote.releases_not_here;
    let named: Vec<_> = tags.iter().take(NAMED).map(String::as_str).collect();
    let message = match (tags.len(), named.as_slice()) {
        (0, _) => return None,
        (1, _) => format!("{} has a release that is missing here: {}", remote.name, tags[0]),
        (count, [first @ .., last]) if count == named.len() => format!(
            "{} has {count} releases that are missing here: {} and {last}",
            remote.name,
            first.join(", ")
        ),
        (count, named) => format!(
            "{} has {count} releases that are missing here: {} and {} more",
            remote.name,
            named.join(", "),
            count - named.len()
        ),
    };
    let mut finding = Finding::new(Code::RELEASES_NOT_FETCHED, intent.name, message);
    finding.locations = named.into_iter().map(Location::reference).collect();
    Some(
        finding.suggest(format!(
            "fetch them with `git fetch --tags {}`, then release again",
            remote.name
        )),
    )
}

/// What the branch lacks of the one that it follows, or of its like on the remote.
fn upstream(facts: &Facts, intent: &Intent<'_>) -> Option<Finding> {
    let branch = facts.branch.as_deref().unwrap_or("HEAD");
    if let Some(RemoteFacts { name, references: Err(why), .. }) = &facts.remote {
        let message = format!("{name} does not answer: {why}");
        let finding = Finding::new(Code::REMOTE_UNREACHABLE, intent.name, message);
        return Some(
            finding.suggest("look at `git remote --verbose`, or release without `--push`"),
        );
    }
    let message = match (&facts.behind, &facts.remote) {
        (Some((upstream, count)), _) => {
            let commits = if *count == 1 { "commit" } else { "commits" };
            format!("{branch} lacks {count} {commits} of {upstream}")
        }
        (None, Some(remote)) if remote.is_ahead => {
            format!(
                "{branch} lacks commits that {} has, and that were not fetched yet",
                remote.name
            )
        }
        _ => return None,
    };
    let finding = Finding::new(Code::BEHIND_UPSTREAM, intent.name, message);
    Some(finding.suggest("fetch and merge them with `git pull`"))
}

fn short(id: &str) -> &str {
    id.get(..9).unwrap_or(id)
}

/// `a`, `a or b`, `a, b or c`.
fn either(names: &[&str]) -> String {
    match names {
        [] => "any file".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
