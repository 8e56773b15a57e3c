//! Numbers that became dates, or dates that became numbers.

use jiff::civil::Date;

use super::names::{is_customary, split};
use crate::facts::{Moment, Tag};

/// So many tags must be written in the present way before the others count as those of an earlier time.
const ENOUGH: usize = 5;

/// A tag may be made so many days before the month that it names, or after its first day.
const EARLY_DAYS: i64 = 15;
const LATE_DAYS: i64 = 200;

/// Tags before and since the way in which versions are written changed between numbers and dates.
pub(super) struct Eras<'t> {
    /// Those of the earlier way, whenever they were made.
    pub(super) earlier: Vec<&'t Tag>,
    /// The day of the first one of the present way.
    pub(super) since: Date,
}

impl<'t> Eras<'t> {
    /// Looks for one day before which nearly all versions are dates and since which nearly all are none, or the reverse.
    ///
    /// Versions of two such times have no order among each other: 2018.9 is no higher than 3.23.
    ///
    /// *Cost*: that of sorting tags.
    pub(super) fn of(tags: &[&'t Tag]) -> Option<Self> {
        let mut told: Vec<(Moment, bool, &'t Tag)> =
            tags.iter().filter_map(|tag| Some((tag.when?, is_dated(tag)?, *tag))).collect();
        told.sort_by_key(|(when, ..)| when.seconds);
        let newest = told.get(told.len().checked_sub(ENOUGH)?..)?;
        let is_now = newest.first()?.1;
        if newest.iter().any(|(_, is_dated, _)| *is_dated != is_now) {
            return None;
        }
        // The place that leaves the fewest on the wrong side.
        let mut wrong = told.iter().filter(|(_, is_dated, _)| *is_dated != is_now).count();
        let (mut least, mut start) = (wrong, 0);
        for (place, (_, is_dated, _)) in told.iter().enumerate() {
            if *is_dated == is_now {
                wrong += 1;
            } else {
                wrong -= 1;
            }
            if wrong < least {
                (least, start) = (wrong, place + 1);
            }
        }
        if start == 0 || least * 10 > told.len().min(told.len() - start) {
            return None;
        }
        let (since, ..) = told.get(start)?;
        let earlier = told.iter().filter(|(_, is_dated, _)| *is_dated != is_now);
        Some(Self { earlier: earlier.map(|(.., tag)| *tag).collect(), since: since.date() })
    }
}

/// Whether a tag's version begins with the year, or the short year and the month, in which it was made. `None` where it has no
/// version, or may be of a part.
fn is_dated(tag: &Tag) -> Option<bool> {
    let (prefix, text) = split(&tag.name);
    if !is_customary(prefix) {
        return None;
    }
    let mut numbers = text.split(['.', '-']);
    let (year, second) = (numbers.next()?, numbers.next()?);
    let end = second.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(second.len());
    let (number, second) = (year.parse::<i16>().ok()?, second[..end].parse::<i8>().ok()?);
    let made = tag.when.map(Moment::date)?;
    Some(match year.len() {
        4 => (number - made.year()).abs() <= 1,
        2 => Date::new(2000 + number, second, 1).is_ok_and(|first| {
            let days = made.duration_since(first).as_hours() / 24;
            (-EARLY_DAYS..=LATE_DAYS).contains(&days)
        }),
        _ => false,
    })
}
