//! Where the version stands, format by format. Each reader returns byte ranges of the text it was given.

pub(super) mod json;
pub(super) mod plain;
pub(super) mod python;
pub(super) mod toml;
pub(super) mod yaml;

/// The lines of a text with the byte where each starts, without their ends.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}
