//! Order keys: byte strings that sort as the versions do.

use std::{fmt, sync::Arc};

/// The place of a version in its scheme's order.
///
/// Keys of one scheme compare bytewise exactly as its versions do (the "memcomparable" encoding of ordered
/// key-value stores). Keys of different schemes must not be compared: the result means nothing. Copies share the bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey(Arc<[u8]>);

impl OrderKey {
    /// The encoded bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Starts a key that begins with this one, to make a bound just above or below a family of versions.
    pub fn extend(&self) -> KeyBuilder {
        KeyBuilder(self.0.to_vec())
    }
}

impl fmt::Debug for OrderKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OrderKey(")?;
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))?;
        formatter.write_str(")")
    }
}

/// Writes the pieces of an [`OrderKey`] in order of weight.
#[derive(Clone, Debug, Default)]
pub struct KeyBuilder(Vec<u8>);

impl KeyBuilder {
    /// Starts an empty key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts an empty key with room for so many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Appends one byte, such as the rank of a stage.
    #[must_use]
    pub fn rank(mut self, rank: u8) -> Self {
        self.0.push(rank);
        self
    }

    /// Appends a number; smaller numbers sort first.
    #[must_use]
    pub fn number(mut self, number: u64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    /// Appends decimal digits of any length by numeric value; leading zeros do not count.
    #[must_use]
    pub fn digits(mut self, digits: &str) -> Self {
        let significant = digits.trim_start_matches('0');
        self.0.extend((significant.len() as u64).to_be_bytes());
        self.0.extend(significant.bytes());
        self
    }

    /// Appends a text in byte order; a text sorts before its extensions.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.framed(text.as_bytes())
    }

    /// Appends a whole key so that whatever follows weighs less than all of it.
    #[must_use]
    pub fn key(self, key: &OrderKey) -> Self {
        self.framed(key.as_bytes())
    }

    /// Ends the key.
    pub fn build(self) -> OrderKey {
        OrderKey(self.0.into())
    }

    /// Self-delimiting bytes: a zero is doubled up with `ff`, the end is `00 00`.
    fn framed(mut self, bytes: &[u8]) -> Self {
        for &byte in bytes {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(0xff);
            }
        }
        self.0.extend([0, 0]);
        self
    }
}
