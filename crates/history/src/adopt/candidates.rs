//! The schemes that tags of a repository without a policy may be written in.

use std::collections::BTreeMap;

use jiff::{ToSpan as _, civil::Date};
use trainyard_version::Scheme;

use super::names::{is_spelled, numbers, split};
use crate::facts::{Moment, Tag};

/// A scheme that tags may be written in, and the preset that it belongs to. Where two read as many tags, the first is
/// taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) preset: &'static str,
    pub(super) scheme: &'static str,
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
    Candidate { preset: "calver", scheme: "calver:YYYY.0M[.MICRO]" },
    Candidate { preset: "calver", scheme: "calver:YYYY.M[.MICRO]" },
    Candidate { preset: "calver", scheme: "calver:YYYYMMDD[A]" },
    Candidate { preset: "calver", scheme: "calver:YYYY{letter}" },
];

/// Years of two digits, which nothing but the days of the tags tells from other numbers.
const SHORTLY_DATED: &[Candidate] = &[
    Candidate { preset: "calver", scheme: "calver:YY.0M.0D[.#]" },
    Candidate { preset: "calver", scheme: "calver:YY.0M.MICRO" },
    Candidate { preset: "calver", scheme: "calver:YY.0M[.MICRO]" },
    Candidate { preset: "calver", scheme: "calver:YY.M.MICRO" },
    Candidate { preset: "calver", scheme: "calver:YY.M[.MICRO]" },
];

/// So many days before and after its month a release may be tagged.
const LEEWAY_DAYS: i64 = 15;

/// The candidate that spells most of the tags, and how many these are.
pub(super) fn best_candidate(tags: &[&Tag]) -> Option<(Candidate, Scheme, usize)> {
    let names: Vec<_> = tags.iter().map(|tag| tag.name.as_str()).collect();
    let mut candidates = LEVELLED.to_vec();
    if are_shortly_dated(tags) {
        candidates.splice(0..0, SHORTLY_DATED.iter().copied());
    }
    if are_dated(&names) {
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

/// Whether what might be days in `2024.1.2` are rather counters: they begin at 1 each month, and none agrees with the
/// day the tag was made on.
fn are_counted(tags: &[&Tag]) -> bool {
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
        text.bytes().take(4).all(|byte| byte.is_ascii_digit()) && follows_a_year(&text[4..])
    });
    are_nearly_all(dated.count(), numbers.len())
}

/// More of a date, or nothing but letters.
fn follows_a_year(rest: &str) -> bool {
    let is_lettered = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase());
    is_lettered
        || rest.starts_with(['.', '-'])
        || rest.starts_with(|first: char| first.is_ascii_digit())
}

fn are_nearly_all(count: usize, of: usize) -> bool {
    count > 0 && count * 10 >= of * 9
}

/// Whether nearly all tags begin with a year of two digits and a month, and the first of nearly every month was made
/// about then.
fn are_shortly_dated(tags: &[&Tag]) -> bool {
    let mut firsts: BTreeMap<(i16, i8), Date> = BTreeMap::new();
    let (mut fitting, mut all) = (0, 0);
    for tag in tags {
        let text = split(&tag.name).1;
        let Some((year, rest)) = text.split_once('.') else { continue };
        all += 1;
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (Ok(short), Ok(month)) = (year.parse::<i16>(), rest[..end].parse::<i8>()) else {
            continue;
        };
        let Some(made) = tag.when.map(Moment::date) else { continue };
        if year.len() == 2 && end <= 2 && (1..=12).contains(&month) {
            fitting += 1;
            let first = firsts.entry((2000 + short, month)).or_insert(made);
            *first = made.min(*first);
        }
    }
    let timely = firsts.iter().filter(|((year, month), made)| is_about(**made, *year, *month));
    firsts.len() >= 2
        && are_nearly_all(fitting, all)
        && are_nearly_all(timely.count(), firsts.len())
}

/// Whether a day lies in a month, or shortly before or after it.
fn is_about(made: Date, year: i16, month: i8) -> bool {
    let Ok(first) = Date::new(year, month, 1) else { return false };
    let bounds = first.checked_sub(LEEWAY_DAYS.days()).and_then(|earliest| {
        Ok((earliest, first.last_of_month().checked_add(LEEWAY_DAYS.days())?))
    });
    bounds.is_ok_and(|(earliest, latest)| (earliest..=latest).contains(&made))
}
