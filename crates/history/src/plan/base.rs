//! The release a next version is counted from.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use serde::{Serialize, Serializer};
use trainyard_policy::{Component, Policy};
use trainyard_version::Version;

use super::{Request, Role, firsts::first_of_line, role::Behind};
use crate::{
    facts::{CommitId, CommitIndex, Head, History},
    survey::{BranchRef, ComponentHistory, Release, Survey, first_with_scheme},
};

/// A release as the start of a derivation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Base {
    /// Its version.
    pub version: Version,
    /// Its tag.
    pub tag: String,
    /// Its commit; `None` in a history read from a list.
    pub commit: Option<CommitId>,
    /// Its line.
    pub line: String,
    #[serde(skip)]
    pub(crate) index: Option<CommitIndex>,
}

/// A line with a branch that waits for its first final release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutLine {
    /// The canonical line.
    pub line: String,
    /// Its branch.
    pub branch: BranchRef,
}

/// What must be read before one component's next version can be decided.
#[derive(Clone, Debug)]
pub struct Question {
    /// Index into [`Policy::components`].
    pub component: usize,
    /// What the head's branch is for.
    pub role: Role,
    /// The final release that the level counts from: the line's newest, or the newest of all.
    pub base: Option<Base>,
    /// The newest pre-release on the way to the next final one, where a train is open.
    pub train: Option<Base>,
    /// The commits since the base, children first.
    pub commits: Vec<CommitIndex>,
    /// What the base and the cut line's branch have and the head has not, children first: picks of it are no news.
    pub elsewhere: Vec<CommitIndex>,
    /// How many commits were left out because they are picks.
    pub(crate) picked: usize,
    /// The files that those touch.
    pub(crate) picked_paths: BTreeSet<Utf8PathBuf>,
    /// The commits since the train's newest pre-release; empty without a train.
    pub since_train: Vec<CommitIndex>,
    /// The full ids of those commits, sorted.
    pub(crate) since_train_ids: Vec<String>,
    /// A line above the base that has a branch and no final release yet: what the branch has is no news any more.
    pub cut_line: Option<CutLine>,
    /// The tag of the line's newest release, where the line's branch does not contain it.
    pub missing: Option<String>,
    /// The tag of the newest release of all, where it shares no history with the head and so does not count.
    pub unrelated: Option<String>,
    /// Where a shallow clone ends before the base was reached: the commit at the cut.
    pub cut: Option<CommitId>,
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.describe())
    }
}

impl Question {
    /// Asks about every component.
    pub fn all(
        policy: &Policy,
        history: &History,
        survey: &Survey,
        request: &Request,
    ) -> Vec<Self> {
        let ask = |component: &ComponentHistory| Self::new(policy, history, component, request);
        survey.components.iter().map(ask).collect()
    }

    fn new(policy: &Policy, history: &History, past: &ComponentHistory, request: &Request) -> Self {
        let component = &policy.components[past.component];
        let head = request.head.commit;
        let sight = Sight { component, history, past, head };
        let behind = sight.behind();
        let role = Role::of(policy, component, history, &request.head, &behind);
        let base = match (role.line(), role.series()) {
            (Some(line), _) => {
                sight.newest_final_of(line).or_else(|| sight.newest_final_below(line))
            }
            (_, Some(major)) => sight.newest_final_of_series(major),
            _ => behind.newest,
        };
        let develops = matches!(role.effective(), Role::Development { .. });
        let cut_line = develops.then(|| sight.newest_cut_line(base, &request.head)).flatten();
        let train = sight.open_train(base, role.line());
        let commits = match component.repository {
            Some(_) => Vec::new(),
            None => sight.since(base, cut_line.as_ref().map(|cut| cut.branch.tip)),
        };
        let elsewhere = match component.repository {
            Some(_) => Vec::new(),
            None => sight.elsewhere(base, cut_line.as_ref().map(|cut| cut.branch.tip)),
        };
        let since_train = train.map(|train| sight.since(Some(train), None)).unwrap_or_default();
        let mut since_train_ids: Vec<_> =
            since_train.iter().map(|commit| history.graph.id(*commit).to_string()).collect();
        since_train_ids.sort_unstable();
        let cut = commits.iter().find(|commit| history.graph.is_cut(**commit));
        let of_line = base.filter(|release| Some(release.line.as_str()) == role.line());
        let unrelated = sight.newest_first().find(|release| release.is_final());
        Self {
            component: past.component,
            base: base.map(|release| sight.base(release)),
            train: train.map(|release| sight.base(release)),
            cut: cut.map(|commit| history.graph.id(*commit)),
            missing: of_line
                .filter(|release| release.commit.is_some() && !sight.is_in_past(release))
                .map(|release| release.tag.clone()),
            unrelated: unrelated
                .filter(|release| !sight.is_related(release))
                .map(|release| release.tag.clone()),
            role,
            cut_line,
            commits,
            elsewhere,
            picked: 0,
            picked_paths: BTreeSet::new(),
            since_train,
            since_train_ids,
        }
    }
}

