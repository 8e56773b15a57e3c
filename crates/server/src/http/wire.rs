//! The core's values in the words of the interface.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use trainyard_api as api;
use trainyard_registry::{Condition, Digest, Moment, Right};
use trainyard_report::Finding;

use super::failure::Failure;

/// A moment as RFC 3339 writes it.
pub(crate) fn time(moment: Moment) -> api::Time {
    let timestamp = Timestamp::from_microsecond(moment.0).unwrap_or(Timestamp::MAX);
    api::Time(timestamp.to_string())
}

/// A moment from RFC 3339.
pub(crate) fn moment(time: &api::Time) -> Result<Moment, Failure> {
    if let Ok(timestamp) = time.0.parse::<Timestamp>() {
        return Ok(Moment(timestamp.as_microsecond()));
    }
    let given: String = time.0.chars().take(64).collect();
    Err(Failure::invalid("time-unreadable", format!("`{given}` is no moment"))
        .hint("write it as 2026-11-21T12:00:00Z"))
}

/// A moment, where there is one.
pub(crate) fn moment_of(time: Option<&api::Time>) -> Result<Option<Moment>, Failure> {
    time.map(moment).transpose()
}

/// The word that a plain value has in JSON.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Any value as JSON.
pub(crate) fn json(value: impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::fault(&error))
}

pub(crate) fn texts(digests: &[Digest]) -> Vec<String> {
    digests.iter().map(Digest::to_string).collect()
}

pub(crate) fn condition(condition: &Condition) -> api::Condition {
    let Condition { kind, flavour, is_met, text, remedy } = condition.clone();
    api::Condition { kind: word(kind), flavour, is_met, text, remedy }
}

pub(crate) fn finding(finding: &Finding) -> api::Finding {
    let location = |location: &trainyard_report::Location| api::Location {
        path: location.path.as_ref().map(ToString::to_string),
        line: location.line,
        column: location.column,
        commit: location.commit.clone(),
        reference: location.reference.clone(),
    };
    api::Finding {
        code: word(finding.code),
        severity: finding.severity.to_string(),
        subject: finding.subject.clone(),
        message: finding.message.clone(),
        locations: finding.locations.iter().map(location).collect(),
        suggestion: finding.suggestion.clone(),
    }
}

pub(crate) fn right(right: Right) -> api::Right {
    match right {
        Right::Publish => api::Right::Publish,
        Right::Validate => api::Right::Validate,
        Right::Promote => api::Right::Promote,
        Right::Block => api::Right::Block,
        Right::Policy => api::Right::Policy,
        Right::ReadLog => api::Right::ReadLog,
        Right::Admin => api::Right::Admin,
    }
}

pub(crate) fn right_of(right: api::Right) -> Right {
    match right {
        api::Right::Publish => Right::Publish,
        api::Right::Validate => Right::Validate,
        api::Right::Promote => Right::Promote,
        api::Right::Block => Right::Block,
        api::Right::Policy => Right::Policy,
        api::Right::ReadLog => Right::ReadLog,
        api::Right::Admin => Right::Admin,
    }
}

/// A count.
pub(crate) fn count(length: usize) -> u64 {
    length as u64
}

/// A text for people, of a length that people read.
pub(crate) fn title(what: &str, text: String) -> Result<String, Failure> {
    const LONGEST: usize = 4000;
    if text.len() > LONGEST {
        let detail = format!("the {what} has more than {LONGEST} bytes");
        return Err(Failure::invalid("text-too-long", detail));
    }
    Ok(text)
}
