//! What the methods of managers, queries, rows and relations do.

use super::{
    Deed, Joining, Written,
    calls::Given,
    interpreter::{Interpreter, joining},
    value::{Row, Target, Value},
};

impl<'a> Interpreter<'a> {
    /// A method of a manager or query.
    pub(super) fn query(&mut self, target: &Target, method: &str, given: &Given<'a>) -> Value<'a> {
        let model = target.as_deref().cloned();
        let method = method.strip_prefix('a').filter(|rest| is_writing(rest)).unwrap_or(method);
        match method {
            "create" | "get_or_create" | "update_or_create" | "add_root" => {
                self.add(Deed::Insert(model));
                return Value::stored(target.clone());
            }
            "bulk_create" => {
                self.add(Deed::Insert(model));
                return Value::Rows(Row { target: target.clone(), is_fresh: false });
            }
            "bulk_update" => {
                let fields = given.texts(1, "fields", self.module);
                self.add(Deed::Update(model, fields));
                return Value::Local;
            }
            "update" => {
                let fields = given.keywords();
                self.add(Deed::Update(model, fields));
                return Value::Local;
            }
            "delete" | "_raw_delete" => {
                self.add(Deed::Delete(model));
                return Value::Local;
            }
            // Managers of trees write the places of all rows.
            "rebuild" | "partial_rebuild" | "fix_tree" => {
                self.add(Deed::Update(model, None));
                return Value::Local;
            }
            "contribute_to_class" => return Value::Local,
            _ => {}
        }
        self.read(target);
        match method {
            "get" | "first" | "last" | "latest" | "earliest" | "get_by_natural_key"
            | "get_for_model" | "get_current" | "get_for_id" => Value::stored(target.clone()),
            "in_bulk" => Value::Rows(Row { target: target.clone(), is_fresh: false }),
            "values" | "values_list" | "count" | "exists" | "aggregate" | "explain"
            | "contains" | "get_for_models" => Value::Local,
            _ if ["update_", "delete_", "create_", "bulk_"]
                .iter()
                .any(|verb| method.starts_with(verb)) =>
            {
                self.add(Deed::Unresolved(format!("{method}()")));
                Value::Unknown
            }
            _ => Value::Query(target.clone()),
        }
    }

    /// A method of a row.
    pub(super) fn row(&mut self, row: &Row, method: &str, given: &Given<'a>) -> Value<'a> {
        match method {
            "save" | "asave" | "save_base" if row.is_fresh => {
                self.add(Deed::Insert(row.target.as_deref().cloned()));
            }
            "save" | "asave" | "save_base" => self.save(&row.target, given),
            "delete" | "adelete" => self.add(Deed::Delete(row.target.as_deref().cloned())),
            // A row that is kept as a dictionary, or a method that the historical model does not have.
            _ => {}
        }
        Value::Local
    }

    /// Notes that stored rows are saved: all that was assigned to them, or the fields that are named.
    pub(super) fn save(&mut self, target: &Target, given: &Given<'a>) {
        match given.texts(3, "update_fields", self.module) {
            Some(fields) => {
                self.add(Deed::Update(target.as_deref().cloned(), Some(fields)));
            }
            None => _ = self.saved.insert(target.clone()),
        }
    }

    /// A method of a row's attribute: a relation, a file, or a value that can be changed in place.
    pub(super) fn attribute(
        &mut self,
        owner: &Target,
        field: &str,
        method: &str,
        given: &Given<'a>,
    ) -> Value<'a> {
        let model = || owner.as_deref().cloned();
        if let Some(joining) = joining(method) {
            self.touch(owner, field);
            self.add(Deed::Join(model(), field.to_owned(), joining));
            return Value::Local;
        }
        match method {
            "create" | "get_or_create" | "update_or_create" | "bulk_create" | "acreate" => {
                self.add(Deed::Join(model(), field.to_owned(), Joining::Adds));
                Value::stored(None)
            }
            // A file is saved with its row.
            "save" if given.has_places() => {
                self.add(Deed::Update(model(), Some([field.to_owned()].into())));
                Value::Local
            }
            "save" => {
                self.save(&None, given);
                Value::Local
            }
            "delete" if given.has_keyword("save") => Value::Local,
            "delete" => {
                self.add(Deed::Delete(None));
                Value::Local
            }
            "append" | "extend" | "insert" | "update" | "setdefault" | "sort" | "reverse"
            | "appendleft" => {
                self.touch(owner, field);
                Value::Local
            }
            "pop" | "popitem" => {
                self.touch(owner, field);
                Value::Unknown
            }
            "all" | "filter" | "exclude" | "order_by" | "using" | "select_related"
            | "prefetch_related" | "iterator" | "only" | "distinct" | "annotate" => {
                Value::Query(None)
            }
            "first" | "last" | "latest" | "earliest" => Value::stored(None),
            "get" => Value::Unknown,
            _ => Value::Local,
        }
    }

    /// A method of something of which nothing is known. Only what is written as the ORM is written counts.
    pub(super) fn stranger(&mut self, method: &str, given: &Given<'a>) -> Value<'a> {
        match method {
            "save" | "asave" if !given.has_places() => {
                self.save(&None, given);
                Value::Local
            }
            "delete" | "adelete" | "_raw_delete" if given.is_empty() => {
                self.add(Deed::Delete(None));
                Value::Local
            }
            "update" if !given.has_places() && !given.is_empty() => {
                self.add(Deed::Update(None, given.keywords()));
                Value::Local
            }
            "bulk_create" | "get_or_create" | "update_or_create" => {
                self.add(Deed::Insert(None));
                Value::stored(None)
            }
            "create" if !given.has_places() && !given.is_empty() => {
                self.add(Deed::Insert(None));
                Value::stored(None)
            }
            "bulk_update" => {
                self.add(Deed::Update(None, given.texts(1, "fields", self.module)));
                Value::Local
            }
            "rebuild" => {
                self.add(Deed::Update(None, None));
                Value::Local
            }
            "get_model" => Value::Model(given.model()),
            "get_models" => Value::Model(None),
            "filter" | "exclude" | "all" | "using" | "select_related" | "order_by" => {
                Value::Query(None)
            }
            "cursor" => Value::Cursor,
            _ => Value::Unknown,
        }
    }
}

fn is_writing(method: &str) -> bool {
    matches!(
        method,
        "create"
            | "get_or_create"
            | "update_or_create"
            | "bulk_create"
            | "bulk_update"
            | "update"
            | "delete"
            | "get"
            | "first"
            | "last"
            | "in_bulk"
            | "count"
            | "exists"
    )
}

/// The fields that a call names, if all can be told.
pub(super) fn written(fields: impl IntoIterator<Item = Option<String>>) -> Written {
    fields.into_iter().collect()
}
