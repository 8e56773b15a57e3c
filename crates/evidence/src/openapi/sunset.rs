//! When something that is deprecated may go.

use super::document::Spot;

/// A day of the calendar, ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(u16, u8, u8);

/// A day that is past whenever this program runs.
///
/// A detector knows no clock, so that its verdicts can be kept. Earlier days are past for sure; of later ones nobody
/// knows, and they count as yet to come, which is the careful side.
const SURELY_PAST: Day = Day(2026, 11, 1);

impl Day {
    /// Whether it has passed for sure.
    pub(super) fn is_past(self) -> bool {
        self < SURELY_PAST
    }

    /// Reads `2026-11-30`, with a time after it or without.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (day, time) = text.split_at_checked(10)?;
        if !(time.is_empty() || time.starts_with(['T', 't', ' '])) {
            return None;
        }
        let mut parts = day.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = digits(parts.next()?, 2).and_then(|month| u8::try_from(month).ok())?;
        let day = digits(parts.next()?, 2).and_then(|day| u8::try_from(day).ok())?;
        let is_leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=last).contains(&day).then_some(Self(year, month, day))
    }
}

fn digits(text: &str, count: usize) -> Option<u16> {
    let are_digits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| text.parse().ok()).flatten()
}

impl std::fmt::Display for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.0, self.1, self.2)
    }
}

/// What `x-sunset` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sunset {
    /// Nothing.
    Missing,
    /// Something that is no date.
    Unclear,
    /// A day.
    On(Day),
}

/// The sunset of an operation, parameter or property.
pub(super) fn of(spot: Spot<'_>) -> Sunset {
    match spot.value.get("x-sunset") {
        None => Sunset::Missing,
        Some(value) => value.as_str().and_then(Day::parse).map_or(Sunset::Unclear, Sunset::On),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_with_and_without_a_time() {
        assert_eq!(Day::parse("2024-02-29"), Some(Day(2024, 2, 29)));
        assert_eq!(Day::parse("2026-11-30T12:00:00Z"), Some(Day(2026, 11, 30)));
        for wrong in
            ["", "2023-02-29", "2026-13-01", "2026-1-1", "2026-11-30x", "soon", "日本語日本"]
        {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }
}
