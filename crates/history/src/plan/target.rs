//! Where one component's next release heads, and at which stage.

use trainyard_policy::NextDevelopment;
use trainyard_version::{Level, Phase, PreStep, Scheme, Step, StepError, Version};

use super::{
    Evidence, Role, Stage,
    base::{Base, same_target},
    decide::Case,
    firsts::{final_of, first_of_line, pre_of},
    words::{an_article, counted},
};

/// A next version with the sentences that lead to it.
pub(super) struct Answer {
    pub(super) next: Option<Version>,
    pub(super) because: Vec<String>,
    /// Whether a step could not be taken, so that `None` does not mean that nothing is to be released.
    pub(super) failed: bool,
}

impl<'a> Case<'a> {
    /// The next version if the changes needed `level`.
    pub(super) fn answer(&self, level: Level, stage: &Stage, evidence: &[Evidence]) -> Answer {
        let rules = self.rules();
        let develops = matches!(self.question.role.effective(), Role::Development { .. });
        let asks_development = *stage == Stage::Development && rules.next_development.is_some();
        let from_lines = rules.releases_from_lines_only && *stage == Stage::ByPolicy;
        let mut because = Vec::new();
        let next = if develops && (asks_development || from_lines) {
            self.next_development(&mut because)
        } else {
            let level = if *stage == Stage::Development { level.max(Level::Patch) } else { level };
            match self.target(level, &mut because) {
                Ok(Some(target)) => self.staged(target, stage, evidence, &mut because),
                stopped => stopped,
            }
        };
        match next {
            Ok(next) => {
                let next = next.and_then(|next| self.unreleased(next, &mut because));
                Answer { next, because, failed: false }
            }
            Err(error) => {
                because.push(error.to_string());
                Answer { next: None, because, failed: true }
            }
        }
    }

    /// The final release to head for.
    fn target(
        &self,
        level: Level,
        because: &mut Vec<String>,
    ) -> Result<Option<Version>, StepError> {
        let scheme = &self.rules().scheme;
        let today = self.request.today;
        let stated = self.stated_above_base();
        if let Some(unrelated) = &self.question.unrelated {
            because.push(format!("{unrelated} is left out: it shares no history with this commit"));
        }
        let line = self.question.role.line();
        if let Some(cut) = &self.question.cut_line {
            because.push(format!("line {} is cut, on branch {}", cut.line, cut.branch.name));
        }
        let Some(base) = self.start() else {
            let first = line.and_then(|line| first_of_line(self.rules(), line, None)).or(stated);
            because.push("nothing was released yet".to_owned());
            let train = self.question.train.as_ref();
            let on_the_way = train.map(|train| final_of(self.rules(), &train.version, today));
            return Ok(Some(first.or(on_the_way).unwrap_or_else(|| scheme.first(today))));
        };
        if let Some(line) = line.filter(|line| **line != scheme.line(&base)) {
            because.push(format!("line {line} has no final release yet"));
            return Ok(first_of_line(self.rules(), line, None));
        }
        if let Some(base) = self.question.base.as_ref().filter(|_| self.question.cut_line.is_none())
        {
            let whose = match (line, self.question.role.series()) {
                (Some(line), _) => format!("line {line}"),
                (None, Some(major)) => format!("the versions {major}.x"),
                (None, None) => "any line".to_owned(),
            };
            because.push(format!("the newest release of {whose} is {}", base.tag));
        }
        if self.question.picked > 0 {
            because.push(self.left_out());
        }
        if level == Level::None {
            because.push(self.nothing_new());
            return Ok(None);
        }
        if scheme.is_calendar() {
            return self.dated_target(&base, because).map(Some);
        }
        let step_level = match (line, self.question.role.series()) {
            (Some(_), _) => Level::Patch,
            (None, Some(_)) => level.min(Level::Minor),
            (None, None) => level,
        };
        because.push(format!("the changes since need {}", an_article(level)));
        if step_level != level {
            because.push(format!("this branch only takes {step_level} releases"));
        }
        let target = scheme.step(&base, &Step::Level(step_level, None), today)?;
        let target = match stated {
            Some(stated) if line.is_none() && stated > target => {
                because.push(format!("the version file already states {stated}, above {target}"));
                stated
            }
            _ => target,
        };
        if line.is_some() { Ok(Some(target)) } else { self.beyond_branched_lines(target, because) }
    }

    /// The version that the next one is counted from: a cut line's first, else the base's.
    fn start(&self) -> Option<Version> {
        let cut = self.question.cut_line.as_ref();
        cut.and_then(|cut| first_of_line(self.rules(), &cut.line, None))
            .or_else(|| self.question.base.as_ref().map(|base| base.version.clone()))
    }

