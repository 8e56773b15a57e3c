//! What only the end of a migration tells: what was dropped or renamed for good, and which types changed.

use super::{Schema, Shift, Table, TypeId, Typed, apply::note};
use crate::migrations::{
    effects::{Effects, Flag},
    sql::shown,
};

/// How often one migration may look through everything known.
const MOST_SEARCHES: u32 = 100;

impl Schema {
    /// Ends the migration.
    pub(crate) fn conclude(&mut self) -> Effects {
        let mut effects = Effects::default();
        let ledger = std::mem::take(&mut self.ledger);
        for (name, before) in &ledger.dropped_tables {
            self.conclude_dropped_table(name, before, &mut effects);
        }
        for original in ledger.renamed_tables.0.values() {
            effects.add(Flag::RenameTable, shown(original));
        }
        for view in &ledger.dropped_views {
            if self.views.contains_key(view) || self.tables.contains_key(view) {
                note(&mut effects, "replaces a view", view);
            } else {
                effects.add(Flag::DropView, shown(view));
            }
        }
        for original in ledger.renamed_views.0.values() {
            if !self.views.contains_key(original) {
                effects.add(Flag::RenameTable, shown(original));
            }
        }
        for original in ledger.renamed_types.0.values() {
            if !self.types.contains_key(original) {
                effects.add(Flag::RenameType, shown(original));
            }
        }
        for (name, before) in &ledger.moved_types {
            self.conclude_rebuilt_type(name, *before, &mut effects);
        }
        for table in &ledger.retyped {
            self.conclude_retyped(table, &ledger.moved_types, &mut effects);
        }
        effects
    }

    fn conclude_dropped_table(&self, name: &str, before: &Table, effects: &mut Effects) {
        let rebuilt =
            self.tables.get(name).filter(|now| now.made == self.migration && now.is_filled);
        let Some(now) = rebuilt else { return effects.add(Flag::DropTable, shown(name)) };
        effects.add(Flag::TableRebuild, shown(name));
        for (column, former) in before.columns.iter().filter(|_| now.is_complete) {
            let subject = shown(&format!("{name}.{column}"));
            let Some(present) = now.columns.get(column) else {
                effects.add(Flag::DropColumn, subject);
                continue;
            };
            if former.nullable == Some(true) && present.nullable == Some(false) {
                effects.add(Flag::TightenNotNull, subject.clone());
            }
            if let (Some(from), Some(to)) = (&former.kind, &present.kind) {
                self.tell_shift(from, to, subject, effects);
            }
        }
    }

    /// Values that an enumeration lost when it was made anew.
    fn conclude_rebuilt_type(&self, name: &str, before: TypeId, effects: &mut Effects) {
        let now = self.types.get(name).filter(|now| **now != before);
        let values = |id: TypeId| self.type_entries.get(id)?.values.as_ref();
        let Some((before, now)) = values(before).zip(now.and_then(|now| values(*now))) else {
            return;
        };
        for value in before.iter().filter(|value| !now.contains(value)) {
            effects.add(Flag::EnumValueDrop, shown(&format!("{name}.{value}")));
        }
    }

    fn conclude_retyped(
        &self,
        table: &str,
        moved_types: &std::collections::BTreeMap<String, TypeId>,
        effects: &mut Effects,
    ) {
        let Some(known) = self.tables.get(table) else { return };
        for (name, column) in &known.columns {
            let Some((migration, before)) = &column.before else { continue };
            if *migration != self.migration || self.is_new_in(known, name) {
                continue;
            }
            let subject = shown(&format!("{table}.{name}"));
            let lineage = || {
                let to = column.kind.as_ref()?;
                let before = moved_types.get(to.kind.custom_name()?)?;
                Some(Typed { kind: to.kind.clone(), id: Some(*before) })
            };
            let before = before.clone().or_else(lineage);
            match (before, &column.kind) {
                (Some(from), Some(to)) => self.tell_shift(&from, to, subject, effects),
                _ => effects.add(Flag::TypeChange, subject),
            }
        }
    }

