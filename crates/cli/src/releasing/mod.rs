//! Makes releases: a request becomes cuts, cuts become contents, and those become steps that are done or taken back.

mod contents;
mod facts;
mod request;
mod streams;
mod writing;

use serde::Serialize;
use trainyard_git::{Ended, Git, GitFailed, Releases, ReleasingError};
use trainyard_release::{journal::Plan, preflight};
use trainyard_report::{Code, Finding, Severity};

use self::{contents::Contents, request::Wanted};
use crate::{
    args::{self, Global},
    error::CommandError,
    progress,
    site::Site,
    surroundings,
};

/// What became of a release.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Answer {
    /// `planned`, `released`, `refused`, `as-before`, `waits` or `idle`.
    pub(crate) outcome: Outcome,
    /// What is released, such as `app 1.2.0`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// The components.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) components: Vec<Released>,
    /// The stream, where one is released under a number of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stream: Option<Composed>,
    /// Each step in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) steps: Vec<String>,
    /// What the commits change, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) diff: Option<String>,
    /// The command that makes it public, where it was not pushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) publish: Option<String>,
    /// A release that was interrupted before, and what became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) earlier: Option<String>,
    /// What was noticed, gravest first.
    pub(crate) findings: Vec<Finding>,
}

/// What became of a release, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// It was looked at.
    Planned,
    /// It is made.
    Released,
    /// Something stands in the way, and nothing was done.
    #[default]
    Refused,
    /// A step failed, and everything was taken back.
    AsBefore,
    /// It can neither be finished nor taken back yet.
    Waits,
    /// No release was interrupted.
    Idle,
}

/// One component of a release.
#[derive(Debug, Serialize)]
pub(crate) struct Released {
    pub(crate) component: String,
    /// The release it was counted from.
    pub(crate) base: Option<String>,
    pub(crate) version: String,
    pub(crate) tag: String,
    /// The branch of the line that begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line_branch: Option<String>,
    /// What the branch goes on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// A stream's release, by its parts.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Composed {
    pub(crate) stream: String,
    pub(crate) version: String,
    /// Its tag, where the policy gives it one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tag: Option<String>,
    /// Each part with its version.
    pub(crate) parts: Vec<(String, String)>,
}

/// Makes the asked release, or tells everything that stands in its way.
pub(crate) fn release(global: &Global, args: &args::Release) -> Result<Answer, CommandError> {
    let repository = surroundings::repository(&global.directory)?;
    let git = Git::at(repository.root());
    let is_inside = git.run(&["rev-parse", "--is-inside-work-tree"]).map_err(failed)?;
    if is_inside != "true" {
        let message = format!("{} is a bare repository", repository.root());
        return Err(CommandError::usage(message).hint("release from a clone with a working tree"));
    }
    if args.resume || args.abort {
        return settle(&git, args.abort);
    }
    let mut answer = Answer::default();
    let releases = if args.dry_run { None } else { open(&git, &mut answer)? };
    if let Some(releases) = &releases {
        match releases.resume().map_err(stopped)? {
            Some((plan, ended @ (Ended::Released | Ended::Waits(_)))) => {
                return Ok(settled(&plan, ended));
            }
            Some((plan, Ended::AsBefore(_))) => {
                let earlier =
                    format!("the release of {} was interrupted and is taken back", plan.name);
                answer.earlier = Some(earlier);
            }
            None => {}
        }
    }
    let mut interrupted = None;
    if args.dry_run {
        match Releases::unwritable(&git).map_err(failed)? {
            Some(ReleasingError::Unwritable { path, source }) => {
                answer.findings.push(unwritable(&path, &source));
            }
            _ => interrupted = Releases::interrupted(&git).map_err(stopped)?,
        }
    }
    let site = Site::open(global, None)?;
    let is_shallow = site.repository.is_shallow();
    let wanted = match request::read(site, args, &mut answer.findings) {
        // What a shallow clone hides is told as everything else that stands in the way.
        Err(CommandError::Environment(problem)) if is_shallow => {
            args.name.as_deref().unwrap_or("release").clone_into(&mut answer.name);
            let finding = Finding::new(Code::SHALLOW_CLONE, &answer.name, problem.message);
            let advice = problem.hints.into_iter().next().unwrap_or_default();
            answer.findings.push(finding.suggest(advice));
            return Ok(answer);
        }
        other => other?,
    };
    answer.describe(&wanted);
    let contents = contents::read(&git, &wanted)?;
    answer.findings.extend(preflight::of_obstacles(&contents.obstacles));
    let scratch = tempfile::tempdir().map_err(|error| CommandError::environment(&error))?;
    let scratch = camino::Utf8Path::from_path(scratch.path())
        .ok_or_else(|| CommandError::usage("the folder for temporary files is not UTF-8"))?;
    let scratch = git.in_scratch(scratch).map_err(failed)?;
    let facts = facts::read(&git, &scratch, &wanted, &contents, interrupted.as_ref())?;
    let remote = facts.remote.as_ref().map(|remote| remote.name.clone());
    let intent = preflight::Intent {
        name: &wanted.name,
        start: &wanted.start,
        tags: &wanted.tags(),
        lines: &wanted.lines(),
    };
    answer.findings.extend(preflight::findings(&facts, &intent));
    answer.findings.extend(facts::locked(&git)?);
    answer.order_findings();
    answer.steps = writing::steps(&wanted, &contents, remote.as_deref());
    if args.dry_run {
        answer.diff = writing::diff(&scratch, &wanted, &contents).map_err(failed)?;
        answer.outcome = if answer.is_refused() { Outcome::Refused } else { Outcome::Planned };
        return Ok(answer);
    }
    let Some(releases) = releases.filter(|_| !answer.is_refused()) else { return Ok(answer) };
    let plan = writing::journal_plan(&git, &wanted, &contents, remote.as_deref(), args.sign)
        .map_err(failed)?;
    let ended =
        progress::while_doing("releasing", || releases.make(plan.clone())).map_err(stopped)?;
    answer.conclude(&plan, ended);
    if answer.outcome == Outcome::Released && plan.remote.is_none() {
        let remote = facts::known_remote(&git, &wanted).map_err(failed)?;
        answer.publish = remote.map(|remote| writing::to_publish(&wanted, &remote));
    }
    Ok(answer)
}

