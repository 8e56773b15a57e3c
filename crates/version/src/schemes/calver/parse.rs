//! Text to values: finds the slots, then checks that the calendar has such a day.

use std::{collections::BTreeSet, ops::Range};

use crate::{ParseError, schemes::calver::calendar};

use super::{
    pattern::{Node, Pattern, Slot},
    token::Field,
    value::{Mark, Value, Word},
};

/// Where each slot was found; `None` where its brackets were left out.
type Spans = Vec<Option<Range<usize>>>;

/// Reads `text` by the pattern.
pub(super) fn values(pattern: &Pattern, text: &str) -> Result<Vec<Value>, ParseError> {
    let error = |position: usize, expected: String| {
        let what = format!("`{}` calendar version", pattern.text);
        ParseError::new(text, what, position, expected)
    };
    let spans = Matcher::new(pattern, text)
        .run()
        .map_err(|(position, expected)| error(position, expected))?;
    let mut values = Vec::with_capacity(spans.len());
    for (slot, span) in pattern.slots.iter().zip(&spans) {
        values.push(match span {
            None => Value::Absent,
            Some(span) => {
                value(slot, &text[span.clone()]).map_err(|expected| error(span.start, expected))?
            }
        });
    }
    if let Err((slot, expected)) = calendar::check(pattern, &values) {
        let position = spans[slot].as_ref().map_or(0, |span| span.start);
        return Err(error(position, expected));
    }
    Ok(values)
}

/// The value a slot's text stands for, or what was expected instead.
fn value(slot: &Slot, text: &str) -> Result<Value, String> {
    let too_big = || format!("a number up to {}", u64::MAX);
    match slot.field() {
        Field::Tag => Ok(Value::Mark(Mark::from_label(text))),
        Field::Letter => letters(text).map(Value::Number).ok_or_else(too_big),
        Field::SmallLetter => {
            small_letters(text).map(Value::Number).ok_or_else(|| slot.field().noun().to_owned())
        }
        Field::Modifier => Word::parse(text).map(Value::Word).ok_or_else(too_big),
        Field::Build => match text.parse::<u64>() {
            Ok(number) if slot.token.name == "BLD" => Ok(Value::Build(number.to_string())),
            Ok(_) => Ok(Value::Build(text.to_owned())),
            Err(_) => Err(too_big()),
        },
        field => {
            let number = text.parse().map_err(|_| too_big())?;
            if number < field.initial() {
                Err("a number from 1".into())
            } else {
                Ok(Value::Number(number))
            }
        }
    }
}

/// `A` is 1, `Z` 26, `AA` 27, as spreadsheets count; `None` above `u64::MAX`.
fn letters(text: &str) -> Option<u64> {
    text.bytes().try_fold(0_u64, |number, letter| {
        number.checked_mul(26)?.checked_add(u64::from(letter - b'A') + 1)
    })
}

/// `a` is 1, `z` 26, `za` 27, `zb` 28: as text they sort in that order; `None` for letters that are not reached so.
fn small_letters(text: &str) -> Option<u64> {
    let (last, before) = text.as_bytes().split_last()?;
    let is_reached = before.iter().all(|letter| *letter == b'z');
    let full = u64::try_from(before.len()).ok()?.checked_mul(26)?;
    is_reached.then(|| full.checked_add(u64::from(last - b'a') + 1))?
}

/// A step of the flattened pattern.
#[derive(Debug)]
enum Op<'pattern> {
    Literal(&'pattern str),
    Slot(usize),
    /// Goes on with the next, and should that fail with the one at this index.
    Else(usize),
}

fn flatten<'pattern>(nodes: &'pattern [Node], ops: &mut Vec<Op<'pattern>>) {
    for node in nodes {
        match node {
            Node::Literal(literal) => ops.push(Op::Literal(literal)),
            Node::Slot(slot) => ops.push(Op::Slot(*slot)),
            Node::Optional(inner) => {
                let start = ops.len();
                ops.push(Op::Else(0));
                flatten(inner, ops);
                ops[start] = Op::Else(ops.len());
            }
        }
    }
}

struct State {
    op: usize,
    position: usize,
    spans: Spans,
}

