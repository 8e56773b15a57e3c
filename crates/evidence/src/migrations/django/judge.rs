//! What operations do to a database with rows, and to the models.

use std::collections::BTreeSet;

use super::{
    alteration::{added, alteration},
    field::{Field, Kind},
    operation::{ConstraintKind, NewModel, Operation, Unique},
    rows,
    state::{KnownField, Model, State},
    statements::Tables,
};
use crate::migrations::{Effects, Flag};

/// Applies the operations of one migration to the models, and says what they do to the database.
pub(super) fn judge(state: &mut State, tables: &mut Tables, operations: &[Operation]) -> Effects {
    state.begin();
    tables.begin();
    let mut judge = Judge { state, tables, is_only_state: false, effects: Effects::default() };
    judge.all(operations);
    let mut effects = judge.effects;
    effects.extend(tables.conclude());
    effects
}

struct Judge<'a> {
    state: &'a mut State,
    tables: &'a mut Tables,
    /// Whether the database has nothing to do with what is applied.
    is_only_state: bool,
    effects: Effects,
}

impl Judge<'_> {
    fn all(&mut self, operations: &[Operation]) {
        for operation in operations {
            self.operation(operation);
        }
    }

    fn operation(&mut self, operation: &Operation) {
        match operation {
            Operation::CreateModel(new) => self.create(new),
            Operation::DeleteModel { model } => self.delete(model),
            Operation::RenameModel { model, to } => self.rename(model, to),
            Operation::AlterModelTable { model, table } => {
                self.alter_table(model, table.as_deref());
            }
            Operation::AddField { model, name, field } => self.add_field(model, name, field),
            Operation::RemoveField { model, name } => self.remove_field(model, name),
            Operation::AlterField { model, name, field } => self.alter_field(model, name, field),
            Operation::RenameField { model, name, to } => self.rename_field(model, name, to),
            Operation::UniqueTogether { model, sets } => self.unique_together(model, sets),
            Operation::AddConstraint { model, constraint } => {
                self.constrain(model, &constraint.kind);
                let known = self.state.touch(model);
                known.constraints.insert(constraint.name.clone(), constraint.kind.clone());
            }
            Operation::RemoveConstraint { model, name } => {
                self.state.touch(model).constraints.remove(name);
                self.note(model, Flag::Neutral("drops a constraint"), format!("{model} {name}"));
            }
            Operation::ValidateConstraint { model, name } => {
                self.note(model, Flag::TightenCheck, format!("{model} {name}"));
            }
            Operation::OrderWithRespectTo { model, is_kept } => {
                let flag = if *is_kept { Flag::Neutral("adds a column") } else { Flag::DropColumn };
                self.note(model, flag, format!("{model}._order"));
            }
            Operation::Options { model, managed } => {
                let known = self.state.touch(model);
                if let Some(managed) = managed {
                    known.has_table = *managed && !known.is_proxy;
                }
                self.effects.add(Flag::Noop, model);
            }
            Operation::Neutral { what, subject } => {
                self.effects.add(Flag::Neutral(what), subject);
            }
            Operation::Nothing { what } => self.effects.add(Flag::Noop, what),
            Operation::Separate { database, state } => {
                let before = self.state.snapshot();
                self.all(database);
                *self.state = before;
                self.only_state(state);
                if database.is_empty() {
                    self.effects.add(Flag::Noop, "models");
                }
            }
            Operation::Sql { statements, state } => {
                for sql in statements.iter().filter(|_| !self.is_only_state) {
                    match sql {
                        Some(sql) => self.effects.extend(self.tables.run(sql)),
                        None => self.effects.add(Flag::Unresolved, "RunSQL"),
                    }
                }
                if statements.is_empty() {
                    self.effects.add(Flag::Noop, "RunSQL");
                }
                self.only_state(state);
            }
            Operation::Python(_) if self.is_only_state => {}
            Operation::Python(work) => {
                self.effects.extend(rows::effects(self.state, self.tables, work));
            }
            Operation::Unknown { what } => self.effects.add(Flag::Unresolved, what),
        }
    }

    /// Applies operations to the models alone.
    fn only_state(&mut self, operations: &[Operation]) {
        let effects = std::mem::take(&mut self.effects);
        let is_within = std::mem::replace(&mut self.is_only_state, true);
        self.all(operations);
        self.is_only_state = is_within;
        self.effects = effects;
    }

    /// Notes what is done to a model's table; a model without one has nothing done to it.
    fn note(&mut self, model: &str, flag: Flag, subject: impl Into<String>) {
        let known = self.state.get(model);
        let has_table = known.is_none_or(|known| known.has_table);
        let is_new = known.is_some_and(|known| known.is_new);
        let flag = match flag {
            _ if !has_table => Flag::Noop,
            flag if is_new && (flag.is_data() || flag.is_destructive()) => {
                Flag::Neutral("shapes a new table")
            }
            flag => flag,
        };
        self.effects.add(flag, subject);
    }

    fn create(&mut self, new: &NewModel) {
        let flag = if new.has_table { Flag::Neutral("creates a table") } else { Flag::Noop };
        self.effects.add(flag, &new.name);
        let mut model = Model::made(new);
        if self.is_only_state {
            // A table that another app or an older release made.
            model.is_new = self.tables.is_new_table(&self.state.table(&model));
            let is_new = model.is_new;
            model.fields.values_mut().for_each(|known| known.is_new = is_new);
        } else {
            self.tables.create(self.state, &model, new);
        }
        self.state.insert(model);
    }

    fn delete(&mut self, name: &str) {
        self.note(name, Flag::DropTable, name);
        self.state.remove(name);
    }

    fn rename(&mut self, name: &str, to: &str) {
        let has_own_table = self.state.get(name).is_some_and(|model| model.table.is_some());
        let is_same = has_own_table || name.to_lowercase() == to.to_lowercase();
        let flag = if is_same { Flag::Noop } else { Flag::RenameTable };
        self.note(name, flag, format!("{name} to {to}"));
        self.state.rename(name, to);
    }

    fn alter_table(&mut self, name: &str, table: Option<&str>) {
        let before = self.state.get(name).map(|model| self.state.table(model));
        let known = self.state.touch(name);
        known.table = table.map(str::to_owned);
        let after = self.state.get(name).map(|model| self.state.table(model));
        let flag = if before.is_some() && before == after { Flag::Noop } else { Flag::RenameTable };
        self.note(name, flag, name);
    }

    fn add_field(&mut self, model: &str, name: &str, field: &Field) {
        self.note(model, added(field), format!("{model}.{name}"));
        if field.is_primary {
            self.note(model, Flag::PrimaryKeyChange, format!("{model}.{name}"));
        }
        self.state.touch(model);
        let mut is_new = true;
        if let Some(known) = self.state.get(model) {
            if self.is_only_state {
                let column = field.column(name).unwrap_or_default();
                is_new = self.tables.is_new_column(&self.state.table(known), &column);
            } else {
                self.tables.add(self.state, known, name, field);
            }
        }
        let field = KnownField { field: field.clone(), is_new };
        self.state.touch(model).fields.insert(name.to_owned(), field);
    }

    fn remove_field(&mut self, model: &str, name: &str) {
        let known = self.state.touch(model).fields.remove(name);
        let flag = match &known {
            Some(known) => match &known.field.kind {
                Kind::Virtual => Flag::Noop,
                Kind::Many(many) if many.has_model => Flag::Noop,
                _ if known.is_new => Flag::Neutral("drops a new column"),
                Kind::Many(_) => Flag::DropTable,
                _ => Flag::DropColumn,
            },
            None => Flag::DropColumn,
        };
        self.note(model, flag, format!("{model}.{name}"));
    }

    fn alter_field(&mut self, model: &str, name: &str, field: &Field) {
        let subject = format!("{model}.{name}");
        let known = self.state.get(model).and_then(|known| known.fields.get(name)).cloned();
        let Some(known) = known else {
            self.note(
                model,
                Flag::Unresolved,
                format!("{subject}, whose former definition is not known"),
            );
            let field = KnownField { field: field.clone(), is_new: false };
            self.state.touch(model).fields.insert(name.to_owned(), field);
            return;
        };
        let (old, new) = (self.at_present(model, &known.field), self.at_present(model, field));
        let mut flags = alteration(&old, &new);
        if let (Some(before), Some(after)) = (old.column(name), new.column(name))
            && before != after
        {
            flags.push(Flag::RenameColumn);
        }
        let alone = Unique::of(BTreeSet::from([name.to_owned()]));
        let touched = self.state.touch(model);
        if new.unique && !old.unique {
            flags.push(if touched.has_unique(&alone) {
                Flag::Neutral("makes a new column unique")
            } else {
                Flag::TightenUnique
            });
        } else if old.unique && !new.unique {
            flags.push(Flag::Neutral("drops a constraint"));
        }
        let altered = KnownField { field: field.clone(), is_new: known.is_new };
        touched.fields.insert(name.to_owned(), altered);
        if flags.is_empty() {
            flags.push(Flag::Noop);
        }
        for flag in flags {
            let flag = match flag {
                flag if known.is_new && (flag.is_data() || flag.is_destructive()) => {
                    Flag::Neutral("shapes a new column")
                }
                flag => flag,
            };
            self.note(model, flag, &subject);
        }
    }

    /// A field whose references go by the present names of models.
    fn at_present(&self, owner: &str, field: &Field) -> Field {
        let mut field = field.clone();
        match &mut field.kind {
            Kind::Reference(reference) => {
                reference.to = self.state.target(owner, &reference.to);
                let is_usual = |field: &String| self.state.is_key(&reference.to, field);
                if reference.to_field.as_ref().is_some_and(is_usual) {
                    reference.to_field = None;
                }
            }
            Kind::Many(many) => many.to = self.state.target(owner, &many.to),
            _ => {}
        }
        field
    }

    fn rename_field(&mut self, model: &str, name: &str, to: &str) {
        let known = self.state.touch(model);
        let field = known.fields.remove(name);
        let flag = match &field {
            Some(known) => match &known.field.kind {
                Kind::Virtual => Flag::Noop,
                Kind::Many(many) if many.has_model || many.table.is_some() => Flag::Noop,
                Kind::Many(_) => Flag::RenameTable,
                _ if known.field.db_column.is_some() => Flag::Noop,
                _ if known.is_new => Flag::Neutral("renames a new column"),
                _ => Flag::RenameColumn,
            },
            None => Flag::RenameColumn,
        };
        if let Some(field) = field {
            known.fields.insert(to.to_owned(), field);
        }
        for set in &mut known.unique_together {
            if set.remove(name) {
                set.insert(to.to_owned());
            }
        }
        self.note(model, flag, format!("{model}.{name} to {to}"));
    }

    fn unique_together(&mut self, model: &str, sets: &[BTreeSet<String>]) {
        let known = self.state.touch(model);
        let former = std::mem::replace(&mut known.unique_together, sets.to_vec());
        let mut flags = BTreeSet::new();
        for set in sets.iter().filter(|set| !former.contains(set)) {
            let unique = Unique::of((*set).clone());
            let flag = if known.has_unique(&unique) {
                Flag::Neutral("makes new columns unique")
            } else {
                Flag::TightenUnique
            };
            flags.insert((flag, listed(set)));
        }
        if former.iter().any(|set| !sets.contains(set)) {
            flags.insert((Flag::Neutral("drops a constraint"), String::new()));
        }
        if flags.is_empty() {
            flags.insert((Flag::Noop, String::new()));
        }
        for (flag, fields) in flags {
            self.note(model, flag, format!("{model} {fields}").trim_end().to_owned());
        }
    }

    fn constrain(&mut self, model: &str, kind: &ConstraintKind) {
        let known = self.state.touch(model);
        let (flag, fields) = match kind {
            ConstraintKind::Unique(unique) if known.has_unique(unique) => {
                (Flag::Neutral("makes new columns unique"), &unique.fields)
            }
            ConstraintKind::Unique(unique) => (Flag::TightenUnique, &unique.fields),
            ConstraintKind::Check { fields, condition } => {
                let holds = known.has_condition(*condition, fields);
                let flag =
                    if holds { Flag::Neutral("checks new columns") } else { Flag::TightenCheck };
                (flag, fields)
            }
            ConstraintKind::Exclusion { fields, condition } => {
                let holds = known.has_condition(*condition, fields);
                let flag =
                    if holds { Flag::Neutral("checks new columns") } else { Flag::TightenUnique };
                (flag, fields)
            }
            ConstraintKind::CheckLater { fields, .. } => (Flag::Neutral("checks new rows"), fields),
            ConstraintKind::Unknown => (Flag::Unresolved, &BTreeSet::new()),
        };
        let subject = format!("{model} {}", listed(fields)).trim_end().to_owned();
        self.note(model, flag, subject);
    }
}

fn listed(fields: &BTreeSet<String>) -> String {
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    if fields.is_empty() { String::new() } else { format!("({})", fields.join(", ")) }
}
