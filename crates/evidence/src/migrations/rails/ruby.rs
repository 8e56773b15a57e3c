//! As much of Ruby as migrations use: lines that go on, texts over several lines, calls with their arguments.

use std::collections::VecDeque;

use super::super::sql::UNKNOWN_PART;

/// One statement with its indentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) indent: usize,
    /// Without comments; texts over several lines stand in it as one string each.
    pub(super) tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `:name`, `"name"`, and what stands in a heredoc.
    Text(String),
    /// `name:` before a value.
    Key(String),
    /// A name, a constant, a number; with points between: `t.string`, `User.where`.
    Word(String),
    Symbol(char),
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Word(String),
    List(Vec<Value>),
    Hash(Vec<(String, Value)>),
}

/// `name argument, key: argument`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) arguments: Vec<Value>,
    pub(super) options: Vec<(String, Value)>,
}

/// How deep lists stand in lists.
const DEEPEST: usize = 8;

/// Cuts Ruby into statements. *Cost*: linear.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut source: VecDeque<&str> = text.lines().collect();
    let mut lines: Vec<Line> = Vec::new();
    let mut goes_on = false;
    while let Some(line) = source.pop_front() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let (tokens, heredocs) = tokens(trimmed);
        let texts: Vec<String> = heredocs.iter().map(|end| heredoc(&mut source, end)).collect();
        let mut texts = texts.into_iter();
        let tokens: Vec<Token> = tokens
            .into_iter()
            .map(|token| match token {
                Token::Text(text) if text == HEREDOC => {
                    Token::Text(texts.next().unwrap_or_default())
                }
                other => other,
            })
            .collect();
        let Some(last) = tokens.last() else { continue };
        let will_go_on =
            matches!(last, Token::Symbol(',' | '(' | '[' | '{' | '\\' | '+' | '=' | '|'))
                && !is_block_head(&tokens);
        let leads_on = matches!(tokens.first(), Some(Token::Symbol('.' | ')' | ']' | '}')));
        let alone = tokens == [Token::Symbol('}')];
        match lines.last_mut() {
            Some(before) if (goes_on || leads_on) && !alone && before.tokens.len() < 100_000 => {
                before.tokens.extend(tokens);
            }
            _ => lines.push(Line { indent, tokens }),
        }
        goes_on = will_go_on;
    }
    lines
}

/// Stands for a heredoc until its lines are read.
const HEREDOC: &str = "\u{0}heredoc";

/// Whether the line ends with the variables of a block: `do |t|`.
fn is_block_head(tokens: &[Token]) -> bool {
    let is_head = |token: &Token| match token {
        Token::Word(word) => word == "do",
        Token::Symbol(symbol) => *symbol == '{',
        _ => false,
    };
    tokens.last() == Some(&Token::Symbol('{'))
        || (tokens.last() == Some(&Token::Symbol('|'))
            && tokens.iter().rev().take(12).skip(1).any(is_head))
}

fn heredoc(source: &mut VecDeque<&str>, end: &str) -> String {
    let mut text = String::new();
    while let Some(line) = source.pop_front() {
        if line.trim() == end {
            break;
        }
        text.push_str(line);
        text.push('\n');
    }
    interpolated(&text)
}

