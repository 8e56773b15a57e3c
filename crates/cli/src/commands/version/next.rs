//! `trainyard version next`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use trainyard_report::Outcome;
use trainyard_version::{Date, Level, Phase, PreStep, Step};

use super::{
    Failure, Operation, Question, answer_stdin,
    dialect::{Dialect, Dialects},
    lines::{question, value, word},
    required,
};
use crate::{
    args::version::{NextVersion, Start, StepName},
    error::CommandError,
    printer::Printer,
    site,
};

pub(super) fn run(args: &NextVersion, printer: &Printer) -> Result<Outcome, CommandError> {
    let dialect = Dialect::new(&args.reading, false);
    let wanted = Wanted {
        step: args.step,
        pre: args.pre.clone(),
        start: args.start,
        level: args.level,
        date: args.date,
    };
    if args.reading.jsonl {
        return answer_stdin(&mut Stepping::new(dialect, wanted), printer);
    }
    let text = required(args.version.version.as_ref(), "version")?;
    let answer = wanted.take(&dialect, text)?;
    printer.print(&answer.version)?;
    Ok(Outcome::Clean)
}

/// The step that is wanted, as the options say it.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) step: Option<StepName>,
    pub(super) pre: Option<String>,
    pub(super) start: Option<Start>,
    pub(super) level: Option<Level>,
    pub(super) date: Option<Date>,
}

impl Wanted {
    fn take(&self, dialect: &Dialect, text: &str) -> Result<Answer, Failure> {
        let step = self.step()?;
        let from = dialect.version("version", text)?;
        let next = dialect
            .scheme()
            .step(&from, &step, site::day(self.date))
            .map_err(|error| Failure::of_field("step", error.to_string()))?;
        Ok(Answer { version: next.canonical().to_owned() })
    }

    fn step(&self) -> Result<Step, Failure> {
        let name = self.step.ok_or_else(|| Failure::missing("step"))?;
        let pre = self.pre.as_deref().map(|label| self.pre_step(Phase::from_label(label)));
        let step = match name {
            StepName::Major => Step::Level(Level::Major, pre),
            StepName::Minor => Step::Level(Level::Minor, pre),
            StepName::Patch => Step::Level(Level::Patch, pre),
            StepName::NextDev => Step::NextDevelopment(self.level.unwrap_or(Level::Minor), pre),
            StepName::Post => Step::Level(Level::None, None),
            StepName::Final => Step::Final,
            StepName::Date => Step::Date,
            StepName::Alpha => Step::Pre(self.pre_step(Phase::Alpha)),
            StepName::Beta => Step::Pre(self.pre_step(Phase::Beta)),
            StepName::Rc => Step::Pre(self.pre_step(Phase::Candidate)),
            StepName::Dev => Step::Pre(self.pre_step(Phase::from_label("dev"))),
        };
        self.refuse_idle_options(name, &step)?;
        Ok(step)
    }

    fn pre_step(&self, phase: Phase) -> PreStep {
        let first = match phase.label() {
            "dev" => 0,
            _ => 1,
        };
        let start = self.start.map_or(Some(first), |Start(start)| start);
        PreStep { phase, start }
    }

    /// An option that would change nothing was meant otherwise.
    fn refuse_idle_options(&self, name: StepName, step: &Step) -> Result<(), Failure> {
        let takes_pre =
            matches!(name, StepName::Major | StepName::Minor | StepName::Patch | StepName::NextDev);
        let has_pre = matches!(
            step,
            Step::Pre(_) | Step::Level(_, Some(_)) | Step::NextDevelopment(_, Some(_))
        );
        let refuse = |field, message: &str| Err(Failure::of_field(field, message));
        if self.pre.is_some() && !takes_pre {
            return refuse("pre", "`pre` goes with the steps major, minor, patch and next-dev");
        }
        if self.start.is_some() && !has_pre {
            return refuse("start", "`start` goes with pre-releases; say which one with `pre`");
        }
        if self.level.is_some() && name != StepName::NextDev {
            return refuse("level", "`level` goes with the step next-dev; other steps are a level");
        }
        Ok(())
    }
}

/// Steps the versions of lines.
#[derive(Debug)]
pub(super) struct Stepping {
    dialects: Dialects,
    default: Wanted,
}

impl Stepping {
    /// Reads by `dialect` and takes the `default` step where a line says nothing.
    pub(super) fn new(dialect: Dialect, default: Wanted) -> Self {
        Self { dialects: Dialects::new(dialect), default }
    }
}

question! {
    struct NextQuestion<'line> {
        #[serde(borrow)]
        version: Cow<'line, str>,
        step: Option<String>,
        pre: Option<String>,
        start: Option<Written>,
        level: Option<String>,
        date: Option<String>,
    }
}

/// A number, or a word such as `none`.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`start` is a number from 0 on, or \"none\"")]
enum Written {
    Number(u64),
    Word(String),
}

impl Written {
    fn read(&self) -> Result<Start, Failure> {
        match self {
            Self::Number(number) => Ok(Start(Some(*number))),
            Self::Word(word) => value("start", word),
        }
    }
}

/// The next version.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    version: String,
}

impl Operation for Stepping {
    type Question<'line> = NextQuestion<'line>;
    type Answer = Answer;

    fn answer(&mut self, question: &NextQuestion<'_>) -> Result<Answer, Failure> {
        let dialect = self.dialects.choose(question.wish())?;
        let step = question.step.as_deref().map(|text| word("step", text)).transpose()?;
        let level = question.level.as_deref().map(|text| value("level", text)).transpose()?;
        let date = question.date.as_deref().map(|text| value("date", text)).transpose()?;
        let start = question.start.as_ref().map(Written::read).transpose()?;
        let wanted = Wanted {
            step: step.or(self.default.step),
            pre: question.pre.clone().or_else(|| self.default.pre.clone()),
            start: start.or(self.default.start),
            level: level.or(self.default.level),
            date: date.or(self.default.date),
        };
        wanted.take(&dialect, &question.version)
    }
}
