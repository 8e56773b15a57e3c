//! Where tests ran: facts with names, gathered elsewhere, and what they are called together.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::encoding::{sha256, to_hex};

#[cfg(test)]
mod tests;

/// More facts than this are no description of an environment.
const MAX_FACTS: usize = 64;
/// The longest name of a fact, in bytes.
const MAX_KEY_BYTES: usize = 64;
/// The longest fact, in bytes.
const MAX_VALUE_BYTES: usize = 256;

/// Why something is no fact of an environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// There is no sign of equality in it.
    #[error("`{0}` is no fact of an environment, such as `gpu=rtx-4090`")]
    Form(String),
    /// Its name is empty, too long, or has other letters.
    #[error(
        "`{0}` is no name of a fact: up to {MAX_KEY_BYTES} of a-z, 0-9, dot, hyphen and underscore"
    )]
    Key(String),
    /// It is empty, too long, or has control characters.
    #[error("fact `{0}` is empty, longer than {MAX_VALUE_BYTES} bytes, or has control characters")]
    Value(String),
    /// It was told already, otherwise.
    #[error("fact `{0}` is told twice, differently")]
    Twice(String),
    /// There are more than are kept.
    #[error("an environment has more than {MAX_FACTS} facts")]
    TooMany,
}

/// What is known of the place where tests ran, such as `arch`, `gpu` and `os`; shown as `arch=x86_64, os=linux`.
///
/// *Order*: by name. Two environments are the same where all their facts are, so who wants coarser ones narrows them first.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Adds a fact; the same once more changes nothing.
    ///
    /// *Errors*: any of [`EnvironmentError`] but `Form`.
    pub fn add(&mut self, key: &str, value: &str) -> Result<(), EnvironmentError> {
        let is_key = |letter: u8| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || b"._-".contains(&letter)
        };
        if key.is_empty() || key.len() > MAX_KEY_BYTES || !key.bytes().all(is_key) {
            return Err(EnvironmentError::Key(key.to_owned()));
        }
        let is_short = (1..=MAX_VALUE_BYTES).contains(&value.len());
        if !is_short || value.contains(char::is_control) {
            return Err(EnvironmentError::Value(key.to_owned()));
        }
        match self.0.get(key) {
            Some(known) if known == value => return Ok(()),
            Some(_) => return Err(EnvironmentError::Twice(key.to_owned())),
            None => {}
        }
        if self.0.len() == MAX_FACTS {
            return Err(EnvironmentError::TooMany);
        }
        self.0.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    /// Adds a fact as people write it, `key=value`.
    ///
    /// *Errors*: any of [`EnvironmentError`].
    pub fn add_written(&mut self, fact: &str) -> Result<(), EnvironmentError> {
        let form = || EnvironmentError::Form(fact.to_owned());
        let (key, value) = fact.split_once('=').ok_or_else(form)?;
        self.add(key, value)
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The facts, by name.
    pub fn facts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The environment by some of its facts alone, for rules to which a kernel's patch makes no other environment.
    #[must_use]
    pub fn narrowed(&self, keys: &[&str]) -> Self {
        let kept = self.0.iter().filter(|(key, _)| keys.contains(&key.as_str()));
        Self(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    /// The facts as one object of JSON, the same bytes for the same facts.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// SHA-256 of [`Environment::to_json`], as `sha256:…`.
    pub fn digest(&self) -> String {
        format!("sha256:{}", to_hex(&sha256(&[self.to_json().as_bytes()])))
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |letter: char| letter.is_alphanumeric() || "._-+:/".contains(letter);
        for (place, (key, value)) in self.facts().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            // Quotes keep apart what would read the same, so that no two environments have one name.
            if value.chars().all(is_plain) {
                write!(formatter, "{comma}{key}={value}")?;
            } else {
                write!(formatter, "{comma}{key}={value:?}")?;
            }
        }
        Ok(())
    }
}

impl TryFrom<BTreeMap<String, String>> for Environment {
    type Error = EnvironmentError;

    fn try_from(facts: BTreeMap<String, String>) -> Result<Self, EnvironmentError> {
        let mut environment = Self::default();
        for (key, value) in &facts {
            environment.add(key, value)?;
        }
        Ok(environment)
    }
}

impl From<Environment> for BTreeMap<String, String> {
    fn from(environment: Environment) -> Self {
        environment.0
    }
}
