//! What a release that is made now is: which components go together, on which branch, and what comes after it.

use jiff::civil::Date;
use trainyard_policy::Policy;
use trainyard_report::{Code, Finding};
use trainyard_version::{Level, Step, Version};

use crate::{
    plan::{Plan, Question, Role, final_of},
    survey::{Release, Survey},
};

/// One component as it is released.
#[derive(Clone, Debug)]
pub struct Cut {
    /// Index into [`Policy::components`].
    pub component: usize,
    /// The release.
    pub version: Version,
    /// Its tag.
    pub tag: String,
    /// The branch that its line gets on the same commit, where the release begins the line.
    pub line_branch: Option<String>,
    /// What the branch goes on with (B10).
    pub next: Option<Version>,
}

/// Everything a release is decided by.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The past.
    pub survey: &'a Survey,
    /// What was asked of each component, in the policy's order.
    pub questions: &'a [Question],
    /// The answer.
    pub plan: &'a Plan,
    /// The branch that is checked out.
    pub branch: Option<&'a str>,
    /// The day of the release.
    pub today: Date,
}

impl Occasion<'_> {
    /// The components that are released with one: itself, and the other members of its groups where it moves to a line that
    /// they share (B17). The findings say who cannot.
    pub fn together(&self, component: usize) -> (Vec<usize>, Vec<Finding>) {
        let (mut members, mut findings) = (vec![component], Vec::new());
        let Some(next) = &self.plan.components[component].next else { return (members, findings) };
        let scheme = &self.policy.components[component].current().scheme;
        let line = scheme.line(next);
        let base = self.plan.components[component].base.as_ref();
        let moves = base.is_none_or(|base| base.line != line);
        let groups = self.policy.groups.iter();
        for group in groups.filter(|group| group.members.contains(&component)) {
            if !moves && group.lockstep > Level::Patch {
                continue;
            }
            for &other in group.members.iter().filter(|other| **other != component) {
                let (declared, plan) =
                    (&self.policy.components[other], &self.plan.components[other]);
                let is_there = plan.base.as_ref().is_some_and(|base| match group.lockstep {
                    Level::Patch => base.version.precedence(next).is_ge(),
                    _ => base.line == line,
                });
                let joins = plan
                    .next
                    .as_ref()
                    .is_some_and(|next| declared.current().scheme.line(next) == line);
                if joins {
                    members.push(other);
                } else if !is_there && declared.repository.is_none() {
                    let why =
                        plan.because.last().map_or("it has nothing to release", String::as_str);
                    let message = format!(
                        "{} cannot begin line {line} with the others: {why}",
                        declared.name
                    );
                    let subject = format!("group {}", group.name);
                    findings.push(
                        Finding::new(Code::LOCKSTEP_INCOMPLETE, subject, message)
                            .suggest("release it where its line is, or take it out of the group"),
                    );
                }
            }
        }
        members.sort_unstable();
        members.dedup();
        (members, findings)
    }

    /// A component's release, and whatever is wrong with the branch that it is asked from (B5).
    ///
    /// None where it has nothing to release; a finding says so, with the reason of the plan.
    pub fn cut(&self, component: usize) -> (Option<Cut>, Option<Finding>) {
        let (declared, plan) =
            (&self.policy.components[component], &self.plan.components[component]);
        let (Some(version), Some(tag)) = (plan.next.clone(), plan.tag.clone()) else {
            let why = plan.because.last().map_or("it has no changes", String::as_str);
            let message = format!("nothing to release: {why}");
            let finding = Finding::new(Code::NOTHING_TO_RELEASE, &declared.name, message);
            let hint = "see `trainyard plan`, or name the version with `--version`";
            return (None, Some(finding.suggest(hint)));
        };
        let rules = declared.current();
        let line = rules.scheme.line(&version);
        let role = &self.questions[component].role;
        let past = &self.survey.components[component];
        let elsewhere = past.branch_of_line_beside(&line, self.branch);
        let develops = matches!(role, Role::Development { .. });
        let wrong = |message: String, hint: String| {
            let subject = format!("{} {version}", declared.name);
            Finding::new(Code::WRONG_RELEASE_BRANCH, subject, message).suggest(hint)
        };
        let here = self.branch.unwrap_or("a commit");
        let finding = match (role, elsewhere) {
            (_, Some(branch)) => Some(wrong(
                format!(
                    "{version} is made on the branch {} of its line, and {here} is checked out",
                    branch.name
                ),
                format!("check it out: `git switch {}`", local(&branch.name)),
            )),
            (Role::Line { line: own, .. }, None) if *own != line => Some(wrong(
                format!("{here} makes releases of line {own}, and {version} is of line {line}"),
                "check out the branch of that line, or a development branch".to_owned(),
            )),
            (Role::Topic { branch: Some(_), onto }, None) => Some(wrong(
                format!("{here} is a topic branch of {}, and makes no releases", onto.describe()),
                "merge it, and release on the branch that it goes into".to_owned(),
            )),
            _ => None,
        };
        let is_final = !version.is_prerelease();
        let has_finals = past.of_line(&line).any(Release::is_final);
        let is_development = version.stage().dev.is_some();
        let begins = develops
            && elsewhere.is_none()
            && !has_finals
            && (is_final || (rules.releases_from_lines_only && !is_development));
        let template = past.branch_template(rules);
        let name = template.and_then(|template| rules.name(template, &version));
        let line_branch = name.filter(|_| begins);
        // Where lines have no branches, the next version begins with every final release.
        let goes_on = line_branch.is_some() || (develops && is_final && template.is_none());
        let next = rules.next_development.as_ref().filter(|_| goes_on).and_then(|rule| {
            let step = Step::NextDevelopment(rule.level, rule.mark.clone());
            rules.scheme.step(&final_of(rules, &version, self.today), &step, self.today).ok()
        });
        (Some(Cut { component, version, tag, line_branch, next }), finding)
    }
}

/// The name of a branch without its remote.
fn local(name: &str) -> &str {
    name.strip_prefix("origin/").unwrap_or(name)
}
