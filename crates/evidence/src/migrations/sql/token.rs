//! Cuts SQL into tokens. Knows the quotes of several databases, and comments.

use std::borrow::Cow;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or keyword without quotes; its case means nothing.
    Word,
    /// A name in quotes.
    Quoted,
    /// A string.
    Text,
    /// A string in which a backslash escapes.
    EscapedText,
    /// A dollar-quoted string, mostly a routine's body.
    Body,
    /// A number or a parameter.
    Number,
    /// One character of anything else; `::` and `||` are one token.
    Symbol,
    /// Something that begins and never ends.
    Broken,
}

/// One token; quotes are taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
}

/// Stands in names for a part that only the database knows; it is a letter to the lexer.
pub(crate) const UNKNOWN_PART: char = '\u{e000}';

impl<'a> Token<'a> {
    /// Whether it is this keyword, given in capitals.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this symbol.
    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// What it names: a name without quotes is in lower case.
    pub(crate) fn folded(&self) -> Cow<'a, str> {
        let is_folded = self.kind == Kind::Quoted || !self.text.contains(char::is_uppercase);
        if is_folded { Cow::Borrowed(self.text) } else { Cow::Owned(self.text.to_lowercase()) }
    }

    /// Whether it can name something.
    pub(crate) fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }

    /// The string it stands for, without escapes.
    pub(crate) fn literal(&self) -> Option<Cow<'a, str>> {
        match self.kind {
            Kind::Body => Some(Cow::Borrowed(self.text)),
            Kind::EscapedText if self.text.contains('\\') => Some(Cow::Owned(unescape(self.text))),
            Kind::Text | Kind::EscapedText => Some(undouble(self.text)),
            _ => None,
        }
    }
}

fn undouble(text: &str) -> Cow<'_, str> {
    if text.contains("''") { Cow::Owned(text.replace("''", "'")) } else { Cow::Borrowed(text) }
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some(other) => plain.push(other),
                None => {}
            },
            '\'' => {
                characters.next_if_eq(&'\'');
                plain.push('\'');
            }
            _ => plain.push(character),
        }
    }
    plain
}

/// Gives the tokens of a text one by one.
///
/// *Cost*: linear in the text, whatever it is.
#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    source: &'a str,
    at: usize,
    /// Whether a backslash escapes in any string: so it is in MySQL, which is known by its backticks.
    backslashes: bool,
    /// Whether comments nest; given up at the first that would swallow the rest.
    comments_nest: bool,
}

impl<'a> Lexer<'a> {
    /// At the beginning of a text.
    pub(crate) fn new(source: &'a str) -> Self {
        let has_backtick =
            |line: &str| line.split("--").next().is_some_and(|sql| sql.contains('`'));
        let backslashes = source.contains('`') && source.lines().any(has_backtick);
        Self { source, at: 0, backslashes, comments_nest: true }
    }

    /// What is not read yet.
    pub(crate) fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// Leaves out the rest of the line.
    pub(crate) fn skip_line(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.take(length)
    }

