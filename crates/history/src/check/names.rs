//! Names of branches that only releases may have.

use std::collections::BTreeSet;

use trainyard_policy::{Component, Policy};
use trainyard_report::{Code, Finding, Location};

use crate::{
    facts::History,
    survey::{Survey, line_of_branch},
};

/// Folders of names that are tried for a branch whose own name is taken.
const FREE_FOLDERS: [&str; 3] = ["topic", "work", "change"];

/// What branches of a repository may not be called.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// Says how tags and the branches of lines are called.
    pub policy: &'a Policy,
    /// Holds the tags and branches that are there.
    pub history: &'a History,
    /// Holds the lines that are there.
    pub survey: &'a Survey,
}

impl Names<'_> {
    /// A finding where a proposal's branch has a name that is a release's: that of a tag, of a line, or one that git
    /// cannot keep beside the branch of a line. The branch of a line that is there is fine.
    ///
    /// *Cost*: linear in tags and branches, times the policy's templates.
    pub fn finding(&self, branch: &str) -> Option<Finding> {
        let why = self.collision(branch)?;
        let severity = self.policy.components.first().map_or_else(
            || Some(Code::BRANCH_NAME_TAKEN.info().severity),
            |component| component.current().severity(Code::BRANCH_NAME_TAKEN),
        )?;
        let mut finding = Finding::new(Code::BRANCH_NAME_TAKEN, branch, why)
            .at(Location::reference(format!("refs/heads/{branch}")));
        finding.severity = severity;
        Some(match self.free_name(branch) {
            Some(free) => {
                finding.suggest(format!("call it {free}: `git branch -m {branch} {free}`"))
            }
            None => finding.suggest("give it a name that no tag and no line can have"),
        })
    }

    /// Why a name is not free.
    fn collision(&self, branch: &str) -> Option<String> {
        self.of_tag(branch).or_else(|| self.of_line(branch)).or_else(|| self.of_folder(branch))
    }

    fn of_tag(&self, branch: &str) -> Option<String> {
        if self.history.tags.iter().any(|tag| tag.name == branch) {
            return Some(
                "a tag has the same name, and git commands cannot tell the two apart".into(),
            );
        }
        let component = self.here().find(|component| {
            reads_as_tag(component, branch)
                && line_of_branch(self.policy, component, branch).is_none()
        })?;
        Some(format!("the name is that of a release tag of {}", component.name))
    }

    fn of_line(&self, branch: &str) -> Option<String> {
        self.here().find_map(|component| {
            let line = line_of_branch(self.policy, component, branch)?;
            let known = self.lines(component).any(|known| known == line);
            (!known).then(|| {
                format!(
                    "the name is that of the branch of line {line} of {}, which no release has begun",
                    component.name
                )
            })
        })
    }

    /// Lines that have a release, or that the policy speaks of.
    fn lines<'b>(&'b self, component: &'b Component) -> impl Iterator<Item = &'b str> {
        let past = self.survey.components.iter().filter(|past| {
            self.policy.components.get(past.component).is_some_and(|it| it.name == component.name)
        });
        let released = past
            .flat_map(|past| &past.lines)
            .filter(|(_, line)| line.releases > 0)
            .map(|(name, _)| name.as_str());
        released.chain(self.policy.lines.declared.keys().map(String::as_str))
    }

    /// Git keeps branches as files: `1.2/fix` and `1.2` exclude each other.
    fn of_folder(&self, branch: &str) -> Option<String> {
        let parents = || branch.match_indices('/').filter_map(|(place, _)| branch.get(..place));
        let development = &self.policy.lines.development;
        if let Some(parent) = parents().find(|parent| development.iter().any(|it| it == parent)) {
            return Some(format!("git cannot keep it beside the development branch {parent}"));
        }
        let is_of_a_line = |name: &str| {
            self.here().any(|component| line_of_branch(self.policy, component, name).is_some())
        };
        if let Some(parent) = parents().find(|parent| is_of_a_line(parent)) {
            return Some(format!("git cannot keep it beside {parent}, the branch of a line"));
        }
        let below = format!("{branch}/");
        let template =
            self.here().flat_map(|component| &component.current().branches).find_map(|template| {
                let text = template.to_string();
                let literal = text.split('{').next().unwrap_or_default();
                literal.starts_with(&below).then_some(text)
            });
        template.map(|template| {
            format!("git cannot keep it beside the branches of lines, which are called {template}")
        })
    }

    fn free_name(&self, branch: &str) -> Option<String> {
        let taken: BTreeSet<&str> =
            self.history.branches.iter().map(|branch| branch.name.as_str()).collect();
        let own = branch.replace('/', "-");
        FREE_FOLDERS
            .iter()
            .map(|folder| format!("{folder}/{own}"))
            .find(|name| !taken.contains(name.as_str()) && self.collision(name).is_none())
    }

    /// Components whose branches and tags are in this repository.
    fn here(&self) -> impl Iterator<Item = &Component> {
        self.policy.components.iter().filter(|component| component.repository.is_none())
    }
}

/// Whether a name is a release tag by a component's present rules. A plain number alone is none: people call branches
/// after issues.
fn reads_as_tag(component: &Component, name: &str) -> bool {
    let rules = component.current();
    rules.tags.iter().any(|template| {
        template.matches(name).is_some_and(|text| {
            (text.contains('.') || text.len() < name.len()) && rules.scheme.parse(text).is_ok()
        })
    })
}
