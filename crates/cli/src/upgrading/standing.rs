//! Asks a live database what has been applied to it.

use trainyard_apply::{Standing, StandingError, standing};
use trainyard_evidence::migrations::Environment;
use trainyard_upgrade::migrations::{Contradiction, Deeds, Passage, Recorded, passages_recorded};

use crate::{args::Global, error::CommandError};

/// What becomes of a database that is asked what it has, one answer for each tool that left its table there.
pub(crate) fn passages_of(
    global: &Global,
    address: &str,
    old: &[Environment],
    new: &[Environment],
    deeds: &Deeds<'_>,
) -> Result<Vec<Passage>, CommandError> {
    let standings = standing(address, &global.directory)?;
    let mut passages = Vec::new();
    let mut other_tool = None;
    for standing in standings {
        is_finished(&standing)?;
        let recorded = Recorded {
            framework: standing.framework.to_owned(),
            rows: standing.rows,
            baselines: standing.baselines,
        };
        match passages_recorded(old, new, &recorded, deeds) {
            Ok(found) => passages.extend(found),
            // Another program may keep its tables in the same database.
            Err(error @ Contradiction::OtherTool { .. }) => {
                other_tool.get_or_insert(error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    match other_tool {
        Some(error) if passages.is_empty() => Err(error.into()),
        _ => Ok(passages),
    }
}

/// Where a database stands that has what a release brought: ids that `--at` takes.
pub(crate) fn places_in(
    global: &Global,
    address: &str,
    installed: &[Environment],
) -> Result<Vec<String>, CommandError> {
    let passages = passages_of(global, address, installed, installed, &|_, _| Vec::new())?;
    let mut places = Vec::new();
    for passage in passages {
        if let Some(late) = passage.late.first() {
            return Err(CommandError::usage(format!(
                "the database has {}, and lacks {} that comes before it",
                late.below, late.step.id
            ))
            .hint("bring it to one place with the installed release first"));
        }
        if passage.stands_at.is_empty() {
            return Err(CommandError::usage(format!(
                "the database has none of the migrations in {}",
                passage.folder
            ))
            .hint("there is nothing to upgrade; install the wanted release"));
        }
        places.extend(passage.stands_at);
    }
    Ok(places)
}

fn is_finished(standing: &Standing) -> Result<(), CommandError> {
    if standing.unfinished.is_empty() {
        return Ok(());
    }
    let ids = standing.unfinished.join(", ");
    let message = format!("`{}` says that {ids} was begun and did not end", standing.table);
    Err(CommandError::usage(message)
        .hint(format!("look how far it came, and have {} repair it first", standing.framework)))
}

impl From<StandingError> for CommandError {
    fn from(error: StandingError) -> Self {
        let hint = match &error {
            StandingError::Address { .. } => {
                return Self::usage(error.to_string())
                    .hint("write `postgresql://user@host/name`, `sqlite:///file`, or a path");
            }
            StandingError::NoTable { .. } => {
                "look whether it is the right database and schema, or say `--at REVISION`"
            }
            StandingError::Program { .. } => "install it, or say `--at REVISION`",
            _ => "say `--at REVISION` where the database cannot be read from here",
        };
        Self::environment(&error).hint(hint)
    }
}

impl From<Contradiction> for CommandError {
    fn from(error: Contradiction) -> Self {
        let hint = match &error {
            Contradiction::Newer { .. } => {
                "it is upgraded already, or in part; name the release that it belongs to"
            }
            Contradiction::OtherTool { .. } => "look whether it is the right database",
            Contradiction::Ambiguous { .. } => "name one with `--folder`",
            _ => "name the release that is really installed",
        };
        Self::usage(error.to_string()).hint(hint)
    }
}
