//! How tags are written, and what badly written ones may mean.

use trainyard_policy::{Component, Policy, Rules};
use trainyard_version::{Scheme, Template, Version};

use crate::facts::{Moment, Tag};

/// How a release's tag is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// As the revision in force says.
    Exact,
    /// As another revision says, the named one (by index into the component's periods).
    OtherPeriod {
        /// The period whose spelling it is.
        period: usize,
        /// The tag as the revision in force would write it.
        expected: String,
    },
    /// As a version of another period's scheme, which the scheme in force cannot write.
    OtherScheme {
        /// The period whose scheme it is.
        period: usize,
    },
    /// In no declared way.
    Misspelled {
        /// The tag as the revision in force would write it.
        expected: String,
    },
}

impl Spelling {
    /// Whether it is as the policy says.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact)
    }
}

/// What stands for one placeholder.
fn captured<'t>(captures: &[(&str, &'t str)], name: &str) -> Option<&'t str> {
    captures.iter().find(|(placeholder, _)| *placeholder == name).map(|(_, text)| *text)
}

/// The version part of a tag that a template made.
pub(super) fn version_text<'t>(template: &Template, name: &'t str) -> Option<&'t str> {
    captured(&template.captures(name)?, "version")
}

/// The line part of a branch name that a template made.
pub(super) fn line_text(template: &Template, name: &str) -> Option<String> {
    let captures = template.captures(name)?;
    if let Some(line) = captured(&captures, "line") {
        return Some(line.to_owned());
    }
    let major = captured(&captures, "major")?;
    Some(match captured(&captures, "minor") {
        Some(minor) => format!("{major}.{minor}"),
        None => major.to_owned(),
    })
}

/// Whether the text is the version's own spelling under these rules.
pub(super) fn is_canonical(rules: &Rules, version: &Version) -> bool {
    version.text() == rules.spell(version)
}

/// The tag that a version should have.
pub fn tag_name(rules: &Rules, version: &Version) -> String {
    rules.tag_of(version).unwrap_or_else(|| rules.spell(version))
}

/// Reads a tag in the spelling of another period, else in none at all. Gives the period in force and the one whose
/// scheme read the version.
pub(super) fn read_nearly(
    component: &Component,
    tag: &Tag,
    only_component: bool,
) -> Option<((usize, usize), Version, Spelling)> {
    let periods = || component.periods.iter().enumerate().rev();
    let declared =
        periods().find_map(|(reader, period)| Some((reader, super::read_in(period, &tag.name)?)));
    let (reader, version) = declared.or_else(|| {
        let text = bare_version(&tag.name, &component.name, only_component)?;
        periods().find_map(|(reader, period)| {
            Some((reader, read_leniently(&period.rules.scheme, text)?))
        })
    })?;
    let in_force = component.period_of(&version, tag.when.map(Moment::date));
    let period = component.periods.iter().position(|each| std::ptr::eq(each, in_force))?;
    let own = &component.periods[reader].rules;
    if in_force.rules.scheme != own.scheme {
        return Some(((period, reader), version, Spelling::OtherScheme { period: reader }));
    }
    let expected = tag_name(&in_force.rules, &version);
    let own_spelling = tag_name(own, &version);
    let spelling = if period != reader && own_spelling == tag.name {
        Spelling::OtherPeriod { period: reader, expected }
    } else {
        Spelling::Misspelled { expected }
    };
    Some(((period, reader), version, spelling))
}

/// What follows the customary prefixes of a release tag, where nothing else comes before it.
fn bare_version<'t>(name: &'t str, component: &str, only_component: bool) -> Option<&'t str> {
    let own =
        name.strip_prefix(component).map(|rest| rest.trim_start_matches(['-', '_', '/', '@']));
    let rest = own.or(only_component.then_some(name))?;
    let rest = ["refs/tags/", "tags/", "release", "version", "rel"]
        .iter()
        .fold(rest, |rest, prefix| rest.strip_prefix(prefix).unwrap_or(rest));
    let rest = rest.trim_start_matches(['-', '_', '/', '.']);
    let rest = rest.strip_prefix(['v', 'V']).unwrap_or(rest).trim_start_matches(['.', '-']);
    rest.starts_with(|first: char| first.is_ascii_digit()).then_some(rest)
}

