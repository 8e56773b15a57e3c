//! A policy for a repository that has none: a preset, fitted to the names that are found.

mod padding;

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobSetBuilder};
use jiff::civil::Date;
use trainyard_policy::{NextDevelopment, Policy, VersionFile, VersionPlace};
use trainyard_version::{Level, Phase, PreStep, Scheme, Template, Version};

use self::padding::Padding;
use crate::{
    facts::{History, Moment, Tag},
    survey::Survey,
};

/// A preset fitted to a repository.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// The name of the preset.
    pub preset: &'static str,
    /// The fitted policy.
    pub policy: Policy,
    /// The globs of [`Product::ignored_tags`](trainyard_policy::Product::ignored_tags).
    pub ignored_tags: Vec<String>,
    /// What was found and assumed, for people.
    pub because: String,
}

/// A scheme that tags may be written in, and the preset that it belongs to. Where two read as many tags, the first is
/// taken.
#[derive(Clone, Copy)]
struct Candidate {
    preset: &'static str,
    scheme: &'static str,
}

const UNPADDED_DAY: &str = "calver:YYYY.MM.DD[.#]";

const LEVELLED: &[Candidate] = &[
    Candidate { preset: "semver", scheme: "semver" },
    Candidate { preset: "pep440", scheme: "pep440" },
];

const DATED: &[Candidate] = &[
    Candidate { preset: "calver", scheme: "calver:YYYY.0M.0D[.#]" },
    Candidate { preset: "calver", scheme: UNPADDED_DAY },
    Candidate { preset: "calver", scheme: "calver:YYYY.0M.MICRO" },
    Candidate { preset: "calver", scheme: "calver:YYYY.M.MICRO" },
    Candidate { preset: "calver", scheme: "calver:YYYY-0M-0D[.#]" },
    Candidate { preset: "calver", scheme: "calver:YYYYMMDD[A]" },
];

/// Chooses the scheme that spells most of the tags (a calendar only where nearly all begin with a year), and reads
/// them under the prefixes that most of them have.
///
/// `preset` gives the policy of a preset by name. `None` only where it gives none.
pub fn adopt(
    name: &str,
    history: &History,
    preset: impl Fn(&str) -> Option<Policy>,
) -> Option<Adopted> {
    let moving = moving_tags(&history.tags);
    let names: Vec<_> = history.tags.iter().map(|tag| tag.name.as_str()).collect();
    let names: Vec<_> = names.into_iter().filter(|name| !moving.contains(name)).collect();
    let (candidate, scheme, count) = best_candidate(&names, &history.tags)?;
    let mut policy = preset(candidate.preset)?;
    name.clone_into(&mut policy.product.name);
    name.clone_into(&mut policy.product.title);
    let prefixes = prefixes(&scheme, &names);
    let others = other_parts(&prefixes);
    let mut ignored_tags: Vec<_> = moving.iter().map(|name| globset::escape(name)).collect();
    ignored_tags.extend(others.iter().map(|prefix| format!("{}[0-9]*", globset::escape(prefix))));
    ignore(&mut policy, &ignored_tags);
    let padding = Padding::of(&scheme, prefixes.first().map_or("", |(prefix, _)| prefix), &names);
    for component in &mut policy.components {
        name.clone_into(&mut component.name);
        name.clone_into(&mut component.title);
        if component.version_files.is_empty() {
            let path = "VERSION".into();
            component.version_files.push(VersionFile { path, place: VersionPlace::Whole });
        }
        for period in &mut component.periods {
            period.rules.scheme = scheme.clone();
            adopt_prefixes(&mut period.rules.tags, &prefixes);
        }
        padding.adopt(&mut component.periods);
    }
    let mut because =
        format!("no trainyard.toml; {} reads {count} of {} tags", candidate.scheme, names.len());
    if !others.is_empty() {
        because = format!(
            "{because}; tags of {} other part{} ({}) are left out until a policy declares components",
            others.len(),
            if others.len() == 1 { "" } else { "s" },
            listed(&others)
        );
    }
    Some(Adopted { preset: candidate.preset, policy, ignored_tags, because })
}

