//! A changelog as the bytes between its headings.

use std::ops::Range;

/// What towncrier puts above the newest section, in a comment.
pub(super) const TOWNCRIER_MARK: &str = "towncrier release notes start";

/// A changelog cut at the headings of versions; the parts together are the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document<'t> {
    /// What comes before the first section.
    pub(crate) preamble: &'t str,
    /// In the order of the text.
    pub(crate) sections: Vec<Section<'t>>,
    /// Definitions of links at the end.
    pub(crate) tail: &'t str,
    /// How headings are written.
    pub(crate) markup: Markup,
}

/// A heading that names a version, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section<'t> {
    /// What it names.
    pub(crate) name: Name<'t>,
    /// All lines of the heading, with their ends.
    pub(crate) heading: &'t str,
    /// What follows, up to the next section.
    pub(crate) body: &'t str,
}

/// What a section's heading names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name<'t> {
    /// What is not released yet.
    Unreleased,
    /// A version, as written, without a leading `v`.
    Version(&'t str),
}

/// How headings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Markup {
    /// With this many `#` for a version.
    Markdown(usize),
    /// Underlined with this character for a version.
    Underlined(char),
}

/// The versions of a changelog, each with the text below its heading.
///
/// *Order*: as in the text, usually the newest first. *Cost*: linear.
pub fn sections(text: &str) -> Vec<(&str, &str)> {
    let sections = Document::parse(text).sections.into_iter();
    let versions = sections.filter_map(|section| match section.name {
        Name::Version(version) => Some((version, section.body)),
        Name::Unreleased => None,
    });
    versions.collect()
}

impl<'t> Document<'t> {
    /// Cuts a text. *Cost*: linear.
    pub(crate) fn parse(text: &'t str) -> Self {
        let headings = headings(text);
        let tail_start = tail_start(text, headings.last().map_or(0, |heading| heading.range.end));
        let starts = headings.iter().skip(1).map(|heading| heading.range.start).chain([tail_start]);
        let sections = headings.iter().zip(starts).map(|(heading, end)| Section {
            name: heading.name,
            heading: &text[heading.range.clone()],
            body: &text[heading.range.end..end],
        });
        let first = headings.first();
        Self {
            preamble: &text[..first.map_or(tail_start, |heading| heading.range.start)],
            sections: sections.collect(),
            tail: &text[tail_start..],
            markup: first.map_or_else(|| Markup::of_empty(text), |heading| heading.markup),
        }
    }

    /// The section of a version, by its text.
    pub(crate) fn version(&self, version: &str) -> Option<usize> {
        let wanted = version.strip_prefix('v').unwrap_or(version);
        self.sections.iter().position(|section| section.name == Name::Version(wanted))
    }

    /// The section of what is not released yet.
    pub(crate) fn unreleased(&self) -> Option<usize> {
        self.sections.iter().position(|section| section.name == Name::Unreleased)
    }
}

impl Markup {
    fn of_empty(text: &str) -> Self {
        let is_rst =
            text.lines().any(|line| line.starts_with(".. towncrier") || is_underline(line));
        if is_rst { Self::Underlined('=') } else { Self::Markdown(2) }
    }
}

struct FoundHeading<'t> {
    range: Range<usize>,
    name: Name<'t>,
    markup: Markup,
}

/// The headings that name a version, outside of fenced code.
fn headings(text: &str) -> Vec<FoundHeading<'_>> {
    let mut found: Vec<FoundHeading<'_>> = Vec::new();
    let mut lines = crate::lines::with_code(text).peekable();
    while let Some((start, line, is_code)) = lines.next() {
        if is_code {
            continue;
        }
        let content = line.trim_start_matches('\u{feff}');
        let marks = content.bytes().take_while(|byte| *byte == b'#').count();
        let (title, end, markup) = if (1..=3).contains(&marks) {
            (&content[marks..], start + line.len(), Markup::Markdown(marks))
        } else {
            let Some((below, underline, _)) =
                lines.peek().filter(|(_, line, _)| is_underline(line))
            else {
                continue;
            };
            let character = underline.chars().next().unwrap_or('=');
            (content, below + underline.len(), Markup::Underlined(character))
        };
        if let Some(name) = name_of(title).filter(|_| !is_link(title)) {
            found.push(FoundHeading { range: start..end, name, markup });
        }
    }
    found
}

/// Whether a line underlines the one above it.
fn is_underline(line: &str) -> bool {
    let line = line.trim_end();
    let first = line.chars().next();
    line.len() >= 3
        && first.is_some_and(|first| "=-~".contains(first))
        && line.chars().all(|character| Some(character) == first)
}

/// What a heading's title names: what is unreleased, or a version among its first words.
fn name_of(title: &str) -> Option<Name<'_>> {
    const EDGES: [char; 7] = ['[', ']', '(', ')', ',', ':', '*'];
    let mut words = title.split_whitespace();
    let first = words.next()?;
    let is_unreleased = |word: &str| word.trim_matches(EDGES).eq_ignore_ascii_case("unreleased");
    if is_unreleased(first) {
        return Some(Name::Unreleased);
    }
    // `[1.2.0](https://...)` is one word, and a product's name may come first.
    [Some(first), words.next()].into_iter().flatten().find_map(|word| {
        let word = word.split("](").next().unwrap_or(word).trim_matches(EDGES);
        let number = word.strip_prefix('v').unwrap_or(word);
        let begins = number.starts_with(|first: char| first.is_ascii_digit());
        let is_version = number.contains('.') && !number.contains('/') && begins;
        is_version.then_some(Name::Version(number))
    })
}

/// Where the definitions of links at the end begin; the end of the text where there are none.
fn tail_start(text: &str, from: usize) -> usize {
    let body = &text[from..];
    let mut start = text.len();
    let mut end = body.len();
    while end > 0 {
        let line_start = body[..end].trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
        let line = &body[line_start..end];
        if is_link(line) {
            start = from + line_start;
        } else if !line.trim().is_empty() {
            break;
        }
        end = line_start;
    }
    start
}

/// Whether a line defines a link: `[name]: target`.
fn is_link(line: &str) -> bool {
    line.starts_with('[')
        && line.split_once("]: ").is_some_and(|(name, _)| !name[1..].contains(']'))
}
