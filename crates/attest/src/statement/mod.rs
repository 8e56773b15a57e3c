//! What is signed: statements of in-toto, version 1, of three kinds.
//!
//! Where a statement is about a flavour, and where its tests ran, stands in the predicate's `configuration`, not in
//! annotations of the subject. In-toto asks that leaving a field out never allows what it would have refused: a reader
//! that passes over annotations would take a result of one flavour for all, while `configuration` is a required part of a
//! test result, there to be compared with what was expected.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::{
    dsse::{Envelope, Rejected},
    environment::EnvironmentError,
    json::from_json,
    keys::{KeyId, PublicKey},
};

mod approval;
mod release;
mod resource;
mod test_result;

#[cfg(test)]
mod tests;

use self::resource::WrittenSubject;
pub use self::{
    approval::{Approval, Decision},
    release::{Artifact, ReleaseStatement},
    test_result::{TestResult, Tests},
};

/// The type of payload of an envelope that holds a statement.
pub const STATEMENT_PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The type of statements that are read and written.
const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// What a statement for one predicate alone may call its payload, beside the general name.
const PAYLOAD_TYPES: [&str; 3] = [
    STATEMENT_PAYLOAD_TYPE,
    "application/vnd.in-toto.test-result+json",
    "application/vnd.in-toto.release+json",
];
/// The longest statement that is read, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// Why a statement could not be read, written or trusted.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// It is longer than is read.
    #[error("the statement has {0} bytes, more than {MAX_BYTES}")]
    TooLong(usize),
    /// It is not the JSON of a statement, or has a name twice.
    #[error("cannot read the statement")]
    Json(#[source] serde_json::Error),
    /// The envelope holds something else.
    #[error("the envelope holds `{0}`; `{STATEMENT_PAYLOAD_TYPE}` is accepted")]
    PayloadType(String),
    /// None of the keys signed it.
    #[error("the statement is signed by none of the known keys")]
    NotSigned,
    /// It is of another version, or none.
    #[error("the statement is of type `{0}`; `{STATEMENT_TYPE}` is accepted")]
    Type(String),
    /// It says something else than is understood.
    #[error("the statement's predicate is of type `{found}`; accepted are {}", .accepted.map(|name| format!("`{name}`")).join(", "))]
    PredicateType {
        /// What it is.
        found: String,
        /// What would have been understood.
        accepted: [&'static str; 4],
    },
    /// It is about too many things, or nothing.
    #[error("the statement has {0} subjects, and must have one")]
    Subjects(usize),
    /// A subject has no digest of SHA-256, or one that is not written in 64 lower-case digits.
    #[error("subject `{0}` of the statement has no SHA-256 digest of 64 lower-case digits")]
    Digest(String),
    /// A text is empty, too long, or has control characters.
    #[error("the statement's {0} is empty, too long, or has control characters")]
    Text(&'static str),
    /// Two flavours, or two environments.
    #[error("the statement's configuration has more than one {0}")]
    Twice(&'static str),
    /// The flavour is not written as it should be.
    #[error("the statement's configuration has a flavour that cannot be read: `{0}`")]
    Flavour(String),
    /// The environment has no facts in its content, or their digest is another.
    #[error("the statement's configuration has an environment that cannot be read")]
    Environment,
    /// A fact of the environment is none.
    #[error("the statement's environment cannot be used")]
    Fact(#[source] EnvironmentError),
    /// The result says one thing and the lists of tests another.
    #[error("the statement's result is at odds with its {0} tests")]
    AtOdds(&'static str),
    /// The package URL has not the form, or no version.
    #[error("`{0}` is no package URL with a version")]
    Purl(String),
}

/// A statement, of the kinds that are understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// How tests ended.
    TestResult(TestResult),
    /// What belongs to a release.
    Release(ReleaseStatement),
    /// Whether somebody agrees with a proposal.
    Approval(Approval),
}

/// A statement with the keys that signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatement {
    /// What was signed.
    pub statement: Statement,
    /// The keys that signed it, each once; never empty.
    pub signers: BTreeSet<KeyId>,
    /// The signatures that count for nothing.
    pub rejected: Vec<Rejected>,
}

/// A statement as JSON has it. Members that the specification does not name are passed over, as it demands.
#[derive(Serialize, serde::Deserialize)]
struct Written<P> {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<WrittenSubject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    #[serde(default)]
    predicate: P,
}

impl Statement {
    /// The predicates that are understood.
    const ACCEPTED: [&'static str; 4] =
        [test_result::TYPE, release::TYPES[0], release::TYPES[1], approval::TYPE];

    /// Reads a statement's JSON.
    ///
    /// *Errors*: any of [`StatementError`] but those of envelopes. *Cost*: linear, in texts of up to 4 MiB.
    pub fn from_json(text: &[u8]) -> Result<Self, StatementError> {
        if text.len() > MAX_BYTES {
            return Err(StatementError::TooLong(text.len()));
        }
        let written: Written<Value> = from_json(text).map_err(StatementError::Json)?;
        if written.kind != STATEMENT_TYPE {
            return Err(StatementError::Type(written.kind));
        }
        let Written { subject, predicate_type, predicate, .. } = written;
        match predicate_type.as_str() {
            test_result::TYPE => {
                TestResult::read(&subject, typed(predicate)?).map(Self::TestResult)
            }
            approval::TYPE => Approval::read(&subject, typed(predicate)?).map(Self::Approval),
            name if release::TYPES.contains(&name) => {
                ReleaseStatement::read(&subject, typed(predicate)?).map(Self::Release)
            }
            _ => Err(StatementError::PredicateType {
                found: predicate_type,
                accepted: Self::ACCEPTED,
            }),
        }
    }

    /// Writes the statement as JSON in one line, the same bytes for the same statement.
    ///
    /// *Errors*: those of reading it again.
    pub fn to_json(&self) -> Result<String, StatementError> {
        let text = match self {
            Self::TestResult(result) => {
                let (subject, predicate) = result.written();
                written(test_result::TYPE, vec![subject], predicate)
            }
            Self::Release(release) => {
                let (subjects, predicate) = release.written();
                written(release::TYPES[1], subjects, predicate)
            }
            Self::Approval(approval) => {
                let (subject, predicate) = approval.written();
                written(approval::TYPE, vec![subject], predicate)
            }
        }?;
        Self::from_json(text.as_bytes())?;
        Ok(text)
    }

    /// Puts the statement into an envelope that nobody has signed yet.
    ///
    /// *Errors*: those of [`Statement::to_json`].
    pub fn to_envelope(&self) -> Result<Envelope, StatementError> {
        Ok(Envelope::new(STATEMENT_PAYLOAD_TYPE, self.to_json()?))
    }
}

impl Envelope {
    /// Reads the statement in an envelope that at least one of the keys signed.
    ///
    /// What it is about is told by the signed payload alone, never by whoever hands the envelope over.
    /// *Errors*: any of [`StatementError`]; the payload is read after the signatures are checked, and not before.
    pub fn verify_statement(&self, keys: &[PublicKey]) -> Result<SignedStatement, StatementError> {
        let verified = self.verify(keys).ok_or(StatementError::NotSigned)?;
        if !PAYLOAD_TYPES.contains(&verified.payload_type) {
            return Err(StatementError::PayloadType(verified.payload_type.to_owned()));
        }
        Ok(SignedStatement {
            statement: Statement::from_json(verified.payload)?,
            signers: verified.signers,
            rejected: verified.rejected,
        })
    }
}

fn typed<P: serde::de::DeserializeOwned>(predicate: Value) -> Result<P, StatementError> {
    serde_json::from_value(predicate).map_err(StatementError::Json)
}

fn written(
    predicate_type: &str,
    subject: Vec<WrittenSubject>,
    predicate: impl Serialize,
) -> Result<String, StatementError> {
    let written = Written {
        kind: STATEMENT_TYPE.to_owned(),
        subject,
        predicate_type: predicate_type.to_owned(),
        predicate,
    };
    serde_json::to_string(&written).map_err(StatementError::Json)
}
