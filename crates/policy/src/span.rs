//! Lengths of time on the calendar.

use std::fmt;

use jiff::{Span, civil::Date};

/// A length of time on the calendar, such as two weeks or one month, which is not always as many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarSpan {
    /// How many units.
    pub count: u32,
    /// The unit.
    pub unit: CalendarUnit,
}

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// From a day to the same day of the next month, or to that month's last day where it is shorter.
    Month,
    /// From a day to the same day of the next year; from a leap day to 28 February.
    Year,
}

impl CalendarUnit {
    /// All units, shortest first.
    pub(crate) const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// The word for one.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl CalendarSpan {
    /// The day that comes this long after another; the calendar's last day for what lies beyond it.
    pub fn after(self, day: Date) -> Date {
        let span = match self.unit {
            CalendarUnit::Day => Span::new().try_days(self.count),
            CalendarUnit::Week => Span::new().try_weeks(self.count),
            CalendarUnit::Month => Span::new().try_months(self.count),
            CalendarUnit::Year => Span::new().try_years(self.count),
        };
        span.map_or(Date::MAX, |span| day.saturating_add(span))
    }

    /// Whether this is longer than another, reckoned from some day at least.
    pub(crate) fn may_exceed(self, other: Self) -> bool {
        // Four years have months of all lengths; first and last days go farthest apart.
        (2024..2028).flat_map(|year| (1..=12).map(move |month| (year, month))).any(
            |(year, month)| {
                Date::new(year, month, 1).is_ok_and(|first| {
                    [first, first.last_of_month()]
                        .iter()
                        .any(|day| self.after(*day) > other.after(*day))
                })
            },
        )
    }
}

impl fmt::Display for CalendarSpan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(formatter, "{} {}{plural}", self.count, self.unit.as_str())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn span(count: u32, unit: CalendarUnit) -> CalendarSpan {
        CalendarSpan { count, unit }
    }

    #[test]
    fn months_and_years_are_those_of_the_calendar() {
        let month = span(1, CalendarUnit::Month);
        assert_eq!(month.after(date(2024, 1, 15)), date(2024, 2, 15));
        assert_eq!(month.after(date(2024, 1, 31)), date(2024, 2, 29));
        assert_eq!(span(24, CalendarUnit::Month).after(date(2023, 3, 1)), date(2025, 3, 1));
        assert_eq!(span(1, CalendarUnit::Year).after(date(2024, 2, 29)), date(2025, 2, 28));
        assert_eq!(span(2, CalendarUnit::Week).after(date(2024, 2, 20)), date(2024, 3, 5));
        for unit in CalendarUnit::ALL {
            assert_eq!(span(u32::MAX, unit).after(date(2024, 1, 1)), Date::MAX);
        }
    }

    #[test]
    fn what_may_be_longer_is_longer_from_some_day() {
        let month = span(1, CalendarUnit::Month);
        assert!(span(29, CalendarUnit::Day).may_exceed(month));
        assert!(!span(28, CalendarUnit::Day).may_exceed(month));
        assert!(!span(4, CalendarUnit::Week).may_exceed(month));
        assert!(!span(12, CalendarUnit::Month).may_exceed(span(1, CalendarUnit::Year)));
        assert!(month.may_exceed(span(30, CalendarUnit::Day)));
    }
}
