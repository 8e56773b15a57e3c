//! The schemes.

mod api_date;
mod calver;
mod calver_letters;
mod commitizen;
mod composite;
mod debian;
mod messages;
mod node_semver;
mod packaging;
mod pep440;
mod release_tools;
mod rez;
mod semver;

use jiff::civil::{Date, date};
use serde_json::Value;
use trainyard_testkit::case_text;
use trainyard_version::{Level, Phase, PreStep, Scheme, Step, StepError, Version};

pub(crate) const TODAY: Date = date(2026, 2, 3);

pub(crate) fn scheme(name: &str) -> Scheme {
    name.parse().unwrap()
}

pub(crate) fn read(scheme: &Scheme, text: &str) -> Version {
    scheme.parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The cases of one file, none where it is absent.
pub(crate) fn vectors(file: &str) -> Option<Vec<Value>> {
    let text = case_text(&format!("versions/{file}.json"))?;
    let mut document: Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(document["vectors"].take()).unwrap()
}

/// A pre-release step whose label is spelled exactly so.
pub(crate) fn pre(label: &str, start: impl Into<Option<u64>>) -> PreStep {
    let phase = match Phase::from_label(label) {
        phase if phase.label() == label => phase,
        _ => Phase::Other(label.into()),
    };
    PreStep { phase, start: start.into() }
}

pub(crate) fn level(word: &str) -> Level {
    word.parse().unwrap()
}

/// Takes steps one after another.
pub(crate) fn walk(scheme: &Scheme, from: &Version, steps: &[Step]) -> Result<Version, StepError> {
    steps.iter().try_fold(from.clone(), |version, step| scheme.step(&version, step, TODAY))
}

/// Takes one step from a text and tells its outcome as text.
pub(crate) fn stepped(scheme: &Scheme, from: &str, step: &Step) -> String {
    match scheme.step(&read(scheme, from), step, TODAY) {
        Ok(next) => next.text().to_owned(),
        Err(error) => format!("refused: {}", error.reason),
    }
}

/// Checks that versions, given in ascending order, sort so, each against each.
pub(crate) fn assert_ascending(scheme: &Scheme, texts: &[&str]) {
    let versions: Vec<_> = texts.iter().map(|text| read(scheme, text)).collect();
    for (low, left) in versions.iter().enumerate() {
        for (high, right) in versions.iter().enumerate() {
            assert_eq!(left.precedence(right), low.cmp(&high), "{left} against {right}");
        }
    }
}
