//! What it takes to turn a column into another one.

use super::field::{Field, Kind, Many, Reference, Type};
use crate::migrations::Flag;

/// How one type becomes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Same,
    Wider,
    Narrower,
    Cast,
    Unknown,
}

/// What turning one field of a model into another does to existing rows, without what names and uniqueness do.
pub(super) fn alteration(old: &Field, new: &Field) -> Vec<Flag> {
    let mut flags = Vec::new();
    match (&old.kind, &new.kind) {
        (Kind::Column(old), Kind::Column(new)) => flags.extend(step(old, new).flag()),
        (Kind::Reference(old), Kind::Reference(new)) => flags.extend(referred(old, new)),
        (Kind::Column(old), Kind::Reference(new)) => {
            if !matches!(old, Type::Integer { .. } | Type::Plain("uuid")) {
                flags.push(Flag::TypeChange);
            }
            if new.is_enforced {
                flags.push(Flag::TightenForeignKey);
            }
        }
        (Kind::Reference(_), Kind::Column(new)) => {
            flags.push(Flag::Neutral("drops a foreign key"));
            if !matches!(new, Type::Integer { .. } | Type::Plain("uuid")) {
                flags.push(Flag::TypeChange);
            }
        }
        (Kind::Many(old), Kind::Many(new)) => flags.extend(joined(old, new)),
        (Kind::Virtual, Kind::Virtual) | (Kind::Generated, Kind::Generated) => {}
        (Kind::Virtual, _) => flags.push(added(new)),
        (_, Kind::Virtual) => flags.push(Flag::DropColumn),
        _ => flags.push(Flag::Unresolved),
    }
    let has_values = new.column("").is_some() && new.kind != Kind::Generated;
    if has_values && old.null && !new.null {
        flags.push(Flag::TightenNotNull);
    }
    if has_values && !old.null && new.null {
        flags.push(Flag::Neutral("makes a column nullable"));
    }
    if old.has_index != new.has_index {
        flags.push(Flag::Neutral("changes an index"));
    }
    if old.details != new.details {
        flags.push(Flag::Neutral("changes a default or collation"));
    }
    if old.is_primary != new.is_primary {
        flags.push(Flag::PrimaryKeyChange);
    }
    flags
}

/// What adding a field to a table with rows does.
pub(super) fn added(field: &Field) -> Flag {
    match &field.kind {
        Kind::Virtual => Flag::Noop,
        Kind::Many(many) if many.has_model => Flag::Noop,
        Kind::Many(_) => Flag::Neutral("creates a table"),
        Kind::Generated => Flag::Neutral("adds a column"),
        _ if field.null || field.fills => Flag::Neutral("adds a column"),
        _ => Flag::AddNotNullWithoutDefault,
    }
}

impl Step {
    fn flag(self) -> Option<Flag> {
        match self {
            Self::Same => None,
            Self::Wider => Some(Flag::Neutral("widens a type")),
            Self::Narrower => Some(Flag::TypeNarrow),
            Self::Cast => Some(Flag::TypeChange),
            Self::Unknown => Some(Flag::Unresolved),
        }
    }
}

fn step(old: &Type, new: &Type) -> Step {
    match (old, new) {
        (Type::Text(old), Type::Text(new)) => longer(*old, *new),
        (
            &Type::Integer { bits: old, is_positive: was_positive },
            &Type::Integer { bits: new, is_positive },
        ) => match (new.cmp(&old), is_positive, was_positive) {
            (std::cmp::Ordering::Less, ..) | (_, true, false) => Step::Narrower,
            (std::cmp::Ordering::Equal, true, true) | (std::cmp::Ordering::Equal, false, false) => {
                Step::Same
            }
            _ => Step::Wider,
        },
        (
            &Type::Decimal { digits: old_digits, places: old_places },
            &Type::Decimal { digits, places },
        ) => {
            let before = |digits: Option<u64>, places: Option<u64>| {
                digits.zip(places).map(|(digits, places)| digits.saturating_sub(places))
            };
            both(
                longer(old_places, places),
                longer(before(old_digits, old_places), before(digits, places)),
            )
        }
        (Type::Array(old), Type::Array(new)) => step(old, new),
        (old, new) if old == new => Step::Same,
        (Type::Foreign(..), _) | (_, Type::Foreign(..)) => Step::Unknown,
        _ => Step::Cast,
    }
}

/// From one size to another, where none is no limit.
fn longer(old: Option<u64>, new: Option<u64>) -> Step {
    match (old, new) {
        (old, new) if old == new => Step::Same,
        (Some(_), None) => Step::Wider,
        (Some(old), Some(new)) if new > old => Step::Wider,
        _ => Step::Narrower,
    }
}

fn both(one: Step, other: Step) -> Step {
    match (one, other) {
        (Step::Same, step) | (step, Step::Same) => step,
        (Step::Narrower, _) | (_, Step::Narrower) => Step::Narrower,
        _ => Step::Wider,
    }
}

fn referred(old: &Reference, new: &Reference) -> Vec<Flag> {
    let mut flags = Vec::new();
    if old.to_field != new.to_field {
        flags.push(Flag::TypeChange);
    }
    let is_other = old.to != new.to || !old.is_enforced;
    if is_other && new.is_enforced {
        flags.push(Flag::TightenForeignKey);
    }
    if old.is_enforced && !new.is_enforced {
        flags.push(Flag::Neutral("drops a foreign key"));
    }
    flags
}

fn joined(old: &Many, new: &Many) -> Vec<Flag> {
    let mut flags = Vec::new();
    if old.has_model || new.has_model {
        return flags;
    }
    if old.to != new.to {
        flags.push(Flag::TightenForeignKey);
    }
    if old.table != new.table {
        flags.push(Flag::RenameTable);
    }
    flags
}
