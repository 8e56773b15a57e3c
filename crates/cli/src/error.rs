//! What stops a command, and the exit code that says so.

use trainyard_report::Problem;

/// Why a command stopped before its work was done.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// The user asked for something that cannot be; exit code 2.
    Usage(Problem),
    /// The policy file is wrong; exit code 2. The text shows every error with carets.
    Policy(String),
    /// The machine, a file or the repository failed; exit code 3.
    Environment(Problem),
    /// A rule says no; exit code 1. The text tells which, and what would change it.
    Refused(String),
    /// The command found its own answer to be wrong; exit code 70.
    Internal(Problem),
    /// Whoever read the output stopped reading; exit code 0.
    BrokenPipe,
}

impl CommandError {
    /// A wrong use.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(Problem::new(message))
    }

    /// A mistake of the command's own.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::Internal(
            Problem::new(message).hint("please report it, with the command and its files"),
        )
    }

    /// A failure outside of the command, with its chain of causes.
    pub(crate) fn environment(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::Environment(Problem::from_error(error))
    }

    /// Adds something that the user can do.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        match self {
            Self::Usage(problem) => Self::Usage(problem.hint(hint)),
            Self::Environment(problem) => Self::Environment(problem.hint(hint)),
            other => other,
        }
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::environment(&error),
        }
    }
}

impl From<trainyard_git::GitError> for CommandError {
    fn from(error: trainyard_git::GitError) -> Self {
        let stopped = Self::environment(&error);
        match error.hint() {
            Some(hint) => stopped.hint(hint),
            None => stopped,
        }
    }
}

impl From<trainyard_git::GitFailed> for CommandError {
    fn from(error: trainyard_git::GitFailed) -> Self {
        let stopped = Self::environment(&error);
        match error.hint() {
            Some(hint) => stopped.hint(hint),
            None => stopped,
        }
    }
}