/// What Ruby puts in a text while running is not known.
fn interpolated(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("#{") {
        plain.push_str(before);
        plain.push(UNKNOWN_PART);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

/// The tokens of a line, and the marks that end the heredocs which begin in it.
fn tokens(line: &str) -> (Vec<Token>, Vec<String>) {
    let mut tokens = Vec::new();
    let mut heredocs = Vec::new();
    let mut rest = line.trim_end();
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { break };
        let taken = match first {
            '#' => break,
            '"' | '\'' | '`' => text(rest, first, &mut tokens),
            '<' if rest.starts_with("<<~") || rest.starts_with("<<-") => {
                heredoc_mark(rest, &mut tokens, &mut heredocs)
            }
            '%' if list_mark(rest).is_some() => word_list(rest, &mut tokens),
            ':' if rest[1..].starts_with(is_name) => {
                let length = name_length(&rest[1..]);
                tokens.push(Token::Text(rest[1..=length].to_owned()));
                length + 1
            }
            ':' if rest[1..].starts_with('"') => 1 + text(&rest[1..], '"', &mut tokens),
            _ if is_name(first) => word(rest, &mut tokens),
            _ => {
                tokens.push(Token::Symbol(first));
                first.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    (tokens, heredocs)
}

fn text(rest: &str, quote: char, tokens: &mut Vec<Token>) -> usize {
    let mut escaped = false;
    let end = rest[1..].find(|one: char| {
        let is_end = one == quote && !escaped;
        escaped = one == '\\' && !escaped;
        is_end
    });
    let (inner, taken) = match end {
        Some(end) => (&rest[1..=end], end + 2),
        None => (&rest[1..], rest.len()),
    };
    let inner = inner.replace("\\\"", "\"");
    let is_key = rest[taken..].starts_with(": ");
    if is_key {
        tokens.push(Token::Key(inner));
        return taken + 1;
    }
    tokens.push(Token::Text(if quote == '\'' { inner } else { interpolated(&inner) }));
    taken
}

fn heredoc_mark(rest: &str, tokens: &mut Vec<Token>, heredocs: &mut Vec<String>) -> usize {
    let mark = rest[3..].trim_start_matches(['\'', '"']);
    let quotes = rest.len() - 3 - mark.len();
    let length = name_length(mark);
    heredocs.push(mark[..length].to_owned());
    tokens.push(Token::Text(HEREDOC.to_owned()));
    let closing = mark[length..].bytes().take_while(|byte| matches!(byte, b'\'' | b'"')).count();
    3 + quotes + length + closing
}

/// The closing bracket of `%i[...]` or `%w(...)`.
fn list_mark(rest: &str) -> Option<char> {
    let mut letters = rest.chars().skip(1);
    if !matches!(letters.next(), Some('i' | 'w' | 'I' | 'W')) {
        return None;
    }
    match letters.next()? {
        '[' => Some(']'),
        '(' => Some(')'),
        '{' => Some('}'),
        _ => None,
    }
}

fn word_list(rest: &str, tokens: &mut Vec<Token>) -> usize {
    let inner = rest.get(3..).unwrap_or_default();
    let end = list_mark(rest).and_then(|mark| inner.find(mark)).unwrap_or(inner.len());
    tokens.push(Token::Symbol('['));
    for name in inner[..end].split_whitespace() {
        tokens.push(Token::Text(name.to_owned()));
        tokens.push(Token::Symbol(','));
    }
    tokens.push(Token::Symbol(']'));
    3 + end + 1
}

fn word(rest: &str, tokens: &mut Vec<Token>) -> usize {
    let mut length = name_length(rest);
    while rest[length..].starts_with('.') && rest[length + 1..].starts_with(is_name) {
        length += 1 + name_length(&rest[length + 1..]);
    }
    while rest[length..].starts_with("::") && rest[length + 2..].starts_with(is_name) {
        length += 2 + name_length(&rest[length + 2..]);
        while rest[length..].starts_with('.') && rest[length + 1..].starts_with(is_name) {
            length += 1 + name_length(&rest[length + 1..]);
        }
    }
    let after = &rest[length..];
    if after.starts_with(':') && !after.starts_with("::") {
        tokens.push(Token::Key(rest[..length].to_owned()));
        return length + 1;
    }
    let closing = usize::from(after.starts_with(['!', '?']) && !after.starts_with("!="));
    tokens.push(Token::Word(rest[..length + closing].to_owned()));
    length + closing
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '@'
}

fn name_length(text: &str) -> usize {
    text.find(|one| !is_name(one)).unwrap_or(text.len())
}

/// Reads a call from the beginning of tokens; a block's head at its end is left out.
pub(super) fn call(tokens: &[Token]) -> Call {
    let mut call = Call::default();
    let Some((Token::Word(name), mut rest)) = tokens.split_first() else { return call };
    call.name.clone_from(name);
    if rest.first() == Some(&Token::Symbol('(')) {
        rest = &rest[1..];
    }
    let mut values = values(&mut rest, 0);
    if let Some(Value::Hash(_)) = values.last()
        && let Some(Value::Hash(options)) = values.pop()
    {
        call.options = options;
    }
    call.arguments = values;
    call
}

/// Values between commas, up to the first token that is none; pairs are gathered in one hash at the end.
fn values(rest: &mut &[Token], depth: usize) -> Vec<Value> {
    let mut values = Vec::new();
    let mut pairs = Vec::new();
    while let Some((token, after)) = rest.split_first() {
        *rest = after;
        match token {
            Token::Key(key) => {
                let value = value(rest, depth).unwrap_or(Value::Word(String::new()));
                pairs.push((key.clone(), value));
            }
            Token::Symbol(',') => {}
            Token::Symbol(')' | ']' | '}' | '|') => break,
            Token::Word(word) if ["do", "if", "unless"].contains(&word.as_str()) => {
                *rest = &[];
                break;
            }
            _ => {
                let Some(found) = value_at(token, rest, depth) else { continue };
                // `:name => value`.
                if let (Value::Text(key), [Token::Symbol('='), Token::Symbol('>'), ..]) =
                    (&found, *rest)
                {
                    *rest = &rest[2..];
                    let value = value(rest, depth).unwrap_or(Value::Word(String::new()));
                    pairs.push((key.clone(), value));
                } else {
                    values.push(found);
                }
            }
        }
    }
    if !pairs.is_empty() {
        values.push(Value::Hash(pairs));
    }
    values
}

fn value(rest: &mut &[Token], depth: usize) -> Option<Value> {
    let (token, after) = rest.split_first()?;
    *rest = after;
    value_at(token, rest, depth)
}

fn value_at(token: &Token, rest: &mut &[Token], depth: usize) -> Option<Value> {
    match token {
        Token::Text(text) => Some(Value::Text(text.clone())),
        Token::Word(word) => {
            // What a call gives is not known; its arguments are passed over.
            if rest.first() == Some(&Token::Symbol('(')) && depth < DEEPEST {
                *rest = &rest[1..];
                values(rest, depth + 1);
            }
            Some(Value::Word(word.clone()))
        }
        Token::Symbol('[' | '{') if depth < DEEPEST => {
            let mut inner = values(rest, depth + 1);
            let is_hash = token == &Token::Symbol('{');
            match inner.pop() {
                Some(hash @ Value::Hash(_)) if is_hash && inner.is_empty() => Some(hash),
                last => {
                    inner.extend(last);
                    Some(Value::List(inner))
                }
            }
        }
        _ => None,
    }
}

impl Call {
    /// The argument at a place, if it is a name or a text.
    pub(super) fn text(&self, place: usize) -> Option<&str> {
        match self.arguments.get(place)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn option(&self, name: &str) -> Option<&Value> {
        self.options.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Whether an option is this word.
    pub(super) fn is(&self, name: &str, word: &str) -> bool {
        matches!(self.option(name), Some(Value::Word(found)) if found == word)
    }

    pub(super) fn option_text(&self, name: &str) -> Option<&str> {
        match self.option(name)? {
            Value::Text(text) | Value::Word(text) => Some(text),
            _ => None,
        }
    }
}

impl Value {
    /// The names in it.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::List(values) => values.iter().flat_map(Self::texts).collect(),
            Self::Word(_) | Self::Hash(_) => Vec::new(),
        }
    }
}
