//! Patterns such as `YYYY.0M[.INC0]`: read, checked, and flattened for matching.

use super::token::{Field, TOKENS, Token};

/// Patterns are written by hand; nobody needs more.
const LONGEST: usize = 200;

/// A part of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Literal(String),
    /// The index of a slot.
    Slot(usize),
    /// `[...]`: written only when something in it differs from zero.
    Optional(Vec<Node>),
}

/// A token in its place.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) token: &'static Token,
    /// Whether it is written with leading zeros.
    pub(super) padded: bool,
    /// Whether it touches other digits, so that its width is all that tells where it ends.
    pub(super) glued: bool,
    /// Stands for the pre-release that a pattern without a tag still reads.
    pub(super) implied: bool,
    /// The brackets it stands in; 0 outside of all.
    group: usize,
}

impl Slot {
    pub(super) fn field(&self) -> Field {
        self.token.field
    }
}

/// A checked pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) nodes: Vec<Node>,
    pub(super) slots: Vec<Slot>,
    /// The slots in order of weight.
    pub(super) order: Vec<usize>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// *Errors*: what is wrong, for people.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("a pattern has at most {LONGEST} characters"));
        }
        let mut reader = Reader { slots: Vec::new(), groups: 0 };
        let mut nodes = reader.read(text)?;
        let mut slots = reader.slots;
        check_fields(&slots)?;
        check_places(&nodes, &slots)?;
        glue(&nodes, &mut slots)?;
        if !slots.iter().any(|slot| is_mark(slot.field())) {
            nodes.push(implied_modifier(&mut slots));
        }
        let order = order_of_weight(&slots);
        Ok(Self { text: text.to_owned(), nodes, slots, order })
    }

    /// The index of the first slot for one of the fields, in the order of the fields.
    pub(super) fn find(&self, fields: &[Field]) -> Option<usize> {
        fields.iter().find_map(|field| self.slots.iter().position(|slot| slot.field() == *field))
    }
}

struct Reader {
    slots: Vec<Slot>,
    groups: usize,
}

impl Reader {
    fn read(&mut self, text: &str) -> Result<Vec<Node>, String> {
        let mut open: Vec<(usize, Vec<Node>)> = Vec::new();
        let mut group = 0;
        let mut nodes = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let mut used = first.len_utf8();
            match first {
                '[' => {
                    self.groups += 1;
                    open.push((group, std::mem::take(&mut nodes)));
                    group = self.groups;
                }
                ']' => {
                    let (outer, before) = open.pop().ok_or("a `]` has no `[`")?;
                    if !nodes.iter().any(|node| !matches!(node, Node::Literal(_))) {
                        return Err("brackets without a token in them are always left out".into());
                    }
                    let inner = std::mem::replace(&mut nodes, before);
                    nodes.push(Node::Optional(inner));
                    group = outer;
                }
                '{' => {
                    let end = rest.find('}').ok_or("a `{` has no `}`")?;
                    let name = &rest[1..end];
                    let token = Token::braced(name).ok_or_else(|| no_token(name))?;
                    nodes.push(self.slot(token, group));
                    used = end + 1;
                }
                '\\' => {
                    let literal = rest.chars().nth(1).ok_or("a `\\` escapes nothing")?;
                    push_literal(&mut nodes, literal);
                    used += literal.len_utf8();
                }
                _ => match Token::at_start_of(rest) {
                    Some(token) => {
                        nodes.push(self.slot(token, group));
                        used = token.name.len();
                    }
                    None if first.is_ascii_uppercase() => {
                        let word = rest.find(|other: char| !other.is_ascii_uppercase());
                        return Err(no_token(&rest[..word.unwrap_or(rest.len())]));
                    }
                    None => push_literal(&mut nodes, first),
                },
            }
            rest = &rest[used..];
        }
        if open.is_empty() { Ok(nodes) } else { Err("a `[` has no `]`".into()) }
    }

    fn slot(&mut self, token: &'static Token, group: usize) -> Node {
        self.slots.push(Slot { token, padded: token.padded, glued: false, implied: false, group });
        Node::Slot(self.slots.len() - 1)
    }
}

fn push_literal(nodes: &mut Vec<Node>, character: char) {
    if let Some(Node::Literal(literal)) = nodes.last_mut() {
        literal.push(character);
    } else {
        nodes.push(Node::Literal(character.into()));
    }
}

fn no_token(word: &str) -> String {
    let names: Vec<_> = TOKENS.iter().map(|token| token.name).collect();
    let hint =
        word.chars().next().filter(char::is_ascii_uppercase).map_or_else(String::new, |letter| {
            format!(" (write `\\{letter}` for the letter itself)")
        });
    format!("`{word}` is no token; there are {}, {{letter}}{hint}", names.join(", "))
}

fn is_mark(field: Field) -> bool {
    matches!(field, Field::Tag | Field::Modifier | Field::Letter | Field::SmallLetter)
}

/// The pre-release that real histories carry even where the pattern forgot it (`2023.9.0b3`).
fn implied_modifier(slots: &mut Vec<Slot>) -> Node {
    slots.push(Slot {
        token: &Token { name: "MODIFIER", field: Field::Modifier, width: 0, padded: false },
        padded: false,
        glued: false,
        implied: true,
        group: usize::MAX,
    });
    Node::Optional(vec![Node::Slot(slots.len() - 1)])
}