    /// Leaves out that many bytes, or what is left.
    pub(crate) fn take(&mut self, bytes: usize) -> &'a str {
        let rest = self.rest();
        let taken = rest.get(..bytes).unwrap_or(rest);
        self.at += taken.len();
        taken
    }

    /// Leaves out white space and comments.
    ///
    /// *Errors*: a comment that never ends.
    pub(crate) fn skip_blank(&mut self) -> Result<(), ()> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            let rest = self.rest();
            if rest.starts_with("--") || (rest.starts_with('#') && self.hash_is_comment()) {
                self.skip_line();
            } else if let Some(inner) = rest.strip_prefix("/*!") {
                // MySQL runs what stands in it.
                self.at += 3 + inner.bytes().take_while(u8::is_ascii_digit).count();
            } else if rest.starts_with("*/") {
                self.at += 2;
            } else if rest.starts_with("/*") {
                let Some(length) = self.comment_length(rest) else {
                    self.at = self.source.len();
                    return Err(());
                };
                self.at += length;
            } else {
                return Ok(());
            }
        }
    }

    /// `#` is an operator elsewhere, so it must stand first in its line.
    fn hash_is_comment(&self) -> bool {
        let before = self.source[..self.at].trim_end_matches([' ', '\t']);
        self.backslashes && (before.is_empty() || before.ends_with('\n'))
    }

    fn comment_length(&mut self, rest: &str) -> Option<usize> {
        if self.comments_nest {
            let bytes = rest.as_bytes();
            let (mut depth, mut at) = (0_usize, 0);
            while at + 1 < bytes.len() {
                match &bytes[at..at + 2] {
                    b"/*" => {
                        depth += 1;
                        at += 2;
                    }
                    b"*/" => {
                        depth -= 1;
                        at += 2;
                        if depth == 0 {
                            return Some(at);
                        }
                    }
                    _ => at += 1,
                }
            }
            self.comments_nest = false;
        }
        rest.find("*/").map(|end| end + 2)
    }

    /// The next token, `None` at the end.
    pub(crate) fn next_token(&mut self) -> Option<Token<'a>> {
        if self.skip_blank().is_err() {
            return Some(Token { kind: Kind::Broken, text: "" });
        }
        let rest = self.rest();
        let first = rest.chars().next()?;
        let before = self.source[..self.at].chars().next_back();
        match first {
            '\'' => Some(self.string(1, self.backslashes)),
            '"' => Some(self.quoted('"')),
            '`' => Some(self.quoted('`')),
            '[' if !before.is_some_and(|before| is_name_part(before) || before == ']') => {
                Some(self.bracket())
            }
            '$' => Some(self.dollar()),
            _ if is_name_start(first) => Some(self.word()),
            '0'..='9' => {
                let length = rest
                    .find(|one: char| !(one.is_ascii_alphanumeric() || one == '.' || one == '_'))
                    .unwrap_or(rest.len());
                Some(self.token(Kind::Number, length))
            }
            ':' if rest.starts_with("::") => Some(self.token(Kind::Symbol, 2)),
            ':' if rest.starts_with(":=") => Some(self.token(Kind::Symbol, 2)),
            '|' if rest.starts_with("||") => Some(self.token(Kind::Symbol, 2)),
            _ => Some(self.token(Kind::Symbol, first.len_utf8())),
        }
    }

    fn token(&mut self, kind: Kind, length: usize) -> Token<'a> {
        Token { kind, text: self.take(length) }
    }

    fn word(&mut self) -> Token<'a> {
        let rest = self.rest();
        let length = rest.find(|one| !is_name_part(one)).unwrap_or(rest.len());
        let prefix = &rest[..length];
        let quote_follows = rest[length..].starts_with('\'');
        if quote_follows && ["e", "E"].contains(&prefix) {
            return self.string(2, true);
        }
        if quote_follows && ["n", "N", "b", "B", "x", "X"].contains(&prefix) {
            return self.string(2, self.backslashes);
        }
        self.token(Kind::Word, length)
    }

    /// A string whose quote ends `opening` bytes from here.
    fn string(&mut self, opening: usize, backslashes: bool) -> Token<'a> {
        let kind = if backslashes { Kind::EscapedText } else { Kind::Text };
        let rest = &self.rest()[opening..];
        let bytes = rest.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if backslashes => at += 2,
                b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
                b'\'' => {
                    self.at += opening + at + 1;
                    return Token { kind, text: &rest[..at] };
                }
                _ => at += 1,
            }
        }
        self.broken()
    }

    fn quoted(&mut self, quote: char) -> Token<'a> {
        let rest = &self.rest()[1..];
        let mut from = 0;
        while let Some(end) = rest[from..].find(quote) {
            let end = from + end;
            if rest[end + 1..].starts_with(quote) {
                from = end + 2;
                continue;
            }
            self.at += end + 2;
            return Token { kind: Kind::Quoted, text: &rest[..end] };
        }
        self.broken()
    }

    /// `[name]` as SQL Server and SQLite have it, or a bracket.
    fn bracket(&mut self) -> Token<'a> {
        let rest = &self.rest()[1..];
        let length = rest.find(|one| !(is_name_part(one) || one == ' ')).unwrap_or(rest.len());
        let starts = rest.starts_with(is_name_start);
        if starts && rest[length..].starts_with(']') {
            self.at += length + 2;
            return Token { kind: Kind::Quoted, text: &rest[..length] };
        }
        self.token(Kind::Symbol, 1)
    }

    /// `$tag$ … $tag$`, or a parameter such as `$1`.
    fn dollar(&mut self) -> Token<'a> {
        let rest = self.rest();
        let tag_length = rest[1..].find(|one| !is_name_part(one) || one == '$');
        let Some(tag) = tag_length.filter(|length| rest[1 + length..].starts_with('$')) else {
            let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
            return self.token(Kind::Number, 1 + digits);
        };
        let opening = &rest[..tag + 2];
        match rest[opening.len()..].find(opening) {
            Some(length) => {
                self.at += opening.len() * 2 + length;
                Token { kind: Kind::Body, text: &rest[opening.len()..opening.len() + length] }
            }
            None => self.broken(),
        }
    }

    fn broken(&mut self) -> Token<'a> {
        self.at = self.source.len();
        Token { kind: Kind::Broken, text: "" }
    }
}

fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '@' | UNKNOWN_PART)
}

fn is_name_part(character: char) -> bool {
    is_name_start(character) || character.is_numeric() || character == '$'
}
