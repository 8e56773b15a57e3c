//! Policies from text.

use thiserror::Error;
use trainyard_report::Finding;

use crate::{
    Policy,
    file::schema::schema,
    presets,
    problem::{Complaints, Problems},
    read::{self, Node, Place},
    resolve,
};

/// A policy without errors, and what else there is to say about its file.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The policy.
    pub policy: Policy,
    /// Statements without effect; usually none.
    pub warnings: Complaints,
}

/// A policy file with errors; warnings are among them.
#[derive(Clone, Debug, Error)]
#[error("{}", .0.summary())]
pub struct PolicyErrors(Complaints);

impl PolicyErrors {
    /// The same as findings, each with line and column.
    pub fn findings(&self) -> Vec<Finding> {
        self.0.findings()
    }

    /// Shows each with its lines and carets; see [`Complaints::render`].
    pub fn render(&self, colour: bool) -> String {
        self.0.render(colour)
    }

    /// Everything there is to say.
    pub fn complaints(&self) -> &Complaints {
        &self.0
    }
}

impl Policy {
    /// Reads a `trainyard.toml`; `file_name` is shown in messages.
    ///
    /// *Errors*: everything that is wrong with the file at once, each with its place.
    pub fn parse(source: &str, file_name: &str) -> Result<Checked, Box<PolicyErrors>> {
        // A byte order mark is no part of the first line.
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let mut problems = Problems::default();
        let policy = read(source, &mut problems);
        let failed = problems.any_error();
        let complaints = problems.into_complaints(source, file_name);
        match policy {
            Some(policy) if !failed => Ok(Checked { policy, warnings: complaints }),
            _ => Err(Box::new(PolicyErrors(complaints))),
        }
    }

    /// The policy of a preset; `None` where there is no such preset.
    pub fn preset(name: &str) -> Option<Self> {
        let preset = presets::find(name)?;
        Self::parse(preset.text, &format!("{name}.toml")).ok().map(|checked| checked.policy)
    }

    /// What `policy lint` says about a file: errors and warnings.
    pub fn lint(source: &str, file_name: &str) -> Complaints {
        match Self::parse(source, file_name) {
            Ok(checked) => checked.warnings,
            Err(errors) => errors.0,
        }
    }
}

fn read(source: &str, problems: &mut Problems) -> Option<Policy> {
    let mut file = read::parse(source, problems);
    let below = below(&file);
    read::validate(schema(), &mut file, below.as_ref(), problems);
    resolve::resolve(&overlaid(below, file), problems)
}

/// What a file is laid over: its preset, and that over its own. A file without one is over the plain preset of its
/// scheme, which are over none.
fn below(file: &Node) -> Option<Node> {
    let stated = file.get("preset").and_then(|node| Some((node.as_str()?, &node.place)));
    let scheme = file.get("rules").and_then(|rules| rules.get("scheme")).and_then(Node::as_str);
    let (name, place) = match stated {
        Some((name, place)) => (name, place.clone()),
        None => (presets::for_scheme(scheme.unwrap_or_default()), Place::default()),
    };
    let preset = presets::find(name)?;
    let mut node = read::parse(preset.text, &mut Problems::default());
    node.name_paths(String::new());
    let mut below = match node.get("preset") {
        Some(_) => overlaid(below(&node), node),
        None => node,
    };
    below.inherit(&place);
    Some(below)
}

fn overlaid(below: Option<Node>, file: Node) -> Node {
    match below {
        Some(mut below) => {
            below.overlay(&file);
            below
        }
        None => file,
    }
}
