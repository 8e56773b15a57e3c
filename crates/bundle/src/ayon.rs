//! The answer of AYON's own server, for people who must match it.
//!
//! The server takes addons in the bundle's order. It skips the rest of an addon's requirements when there is no
//! launcher, looks names up as written, and fails as a whole (HTTP 500) at a condition that python-semver refuses, if it
//! comes that far: conditions after one that does not hold are never read.

use serde::Serialize;
use trainyard_version::Scheme;

use crate::{Bundle, Catalogue, Kind, Manifest, Requirement};

/// What AYON's server says to a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AyonAnswer {
    /// It was checked.
    Checked {
        /// Whether there is no error.
        success: bool,
        /// What it found, in its order.
        issues: Vec<AyonIssue>,
    },
    /// The server failed: HTTP 500.
    Failed {
        /// The condition or version that it could not read.
        crash: String,
    },
}

/// One thing that AYON's server found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AyonIssue {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// The addon that asks.
    pub addon: Option<String>,
    /// The server's sentence.
    pub message: String,
    /// The addon that is asked for.
    pub required_addon: Option<String>,
}

/// A condition or a version that makes the server fail.
struct Crash(String);

/// Checks a bundle as AYON's server does.
///
/// The server's version is the first of the bundle's servers; without one, no addon's demand on it is looked at.
pub fn check_as_ayon(bundle: &Bundle, catalogue: &Catalogue) -> AyonAnswer {
    let mut issues = Vec::new();
    for pin in &bundle.pins {
        let name = catalogue.name(&pin.name);
        let release = name.and_then(|name| catalogue.find_first(name, &pin.version));
        let release = release.filter(|release| release.version().text() == pin.version);
        let Some(release) = release else {
            let message = format!("{} {} is not active", pin.name, pin.version);
            issues.push(issue("error", &pin.name, message, Some(&pin.name)));
            continue;
        };
        if let Err(Crash(crash)) = addon(bundle, &pin.name, &release.manifest, &mut issues) {
            return AyonAnswer::Failed { crash };
        }
    }
    let success = issues.iter().all(|issue| issue.severity != "error");
    AyonAnswer::Checked { success, issues }
}

fn addon(
    bundle: &Bundle,
    name: &str,
    manifest: &Manifest,
    issues: &mut Vec<AyonIssue>,
) -> Result<(), Crash> {
    let environment = &manifest.environment;
    if let (Some(need), Some(server)) = (&environment.server, bundle.servers.first()) {
        let range = need.range.text();
        if !is_compatible(server.text(), range)? {
            issues.push(issue("error", name, format!("Ayon server {range} is required"), None));
        }
    }
    if let Some(need) = &environment.launcher {
        let range = need.range.text();
        let Some(launcher) = &bundle.launcher else {
            issues.push(issue("error", name, "Launcher is required".to_owned(), None));
            return Ok(());
        };
        if !is_compatible(launcher.text(), range)? {
            issues.push(issue("error", name, format!("Launcher {range} is required"), None));
        }
    }
    let of_kinds = |kinds: &'static [Kind]| {
        manifest.requirements.iter().filter(move |it| kinds.contains(&it.kind))
    };
    for requirement in of_kinds(&[Kind::Hard, Kind::Conflict]) {
        issues.extend(required(bundle, name, requirement)?);
    }
    for (kinds, severity) in [(&[Kind::Soft], "error"), (&[Kind::Advisory], "warning")] {
        for requirement in of_kinds(kinds) {
            let (target, range) = (&requirement.target, requirement.range.text());
            let Some(pin) = bundle.pin(target) else { continue };
            if !is_compatible(&pin.version, range)? {
                let message = match severity {
                    "error" => format!("{target} {range} is required"),
                    _ => format!("only compatible with {target} {range}"),
                };
                issues.push(issue(severity, name, message, Some(target)));
            }
        }
    }
    Ok(())
}

fn required(
    bundle: &Bundle,
    name: &str,
    requirement: &Requirement,
) -> Result<Option<AyonIssue>, Crash> {
    let (target, range) = (&requirement.target, requirement.range.text());
    let message = match (bundle.pin(target), requirement.kind) {
        (None, Kind::Conflict) => return Ok(None),
        (None, _) => format!("{target} is required"),
        (Some(_), Kind::Conflict) => format!("{target} must not be used"),
        (Some(pin), _) => {
            if is_compatible(&pin.version, range)? {
                return Ok(None);
            }
            format!("{target} {range} is required")
        }
    };
    Ok(Some(issue("error", name, message, Some(target))))
}

fn issue(
    severity: &'static str,
    addon: &str,
    message: String,
    required: Option<&str>,
) -> AyonIssue {
    let required_addon = required.map(str::to_owned);
    AyonIssue { severity, addon: Some(addon.to_owned()), message, required_addon }
}

/// Whether a version meets conditions between commas, read one after the other until one does not hold.
fn is_compatible(version: &str, conditions: &str) -> Result<bool, Crash> {
    for condition in conditions.split(',') {
        if !meets(version, condition.trim())? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// python-semver's `match`: one operator directly before a version, or a version alone.
fn meets(version: &str, condition: &str) -> Result<bool, Crash> {
    let read = |text: &str| Scheme::semver().parse(text).map_err(|_| Crash(text.to_owned()));
    let version = read(version)?;
    let signs = [">=", "<=", "==", "!=", ">", "<"];
    let sign = signs.into_iter().find(|sign| condition.starts_with(sign));
    let starts_with_digit = condition.starts_with(|first: char| first.is_ascii_digit());
    let (sign, other) = match sign {
        Some(sign) => (sign, condition.get(sign.len()..).unwrap_or_default()),
        None if starts_with_digit => ("==", condition),
        None => return Err(Crash(condition.to_owned())),
    };
    let order = version.precedence(&read(other)?);
    Ok(match sign {
        ">=" => order.is_ge(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        "<" => order.is_lt(),
        "!=" => order.is_ne(),
        _ => order.is_eq(),
    })
}
