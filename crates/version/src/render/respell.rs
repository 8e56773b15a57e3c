//! Other spellings of the same version, for places that take the versions of one scheme alone.

use crate::{ParseError, Scheme, Version, VersionScheme, schemes::pep440::Pep440};

use super::Target;

/// The spellings to try, the best first; an error tells why a place has none.
pub(super) fn spellings(version: &Version, target: Target) -> Vec<Result<String, String>> {
    let canonical = version.canonical();
    match target {
        Target::GitTag | Target::Branch | Target::Docker => vec![Ok(canonical.to_owned())],
        Target::PyPi => {
            let read =
                Pep440.parse(canonical).map_err(|error| format!("PyPI takes PEP 440: {error}"));
            vec![read.map(|version| version.canonical().to_owned())]
        }
        Target::Helm => {
            let mut spellings = vec![Ok(canonical.to_owned()), Ok(three_segments(canonical))];
            spellings.extend(as_semver(canonical).map(Ok));
            spellings
        }
    }
}

/// Checks a whole name by the rules of the target on versions.
///
/// *Errors*: why the name is not allowed.
pub(super) fn check(target: Target, name: &str) -> Result<(), String> {
    match target {
        Target::GitTag | Target::Branch | Target::Docker => Ok(()),
        Target::PyPi => {
            let version =
                Pep440.parse(name).map_err(|error| format!("PyPI takes PEP 440: {error}"))?;
            if name.contains('+') {
                return Err("PyPI takes no local part; leave out what follows the `+`".into());
            }
            match version.canonical() {
                canonical if canonical == name => Ok(()),
                canonical => Err(format!("PyPI would spell it `{canonical}`")),
            }
        }
        Target::Helm => match semver::Version::parse(name) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("Helm takes SemVer 2, and `{name}` is none: {error}")),
        },
    }
}

/// Reads the version by its own scheme, or else as that scheme would have spelled it.
pub(super) fn read(scheme: &Scheme, target: Target, text: &str) -> Result<Version, ParseError> {
    scheme.parse(text).or_else(|error| {
        let other = match target {
            Target::GitTag | Target::Branch | Target::Docker => None,
            Target::PyPi => as_semver(text),
            Target::Helm => Pep440.parse(text).ok().map(|version| version.canonical().to_owned()),
        };
        other.and_then(|other| scheme.parse(&other).ok()).ok_or(error)
    })
}

/// Numbers without leading zeros, and three of them: `2023.09` is `2023.9.0`.
fn three_segments(text: &str) -> String {
    let core_end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, rest) = text.split_at(core_end);
    let mut segments: Vec<&str> = core
        .split('.')
        .map(|segment| match segment.trim_start_matches('0') {
            "" => "0",
            significant => significant,
        })
        .collect();
    while segments.len() < 3 {
        segments.push("0");
    }
    format!("{}{rest}", segments.join("."))
}

/// `1.2.0rc1` as SemVer spells it, `1.2.0-rc.1`; `None` for what has no such pre-release.
fn as_semver(text: &str) -> Option<String> {
    let core_end = text.find(|other: char| !other.is_ascii_digit() && other != '.')?;
    let (core, rest) = text.split_at(core_end);
    let (core, marks) = match core.strip_suffix('.') {
        Some(core) => (core, rest.strip_prefix("dev").map(|number| ("dev", number))),
        None => (core, strip_label(rest)),
    };
    let (label, number) = marks?;
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let (number, build) = number.split_at(digits);
    let fits = !number.is_empty() && (build.is_empty() || build.starts_with('+'));
    fits.then(|| format!("{}-{label}.{number}{build}", three_segments(core)))
}

fn strip_label(text: &str) -> Option<(&'static str, &str)> {
    let known = [("a", "alpha"), ("b", "beta"), ("rc", "rc")];
    known.iter().find_map(|(short, long)| Some((*long, text.strip_prefix(short)?)))
}
