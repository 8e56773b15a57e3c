//! Upgrade plans: the steps from what is installed to what is wanted, each with what must hold before and afterwards.
//!
//! A plan is data. It holds every command, and for every command how to tell whether it has been done, so that whoever
//! carries it out can stop anywhere and go on.

mod build;
mod commands;
mod composing;
mod deployment;
pub mod executors;
mod installed;
mod journey;
mod knowledge;
mod markdown;
mod order;
mod route;
mod rules;
mod stored;
mod target;
mod writer;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::migrations::Verdict;

pub use self::{
    build::{Facts, Gathered, HopFacts, Stage, Upgraded, plan},
    composing::{Planned, Request, Trouble, plan_deployment},
    deployment::{Component, Database, Deployment, DeploymentError, Images, Packages, Services},
    installed::{Image, Observed, Reading, assemble, recognise},
    journey::{PlanError, Refusal},
    knowledge::{Changes, Knowledge, Known, Note, Relation},
    markdown::markdown,
    order::Movement,
    route::{Hazard, Leg, route},
    rules::{LineGroup, Rules},
    stored::{MigrationSet, Relate, Stored, StoredMigration, StoredRelease},
    target::{ChannelHeads, Target},
};

/// The form of plans that this program writes and reads.
pub const FORM: u32 = 1;

/// The steps from what is installed to what is wanted.
///
/// *Order*: hops and steps stand in the order in which they are done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The form of the file.
    pub form: u32,
    /// What is upgraded.
    pub deployment: String,
    /// The version that is installed; of several components, each with its name.
    pub from: String,
    /// The version that is wanted; of several components, the bundle or channel.
    pub to: String,
    /// Each component that moves, those first that others need.
    #[serde(default)]
    pub moves: Vec<Move>,
    /// How it ends if the plan is followed.
    pub verdict: Verdict,
    /// How it would end by the migration tools alone, without this plan.
    pub unaided: Verdict,
    /// Why, a sentence each, the weightiest first.
    pub because: Vec<String>,
    /// How far back there is a way, and what is lost on it; a sentence each.
    #[serde(default)]
    pub rollback: Vec<String>,
    /// Migrations that the tools alone would pass over, in the order of the hops.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<SkippedMigration>,
    /// From release to release.
    pub hops: Vec<Hop>,
    /// What users should know of the whole range.
    pub gathered: Gathered,
}

/// A migration that a tool alone never runs, because it counts as applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedMigration {
    /// The component, where a plan has several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// What the tool calls it.
    pub id: String,
    /// Its file.
    pub path: Utf8PathBuf,
    /// What it does to the database, in words, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub does: Option<String>,
    /// An applied migration above it, which hides it from the tool.
    pub below: String,
    /// The hop on which it is passed over: the release before and the release after.
    pub from: String,
    /// The release after.
    pub to: String,
    /// Whether nothing is lost, because it does nothing or the same is done under another id.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_harmless: bool,
}

/// A component from one version to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Its name.
    pub component: String,
    /// The version before.
    pub from: String,
    /// The version after.
    pub to: String,
}

/// From one release to another without a stop; of several components at once, where they would break each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The release before; where a plan has several components, with the component's name.
    pub from: String,
    /// The release after, likewise.
    pub to: String,
    /// Who moves, where a plan has several components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
    /// What is known of what runs side by side afterwards, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
    /// Risks that somebody declared of it, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<String>,
    /// What is to be done.
    pub steps: Vec<Step>,
}

/// Something to be done, and how to tell that it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name within the plan, such as `1.4-database`.
    pub id: String,
    /// The component, where a plan has several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// What it is about.
    pub kind: StepKind,
    /// What is done, in a few words.
    pub title: String,
    /// Why, or what to look at; a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What must hold before it begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Check>,
    /// The commands, in their order. None: a person does it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// What holds once it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Check>,
    /// How to take it back, in a sentence; none where nothing has to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// Whether there is no way back from here but a copy made before.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_point_of_no_return: bool,
}

impl Plan {
    /// How many incompatible changes clients meet, in words; `None` where there is none.
    pub fn incompatible(&self) -> Option<String> {
        // Plans of older versions count nothing.
        match self.gathered.incompatible.max(self.gathered.breaking.len()) {
            0 => None,
            1 => Some("1 incompatible change for clients".to_owned()),
            count => Some(format!("{count} incompatible changes for clients")),
        }
    }

    /// The folder in which all commands run, where it is one.
    pub fn folder(&self) -> Option<&Utf8Path> {
        let steps = self.hops.iter().flat_map(|hop| &hop.steps);
        let mut folders = steps.flat_map(|step| {
            let checks = step.before.iter().chain(&step.after).map(|check| &check.invocation);
            checks.chain(step.actions.iter().map(|action| &action.invocation))
        });
        let first = folders.next()?.folder.as_path();
        folders.all(|invocation| invocation.folder == first).then_some(first)
    }
}

