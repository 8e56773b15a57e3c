//! Values to text, to a place in the order, and to a whole version.

use crate::{KeyBuilder, OrderKey, Stage, Version};

use super::{
    pattern::{Node, Pattern, Slot},
    token::Field,
    value::{Mark, Value},
};

/// The version that has these values.
pub(super) fn version(pattern: &Pattern, values: &[Value], text: Option<&str>) -> Version {
    let canonical = spell(pattern, values);
    let text = text.unwrap_or(&canonical);
    Version::new(
        text,
        &canonical,
        key(pattern, values),
        release(pattern, values),
        stage(pattern, values),
    )
}

/// The spelling the pattern asks for.
pub(super) fn spell(pattern: &Pattern, values: &[Value]) -> String {
    write_nodes(&pattern.nodes, pattern, values).0
}

/// The text of a part of the pattern, and whether all in it is zero.
fn write_nodes(nodes: &[Node], pattern: &Pattern, values: &[Value]) -> (String, bool) {
    let mut text = String::new();
    let mut all_zero = true;
    for node in nodes {
        match node {
            Node::Literal(literal) => text.push_str(literal),
            Node::Slot(index) => {
                text.push_str(&write_slot(&pattern.slots[*index], &values[*index]));
                all_zero &= is_zero(&pattern.slots[*index], &values[*index]);
            }
            Node::Optional(inner) => {
                let (inner, zero) = write_nodes(inner, pattern, values);
                if !zero {
                    text.push_str(&inner);
                    all_zero = false;
                }
            }
        }
    }
    (text, all_zero)
}

/// One slot as the pattern writes it.
pub(super) fn write_slot(slot: &Slot, value: &Value) -> String {
    match (slot.field(), value) {
        (Field::Letter, value) => letters(value.number().unwrap_or(0)),
        (Field::SmallLetter, value) => small_letters(value.number().unwrap_or(1)),
        (Field::Tag, value) => {
            let mark = mark(value);
            if slot.token.name == "PYTAG" { mark.short() } else { mark.long() }.to_owned()
        }
        (Field::Modifier, Value::Word(word)) => word.text(),
        (Field::Modifier, _) => String::new(),
        (_, Value::Build(digits)) => digits.clone(),
        (field, value) => {
            let number = value.number().unwrap_or_else(|| field.initial());
            let width = if slot.padded { slot.token.width } else { 0 };
            format!("{number:0width$}")
        }
    }
}

fn letters(mut number: u64) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        number -= 1;
        letters.push(char::from(b'A' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
    }
    letters.iter().rev().collect()
}

/// `a` for 1, `z` for 26, `za` for 27.
///
/// *Cost*: a letter for each 26; numbers come from such texts, so none is much longer than what was read.
fn small_letters(number: u64) -> String {
    let number = number.max(1) - 1;
    let full = usize::try_from(number / 26).unwrap_or(0);
    let last = char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
    let mut letters = "z".repeat(full);
    letters.push(last);
    letters
}

/// Whether brackets around it are left out.
fn is_zero(slot: &Slot, value: &Value) -> bool {
    match slot.field() {
        Field::Tag => mark(value) == Mark::Final,
        Field::Modifier => *value == Value::Absent,
        Field::CounterFromOne | Field::SmallLetter | Field::Build => false,
        field if field.is_calendar() => *value == Value::Absent,
        _ => value.number().unwrap_or(0) == 0,
    }
}

pub(super) fn mark(value: &Value) -> Mark {
    match value {
        Value::Mark(mark) => *mark,
        Value::Word(word) => word.mark(),
        _ => Mark::Final,
    }
}

/// The place in the order.
pub(super) fn key(pattern: &Pattern, values: &[Value]) -> OrderKey {
    let mut key = KeyBuilder::new();
    for &index in &pattern.order {
        let (field, value) = (pattern.slots[index].field(), &values[index]);
        key = match (field, value) {
            (Field::Tag, value) => key.rank(mark(value) as u8),
            (Field::Modifier, Value::Word(word)) => key
                .rank(word.mark() as u8)
                .text(if word.mark() == Mark::Other { word.label() } else { "" })
                .number(word.number().unwrap_or(0))
                .text(&word.rest().to_ascii_lowercase()),
            (Field::Modifier, _) => key.rank(Mark::Final as u8).text("").number(0).text(""),
            (field, value) => key.number(value.number().unwrap_or_else(|| field.initial())),
        };
    }
    key.build()
}

fn release(pattern: &Pattern, values: &[Value]) -> Vec<u64> {
    let counted = |index: &&usize| {
        let field = pattern.slots[**index].field();
        (field.is_numeric() || field == Field::SmallLetter) && field != Field::TagNumber
    };
    let number = |index: &usize| {
        values[*index].number().unwrap_or_else(|| pattern.slots[*index].field().initial())
    };
    pattern.order.iter().filter(counted).map(number).collect()
}

pub(super) fn stage(pattern: &Pattern, values: &[Value]) -> Stage {
    let value = |field| pattern.find(&[field]).map(|slot| &values[slot]);
    let tag_number = value(Field::TagNumber).map(|value| value.number().unwrap_or(0));
    let stage = match value(Field::Tag).or(value(Field::Modifier)) {
        Some(Value::Word(word)) => word.mark().stage(word.number(), word.label()),
        Some(value) => mark(value).stage(tag_number, ""),
        None => Stage::default(),
    };
    let letter = value(Field::Letter).and_then(Value::number).filter(|letter| *letter > 0);
    Stage { post: stage.post.or(letter), ..stage }
}
