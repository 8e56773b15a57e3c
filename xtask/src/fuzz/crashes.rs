//! Inputs that a parser did not stand.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use anyhow::Result;
use camino::Utf8PathBuf;

use crate::workspace;

/// How much of an input is shown.
const SHOWN_BYTES: usize = 400;

/// An input and what it did.
#[derive(Debug)]
pub(super) struct Crash {
    pub(super) target: String,
    pub(super) input: Vec<u8>,
    pub(super) what: String,
}

impl fmt::Display for Crash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.input[..self.input.len().min(SHOWN_BYTES)];
        let rest = self.input.len() - shown.len();
        write!(formatter, "{}\n  input: \"{}\"", self.what, shown.escape_ascii())?;
        if rest > 0 {
            write!(formatter, " and {rest} bytes more")?;
        }
        Ok(())
    }
}

/// Where the inputs are kept.
pub(super) fn folder() -> Utf8PathBuf {
    workspace::root().join("fuzz/crashes")
}

/// Keeps an input for the tests.
pub(super) fn keep(crash: &Crash) -> Result<Utf8PathBuf> {
    let mut hasher = DefaultHasher::new();
    crash.input.hash(&mut hasher);
    let folder = folder().join(file_name(&crash.target));
    fs_err::create_dir_all(&folder)?;
    let path = folder.join(format!("{:016x}", hasher.finish()));
    fs_err::write(&path, &crash.input)?;
    Ok(path.strip_prefix(workspace::root())?.to_owned())
}

/// The inputs that were kept for a parser.
pub(super) fn kept(target: &str) -> Vec<Vec<u8>> {
    let paths = workspace::entries(&folder().join(file_name(target))).unwrap_or_default();
    paths.iter().filter_map(|path| fs_err::read(path).ok()).collect()
}

fn file_name(target: &str) -> String {
    target
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
        .collect()
}
