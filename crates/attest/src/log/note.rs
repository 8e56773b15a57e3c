//! Signed notes, and the checkpoint of a log as one (C2SP signed-note and tlog-checkpoint).

use std::fmt;

use super::tree::Hash;
use crate::{
    encoding::{from_canonical_base64, sha256, to_base64, to_hex},
    keys::{KeyError, PrivateKey, PublicKey},
};

/// The mark of keys that sign the text itself.
const ED25519: u8 = 1;
/// The mark of keys that sign the text and the time at which they saw it (C2SP tlog-cosignature).
const COSIGNATURE: u8 = 4;
/// More signatures than this are refused.
const MAX_SIGNATURES: usize = 100;
/// What a line of a signature begins with.
const MARK: &str = "\u{2014} ";

/// Why a note could not be read or trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It has not the form of a signed note.
    #[error("this is no signed note")]
    Form,
    /// Its text is no checkpoint.
    #[error("the note is no checkpoint")]
    Checkpoint,
    /// The name of a key is empty, or has a blank or a plus sign.
    #[error("this is no name for the key of a note")]
    Name,
    /// The line is no key of a note for Ed25519.
    #[error("this is no key of a note")]
    Key,
    /// The key is not sound.
    #[error("the key of the note is not sound")]
    UnsoundKey(#[source] KeyError),
    /// The key has not signed it.
    #[error("the note is not signed by this key")]
    NotSigned,
    /// A signature bears the key's name and number, and is not its own.
    #[error("the note has a wrong signature of this key")]
    Wrong,
    /// A cosignature has a time that no clock shows.
    #[error("the time of the cosignature is out of range")]
    Time,
}

/// A key that checks notes: a name, an Ed25519 key and whether it is a log's or a witness'; shown as `name+number+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    key: PublicKey,
    kind: u8,
}

impl NoteKey {
    /// Names the key of a log, or of others who sign a text as it is.
    ///
    /// *Errors*: [`NoteError::Name`].
    pub fn new(name: impl Into<String>, key: PublicKey) -> Result<Self, NoteError> {
        Self::of_kind(name.into(), key, ED25519)
    }

    /// Names the key of a witness, who signs a checkpoint with the time at which it was the newest.
    ///
    /// *Errors*: [`NoteError::Name`].
    pub fn of_witness(name: impl Into<String>, key: PublicKey) -> Result<Self, NoteError> {
        Self::of_kind(name.into(), key, COSIGNATURE)
    }

    fn of_kind(name: String, key: PublicKey, kind: u8) -> Result<Self, NoteError> {
        let is_bad = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '+';
        if name.is_empty() || name.contains(is_bad) {
            return Err(NoteError::Name);
        }
        Ok(Self { name, key, kind })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key that it names.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// Reads a key as it is shown.
    ///
    /// *Errors*: [`NoteError::Key`], also where the number does not fit; [`NoteError::Name`], [`NoteError::UnsoundKey`].
    pub fn from_line(line: &str) -> Result<Self, NoteError> {
        let (name, rest) = line.split_once('+').ok_or(NoteError::Key)?;
        let (number, base64) = rest.split_once('+').ok_or(NoteError::Key)?;
        let bytes = from_canonical_base64(base64).ok_or(NoteError::Key)?;
        let Some((&kind @ (ED25519 | COSIGNATURE), bytes)) = bytes.split_first() else {
            return Err(NoteError::Key);
        };
        let bytes = bytes.try_into().map_err(|_| NoteError::Key)?;
        let key = PublicKey::from_bytes(bytes).map_err(NoteError::UnsoundKey)?;
        let key = Self::of_kind(name.to_owned(), key, kind)?;
        if to_hex(&key.number()) == number { Ok(key) } else { Err(NoteError::Key) }
    }

    /// Names the key shortly, so that signatures find it: the first bytes of a hash of name and key.
    pub fn number(&self) -> [u8; 4] {
        let [a, b, c, d, ..] =
            sha256(&[self.name.as_bytes(), b"\n", &[self.kind], &self.key.to_bytes()]);
        [a, b, c, d]
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[self.kind], &self.key.to_bytes()[..]].concat();
        write!(formatter, "{}+{}+{}", self.name, to_hex(&self.number()), to_base64(&bytes))
    }
}

/// A text with signatures below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<(String, [u8; 4], Vec<u8>)>,
}

