//! Templates of names, such as `v{version}` or `release-{major}.{minor}`.

use std::{fmt, str::FromStr};

use crate::ParseError;

/// Placeholders whose values are about the version.
const VERSION_NAMES: [&str; 5] = ["version", "line", "major", "minor", "patch"];

/// A name with placeholders, to write tags and branches with and to recognise them by.
///
/// Placeholders are `{version}`, `{line}`, `{major}`, `{minor}`, `{patch}`, `{component}`, and the names of a composite
/// scheme's parts. There is text between any two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Placeholder(String),
}

impl Template {
    /// Reads a template.
    ///
    /// *Errors*: the position of a lone brace, of what is no name, or of a placeholder that touches another or is
    /// written twice.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let error =
            |position, expected: &str| ParseError::new(text, "template", position, expected);
        let mut pieces: Vec<Piece> = Vec::new();
        let mut position = 0;
        while let Some(first) = text[position..].chars().next() {
            let rest = &text[position..];
            match first {
                '{' => {
                    let end = rest.find('}').ok_or_else(|| error(text.len(), "`}`"))?;
                    let name = &rest[1..end];
                    if !is_name(name) {
                        return Err(error(position + 1, "a name in lower-case letters"));
                    }
                    let piece = Piece::Placeholder(name.to_owned());
                    if matches!(pieces.last(), Some(Piece::Placeholder(_))) {
                        return Err(error(position, "text between two placeholders"));
                    }
                    if pieces.contains(&piece) {
                        return Err(error(position + 1, "a placeholder that is not there yet"));
                    }
                    pieces.push(piece);
                    position += end + 1;
                }
                '}' => return Err(error(position, "no `}` without a `{`")),
                _ => {
                    let end = rest.find(['{', '}']).unwrap_or(rest.len());
                    pieces.push(Piece::Literal(rest[..end].to_owned()));
                    position += end;
                }
            }
        }
        Ok(Self { pieces })
    }

    /// The names of its placeholders, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Placeholder(name) => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// Whether it has the placeholder.
    pub fn has(&self, name: &str) -> bool {
        self.placeholders().any(|other| other == name)
    }

    /// The template with a value in the place of a placeholder, such as a component's name.
    #[must_use]
    pub fn bind(&self, name: &str, value: &str) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        for piece in &self.pieces {
            let literal = match piece {
                Piece::Placeholder(other) if other == name => value,
                Piece::Placeholder(_) => {
                    pieces.push(piece.clone());
                    continue;
                }
                Piece::Literal(literal) => literal,
            };
            match pieces.last_mut() {
                Some(Piece::Literal(before)) => before.push_str(literal),
                _ if literal.is_empty() => {}
                _ => pieces.push(Piece::Literal(literal.to_owned())),
            }
        }
        Self { pieces }
    }

    /// Writes the name with a value for each placeholder.
    ///
    /// *Errors*: the placeholder that `value` has nothing for, and where it stands.
    pub fn render(&self, value: &dyn Fn(&str) -> Option<String>) -> Result<String, ParseError> {
        let mut name = String::new();
        let mut position = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => {
                    name.push_str(literal);
                    position += literal.len();
                }
                Piece::Placeholder(placeholder) => {
                    let value = value(placeholder).ok_or_else(|| {
                        let expected = format!("a placeholder other than `{{{placeholder}}}`");
                        ParseError::new(&self.to_string(), "template", position, expected)
                    })?;
                    name.push_str(&value);
                    position += placeholder.len() + 2;
                }
            }
        }
        Ok(name)
    }

    /// What stands in a name at each placeholder, in order; `None` where the name has another form.
    ///
    /// Values are not empty, and `{major}`, `{minor}` and `{patch}` are digits. Where text could be divided in several
    /// ways, a value ends as early as it can, but a value before the version goes on to the first separator that a
    /// digit follows (`{component}-{version}` of `ayon-core-1.0-rc.1`). Bind the component where it is known: then
    /// nothing is guessed.
    ///
    /// *Cost*: linear in the name.
    pub fn captures<'template, 'text>(
        &'template self,
        name: &'text str,
    ) -> Option<Vec<(&'template str, &'text str)>> {
        let spans = self.spans(name)?;
        Some(
            spans
                .into_iter()
                .map(|(placeholder, start, end)| (placeholder, &name[start..end]))
                .collect(),
        )
    }

    /// The version in a name: what stands at `{version}`, at `{line}`, or from the first to the last of `{major}`,
    /// `{minor}` and `{patch}`; `None` where the name has another form.
    ///
    /// *Cost*: linear in the name.
    pub fn matches<'text>(&self, name: &'text str) -> Option<&'text str> {
        let spans = self.spans(name)?;
        if let Some((_, start, end)) = spans.iter().find(|(name, ..)| *name == "version") {
            return Some(&name[*start..*end]);
        }
        let mut about = spans.iter().filter(|(name, ..)| VERSION_NAMES.contains(name));
        let (_, start, first_end) = about.next()?;
        let end = about.next_back().map_or(*first_end, |(.., end)| *end);
        Some(&name[*start..end])
    }

    /// Placeholders with the start and end of their values.
    fn spans(&self, name: &str) -> Option<Vec<(&str, usize, usize)>> {
        let (mut pieces, end) = match self.pieces.split_last() {
            Some((Piece::Literal(suffix), before)) => (before, name.strip_suffix(suffix)?.len()),
            _ => (&self.pieces[..], name.len()),
        };
        if pieces.is_empty() {
            return (end == 0).then(Vec::new);
        }
        let mut start = 0;
        if let Some((Piece::Literal(prefix), after)) = pieces.split_first() {
            start = prefix.len();
            if !name[..end].starts_with(prefix.as_str()) {
                return None;
            }
            pieces = after;
        }
        let mut spans = Vec::new();
        while let [Piece::Placeholder(placeholder), after @ ..] = pieces {
            let (value_end, next) = match after {
                [Piece::Literal(separator), Piece::Placeholder(following), ..] => {
                    let needs_digit = VERSION_NAMES.contains(&following.as_str())
                        && !VERSION_NAMES.contains(&placeholder.as_str());
                    let cut = find_separator(&name[start..end], separator, needs_digit)?;
                    (start + cut, start + cut + separator.len())
                }
                _ => (end, end),
            };
            if !is_value(placeholder, &name[start..value_end]) {
                return None;
            }
            spans.push((placeholder.as_str(), start, value_end));
            start = next;
            pieces = after.get(1..).unwrap_or_default();
        }
        Some(spans)
    }

    /// The text before, between and after the placeholders.
    pub(super) fn literals(&self) -> Vec<String> {
        let mut literals = vec![String::new()];
        for piece in &self.pieces {
            match piece {
                Piece::Placeholder(_) => literals.push(String::new()),
                Piece::Literal(literal) => {
                    if let Some(last) = literals.last_mut() {
                        last.push_str(literal);
                    }
                }
            }
        }
        literals
    }

    /// Whether a name begins with the value of the placeholder.
    pub(super) fn starts_with_value_of(&self, name: &str) -> bool {
        matches!(self.pieces.first(), Some(Piece::Placeholder(first)) if first == name)
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
}

/// The first separator after at least one character; one that a digit follows where that is needed.
fn find_separator(text: &str, separator: &str, needs_digit: bool) -> Option<usize> {
    text.match_indices(separator).map(|(position, _)| position).find(|position| {
        let after = text.as_bytes().get(position + separator.len());
        *position > 0 && (!needs_digit || after.is_some_and(u8::is_ascii_digit))
    })
}

fn is_value(placeholder: &str, value: &str) -> bool {
    let is_number = || value.bytes().all(|byte| byte.is_ascii_digit());
    !value.is_empty() && (!matches!(placeholder, "major" | "minor" | "patch") || is_number())
}

impl FromStr for Template {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => literal.clone(),
                Piece::Placeholder(name) => format!("{{{name}}}"),
            })
            .collect();
        formatter.pad(&text)
    }
}
