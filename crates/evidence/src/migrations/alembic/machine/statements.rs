//! Statements of `SQLAlchemy`, and what executing them does.

use std::rc::Rc;

use super::{
    Machine, Step,
    calls::rows_of,
    columns::{column_names, folded},
    value::{Arguments, ROW_PART, Statement, Value, Verb},
};
use crate::{migrations::schema::Action, python::constants::HOLE};

impl<'a> Machine<'a> {
    /// A method of a table, a mapped class, a statement or a query.
    pub(super) fn call_statement(
        &mut self,
        owner: &Value<'a>,
        name: &str,
        arguments: &Arguments<'a>,
    ) -> Value<'a> {
        let verb = match name {
            "insert" => Some(Verb::Insert),
            "update" if !matches!(owner, Value::Query(_)) => Some(Verb::Update),
            "delete" if !matches!(owner, Value::Query(_)) => Some(Verb::Delete),
            "select" if matches!(owner, Value::Table(_)) => Some(Verb::Select),
            _ => None,
        };
        match (owner, verb) {
            (Value::Statement(statement), None) => continued(statement, name, arguments),
            (Value::Query(table), None) => self.call_query(table, name, arguments),
            (Value::ColumnOf(..), _) => rows_of(arguments),
            (Value::Table(table), None) => match name {
                "create" => {
                    self.create_table(&table.name, &table.columns, &table.constraints, false);
                    Value::None
                }
                "drop" => {
                    self.act(Action::DropTable { table: folded(&table.name) });
                    Value::None
                }
                _ => owner.clone(),
            },
            (_, Some(verb)) => {
                let mut all = Arguments { places: vec![owner.clone()], names: Vec::new() };
                all.places.extend(arguments.places.iter().cloned());
                all.names.extend(arguments.names.iter().cloned());
                begin(verb, &all)
            }
            _ => Value::Unknown,
        }
    }

    /// A method of `session.query(...)`.
    fn call_query(&mut self, table: &Rc<str>, name: &str, arguments: &Arguments<'a>) -> Value<'a> {
        match name {
            "update" => {
                let columns = arguments.places.first().map(written).unwrap_or_default();
                self.act(Action::Update { table: folded(table), columns });
                Value::Unknown
            }
            "delete" => {
                self.act(Action::Delete { table: folded(table) });
                Value::Unknown
            }
            "first" | "one" | "one_or_none" | "get" | "scalar_one" | "scalar_one_or_none" => {
                Value::Entity(Rc::clone(table))
            }
            "count" | "exists" | "scalar" => Value::Rows,
            _ => Value::Query(Rc::clone(table)),
        }
    }

    /// Executes the first argument that can be.
    pub(super) fn execute_first(&mut self, arguments: &Arguments<'a>) -> Value<'a> {
        let is_statement =
            |value: &&Value<'a>| matches!(value, Value::Statement(_) | Value::Text(_));
        if let Some(statement) = arguments.places.iter().find(is_statement).cloned() {
            return self.execute(&statement, arguments);
        }
        if matches!(arguments.places.first(), Some(Value::Unknown | Value::Rows)) {
            self.unresolved("a statement that is put together while running");
        }
        rows_of(arguments)
    }

    /// `connection.execute(statement, parameters)`.
    pub(super) fn execute(
        &mut self,
        statement: &Value<'a>,
        arguments: &Arguments<'a>,
    ) -> Value<'a> {
        let with_rows = self.row_loops > 0 || arguments.values().any(Value::is_from_rows);
        match statement {
            Value::Statement(statement) => {
                let statement = Rc::clone(statement);
                let parameters = arguments.places.get(1).map(written).unwrap_or_default();
                self.execute_statement(&statement, &parameters, with_rows)
            }
            Value::Choice(values) => {
                for value in values.iter() {
                    self.execute(value, arguments);
                }
                Value::Rows
            }
            // An item of a list that is made while running may be any statement.
            Value::List(items) => {
                for item in items.iter().take(1024) {
                    self.execute(item, arguments);
                }
                Value::Rows
            }
            Value::None => Value::Rows,
            other => {
                let text = other.as_text().map(|text| text.replace(ROW_PART, HOLE));
                match text.filter(|text| text.trim() != HOLE) {
                    Some(text) => {
                        let has_rows = other.as_text().is_some_and(|text| text.contains(ROW_PART));
                        self.note(Step::Sql { text, with_rows: with_rows || has_rows });
                    }
                    None => self.unresolved("a statement that is put together while running"),
                }
                Value::Rows
            }
        }
    }

    fn execute_statement(
        &mut self,
        statement: &Statement,
        parameters: &[String],
        with_rows: bool,
    ) -> Value<'a> {
        for within in statement.within.iter().take(16) {
            if self.enter() {
                self.execute_statement(within, &[], with_rows);
                self.leave();
            }
        }
        let table = match &*statement.table {
            "" => HOLE.to_owned(),
            table => folded(table),
        };
        match statement.verb {
            Verb::Select => {
                return if statement.is_entity && !statement.table.is_empty() {
                    Value::Query(Rc::clone(&statement.table))
                } else {
                    Value::Rows
                };
            }
            Verb::Insert => {
                let mut sources: Vec<String> =
                    statement.sources.iter().map(|source| folded(source)).collect();
                sources.extend(self.row_sources(with_rows));
                self.act(Action::Insert { table, sources });
            }
            Verb::Update => {
                let mut columns = statement.columns.clone();
                if columns.is_empty() {
                    columns.extend(parameters.iter().cloned());
                }
                columns.sort();
                columns.dedup();
                self.act(Action::Update { table, columns });
            }
            Verb::Delete => self.act(Action::Delete { table }),
        }
        Value::Rows
    }

    /// The tables that rows come from where only that they do is known.
    pub(super) fn row_sources(&self, with_rows: bool) -> Vec<String> {
        let is_copied = with_rows || self.row_loops > 0;
        is_copied.then(|| HOLE.to_owned()).into_iter().collect()
    }
}

