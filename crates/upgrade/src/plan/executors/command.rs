//! Commands that an operator wrote.

use camino::Utf8Path;

use super::super::{Action, Check, Expectation, Invocation};

/// A command. Whether it may run twice is not known.
pub fn action(command: &[String], folder: &Utf8Path, is_repeatable: bool) -> Action {
    Action {
        executor: "command".to_owned(),
        invocation: Invocation::new(command.to_vec(), folder),
        done_when: None,
        is_repeatable,
        if_interrupted: None,
    }
}

/// That a command ends well.
pub fn succeeds(command: &[String], folder: &Utf8Path) -> Check {
    let invocation = Invocation::new(command.to_vec(), folder);
    Check {
        says: format!("`{}` succeeds", invocation.shown()),
        invocation,
        expects: Expectation::Success,
    }
}