    fn tell_shift(&self, from: &Typed, to: &Typed, subject: String, effects: &mut Effects) {
        match self.shift(from, to) {
            Shift::Same => note(effects, "keeps a type", subject),
            Shift::Wider => note(effects, "widens a type", subject),
            Shift::Cast => effects.add(Flag::TypeChange, subject),
            Shift::Narrower
                if from.kind.custom_name().is_some() || from.kind.values().is_some() =>
            {
                effects.add(Flag::EnumValueDrop, subject);
            }
            Shift::Narrower => effects.add(Flag::TypeNarrow, subject),
        }
    }

    fn shift(&self, from: &Typed, to: &Typed) -> Shift {
        let by_kind = from.kind.shift_to(&to.kind);
        if from.id == to.id {
            return by_kind;
        }
        match (self.values_of(from), self.values_of(to)) {
            (Some(before), Some(now)) if from.kind.is_array() == to.kind.is_array() => {
                let keeps_all = before.iter().all(|value| now.contains(value));
                if keeps_all { Shift::Wider } else { Shift::Narrower }
            }
            _ if by_kind == Shift::Same => Shift::Cast,
            _ => by_kind,
        }
    }

    pub(super) fn is_new_type(&self, name: &str) -> bool {
        let entry = self.types.get(name).and_then(|id| self.type_entries.get(*id));
        entry.is_some_and(|entry| entry.made == self.migration)
    }

    pub(super) fn enum_values(&mut self, name: &str) -> Option<&mut Vec<String>> {
        let id = *self.types.get(name)?;
        self.type_entries.get_mut(id)?.values.as_mut()
    }

    /// Takes a type out from under its name; also tells whether this migration made it.
    pub(super) fn take_type(&mut self, name: &str) -> (TypeId, bool) {
        let id = match self.types.get(name) {
            Some(id) => *id,
            None => self.make_type(name, None, 0),
        };
        let is_new = self.is_new_type(name);
        if !is_new {
            let original =
                self.ledger.renamed_types.0.get(name).cloned().unwrap_or_else(|| name.to_owned());
            self.ledger.moved_types.entry(original).or_insert(id);
        }
        self.types.remove(name);
        (id, is_new)
    }

    pub(super) fn drop_type(&mut self, name: &str, cascade: bool, effects: &mut Effects) {
        let (id, _) = self.take_type(name);
        self.ledger.renamed_types.forget(name);
        note(effects, "drops a type", name);
        if !cascade {
            return;
        }
        self.ledger.searches += 1;
        if self.ledger.searches > MOST_SEARCHES {
            return effects.add(Flag::Unresolved, shown(name));
        }
        let mut gone = Vec::new();
        for (table_name, table) in &self.tables {
            for (column_name, column) in &table.columns {
                let has_type = column.kind.as_ref().is_some_and(|kind| kind.id == Some(id));
                if has_type && !self.is_new_in(table, column_name) {
                    gone.push((table_name.clone(), column_name.clone()));
                }
            }
        }
        for (table, column) in gone {
            effects.add(Flag::DropColumn, shown(&format!("{table}.{column}")));
            self.table_mut(&table).columns.remove(&column);
        }
    }

    /// Tables of the schema go with it. Migrations make tables, so where earlier ones are known and made none in it,
    /// there are none.
    pub(super) fn drop_schema(&mut self, name: &str, effects: &mut Effects) {
        self.ledger.searches += 1;
        let is_new = self.schemas.remove(name) == Some(self.migration);
        if self.ledger.searches > MOST_SEARCHES {
            return effects.add(Flag::Unresolved, shown(name));
        }
        let prefix = format!("{name}.");
        let of_schema = |table: &&String| table.starts_with(&prefix);
        let tables: Vec<_> = self.tables.keys().filter(of_schema).cloned().collect();
        let views: Vec<_> = self.views.keys().filter(of_schema).cloned().collect();
        note(effects, "drops a schema", name);
        let knows_history = !self.tables.is_empty();
        if tables.is_empty() && views.is_empty() && !is_new && !knows_history {
            effects.add(Flag::Unresolved, format!("what was in schema {}", shown(name)));
        }
        for table in tables {
            self.apply(&super::Action::DropTable { table }, effects);
        }
        for view in views {
            self.apply(&super::Action::DropView { view }, effects);
        }
    }
}
