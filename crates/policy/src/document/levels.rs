//! What the numbers of a version say about a release.

use std::fmt::Write;

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use trainyard_evidence::Class;
use trainyard_version::{Level, Step, Version};

use super::words::{code, either, joined, selector};
use crate::{Rules, span::CalendarUnit};

/// The day of the schemes' first examples, on which a patch follows them.
pub(super) const SAME_DAY: Date = date(2023, 9, 3);
/// A day after all of the schemes' examples.
pub(super) const DAY: Date = date(2026, 1, 1);
/// A day in the middle of its week, month and year.
const MIDWEEK: Date = date(2024, 5, 14);

/// What each level means, with an example where the scheme can take the step.
pub(super) fn levels(rules: &Rules, base: &Version) -> Vec<String> {
    let mut list = if rules.scheme.is_calendar() {
        calendar(rules, base)
    } else if rules.scheme.name() == "api-date" {
        numbered_dates(rules, base)
    } else {
        numbers(rules, base, DAY)
    };
    let unnoticed = changes(rules, &[Level::None]);
    if !unnoticed.is_empty() {
        list.push(format!("**No release** is made for {}.", either(&unnoticed)));
    }
    list
}

/// A statement for each of MAJOR, MINOR and PATCH that changes need.
fn numbers(rules: &Rules, base: &Version, today: Date) -> Vec<String> {
    [(Level::Major, "MAJOR"), (Level::Minor, "MINOR")]
        .into_iter()
        .filter_map(|(level, name)| {
            let changes = changes(rules, &[level]);
            let example = example(rules, base, level, today).filter(|_| !changes.is_empty())?;
            Some(format!("**{name}** {example} rises when a release brings {}.", either(&changes)))
        })
        .chain(patch(rules, base, today))
        .collect()
}

/// Numbers of an API: a number for what breaks clients, and the day for all else.
fn numbered_dates(rules: &Rules, base: &Version) -> Vec<String> {
    let statement = |name: &str, verb: &str, stands_for: &[Level]| {
        let changes = changes(rules, stands_for);
        let level = *stands_for.first()?;
        let example = example(rules, base, level, DAY).filter(|_| !changes.is_empty())?;
        Some(format!("**{name}** {example} {verb} when a release brings {}.", either(&changes)))
    };
    let number = statement("The number", "rises", &[Level::Major]);
    let day = statement("The date alone", "moves", &[Level::Minor, Level::Patch]);
    number.into_iter().chain(day).collect()
}

/// Numbers with a date in them.
fn calendar(rules: &Rules, base: &Version) -> Vec<String> {
    let unit = unit(rules, base);
    let later = next_unit(unit, SAME_DAY);
    let levels = [Level::Major, Level::Minor, Level::Patch];
    let steps = |today| {
        let step = move |level| rules.scheme.step(base, &Step::Level(level, None), today).ok();
        levels.map(step).map(|next| next.map(|next| next.canonical().to_owned()))
    };
    let differ = |steps: &[Option<String>; 3]| steps.windows(2).any(|pair| pair[0] != pair[1]);
    if differ(&steps(later)) {
        // Levels come first, and the date follows what they say.
        let mut list = numbers(rules, base, later);
        list.push("**The date** in a number tells when the release was made.".to_owned());
        return list;
    }
    let counts_levels = steps(SAME_DAY).iter().all(Option::is_some) && differ(&steps(SAME_DAY));
    if counts_levels {
        let mut list = numbers(rules, base, SAME_DAY);
        list.extend(new_date(rules, base, unit, later, " begins the numbers anew."));
        return list;
    }
    if rules.is_date_alone(base) {
        return vec![moment(rules, base, unit)];
    }
    let changes = changes(rules, &[Level::Major, Level::Minor]);
    let brings = format!(" may bring {}.", either(&changes));
    let first = new_date(rules, base, unit, later, &brings).filter(|_| !changes.is_empty());
    first.into_iter().chain(patch(rules, base, SAME_DAY)).collect()
}

fn new_date(
    rules: &Rules,
    base: &Version,
    unit: CalendarUnit,
    later: Date,
    what: &str,
) -> Option<String> {
    let next = rules.scheme.step(base, &Step::Date, later).ok()?;
    let (from, to) = (code(&rules.spell(base)), code(&rules.spell(&next)));
    Some(format!("**A new {}** ({from} to {to}){what}", unit.as_str()))
}

fn moment(rules: &Rules, base: &Version, unit: CalendarUnit) -> String {
    let (unit, preposition) = match unit {
        CalendarUnit::Day => ("day", "on"),
        unit => (unit.as_str(), "in"),
    };
    let mut text =
        format!("**The number tells the {unit}** of a release, and nothing about its size.");
    // Writing to a string cannot fail.
    let _ = match rules.scheme.step(base, &Step::Date, SAME_DAY) {
        Ok(second) => write!(
            text,
            " A second release {preposition} the {unit} of {} is {}.",
            code(&rules.spell(base)),
            code(&rules.spell(&second))
        ),
        Err(_) => write!(text, " There is one release a {unit} at most."),
    };
    text
}

/// What passes until a scheme writes another date.
fn unit(rules: &Rules, base: &Version) -> CalendarUnit {
    let on = |from: &Version, today| {
        rules.scheme.step(from, &Step::Date, today).ok().map(|next| next.canonical().to_owned())
    };
    let Ok(midweek) = rules.scheme.step(base, &Step::Date, MIDWEEK) else {
        return CalendarUnit::Day;
    };
    CalendarUnit::ALL
        .into_iter()
        .find(|unit| on(&midweek, next_unit(*unit, MIDWEEK)) != on(&midweek, MIDWEEK))
        .unwrap_or(CalendarUnit::Year)
}

fn next_unit(unit: CalendarUnit, day: Date) -> Date {
    day.saturating_add(match unit {
        CalendarUnit::Day => 1.day(),
        CalendarUnit::Week => 1.week(),
        CalendarUnit::Month => 1.month(),
        CalendarUnit::Year => 1.year(),
    })
}

/// What a patch brings; that it is safe is said only where nothing else counts as one.
fn patch(rules: &Rules, base: &Version, today: Date) -> Option<String> {
    let changes = changes(rules, &[Level::Patch]);
    let example = example(rules, base, Level::Patch, today).filter(|_| !changes.is_empty())?;
    let mut text = format!("**PATCH** {example} brings nothing but {}.", joined(&changes));
    let mut selectors = rules
        .levels
        .by_selector
        .iter()
        .filter(|(_, level)| **level == Level::Patch)
        .map(|(selector, _)| selector.as_str());
    if rules.levels.by_selector.get(UNDESCRIBED) == Some(&Level::Patch) {
        text += " Commits that do not say what they change count as that too, so it is compatible as far as we can \
                 tell.";
    } else if selectors.all(|name| name.parse::<Class>().is_ok_and(|class| class <= Class::Fix)) {
        text += " It is always safe to install.";
    }
    Some(text)
}

/// `(1.2.3 to 1.3.0)`, where the scheme can take the step.
fn example(rules: &Rules, base: &Version, level: Level, today: Date) -> Option<String> {
    let next = rules.scheme.step(base, &Step::Level(level, None), today).ok()?;
    Some(format!("({} to {})", code(&rules.spell(base)), code(&rules.spell(&next))))
}

/// How undescribed commits count is told apart, being no kind of change.
pub(super) const UNDESCRIBED: &str = "commits.other";

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