/// The candidate that spells most of the tags, and how many these are.
fn best_candidate(names: &[&str], tags: &[Tag]) -> Option<(Candidate, Scheme, usize)> {
    let mut candidates = LEVELLED.to_vec();
    if are_dated(names) {
        let counted = are_counted(tags);
        let dated = DATED.iter().filter(|candidate| !(counted && candidate.scheme == UNPADDED_DAY));
        candidates.splice(0..0, dated.copied());
    }
    let levelled = names.iter().filter(|name| is_spelled(&Scheme::semver(), split(name).1)).count();
    let short = names.iter().filter(|name| numbers(split(name).1).is_some_and(|n| n < 3)).count();
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let scheme: Scheme = candidate.scheme.parse().ok()?;
            let spelled = |name: &&&str| is_spelled(&scheme, split(name).1);
            let mut count = names.iter().filter(spelled).count();
            // A few short tags among many whole ones are slips, no sign of another scheme.
            if candidate.preset == "pep440" && levelled >= 3 * short {
                count = count.saturating_sub(short);
            }
            Some((candidate, scheme, count))
        })
        .reduce(|best, other| if other.2 > best.2 { other } else { best })
}

/// How many numbers a text is made of, where it is nothing but numbers and dots.
fn numbers(text: &str) -> Option<usize> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').all(is_number).then(|| text.split('.').count())
}

/// Tags such as `v1` and `v1.1` that are moved to the newest release they abbreviate.
fn moving_tags(tags: &[Tag]) -> BTreeSet<&str> {
    let whole = || tags.iter().filter(|tag| numbers(split(&tag.name).1) == Some(3));
    let whole_names: BTreeSet<_> = whole().map(|tag| tag.name.as_str()).collect();
    let places: BTreeMap<_, _> = whole().map(|tag| (tag.commit, tag.name.as_str())).collect();
    let moves = |tag: &&Tag| {
        let (prefix, text) = split(&tag.name);
        let Some(count @ 1..=2) = numbers(text) else { return false };
        let within = format!("{}.", tag.name);
        let abbreviates = whole_names
            .range(within.as_str()..)
            .next()
            .is_some_and(|name| name.starts_with(&within));
        let twin = format!("{}{}", tag.name, ".0".repeat(3 - count));
        abbreviates
            && (whole_names.contains(twin.as_str())
                || tag.commit.is_some_and(|commit| places.contains_key(&Some(commit)))
                || (count == 1 && !prefix.is_empty()))
    };
    tags.iter().filter(moves).map(|tag| tag.name.as_str()).collect()
}

/// Whether what might be days in `2024.1.2` are rather counters: they begin at 1 each month, and none agrees with the
/// day the tag was made on.
fn are_counted(tags: &[Tag]) -> bool {
    let mut lowest: BTreeMap<(i16, i8), i8> = BTreeMap::new();
    for tag in tags {
        let mut parts = split(&tag.name).1.splitn(3, '.');
        let (Some(year), Some(month), Some(day)) = (
            parts.next().and_then(|part| part.parse().ok()),
            parts.next().and_then(|part| part.parse().ok()),
            parts.next().and_then(|part| part.parse().ok()),
        ) else {
            continue;
        };
        let (Some(made), Ok(said)) = (tag.when.map(Moment::date), Date::new(year, month, day))
        else {
            continue;
        };
        if made.duration_since(said).abs().as_hours() <= 48 {
            return false;
        }
        lowest.entry((year, month)).and_modify(|least| *least = day.min(*least)).or_insert(day);
    }
    !lowest.is_empty() && lowest.values().all(|day| *day == 1)
}

/// Whether nearly all tags with a number begin it with a year.
fn are_dated(names: &[&str]) -> bool {
    let numbers: Vec<_> =
        names.iter().map(|name| split(name).1).filter(|text| text.len() > 4).collect();
    let is_year = |text: &&&str| text.starts_with("19") || text.starts_with("20");
    let dated = numbers.iter().filter(is_year).filter(|text| {
        text.bytes().take(4).all(|byte| byte.is_ascii_digit())
            && text.as_bytes().get(4).is_some_and(|byte| matches!(byte, b'.' | b'-' | b'0'..=b'9'))
    });
    let count = dated.count();
    count > 0 && count * 10 >= numbers.len() * 9
}

