//! Fresh policy files.

use trainyard_version::{Phase, PreStep};

use crate::{
    Component, EffectiveFrom, NextDevelopment, Policy, Rules,
    presets::{find, presets},
};

/// The text of a fresh `trainyard.toml` for a product, over a preset; everything else is there as a comment.
///
/// An unknown preset is taken for `semver`.
pub fn init(preset: &str, product: &str) -> String {
    write(preset, product, &Parts::default())
}

/// The text of a fresh `trainyard.toml` that says what a policy of one component says beyond its preset: how versions
/// and tags are written, the globs of tags to ignore, from where releases are made, and the component's version files
/// where `has_version_files` tells that they are there.
pub fn init_adopted(
    preset: &str,
    policy: &Policy,
    ignored_tags: &[String],
    has_version_files: bool,
) -> String {
    let Some(component) = policy.components.first() else {
        return init(preset, &policy.product.name);
    };
    let plain = Policy::preset(preset);
    let plain = plain.as_ref().and_then(|plain| plain.components.first());
    let mut parts = Parts {
        rules: rules_said(component.current(), plain.map(Component::current)),
        ..Parts::default()
    };
    if !ignored_tags.is_empty() {
        parts.ignored_tags = format!("ignored-tags = {}\n", list(ignored_tags));
    }
    if has_version_files && !component.version_files.is_empty() {
        let files: Vec<_> =
            component.version_files.iter().map(|file| file.path.to_string()).collect();
        parts.component =
            format!("[components.{}]\nversion-files = {}\n\n", key(&component.name), list(&files));
    }
    if let [first, second] = &component.periods[..]
        && let EffectiveFrom::Version(from) = &second.from
    {
        parts.revisions = format!(
            "\n[[revisions]]\nname = \"padded\"\nreason = \"Second numbers had {} digits.\"\nrules.minor-digits = \
             {}\n\n[[revisions]]\nname = \"plain\"\nfrom = {}\nrules.minor-digits = {}\n",
            first.rules.minor_digits,
            first.rules.minor_digits,
            quoted(from.canonical()),
            second.rules.minor_digits
        );
    } else if component.current().minor_digits > 1 {
        let digits = component.current().minor_digits.to_string();
        parts.rules.extend(["minor-digits = ", &digits, "\n"]);
    }
    if let Some(next) = &component.current().next_development {
        parts.next_development = next_development(next);
    }
    write(preset, &policy.product.name, &parts)
}

/// What a fresh file says beyond its preset, each as lines of TOML.
#[derive(Default)]
struct Parts {
    ignored_tags: String,
    rules: String,
    next_development: String,
    component: String,
    revisions: String,
}

/// The rules in which a policy differs from its preset.
fn rules_said(rules: &Rules, plain: Option<&Rules>) -> String {
    let mut said = String::new();
    if plain.is_none_or(|plain| plain.scheme != rules.scheme) {
        said.extend(["scheme = ", &quoted(rules.scheme.spec()), "\n"]);
    }
    if plain.is_none_or(|plain| plain.tags != rules.tags) {
        let tags: Vec<_> = rules.tags.iter().map(ToString::to_string).collect();
        said.extend(["tag = ", &list(&tags), "\n"]);
    }
    if rules.releases_from_lines_only {
        said += "releases-from = \"lines\"\n";
    }
    said
}

fn next_development(next: &NextDevelopment) -> String {
    let mark = match &next.mark {
        Some(PreStep { phase, start }) => {
            let label = match phase {
                Phase::Alpha => "a",
                Phase::Beta => "b",
                Phase::Candidate => "rc",
                Phase::Other(label) => label,
            };
            format!("{label}{}", start.map(|start| start.to_string()).unwrap_or_default())
        }
        None => "dev".to_owned(),
    };
    format!("[rules.next-development]\nlevel = \"minor\"\nmark = {}\n\n", quoted(&mark))
}

/// A TOML key, bare where it can be.
fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !name.is_empty() && name.bytes().all(is_bare) { name.to_owned() } else { quoted(name) }
}

fn list(texts: &[String]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

fn write(preset: &str, product: &str, parts: &Parts) -> String {
    let preset = find(preset).unwrap_or(&presets()[0]);
    let name: String = quoted(product);
    let scheme =
        preset.text.lines().find_map(|line| line.strip_prefix("scheme = ")).unwrap_or("\"semver\"");
    let tag = preset
        .text
        .lines()
        .find_map(|line| line.strip_prefix("tag = "))
        .unwrap_or("\"v{version}\"");
    let is_plain = !preset.text.contains("[product]");
    let inherited = if is_plain {
        "What is not said here, the preset says."
    } else {
        "What is not said here, the preset says: its rules, its components and its history."
    };
    format!(
        r#"# How {title} is versioned. Checked by `trainyard policy lint`, published by `trainyard policy doc`.

# {summary}.
# {inherited}
preset = "{preset}"

[product]
name = {name}
# title = "The name for people"
# description = "What it is, in a sentence."
# policy-url = "https://example.org/versioning"
# Tags that are known to be no releases:
# ignored-tags = ["nightly-*"]
{ignored_tags}
# What differs from the preset, for all components.
{rules_head}
# scheme = {scheme}
# tag = {tag}
# branch = "release-{{major}}.{{minor}}"
# releases-from = "lines"
{rules}
{next_development}# Which change needs which level: breaking, data, additive, fix, docs, none, or rules such as "commits.feat".
# [rules.levels]
# major = ["breaking"]

# [rules.cadence]
# at-least = "2 weeks"
# at-most = "1 month"

# Parts with version numbers of their own. Without any, the whole repository is one.
# [components.server]
# title = "Server"
# paths = ["server/**"]
# version-files = ["server/VERSION", {{ path = "server/pyproject.toml", key = "project.version" }}]
# fragments = [{{ towncrier = "changes" }}]
# rules.tag = "{{component}}-v{{version}}"

{component}# Components that share x.y.
# [groups.core]
# components = ["server", "agent"]
# lockstep = "minor"

# [lines]
# development = ["main"]
# supported = 2
# support = "24 months"

# [lines.declared."1.2"]
# lts = true
# retires = 2027-03-31

# What held before, oldest first, so that old releases are judged by the rules of their time.
# [[revisions]]
# name = "first rules"
# reason = "Tags had no prefix."
# rules.tag = "{{version}}"
#
# [[revisions]]
# name = "present rules"
# from = "1.0.0"
{revisions}"#,
        rules_head = if parts.rules.is_empty() { "# [rules]" } else { "[rules]" },
        ignored_tags = parts.ignored_tags,
        rules = parts.rules,
        next_development = parts.next_development,
        component = parts.component,
        revisions = parts.revisions,
        title = product.replace(char::is_control, " "),
        summary = preset.summary,
        preset = preset.name,
    )
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => {
                quoted.extend(format!("\\u{:04X}", u32::from(control)).chars());
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
