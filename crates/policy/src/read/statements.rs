//! Where the statements of a broken file begin, and what each is about.

use std::{collections::BTreeMap, ops::Range};

use super::node::join_path;

/// The lines of a header or of a key with its value, up to the next of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Its bytes, whole lines.
    pub(crate) span: Range<usize>,
    /// The path of the table or of the key.
    pub(crate) path: String,
    /// Whether it is the header of a table.
    pub(crate) is_header: bool,
    /// Where something begins that never ends, and what should have ended it.
    pub(crate) open: Option<(usize, &'static str)>,
}

/// Finds the statements by the look of their first lines, which is all that a broken file leaves.
///
/// *Order*: that of the file. *Cost*: linear.
pub(crate) fn statements(source: &str) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut counters: BTreeMap<String, usize> = BTreeMap::new();
    let mut table = String::new();
    let mut brackets = Brackets::default();
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        if let Some(statement) = first_line(line).filter(|look| brackets.let_begin(look)) {
            let (path, is_header) = match statement {
                FirstLine::Header { keys, is_list } => {
                    table = table_path(&keys, is_list, &mut counters);
                    (table.clone(), true)
                }
                FirstLine::Entry { keys } => (below(&table, &keys), false),
            };
            close(found.last_mut(), start, &brackets);
            brackets = Brackets::default();
            found.push(Statement { span: start..source.len(), path, is_header, open: None });
        }
        if found.last().is_some_and(|statement| !statement.is_header) {
            brackets.read(line, start);
        }
        start += line.len();
    }
    close(found.last_mut(), source.len(), &brackets);
    found
}

fn close(statement: Option<&mut Statement>, end: usize, brackets: &Brackets) {
    let Some(statement) = statement else { return };
    statement.span.end = end;
    statement.open = brackets.open.first().copied();
}

/// What is open at the end of a line: brackets, and a text of several lines.
#[derive(Debug, Default)]
struct Brackets {
    open: Vec<(usize, &'static str)>,
}

/// What a text of several lines begins and ends with.
const LONG_TEXTS: [&str; 2] = ["\"\"\"", "'''"];

/// Deeper values are refused by the parser.
const DEEPEST: usize = 200;

impl Brackets {
    /// Whether a line that looks like the first of a statement is one.
    fn let_begin(&self, look: &FirstLine) -> bool {
        match self.open.last() {
            None => true,
            Some((_, mark)) if LONG_TEXTS.contains(mark) => false,
            // Tables in braces have entries; and what is bracketed in a list is a list, if it can be one.
            Some((_, mark)) => match look {
                FirstLine::Entry { .. } => *mark == "]",
                FirstLine::Header { keys, .. } => keys.iter().any(|key| {
                    key.starts_with(|letter: char| letter.is_ascii_alphabetic())
                        && !["true", "false", "inf", "nan"].contains(&key.as_str())
                }),
            },
        }
    }

    /// Reads a line that begins at `start`.
    fn read(&mut self, line: &str, start: usize) {
        let mut at = 0;
        while let Some(letter) = line[at..].chars().next() {
            let rest = &line[at..];
            if let Some(mark) = self.long_text() {
                let Some(end) = rest.find(mark) else { return };
                self.open.pop();
                at += end + mark.len();
                continue;
            }
            match letter {
                '#' => return,
                '"' | '\'' => match LONG_TEXTS.iter().find(|mark| rest.starts_with(**mark)) {
                    Some(mark) => {
                        self.open.push((start + at, mark));
                        at += mark.len();
                        continue;
                    }
                    None => at += quoted_length(rest, letter),
                },
                '[' | '{' if self.open.len() < DEEPEST => {
                    self.open.push((start + at, if letter == '[' { "]" } else { "}" }));
                }
                ']' | '}' => {
                    self.open.pop();
                }
                _ => {}
            }
            at += letter.len_utf8();
        }
    }

    fn long_text(&self) -> Option<&'static str> {
        self.open.last().map(|(_, mark)| *mark).filter(|mark| LONG_TEXTS.contains(mark))
    }
}

/// How far the closing quote of a text lies behind its opening one; to the end of the line where there is none.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, letter)| {
        let ends = *letter == '\n' || (*letter == quote && !is_escaped);
        is_escaped = quote == '"' && *letter == '\\' && !is_escaped;
        ends
    });
    // Both quotes and the end of a line are one byte long.
    end.map_or(text.len() - 1, |(index, _)| index)
}

enum FirstLine {
    Header { keys: Vec<String>, is_list: bool },
    Entry { keys: Vec<String> },
}

fn first_line(line: &str) -> Option<FirstLine> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix('[') {
        let (rest, is_list) = match rest.strip_prefix('[') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let (keys, rest) = keys(rest)?;
        let rest = rest.trim_start_matches(']').trim_start();
        return (rest.is_empty() || rest.starts_with('#'))
            .then_some(FirstLine::Header { keys, is_list });
    }
    let (keys, rest) = keys(line)?;
    rest.starts_with('=').then_some(FirstLine::Entry { keys })
}

/// The dotted keys that a text begins with, and what follows them.
fn keys(text: &str) -> Option<(Vec<String>, &str)> {
    let mut keys = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        let (key, after) = match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split_once(quote)?,
            _ => rest.split_at(rest.find(|letter| !is_bare(letter)).unwrap_or(rest.len())),
        };
        if key.is_empty() {
            return None;
        }
        keys.push(key.to_owned());
        rest = after.trim_start();
        match rest.strip_prefix('.') {
            Some(next) => rest = next,
            None => return Some((keys, rest)),
        }
    }
}

/// The path of a table; in a list of tables, of its newest entry.
fn table_path(keys: &[String], is_list: bool, counters: &mut BTreeMap<String, usize>) -> String {
    let mut path = String::new();
    for (index, key) in keys.iter().enumerate() {
        path = join_path(&path, key);
        if is_list && index + 1 == keys.len() {
            let count = counters.entry(path.clone()).and_modify(|count| *count += 1).or_default();
            path = format!("{path}[{count}]");
        } else if let Some(count) = counters.get(&path) {
            path = format!("{path}[{count}]");
        }
    }
    path
}

fn below(table: &str, keys: &[String]) -> String {
    keys.iter().fold(table.to_owned(), |path, key| join_path(&path, key))
}

#[cfg(test)]
mod tests;