impl SignedNote {
    /// Makes a note that nobody has signed yet. The text must end its last line, and hold nothing but lines of text.
    ///
    /// *Errors*: [`NoteError::Form`].
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        let is_bad = |letter: char| letter.is_ascii_control() && letter != '\n';
        if !text.ends_with('\n') || text.contains(is_bad) {
            return Err(NoteError::Form);
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note with at least one signature, of whatever kinds of keys.
    ///
    /// *Errors*: [`NoteError::Form`].
    pub fn from_text(text: &str) -> Result<Self, NoteError> {
        // The last empty line parts the text from its signatures, so that the text may have such lines too.
        let split = text.rfind("\n\n").ok_or(NoteError::Form)?;
        let (body, lines) = text.split_at_checked(split + 1).ok_or(NoteError::Form)?;
        let mut note = Self::new(body)?;
        note.add_lines(lines.strip_prefix('\n').ok_or(NoteError::Form)?)?;
        Ok(note)
    }

    /// Adds signatures as they stand below a note, such as a witness answers with.
    ///
    /// They are not checked; whoever reads the note does. *Errors*: [`NoteError::Form`]; then none is added.
    pub fn add_lines(&mut self, lines: &str) -> Result<(), NoteError> {
        let mut signatures = self.signatures.clone();
        for line in lines.strip_suffix('\n').ok_or(NoteError::Form)?.split('\n') {
            let (name, base64) = line
                .strip_prefix(MARK)
                .and_then(|rest| rest.split_once(' '))
                .ok_or(NoteError::Form)?;
            let bytes = from_canonical_base64(base64).ok_or(NoteError::Form)?;
            let (number, signature) = bytes.split_first_chunk().ok_or(NoteError::Form)?;
            if name.is_empty() || name.contains('+') || signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::Form);
            }
            signatures.push((name.to_owned(), *number, signature.to_vec()));
        }
        self.signatures = signatures;
        Ok(())
    }

    /// Adds a signature under a name.
    ///
    /// *Errors*: [`NoteError::Name`].
    pub fn sign(&mut self, name: &str, key: &PrivateKey) -> Result<(), NoteError> {
        let number = NoteKey::new(name, key.public_key())?.number();
        let signature = key.sign(self.text.as_bytes()).to_vec();
        self.signatures.push((name.to_owned(), number, signature));
        Ok(())
    }

    /// Adds the cosignature of a witness: that at this second, this was the newest checkpoint of its log.
    ///
    /// *Errors*: [`NoteError::Checkpoint`] for another text, [`NoteError::Name`], [`NoteError::Time`].
    pub fn cosign(&mut self, name: &str, key: &PrivateKey, secs: u64) -> Result<(), NoteError> {
        Checkpoint::from_text(&self.text)?;
        if i64::try_from(secs).is_err() {
            return Err(NoteError::Time);
        }
        let number = NoteKey::of_witness(name, key.public_key())?.number();
        let signature = key.sign(cosigned(&self.text, secs).as_bytes());
        self.signatures.push((
            name.to_owned(),
            number,
            [&secs.to_be_bytes()[..], &signature].concat(),
        ));
        Ok(())
    }

    /// Gives the text if the key has signed it.
    ///
    /// *Errors*: [`NoteError::NotSigned`]; [`NoteError::Wrong`] if any signature that bears the key's name is false.
    pub fn verify(&self, key: &NoteKey) -> Result<&str, NoteError> {
        self.signed_by(key).map(|_| self.text.as_str())
    }

    /// When a witness cosigned the note, in seconds since 1970; the latest, if more than once.
    ///
    /// *Errors*: those of [`SignedNote::verify`], and [`NoteError::NotSigned`] for the key of a log, whose signature has no time.
    pub fn cosigned_secs(&self, key: &NoteKey) -> Result<u64, NoteError> {
        self.signed_by(key)?.ok_or(NoteError::NotSigned)
    }

    /// The names of those witnesses that cosigned the note. A key counts once, whatever names it has.
    pub fn cosigned_by<'a>(&self, witnesses: &'a [NoteKey]) -> Vec<&'a str> {
        let mut seen: Vec<&NoteKey> = Vec::new();
        for witness in witnesses {
            let is_new = seen.iter().all(|other| other.key != witness.key);
            if is_new && self.cosigned_secs(witness).is_ok() {
                seen.push(witness);
            }
        }
        seen.into_iter().map(NoteKey::name).collect()
    }

    /// Checks every signature that bears the key's name; gives the latest time, for a witness.
    fn signed_by(&self, key: &NoteKey) -> Result<Option<u64>, NoteError> {
        let number = key.number();
        let mut told = None;
        for (_, _, signature) in
            self.signatures.iter().filter(|(name, other, _)| *name == key.name && *other == number)
        {
            let (is_right, secs) = match (key.kind, signature.split_first_chunk()) {
                (COSIGNATURE, Some((secs, signature))) => {
                    let secs = u64::from_be_bytes(*secs);
                    let message = cosigned(&self.text, secs);
                    let is_right = key.key.has_signed(message.as_bytes(), signature);
                    (is_right && i64::try_from(secs).is_ok(), Some(secs))
                }
                (COSIGNATURE, None) => (false, None),
                _ => (key.key.has_signed(self.text.as_bytes(), signature), None),
            };
            if !is_right {
                return Err(NoteError::Wrong);
            }
            told = told.max(Some(secs));
        }
        told.ok_or(NoteError::NotSigned)
    }
}

/// The text that a witness signs.
fn cosigned(text: &str, secs: u64) -> String {
    format!("cosignature/v1\ntime {secs}\n{text}")
}

impl fmt::Display for SignedNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        for (name, number, signature) in &self.signatures {
            let bytes = [&number[..], signature].concat();
            writeln!(formatter, "{MARK}{name} {}", to_base64(&bytes))?;
        }
        Ok(())
    }
}

/// What a log says of itself: its name, its size and its root; shown as the text of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the text of a note. Lines after the third are extensions, and are passed over.
    ///
    /// *Errors*: [`NoteError::Checkpoint`].
    pub fn from_text(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.strip_suffix('\n').ok_or(NoteError::Checkpoint)?.split('\n');
        let mut next = || lines.next().filter(|line| !line.is_empty()).ok_or(NoteError::Checkpoint);
        let (origin, digits, base64) = (next()?, next()?, next()?);
        if lines.any(str::is_empty) {
            return Err(NoteError::Checkpoint);
        }
        let size: u64 = digits.parse().map_err(|_| NoteError::Checkpoint)?;
        let root = from_canonical_base64(base64).and_then(|bytes| bytes.try_into().ok());
        let root = root.ok_or(NoteError::Checkpoint)?;
        // The size has one spelling: no sign, no zeros before it.
        if size.to_string() != digits {
            return Err(NoteError::Checkpoint);
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n{}\n{}\n", self.origin, self.size, to_base64(&self.root))
    }
}
