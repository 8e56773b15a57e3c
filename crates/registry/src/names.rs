//! Names, digests and moments: what a registry's values are made of.

use std::{fmt, marker::PhantomData, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The most bytes that a name may have.
const LONGEST_NAME: usize = 128;
/// The most bytes that a version may have.
const LONGEST_VERSION: usize = 128;

/// A value that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no {what}: {why}")]
pub struct Invalid {
    /// What it should have been.
    pub what: &'static str,
    /// What was given, cut to a length for people.
    pub given: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Invalid {
    pub(crate) fn new(what: &'static str, given: &str, why: &'static str) -> Self {
        Self { what, given: given.chars().take(64).collect(), why }
    }
}

/// Reads a text that is checked, without a copy in between.
pub(crate) struct Checked<T>(pub(crate) PhantomData<T>);

impl<T: FromStr<Err = Invalid>> de::Visitor<'_> for Checked<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Declares a text that is checked when it is made, and cheap to clone.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                $check(text)?;
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Checked(PhantomData))
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, formatter)
            }
        }
    };
}

checked_text! {
    /// The name of a product, component, stream, channel, party, key or risk: letters, digits, `.`, `_`, `-` and `+`,
    /// beginning with a letter, a digit or `_`, of 128 bytes at most. So it stands in a path of a URL as it is.
    Name, check_name
}
checked_text! {
    /// A version as its scheme writes it: printable ASCII without blanks and slashes, of 128 bytes at most.
    VersionText, check_version
}
checked_text! {
    /// Who acts: a person or robot of a party, `party/name`.
    PrincipalName, check_principal
}

fn check_name(text: &str) -> Result<(), Invalid> {
    let refuse = |why| Err(Invalid::new("name", text, why));
    if text.is_empty() {
        return refuse("it is empty");
    }
    if text.len() > LONGEST_NAME {
        return refuse("it has more than 128 bytes");
    }
    if !text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_') {
        return refuse("it begins with neither a letter, a digit nor `_`");
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte)) {
        return refuse("it has other characters than letters, digits, `.`, `_`, `-` and `+`");
    }
    Ok(())
}

fn check_version(text: &str) -> Result<(), Invalid> {
    let refuse = |why| Err(Invalid::new("version", text, why));
    if text.is_empty() {
        return refuse("it is empty");
    }
    if text.len() > LONGEST_VERSION {
        return refuse("it has more than 128 bytes");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/') {
        return refuse("it has blanks, slashes or characters beyond ASCII");
    }
    Ok(())
}

fn check_principal(text: &str) -> Result<(), Invalid> {
    let Some((party, own)) = text.split_once('/') else {
        return Err(Invalid::new("principal", text, "it is not written `party/name`"));
    };
    check_name(party)?;
    check_name(own)
}

impl PrincipalName {
    /// A principal of a party.
    pub fn of(party: &Name, own: &Name) -> Self {
        Self(format!("{party}/{own}").into())
    }

    /// The party's name.
    pub fn party(&self) -> &str {
        self.0.split_once('/').map_or(&*self.0, |(party, _)| party)
    }
}

/// A moment, in microseconds since 1970.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// Whole seconds since 1970; zero before.
    pub fn secs(self) -> u64 {
        u64::try_from(self.0.div_euclid(1_000_000)).unwrap_or_default()
    }

    /// The moment some seconds later.
    #[must_use]
    pub fn plus_secs(self, secs: u64) -> Self {
        let micros = i64::try_from(secs).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        Self(self.0.saturating_add(micros))
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, PrincipalName, VersionText};

    #[test]
    fn names_stand_in_urls_as_they_are() {
        for good in ["ayon", "ayon_maya", "_private", "3dsmax", "a.b-c+d"] {
            assert!(good.parse::<Name>().is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "-a", "a/b", "a b", "ä", &"a".repeat(129)] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_are_printable() {
        for good in ["1.0.0+230903", "2023.11", "1!2.0~rc1"] {
            assert!(good.parse::<VersionText>().is_ok(), "{good}");
        }
        for bad in ["", "1 0", "1/0", "1\n", &"1".repeat(129)] {
            assert!(bad.parse::<VersionText>().is_err(), "{bad}");
        }
    }

    #[test]
    fn principals_belong_to_a_party() {
        let principal: PrincipalName = "studio/ada".parse().unwrap();
        assert_eq!(principal.party(), "studio");
        assert!("ada".parse::<PrincipalName>().is_err());
        assert!("a/b/c".parse::<PrincipalName>().is_err());
    }
}
