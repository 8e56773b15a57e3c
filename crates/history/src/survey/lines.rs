//! Release lines and their branches.

use std::collections::BTreeMap;

use trainyard_policy::{Component, Policy, Rules};

use super::{Release, spelling};
use crate::facts::{Branch, CommitIndex, History};

/// A branch by name and tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchRef {
    /// The name, with the remote before it for a remote-tracking branch.
    pub name: String,
    /// The newest commit.
    pub tip: CommitIndex,
}

impl From<&Branch> for BranchRef {
    fn from(branch: &Branch) -> Self {
        let name = match &branch.remote {
            Some(remote) => format!("{remote}/{}", branch.name),
            None => branch.name.clone(),
        };
        Self { name, tip: branch.tip }
    }
}

/// One line: an `x.y` with its branch.
#[derive(Clone, Debug, Default)]
pub struct LineHistory {
    /// The line's branch, the local one where there are both.
    pub branch: Option<BranchRef>,
    /// The template of the rules now in force that names the branch, by index into their branches.
    pub named_by: Option<usize>,
    /// How many releases it has, pre-releases included.
    pub releases: usize,
}

/// The lines that releases or branches tell of.
pub(super) fn of_component(
    component: &Component,
    releases: &[Release],
    history: &History,
    policy: &Policy,
) -> BTreeMap<String, LineHistory> {
    let mut lines: BTreeMap<String, LineHistory> = BTreeMap::new();
    for release in releases {
        lines.entry(release.line.clone()).or_default().releases += 1;
    }
    let here = component.repository.is_none();
    for branch in history.branches.iter().filter(|_| here) {
        let Some(line) = line_of_branch(policy, component, &branch.name) else { continue };
        let named_by = component.current().branches.iter().position(|template| {
            let text = spelling::line_text(template, &branch.name);
            text.is_some_and(|text| {
                canonical_line(component.current(), &text).as_ref() == Some(&line)
            })
        });
        let known = lines.entry(line).or_default();
        if known.branch.is_none() {
            known.branch = Some(branch.into());
            known.named_by = named_by;
        }
    }
    lines
}

/// The canonical line that a branch of this name carries, in any period of the component.
pub(crate) fn line_of_branch(
    policy: &Policy,
    component: &Component,
    branch: &str,
) -> Option<String> {
    if policy.lines.development.iter().any(|name| name == branch) {
        return None;
    }
    let declared = policy.lines.declared.iter().find_map(|(line, declared)| {
        (declared.branch.as_deref() == Some(branch)).then(|| line.clone())
    });
    declared.or_else(|| {
        let by_rules = |rules: &Rules| {
            rules.branches.iter().find_map(|template| {
                let text = spelling::line_text(template, branch)?;
                canonical_line(rules, &text)
            })
        };
        component.periods.iter().rev().find_map(|period| by_rules(&period.rules))
    })
}

/// `23.09` is the line `23.9`: a line's text is read as a version, completed where the scheme needs more.
fn canonical_line(rules: &Rules, text: &str) -> Option<String> {
    ["", ".0"].iter().find_map(|rest| {
        let version = rules.scheme.parse(&format!("{text}{rest}")).ok()?;
        Some(rules.scheme.line(&version))
    })
}
