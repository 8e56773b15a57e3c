//! The moment after which a file counts for nothing.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp, Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A moment in whole seconds, written `2026-11-21T12:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry(Timestamp);

impl Expiry {
    /// The moment a lifetime from now, rounded down; the last one of the calendar where it would be later.
    pub fn after(now: Timestamp, lifetime: SignedDuration) -> Self {
        let moment = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        let second = Timestamp::from_second(moment.as_second());
        Self(second.unwrap_or(Timestamp::MAX))
    }

    /// Whether it has come.
    pub fn has_passed(self, now: Timestamp) -> bool {
        self.0 <= now
    }

    /// How long until it comes; negative once it is past.
    pub fn left(self, now: Timestamp) -> SignedDuration {
        self.0.duration_since(now)
    }

    /// The moment itself.
    pub fn moment(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0.round(Unit::Second).unwrap_or(self.0);
        write!(formatter, "{second:.0}")
    }
}

/// Why a text is no such moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a moment is written as 2026-11-21T12:00:00Z")]
pub struct ExpiryError;

impl FromStr for Expiry {
    type Err = ExpiryError;

    fn from_str(text: &str) -> Result<Self, ExpiryError> {
        let moment = Self(text.parse().map_err(|_| ExpiryError)?);
        // What is written otherwise, such as with an offset, is refused.
        if moment.to_string() == text { Ok(moment) } else { Err(ExpiryError) }
    }
}

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Expiry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::Expiry;

    #[test]
    fn moments_are_written_in_one_way() {
        let now: Timestamp = "2026-11-21T12:00:00.987654Z".parse().unwrap();
        let expiry = Expiry::after(now, SignedDuration::from_hours(24));
        assert_eq!(expiry.to_string(), "2026-11-22T12:00:00Z");
        assert_eq!(expiry.to_string().parse(), Ok(expiry));
        for other in ["2026-11-22", "2026-11-22T12:00:00+00:00", "2026-11-22T12:00:00.5Z", ""] {
            assert!(other.parse::<Expiry>().is_err(), "{other}");
        }
    }

    #[test]
    fn time_has_an_end() {
        let far = Expiry::after(Timestamp::MAX, SignedDuration::MAX);
        assert!(far.left(Timestamp::MIN).is_positive());
        assert_eq!(far.to_string(), "9999-12-30T22:00:00Z");
        assert_eq!(far.to_string().parse(), Ok(far));
    }
}