    /// A calendar's next version: of the day, or on a line with its date as it is.
    fn dated_target(
        &self,
        base: &Version,
        because: &mut Vec<String>,
    ) -> Result<Version, StepError> {
        let scheme = &self.rules().scheme;
        let today = self.request.today;
        let dated_by_line = || format!("{};date=line", scheme.spec()).parse::<Scheme>().ok();
        let of_line = self.question.role.line().and_then(|_| dated_by_line());
        let Some(of_line) = of_line else {
            because.push("the scheme takes the day of the release".to_owned());
            return scheme.step(base, &Step::Date, today);
        };
        because.push("a line keeps its date and raises the last number".to_owned());
        let next = of_line.step(base, &Step::Level(Level::Patch, None), today)?;
        scheme.parse(next.canonical()).map_err(|error| StepError {
            version: base.to_string(),
            step: "patch".to_owned(),
            reason: error.to_string(),
        })
    }

    /// What the commits are counted from.
    fn since(&self) -> String {
        match (&self.question.cut_line, &self.question.base) {
            (Some(cut), _) => cut.branch.name.clone(),
            (None, Some(base)) => base.tag.clone(),
            (None, None) => "the beginning".to_owned(),
        }
    }

    fn left_out(&self) -> String {
        let count = self.question.picked;
        let verb = if count == 1 { "is" } else { "are" };
        format!(
            "{} {verb} left out: {} has the same already",
            counted(count, "commit"),
            self.since()
        )
    }

    fn nothing_new(&self) -> String {
        let since = self.since();
        let count = self.question.commits.len();
        let touching = self.testimony.commits.get(&self.question.component).copied().unwrap_or(0);
        match (count, touching) {
            (0, _) => format!("{since} already contains every commit"),
            (_, 0) => format!("none of the {} since {since} touches it", counted(count, "commit")),
            (_, 1) => {
                format!("the one commit since {since} changes nothing that users could notice")
            }
            _ => format!(
                "none of the {touching} commits since {since} changes anything that users could notice"
            ),
        }
    }

    /// A development branch makes no release of a line that has a branch of its own: it goes on to the next line.
    fn beyond_branched_lines(
        &self,
        mut target: Version,
        because: &mut Vec<String>,
    ) -> Result<Option<Version>, StepError> {
        let scheme = &self.rules().scheme;
        loop {
            let line = scheme.line(&target);
            let Some(branch) = self.branch_of_line(&line) else { return Ok(Some(target)) };
            because.push(format!("{target} belongs to line {line}, which has the branch {branch}"));
            let base = final_of(self.rules(), &target, self.request.today);
            target = scheme.step(&base, &Step::Level(Level::Minor, None), self.request.today)?;
        }
    }

