//! What past revisions said otherwise than today's rules.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_report::Code;
use trainyard_version::{Level, Step, Version};

use super::{
    first_version,
    levels::{DAY, UNDESCRIBED},
    words::{cadence_words, code, either, escaped, joined, scheme, selector},
};
use crate::{Component, LevelRules, Period, Policy, Rules};

/// A sentence for each set of components that a revision treated alike; none where it said what holds now.
pub(super) fn differences(policy: &Policy, revision: &str) -> Vec<String> {
    let mut groups: Vec<(Vec<String>, Vec<Then<'_>>)> = Vec::new();
    let mut concerned = 0;
    for component in &policy.components {
        let is_meant = |period: &&Period| period.revision.as_deref() == Some(revision);
        let Some(period) = component.periods.iter().find(is_meant) else { continue };
        concerned += 1;
        let then = Then { component, tags: tags(period, component.current()) };
        let phrases = phrases(period, component.current());
        let is_alike = |known: &Vec<String>, first: Option<&Then<'_>>| {
            *known == phrases
                && first.is_some_and(|first| first.tags.is_some() == then.tags.is_some())
        };
        match groups.iter_mut().find(|(known, members)| is_alike(known, members.first())) {
            Some((_, members)) => members.push(then),
            None => groups.push((phrases, vec![then])),
        }
    }
    let mut sentences = Vec::new();
    for (phrases, members) in groups {
        let (numbers, others): (Vec<String>, Vec<String>) =
            phrases.into_iter().partition(|phrase| phrase.starts_with(NUMBERS));
        let said: Vec<String> = numbers.into_iter().chain(tagged(&members)).chain(others).collect();
        if said.is_empty() {
            continue;
        }
        let said = said.join("; ");
        sentences.push(if members.len() == concerned {
            format!("{}.", capitalised(&said))
        } else {
            let titles: Vec<String> =
                members.iter().map(|then| escaped(&then.component.title)).collect();
            format!("{}: {said}.", joined(&titles))
        });
    }
    sentences
}

/// How the phrase about numbers begins, which comes before that about tags.
const NUMBERS: &str = "numbers followed";

/// A component under a revision.
struct Then<'a> {
    component: &'a Component,
    /// How its releases were tagged, where that was otherwise.
    tags: Option<String>,
}

