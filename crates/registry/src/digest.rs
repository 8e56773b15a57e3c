//! Digests: what contents are known by.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::{Invalid, names::Checked};

/// What every digest begins with.
const PREFIX: &str = "sha256:";

/// The digest of a content, written `sha256:` and 64 hexadecimal digits in lower case.
///
/// It is kept as the 32 bytes that it is: a registry holds three of them for each release.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hexadecimal digits alone.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }
}

impl FromStr for Digest {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refuse = |why| Invalid::new("digest", text, why);
        let digits =
            text.strip_prefix(PREFIX).ok_or_else(|| refuse("it does not begin with `sha256:`"))?;
        let mut bytes = [0; 32];
        let is_lower = !digits.bytes().any(|digit| digit.is_ascii_uppercase());
        if is_lower && hex::decode_to_slice(digits, &mut bytes).is_ok() {
            Ok(Self(bytes))
        } else {
            Err(refuse("it has not 64 hexadecimal digits in lower case"))
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        // The room is as large as it must be.
        let _ = hex::encode_to_slice(self.0, &mut digits);
        let digits = str::from_utf8(&digits).unwrap_or_default();
        write!(formatter, "{PREFIX}{digits}")
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{self}\"")
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Checked(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn digests_are_sha256() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_string().parse(), Ok(digest.clone()));
        assert_eq!(format!("sha256:{}", digest.hex()), digest.to_string());
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
    }

    #[test]
    fn other_texts_are_none() {
        let digits = Digest::of(b"abc").hex();
        let shouted = format!("sha256:{}", digits.to_uppercase());
        let (short, long) = (format!("sha256:{}", &digits[1..]), format!("sha256:0{digits}"));
        for bad in
            ["sha256:abc", "md5:900150983cd24fb0d6963f7d28e17f72", &digits, &shouted, &short, &long]
        {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }
}
