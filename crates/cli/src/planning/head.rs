//! Where a plan is asked from.

use trainyard_history::{Branch, CommitIndex, Head};
use trainyard_report::Problem;

use crate::{error::CommandError, site::Site};

/// How many branches are suggested for a name that nothing has.
const MOST_SUGGESTIONS: usize = 5;

/// The asked branch, line or commit, else what is checked out.
pub(crate) fn find(site: &Site, at: Option<&str>) -> Result<Head, CommandError> {
    let Some(at) = at else {
        return site.history.head.clone().ok_or_else(|| nothing_checked_out(site));
    };
    if let Some(branch) = branch_named(site, at) {
        return Ok(on(branch));
    }
    let id = match site.repository.resolve(at) {
        Ok(id) => id,
        Err(error) => {
            return branch_of_line(site, at).map(on).ok_or_else(|| unknown(site, at, &error));
        }
    };
    let commit = site.history.graph.find(id).ok_or_else(|| {
        CommandError::usage(format!("no branch or tag leads to {at}"))
            .hint("plan from a commit that a branch or tag contains")
    })?;
    Ok(Head { branch: None, commit })
}

fn on(branch: &Branch) -> Head {
    Head { branch: Some(branch.name.clone()), commit: branch.tip }
}

/// The branch as `git branch --all` prints it: `1.2`, `origin/1.2` or `remotes/origin/1.2`.
fn branch_named<'a>(site: &'a Site, at: &str) -> Option<&'a Branch> {
    let at = at.strip_prefix("refs/heads/").unwrap_or(at);
    let branches = &site.history.branches;
    let remote = at.strip_prefix("refs/").unwrap_or(at);
    let remote = remote.strip_prefix("remotes/").unwrap_or(remote);
    branches.iter().find(|branch| branch.name == at).or_else(|| {
        branches.iter().find(|branch| branch.remote.is_some() && full_name(branch) == remote)
    })
}

/// The name, with the remote before it for a remote-tracking branch.
fn full_name(branch: &Branch) -> String {
    match &branch.remote {
        Some(remote) => format!("{remote}/{}", branch.name),
        None => branch.name.clone(),
    }
}

/// The branch of a line: `1.2` may live on `release/1.2`, and `23.09` is the line `23.9`.
fn branch_of_line<'a>(site: &'a Site, at: &str) -> Option<&'a Branch> {
    let is_tip = |tip: CommitIndex, name: &str| {
        site.history.branches.iter().find(|branch| branch.tip == tip && full_name(branch) == name)
    };
    site.survey.components.iter().find_map(|component| {
        let wanted = canonical_line(at);
        let (_, line) = component.lines.iter().find(|(name, line)| {
            (name.as_str() == at || canonical_line(name) == wanted) && line.branch.is_some()
        })?;
        let branch = line.branch.as_ref()?;
        is_tip(branch.tip, &branch.name)
    })
}

/// `23.9` of `23.09`, `v23.9` and `23.9.x`.
fn canonical_line(name: &str) -> String {
    let name = name.strip_prefix(['v', 'V']).unwrap_or(name);
    let name = name.strip_suffix(".x").unwrap_or(name);
    let parts = name.split('.').map(|part| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0",
        significant => significant,
    });
    parts.collect::<Vec<_>>().join(".")
}

fn nothing_checked_out(site: &Site) -> CommandError {
    let branch = site.repository.unborn_branch();
    let name = branch.as_deref().unwrap_or("HEAD");
    if site.history.graph.is_empty() {
        return CommandError::usage(
            "the repository has no commits yet, so there is nothing to plan",
        )
        .hint("make a first commit");
    }
    let elsewhere = site.history.branches.first().map_or_else(|| "BRANCH".to_owned(), full_name);
    CommandError::usage(format!(
        "the branch `{name}` has no commits yet, so there is nothing to plan"
    ))
    .hint(format!("make its first commit, or plan for another branch with `--at {elsewhere}`"))
}

fn unknown(site: &Site, at: &str, error: &trainyard_git::GitError) -> CommandError {
    let problem = CommandError::Usage(Problem::from_error(error));
    if let Some(hint) = line_without_branch(site, at) {
        return problem.hint(hint);
    }
    let similar = similar_branches(site, at);
    if similar.is_empty() {
        return problem.hint("name a branch, a tag or a commit of this repository");
    }
    problem.hint(format!("there are branches with similar names: {}", similar.join(", ")))
}

/// What to do where a line is asked for that has releases and no branch.
fn line_without_branch(site: &Site, at: &str) -> Option<String> {
    site.survey.components.iter().find_map(|past| {
        let wanted = canonical_line(at);
        let (line, _) = past.lines.iter().find(|(name, line)| {
            (name.as_str() == at || canonical_line(name) == wanted) && line.branch.is_none()
        })?;
        let newest = past.of_line(line).next_back()?;
        let component = &site.policy.components[past.component];
        let name = component.repository.is_none().then(|| past.branch_name(component, &newest.version));
        Some(match name? {
            Some(name) => format!(
                "line {line} has no branch; begin one at its newest release with `git branch {name} {}`",
                newest.tag
            ),
            None => format!(
                "line {line} has no branch; plan from its newest release with `--at {}`",
                newest.tag
            ),
        })
    })
}

/// The branches whose names are the most like the asked one, the likest first.
fn similar_branches(site: &Site, at: &str) -> Vec<String> {
    let wanted = at.to_lowercase();
    let mut found: Vec<(usize, String)> = site
        .history
        .branches
        .iter()
        .map(full_name)
        .filter_map(|name| Some((unlikeness(&wanted, &name.to_lowercase())?, name)))
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().take(MOST_SUGGESTIONS).map(|(_, name)| name).collect()
}

/// How many letters differ; `None` where too many do. A name within the other is like it.
fn unlikeness(one: &str, other: &str) -> Option<usize> {
    const LONGEST: usize = 100;
    if one.len() > LONGEST || other.len() > LONGEST || one.is_empty() {
        return None;
    }
    if one.contains(other) || other.contains(one) {
        return Some(0);
    }
    let most = one.chars().count().max(other.chars().count()) / 3;
    Some(letters_to_change(one, other)).filter(|letters| *letters <= most)
}

/// The edit distance.
fn letters_to_change(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut before = index;
        row[0] = index + 1;
        for (column, candidate) in other.iter().enumerate() {
            let replaced = before + usize::from(letter != *candidate);
            before = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(before + 1);
        }
    }
    row[other.len()]
}