impl Step {
    /// Whether a person has to do it.
    pub fn is_by_hand(&self) -> bool {
        self.actions.is_empty() && self.after.is_empty()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// A copy to go back to.
    Backup,
    /// Services are stopped.
    Stop,
    /// The database goes to where both releases know it.
    DatabaseBack,
    /// The new software's files.
    Checkout,
    /// What it depends on.
    Packages,
    /// Settings.
    Configuration,
    /// The database goes to the new release.
    Database,
    /// Container images.
    Images,
    /// Services are started.
    Start,
    /// Looking whether it works.
    Verify,
}

impl StepKind {
    /// The word for it, as in ids.
    pub fn word(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Stop => "stop",
            Self::DatabaseBack => "database-back",
            Self::Checkout => "checkout",
            Self::Packages => "packages",
            Self::Configuration => "configuration",
            Self::Database => "database",
            Self::Images => "images",
            Self::Start => "start",
            Self::Verify => "verify",
        }
    }
}

/// A program to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invocation {
    /// The program and its arguments; no shell is involved.
    pub run: Vec<String>,
    /// Where it runs.
    pub folder: Utf8PathBuf,
}

impl Invocation {
    /// A program in a folder.
    pub fn new<S: Into<String>>(
        run: impl IntoIterator<Item = S>,
        folder: impl Into<Utf8PathBuf>,
    ) -> Self {
        Self { run: run.into_iter().map(Into::into).collect(), folder: folder.into() }
    }

    /// As a person would type it.
    pub fn shown(&self) -> String {
        self.run.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }

    /// The same with its folder, for a shell that is anywhere.
    pub fn shown_anywhere(&self) -> String {
        format!("cd {} && {}", quoted(self.folder.as_str()), self.shown())
    }
}

/// A word of a command line.
fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=@%+,".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A command of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The kind of program, such as `alembic`.
    pub executor: String,
    /// What is run.
    pub invocation: Invocation,
    /// How to tell that it was done, if it can be told; looked at after an interruption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_when: Option<Check>,
    /// Whether to run it again does no harm, however far it came before.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_repeatable: bool,
    /// What is run instead after an interruption, where the command itself would trip over what it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_interrupted: Option<Invocation>,
}

/// Something that can be looked at without changing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What should hold, in a few words.
    pub says: String,
    /// What is run to see it.
    pub invocation: Invocation,
    /// What it should print.
    pub expects: Expectation,
}

/// What a program should print. It must end with exit code 0 in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum Expectation {
    /// Anything.
    Success,
    /// This text, blanks at both ends aside.
    Text(String),
    /// Lines whose first words are these, in any order; no others.
    FirstWords(Vec<String>),
    /// Among others, lines that are these, blanks at both ends aside.
    Lines(Vec<String>),
}

impl Expectation {
    /// Whether a program printed what was expected.
    pub fn holds(&self, printed: &str) -> bool {
        let lines = || printed.lines().map(str::trim).filter(|line| !line.is_empty());
        match self {
            Self::Success => true,
            Self::Text(text) => printed.trim() == text,
            Self::FirstWords(words) => {
                let mut found: Vec<_> =
                    lines().filter_map(|line| line.split_whitespace().next()).collect();
                let mut wanted: Vec<_> = words.iter().map(String::as_str).collect();
                found.sort_unstable();
                found.dedup();
                wanted.sort_unstable();
                wanted.dedup();
                found == wanted
            }
            Self::Lines(wanted) => wanted.iter().all(|line| lines().any(|found| found == line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Expectation, Invocation};

    #[test]
    fn expectations_read_what_tools_print() {
        let current = "ae50a1ec7a0f (head)\n\n";
        assert!(Expectation::FirstWords(vec!["ae50a1ec7a0f".into()]).holds(current));
        assert!(!Expectation::FirstWords(vec![]).holds(current));
        assert!(Expectation::FirstWords(vec![]).holds("\n"));
        assert!(
            Expectation::Lines(vec!["[X] 0001_initial".into()]).holds("app\n [X] 0001_initial\n")
        );
        assert!(Expectation::Text("abc".into()).holds(" abc\n"));
    }

    #[test]
    fn commands_are_shown_as_typed() {
        let invocation = Invocation::new(["echo", "a b", "it's", ""], "/");
        assert_eq!(invocation.shown(), r"echo 'a b' 'it'\''s' ''");
        let invocation = Invocation::new(["ls"], "/srv/my app");
        assert_eq!(invocation.shown_anywhere(), "cd '/srv/my app' && ls");
    }
}
