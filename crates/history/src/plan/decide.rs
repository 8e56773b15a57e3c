//! One component's next version.

use jiff::civil::Date;
use trainyard_evidence::{Change, Class};
use trainyard_policy::{Component, Policy, Rules};
use trainyard_report::Finding;
use trainyard_version::{Level, Version};

use super::{
    Alternative, ComponentPlan, Evidence, Question, Request, Stage, Testimony, Waived,
    remarks::{remarks, remedy},
    target::Answer,
    words::named,
};
use crate::survey::{ComponentHistory, Survey, first_with_scheme, tag_name};

/// Everything that one decision rests on.
pub(super) struct Case<'a> {
    pub(super) policy: &'a Policy,
    pub(super) survey: &'a Survey,
    pub(super) question: &'a Question,
    pub(super) testimony: &'a Testimony,
    pub(super) request: &'a Request,
}

impl<'a> Case<'a> {
    /// Decides, and notes what was noticed on the way.
    pub(super) fn decide(&self, findings: &mut Vec<Finding>) -> ComponentPlan {
        let component = self.component();
        let evidence = self.evidence(findings);
        let level = evidence.iter().map(|each| each.level).max().unwrap_or(Level::None);
        let mut answer = match &component.repository {
            Some(url) => Answer {
                next: None,
                because: vec![format!("its releases are made in {url}")],
                failed: false,
            },
            None => self.answer(level, &self.request.stage, &evidence),
        };
        self.note_narrow_line(level, &evidence, findings);
        self.note_missing_release(findings);
        self.heed_request(&mut answer, findings);
        self.note_narrow_date(answer.next.as_ref(), &evidence, findings);
        let next = answer.next;
        let line = match &next {
            Some(version) => self.rules().scheme.line(version),
            None => self.question.base.as_ref().map_or_else(String::new, |base| base.line.clone()),
        };
        ComponentPlan {
            component: component.name.clone(),
            from: self.question.role.describe(),
            line,
            base: self.question.base.clone(),
            rules: self.testimony.rules.get(&self.question.component).copied(),
            commits: self.testimony.commits.get(&self.question.component).copied().unwrap_or(0),
            alternatives: match component.repository {
                Some(_) => Vec::new(),
                None => self.alternatives(next.as_ref(), level, &evidence),
            },
            tag: next.as_ref().map(|version| self.tag_of(version)),
            evidence,
            level,
            next,
            because: answer.because,
        }
    }

    /// The tag that a release of today would get: an old line keeps the spelling of its own period.
    pub(super) fn tag_of(&self, version: &Version) -> String {
        tag_name(&self.component().period_of(version, Some(self.request.today)).rules, version)
    }

    pub(super) fn component(&self) -> &'a Component {
        &self.policy.components[self.question.component]
    }

    pub(super) fn rules(&self) -> &'a Rules {
        self.component().current()
    }

    pub(super) fn past(&self) -> &'a ComponentHistory {
        &self.survey.components[self.question.component]
    }

    pub(super) fn is_released(&self, version: &Version) -> bool {
        self.past().has(version, first_with_scheme(self.component(), &self.rules().scheme))
    }

    /// The changes with their levels, weightiest first.
    fn evidence(&self, findings: &mut Vec<Finding>) -> Vec<Evidence> {
        let changes = self.testimony.changes.get(&self.question.component);
        let weighing = self.weighing();
        let mut evidence: Vec<_> =
            changes.into_iter().flatten().map(|change| weighing.weigh(change)).collect();
        let subject = &self.component().name;
        for (code, message, locations) in remarks(&evidence) {
            let mut finding = Finding::new(code, subject, format!("what comes next {message}"));
            finding.locations.extend(locations);
            findings.push(finding.suggest(remedy(code)));
        }
        evidence
            .sort_by_key(|each| (std::cmp::Reverse(each.level), each.change.class == Class::None));
        evidence
    }

    fn weighing(&self) -> Weighing<'a> {
        Weighing {
            policy: self.policy,
            component: self.question.component,
            rules: self.rules(),
            base: self.question.base.as_ref().map(|base| &base.version),
            day: Some(self.request.today),
        }
    }

    /// What would have changed the answer.
    fn alternatives(
        &self,
        next: Option<&Version>,
        level: Level,
        evidence: &[Evidence],
    ) -> Vec<Alternative> {
        let stage = &self.request.stage;
        let mut found: Vec<Alternative> = Vec::new();
        let mut consider = |when: String, answer: Answer| {
            let is_news =
                answer.next.as_ref() != next && found.iter().all(|other| other.next != answer.next);
            if is_news && !answer.failed {
                found.push(Alternative { when, next: answer.next });
            }
        };
        if let Some((_, source)) = self.testimony.asked.get(&self.question.component) {
            consider(format!("had {source} not asked"), self.answer(level, stage, evidence));
            return found;
        }
        let forcing: Vec<_> = evidence.iter().filter(|each| each.level == level).collect();
        if level > Level::None && !forcing.is_empty() {
            let rest = evidence.iter().map(|each| each.level).filter(|each| *each < level).max();
            let answer = self.answer(rest.unwrap_or(Level::None), stage, evidence);
            consider(format!("without {}", named(&forcing)), answer);
        }
        let takes_more = self.question.role.line().is_none() && !self.rules().scheme.is_calendar();
        for higher in [Level::Minor, Level::Major].into_iter().filter(|_| takes_more) {
            let raised = self.in_zero(higher);
            if raised > level {
                let when = format!("with a change that the policy calls {higher}");
                consider(when, self.answer(raised, stage, evidence));
            }
        }
        if next.is_some_and(Version::is_prerelease) {
            consider("as a final release".to_owned(), self.answer(level, &Stage::Final, evidence));
        }
        found
    }

    /// What a level means for a version that begins with 0, if the base does.
    fn in_zero(&self, level: Level) -> Level {
        in_zero(self.rules(), self.question.base.as_ref().map(|base| &base.version), level)
    }
}

/// What the levels of changes depend on.
pub(crate) struct Weighing<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) component: usize,
    pub(crate) rules: &'a Rules,
    /// The release that the changes come after.
    pub(crate) base: Option<&'a Version>,
    /// The day of the release that they go into.
    pub(crate) day: Option<Date>,
}

impl Weighing<'_> {
    /// The level that a change needs; none where it is waived.
    pub(crate) fn weigh(&self, change: &Change) -> Evidence {
        let (level, rule_used) = match self.rules.levels.level_of(change) {
            Some((level, selector)) => (level, Some(selector.to_owned())),
            None => (Level::None, None),
        };
        let waiver = self.policy.waiver_of(self.component, change, self.base, self.day);
        let level = match waiver {
            Some(_) => Level::None,
            None => in_zero(self.rules, self.base, level),
        };
        let waived = waiver.map(|waiver| Waived {
            by: waiver.by.clone(),
            reason: waiver.reason.clone(),
            until: waiver.until,
        });
        Evidence { change: change.clone(), level, rule_used, waived }
    }
}

/// What a level means where the base begins with 0 and the policy says something of that.
fn in_zero(rules: &Rules, base: Option<&Version>, level: Level) -> Level {
    let is_zero = base.is_some_and(|base| base.segment(0) == 0);
    match (&rules.zero, level) {
        (Some(zero), Level::Major) if is_zero => zero.major,
        (Some(zero), Level::Minor) if is_zero => zero.minor,
        _ => level,
    }
}