/// What a function of `SQLAlchemy` begins: `select(...)`, `update(table)`.
pub(super) fn build_statement<'a>(name: &str, arguments: &Arguments<'a>) -> Option<Value<'a>> {
    let verb = match name {
        "insert" => Verb::Insert,
        "update" => Verb::Update,
        "delete" => Verb::Delete,
        "select" | "exists" | "union" | "union_all" | "except_" | "intersect" | "join"
        | "outerjoin" | "aliased" | "alias" | "lateral" | "func" | "subquery" | "cte" => {
            Verb::Select
        }
        _ => return None,
    };
    Some(begin(verb, arguments))
}

fn begin<'a>(verb: Verb, arguments: &Arguments<'a>) -> Value<'a> {
    let mut statement = Statement {
        verb,
        table: Rc::from(""),
        columns: Vec::new(),
        sources: Vec::new(),
        is_entity: false,
        within: Vec::new(),
    };
    for value in &arguments.places {
        statement.add(value, 4);
    }
    if let Some(values) = arguments.named("values") {
        statement.columns.extend(written(values));
    }
    Value::Statement(Rc::new(statement))
}

/// A statement after another method.
fn continued<'a>(statement: &Rc<Statement>, name: &str, arguments: &Arguments<'a>) -> Value<'a> {
    let mut next = (**statement).clone();
    match name {
        "values" => {
            next.columns.extend(arguments.names.iter().map(|(name, _)| folded(name)));
            for value in &arguments.places {
                next.columns.extend(written(value));
                if value.is_from_rows() {
                    next.sources.push(HOLE.to_owned());
                }
            }
            for value in arguments.values() {
                next.read(value);
            }
        }
        "from_select" => {
            next.columns.extend(arguments.get(0, "names").map(column_names).unwrap_or_default());
            match arguments.get(1, "select") {
                Some(Value::Statement(select)) => {
                    next.sources.push(select.table.to_string());
                    next.sources.extend(select.sources.iter().cloned());
                }
                Some(_) | None => next.sources.push(HOLE.to_owned()),
            }
        }
        "on_conflict_do_update" => {
            let columns = arguments.named("set_").map(written).unwrap_or_default();
            next.columns.extend(columns);
        }
        "select_from" | "join" | "outerjoin" | "where" | "filter" | "union" | "union_all" => {
            for value in &arguments.places {
                next.read(value);
            }
        }
        _ => {}
    }
    Value::Statement(Rc::new(next))
}

impl Statement {
    /// Takes up an argument of the function that began it.
    fn add(&mut self, value: &Value<'_>, levels: usize) {
        let Some(levels) = levels.checked_sub(1) else { return };
        match value {
            Value::List(items) => items.iter().take(64).for_each(|item| self.add(item, levels)),
            Value::Choice(values) => {
                if let Some(first) = values.first() {
                    self.add(first, levels);
                }
            }
            Value::Class(_) => {
                self.is_entity = true;
                self.set_table(value);
            }
            // Strings name no tables here.
            Value::Text(_) => {}
            Value::Statement(_) => self.read(value),
            Value::Named(_) if self.verb == Verb::Select => {
                self.is_entity = true;
                self.set_table(value);
            }
            other => self.set_table(other),
        }
    }

    fn set_table(&mut self, value: &Value<'_>) {
        let Some(table) = value.table() else { return };
        if self.table.is_empty() {
            self.table = table;
        } else if self.table != table {
            self.sources.push(table.to_string());
        }
    }

    /// Takes up what it reads from, and statements within that write.
    fn read(&mut self, value: &Value<'_>) {
        match value {
            Value::Statement(statement) => {
                if statement.verb != Verb::Select {
                    self.within.push(Rc::clone(statement));
                }
                self.within.extend(statement.within.iter().cloned());
                self.within.truncate(16);
                if !statement.table.is_empty() {
                    self.sources.push(statement.table.to_string());
                }
            }
            Value::Table(_) | Value::ColumnOf(..) | Value::Class(_) => {
                let table = value.table().map(|table| table.to_string());
                self.sources.extend(table.filter(|table| *table != *self.table));
            }
            _ => {}
        }
        self.sources.truncate(64);
    }
}

/// The columns that values are given for: keys of a dictionary, or of dictionaries in a list.
pub(super) fn written(value: &Value<'_>) -> Vec<String> {
    match value {
        Value::Dict(pairs) => pairs.iter().flat_map(|(key, _)| column_names(key)).collect(),
        Value::List(items) => items.iter().take(1).flat_map(written).collect(),
        _ => Vec::new(),
    }
}
