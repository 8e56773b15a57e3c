//! The public versioning page, in Markdown, made from a policy.

mod channels;
mod levels;
mod past;
mod promises;
mod support;
mod words;

use std::fmt::Write;

use jiff::civil::Date;
use serde_json::Value;
use trainyard_version::{Scheme, Target, Template, Version};

use self::{
    promises::Promises,
    words::{cell, code, escaped, joined, maturity, sentence},
};
use crate::{EffectiveFrom, Policy, Revision, Stream, StreamKind};

/// Writes the page that a product publishes about its versions. Examples are computed by the policy's own schemes.
///
/// `today` tells which declared lines are past the end of their support; nothing else depends on it.
pub fn doc(policy: &Policy, today: Date) -> String {
    let mut page = Page::default();
    page.line(&format!("# How {} is versioned", escaped(&policy.product.title)));
    page.introduction(policy);
    page.streams(policy);
    let mut promises = Promises::default();
    for section in promises.sections(policy) {
        page.line(&section);
    }
    page.channels(policy);
    page.support(policy, today);
    page.catalogue(policy);
    page.milestones(policy);
    page.history(policy);
    page.metadata(policy);
    page.text
}

/// A page in the making; blocks are a blank line apart.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, block: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(block.trim_end());
        self.text.push('\n');
    }

    fn introduction(&mut self, policy: &Policy) {
        let description = policy.product.description.as_deref().map(str::trim).unwrap_or_default();
        if !description.is_empty() {
            self.line(description);
        }
        self.line(
            "A version number is a promise. This page says what ours mean, what you can rely on when you upgrade, and \
             from when each rule holds.",
        );
        if let Some(url) = &policy.product.policy_url {
            self.line(&format!("The newest edition of this page is at <{url}>."));
        }
    }

    fn streams(&mut self, policy: &Policy) {
        self.line("## What we release");
        let mut table =
            "| release | numbers, oldest first | what it is |\n|---|---|---|\n".to_owned();
        for stream in &policy.streams {
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "| **{}** | {} | {} |",
                cell(&stream.title),
                examples(policy, stream),
                what_it_is(policy, stream)
            );
        }
        self.line(&table);
    }

    fn channels(&mut self, policy: &Policy) {
        for block in channels::blocks(policy) {
            self.line(&block);
        }
    }

    fn support(&mut self, policy: &Policy, today: Date) {
        let blocks = support::blocks(policy, today);
        if !blocks.is_empty() {
            self.line("## Support");
            for block in &blocks {
                self.line(block);
            }
        }
    }

    fn catalogue(&mut self, policy: &Policy) {
        self.line("## Components");
        let mut table = "| component | maturity | what it is |\n|---|---|---|\n".to_owned();
        for component in &policy.components {
            let description = component.description.as_deref().unwrap_or("");
            let _ = writeln!(
                table,
                "| **{}** (`{}`) | {} | {} |",
                cell(&component.title),
                component.name,
                maturity(component.maturity),
                cell(description)
            );
        }
        self.line(&table);
        if policy.components.iter().any(|component| component.maturity != crate::Maturity::Stable) {
            self.line(
                "*Alpha* components may change or vanish; *beta* components are complete but not yet proven. The \
                 promises above hold for *stable* ones.",
            );
        }
    }

    fn milestones(&mut self, policy: &Policy) {
        if policy.milestones.is_empty() {
            return;
        }
        self.line("## What comes next");
        let mut list = String::new();
        for milestone in &policy.milestones {
            let by = milestone.by.map(|day| format!(" by {day}")).unwrap_or_default();
            let component = &policy.components[milestone.component];
            let _ = writeln!(
                list,
                "- **{}**: {} of {}{by}",
                escaped(&milestone.title),
                code(milestone.version.canonical()),
                escaped(&component.title)
            );
            for component in milestone.stable.iter().map(|index| &policy.components[*index]) {
                let is_stable = component.maturity == crate::Maturity::Stable;
                let mark = if is_stable { "done" } else { "missing" };
                let _ = writeln!(list, "  - {mark}: {} is stable", escaped(&component.title));
            }
            for (mark, items) in [("done", &milestone.done), ("missing", &milestone.missing)] {
                for item in items {
                    let _ = writeln!(list, "  - {mark}: {}", escaped(item));
                }
            }
        }
        self.line(&list);
    }

    fn history(&mut self, policy: &Policy) {
        if policy.revisions.is_empty() {
            return;
        }
        self.line("## How this policy came to be");
        self.line(
            "Every release is judged by the revision that was in force when it was made. Below each stands what was \
             otherwise then than it is now.",
        );
        let mut list = String::new();
        for revision in &policy.revisions {
            let _ = writeln!(
                list,
                "- **{}**, {}: {}",
                escaped(&sentence_case(&revision.name)),
                since(policy, revision),
                reason(revision)
            );
            for difference in past::differences(policy, &revision.name) {
                let _ = writeln!(list, "  - {difference}");
            }
        }
        self.line(&list);
    }

    /// Whatever else is kept with the policy.
    fn metadata(&mut self, policy: &Policy) {
        if policy.product.metadata.is_empty() {
            return;
        }
        self.line("## About this page");
        let mut table = "| | |\n|---|---|\n".to_owned();
        for (key, value) in &policy.product.metadata {
            let _ = writeln!(table, "| {} | {} |", cell(key), cell(&told(value)));
        }
        self.line(&table);
    }
}

