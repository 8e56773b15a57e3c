//! Tokens as they are shown, and the registry's own key.

use std::fmt;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use camino::Utf8Path;
use trainyard_attest::PrivateKey;
use trainyard_registry::Digest;

use crate::Randomness;

/// What every token begins with, so that scanners find one that got lost.
const PREFIX: &str = "ty_";
/// What comes before the 32 secret bytes in PKCS #8 (RFC 8410).
const KEY_HEADER: [u8; 16] =
    [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// The secret of a token: `ty_` and 32 random bytes. It is never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one. *Errors*: the machine has no randomness.
    pub fn new(randomness: &Randomness) -> std::io::Result<Self> {
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(randomness.bytes()?))))
    }

    /// One that somebody gave; `None` if it is not written like one of ours.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// The one that a file holds. *Errors*: the file cannot be read, or holds none.
    pub(crate) fn in_file(path: &Utf8Path) -> std::io::Result<Self> {
        let text = fs_err::read_to_string(path)?;
        Self::read(text.trim()).ok_or_else(|| {
            let wrong = format!("`{path}` holds no token (`ty_…`)");
            std::io::Error::new(std::io::ErrorKind::InvalidData, wrong)
        })
    }

    /// The text, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the ledger knows of it.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}

/// Reads the registry's own key from a file in PEM, or makes it there, for nobody else to read.
///
/// *Errors*: the file cannot be read or made, or holds no key.
pub(crate) fn key_in(path: &Utf8Path, randomness: &Randomness) -> std::io::Result<PrivateKey> {
    match fs_err::read_to_string(path) {
        Ok(text) => PrivateKey::from_pem(&text).map_err(|error| {
            std::io::Error::new(std::io::ErrorKind::InvalidData, format!("`{path}`: {error}"))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let bytes = randomness.bytes()?;
            let base64 = STANDARD.encode([&KEY_HEADER[..], &bytes].concat());
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
            write_secretly(path, &pem)?;
            // Another process may have been faster.
            let text = fs_err::read_to_string(path)?;
            PrivateKey::from_pem(&text).map_err(std::io::Error::other)
        }
        Err(error) => Err(error),
    }
}

/// Writes a file that only its owner may read; one that is there is left.
pub(crate) fn write_secretly(path: &Utf8Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;

    let mut options = fs_err::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