/// Reads a version that its scheme refuses for its spelling alone: `1.5.00`, `1.1.1.rc0`, `2.0-rc1`, `0.3`.
fn read_leniently(scheme: &Scheme, text: &str) -> Option<Version> {
    if let Ok(version) = scheme.parse(text) {
        return Some(version);
    }
    if scheme.name() != "semver" {
        return None;
    }
    let numbers_end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (numbers, rest) = text.split_at(numbers_end.unwrap_or(text.len()));
    let mut numbers: Vec<_> = numbers
        .trim_end_matches('.')
        .split('.')
        .map(|number| match number.trim_start_matches('0') {
            "" if !number.is_empty() => "0",
            significant => significant,
        })
        .collect();
    while numbers.len() < 3 {
        numbers.push("0");
    }
    let label = rest.trim_start_matches(['.', '-', '_']);
    let release = numbers.join(".");
    if label.is_empty() {
        return scheme.parse(&release).ok();
    }
    let digits = label.find(|letter: char| letter.is_ascii_digit());
    let (word, number) = label.split_at(digits.unwrap_or(label.len()));
    let known = ["a", "alpha", "b", "beta", "rc", "c", "pre", "preview"];
    let word = word.trim_end_matches(['.', '-', '_']).to_ascii_lowercase();
    if !known.contains(&word.as_str()) {
        return None;
    }
    let text = if number.is_empty() {
        format!("{release}-{word}")
    } else {
        format!("{release}-{word}.{number}")
    };
    scheme.parse(&text).ok()
}

/// Why a tag that is no release looks like one: it carries something like a version.
pub(super) fn resemblance(policy: &Policy, tag: &Tag) -> Option<String> {
    let name = &tag.name;
    let start = name.find(|letter: char| letter.is_ascii_digit())?;
    let (prefix, carried) = name.split_at(start);
    let numbers = carried
        .split('.')
        .take_while(|part| part.starts_with(|first: char| first.is_ascii_digit()));
    if numbers.count() < 2 {
        return None;
    }
    if let Some(unknown) = tag.component.as_ref().filter(|name| !is_declared(policy, name)) {
        return Some(format!("the policy has no component `{unknown}`"));
    }
    let candidates = || super::candidates(policy, tag).map(|(_, component)| component.current());
    let written = candidates().find_map(|rules| {
        let text = rules.tags.iter().find_map(|template| version_text(template, name))?;
        Some(rules.scheme.parse(text).err()?.to_string())
    });
    Some(written.unwrap_or_else(|| match wrong_version(candidates(), carried) {
        Some(reason) => reason,
        None if prefix.is_empty() => "no component's tags begin with the version".to_owned(),
        None => format!("no component's tags begin with `{prefix}`"),
    }))
}

fn is_declared(policy: &Policy, name: &str) -> bool {
    policy.components.iter().any(|component| component.name == name)
}

/// Why a text is a version of none of the rules' schemes; `None` where it is one.
fn wrong_version<'a>(candidates: impl Iterator<Item = &'a Rules>, text: &str) -> Option<String> {
    let mut schemes: Vec<&Scheme> = Vec::new();
    for rules in candidates {
        if !schemes.contains(&&rules.scheme) {
            schemes.push(&rules.scheme);
        }
    }
    let mut errors: Vec<_> =
        schemes.iter().map(|scheme| scheme.parse(text).err()).collect::<Option<_>>()?;
    match errors.len() {
        1 => errors.pop().map(|error| error.to_string()),
        _ => Some(format!("`{text}` is a version of no component's scheme")),
    }
}