    /// The branch of a line, unless it is the one the question is asked from.
    pub(super) fn branch_of_line(&self, line: &str) -> Option<&'a str> {
        let head = self.request.head.branch.as_deref();
        self.past().branch_of_line_beside(line, head).map(|branch| branch.name.as_str())
    }

    /// Puts the target at the asked stage: final, or the next pre-release on its way. `None`: nothing changed since the
    /// last one of that stage.
    fn staged(
        &self,
        target: Version,
        stage: &Stage,
        evidence: &[Evidence],
        because: &mut Vec<String>,
    ) -> Result<Option<Version>, StepError> {
        let rules = self.rules();
        let train = self.train_towards(&target);
        if let Some(train) = train {
            because.push(format!("{} is out, and its final release is not", train.tag));
        }
        let is_new = self.anything_since_train(evidence);
        let phase = match (stage, train) {
            (Stage::Final, _) => None,
            (Stage::Development, _) => {
                Some(PreStep { phase: Phase::Other("dev".into()), start: None })
            }
            (Stage::Pre(phase), _) if rules.prerelease.phases.is_empty() => {
                return Err(StepError {
                    version: target.to_string(),
                    step: phase.label().to_owned(),
                    reason: "the policy has no pre-releases".to_owned(),
                });
            }
            (Stage::Pre(phase), Some(train)) if !is_new && phase_of(train) == Some(phase) => {
                because.push(format!("nothing changed since {}", train.tag));
                return Ok(None);
            }
            (Stage::Pre(phase), _) => Some(self.pre_step(phase.clone())),
            (Stage::ByPolicy | Stage::Cut, Some(train)) if is_new => {
                because
                    .push(format!("{} lacks changes, so another pre-release follows", train.tag));
                phase_of(train).map(|phase| self.pre_step(phase.clone()))
            }
            (Stage::ByPolicy | Stage::Cut, Some(train)) => {
                if let Some(next) = self.phase_after(train) {
                    because.push(format!(
                        "nothing changed since {}, so the next stage follows",
                        train.tag
                    ));
                    Some(next)
                } else {
                    because
                        .push(format!("nothing changed since {}, so it becomes final", train.tag));
                    None
                }
            }
            (Stage::ByPolicy | Stage::Cut, None) => rules.prerelease.default_phase.clone(),
        };
        let Some(pre) = phase else { return Ok(Some(target)) };
        match train {
            Some(train) => rules.scheme.step(&train.version, &Step::Pre(pre), self.request.today),
            None => self.first_pre(&target, pre),
        }
        .map(Some)
    }

    /// The stage after a train's, as long as it is not the last before the final release.
    fn phase_after(&self, train: &Base) -> Option<PreStep> {
        let phases = &self.rules().prerelease.phases;
        let here = phases.iter().position(|step| Some(&step.phase) == phase_of(train))?;
        phases.get(here + 1).cloned()
    }

    /// The open train, where it is on the way to the target (or further).
    fn train_towards(&self, target: &Version) -> Option<&'a Base> {
        self.question.train.as_ref().filter(|train| {
            same_target(&train.version, target)
                && !(self.question.role.line().is_none()
                    && self.branch_of_line(&train.line).is_some())
        })
    }

    fn anything_since_train(&self, evidence: &[Evidence]) -> bool {
        let since = &self.question.since_train;
        !since.is_empty()
            && evidence.iter().any(|each| each.level > Level::None && self.is_since_train(each))
    }

    /// Evidence without a commit, such as a fragment, lies in the tree at the head; a fragment perhaps in the train's too.
    fn is_since_train(&self, evidence: &Evidence) -> bool {
        let source = &evidence.change.source;
        let known = self.testimony.in_train.get(&self.question.component);
        let is_known =
            known.zip(source.path.as_ref()).is_some_and(|(known, path)| known.contains(path));
        if source.commit.is_none() && is_known {
            return false;
        }
        evidence
            .change
            .source
            .commit
            .as_ref()
            .is_none_or(|commit| self.question.since_train_ids.binary_search(commit).is_ok())
    }

    pub(super) fn pre_step(&self, phase: Phase) -> PreStep {
        let declared = self.rules().prerelease.phases.iter().find(|step| step.phase == phase);
        declared.cloned().unwrap_or(PreStep { phase, start: Some(1) })
    }

    /// The first pre-release of a target that has none.
    fn first_pre(&self, target: &Version, pre: PreStep) -> Result<Version, StepError> {
        let found = pre_of(self.rules(), target, &pre);
        found.ok_or_else(|| StepError {
            version: target.to_string(),
            step: Step::Pre(pre).to_string(),
            reason: format!("{} writes no such pre-release", self.rules().scheme),
        })
    }

    /// Steps on while the version is already out on some line.
    fn unreleased(&self, mut next: Version, because: &mut Vec<String>) -> Option<Version> {
        let rules = self.rules();
        let scheme = &rules.scheme;
        while self.is_released(&next) || self.testimony.taken_tags.contains(&self.tag_of(&next)) {
            let stage = next.stage();
            let step = match &stage.pre {
                _ if stage.dev.is_some() => Step::Pre(self.pre_step(Phase::Other("dev".into()))),
                Some(pre) => Step::Pre(self.pre_step(pre.phase.clone())),
                None if scheme.is_calendar() => Step::Date,
                None => Step::Level(Level::Patch, None),
            };
            let after = scheme.step(&next, &step, self.request.today).ok()?;
            because.push(format!("{next} is already taken, so {after} follows"));
            next = after;
        }
        Some(next)
    }

    /// The version a development branch carries between releases (B10).
    fn next_development(&self, because: &mut Vec<String>) -> Result<Option<Version>, StepError> {
        let rules = self.rules();
        let rule = rules
            .next_development
            .clone()
            .unwrap_or(NextDevelopment { level: Level::Minor, mark: None });
        if rules.releases_from_lines_only {
            because.push("releases are made on the branches of lines alone".to_owned());
        }
        let Some(newest) = self.newest_cut() else {
            because.push("no line was cut yet".to_owned());
            let first = rules.scheme.first(self.request.today);
            let dev = PreStep { phase: Phase::Other("dev".into()), start: None };
            return Ok(Some(
                pre_of(rules, &first, rule.mark.as_ref().unwrap_or(&dev)).unwrap_or(first),
            ));
        };
        because.push(format!("the newest line is {}, with {newest}", rules.scheme.line(&newest)));
        let base = final_of(rules, &newest, self.request.today);
        let step = Step::NextDevelopment(rule.level, rule.mark);
        rules.scheme.step(&base, &step, self.request.today).map(Some)
    }

    /// The newest version that belongs to a cut line: the newest final release, or the start of a newer line that has
    /// a branch.
    fn newest_cut(&self) -> Option<Version> {
        let released = self.question.base.as_ref().map(|base| base.version.clone());
        let branched = self.past().lines.iter().filter(|(_, line)| line.branch.is_some());
        branched
            .filter_map(|(line, _)| first_of_line(self.rules(), line, None))
            .chain(released)
            .max()
    }

    /// The version file's version, where it is above the newest release and not out yet.
    pub(super) fn stated_above_base(&self) -> Option<Version> {
        let stated = self.testimony.stated.get(&self.question.component)?;
        let target = final_of(self.rules(), stated, self.request.today);
        let above = self.question.base.as_ref().is_none_or(|base| target > base.version);
        (above && !self.is_released(&target)).then_some(target)
    }
}

fn phase_of(train: &Base) -> Option<&Phase> {
    train.version.stage().pre.as_ref().map(|pre| &pre.phase)
}
