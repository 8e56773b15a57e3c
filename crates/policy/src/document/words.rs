//! Plain words for what policies say.

use trainyard_evidence::Class;

use crate::Maturity;

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
    text.replace('<', "&lt;").replace('\n', " ")
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
        Ok(Class::Additive) => "compatible additions".to_owned(),
        Ok(Class::Fix) => "compatible corrections".to_owned(),
        Ok(Class::Docs) => "documentation alone".to_owned(),
        Ok(Class::None) => "what users cannot notice".to_owned(),
        Ok(Class::Unknown) => "changes whose effect cannot be judged".to_owned(),
        Err(_) => match selector.split_once('.') {
            Some((family, "*")) => format!("anything our {family} checks find"),
            _ => format!("changes of the kind {}", code(selector)),
        },
    }
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