/// How the releases of components were tagged.
fn tagged(members: &[Then<'_>]) -> Option<String> {
    let first = members.first()?.tags.as_ref()?;
    if members.iter().all(|then| then.tags.as_ref() == Some(first)) {
        return Some(format!("releases were tagged {first}"));
    }
    let each: Vec<String> = members
        .iter()
        .filter_map(|then| {
            Some(format!("{} for {}", then.tags.as_ref()?, escaped(&then.component.title)))
        })
        .collect();
    Some(format!("releases were tagged {}", joined(&each)))
}

/// The tags of a release, where they were called otherwise.
fn tags(period: &Period, now: &Rules) -> Option<String> {
    let was = &period.rules;
    if was.tags == now.tags {
        return None;
    }
    let version = example(period)?;
    let names = was.tags.iter().filter_map(|template| was.name(template, &version));
    Some(either(&names.map(|name| code(&name)).collect::<Vec<_>>()))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What was otherwise, in the order of the page.
fn phrases(period: &Period, now: &Rules) -> Vec<String> {
    let was = &period.rules;
    let example = example(period);
    let mut list = Vec::new();
    if was.scheme != now.scheme {
        let such =
            example.as_ref().map(|version| format!(", such as {}", code(&was.spell(version))));
        list.push(format!("{NUMBERS} {}{}", scheme(was.scheme.spec()), such.unwrap_or_default()));
    }
    if was.minor_digits != now.minor_digits {
        list.push(match was.minor_digits {
            1 => "the second number was not padded".to_owned(),
            digits => format!("the second number had at least {digits} digits"),
        });
    }
    list.extend(branches(was, now, example.as_ref()));
    list.extend(levels(&was.levels, &now.levels));
    list.extend(zero(was, now));
    list.extend(prereleases(was, now));
    if was.next_development != now.next_development {
        list.push(match &was.next_development {
            None => "a development branch did not tell the next version".to_owned(),
            Some(next) => {
                let mark = next.mark.as_ref().map_or("dev", |mark| mark.phase.label());
                format!("a development branch told the next {} version, marked {mark}", next.level)
            }
        });
    }
    if was.cadence != now.cadence {
        let promise = was.cadence.as_ref().and_then(cadence_words);
        list.push(match promise {
            None => "no rhythm was promised".to_owned(),
            Some((what, when)) => format!("{} came {when}", what.to_lowercase()),
        });
    }
    list.extend(unchecked(was, now));
    list
}

/// A final version of the time, as near to its begin as can be told.
fn example(period: &Period) -> Option<Version> {
    let scheme = &period.rules.scheme;
    let first = first_version(&period.from)
        .map(|first| scheme.step(first, &Step::Final, DAY).unwrap_or_else(|_| first.clone()));
    first.or_else(|| scheme.examples().into_iter().find(|version| !version.is_prerelease()))
}

fn branches(was: &Rules, now: &Rules, example: Option<&Version>) -> Vec<String> {
    let mut list = Vec::new();
    if was.branches.is_empty() && !now.branches.is_empty() {
        list.push("lines had no branches".to_owned());
    } else if was.branches != now.branches
        && let Some(version) = example
        && let Some(name) = was.branch_of(version)
    {
        let line = was.scheme.line(version);
        list.push(format!("the branch of line {} was {}", code(&line), code(&name)));
    }
    if was.releases_from_lines_only != now.releases_from_lines_only {
        list.push(if was.releases_from_lines_only {
            "releases were made on lines' branches alone".to_owned()
        } else {
            "releases were made on any branch".to_owned()
        });
    }
    list
}

/// Which changes needed another level than now.
fn levels(was: &LevelRules, now: &LevelRules) -> Vec<String> {
    let selectors: BTreeSet<&String> =
        was.by_selector.keys().chain(now.by_selector.keys()).collect();
    let mut moved: BTreeMap<Option<Level>, Vec<String>> = BTreeMap::new();
    for name in selectors {
        let before = was.by_selector.get(name).copied();
        if before != now.by_selector.get(name).copied() {
            let what = match name.as_str() {
                UNDESCRIBED => "commits that do not say what they change".to_owned(),
                name => selector(name),
            };
            moved.entry(before).or_default().push(what);
        }
    }
    moved
        .into_iter()
        .rev()
        .map(|(level, changes)| {
            let changes = joined(&changes);
            match level {
                None => format!("nothing was said of {changes}"),
                Some(Level::None) => format!("{changes} needed no release"),
                Some(level) => format!("{changes} raised {}", level.as_str().to_uppercase()),
            }
        })
        .collect()
}

fn zero(was: &Rules, now: &Rules) -> Option<String> {
    (was.zero != now.zero && !was.scheme.is_calendar()).then(|| match was.zero {
        None => "levels meant the same before 1.0.0".to_owned(),
        Some(zero) => format!(
            "before 1.0.0 a change that would raise MAJOR raised {}, and one that would raise MINOR {}",
            zero.major.as_str().to_uppercase(),
            zero.minor.as_str().to_uppercase()
        ),
    })
}

fn prereleases(was: &Rules, now: &Rules) -> Vec<String> {
    let labels = |rules: &Rules| -> Vec<String> {
        rules.prerelease.phases.iter().map(|step| step.phase.label().to_owned()).collect()
    };
    let mut list = Vec::new();
    let before = labels(was);
    if before != labels(now) {
        list.push(match before.as_slice() {
            [] => "there were no pre-releases".to_owned(),
            before => format!("pre-releases were called {}", joined(before)),
        });
    }
    if was.prerelease.must_be_finalised != now.prerelease.must_be_finalised && !before.is_empty() {
        list.push(if was.prerelease.must_be_finalised {
            "each pre-release was followed by its final release".to_owned()
        } else {
            "pre-releases needed no final release".to_owned()
        });
    }
    list
}

/// What was not looked at then, and is now.
fn unchecked(was: &Rules, now: &Rules) -> Option<String> {
    let names: Vec<String> = Code::all()
        .filter(|code| was.severity(*code).is_none() && now.severity(*code).is_some())
        .map(|finding| code(finding.info().name))
        .collect();
    (!names.is_empty()).then(|| format!("{} did not count", joined(&names)))
}