/// A value of metadata as text: lists with commas, everything that is no plain value as JSON.
fn told(value: &Value) -> String {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let listed = |items: &Vec<Value>| {
        let items: Option<Vec<String>> = items.iter().map(plain).collect();
        Some(items?.join(", "))
    };
    plain(value)
        .or_else(|| value.as_array().and_then(listed))
        .unwrap_or_else(|| code(&value.to_string()))
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn since(policy: &Policy, revision: &Revision) -> String {
    let begin = match &revision.from {
        None => "from the beginning".to_owned(),
        Some(text) if text.parse::<Date>().is_ok() => format!("from {text} on"),
        Some(text) => format!("from version {} on", code(text)),
    };
    let titles: Vec<String> = policy
        .components
        .iter()
        .filter(|component| revision.components.contains(&component.name))
        .map(|component| escaped(&component.title))
        .collect();
    match titles.as_slice() {
        [] => begin,
        _ if titles.len() == policy.components.len() => begin,
        _ => format!("{begin}, for {}", joined(&titles)),
    }
}

fn reason(revision: &Revision) -> String {
    revision.reason.as_deref().map_or_else(
        || "no reason was recorded.".to_owned(),
        |reason| sentence(&reason.split_whitespace().collect::<Vec<_>>().join(" ")),
    )
}

/// Numbers of a stream, as it would tag them.
fn examples(policy: &Policy, stream: &Stream) -> String {
    let versions: Vec<String> = match &stream.kind {
        StreamKind::Single { component } => promises::examples(&policy.components[*component]),
        StreamKind::Composite { scheme, .. } | StreamKind::Bundle { scheme, .. } => {
            let examples = scheme.examples();
            let finals = examples.iter().filter(|version| !version.is_prerelease());
            finals.map(|version| code(version.canonical())).collect()
        }
    };
    versions.join(", ")
}

fn what_it_is(policy: &Policy, stream: &Stream) -> String {
    let mut sentences: Vec<String> =
        stream.description.iter().map(|text| cell(&sentence(text))).collect();
    let title = |index: &usize| cell(&policy.components[*index].title);
    match &stream.kind {
        StreamKind::Single { component } if sentences.is_empty() => {
            sentences.push(format!("The releases of {}.", title(component)));
        }
        StreamKind::Single { .. } => {}
        StreamKind::Composite { parts, scheme, tag } => {
            let parts: Vec<String> = parts.iter().map(|(_, index)| title(index)).collect();
            sentences.push(format!(
                "Its number is made of the numbers of {}, in that order.",
                joined(&parts)
            ));
            sentences.extend(image_tag(scheme, tag.as_ref()));
        }
        StreamKind::Bundle { .. } => {
            sentences.push("Its members are pinned to exact versions.".to_owned());
        }
    }
    let needs: Vec<String> =
        stream.needs.iter().map(|index| cell(&policy.streams[*index].title)).collect();
    if !needs.is_empty() {
        sentences.push(format!("It needs {}, which works without it.", joined(&needs)));
    }
    sentences.join(" ")
}

/// How a composite's number is written as an image tag, where that differs.
fn image_tag(scheme: &Scheme, template: Option<&Template>) -> Option<String> {
    let version = scheme.examples().into_iter().find(|version| !version.is_prerelease())?;
    let tag = match template {
        Some(template) => scheme.render_as(&version, Target::Docker, template),
        None => scheme.render(&version, Target::Docker, None),
    };
    let tag = tag.ok().filter(|tag| tag != version.canonical())?;
    Some(format!("As an image tag {} is written {}.", code(version.canonical()), code(&tag)))
}

/// The version from which present rules hold, where a version says so.
fn first_version(from: &EffectiveFrom) -> Option<&Version> {
    match from {
        EffectiveFrom::Version(version) => Some(version),
        EffectiveFrom::Beginning | EffectiveFrom::Date(_) => None,
    }
}
