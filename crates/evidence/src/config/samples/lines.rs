//! Samples of lines: sections and `key = value`.

use super::{Keys, Shown, remember};

/// The keys of a TOML text or one like it. Never fails, since samples may hold what only a template engine understands.
pub(super) fn toml(text: &str) -> Keys {
    let mut keys = Keys::new();
    let (mut section, mut commented_section) = (String::new(), None::<String>);
    // What has to be closed before the next key can come.
    let mut open: Option<Open> = None;
    for (number, line) in (1u32..).zip(text.lines()) {
        if let Some(waiting) = &mut open {
            if waiting.close(line) {
                open = None;
            }
            continue;
        }
        let (is_commented, content) = uncommented(line);
        if let Some(name) = header(content) {
            if is_commented {
                commented_section = Some(name);
            } else {
                section = name;
                commented_section = None;
            }
            continue;
        }
        let Some((key, value)) = assignment(content, is_commented) else { continue };
        let place = match &commented_section {
            Some(commented) if is_commented => commented,
            _ => &section,
        };
        if !is_commented {
            open = Open::after(value);
        }
        let value = without_comment(value).to_owned();
        remember(&mut keys, joined(place, &key), Shown { line: Some(number), is_commented, value });
    }
    keys
}

/// The keys of `KEY=value` lines, `export` or not.
pub(super) fn environment(text: &str) -> Keys {
    let mut keys = Keys::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let (is_commented, content) = uncommented(line);
        let content = content.strip_prefix("export ").unwrap_or(content);
        let Some((key, value)) = content.split_once('=') else { continue };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_key = !key.is_empty() && key.bytes().all(is_name);
        // A comment may well hold an equation.
        let is_shouted = key.bytes().any(|byte| byte.is_ascii_uppercase())
            && !key.bytes().any(|byte| byte.is_ascii_lowercase());
        if is_key && (!is_commented || is_shouted) {
            let value = without_comment(value).to_owned();
            remember(&mut keys, key.to_owned(), Shown { line: Some(number), is_commented, value });
        }
    }
    keys
}

/// A line without the signs of a comment, and whether there were any.
fn uncommented(line: &str) -> (bool, &str) {
    let line = line.trim();
    let content = line.trim_start_matches(['#', ';']);
    (content.len() < line.len(), content.trim())
}

/// The name of a section: `[a.b]` or `[[a.b]]`.
fn header(content: &str) -> Option<String> {
    let inner = without_comment(content).strip_prefix('[')?.strip_suffix(']')?;
    let (inner, is_list) = match inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => (inner, true),
        None => (inner, false),
    };
    let is_name = |letter: char| {
        letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '"' | '\'' | ' ' | ':')
    };
    let is_header = !inner.trim().is_empty() && inner.chars().all(is_name);
    is_header.then(|| format!("{}{}", spelled(inner), if is_list { "[]" } else { "" }))
}

/// A key with its value. In comments only what is surely none: prose may hold an equals sign too.
fn assignment(content: &str, is_commented: bool) -> Option<(String, &str)> {
    let (key, value) = content.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let is_name =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '"' | '\'');
    if key.is_empty() || !key.chars().all(is_name) {
        return None;
    }
    let starts = |letter: char| {
        letter.is_ascii_digit() || matches!(letter, '"' | '\'' | '[' | '{' | '-' | '+')
    };
    let is_value = value.is_empty() || value.starts_with(starts) || !value.contains(' ');
    (!is_commented || is_value).then(|| (spelled(key), value))
}

/// A dotted key without quotes and spaces.
fn spelled(key: &str) -> String {
    key.split('.').map(|part| part.trim().trim_matches(['"', '\''])).collect::<Vec<_>>().join(".")
}

fn joined(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// A value without the comment behind it.
fn without_comment(value: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, letter) in value.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if letter == open && before != '\\' => quote = None,
            (None, '#' | ';') if before.is_whitespace() => {
                return value.get(..at).unwrap_or(value).trim_end();
            }
            _ => {}
        }
        before = letter;
    }
    value.trim_end()
}

/// A value that goes on in the next lines.
enum Open {
    Text(&'static str),
    /// So many brackets.
    List(usize),
}

impl Open {
    fn after(value: &str) -> Option<Self> {
        for quotes in ["\"\"\"", "'''"] {
            if let Some(rest) = value.strip_prefix(quotes) {
                return (!rest.contains(quotes)).then_some(Self::Text(quotes));
            }
        }
        let is_list = value.starts_with(['[', '{']);
        let depth = if is_list { depth_after(0, value) } else { 0 };
        (depth > 0).then_some(Self::List(depth))
    }

    /// Takes a line; whether it ends the value.
    fn close(&mut self, line: &str) -> bool {
        match self {
            Self::Text(quotes) => line.contains(*quotes),
            Self::List(depth) => {
                *depth = depth_after(*depth, line);
                *depth == 0
            }
        }
    }
}

/// How many brackets are open after a line.
fn depth_after(depth: usize, line: &str) -> usize {
    let mut quote = None;
    let mut depth = depth;
    for letter in line.chars() {
        match (quote, letter) {
            (None, '#') => break,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth
}
