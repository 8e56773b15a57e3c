//! API versions by number and date, such as `v9.20250722`.

use crate::{
    Date, KeyBuilder, Level, ParseError, Stage, Step, StepError, Version, VersionScheme,
    schemes::{
        scan::Scanner,
        stepping::{ascending, refusal},
    },
};

/// `vN.yyyymmdd`, ordered by number, then date; the `v` may be missing.
///
/// A new number is a major step. Whatever else changes the API moves the date alone, so there is one version a day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiDate;

impl VersionScheme for ApiDate {
    fn parse(&self, text: &str) -> Result<Version, ParseError> {
        let mut scanner = Scanner::new(text, "vN.yyyymmdd version");
        scanner.skip(b'v');
        let number = number(&mut scanner)?;
        if !scanner.skip(b'.') {
            return Err(scanner.expected("`.` and a date as yyyymmdd"));
        }
        let date = date(&mut scanner)?;
        if !scanner.at_end() {
            return Err(scanner.expected("the end after the date"));
        }
        Ok(version(text, number, date))
    }

    fn step(&self, from: &Version, step: &Step, today: Date) -> Result<Version, StepError> {
        let refuse = |reason: &str| refusal(from, step, reason);
        let number = from.segment(0);
        let next = match step {
            Step::Level(Level::Major, None) => number
                .checked_add(1)
                .ok_or_else(|| refuse("its number is the greatest there can be"))?,
            Step::Level(Level::Minor | Level::Patch, None) | Step::Date => number,
            Step::Level(Level::None, None) => {
                return Err(refuse("an API version needs a change: patch, minor or major"));
            }
            Step::Level(_, Some(_)) | Step::Pre(_) | Step::NextDevelopment(..) => {
                return Err(refuse("API versions by date have no pre-releases"));
            }
            Step::Final => return Err(refuse("it is final already")),
        };
        if next == number && from.segment(1) >= compact(today) {
            let reason = "its date is not before today's, and API versions have one date a day; wait, or step major";
            return Err(refuse(reason));
        }
        ascending(from, step, written(next, today))
    }

    fn first(&self, today: Date) -> Version {
        written(1, today)
    }

    fn line(&self, version: &Version) -> String {
        format!("v{}", version.segment(0))
    }

    fn counted_segments(&self) -> usize {
        1
    }

    fn examples(&self) -> Vec<Version> {
        ["v1.20250630", "v1.20250915", "v2.20260101"]
            .iter()
            .filter_map(|text| self.parse(text).ok())
            .collect()
    }
}

fn number(scanner: &mut Scanner<'_>) -> Result<u64, ParseError> {
    let start = scanner.clone();
    let number = scanner.number("the number of the API, as in `v1.20250630`")?;
    if scanner.position() - start.position() > number.to_string().len() {
        return Err(start.expected("a number without leading zeros"));
    }
    Ok(number)
}

fn date(scanner: &mut Scanner<'_>) -> Result<Date, ParseError> {
    let start = scanner.position();
    let digits = scanner.digits();
    let parsed = (digits.len() == 8).then(|| {
        let (year, day) = digits.split_at(4);
        let (month, day) = day.split_at(2);
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    });
    match parsed {
        Some(Some(date)) => Ok(date),
        Some(None) => Err(scanner.expected_at(start, "a date of the calendar, as yyyymmdd")),
        None => Err(scanner.expected_at(start, "a date of eight digits, as yyyymmdd")),
    }
}

fn compact(date: Date) -> u64 {
    let (year, month, day) = (date.year(), date.month(), date.day());
    u64::from(year.unsigned_abs()) * 10_000
        + u64::from(month.unsigned_abs()) * 100
        + u64::from(day.unsigned_abs())
}

fn written(number: u64, date: Date) -> Version {
    version(&spelled(number, date), number, date)
}

fn spelled(number: u64, date: Date) -> String {
    format!("v{number}.{:08}", compact(date))
}

fn version(text: &str, number: u64, date: Date) -> Version {
    let key = KeyBuilder::new().number(number).number(compact(date)).build();
    Version::new(text, &spelled(number, date), key, [number, compact(date)], Stage::default())
}
