//! Goes over the tokens of a statement.

use super::{
    names::fold_parts,
    token::{Kind, Token},
};

/// A place in a statement. Copies are cheap: to look ahead, copy it and go on if it fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'t, 'a> {
    tokens: &'t [Token<'a>],
}

impl<'t, 'a> Cursor<'t, 'a> {
    pub(crate) fn new(tokens: &'t [Token<'a>]) -> Self {
        Self { tokens }
    }

    /// What is not read yet.
    pub(crate) fn rest(&self) -> &'t [Token<'a>] {
        self.tokens
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.tokens.is_empty()
    }

    pub(crate) fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.first()
    }

    pub(crate) fn bump(&mut self) -> Option<&'t Token<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    pub(crate) fn skip(&mut self, count: usize) {
        self.tokens = self.tokens.get(count..).unwrap_or_default();
    }

    /// Whether these keywords follow.
    pub(crate) fn sees(&self, keywords: &[&str]) -> bool {
        keywords.len() <= self.tokens.len()
            && keywords.iter().zip(self.tokens).all(|(keyword, token)| token.is(keyword))
    }

    pub(crate) fn sees_symbol(&self, symbol: &str) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    /// Goes over these keywords if they follow.
    pub(crate) fn eat(&mut self, keywords: &[&str]) -> bool {
        let sees = self.sees(keywords);
        if sees {
            self.skip(keywords.len());
        }
        sees
    }

    /// Goes over one of these keywords if it follows.
    pub(crate) fn eat_any(&mut self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.eat(&[keyword]))
    }

    pub(crate) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let sees = self.sees_symbol(symbol);
        if sees {
            self.skip(1);
        }
        sees
    }

    /// Goes over `IF EXISTS` or `IF NOT EXISTS`; tells whether it stood there.
    pub(crate) fn eat_if_exists(&mut self) -> bool {
        self.eat(&["IF", "EXISTS"]) || self.eat(&["IF", "NOT", "EXISTS"])
    }

    /// A name, perhaps with its schema, folded.
    pub(crate) fn name(&mut self) -> Option<String> {
        let mut parts = Vec::new();
        let mut ahead = *self;
        loop {
            let part = ahead.peek().filter(|token| token.is_name())?;
            ahead.skip(1);
            parts.push(part.folded());
            if !ahead.eat_symbol(".") {
                break;
            }
        }
        *self = ahead;
        Some(fold_parts(&parts))
    }

    /// A name's last part alone: a column, whatever stands before it.
    pub(crate) fn plain_name(&mut self) -> Option<String> {
        let name = self.name()?;
        Some(name.rsplit('.').next().unwrap_or(&name).to_owned())
    }

    /// What stands in the parentheses that open here.
    pub(crate) fn parens(&mut self) -> Option<&'t [Token<'a>]> {
        if !self.sees_symbol("(") {
            return None;
        }
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate() {
            if token.kind == Kind::Symbol {
                match token.text {
                    "(" => depth += 1,
                    ")" => depth -= 1,
                    _ => continue,
                }
                if depth == 0 {
                    let inner = &self.tokens[1..at];
                    self.tokens = &self.tokens[at + 1..];
                    return Some(inner);
                }
            }
        }
        let inner = &self.tokens[1..];
        self.tokens = &[];
        Some(inner)
    }

    /// The tokens up to the first, outside of parentheses, that passes; all of them if none does.
    pub(crate) fn until(&mut self, passes: impl Fn(&Token<'a>) -> bool) -> &'t [Token<'a>] {
        let mut depth = 0_usize;
        let mut end = self.tokens.len();
        for (at, token) in self.tokens.iter().enumerate() {
            if depth == 0 && passes(token) {
                end = at;
                break;
            }
            if token.is_symbol("(") || token.is_symbol("[") {
                depth += 1;
            } else if token.is_symbol(")") || token.is_symbol("]") {
                depth = depth.saturating_sub(1);
            }
        }
        let (before, rest) = self.tokens.split_at(end);
        self.tokens = rest;
        before
    }
}

/// The parts between symbols of a kind that stand outside of parentheses.
pub(crate) fn parts<'t, 'a>(tokens: &'t [Token<'a>], symbol: &str) -> Vec<&'t [Token<'a>]> {
    let mut cursor = Cursor::new(tokens);
    let mut parts = Vec::new();
    loop {
        parts.push(cursor.until(|token| token.is_symbol(symbol)));
        if cursor.bump().is_none() {
            return parts;
        }
    }
}