/// A field stands once, and the fields fit each other.
fn check_fields(slots: &[Slot]) -> Result<(), String> {
    let has = |wanted: &[Field]| slots.iter().any(|slot| wanted.contains(&slot.field()));
    for (index, slot) in slots.iter().enumerate() {
        if slots[..index].iter().any(|earlier| earlier.field() == slot.field()) {
            return Err(format!("{} is written twice", slot.field().noun()));
        }
    }
    if !has(&[Field::Year, Field::IsoYear]) {
        return Err("it has no year; start with YYYY, YY or 0Y".into());
    }
    if has(&[Field::IsoWeek]) && has(&[Field::Year]) {
        return Err("ISO weeks have ISO years: write GGGG with VV, or WW with YYYY".into());
    }
    if has(&[Field::IsoYear]) && has(&[Field::MondayWeek, Field::SundayWeek]) {
        return Err("ISO years have ISO weeks: write VV with GGGG, or YYYY with WW".into());
    }
    if has(&[Field::TagNumber]) && !has(&[Field::Tag]) {
        return Err("NUM counts a TAG or PYTAG, and there is none".into());
    }
    if has(&[Field::Tag]) && has(&[Field::Modifier]) {
        return Err("TAG and MODIFIER are two words for one thing".into());
    }
    Ok(())
}

/// What can be empty stands in brackets, and what can be anything stands last.
fn check_places(nodes: &[Node], slots: &[Slot]) -> Result<(), String> {
    for slot in slots {
        let may_be_empty = matches!(slot.token.name, "A" | "PYTAG" | "MODIFIER");
        if may_be_empty && slot.group == 0 {
            let name = slot.token.name;
            return Err(format!("{name} is not always there: write it in brackets, [{name}]"));
        }
        let sharing = slots.iter().filter(|other| other.group == slot.group).count();
        if slot.field() == Field::Letter && sharing > 1 {
            return Err("A is not always there: give it brackets of its own, [A]".to_owned());
        }
    }
    let modifier = slots.iter().position(|slot| slot.field() == Field::Modifier);
    if modifier.is_some_and(|modifier| last_slot_or_literal(nodes) != Some(modifier)) {
        return Err("nothing follows a MODIFIER, which can be any word".into());
    }
    Ok(())
}

/// The slot a pattern ends with; `None` where it ends with a literal.
fn last_slot_or_literal(nodes: &[Node]) -> Option<usize> {
    match nodes.last()? {
        Node::Literal(_) => None,
        Node::Slot(index) => Some(*index),
        Node::Optional(inner) => last_slot_or_literal(inner),
    }
}

/// What may stand right before a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Digits(usize),
    LiteralDigit,
    Other,
}

/// Marks the slots that touch digits, and pads those whose end could not be told otherwise.
fn glue(nodes: &[Node], slots: &mut [Slot]) -> Result<(), String> {
    let mut touches = Vec::new();
    collect_touches(nodes, slots, vec![Edge::Other], &mut touches);
    let mut run: Vec<usize> = (0..slots.len()).collect();
    for (left, right) in &touches {
        if let Edge::Digits(left) = *left
            && slots[left].token.is_open()
        {
            let name = slots[left].token.name;
            return Err(format!("{name} runs into the digits after it; put a separator between"));
        }
        if let (Edge::Digits(left), Edge::Digits(right)) = (*left, *right) {
            let (old, new) = (run[right], run[left]);
            run.iter_mut().filter(|id| **id == old).for_each(|id| *id = new);
        }
    }
    for (left, right) in touches {
        for edge in [left, right] {
            if let Edge::Digits(slot) = edge {
                slots[slot].glued = true;
            }
        }
    }
    for id in 0..slots.len() {
        let members: Vec<usize> =
            (0..slots.len()).filter(|slot| run[*slot] == id && slots[*slot].glued).collect();
        let loose = members
            .iter()
            .filter(|slot| slots[**slot].token.is_open() || !slots[**slot].padded)
            .count();
        let one_group = members.iter().all(|slot| slots[*slot].group == slots[members[0]].group);
        if loose > 1 || !one_group {
            for slot in members {
                slots[slot].padded = slots[slot].token.width > 0;
            }
        }
    }
    Ok(())
}

fn collect_touches(
    nodes: &[Node],
    slots: &[Slot],
    mut before: Vec<Edge>,
    touches: &mut Vec<(Edge, Edge)>,
) -> Vec<Edge> {
    let mut meet = |before: &[Edge], edge: Edge| {
        let digits = before.iter().filter(|left| **left != Edge::Other);
        touches.extend(digits.map(|left| (*left, edge)));
    };
    for node in nodes {
        match node {
            Node::Literal(literal) => {
                if literal.starts_with(|first: char| first.is_ascii_digit()) {
                    meet(&before, Edge::LiteralDigit);
                }
                let digit_last = literal.ends_with(|last: char| last.is_ascii_digit());
                before = vec![if digit_last { Edge::LiteralDigit } else { Edge::Other }];
            }
            Node::Slot(index) if slots[*index].field().is_numeric() => {
                meet(&before, Edge::Digits(*index));
                before = vec![Edge::Digits(*index)];
            }
            Node::Slot(_) => before = vec![Edge::Other],
            Node::Optional(inner) => {
                let mut found = Vec::new();
                let after = collect_touches(inner, slots, before.clone(), &mut found);
                for (left, right) in found {
                    meet(&[left], right);
                }
                before.extend(after);
                before.dedup();
            }
        }
    }
    before
}

/// Slots by weight: as written, but for the calendar's fields, whose weight the calendar knows.
fn order_of_weight(slots: &[Slot]) -> Vec<usize> {
    let mut calendar: Vec<usize> =
        (0..slots.len()).filter(|slot| slots[*slot].field().is_calendar()).collect();
    calendar.sort_by_key(|slot| slots[*slot].field().calendar_weight());
    let mut calendar = calendar.into_iter();
    (0..slots.len())
        .filter_map(
            |slot| {
                if slots[slot].field().is_calendar() { calendar.next() } else { Some(slot) }
            },
        )
        .collect()
}
