//! What becomes of a database that goes from one release to another.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

/// How an upgrade ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything that is missing is applied, once.
    Safe,
    /// It comes to its end, and somebody should look at what is told.
    LookFirst,
    /// Something is lost, done twice, or stops half-way.
    NotSafe,
}

/// What one set of migrations does to a database on its way from one release to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// The tool.
    pub framework: String,
    /// Where the target keeps them; for Django nothing, as all apps are taken together.
    pub folder: Utf8PathBuf,
    /// How it ends if nobody does anything about it.
    pub verdict: Verdict,
    /// Why, a sentence each, the weightiest first.
    pub because: Vec<String>,
    /// Where the database stands.
    pub stands_at: Vec<String>,
    /// Where it stands afterwards.
    pub heads: Vec<String>,
    /// Whether the tool knows where the database stands. If not, it stops before it does anything, and `pending` is what
    /// the database misses.
    pub is_known: bool,
    /// What the tool will run, in its order.
    pub pending: Vec<Step>,
    /// What the database misses and the tool will never run, because it counts as applied.
    pub skipped: Vec<Skipped>,
    /// What comes before applied migrations, where the tool looks at each by itself.
    pub late: Vec<Late>,
    /// What the database has and the target does not know.
    pub unknown: Vec<Step>,
    /// What the tool will run though the database has it.
    pub runs_again: Vec<RunsAgain>,
    /// Applied migrations that follow others in the target.
    pub relinked: Vec<Relinked>,
    /// Applied migrations that mean something else in the target.
    pub edited: Vec<Step>,
    /// Squashed migrations of which the database has some parts and not others.
    pub half_squashed: Vec<HalfSquashed>,
    /// Those of either release that may leave their transaction: an interruption may leave a part of one behind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leaves_transaction: Vec<String>,
    /// Why the target's migrations cannot be put in order, a sentence each.
    pub broken: Vec<String>,
    /// The ways to the target, the safest first.
    pub ways: Vec<Way>,
}

/// A migration by its id and file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What the tool calls it.
    pub id: String,
    /// Its file.
    pub path: Utf8PathBuf,
    /// What it does to the database, in words, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub does: Option<String>,
}

/// A migration that will never run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Which.
    #[serde(flatten)]
    pub step: Step,
    /// An applied migration right above it, or above those above it.
    pub below: String,
    /// What that means.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What it means that a migration is skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "fate", content = "twin")]
pub enum Fate {
    /// The database never gets what it does.
    Lost,
    /// It does nothing.
    DoesNothing,
    /// This one is pending and means the same.
    Pending(String),
    /// The database had this one under the older release, and it means the same.
    Ran(String),
    /// This one is pending and does the same things to the same tables, in other words; a person has to compare them.
    Resembles(String),
}

impl Fate {
    /// Whether nothing is lost.
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::DoesNothing | Self::Pending(_) | Self::Ran(_))
    }
}

/// A migration that comes before applied ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Late {
    /// Which.
    #[serde(flatten)]
    pub step: Step,
    /// An applied migration that comes after it.
    pub below: String,
    /// Whether the tool refuses it; otherwise it is applied after what should follow it.
    pub is_refused: bool,
}

/// A migration that runs twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunsAgain {
    /// Which.
    #[serde(flatten)]
    pub step: Step,
    /// The id under which the database has it; its own, where it was put above others.
    pub applied_as: String,
}

/// An applied migration that follows others now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Relinked {
    /// Which.
    pub id: String,
    /// What it followed.
    pub was: Vec<String>,
    /// What it follows in the target.
    pub is: Vec<String>,
}

/// A squashed migration that a database has in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HalfSquashed {
    /// The squashed migration.
    pub id: String,
    /// What the database has of it.
    pub applied: Vec<String>,
    /// What it misses, and whether the target still has each.
    pub missing: Vec<String>,
    /// Whether the target has lost some of what is missing, so that nothing can bring it in.
    pub is_stuck: bool,
}

/// A way to the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    /// What kind.
    pub kind: WayKind,
    /// Where the database must stand before the new software is installed.
    pub stand_at: Vec<String>,
    /// What is taken back before, newest first; data that these created is lost.
    pub undone: Vec<String>,
    /// What runs afterwards: the whole of it.
    pub applied: usize,
    /// The commands, in their order.
    pub commands: Vec<Command>,
    /// What speaks against it, a sentence each.
    pub against: Vec<String>,
}

/// Kinds of ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WayKind {
    /// The tool's ordinary upgrade.
    Straight,
    /// Back to the newest place that both releases know in the same way, then on.
    RollBack,
    /// What would be skipped is applied by itself, where the database stands.
    FillIn,
    /// The tool is told to accept what it would refuse.
    Overrule,
}

/// A command of a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// With which release installed.
    pub with: Software,
    /// What to type.
    pub line: String,
}

/// The software that is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Software {
    /// The release that one comes from.
    Old,
    /// The target.
    New,
}
