//! What a run's exit code tells.

use std::process::ExitCode;

use crate::{Finding, Severity};

/// How a run ended, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Outcome {
    /// Nothing to say but notes.
    Clean = 0,
    /// There are warnings or errors.
    Findings = 1,
    /// The command was used wrongly: its arguments or the policy.
    Usage = 2,
    /// The environment failed: no repository, no permission, no network.
    Environment = 3,
}

impl Outcome {
    /// What findings amount to; notes alone are clean.
    pub fn of(findings: &[Finding]) -> Self {
        if findings.iter().any(|finding| finding.severity > Severity::Note) {
            Self::Findings
        } else {
            Self::Clean
        }
    }

    /// The exit code.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}