/// A name as what stands before its version, and the rest. Digits within a word, as in `lib2-1.0.0`, begin no version.
fn split(name: &str) -> (&str, &str) {
    let first_digit = |text: &str| text.find(|letter: char| letter.is_ascii_digit());
    let start = first_digit(name).unwrap_or(name.len());
    let word_end = name[start..].find(|letter: char| !letter.is_ascii_digit());
    let after_word = word_end.map(|end| start + end).filter(|end| {
        let is_word =
            name[..start].len() - name[..start].trim_end_matches(char::is_alphabetic).len() > 1;
        is_word && name[*end..].starts_with(['-', '_', '/', '@'])
    });
    let later = after_word.and_then(|end| Some(end + first_digit(&name[end..])?));
    name.split_at(later.unwrap_or(start))
}

fn is_spelled(scheme: &Scheme, text: &str) -> bool {
    // A number alone is rather a counter than a release, but for a day.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let unpadded = padding::without(scheme, text);
    (!is_number || text.len() == 8)
        && scheme.parse(&unpadded).is_ok_and(|version| version.canonical() == unpadded)
}

/// What stands before the versions in tags, the most frequent first.
fn prefixes<'n>(scheme: &Scheme, names: &[&'n str]) -> Vec<(&'n str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (prefix, text) in names.iter().map(|name| split(name)) {
        if is_spelled(scheme, text) {
            *counts.entry(prefix).or_default() += 1;
        }
    }
    let mut prefixes: Vec<_> = counts.into_iter().collect();
    prefixes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    prefixes
}

/// Whether a prefix is one that any project may have before a version, and no component's name.
fn is_customary(prefix: &str) -> bool {
    ["", "v", "V", "release-", "release/", "rel-", "version-"].contains(&prefix)
}

/// Puts the template of the most frequent prefix first, before what the preset reads.
fn adopt_prefixes(tags: &mut Vec<Template>, prefixes: &[(&str, usize)]) {
    let customary = prefixes
        .iter()
        .enumerate()
        .filter(|(place, (prefix, _))| *place == 0 || is_customary(prefix));
    let adopted = customary.filter_map(|(_, (prefix, _))| {
        let escaped = !prefix.contains(['{', '}']);
        escaped.then(|| Template::parse(&format!("{prefix}{{version}}")).ok()).flatten()
    });
    let mut adopted: Vec<_> = adopted.collect();
    for template in tags.drain(..) {
        if !adopted.contains(&template) {
            adopted.push(template);
        }
    }
    *tags = adopted;
}

/// The prefixes that name other parts, about which nothing is known, as in `other-1.0.0`.
fn other_parts<'n>(prefixes: &[(&'n str, usize)]) -> Vec<&'n str> {
    let names_a_part = |prefix: &str| {
        prefix.trim_end_matches('v').ends_with(['-', '_', '/', '@']) && !is_customary(prefix)
    };
    let others = prefixes.iter().skip(1).map(|(prefix, _)| *prefix);
    others.filter(|prefix| names_a_part(prefix)).collect()
}

/// A few names, and how many more there are.
fn listed(prefixes: &[&str]) -> String {
    const SHOWN: usize = 3;
    let mut text = prefixes.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if prefixes.len() > SHOWN {
        text += ", …";
    }
    text
}

fn ignore(policy: &mut Policy, globs: &[String]) {
    let mut set = GlobSetBuilder::new();
    for glob in globs.iter().filter_map(|glob| Glob::new(glob).ok()) {
        set.add(glob);
    }
    if let Ok(set) = set.build() {
        policy.product.ignored_tags = set;
    }
}

/// Takes into account what the development branch's version file says, in a policy that was adopted: where it carries a
/// pre-release (`26.8.0rc1`) and lines have branches, releases are made on those branches, and the development branch
/// carries the next pre-release. Tells what was concluded, if anything.
pub fn observe_version_file(
    policy: &mut Policy,
    survey: &Survey,
    stated: &Version,
) -> Option<String> {
    stated.stage().pre.as_ref()?;
    let has_branches = survey
        .components
        .iter()
        .any(|past| past.lines.values().any(|line| line.branch.is_some() && line.releases > 0));
    if !has_branches {
        return None;
    }
    for component in &mut policy.components {
        let rules = &mut component.periods.last_mut()?.rules;
        let first = rules.prerelease.phases.first().cloned();
        let alpha = PreStep { phase: Phase::Alpha, start: Some(1) };
        rules.releases_from_lines_only = true;
        rules.next_development =
            Some(NextDevelopment { level: Level::Minor, mark: Some(first.unwrap_or(alpha)) });
    }
    Some(format!(
        "the version file says {stated} and lines have branches, so lines make the releases and the development \
         branch carries the next pre-release"
    ))
}
