//! What the branch that a plan is asked from is for.

use trainyard_policy::{Component, Policy};

use crate::{
    facts::{Branch, CommitIndex, Head, History},
    survey::{Release, line_of_branch},
};

/// What a branch is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// New work lands here.
    Development {
        /// The branch.
        branch: String,
    },
    /// Patch releases of one line are made here.
    Line {
        /// The branch.
        branch: String,
        /// The canonical line.
        line: String,
    },
    /// Releases of one major version are made here while newer ones go on elsewhere.
    Series {
        /// The branch.
        branch: String,
        /// The first number of its versions.
        major: u64,
    },
    /// Work that will be merged elsewhere.
    Topic {
        /// The branch, or `None` for a detached head.
        branch: Option<String>,
        /// The role of the branch it came from.
        onto: Box<Self>,
    },
}

/// What a head has behind it, for a component.
pub(super) struct Behind<'a> {
    /// The newest final release that the head contains.
    pub(super) contained: Option<&'a Release>,
    /// The newest final release of all.
    pub(super) newest: Option<&'a Release>,
}

impl Role {
    /// Finds the role of a head for a component.
    ///
    /// A branch that the policy names is a development or line branch. Any other is a topic of the branch that it
    /// has the fewest commits beyond; of equals, of the one that has the fewest beyond it; of equals again,
    /// development comes before lines. But where the head is left behind by newer releases, and builds on a release
    /// that development lacks or that its name tells, it is a branch of that release's line or major version. Where
    /// the policy names no branch of the repository at all, the head's own branch is the development branch.
    pub(super) fn of(
        policy: &Policy,
        component: &Component,
        history: &History,
        head: &Head,
        behind: &Behind<'_>,
    ) -> Self {
        let named = head.branch.as_deref();
        if let Some(role) = named.and_then(|branch| named_role(policy, component, branch)) {
            return role;
        }
        let nearest = history
            .branches
            .iter()
            .filter_map(|branch| Some((branch, named_role(policy, component, &branch.name)?)))
            .min_by_key(|(branch, role)| {
                let beyond = distance(history, head.commit, branch.tip);
                (beyond, distance(history, branch.tip, head.commit), role.is_line())
            });
        match (nearest, named) {
            (Some((branch, onto)), _) => {
                let kept = (!onto.is_line()).then(|| maintained(history, head, branch, behind));
                kept.flatten().unwrap_or_else(|| Self::Topic {
                    branch: named.map(str::to_owned),
                    onto: Box::new(onto),
                })
            }
            (None, Some(branch)) => Self::Development { branch: branch.to_owned() },
            (None, None) => Self::Development { branch: "HEAD".to_owned() },
        }
    }

    /// The role that decides: a topic's is that of the branch it came from.
    pub fn effective(&self) -> &Self {
        match self {
            Self::Topic { onto, .. } => onto.effective(),
            role => role,
        }
    }

    /// The line, for a line branch and topics of one.
    pub fn line(&self) -> Option<&str> {
        match self.effective() {
            Self::Line { line, .. } => Some(line),
            _ => None,
        }
    }

    /// The major version, for a branch of one.
    pub fn series(&self) -> Option<u64> {
        match self.effective() {
            Self::Series { major, .. } => Some(*major),
            _ => None,
        }
    }

    fn is_line(&self) -> bool {
        matches!(self, Self::Line { .. })
    }

    /// For people: "development branch main".
    pub fn describe(&self) -> String {
        match self {
            Self::Development { branch } => format!("development branch {branch}"),
            Self::Line { branch, line } => format!("branch {branch} of line {line}"),
            Self::Series { branch, major } => format!("branch {branch} of the versions {major}.x"),
            Self::Topic { branch: Some(branch), onto } => {
                format!("topic branch {branch}, which came from {}", onto.describe())
            }
            Self::Topic { branch: None, onto } => format!("a commit of {}", onto.describe()),
        }
    }
}

/// The line or major version that a head keeps alive beside a development branch.
fn maintained(
    history: &History,
    head: &Head,
    development: &Branch,
    behind: &Behind<'_>,
) -> Option<Role> {
    let (contained, newest) = (behind.contained?, behind.newest?);
    if newest.version <= contained.version {
        return None;
    }
    let branch = head.branch.clone().unwrap_or_else(|| "HEAD".to_owned());
    let line = Role::Line { branch: branch.clone(), line: contained.line.clone() };
    let is_own =
        contained.commit.is_some_and(|commit| !history.graph.is_ancestor(commit, development.tip));
    if is_own {
        return Some(line);
    }
    let numbers = numbers_in(&branch);
    let major = contained.version.segment(0);
    match numbers.as_slice() {
        [x, y, ..] if [*x, *y] == [major, contained.version.segment(1)] => Some(line),
        [x] if *x == major && newest.version.segment(0) > major => {
            Some(Role::Series { branch, major })
        }
        _ => None,
    }
}

/// The first dotted numbers of a name: `1`, `2` of `maint-1.2`, `1` of `v1.x`.
fn numbers_in(name: &str) -> Vec<u64> {
    let start = name.find(|letter: char| letter.is_ascii_digit()).unwrap_or(name.len());
    name[start..]
        .split('.')
        .map_while(|part| {
            let end = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse().ok()
        })
        .collect()
}

fn named_role(policy: &Policy, component: &Component, branch: &str) -> Option<Role> {
    if policy.lines.development.iter().any(|name| name == branch) {
        return Some(Role::Development { branch: branch.to_owned() });
    }
    let line = line_of_branch(policy, component, branch)?;
    Some(Role::Line { branch: branch.to_owned(), line })
}

/// How many commits one has beyond another.
fn distance(history: &History, one: CommitIndex, other: CommitIndex) -> usize {
    history.graph.range(one, [other]).len()
}
