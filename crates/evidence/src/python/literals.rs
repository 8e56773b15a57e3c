//! What a module assigns, as far as it is spelled out.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::{Source, constants::literal};
use crate::{Unreadable, python::constants::Constant};

/// A name of a module with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The name.
    pub name: String,
    /// Its value.
    pub value: Literal,
}

/// A value and its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// The value.
    pub value: LiteralValue,
    /// 1-based.
    pub line: u32,
}

/// A value that is spelled out, or the expression that would have to be run for it.
#[derive(Clone, Debug, PartialEq)]
pub enum LiteralValue {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A number, as Python would print it.
    Number(String),
    /// A text.
    Text(String),
    /// A list, tuple or set.
    List(Vec<Literal>),
    /// A dictionary, in its order.
    Dict(Vec<(Literal, Literal)>),
    /// Anything else, as written: names, calls, format strings, functions.
    Computed(String),
}

impl Literal {
    /// The text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            LiteralValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, where it is a list, tuple or set.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            LiteralValue::List(items) => Some(items),
            _ => None,
        }
    }

    /// The pairs, where it is a dictionary.
    pub fn as_dict(&self) -> Option<&[(Self, Self)]> {
        match &self.value {
            LiteralValue::Dict(pairs) => Some(pairs),
            _ => None,
        }
    }
}

/// What a module assigns to plain names at its top level, in its order; functions count as computed values of their
/// names. Nothing is ever executed.
///
/// *Errors*: `Malformed` with the line; sources that are nested too deeply are refused.
pub fn literals(text: &str) -> Result<Vec<Assignment>, Unreadable> {
    let source = Source::parse(text)?;
    let reader = Reader { text, source: &source };
    let mut assignments = Vec::new();
    for statement in source.body() {
        let (target, value) = match statement {
            Stmt::Assign(assign) => (assign.targets.first(), Some(assign.value.as_ref())),
            Stmt::AnnAssign(assign) => (Some(assign.target.as_ref()), assign.value.as_deref()),
            Stmt::FunctionDef(function) => {
                let value = LiteralValue::Computed(format!("def {}()", function.name));
                let value = Literal { value, line: source.line(function) };
                assignments.push(Assignment { name: function.name.to_string(), value });
                continue;
            }
            _ => continue,
        };
        if let (Some(Expr::Name(name)), Some(value)) = (target, value) {
            assignments.push(Assignment { name: name.id.to_string(), value: reader.read(value) });
        }
    }
    Ok(assignments)
}

struct Reader<'a> {
    text: &'a str,
    source: &'a Source,
}

impl Reader<'_> {
    /// *Invariants*: the parser has bounded the nesting.
    fn read(&self, expression: &Expr) -> Literal {
        Literal { value: self.value(expression), line: self.source.line(expression) }
    }

    fn value(&self, expression: &Expr) -> LiteralValue {
        match expression {
            Expr::List(list) => self.list(&list.elts),
            Expr::Tuple(tuple) => self.list(&tuple.elts),
            Expr::Set(set) => self.list(&set.elts),
            Expr::Dict(dict) if dict.items.iter().all(|item| item.key.is_some()) => {
                let pairs = dict.items.iter().filter_map(|item| {
                    Some((self.read(item.key.as_ref()?), self.read(&item.value)))
                });
                LiteralValue::Dict(pairs.collect())
            }
            _ => match literal(expression) {
                Some(Constant::None) => LiteralValue::None,
                Some(Constant::Bool(value)) => LiteralValue::Bool(value),
                Some(Constant::Number(number)) => LiteralValue::Number(number),
                Some(Constant::Text(text)) => LiteralValue::Text(text),
                _ => self.computed(expression),
            },
        }
    }

    fn list(&self, items: &[Expr]) -> LiteralValue {
        LiteralValue::List(items.iter().map(|item| self.read(item)).collect())
    }

    /// The expression as written, on one line and cut where it is long.
    fn computed(&self, expression: &Expr) -> LiteralValue {
        const LONGEST: usize = 80;
        let range = expression.range();
        let text = self.text.get(range.start().to_usize()..range.end().to_usize());
        let text = text.unwrap_or_default();
        let words = text.split_whitespace().take(LONGEST).collect::<Vec<_>>().join(" ");
        LiteralValue::Computed(match words.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
            None => words,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelled_out_is_read_and_the_rest_is_told() {
        let text = "name = 'maya'\nversion: str = '1.2'\nneeds = {\n    'core': '>=1',\n    'x': None,\n}\n\
                    title = f'{name}!'\ntags = ('a', call())\ndef requires():\n    pass\n";
        let read = literals(text).unwrap();
        let value = |name: &str| read.iter().find(|it| it.name == name).unwrap().value.clone();
        assert_eq!(value("version").as_text(), Some("1.2"));
        let needs = value("needs");
        let needs = needs.as_dict().unwrap();
        assert_eq!((needs[0].1.as_text(), needs[0].1.line), (Some(">=1"), 4));
        assert_eq!(needs[1].1.value, LiteralValue::None);
        assert_eq!(value("title").value, LiteralValue::Computed("f'{name}!'".to_owned()));
        let tags = value("tags");
        let tags = tags.as_list().unwrap();
        assert_eq!(tags[1].value, LiteralValue::Computed("call()".to_owned()));
        assert_eq!(value("requires").value, LiteralValue::Computed("def requires()".to_owned()));
    }
}
