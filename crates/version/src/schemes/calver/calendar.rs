//! What the calendar says: the fields of a day, and which fields there can be.

use crate::Date;

use super::{pattern::Pattern, token::Field, value::Value};

/// A calendar field of a day, written in full (a year as 2023).
pub(super) fn field(date: Date, field: Field) -> u64 {
    let day_of_year = unsigned(date.day_of_year());
    let iso = date.iso_week_date();
    match field {
        Field::Year => unsigned(date.year()),
        Field::IsoYear => unsigned(iso.year()),
        Field::Quarter => (unsigned(date.month()) - 1) / 3 + 1,
        Field::Month => unsigned(date.month()),
        Field::MondayWeek => {
            (day_of_year + 6 - unsigned(date.weekday().to_monday_zero_offset())) / 7
        }
        Field::SundayWeek => {
            (day_of_year + 6 - unsigned(date.weekday().to_sunday_zero_offset())) / 7
        }
        Field::IsoWeek => unsigned(iso.week()),
        Field::DayOfYear => day_of_year,
        Field::Day => unsigned(date.day()),
        _ => 0,
    }
}

/// A calendar field as a pattern counts it: short years from 2000.
pub(super) fn written(date: Date, pattern: &Pattern, slot: usize) -> u64 {
    let slot = &pattern.slots[slot];
    let full = field(date, slot.field());
    if is_short_year(slot.field(), slot.token.width) { full.saturating_sub(2000) } else { full }
}

fn is_short_year(field: Field, width: usize) -> bool {
    matches!(field, Field::Year | Field::IsoYear) && width == 2
}

fn unsigned(number: impl Into<i64>) -> u64 {
    number.into().unsigned_abs()
}

/// Checks that there is such a day, week or month.
///
/// *Errors*: the slot that is wrong and what was expected there.
pub(super) fn check(pattern: &Pattern, values: &[Value]) -> Result<(), (usize, String)> {
    let given = Given::new(pattern, values);
    for (slot, number) in given.fields() {
        let field = pattern.slots[slot].field();
        let (low, high) = if matches!(field, Field::Year | Field::IsoYear) {
            if is_short_year(field, pattern.slots[slot].token.width) {
                (0, 999)
            } else {
                (1000, 9999)
            }
        } else {
            given.bounds(field)
        };
        if !(low..=high).contains(&number) {
            return Err((slot, format!("{} from {low} to {high}", field.noun())));
        }
    }
    let Some(date) = given.date() else { return given.check_quarter() };
    for (slot, number) in given.fields() {
        let right = written(date, pattern, slot);
        if number != right {
            let noun = pattern.slots[slot].field().noun();
            return Err((slot, format!("{right}, which is {noun} of {date}")));
        }
    }
    Ok(())
}

/// The calendar fields of a version.
struct Given<'version> {
    pattern: &'version Pattern,
    values: &'version [Value],
}

impl<'version> Given<'version> {
    fn new(pattern: &'version Pattern, values: &'version [Value]) -> Self {
        Self { pattern, values }
    }

    fn fields(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let slots = self.pattern.slots.iter().enumerate();
        slots
            .filter(|(_, slot)| slot.field().is_calendar())
            .filter_map(|(index, _)| Some((index, self.values[index].number()?)))
    }

    fn get(&self, field: Field) -> Option<i16> {
        let (slot, number) =
            self.fields().find(|(slot, _)| self.pattern.slots[*slot].field() == field)?;
        let short = is_short_year(field, self.pattern.slots[slot].token.width);
        i16::try_from(if short { number.checked_add(2000)? } else { number }).ok()
    }

    /// The smallest and the largest number the field can have, as far as the others tell.
    fn bounds(&self, field: Field) -> (u64, u64) {
        let last_of_year = self.get(Field::Year).and_then(|year| Date::new(year, 12, 31).ok());
        let in_year = |longest: u64| last_of_year.map_or(longest, |date| self::field(date, field));
        match field {
            Field::Quarter => (1, 4),
            Field::Month => (1, 12),
            Field::MondayWeek | Field::SundayWeek => (0, in_year(53)),
            // The 28th of December is always in the last ISO week of its year.
            Field::IsoWeek => {
                let year = self.get(Field::IsoYear);
                let date = year.and_then(|year| Date::new(year, 12, 28).ok());
                (1, date.map_or(53, |date| self::field(date, field)))
            }
            Field::DayOfYear => (1, in_year(366)),
            Field::Day => (1, self.days_in_month()),
            _ => (0, u64::MAX),
        }
    }

    fn days_in_month(&self) -> u64 {
        // Without a year, as in a leap year.
        let year = self.get(Field::Year).unwrap_or(2000);
        let month = self.get(Field::Month).and_then(|month| i8::try_from(month).ok());
        month
            .and_then(|month| Date::new(year, month, 1).ok())
            .map_or(31, |first| unsigned(first.days_in_month()))
    }

    /// The day, where the fields tell it.
    fn date(&self) -> Option<Date> {
        let year = self.get(Field::Year)?;
        if let Some(day) = self.get(Field::DayOfYear) {
            return Date::new(year, 1, 1).ok()?.with().day_of_year(day).build().ok();
        }
        let month = i8::try_from(self.get(Field::Month)?).ok()?;
        let day = i8::try_from(self.get(Field::Day)?).ok()?;
        Date::new(year, month, day).ok()
    }

    fn check_quarter(&self) -> Result<(), (usize, String)> {
        let (Some(quarter), Some(month)) = (self.get(Field::Quarter), self.get(Field::Month))
        else {
            return Ok(());
        };
        let right = (month - 1) / 3 + 1;
        match self.pattern.find(&[Field::Quarter]) {
            Some(slot) if quarter != right => Err((slot, format!("{right}, the month's quarter"))),
            _ => Ok(()),
        }
    }
}
