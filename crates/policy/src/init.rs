//! Fresh policy files.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_version::{Phase, PreStep};

use crate::{
    Component, EffectiveFrom, NextDevelopment, Policy, Rules, VersionFile, VersionPlace,
    presets::{find, presets},
};

/// The text of a fresh `trainyard.toml` for a product, over a preset; everything else is there as a comment.
///
/// An unknown preset is taken for `semver`.
pub fn init(preset: &str, product: &str) -> String {
    write(preset, product, &Parts::default())
}

/// The text of a fresh `trainyard.toml` that says what an adopted policy says beyond its preset: how versions and tags
/// are written, the globs of tags to ignore, from where releases are made, and the version files.
///
/// `folders` has the folder of each component that is a part, and `None` for the whole of the repository.
pub fn init_adopted(
    preset: &str,
    policy: &Policy,
    folders: &[Option<Utf8PathBuf>],
    ignored_tags: &[String],
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
    if policy.components.len() > 1 {
        let sections = policy
            .components
            .iter()
            .zip(folders)
            .map(|(component, folder)| section(component, folder.as_deref(), folders, plain));
        parts.rules.clear();
        parts.component = sections.collect();
        return write(preset, &policy.product.name, &parts);
    }
    if let Some(files) = version_files(component) {
        parts.component = format!("[components.{}]\n{files}\n", key(&component.name));
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
    } else if let [first, second] = &component.periods[..]
        && let EffectiveFrom::Date(from) = &second.from
    {
        let rules = [
            rules_said(&first.rules, Some(&second.rules)),
            levels_said(&first.rules, Some(&second.rules)),
            prereleases_said(&first.rules, &second.rules),
        ];
        parts.revisions = format!(
            "\n[[revisions]]\nname = \"earlier numbers\"\nreason = \"Versions were written by another scheme.\"\n\n\
             [revisions.rules]\n{}\n[[revisions]]\nname = \"present numbers\"\nfrom = {from}\n",
            rules.concat()
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

/// The tables of one of several components.
fn section(
    component: &Component,
    folder: Option<&Utf8Path>,
    folders: &[Option<Utf8PathBuf>],
    plain: Option<&Component>,
) -> String {
    let below = |folder: &Utf8Path| format!("{}/**", globset::escape(folder.as_str()));
    let name = key(&component.name);
    let mut said = format!("[components.{name}]\n");
    if let Some(folder) = folder {
        said.extend(["paths = ", &list(&[below(folder)]), "\n"]);
    }
    let others = folders.iter().flatten().filter(|other| Some(other.as_path()) != folder);
    let inner = others.filter(|other| folder.is_none_or(|folder| other.starts_with(folder)));
    let excluded: Vec<_> = inner.map(|other| below(other)).collect();
    if !excluded.is_empty() {
        said.extend(["exclude = ", &list(&excluded), "\n"]);
    }
    said.extend(version_files(component));
    let rules = component.current();
    let plain = plain.map(Component::current);
    let mut differs = rules_said(rules, plain);
    if plain.is_none_or(|plain| plain.branches != rules.branches) {
        let branches: Vec<_> = rules.branches.iter().map(ToString::to_string).collect();
        differs.extend(["branch = ", &list(&branches), "\n"]);
    }
    differs += &levels_said(rules, plain);
    if let Some(next) = &rules.next_development {
        let mark = mark_of(next);
        differs.extend(["next-development = { level = \"minor\", mark = ", &quoted(&mark), " }\n"]);
    }
    if !differs.is_empty() {
        said.extend(["\n[components.", &name, ".rules]\n", &differs]);
    }
    said + "\n"
}

/// What the levels of changes are, where they differ from the preset's.
fn levels_said(rules: &Rules, plain: Option<&Rules>) -> String {
    let mut said = String::new();
    if plain.is_none_or(|plain| plain.levels.by_selector != rules.levels.by_selector) {
        said.extend(["levels = ", &levels(rules), "\n"]);
    }
    if plain.is_none_or(|plain| plain.zero != rules.zero) {
        let zero = rules.zero.map_or_else(
            || "false".to_owned(),
            |zero| format!("{{ major = \"{}\", minor = \"{}\" }}", zero.major, zero.minor),
        );
        said.extend(["zero = ", &zero, "\n"]);
    }
    said
}

/// Which pre-releases there are, where another period has others.
fn prereleases_said(rules: &Rules, other: &Rules) -> String {
    let phases = |rules: &Rules| -> Vec<String> {
        rules.prerelease.phases.iter().map(|step| step.phase.label().to_owned()).collect()
    };
    match phases(rules) {
        own if own == phases(other) => String::new(),
        own if own.is_empty() => "prerelease = false\n".to_owned(),
        own => format!("prerelease = {{ phases = {} }}\n", list(&own)),
    }
}

/// The files of a component that state its version, where there are any, as a line of TOML.
fn version_files(component: &Component) -> Option<String> {
    let written = |file: &VersionFile| {
        let path = quoted(file.path.as_str());
        match &file.place {
            VersionPlace::Whole => path,
            VersionPlace::Key(key) => format!("{{ path = {path}, key = {} }}", quoted(key)),
            VersionPlace::After(mark) => format!("{{ path = {path}, after = {} }}", quoted(mark)),
        }
    };
    let files: Vec<_> = component.version_files.iter().map(written).collect();
    (!files.is_empty()).then(|| format!("version-files = [{}]\n", files.join(", ")))
}

/// Which changes need which level, as an inline table.
fn levels(rules: &Rules) -> String {
    let mut by_level: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (selector, level) in &rules.levels.by_selector {
        by_level.entry(level.as_str()).or_default().push(selector.clone());
    }
    let said = by_level.iter().map(|(level, selectors)| format!("{level} = {}", list(selectors)));
    format!("{{ {} }}", said.collect::<Vec<_>>().join(", "))
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
    let mark = mark_of(next);
    format!("[rules.next-development]\nlevel = \"minor\"\nmark = {}\n\n", quoted(&mark))
}

fn mark_of(next: &NextDevelopment) -> String {
    match &next.mark {
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
    }
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
    let policy = Policy::preset(preset.name);
    let rules = policy.as_ref().and_then(|policy| policy.components.first());
    let rules = rules.map(Component::current);
    let example = rules.and_then(|rules| {
        let examples = rules.scheme.examples();
        let version = examples.iter().find(|version| !version.is_prerelease())?;
        Some(rules.scheme.line(version))
    });
    let is_plain = preset.is_plain();
    let inherited = if is_plain {
        "What is not said here, the preset says."
    } else {
        "What is not said here, the preset says: its rules, its components and its history."
    };
    let is_renamed = policy.as_ref().is_some_and(|policy| policy.product.name != product);
    format!(
        r#"# How {title} is versioned. Checked by `trainyard policy lint`, published by `trainyard policy doc`.
# Lines that begin with `#` and no space are examples of what else can be said.

# {summary}.
# {inherited}
preset = "{preset}"

[product]
name = {name}
{about}#policy-url = "https://example.org/versioning"
# Tags that are known to be no releases:
{ignored_tags}
# What differs from the preset, for all components.
{rules}
{next_development}# Which change needs which level: breaking, data, additive, fix, docs, none, or rules such as "commits.feat".
#[rules.levels]
#major = ["breaking"]

#[rules.cadence]
#at-least = "2 weeks"
#at-most = "1 month"

# Parts with version numbers of their own. Without any, the whole repository is one.
{component}{components}
# What users are pointed to, and what a release must have shown before.
#[channels.latest]
#follows = true
#[channels.production]
#after = "latest"
#soak = "2 weeks"
#principals = 3
#parties = 2
#external = 1

#[lines]
#development = ["main"]
#supported = 2
#support = "24 months"

#[lines.declared."{line}"]
#lts = true
#retires = 2027-03-31

# What held before, oldest first, so that old releases are judged by the rules of their time.
{revisions}"#,
        title = product.replace(char::is_control, " "),
        summary = preset.summary,
        preset = preset.name,
        name = quoted(product),
        about = about(product, !is_plain && is_renamed),
        ignored_tags = if parts.ignored_tags.is_empty() {
            "#ignored-tags = [\"nightly-*\"]\n"
        } else {
            &parts.ignored_tags
        },
        rules = rules_with_examples(rules, &parts.rules),
        next_development = parts.next_development,
        component = parts.component,
        components = example_components(&parts.component),
        line = example.as_deref().unwrap_or("1.2"),
        revisions = if parts.revisions.is_empty() { EXAMPLE_REVISIONS } else { &parts.revisions },
    )
}

/// Title and description: of a product with another name than the preset's, they must not be the preset's.
fn about(product: &str, is_renamed: bool) -> String {
    if is_renamed {
        return format!("title = {}\ndescription = \"\"\n", quoted(product));
    }
    "#title = \"The name for people\"\n#description = \"What it is, in a sentence.\"\n".to_owned()
}

/// The rules that are said, and an example for each of the others.
fn rules_with_examples(preset: Option<&Rules>, said: &str) -> String {
    let scheme = preset.map_or("semver", |rules| rules.scheme.spec());
    let tags: Vec<String> =
        preset.iter().flat_map(|rules| &rules.tags).map(ToString::to_string).collect();
    let tag = match tags.as_slice() {
        [only] => quoted(only),
        tags => list(tags),
    };
    let examples = [
        ("scheme = ", quoted(scheme)),
        ("tag = ", tag),
        ("branch = ", quoted("release-{line}")),
        ("releases-from = ", quoted("lines")),
    ];
    let mut text = if said.is_empty() { "#[rules]\n".to_owned() } else { "[rules]\n".to_owned() };
    for (key, example) in examples {
        if !said.lines().any(|line| line.starts_with(key)) {
            text.extend(["#", key, &example, "\n"]);
        }
    }
    text + said
}

/// Example components and a group of them, where none is said that has their names.
fn example_components(said: &str) -> &'static str {
    if said.contains("[components.server]") || said.contains("[components.worker]") {
        return "";
    }
    r#"#[components.server]
#title = "Server"
#paths = ["server/**"]
#version-files = ["server/VERSION", { path = "server/pyproject.toml", key = "project.version" }]
#fragments = [{ towncrier = "changes" }]
#rules.tag = "{component}-v{version}"
#[components.worker]
#paths = ["worker/**"]
#rules.tag = "{component}-v{version}"

# Components that share x.y.
#[groups.together]
#components = ["server", "worker"]
#lockstep = "minor"
"#
}

const EXAMPLE_REVISIONS: &str = r#"#[[revisions]]
#name = "first rules"
#reason = "Tags had no prefix."
#rules.tag = "{version}"
#[[revisions]]
#name = "present rules"
#from = 2026-01-01
"#;

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted += "\\n",
            control if control.is_control() => {
                quoted.extend(format!("\\u{:04X}", u32::from(control)).chars());
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
