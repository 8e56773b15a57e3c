//! Manifests and bundles as JSON: what a registry takes and gives.
//!
//! A version is its text with its scheme, a range its text with its grammar, so that whoever reads them means the same.
//! Where something was read is no part of it: the same manifest from another file is the same document. Older documents say it.
//! What is unknown is refused: a requirement that is passed over would be one that nobody checks.

use std::{borrow::Cow, collections::HashSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use trainyard_version::Scheme;

use crate::{Dialect, Digest, Numbered, Pin, Place, Range, range::CONDITIONS};

/// A version with its scheme.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberedForm<'a> {
    text: Cow<'a, str>,
    scheme: Cow<'a, str>,
}

impl Serialize for Numbered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        NumberedForm { text: self.text().into(), scheme: self.scheme().spec().into() }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Numbered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = NumberedForm::deserialize(deserializer)?;
        Ok(Self::read(&form.text, &scheme(&form.scheme)?))
    }
}

/// A range with the name of its grammar; plain conditions with the scheme they speak of.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeForm<'a> {
    text: Cow<'a, str>,
    grammar: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheme: Option<Cow<'a, str>>,
}

impl Serialize for Range {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scheme = (self.dialect() == CONDITIONS).then(|| self.scheme().spec().into());
        RangeForm { text: self.text().into(), grammar: self.dialect().into(), scheme }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = RangeForm::deserialize(deserializer)?;
        let dialect = match (&*form.grammar, &form.scheme) {
            (CONDITIONS, Some(spec)) => Dialect::Conditions(scheme(spec)?),
            (CONDITIONS, None) => return Err(D::Error::missing_field("scheme")),
            (_, Some(_)) => {
                let message = "only conditions say a scheme: a grammar has its own";
                return Err(D::Error::custom(message));
            }
            (grammar, None) => match grammar.parse().map_err(D::Error::custom)? {
                Dialect::Conditions(_) => {
                    let message = format!("`{grammar}` is a scheme, and no grammar of ranges");
                    return Err(D::Error::custom(message));
                }
                dialect => dialect,
            },
        };
        Ok(dialect.read(&form.text))
    }
}

fn scheme<E: Error>(spec: &str) -> Result<Scheme, E> {
    spec.parse().map_err(E::custom)
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer).map(Self::new)
    }
}

/// A file and a line, as older documents say them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceForm<'a> {
    path: Cow<'a, str>,
    #[serde(default)]
    line: Option<u32>,
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = PlaceForm::deserialize(deserializer)?;
        Ok(Self::file(&*form.path).line(form.line))
    }
}

/// Pins, of which no two have one name.
pub(crate) fn distinct_pins<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Pin>, D::Error> {
    let pins = Vec::<Pin>::deserialize(deserializer)?;
    let mut names = HashSet::new();
    match pins.iter().find(|pin| !names.insert(pin.name.as_str())) {
        Some(twice) => Err(D::Error::custom(format!("`{}` is pinned twice", twice.name))),
        None => Ok(pins),
    }
}

/// How far a component has come, by its word.
pub(crate) mod maturity {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use trainyard_policy::Maturity;

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Alpha,
        Beta,
        Stable,
    }

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "the form that serde asks for"
    )]
    pub(crate) fn serialize<S: Serializer>(
        maturity: &Option<Maturity>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let word = |maturity| match maturity {
            Maturity::Alpha => Word::Alpha,
            Maturity::Beta => Word::Beta,
            Maturity::Stable => Word::Stable,
        };
        maturity.map(word).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Maturity>, D::Error> {
        let word = Option::<Word>::deserialize(deserializer)?;
        Ok(word.map(|word| match word {
            Word::Alpha => Maturity::Alpha,
            Word::Beta => Maturity::Beta,
            Word::Stable => Maturity::Stable,
        }))
    }
}
