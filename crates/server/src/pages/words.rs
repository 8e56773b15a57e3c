//! Values as people read them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use trainyard_registry::{Digest, Moment};

/// A day, in seconds.
const DAY_SECS: u64 = 86_400;

/// A moment, for people and for programs.
#[derive(Clone, Debug, Default)]
pub(super) struct When {
    /// As RFC 3339 writes it.
    pub(super) exact: String,
    /// The day, or the minute where that matters.
    pub(super) shown: String,
    /// How long ago.
    pub(super) ago: String,
    /// How long ago, as far as people count it; else the day.
    pub(super) near: String,
}

/// What is nearer than this is told from now, in seconds.
const NEAR_SECS: u64 = 60 * DAY_SECS;

/// A moment, told from another.
pub(super) fn when(moment: Moment, now: Moment) -> When {
    let timestamp = Timestamp::from_microsecond(moment.0).unwrap_or(Timestamp::MAX);
    let zoned = timestamp.to_zoned(TimeZone::UTC);
    let ago = if moment > now {
        format!("in {}", span(moment.secs().saturating_sub(now.secs())))
    } else {
        let secs = now.secs().saturating_sub(moment.secs());
        if secs < 60 { "just now".to_owned() } else { format!("{} ago", span(secs)) }
    };
    let is_near = moment.secs().abs_diff(now.secs()) < NEAR_SECS;
    When {
        near: if is_near { ago.clone() } else { day(moment) },
        exact: zoned.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        shown: zoned.strftime("%Y-%m-%d %H:%M").to_string(),
        ago,
    }
}

/// The day of a moment, in UTC.
pub(super) fn date(moment: Moment) -> Date {
    let timestamp = Timestamp::from_microsecond(moment.0).unwrap_or(Timestamp::MAX);
    timestamp.to_zoned(TimeZone::UTC).date()
}

/// When a month begins, in UTC.
pub(super) fn begin_of(year: i64, month: i64) -> Option<Moment> {
    let day = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()?;
    let begin = day.to_zoned(TimeZone::UTC).ok()?;
    Some(Moment(begin.timestamp().as_microsecond()))
}

/// The day of a moment.
pub(super) fn day(moment: Moment) -> String {
    let timestamp = Timestamp::from_microsecond(moment.0).unwrap_or(Timestamp::MAX);
    timestamp.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

/// How long something is, in its largest fitting unit.
pub(super) fn span(secs: u64) -> String {
    let (number, unit) = match secs {
        0..60 => (secs, "second"),
        60..3_600 => (secs / 60, "minute"),
        3_600..172_800 => (secs / 3_600, "hour"),
        172_800..5_184_000 => (secs / DAY_SECS, "day"),
        5_184_000..63_072_000 => (secs / (30 * DAY_SECS), "month"),
        _ => (secs / (365 * DAY_SECS), "year"),
    };
    counted(number, unit, &format!("{unit}s"))
}

/// A number with its noun.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// The same for a length.
pub(super) fn of(number: usize, one: &str, many: &str) -> String {
    counted(number as u64, one, many)
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The front of a digest.
pub(super) fn short(digest: &Digest) -> String {
    digest.hex().get(..12).unwrap_or_default().to_owned()
}

/// A text as part of a URL's path or query.
pub(super) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;

    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// How something stands: told by a word, a shape and a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Good,
    /// Something is still missing.
    Waiting,
    /// Something is wrong.
    Bad,
    /// Nothing is said.
    Plain,
}

impl Tone {
    /// The class that draws its shape and colour.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Waiting => "waiting",
            Self::Bad => "bad",
            Self::Plain => "plain",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, encoded, grouped, span, when};
    use trainyard_registry::Moment;

    #[test]
    fn numbers_and_spans_are_written_for_people() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "release", "releases"), "1 release");
        assert_eq!(span(3 * 86_400), "3 days");
        assert_eq!(span(5_400), "1 hour");
        assert_eq!(span(400 * 86_400), "13 months");
    }

    #[test]
    fn moments_are_told_from_now() {
        let now = Moment(1_767_225_600_000_000);
        assert_eq!(when(now, now).ago, "just now");
        assert_eq!(when(Moment(now.0 - 7_200_000_000), now).ago, "2 hours ago");
        assert_eq!(when(now.plus_secs(3 * 86_400), now).ago, "in 3 days");
        assert_eq!(when(now, now).shown, "2026-01-01 00:00");
        assert_eq!(when(Moment(now.0 - 7_200_000_000), now).near, "2 hours ago");
        assert_eq!(when(Moment(now.0 - 90 * 86_400_000_000), now).near, "2025-10-03");
    }

    #[test]
    fn texts_stand_in_urls() {
        assert_eq!(encoded("1.0+a b"), "1.0%2Ba%20b");
    }
}
