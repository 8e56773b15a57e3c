//! Second numbers that are filled up with a zero, as in `24.03.1`.

use std::borrow::Cow;

use trainyard_policy::{EffectiveFrom, Period};
use trainyard_version::{Scheme, Version};

use super::names::split;
use crate::facts::Tag;

/// Until when second numbers were filled up.
pub(super) enum Padding {
    /// They never were.
    Never,
    /// They are.
    Always,
    /// They were before this version.
    Before(Version),
}

impl Padding {
    /// What the tags of a prefix show.
    pub(super) fn of(scheme: &Scheme, prefix: &str, tags: &[&Tag]) -> Self {
        let texts = tags.iter().map(|tag| split(&tag.name)).filter(|(own, _)| *own == prefix);
        let low: Vec<_> = texts
            .filter_map(|(_, text)| {
                let unpadded = without(scheme, text);
                let version = scheme.parse(&unpadded).ok()?;
                (version.segment(1) < 10).then_some((version, unpadded != text))
            })
            .collect();
        let padded = low.iter().filter(|(_, padded)| *padded).map(|(version, _)| version);
        let Some(last) = padded.reduce(higher) else { return Self::Never };
        let plain = low.iter().filter(|(_, padded)| !padded).map(|(version, _)| version);
        let later = plain.filter(|version| version.precedence(last).is_gt());
        let first =
            later.reduce(|one, other| if other.precedence(one).is_lt() { other } else { one });
        first.map_or(Self::Always, |first| Self::Before(first.clone()))
    }

    /// Says so in a component's periods, of which an adopted policy has one.
    pub(super) fn adopt(&self, periods: &mut Vec<Period>) {
        if matches!(self, Self::Never) {
            return;
        }
        let plain = periods.last().cloned();
        for period in periods.iter_mut() {
            period.rules.minor_digits = 2;
        }
        if let (Self::Before(first), Some(mut plain)) = (self, plain) {
            plain.from = EffectiveFrom::Version(first.clone());
            periods.push(plain);
        }
    }
}

fn higher<'v>(one: &'v Version, other: &'v Version) -> &'v Version {
    if other.precedence(one).is_gt() { other } else { one }
}

/// A version without the zero that fills up its second number to two digits; dated schemes say themselves what is
/// filled up, and SemVer allows none.
pub(super) fn without<'t>(scheme: &Scheme, text: &'t str) -> Cow<'t, str> {
    if scheme.name() != "pep440" {
        return Cow::Borrowed(text);
    }
    let Some((first, rest)) = text.split_once(".0") else { return Cow::Borrowed(text) };
    let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if is_number && digits == 1 {
        Cow::Owned(format!("{first}.{rest}"))
    } else {
        Cow::Borrowed(text)
    }
}
