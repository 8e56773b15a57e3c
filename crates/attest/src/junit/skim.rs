//! Passes on the tags of XML and drops what stands between them, so that a report with gigabytes of output is read in little memory.

use std::io::{self, BufRead, Read};

use super::JunitError;

/// The longest tag that is passed on, in bytes; messages of failures stand in attributes.
const MAX_TAG_BYTES: usize = 16 << 20;

/// A source of XML without texts, comments, character data and instructions.
///
/// A text that is not blank becomes one letter. *Cost*: linear; memory is that of the longest tag.
pub(super) struct Skimmed<R> {
    source: R,
    place: Place,
    kept: Vec<u8>,
    taken: usize,
    tag_bytes: usize,
}

/// Where the last byte stood.
#[derive(Clone, Copy)]
enum Place {
    /// At the very beginning, behind so many bytes of [`BYTE_ORDER_MARK`].
    Begin(usize),
    /// Between tags; whether its letter was passed on.
    Text(bool),
    /// Behind `<`.
    Open,
    /// Behind `<!` and so many bytes of [`COMMENT`] or [`DATA`].
    Declared(&'static [u8], usize),
    /// In a tag, and in which quotes.
    Tag(Option<u8>),
    /// Until so many such bytes and `>`, of which some were met.
    Until { byte: u8, needs: usize, met: usize },
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const COMMENT: &[u8] = b"--";
const DATA: &[u8] = b"[CDATA[";

impl<R: BufRead> Skimmed<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, place: Place::Begin(0), kept: Vec::new(), taken: 0, tag_bytes: 0 }
    }

    /// Takes bytes of the source until there is something to pass on, or the source ends.
    fn refill(&mut self) -> io::Result<()> {
        self.kept.clear();
        self.taken = 0;
        while self.kept.is_empty() {
            let bytes = match self.source.fill_buf() {
                Ok([]) => return Ok(()),
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let length = bytes.len();
            let mut rest = bytes;
            while let Some((&byte, after)) = rest.split_first() {
                if let Place::Text(_) | Place::Until { met: 0, .. } = self.place
                    && let Some(skipped) = uneventful(self.place, rest)
                {
                    rest = rest.get(skipped..).unwrap_or_default();
                    continue;
                }
                rest = after;
                self.place = next(self.place, byte, &mut self.kept)?;
                self.tag_bytes =
                    if matches!(self.place, Place::Tag(_)) { self.tag_bytes + 1 } else { 0 };
                if self.tag_bytes > MAX_TAG_BYTES {
                    return Err(io::Error::other(JunitError::LongTag));
                }
            }
            self.source.consume(length);
        }
        Ok(())
    }
}

/// How many of the bytes change nothing; `None` if the first may.
fn uneventful(place: Place, bytes: &[u8]) -> Option<usize> {
    let skipped = match place {
        Place::Text(true) => bytes.iter().position(|byte| *byte == b'<'),
        Place::Text(false) => {
            bytes.iter().position(|byte| *byte == b'<' || !byte.is_ascii_whitespace())
        }
        Place::Until { byte: end, .. } => bytes.iter().position(|byte| *byte == end),
        _ => return None,
    };
    Some(skipped.unwrap_or(bytes.len())).filter(|skipped| *skipped > 0)
}

/// Takes a byte, and passes on what is to be kept.
fn next(place: Place, byte: u8, kept: &mut Vec<u8>) -> io::Result<Place> {
    let until = |byte, needs| Place::Until { byte, needs, met: 0 };
    Ok(match (place, byte) {
        (Place::Begin(met), _) if BYTE_ORDER_MARK.get(met) == Some(&byte) => Place::Begin(met + 1),
        (Place::Begin(_) | Place::Text(_), b'<') => Place::Open,
        (Place::Begin(_), _) if byte.is_ascii_whitespace() => Place::Text(false),
        (Place::Begin(_) | Place::Text(_), _) => {
            kept.push(b'x');
            Place::Text(true)
        }
        (Place::Open, b'?') => until(b'?', 1),
        (Place::Open, b'!') => Place::Declared(&[], 0),
        (Place::Open, b'>') => return Err(io::Error::other(JunitError::Form)),
        (Place::Open, _) => {
            kept.extend([b'<', byte]);
            Place::Tag(None)
        }
        (Place::Declared(_, 0), b'-') => Place::Declared(COMMENT, 1),
        (Place::Declared(_, 0), b'[') => Place::Declared(DATA, 1),
        (Place::Declared(word, met), _) if word.get(met) == Some(&byte) => match word.len() - met {
            1 if word == COMMENT => until(b'-', 2),
            1 => until(b']', 2),
            _ => Place::Declared(word, met + 1),
        },
        // A document type, by which entities could be declared.
        (Place::Declared(..), _) => return Err(io::Error::other(JunitError::DocumentType)),
        (Place::Tag(quote), _) => {
            kept.push(byte);
            match (quote, byte) {
                (None, b'>') => Place::Text(false),
                (None, b'"' | b'\'') => Place::Tag(Some(byte)),
                (Some(open), _) if open == byte => Place::Tag(None),
                _ => place,
            }
        }
        (Place::Until { needs, met, .. }, b'>') if met >= needs => Place::Text(false),
        (Place::Until { byte: end, needs, met }, _) if byte == end => {
            Place::Until { byte: end, needs, met: met.saturating_add(1) }
        }
        (Place::Until { byte: end, needs, .. }, _) => until(end, needs),
    })
}

impl<R: BufRead> Read for Skimmed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Skimmed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken >= self.kept.len() {
            self.refill()?;
        }
        Ok(self.kept.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.taken = self.taken.saturating_add(amount);
    }
}