/// One component's releases as seen from a head.
struct Sight<'a> {
    component: &'a Component,
    history: &'a History,
    past: &'a ComponentHistory,
    head: CommitIndex,
}

impl<'a> Sight<'a> {
    /// Releases in the scheme now in force, newest first.
    fn newest_first(&self) -> impl Iterator<Item = &'a Release> + use<'a> {
        let read_by = first_with_scheme(self.component, &self.component.current().scheme);
        self.past.releases.iter().rev().filter(move |release| release.read_by == read_by)
    }

    fn behind(&self) -> Behind<'a> {
        let finals = || self.newest_first().filter(|release| release.is_final());
        Behind {
            contained: finals().find(|release| self.is_in_past(release)),
            newest: finals().find(|release| self.is_related(release)),
        }
    }

    fn newest_final_of_series(&self, major: u64) -> Option<&'a Release> {
        let mut finals = self.newest_first().filter(|release| release.is_final());
        finals.find(|release| release.version.segment(0) == major)
    }

    /// The newest line above a release that has a branch, not the head's own, and no final release.
    fn newest_cut_line(&self, base: Option<&Release>, head: &Head) -> Option<CutLine> {
        let rules = self.component.current();
        let waiting = self.past.lines.iter().filter_map(|(line, known)| {
            let branch = known.branch.clone()?;
            let first = first_of_line(rules, line, None)?;
            let is_above = base.is_none_or(|base| first > base.version);
            let is_own = head.branch.as_deref() == Some(&branch.name);
            (is_above && !is_own).then(|| (first, CutLine { line: line.clone(), branch }))
        });
        waiting.max_by(|one, other| one.0.cmp(&other.0)).map(|(_, cut)| cut)
    }

    fn newest_final_of(&self, line: &str) -> Option<&'a Release> {
        self.newest_first().find(|release| release.is_final() && release.line == line)
    }

    /// The newest final release before the first of a line that has none yet.
    fn newest_final_below(&self, line: &str) -> Option<&'a Release> {
        let scheme = &self.component.current().scheme;
        let first =
            ["", ".0"].iter().find_map(|rest| scheme.parse(&format!("{line}{rest}")).ok())?;
        self.newest_first().find(|release| release.is_final() && release.version < first)
    }

    /// The newest pre-release above the base whose final release is still to come, on the asked line or, without
    /// one, in the head's past.
    fn open_train(&self, base: Option<&Release>, line: Option<&str>) -> Option<&'a Release> {
        self.newest_first()
            .take_while(|release| base.is_none_or(|base| release.version > base.version))
            .find(|release| {
                let here = match line {
                    Some(line) => release.line == line,
                    None => self.is_in_past(release),
                };
                !release.is_final() && here
            })
    }

    fn is_in_past(&self, release: &Release) -> bool {
        release.commit.is_some_and(|commit| self.history.graph.is_ancestor(commit, self.head))
    }

    /// Whether release and head share any commit.
    fn is_related(&self, release: &Release) -> bool {
        let Some(commit) = release.commit else { return true };
        let graph = &self.history.graph;
        graph.is_ancestor(commit, self.head) || {
            let past = graph.ancestors([self.head]);
            let own = graph.range(commit, [self.head]);
            own.iter()
                .any(|commit| graph.parents(*commit).iter().any(|parent| past.contains(*parent)))
                || own.is_empty()
        }
    }

    /// The commits of the head that neither a release nor another commit contains.
    fn since(&self, release: Option<&Release>, other: Option<CommitIndex>) -> Vec<CommitIndex> {
        let release = release.and_then(|release| release.commit);
        self.history.graph.range(self.head, release.into_iter().chain(other))
    }

    /// The commits that a release or another commit has and the head has not.
    fn elsewhere(&self, release: Option<&Release>, other: Option<CommitIndex>) -> Vec<CommitIndex> {
        let tips = release.and_then(|release| release.commit).into_iter().chain(other);
        let found: BTreeSet<_> =
            tips.flat_map(|tip| self.history.graph.range(tip, [self.head])).collect();
        found.into_iter().collect()
    }

    fn base(&self, release: &Release) -> Base {
        Base {
            version: release.version.clone(),
            tag: release.tag.clone(),
            commit: release.commit.map(|commit| self.history.graph.id(commit)),
            line: release.line.clone(),
            index: release.commit,
        }
    }
}

/// Whether two versions are on the way to the same final release.
pub(super) fn same_target(one: &Version, other: &Version) -> bool {
    let segments = one.release().len().max(other.release().len());
    (0..segments).all(|index| one.segment(index) == other.segment(index))
}
