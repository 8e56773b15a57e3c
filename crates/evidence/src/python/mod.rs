//! Python source as a syntax tree, safe on any input.

pub(crate) mod calls;
pub(crate) mod constants;
pub(crate) mod expressions;
pub(crate) mod literals;
pub(crate) mod meaning;
pub(crate) mod packages;
mod source;

use ruff_python_ast::ModModule;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer::lex, parse_module};

pub(crate) use self::source::{Source, add_imports, full_name};
use crate::Unreadable;

/// The most brackets and blocks that may be open at once, and the longest chain of operators in one expression.
///
/// The parser grows its own stack, but whoever walks or drops its tree recurses; real code stays far below.
const DEEPEST: usize = 200;

/// Larger sources are not read: 1 MB.
pub(crate) const LARGEST_BYTES: u64 = 1 << 20;

/// Parses a module. Nothing of it is ever executed.
///
/// *Errors*: `Malformed` with the line of a syntax error, and for what is nested too deeply to be walked.
pub(crate) fn parse(text: &str) -> Result<ModModule, Unreadable> {
    if is_too_deep(text) {
        let message = format!("it is nested deeper than {DEEPEST} levels");
        return Err(Unreadable::Malformed { message, line: None });
    }
    match parse_module(text) {
        Ok(parsed) => Ok(parsed.into_syntax()),
        Err(error) => {
            let line = line_of(text, error.location.start().to_usize());
            Err(Unreadable::Malformed {
                message: format!("it is no Python: {}", error.error),
                line: Some(line),
            })
        }
    }
}

/// Whether brackets, blocks or chains of operators go beyond [`DEEPEST`].
fn is_too_deep(text: &str) -> bool {
    let mut lexer = lex(text, Mode::Module);
    let mut blocks = 0usize;
    // How long the expression at each level of brackets is by now.
    let mut chains = vec![0usize];
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return false,
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                lengthen(&mut chains);
                chains.push(0);
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                chains.pop();
                chains.resize(chains.len().max(1), 0);
            }
            TokenKind::Newline => chains = vec![0],
            TokenKind::Comma | TokenKind::Semi => {
                if let Some(last) = chains.last_mut() {
                    *last = 0;
                }
            }
            TokenKind::Dot
            | TokenKind::Not
            | TokenKind::If
            | TokenKind::Else
            | TokenKind::Lambda
            | TokenKind::Await
            | TokenKind::Colon => lengthen(&mut chains),
            kind if kind.is_operator() => lengthen(&mut chains),
            _ => {}
        }
        let longest = chains.last().copied().unwrap_or(0);
        if blocks + chains.len() > DEEPEST || longest > DEEPEST {
            return true;
        }
    }
}

fn lengthen(chains: &mut [usize]) {
    if let Some(last) = chains.last_mut() {
        *last += 1;
    }
}

/// The 1-based line of a byte offset.
pub(crate) fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let lines = before.split(|byte| *byte == b'\n').count();
    u32::try_from(lines).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_nesting_is_refused_and_long_lists_are_not() {
        for (open, close) in
            [("(", ")"), ("[", "]"), ("-", ""), ("not ", ""), ("1+", ""), ("a.", "")]
        {
            let text = format!("x = {}1{}\n", open.repeat(50_000), close.repeat(50_000));
            assert!(parse(&text).is_err(), "{open}");
        }
        let list = format!("x = [{}]\n", "f(1 + 2), ".repeat(20_000));
        assert!(parse(&list).is_ok());
        let lines = "x.y(a.b(c)).d = 1 + 2\n".repeat(5_000);
        assert!(parse(&lines).is_ok());
    }

    #[test]
    fn syntax_errors_name_their_line() {
        let error = parse("a = 1\n\nb = = 2\n").unwrap_err();
        assert!(matches!(error, Unreadable::Malformed { line: Some(3), .. }), "{error:?}");
    }
}
