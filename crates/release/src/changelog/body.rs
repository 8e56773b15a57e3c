//! What stands below the heading of a version.

use super::document::Markup;

/// What stands below the heading of a version: what comes first, then one part for each heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    /// The first has no heading; then in the order of the text.
    pub(crate) parts: Vec<Part>,
}

/// A heading and what follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// The title; empty for what comes first.
    pub(crate) title: String,
    /// All lines of the heading, with their ends; empty for what comes first.
    pub(crate) heading: String,
    /// What follows, with the ends of lines.
    pub(crate) text: String,
}

impl Body {
    /// Cuts a section's text at the headings one level below it.
    pub(crate) fn parse(text: &str, markup: Markup) -> Self {
        let mut parts = vec![Part::default()];
        let mut lines = crate::lines::with_code(text).peekable();
        while let Some((_, line, is_code)) = lines.next() {
            let below = lines.peek().map(|(_, line, _)| *line);
            let title = if is_code { None } else { title(line, below, markup) };
            match title {
                Some(title) => {
                    let mut heading = line.to_owned();
                    if matches!(markup, Markup::Underlined(_)) {
                        heading.push_str(lines.next().map_or("", |(_, line, _)| line));
                    }
                    parts.push(Part { title: title.to_owned(), heading, text: String::new() });
                }
                None => parts.last_mut().unwrap_or(&mut Part::default()).text.push_str(line),
            }
        }
        Self { parts }
    }

    /// The text again.
    pub(crate) fn render(&self) -> String {
        let parts = self.parts.iter().flat_map(|part| [part.heading.as_str(), part.text.as_str()]);
        parts.collect()
    }

    /// Whether there is nothing but empty lines and headings.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.text.trim().is_empty())
    }
}

impl Part {
    /// Adds lines below the last line with text.
    pub(crate) fn append(&mut self, lines: &str, end: &str) {
        let content = self.text.trim_end().len();
        let behind = self.text.split_off(content);
        // What follows the content is the end of its line, and empty lines.
        let behind = behind.strip_prefix(end).unwrap_or(&behind).to_owned();
        self.text.push_str(end);
        self.text.push_str(lines);
        self.text.push_str(&behind);
    }

    /// Its items: each a line that begins a list item or paragraph, with the lines that continue it.
    ///
    /// Empty lines belong to no item.
    pub(crate) fn items(&self) -> Vec<&str> {
        let mut items = Vec::new();
        let mut open: Option<(usize, usize)> = None;
        for (start, line) in crate::lines::with_ends(&self.text) {
            let end = start + line.trim_end().len();
            let is_empty = line.trim().is_empty();
            let continues = is_empty || line.starts_with([' ', '\t']);
            match &mut open {
                Some((_, last)) if continues => {
                    if !is_empty {
                        *last = end;
                    }
                }
                _ if is_empty => {}
                _ => items.extend(open.replace((start, end))),
            }
        }
        items.extend(open);
        items.into_iter().filter_map(|(start, end)| self.text.get(start..end)).collect()
    }
}

/// The title of a heading one level below a version's.
fn title<'l>(line: &'l str, below: Option<&str>, markup: Markup) -> Option<&'l str> {
    match markup {
        Markup::Markdown(level) => {
            let marks = line.bytes().take_while(|byte| *byte == b'#').count();
            let is_heading = marks > level && marks <= 6;
            is_heading.then(|| line[marks..].trim().trim_end_matches('#').trim_end())
        }
        Markup::Underlined(of_version) => {
            let below = below?.trim_end();
            let first = below.chars().next()?;
            let is_underline = below.len() >= 3
                && "=-~^\"".contains(first)
                && first != of_version
                && below.chars().all(|character| character == first);
            let is_title = line.starts_with(char::is_alphanumeric);
            (is_underline && is_title).then(|| line.trim())
        }
    }
}
