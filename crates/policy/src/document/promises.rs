//! The promises of each component's present rules, numbered through.

use std::fmt::Write;

use trainyard_version::{Level, PreStep, Step, Version};

use super::{
    first_version,
    levels::{DAY, SAME_DAY, levels},
    words::{cadence_words, code, escaped, joined, scheme},
};
use crate::{Component, Group, Policy, Rules};

/// Numbers promises through all sections.
#[derive(Default)]
pub(super) struct Promises {
    count: usize,
}

impl Promises {
    /// One section for each set of components that promise the same, tags aside.
    pub(super) fn sections(&mut self, policy: &Policy) -> Vec<String> {
        let mut sections: Vec<(Vec<&Component>, Vec<String>)> = Vec::new();
        for component in &policy.components {
            let promises = promises(policy, component);
            match sections.iter_mut().find(|(_, known)| *known == promises) {
                Some((components, _)) => components.push(component),
                None => sections.push((vec![component], promises)),
            }
        }
        let is_only = sections.len() == 1;
        sections
            .into_iter()
            .map(|(components, mut promises)| {
                let titles: Vec<String> =
                    components.iter().map(|component| escaped(&component.title)).collect();
                let heading =
                    if is_only { "What you can rely on".to_owned() } else { joined(&titles) };
                promises.insert(1, tags_of(&components));
                self.section(&heading, &promises, &groups_among(policy, &components))
            })
            .collect()
    }

    fn section(&mut self, heading: &str, promises: &[String], lockstep: &[String]) -> String {
        let mut text = format!("## {heading}\n\n");
        for promise in promises.iter().chain(lockstep) {
            self.count += 1;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}. {promise}", self.count);
        }
        text
    }
}

/// Example numbers of a component, as it would write them.
pub(super) fn examples(component: &Component) -> Vec<String> {
    let rules = component.current();
    let Some(base) = base(component) else { return Vec::new() };
    if rules.scheme.is_calendar() || first_version(&component.current_period().from).is_none() {
        let examples = rules.scheme.examples();
        let wanted =
            |version: &&Version| !rules.prerelease.phases.is_empty() || !version.is_prerelease();
        return examples.iter().filter(wanted).map(|version| code(&rules.spell(version))).collect();
    }
    let steps = [Step::Level(Level::Patch, None), Step::Level(Level::Minor, None)];
    let next = steps.iter().filter_map(|step| rules.scheme.step(&base, step, DAY).ok());
    std::iter::once(base.clone()).chain(next).map(|version| code(&rules.spell(&version))).collect()
}

/// A final version to show steps from: the first under the present rules, else one of the scheme's examples.
pub(super) fn base(component: &Component) -> Option<Version> {
    let period = component.current_period();
    let scheme = &period.rules.scheme;
    let first = first_version(&period.from)
        .map(|version| scheme.step(version, &Step::Final, DAY).unwrap_or_else(|_| version.clone()));
    first.or_else(|| scheme.examples().into_iter().find(|version| !version.is_prerelease()))
}

fn promises(policy: &Policy, component: &Component) -> Vec<String> {
    let rules = component.current();
    let Some(base) = base(component) else { return vec![numbers(component)] };
    let mut list = vec![numbers(component)];
    list.extend(levels(rules, &base));
    let is_past_zero =
        first_version(&component.current_period().from).is_some_and(|first| first.segment(0) > 0);
    list.extend(zero(rules).filter(|_| !is_past_zero));
    list.push(prereleases(rules, &base));
    list.extend(lines(policy, rules, &base));
    list.extend(next_development(policy, rules, &base));
    list.extend(cadence(rules));
    list
}

fn numbers(component: &Component) -> String {
    let rules = component.current();
    let padding = if rules.minor_digits > 1 {
        format!(" The second number has at least {} digits.", rules.minor_digits)
    } else {
        String::new()
    };
    format!(
        "**Numbers** follow {}, such as {}, oldest first.{padding}",
        scheme(rules.scheme.spec()),
        joined(&examples(component))
    )
}

/// The tags of components that promise the same otherwise.
fn tags_of(components: &[&Component]) -> String {
    let mut sentences: Vec<(String, &Component)> = Vec::new();
    for component in components {
        let Some(base) = base(component) else { continue };
        let sentence = tags(component.current(), &base);
        if !sentences.iter().any(|(known, _)| *known == sentence) {
            sentences.push((sentence, component));
        }
    }
    if let [(only, _)] = sentences.as_slice() {
        return only.clone();
    }
    let names = components.iter().filter_map(|component| {
        let tag = component.current().tag_of(&base(component)?)?;
        Some(format!("{} for {}", code(&tag), escaped(&component.title)))
    });
    format!("**Every release is a git tag**: {}.", joined(&names.collect::<Vec<_>>()))
}

fn tags(rules: &Rules, base: &Version) -> String {
    let names: Vec<String> = rules
        .tags
        .iter()
        .filter_map(|template| rules.name(template, base))
        .map(|name| code(&name))
        .collect();
    match names.as_slice() {
        [] => "**Every release is a git tag.**".to_owned(),
        [name] if *name == code(&rules.spell(base)) => {
            format!("**Every release is a git tag** that is its number, such as {name}.")
        }
        [name] => format!(
            "**Every release is a git tag**, {name} for version {}.",
            code(&rules.spell(base))
        ),
        [name, others @ ..] => format!(
            "**Every release is a git tag**, {name} for version {}; {} is read as well.",
            code(&rules.spell(base)),
            joined(others)
        ),
    }
}