/// Tries the ways through a pattern, most text first, and no place twice.
///
/// *Cost*: linear in the text. A slot ends in at most three places, so that the number of places tried depends on the
/// pattern alone.
struct Matcher<'input> {
    slots: &'input [Slot],
    ops: Vec<Op<'input>>,
    text: &'input str,
    farthest: usize,
    expected: Vec<String>,
}

impl<'input> Matcher<'input> {
    fn new(pattern: &'input Pattern, text: &'input str) -> Self {
        let mut ops = Vec::new();
        flatten(&pattern.nodes, &mut ops);
        Self { slots: &pattern.slots, ops, text, farthest: 0, expected: Vec::new() }
    }

    fn run(mut self) -> Result<Spans, (usize, String)> {
        let start = State { op: 0, position: 0, spans: vec![None; self.slots.len()] };
        let mut open = vec![start];
        let mut seen = BTreeSet::new();
        while let Some(mut state) = open.pop() {
            if !seen.insert((state.op, state.position)) {
                continue;
            }
            let rest = &self.text[state.position..];
            match self.ops.get(state.op) {
                None if rest.is_empty() => return Ok(state.spans),
                None => self.miss(state.position, "the end".into()),
                Some(Op::Else(other)) => {
                    let skipped = State { op: *other, spans: state.spans.clone(), ..state };
                    open.push(skipped);
                    open.push(State { op: state.op + 1, ..state });
                }
                Some(Op::Literal(literal)) => {
                    if rest.starts_with(literal) {
                        state.position += literal.len();
                        state.op += 1;
                        open.push(state);
                    } else {
                        let expected = format!("`{literal}`");
                        self.miss(state.position, expected);
                    }
                }
                Some(Op::Slot(index)) => {
                    let index = *index;
                    let lengths = lengths(&self.slots[index], rest);
                    if lengths.is_empty() && !self.slots[index].implied {
                        let expected = expectation(&self.slots[index]);
                        self.miss(state.position, expected);
                    }
                    for length in lengths {
                        let mut spans = state.spans.clone();
                        let end = state.position + length;
                        spans[index] = Some(state.position..end);
                        open.push(State { op: state.op + 1, position: end, spans });
                    }
                }
            }
        }
        Err((self.farthest, self.expected.join(" or ")))
    }

    /// Remembers what would have been right at the farthest place reached.
    fn miss(&mut self, position: usize, expected: String) {
        if position > self.farthest {
            self.farthest = position;
            self.expected.clear();
        }
        if position == self.farthest && !self.expected.contains(&expected) {
            self.expected.push(expected);
        }
    }
}

fn expectation(slot: &Slot) -> String {
    let noun = slot.field().noun();
    match slot.token.width {
        width if width > 1 && slot.glued && slot.padded => format!("{noun} of {width} digits"),
        _ => noun.to_owned(),
    }
}

/// How long a slot's text may be at the start of `rest`, the length to try first last.
fn lengths(slot: &Slot, rest: &str) -> Vec<usize> {
    let run = |accept: fn(&u8) -> bool| rest.bytes().take_while(accept).count();
    match slot.field() {
        Field::Letter => positive(run(u8::is_ascii_uppercase)),
        Field::SmallLetter => positive(run(u8::is_ascii_lowercase)),
        Field::Tag => Mark::LABELS
            .iter()
            .filter(|label| {
                rest.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label))
            })
            .map(|label| label.len())
            .take(1)
            .collect(),
        Field::Modifier => {
            let length = run(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte));
            let starts = rest.starts_with(|first: char| first.is_ascii_alphabetic());
            let fits = if slot.implied { is_implied(&rest[..length]) } else { starts };
            if fits { positive(length) } else { Vec::new() }
        }
        _ => {
            let digits = run(u8::is_ascii_digit);
            match slot.token.width {
                width if width > 0 && slot.glued => {
                    let shortest = if slot.padded { width } else { 1 };
                    (shortest..=width).filter(|length| *length <= digits).collect()
                }
                _ => positive(digits),
            }
        }
    }
}

fn positive(length: usize) -> Vec<usize> {
    if length > 0 { vec![length] } else { Vec::new() }
}

/// Whether a pattern without a tag takes this for one: at most one separator, then a known label.
fn is_implied(text: &str) -> bool {
    let bare = text.strip_prefix(['-', '.', '_']).unwrap_or(text);
    bare.starts_with(|first: char| first.is_ascii_alphabetic())
        && Word::parse(bare).is_some_and(|word| word.is_plain())
}
