//! Why a command could not do its work.

use std::{error::Error, iter};

use serde::Serialize;

/// An error as it is shown: what was tried, why it failed, what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What was tried, lower case, no full stop.
    pub message: String,
    /// Why it failed, the nearest cause first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What to do, an action each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

impl Problem {
    /// A problem without cause or hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// An error and everything that caused it. A cause that only repeats the text before it is left out.
    pub fn from_error(error: &(dyn Error + 'static)) -> Self {
        let mut texts: Vec<_> = iter::successors(Some(error), |error| (*error).source())
            .map(ToString::to_string)
            .collect();
        texts.dedup();
        let message = texts.remove(0);
        Self { message, causes: texts, hints: Vec::new() }
    }

    /// Adds a farther cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
