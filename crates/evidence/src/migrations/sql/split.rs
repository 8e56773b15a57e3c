//! Cuts a script into statements.
//!
//! A `;` ends a statement unless it stands in a quote, in the body of a routine, or another delimiter was agreed on.

use super::token::{Kind, Lexer, Token};

/// How many tokens of a statement are kept. Only rows that are inserted are ever longer.
const MOST_TOKENS: usize = 200_000;

/// One statement's tokens, without the delimiter.
pub(crate) type Statement<'a> = Vec<Token<'a>>;

/// Gives the statements of a script one by one; empty ones are left out.
///
/// What begins and never ends leaves a token of kind [`Kind::Broken`] at the end of the last statement.
#[derive(Debug)]
pub(crate) struct Statements<'a> {
    lexer: Lexer<'a>,
    /// What ends a statement, where it is not `;`.
    delimiter: Option<&'a str>,
}

impl<'a> Statements<'a> {
    /// At the beginning of a script.
    pub(crate) fn new(source: &'a str) -> Self {
        Self { lexer: Lexer::new(source), delimiter: None }
    }

    /// Lines that are for the client and not for the database, before a statement.
    ///
    /// A line that makes the client read or write something is given back.
    fn client_line(&mut self) -> Option<Statement<'a>> {
        loop {
            if self.lexer.skip_blank().is_err() {
                return Some(vec![Token { kind: Kind::Broken, text: "" }]);
            }
            let rest = self.lexer.rest();
            if sets_delimiter(rest) {
                let line = self.lexer.skip_line().trim();
                let delimiter = line.get("DELIMITER".len()..).unwrap_or_default().trim();
                self.delimiter = Some(delimiter).filter(|text| !["", ";"].contains(text));
            } else if rest.starts_with('\\') {
                let line = self.lexer.skip_line().trim();
                if [r"\i", r"\copy", r"\gexec", r"\!"].iter().any(|one| line.starts_with(one)) {
                    return Some(vec![Token { kind: Kind::Symbol, text: line }]);
                }
            } else {
                return None;
            }
        }
    }

    /// Rows that follow `COPY ... FROM STDIN`.
    fn skip_copied_rows(&mut self) {
        self.lexer.skip_line();
        while !self.lexer.rest().is_empty() {
            if self.lexer.skip_line().trim_end() == r"\." {
                return;
            }
        }
    }

    fn ends_here(&mut self) -> bool {
        let Some(delimiter) = self.delimiter else { return false };
        let is_end = self.lexer.skip_blank().is_ok() && self.lexer.rest().starts_with(delimiter);
        if is_end {
            self.lexer.take(delimiter.len());
        }
        is_end
    }

    fn read(&mut self) -> Option<Statement<'a>> {
        if let Some(line) = self.client_line() {
            return Some(line);
        }
        let mut statement = Vec::new();
        let mut body = Body::default();
        let mut is_cut = false;
        loop {
            if self.ends_here() {
                break;
            }
            let Some(token) = self.lexer.next_token() else {
                if statement.is_empty() {
                    return None;
                }
                if body.depth > 0 || is_cut {
                    statement.push(Token { kind: Kind::Broken, text: "" });
                }
                return Some(statement);
            };
            if token.is_symbol(";") && body.depth == 0 && self.delimiter.is_none() {
                break;
            }
            if is_batch_end(&token, self.lexer.rest(), &statement) {
                break;
            }
            body.see(&token, &statement);
            if statement.len() < MOST_TOKENS {
                statement.push(token);
            } else {
                is_cut = !statement.first().is_some_and(|head| head.is("INSERT"));
            }
        }
        if is_cut {
            statement.push(Token { kind: Kind::Broken, text: "" });
        }
        if statement.first().is_some_and(|head| head.is("COPY"))
            && statement.iter().any(|token| token.is("STDIN"))
        {
            self.skip_copied_rows();
        }
        Some(statement)
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = Statement<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let statement = self.read()?;
            if !statement.is_empty() {
                return Some(statement);
            }
        }
    }
}

/// MySQL's `DELIMITER //`.
fn sets_delimiter(rest: &str) -> bool {
    rest.get(.."DELIMITER".len()).is_some_and(|word| word.eq_ignore_ascii_case("DELIMITER"))
        && rest["DELIMITER".len()..].starts_with([' ', '\t'])
}

/// SQL Server's `GO`, alone in its line.
fn is_batch_end(token: &Token<'_>, rest: &str, statement: &[Token<'_>]) -> bool {
    let line_ends = || {
        let rest = rest.trim_start_matches([' ', '\t', '\r']);
        rest.is_empty() || rest.starts_with('\n')
    };
    token.is("GO") && line_ends() && !statement.last().is_some_and(|last| last.is_symbol(","))
}

/// Follows the body of a routine that is not in quotes: `BEGIN ...; ...; END`.
#[derive(Debug, Default)]
struct Body {
    is_routine: bool,
    depth: usize,
    /// The last word was `END`, whose meaning the next one decides.
    after_end: bool,
}

impl Body {
    fn see(&mut self, token: &Token<'_>, before: &[Token<'_>]) {
        if !self.is_routine {
            // The word stands near the beginning: `CREATE OR REPLACE DEFINER = x TRIGGER ...`.
            let is_making =
                before.len() < 16 && before.first().is_some_and(|head| head.is("CREATE"));
            let routines = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];
            self.is_routine = is_making && routines.iter().any(|word| token.is(word));
            return;
        }
        let after_end = std::mem::take(&mut self.after_end);
        if after_end && ["IF", "LOOP", "WHILE", "REPEAT", "FOR"].iter().any(|word| token.is(word)) {
            // It ended one of those, and they were not counted.
            self.depth += 1;
        } else if token.is("BEGIN") || (token.is("CASE") && self.depth > 0 && !after_end) {
            self.depth += 1;
        } else if token.is("END") && self.depth > 0 {
            self.depth -= 1;
            self.after_end = true;
        }
    }
}