/// Takes the lock; what keeps from it is a finding beside all others.
fn open(git: &Git, answer: &mut Answer) -> Result<Option<Releases>, CommandError> {
    match Releases::open(git) {
        Ok(releases) => Ok(Some(releases)),
        Err(error @ ReleasingError::Busy) => {
            let finding = Finding::new(Code::RELEASE_BUSY, "release", error.to_string());
            answer.findings.push(finding.suggest("wait for it to end"));
            Ok(None)
        }
        Err(ReleasingError::Unwritable { path, source }) => {
            answer.findings.push(unwritable(&path, &source));
            Ok(None)
        }
        Err(error) => Err(stopped(error)),
    }
}

fn unwritable(path: &camino::Utf8Path, source: &std::io::Error) -> Finding {
    let message = format!("cannot write to `{path}`: {source}");
    let finding = Finding::new(Code::REPOSITORY_UNWRITABLE, "release", message);
    finding.suggest("release from a clone that you can write to")
}

/// `--continue` and `--abort`.
fn settle(git: &Git, is_abort: bool) -> Result<Answer, CommandError> {
    let mut answer = Answer::default();
    let Some(releases) = open(git, &mut answer)? else { return Ok(answer) };
    let found = if is_abort { releases.abort() } else { releases.resume() };
    Ok(match found.map_err(stopped)? {
        Some((plan, ended)) => settled(&plan, ended),
        None => Answer { outcome: Outcome::Idle, ..Answer::default() },
    })
}

/// The answer about a release that was interrupted.
fn settled(plan: &Plan, ended: Ended) -> Answer {
    let mut answer = Answer { name: plan.name.clone(), ..Answer::default() };
    let what = match &ended {
        Ended::Released => "was interrupted and is finished now",
        Ended::AsBefore(_) => "was interrupted and is taken back",
        Ended::Waits(_) => "was interrupted",
    };
    answer.earlier = Some(format!("the release of {} {what}", plan.name));
    match ended {
        // That it is taken back is what was asked for.
        Ended::AsBefore(_) => answer.outcome = Outcome::AsBefore,
        ended => answer.conclude(plan, ended),
    }
    answer
}

impl Answer {
    fn describe(&mut self, wanted: &Wanted) {
        self.name.clone_from(&wanted.name);
        self.stream.clone_from(&wanted.composed);
        self.components = wanted
            .cuts
            .iter()
            .map(|cut| Released {
                component: wanted.component(cut).name.clone(),
                base: wanted.base(cut).map(ToString::to_string),
                version: cut.version.to_string(),
                tag: cut.tag.clone(),
                line_branch: cut.line_branch.clone(),
                next: cut.next.as_ref().map(ToString::to_string),
            })
            .collect();
    }

    /// Errors first; each once.
    fn order_findings(&mut self) {
        let mut told = Vec::new();
        self.findings.retain(|finding| {
            let is_new = !told.contains(finding);
            told.push(finding.clone());
            is_new
        });
        self.findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.code));
    }

    fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    fn conclude(&mut self, plan: &Plan, ended: Ended) {
        match ended {
            Ended::Released => self.outcome = Outcome::Released,
            Ended::AsBefore(reason) => {
                self.outcome = Outcome::AsBefore;
                let message = format!("everything is as before: {reason}");
                let finding = Finding::new(Code::RELEASE_TAKEN_BACK, &plan.name, message);
                let advice = trainyard_git::hint_about(&reason).map_or_else(
                    || "see to that, then release again".to_owned(),
                    |hint| format!("{hint}; then release again"),
                );
                self.findings.insert(0, finding.suggest(advice));
            }
            Ended::Waits(reason) => {
                self.outcome = Outcome::Waits;
                let message = format!("the release waits: {reason}");
                let finding = Finding::new(Code::RELEASE_WAITS, &plan.name, message);
                self.findings.insert(
                    0,
                    finding.suggest(
                        "see to that, then run `trainyard release --continue`, or `--abort`",
                    ),
                );
            }
        }
    }
}

/// Git did not answer where it must.
fn failed(error: GitFailed) -> CommandError {
    error.into()
}

/// A release stopped in the middle, and its journal stays.
fn stopped(error: ReleasingError) -> CommandError {
    let stopped = match error {
        ReleasingError::Git(error) => error.into(),
        other => CommandError::environment(&other),
    };
    stopped
        .hint("nothing is lost: see to that, then run `trainyard release --continue`, or `--abort`")
}

/// The contents that a release without anything to write has.
impl Contents {
    fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }
}
