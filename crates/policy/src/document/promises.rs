//! The promises of each component's present rules, numbered through.

use std::fmt::Write;

use jiff::civil::{Date, date};
use trainyard_evidence::Class;
use trainyard_version::{Level, PreStep, Step, Version};

use super::{
    first_version,
    words::{code, either, escaped, joined, scheme, selector},
};
use crate::{CadenceCounts, Component, Group, Policy, Rules, resolve::duration};

/// The day of the schemes' first examples, on which a patch follows them.
const SAME_DAY: Date = date(2023, 9, 3);
/// A day after all of the schemes' examples.
const DAY: Date = date(2026, 1, 1);

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
fn base(component: &Component) -> Option<Version> {
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
    list.extend(zero(rules));
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

/// What each level means, with an example where the scheme can take the step.
fn levels(rules: &Rules, base: &Version) -> Vec<String> {
    let mut list = if is_of_days(rules, base) {
        days(rules, base)
    } else if rules.scheme.is_calendar() {
        dates(rules, base)
    } else {
        [(Level::Major, "MAJOR"), (Level::Minor, "MINOR")]
            .into_iter()
            .filter_map(|(level, name)| {
                let changes = changes(rules, &[level]);
                let example = example(rules, base, level, DAY).filter(|_| !changes.is_empty())?;
                Some(format!(
                    "**{name}** {example} rises when a release brings {}.",
                    either(&changes)
                ))
            })
            .chain(patch(rules, base, DAY))
            .collect()
    };
    let unnoticed = changes(rules, &[Level::None]);
    if !unnoticed.is_empty() {
        list.push(format!("**No release** is made for {}.", either(&unnoticed)));
    }
    list
}

/// Whether every day has a line of its own, so that numbers say nothing but when.
fn is_of_days(rules: &Rules, base: &Version) -> bool {
    rules.scheme.is_calendar() && rules.scheme.line(base) == base.canonical()
}

fn days(rules: &Rules, base: &Version) -> Vec<String> {
    let mut text =
        "**The date tells when** a release was made, and nothing about its size.".to_owned();
    if let Ok(second) = rules.scheme.step(base, &Step::Date, SAME_DAY) {
        let _ = write!(
            text,
            " A second release on the day of {} is {}.",
            code(&rules.spell(base)),
            code(&rules.spell(&second))
        );
    }
    vec![text]
}

fn dates(rules: &Rules, base: &Version) -> Vec<String> {
    let changes = changes(rules, &[Level::Major, Level::Minor]);
    let next = rules.scheme.step(base, &Step::Date, DAY).ok().filter(|_| !changes.is_empty());
    let new_date = next.map(|next| {
        format!(
            "**A new date** ({} to {}) may bring {}.",
            code(&rules.spell(base)),
            code(&rules.spell(&next)),
            either(&changes)
        )
    });
    new_date.into_iter().chain(patch(rules, base, SAME_DAY)).collect()
}

fn patch(rules: &Rules, base: &Version, today: Date) -> Option<String> {
    let changes = changes(rules, &[Level::Patch]);
    let example = example(rules, base, Level::Patch, today).filter(|_| !changes.is_empty())?;
    let mut text = format!("**PATCH** {example} brings nothing but {}.", joined(&changes));
    let is_safe = changes_of_classes(rules, Level::Patch).all(|class| class <= Class::Fix);
    if is_safe {
        text += " It is always safe to install.";
    }
    Some(text)
}

/// `(1.2.3 to 1.3.0)`, where the scheme can take the step.
fn example(rules: &Rules, base: &Version, level: Level, today: Date) -> Option<String> {
    let next = rules.scheme.step(base, &Step::Level(level, None), today).ok()?;
    Some(format!("({} to {})", code(&rules.spell(base)), code(&rules.spell(&next))))
}

/// The classes that need exactly this level, from the gravest.
fn changes_of_classes(rules: &Rules, level: Level) -> impl Iterator<Item = Class> {
    let is_meant =
        move |class: &Class| rules.levels.by_selector.get(class.as_str()) == Some(&level);
    Class::ALL.into_iter().rev().filter(is_meant)
}

/// How undescribed commits count is no promise to anybody.
const UNDESCRIBED: &str = "commits.other";

/// The kinds of change that need exactly these levels: classes from the gravest, then rules.
fn changes(rules: &Rules, levels: &[Level]) -> Vec<String> {
    let by_selector = &rules.levels.by_selector;
    let is_meant = |name: &str| by_selector.get(name).is_some_and(|level| levels.contains(level));
    let classes = Class::ALL.iter().rev().map(|class| class.as_str());
    let special = by_selector
        .keys()
        .map(String::as_str)
        .filter(|name| name.contains('.') && *name != UNDESCRIBED);
    classes.chain(special).filter(|name| is_meant(name)).map(selector).collect()
}

fn zero(rules: &Rules) -> Option<String> {
    let zero = rules.zero.filter(|_| !rules.scheme.is_calendar())?;
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
    if is_of_days(rules, base) || rules.scheme.name() == "api-date" {
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
            " It has the branch {}, and its releases are made there and nowhere else.",
            code(&branch)
        );
        if let Some(main) = policy.lines.development.first() {
            let _ = write!(text, " Its fixes are merged back to {}.", code(main));
        }
    }
    Some(text)
}

fn next_development(policy: &Policy, rules: &Rules, base: &Version) -> Option<String> {
    let next = rules.next_development.as_ref()?;
    let step = Step::NextDevelopment(next.level, next.mark.clone());
    let version = rules.scheme.step(base, &step, DAY).ok()?;
    let main = policy
        .lines
        .development
        .first()
        .map_or_else(|| "the development branch".to_owned(), |name| code(name));
    Some(format!(
        "**After a line is cut**, {main} goes on as the next one: after {} it carries {}.",
        code(&rules.spell(base)),
        code(&rules.spell(&version))
    ))
}

fn cadence(rules: &Rules) -> Option<String> {
    let cadence = rules.cadence?;
    let what = match cadence.counts {
        CadenceCounts::Every => "A release comes",
        CadenceCounts::Lines => "A new line comes",
    };
    let when = match (cadence.at_least_days, cadence.at_most_days) {
        (0, u32::MAX) => return None,
        (0, most) => format!("at least every {}", duration::in_words(most)),
        (least, u32::MAX) => {
            format!("no sooner than {} after the one before", duration::in_words(least))
        }
        (least, most) => {
            format!(
                "{} to {} after the one before",
                duration::in_words(least),
                duration::in_words(most)
            )
        }
    };
    Some(format!("**{what}** {when}. Urgent corrections come at any time."))
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
