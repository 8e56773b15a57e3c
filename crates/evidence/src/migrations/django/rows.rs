//! What functions do to rows, held against the models.

use std::collections::BTreeSet;

use super::{
    field::Kind,
    orm::{Deed, Joining, ModelName, Work, Written},
    state::{Model, State},
    statements::Tables,
};
use crate::migrations::{Effects, Flag};

/// Tables whose rows name other tables; who looks at them copies nothing.
const REGISTRIES: &[&str] = &["contenttype", "site"];

/// What the work of a function does to a database with rows.
pub(super) fn effects(state: &State, tables: &mut Tables, work: &Work) -> Effects {
    let mut effects = Effects::default();
    let reads_rows = work.reads.iter().any(|model| {
        !REGISTRIES.contains(&model.name.as_str())
            && known(state, Some(model)).is_none_or(|model| !model.is_new)
    });
    for deed in &work.deeds {
        match deed {
            Deed::Update(model, fields) => {
                let (flag, subject) = update(state, model.as_ref(), fields);
                effects.add(flag, subject);
            }
            Deed::Insert(model) => {
                let is_new = known(state, model.as_ref()).is_some_and(|model| model.is_new);
                let flag = match (is_new, reads_rows) {
                    (true, true) => Flag::CopyRows,
                    (true, false) => Flag::Neutral("fills a new table"),
                    (false, _) => Flag::InsertRows,
                };
                effects.add(flag, named(model.as_ref()));
            }
            Deed::Delete(model) => {
                let is_new = known(state, model.as_ref()).is_some_and(|model| model.is_new);
                let flag =
                    if is_new { Flag::Neutral("clears a new table") } else { Flag::DeleteRows };
                effects.add(flag, named(model.as_ref()));
            }
            Deed::Join(model, field, joining) => {
                let found = join(state, model.as_ref(), field, *joining);
                if let Some(flag) = found {
                    effects.add(flag, format!("{}.{field}", named(model.as_ref())));
                }
            }
            Deed::Sql(Some(sql)) => effects.extend(tables.run(sql)),
            Deed::Sql(None) => effects.add(Flag::Unresolved, "execute()"),
            Deed::Makes(what) => effects.add(Flag::Neutral("makes a table or column"), what),
            Deed::Drops(what) => effects.add(Flag::DropColumn, what),
            Deed::Unresolved(what) => effects.add(Flag::Unresolved, what),
        }
    }
    if work.deeds.is_empty() {
        effects.add(Flag::Noop, "RunPython");
    }
    effects
}

/// The model, where it is one of this app.
fn known<'a>(state: &'a State, model: Option<&ModelName>) -> Option<&'a Model> {
    let model = model?;
    let is_own = model.app.as_deref().is_none_or(|app| app.eq_ignore_ascii_case(&state.label));
    is_own.then(|| state.get(&model.name)).flatten()
}

fn named(model: Option<&ModelName>) -> String {
    model.map_or_else(|| "rows".to_owned(), |model| model.name.clone())
}

fn update(state: &State, name: Option<&ModelName>, fields: &Written) -> (Flag, String) {
    let model = known(state, name);
    let subject = match fields {
        Some(fields) => {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            format!("{}.{}", named(name), fields.join(", "))
        }
        None => named(name),
    };
    if model.is_some_and(|model| model.is_new) {
        return (Flag::Neutral("fills a new table"), subject);
    }
    let is_new = |field: &String| match (model, name) {
        (Some(model), _) => model.is_new_field(field),
        (None, Some(_)) => false,
        (None, None) => state.is_new_anywhere(field),
    };
    let all_new =
        fields.as_ref().is_some_and(|fields: &BTreeSet<String>| fields.iter().all(is_new));
    (if all_new { Flag::Backfill } else { Flag::UpdateRows }, subject)
}

/// What changes where a row is joined to others; nothing where the attribute is a value of the row itself, which is
/// told when the row is saved.
fn join(state: &State, name: Option<&ModelName>, field: &str, joining: Joining) -> Option<Flag> {
    let model = known(state, name);
    let attribute = model.and_then(|model| model.field(field));
    match attribute {
        Some(known) if !matches!(known.field.kind, Kind::Many(_)) => return None,
        Some(known) if known.is_new => return Some(Flag::CopyRows),
        None if model.is_none() && joining != Joining::Sets => {
            // A list or a set has these methods too.
            return name.map(|_| Flag::UpdateRows);
        }
        _ => {}
    }
    Some(match joining {
        Joining::Adds => Flag::InsertRows,
        Joining::Sets => Flag::UpdateRows,
        Joining::Removes => Flag::DeleteRows,
    })
}
