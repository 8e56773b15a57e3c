//! The commands of an operator's services and of migration tools.

use camino::Utf8Path;

use super::{
    Action, Step,
    deployment::Database,
    executors::{alembic, command, django, sql},
};
use crate::migrations::{self, Passage};

/// Commands that an operator wrote, which may be run twice.
pub(super) fn commands(all: &[Vec<String>], folder: &Utf8Path) -> Vec<Action> {
    let all = all.iter().filter(|words| !words.is_empty());
    all.map(|words| command::action(words, folder, true)).collect()
}

/// Adds the commands of a tool and how to tell that they were done.
pub(super) fn apply(
    step: &mut Step,
    database: &Database,
    folder: &Utf8Path,
    passage: &Passage,
    lines: &[&migrations::Command],
    target: &[String],
    is_last: bool,
) {
    let is_whole = passage.leaves_transaction.is_empty();
    if !is_whole {
        step.notes.push(format!(
            "{} may leave the transaction: if this is interrupted, a person has to look how far it came",
            passage.leaves_transaction.join(", ")
        ));
    }
    let is_end = |index: usize| index + 1 == lines.len();
    match database.tool.as_str() {
        "alembic" => {
            for (index, command) in lines.iter().enumerate() {
                let at = is_end(index).then_some(target);
                step.actions.push(alembic::action(database, folder, &command.line, at, is_whole));
            }
            step.after.push(alembic::stands_at(database, folder, target));
        }
        "django" => {
            for (index, command) in lines.iter().enumerate() {
                let is_end = is_last && is_end(index);
                step.actions.push(django::action(
                    database,
                    folder,
                    &command.line,
                    is_end,
                    is_whole,
                ));
            }
            if is_last {
                step.after.push(django::is_complete(database, folder));
            }
        }
        _ => {
            for one in &passage.pending {
                let is_whole = !passage.leaves_transaction.contains(&one.id);
                // The paths of migrations begin at the checkout, and the program runs in a folder of it.
                let up = "../".repeat(database.folder.components().count());
                let file = format!("{up}{}", one.path);
                step.actions.push(sql::action(database, folder, &file, is_whole));
            }
        }
    }
}
