//! What a migration says of the state before it, and of the state after.

use super::{Schema, SqlType, apply::note};
use crate::migrations::{
    effects::{Effects, Flag},
    sql::shown,
};

impl Schema {
    /// Takes a column to have been as a migration says, where earlier ones say nothing of it.
    pub(crate) fn was(
        &mut self,
        table: &str,
        column: &str,
        kind: Option<&SqlType>,
        nullable: Option<bool>,
    ) {
        if self.is_new_column(table, column) {
            return;
        }
        let kind = kind.map(|kind| self.typed(kind));
        let known = self.column_mut(table, column);
        if known.kind.is_none() {
            known.kind = kind;
        }
        known.nullable = known.nullable.or(nullable);
    }

    /// Whether a type of this name is there.
    pub(crate) fn knows_type(&self, name: &str) -> bool {
        let id = self.types.get(name);
        id.and_then(|id| self.type_entries.get(*id)).is_some_and(|entry| entry.made > 0)
    }

    /// Gives an enumeration exactly these values.
    pub(crate) fn set_values(&mut self, name: &str, values: &[String], effects: &mut Effects) {
        let entry = self.types.get(name).and_then(|id| self.type_entries.get_mut(*id));
        let before = entry.and_then(|entry| entry.values.replace(values.to_vec()));
        let Some(before) = before else {
            self.make_type(name, Some(values.to_vec()), 0);
            return effects.add(Flag::Unresolved, format!("other values for {}", shown(name)));
        };
        for value in before.iter().filter(|value| !values.contains(value)) {
            effects.add(Flag::EnumValueDrop, shown(&format!("{name}.{value}")));
        }
        for value in values.iter().filter(|value| !before.contains(value)) {
            note(effects, "adds an enum value", format!("{name}.{value}"));
        }
    }
}
