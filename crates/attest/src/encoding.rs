//! Base64, hexadecimal digits and SHA-256, each in one place.

use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use sha2::{Digest as _, Sha256};

/// Writes padding, and reads with or without it.
const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

/// Writes base64 with the standard alphabet and padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    PLAIN.encode(bytes)
}

/// Reads base64 of the standard alphabet or that for addresses; `None` for anything else.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    PLAIN.decode(text).or_else(|_| FOR_URLS.decode(text)).ok()
}

/// Reads base64 that is written in the one way that [`to_base64`] has.
pub(crate) fn from_canonical_base64(text: &str) -> Option<Vec<u8>> {
    PLAIN.decode(text).ok().filter(|bytes| to_base64(bytes) == text)
}

/// Writes lower-case hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// Reads hexadecimal digits, two for each byte, in lower case.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    bytes.collect::<Option<_>>().filter(|_| rest.is_empty())
}

/// SHA-256 of the parts, one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
