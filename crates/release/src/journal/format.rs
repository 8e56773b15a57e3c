//! The journal as text.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Observed, Outcome, Plan, Presence, Step};

/// The first line of every journal, with the number of its format.
const HEAD: &str = "trainyard release journal 1";

/// What was going on in a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// What the release is going to do.
    pub plan: Plan,
    /// What happened, oldest first.
    pub records: Vec<Record>,
}

/// One thing that happened, or is about to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// A step is about to be done.
    Begun(Step),
    /// A step could not be done, and why.
    Failed(Step, String),
    /// From here on everything is taken back, and why.
    TakeBack(String),
    /// It ended.
    Closed(Outcome),
}

/// Why a text is no journal.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It has another format, perhaps that of a later version.
    #[error("the journal of a release begins with `{found}`, not with `{HEAD}`")]
    Format {
        /// Its first line, cut.
        found: String,
    },
    /// A line cannot be read.
    #[error("cannot read line {line} of the journal of a release")]
    Line {
        /// The 1-based line.
        line: usize,
        /// What the reader said.
        source: serde_json::Error,
    },
}

impl Journal {
    /// A journal in which nothing has happened yet.
    pub fn new(plan: Plan) -> Self {
        Self { plan, records: Vec::new() }
    }

    /// The text of a journal to begin with. It must be on disk before the first step.
    ///
    /// *Errors*: none but those of the writer of JSON, which a plan does not provoke.
    pub fn begin(plan: &Plan) -> Result<String, serde_json::Error> {
        Ok(format!("{HEAD}\n{}\n", serde_json::to_string(plan)?))
    }

    /// The line to append for a record.
    ///
    /// *Errors*: as [`Self::begin`].
    pub fn line(record: &Record) -> Result<String, serde_json::Error> {
        Ok(format!("{}\n", serde_json::to_string(record)?))
    }

    /// Reads a journal; none where its plan was not written to the end, so that nothing had begun.
    ///
    /// A last line without its end was cut by an interruption and does not count. *Errors*: another format, or a line
    /// that cannot be read. *Cost*: linear.
    pub fn parse(text: &str) -> Result<Option<Self>, JournalError> {
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let mut lines = whole.lines().enumerate();
        let Some((_, head)) = lines.next() else { return Ok(None) };
        if head != HEAD {
            return Err(JournalError::Format { found: head.chars().take(80).collect() });
        }
        let Some((line, plan)) = lines.next() else { return Ok(None) };
        let unreadable = |line: usize| move |source| JournalError::Line { line: line + 1, source };
        let plan = serde_json::from_str(plan).map_err(unreadable(line))?;
        let records = lines
            .map(|(line, text)| serde_json::from_str(text).map_err(unreadable(line)))
            .collect::<Result<_, _>>()?;
        Ok(Some(Self { plan, records }))
    }

    /// How many bytes of a text are whole lines. What follows must be cut off before a record is appended.
    pub fn whole_lines(text: &str) -> usize {
        text.rfind('\n').map_or(0, |end| end + 1)
    }

    /// What to append when a journal is found at the start: what was interrupted before its commit is taken back, since
    /// its author may want another release by now; later it is finished.
    pub fn resumed(&self, observed: &Observed) -> Option<Record> {
        let is_settled = self.closed().is_some() || self.is_taken_back();
        let first = if self.plan.has_commit() { Step::Commit } else { Step::Tag(0) };
        let is_committed = observed.presence(&self.plan, first) == Presence::Present;
        let is_early = !is_settled && !is_committed;
        is_early.then(|| Record::TakeBack("it was interrupted before its commit".to_owned()))
    }

    /// Why it is taken back, if it is: the first failure, else what was written down.
    pub fn reason(&self) -> Option<&str> {
        let told = self.records.iter().find_map(|record| match record {
            Record::TakeBack(reason) => Some(reason.as_str()),
            _ => None,
        });
        self.failure().map(|(_, reason)| reason).or(told)
    }

    /// How it ended, if it did.
    pub(super) fn closed(&self) -> Option<Outcome> {
        self.records.iter().find_map(|record| match record {
            Record::Closed(outcome) => Some(*outcome),
            _ => None,
        })
    }

    /// Whether everything is to be taken back.
    pub(super) fn is_taken_back(&self) -> bool {
        self.records.iter().any(|record| matches!(record, Record::TakeBack(_)))
    }

    /// Whether a step was begun, so that its effect may be ours.
    pub(super) fn has_begun(&self, step: Step) -> bool {
        self.records.contains(&Record::Begun(step))
    }

    /// Whether the commit of the release may be there, or needs none and anything was begun.
    pub(super) fn is_committing(&self) -> bool {
        if self.plan.has_commit() {
            self.has_begun(Step::Commit)
        } else {
            self.records.iter().any(|record| matches!(record, Record::Begun(_)))
        }
    }

    /// The first failure.
    pub(super) fn failure(&self) -> Option<(Step, &str)> {
        self.records.iter().find_map(|record| match record {
            Record::Failed(step, reason) => Some((*step, reason.as_str())),
            _ => None,
        })
    }
}
