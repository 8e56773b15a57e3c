//! Plain words for what policies say.

use trainyard_evidence::Class;

use crate::{Cadence, CadenceCounts, Maturity};

/// `a`, `a and b`, `a, b and c`.
pub(super) fn joined(items: &[String]) -> String {
    crate::read::listed(items, "and")
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn either(items: &[String]) -> String {
    crate::read::listed(items, "or")
}

/// Text as code.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// Text that somebody else wrote, as text and nothing else.
pub(super) fn escaped(text: &str) -> String {
    text.replace('<', "&lt;").replace("](", "]\\(").replace('\n', " ")
}

/// Text that ends as a sentence does.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { escaped(text) } else { format!("{}.", escaped(text)) }
}

pub(super) fn maturity(maturity: Maturity) -> &'static str {
    match maturity {
        Maturity::Alpha => "alpha",
        Maturity::Beta => "beta",
        Maturity::Stable => "stable",
    }
}

/// What a selector of a level rule speaks of.
pub(super) fn selector(selector: &str) -> String {
    match selector.parse::<Class>() {
        Ok(Class::Breaking) => "incompatible changes".to_owned(),
        Ok(Class::Data) => "changes of stored data that need a migration".to_owned(),
        Ok(Class::Dangerous) => "compatible changes that may still break some users".to_owned(),
        Ok(Class::Additive) => "compatible additions".to_owned(),
        Ok(Class::Fix) => "compatible corrections".to_owned(),
        Ok(Class::Docs) => "documentation alone".to_owned(),
        Ok(Class::None) => "what users cannot notice".to_owned(),
        Ok(Class::Unknown) => "changes whose effect cannot be judged".to_owned(),
        Err(_) => match selector.split_once('.') {
            Some((name, "*")) => family(name),
            _ => format!("changes of the kind {}", code(selector)),
        },
    }
}

/// What a family of rules speaks of.
fn family(name: &str) -> String {
    match name {
        "commits" => "anything that commits say",
        "fragments" => "anything that change notes say",
        "migrations" => "any migration of the database",
        "openapi" => "any change of the HTTP API",
        "graphql" => "any change of the GraphQL API",
        "requirements" => "any change of what is required",
        "config" => "any change of the configuration",
        "api-date" => "any change of the API's version",
        "endpoints" => "any change of the endpoints",
        _ => return format!("anything that {} find", code(name)),
    }
    .to_owned()
}

/// What comes in a cadence, and when; `None` where it promises nothing.
pub(super) fn cadence_words(cadence: &Cadence) -> Option<(&'static str, String)> {
    let what = match cadence.counts {
        CadenceCounts::Every => "A release",
        CadenceCounts::Lines => "A new line",
    };
    let when = match (cadence.at_least, cadence.at_most) {
        (None, None) => return None,
        (None, Some(most)) => format!("no later than {most} after the one before"),
        (Some(least), None) => format!("no sooner than {least} after the one before"),
        (Some(least), Some(most)) => format!("{least} to {most} after the one before"),
    };
    Some((what, when))
}

/// Text of a cell.
pub(super) fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|")
}

/// The name of a scheme for people.
pub(super) fn scheme(spec: &str) -> String {
    let (name, argument) = spec.split_once(':').unwrap_or((spec, ""));
    match name {
        "semver" => "[Semantic Versioning 2.0.0](https://semver.org/spec/v2.0.0.html)".to_owned(),
        "pep440" => {
            "[Python's version scheme, PEP 440](https://peps.python.org/pep-0440/)".to_owned()
        }
        "calver" => format!(
            "the calendar, written as {}",
            code(argument.split(';').next().unwrap_or(argument))
        ),
        "api-date" => "a number and a day, written as `vN.yyyymmdd`".to_owned(),
        "rez" => "Rez's version scheme".to_owned(),
        "debian" => "Debian's version scheme".to_owned(),
        _ => code(spec),
    }
}
