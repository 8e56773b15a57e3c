//! How tests ended: in-toto's predicate `test-result`, version 0.1.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    StatementError,
    resource::{WrittenResource, WrittenSubject, digest_set, line, only_subject},
};
use crate::{
    encoding::{from_base64, sha256, to_base64, to_hex},
    environment::Environment,
    json::from_json,
    keys::KeyId,
    quorum::{Attestation, Outcome},
};

/// The predicate's type.
pub(super) const TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// What the address of a flavour begins with; its name follows, percent-encoded.
const FLAVOUR_URI: &str = "urn:trainyard:flavour:";
/// What the facts of an environment are, so that they are found among other configuration.
const ENVIRONMENT_MEDIA_TYPE: &str = "application/vnd.trainyard.environment+json";

/// How tests of a release or bundle ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// What people call the thing tested; nothing is found by it. May be empty.
    pub name: String,
    /// The digest of its content, as `sha256:…`.
    pub digest: String,
    /// The flavour that was tested; empty where there are none.
    pub flavour: String,
    /// How the tests ended.
    pub outcome: Outcome,
    /// Where they ran; empty if that is not told.
    pub environment: Environment,
    /// Where more can be read.
    pub url: Option<String>,
    /// When the tests ended (RFC 3339), as whoever signs tells it. Nothing is weighed by it; it tells one run from the next that
    /// ended alike, which would else be the same statement.
    pub finished_on: Option<String>,
    /// The tests by name, where they are told.
    pub tests: Tests,
}

/// Names of tests, by how they ended. *Order*: as they were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tests {
    /// Those that passed.
    pub passed: Vec<String>,
    /// Those that passed, with something to say against it.
    pub warned: Vec<String>,
    /// Those that failed.
    pub failed: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written {
    result: Outcome,
    configuration: Vec<WrittenResource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finished_on: Option<String>,
    #[serde(default)]
    passed_tests: Vec<String>,
    #[serde(default)]
    warned_tests: Vec<String>,
    #[serde(default)]
    failed_tests: Vec<String>,
}

impl TestResult {
    /// What a rule weighs of the result, given what the log calls it, who signed it, and when it was logged.
    pub fn attestation(
        &self,
        id: impl Into<String>,
        signers: BTreeSet<KeyId>,
        logged_secs: u64,
    ) -> Attestation {
        Attestation {
            id: id.into(),
            signers,
            logged_secs,
            digest: self.digest.clone(),
            flavour: self.flavour.clone(),
            environment: self.environment.to_string(),
            outcome: self.outcome,
            is_withdrawn: false,
        }
    }

    pub(super) fn read(
        subjects: &[WrittenSubject],
        written: Written,
    ) -> Result<Self, StatementError> {
        let (name, digest) = only_subject(subjects)?;
        let tests = Tests {
            passed: written.passed_tests,
            warned: written.warned_tests,
            failed: written.failed_tests,
        };
        for test in tests.passed.iter().chain(&tests.warned).chain(&tests.failed) {
            line("name of a test", test)?;
        }
        if written.result != Outcome::Failed && !tests.failed.is_empty() {
            return Err(StatementError::AtOdds("failed"));
        }
        if written.result == Outcome::Passed && !tests.warned.is_empty() {
            return Err(StatementError::AtOdds("warned"));
        }
        if let Some(url) = &written.url {
            line("url", url)?;
        }
        if let Some(time) = &written.finished_on {
            line("finishedOn", time)?;
        }
        Ok(Self {
            name,
            digest,
            flavour: read_flavour(&written.configuration)?,
            outcome: written.result,
            environment: read_environment(&written.configuration)?,
            url: written.url,
            finished_on: written.finished_on,
            tests,
        })
    }

    pub(super) fn written(&self) -> (WrittenSubject, Written) {
        let flavour = (!self.flavour.is_empty()).then(|| WrittenResource {
            name: Some("flavour".to_owned()),
            uri: Some(format!("{FLAVOUR_URI}{}", percent_encoded(&self.flavour))),
            ..WrittenResource::default()
        });
        let environment = (!self.environment.is_empty()).then(|| WrittenResource {
            name: Some("environment".to_owned()),
            digest: digest_set(&self.environment.digest()),
            content: Some(to_base64(self.environment.to_json().as_bytes())),
            media_type: Some(ENVIRONMENT_MEDIA_TYPE.to_owned()),
            ..WrittenResource::default()
        });
        let predicate = Written {
            result: self.outcome,
            configuration: flavour.into_iter().chain(environment).collect(),
            url: self.url.clone(),
            finished_on: self.finished_on.clone(),
            passed_tests: self.tests.passed.clone(),
            warned_tests: self.tests.warned.clone(),
            failed_tests: self.tests.failed.clone(),
        };
        (WrittenSubject::new(&self.name, &self.digest), predicate)
    }
}

/// The flavour among the configuration; empty if there is none. Configuration of others is passed over.
fn read_flavour(configuration: &[WrittenResource]) -> Result<String, StatementError> {
    let mut flavours =
        configuration.iter().filter_map(|item| item.uri.as_ref()?.strip_prefix(FLAVOUR_URI));
    let Some(written) = flavours.next() else { return Ok(String::new()) };
    if flavours.next().is_some() {
        return Err(StatementError::Twice("flavour"));
    }
    let wrong = || StatementError::Flavour(written.to_owned());
    let flavour = percent_decoded(written).ok_or_else(wrong)?;
    line("flavour", &flavour)?;
    // One spelling, so that nobody else takes for another flavour what is the same here.
    if percent_encoded(&flavour) == written { Ok(flavour) } else { Err(wrong()) }
}

/// The environment among the configuration; empty if there is none.
fn read_environment(configuration: &[WrittenResource]) -> Result<Environment, StatementError> {
    let is_ours =
        |item: &&WrittenResource| item.media_type.as_deref() == Some(ENVIRONMENT_MEDIA_TYPE);
    let mut environments = configuration.iter().filter(is_ours);
    let Some(item) = environments.next() else { return Ok(Environment::default()) };
    if environments.next().is_some() {
        return Err(StatementError::Twice("environment"));
    }
    let content = item.content.as_deref().and_then(from_base64);
    let content = content.ok_or(StatementError::Environment)?;
    let digest = item.digest.get("sha256");
    if digest.is_some_and(|digest| *digest != to_hex(&sha256(&[&content]))) {
        return Err(StatementError::Environment);
    }
    let facts: std::collections::BTreeMap<String, String> =
        from_json(&content).map_err(StatementError::Json)?;
    Environment::try_from(facts).map_err(StatementError::Fact)
}

/// Writes a text so that it may stand in an address (RFC 3986, section 2.3).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&to_hex(&[byte]).to_ascii_uppercase());
        }
    }
    encoded
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}