fn zero(rules: &Rules) -> Option<String> {
    let has_zero = !rules.scheme.is_calendar() && rules.scheme.name() != "api-date";
    let zero = rules.zero.filter(|_| has_zero)?;
    let [major, minor] = [zero.major, zero.minor].map(|level| level.as_str().to_uppercase());
    Some(if major == minor {
        format!("**Before 1.0.0** a change that would raise MAJOR or MINOR raises {minor}.")
    } else {
        format!(
            "**Before 1.0.0** a change that would raise MAJOR raises {major}, and one that would raise MINOR raises \
             {minor}."
        )
    })
}

fn prereleases(rules: &Rules, base: &Version) -> String {
    let phases = &rules.prerelease.phases;
    if phases.is_empty() {
        return "**There are no pre-releases.**".to_owned();
    }
    let examples: Vec<String> = phases
        .iter()
        .filter_map(|phase| first_of(rules, base, phase))
        .map(|version| code(&rules.spell(&version)))
        .collect();
    let labels: Vec<String> = phases.iter().map(|phase| phase.phase.label().to_owned()).collect();
    let mut text = format!("**Pre-releases** are called {}", joined(&labels));
    if !examples.is_empty() {
        let _ = write!(text, ", such as {}", joined(&examples));
    }
    text += ". They promise nothing and are meant for tests.";
    if rules.prerelease.must_be_finalised {
        text += " Each is followed by its final release.";
    }
    if let Some(phase) = &rules.prerelease.default_phase {
        let _ = write!(text, " A new line begins with {}.", phase.phase.label());
    }
    text
}

fn first_of(rules: &Rules, base: &Version, phase: &PreStep) -> Option<Version> {
    rules.scheme.step(base, &Step::Level(Level::Minor, Some(phase.clone())), DAY).ok()
}

fn lines(policy: &Policy, rules: &Rules, base: &Version) -> Option<String> {
    if rules.is_date_alone(base) || rules.scheme.name() == "api-date" {
        return None;
    }
    let today = if rules.scheme.is_calendar() { SAME_DAY } else { DAY };
    let second = rules.scheme.step(base, &Step::Level(Level::Patch, None), today).ok()?;
    let mut text = format!(
        "**Release lines.** {} and {} belong to one line.",
        code(&rules.spell(base)),
        code(&rules.spell(&second))
    );
    let branch = rules.branch_of(base).filter(|_| rules.releases_from_lines_only);
    if let Some(branch) = branch {
        let _ = write!(
            text,
            " It has the branch {}, and its releases are made there and nowhere else. Other branches have other names.",
            code(&branch)
        );
        let development: Vec<String> =
            policy.lines.development.iter().map(|name| code(name)).collect();
        let _ = match development.as_slice() {
            [] => Ok(()),
            [only] => write!(text, " Its fixes are merged back to {only}."),
            several => write!(
                text,
                " Its fixes are merged back to each development branch: {}, where they exist.",
                joined(several)
            ),
        };
    }
    Some(text)
}

fn next_development(policy: &Policy, rules: &Rules, base: &Version) -> Option<String> {
    let next = rules.next_development.as_ref()?;
    // A line is cut with its first release.
    let is_first = base.segment(2) == 0;
    let cut = if is_first {
        base.clone()
    } else {
        rules.scheme.step(base, &Step::Level(Level::Minor, None), DAY).ok()?
    };
    let step = Step::NextDevelopment(next.level, next.mark.clone());
    let version = rules.scheme.step(&cut, &step, DAY).ok()?;
    let main = match policy.lines.development.as_slice() {
        [only] => code(only),
        _ => "the development branch".to_owned(),
    };
    Some(format!(
        "**After a line is cut**, {main} goes on as the next one: once {} has its branch, it carries {}.",
        code(&rules.line(&cut)),
        code(&rules.spell(&version))
    ))
}

fn cadence(rules: &Rules) -> Option<String> {
    let (what, when) = cadence_words(&rules.cadence?)?;
    Some(format!("**{what} comes** {when}. Urgent corrections come at any time."))
}

/// The lockstep promises of groups whose members are all in a section.
fn groups_among(policy: &Policy, components: &[&Component]) -> Vec<String> {
    let is_here = |index: &usize| {
        let member = &policy.components[*index];
        components.iter().any(|component| component.name == member.name)
    };
    policy
        .groups
        .iter()
        .filter(|group| group.members.first().is_some_and(is_here))
        .filter_map(|group| lockstep(policy, group))
        .collect()
}

fn lockstep(policy: &Policy, group: &Group) -> Option<String> {
    let titles: Vec<String> =
        group.members.iter().map(|index| escaped(&policy.components[*index].title)).collect();
    let first = &policy.components[*group.members.first()?];
    let rules = first.current();
    let base = base(first)?;
    let line = rules.scheme.line(&base);
    Some(match group.lockstep {
        Level::Patch | Level::None => {
            format!("**In step.** {} always have the same version.", joined(&titles))
        }
        Level::Major => format!(
            "**In step.** {} share their first number; those that do work together.",
            joined(&titles)
        ),
        Level::Minor => format!(
            "**In step.** {} share their line; every {} of one works with every {} of another.",
            joined(&titles),
            code(&format!("{line}.x")),
            code(&format!("{line}.y"))
        ),
    })
}
