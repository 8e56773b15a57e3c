//! Rails' own words, and what they do.

use super::{
    definitions::{self, column, columns_of, names, reference, timestamps},
    models::rows_of_models,
    ruby::{Call, Line, Token, Value, call},
};
use crate::migrations::{
    schema::{Action, Check, Constraint, ConstraintKind, NamedConstraint, Predicate, SqlType},
    sql,
};

/// Words that only lead to other lines.
const CONTROL: &[&str] = &[
    "class",
    "module",
    "def",
    "end",
    "else",
    "begin",
    "rescue",
    "ensure",
    "return",
    "if",
    "unless",
    "elsif",
    "reversible",
    "dir.up",
    "direction.up",
    "up_only",
    "disable_ddl_transaction!",
    "private",
    "include",
    "extend",
    "require",
    "say",
    "say_with_time",
    "puts",
    "safety_assured",
    "next",
    "raise",
    "self.table_name",
    "belongs_to",
    "has_many",
    "self.inheritance_column",
    "suppress_messages",
    "transaction",
    "ActiveRecord::Base.transaction",
    "frozen_string_literal",
    "break",
    "case",
    "when",
    "attr_accessor",
    "enum",
    "scope",
    "validates",
];

/// Words that change the database and nothing that is stored.
const NEUTRAL: &[(&str, &str)] = &[
    ("change_column_default", "changes a default"),
    ("change_column_comment", "comments on something"),
    ("change_table_comment", "comments on something"),
    ("enable_extension", "makes an extension"),
    ("disable_extension", "drops an extension"),
    ("rename_index", "renames an index"),
    ("create_schema", "makes a schema"),
];

/// A table between `create_table ... do |t|` and its `end`.
#[derive(Debug)]
struct OpenTable {
    name: String,
    variable: String,
    indent: usize,
}

#[derive(Debug)]
pub(super) struct Reader {
    table: Option<OpenTable>,
    known: Vec<String>,
    actions: Vec<Action>,
}

impl Reader {
    /// Reads lines of which these are the methods' names.
    pub(super) fn new(known: Vec<String>) -> Self {
        Self { table: None, known, actions: Vec::new() }
    }

    /// What the lines did.
    pub(super) fn into_actions(self) -> Vec<Action> {
        self.actions
    }

    /// One line, and what it opens or closes.
    pub(super) fn line(&mut self, line: &Line) {
        if self.table.as_ref().is_some_and(|table| line.indent <= table.indent) {
            self.table = None;
        }
        let Some(Token::Word(head)) = line.tokens.first() else {
            return self.unless_punctuation(line);
        };
        let variable = self.table.as_ref().map(|table| table.variable.clone());
        let call = call(&line.tokens);
        if let Some(variable) = variable
            && let Some(verb) = head.strip_prefix(&variable).and_then(|rest| rest.strip_prefix('.'))
        {
            let table = self.table.as_ref().map(|table| table.name.clone()).unwrap_or_default();
            return self.in_table(&table, verb, &call);
        }
        let is_block = line.tokens.iter().any(|token| {
            matches!(token, Token::Word(word) if word == "do") || token == &Token::Symbol('{')
        });
        if CONTROL.contains(&head.as_str()) || self.known.contains(head) {
            // `safety_assured { remove_column ... }` and `if x then remove_column`: what follows stands in the line.
            if let Some(inner) = inner_statement(&line.tokens) {
                self.line(&Line { indent: line.indent, tokens: inner.to_vec() });
            }
        } else if ["create_table", "create_join_table", "change_table"].contains(&head.as_str()) {
            self.open_table(&call, line, is_block);
        } else if !self.verb(&call) {
            self.actions.extend(rows_of_models(line, is_block));
        }
    }

    fn unless_punctuation(&mut self, line: &Line) {
        let is_punctuation = line.tokens.iter().all(|token| matches!(token, Token::Symbol(_)));
        if !is_punctuation {
            self.actions.push(Action::unresolved("a line of Ruby"));
        }
    }

    fn open_table(&mut self, call: &Call, line: &Line, is_block: bool) {
        let table = if call.name == "create_join_table" {
            let mut both =
                [call.text(0), call.text(1)].map(|one| one.unwrap_or_default().to_owned());
            both.sort();
            call.option_text("table_name").map_or_else(|| both.join("_"), str::to_owned)
        } else {
            call.text(0).unwrap_or_default().to_owned()
        };
        let mut columns = Vec::new();
        if call.name == "create_table"
            && !call.is("id", "false")
            && call.option("primary_key").is_none()
        {
            columns.push(definitions::id(call.option_text("id").unwrap_or("bigint")));
        }
        if call.is("force", "true") || call.option_text("force") == Some("cascade") {
            self.actions.push(Action::DropTable { table: table.clone() });
        }
        if call.name != "change_table" {
            self.actions.push(Action::CreateTable {
                table: table.clone(),
                columns,
                constraints: Vec::new(),
                filled_from: Vec::new(),
                if_not_exists: call.is("if_not_exists", "true"),
                temporary: call.is("temporary", "true"),
            });
        }
        let variable = line.tokens.iter().rev().find_map(|token| match token {
            Token::Word(word) if word != "do" => Some(word.clone()),
            _ => None,
        });
        let variable = variable.unwrap_or_default();
        let open = OpenTable { name: table, variable, indent: line.indent };
        self.table = is_block.then_some(open);
    }

    /// `t.string :name` and the like.
    fn in_table(&mut self, table: &str, verb: &str, call: &Call) {
        let table = table.to_owned();
        match verb {
            "timestamps" => self.add_columns(&table, timestamps(call)),
            "references" | "belongs_to" => {
                for name in names(&call.arguments) {
                    self.add_columns(&table, reference(&name, call));
                }
            }
            "index" => {
                let list = call.arguments.first().map(Value::texts).unwrap_or_default();
                self.index(&table, list, call);
            }
            "remove" | "remove_columns" => self.drop_columns(&table, names(&call.arguments)),
            "remove_references" | "remove_belongs_to" => {
                self.drop_references(&table, &names(&call.arguments));
            }
            "remove_timestamps" => {
                self.drop_columns(&table, vec!["created_at".to_owned(), "updated_at".to_owned()]);
            }
            "rename" => {
                if let (Some(from), Some(to)) = (call.text(0), call.text(1)) {
                    self.rename_column(&table, from, to);
                }
            }
            "change" => self.change_column(&table, call, 0),
            "change_null" => self.change_null(&table, call, 0),
            "change_default"
            | "remove_index"
            | "remove_foreign_key"
            | "remove_check_constraint"
            | "comment" => {
                self.actions.push(Action::neutral("changes a table's settings", table));
            }
            "foreign_key" => {
                let target = call.text(0).unwrap_or_default().to_owned();
                self.foreign_key(&table, &target, call);
            }
            "check_constraint" => self.check(&table, call.text(0).unwrap_or_default()),
            "column" => {
                let kind = call.text(1).unwrap_or("string").to_owned();
                let name = call.text(0).unwrap_or_default().to_owned();
                self.add_columns(&table, vec![column(&name, &kind, call)]);
            }
            kind => {
                for name in names(&call.arguments) {
                    self.add_columns(&table, vec![column(&name, kind, call)]);
                    if let Some(index) = call.option("index")
                        && index != &Value::Word("false".to_owned())
                    {
                        let options = match index {
                            Value::Hash(options) => options.clone(),
                            _ => Vec::new(),
                        };
                        let own = Call { options, ..Call::default() };
                        self.index(&table, vec![name.clone()], &own);
                    }
                }
            }
        }
    }

    /// `add_column :users, :email, :string` and the like; `false` where it is none of them.
    fn verb(&mut self, call: &Call) -> bool {
        let table = call.text(0).unwrap_or_default().to_owned();
        let second = call.text(1).unwrap_or_default().to_owned();
        match call.name.as_str() {
            "add_column" => {
                let kind = call.text(2).unwrap_or("string").to_owned();
                self.add_columns(&table, vec![column(&second, &kind, call)]);
            }
            "add_columns" => {
                let kind = call.option_text("type").unwrap_or("string").to_owned();
                for name in names(call.arguments.get(1..).unwrap_or_default()) {
                    self.add_columns(&table, vec![column(&name, &kind, call)]);
                }
            }
            "add_timestamps" => self.add_columns(&table, timestamps(call)),
            "add_reference" | "add_belongs_to" => {
                self.add_columns(&table, reference(&second, call));
            }
            "remove_column" => self.drop_columns(&table, vec![second]),
            "remove_columns" => {
                self.drop_columns(&table, names(call.arguments.get(1..).unwrap_or_default()));
            }
            "remove_timestamps" => {
                self.drop_columns(&table, vec!["created_at".to_owned(), "updated_at".to_owned()]);
            }
            "remove_reference" | "remove_belongs_to" => self.drop_references(&table, &[second]),
            "drop_table" => {
                let tables = names(&call.arguments).into_iter();
                self.actions.extend(tables.map(|table| Action::DropTable { table }));
            }
            "drop_join_table" => {
                let mut both = [table, second];
                both.sort();
                self.actions.push(Action::DropTable { table: both.join("_") });
            }
            "rename_table" => self.actions.push(Action::RenameTable { table, to: second }),
            "rename_column" => {
                let to = call.text(2).unwrap_or_default().to_owned();
                self.rename_column(&table, &second, &to);
            }
            "change_column" => self.change_column(&table, call, 1),
            "change_column_null" => self.change_null(&table, call, 1),
            "add_index" => {
                let list = call.arguments.get(1).map(columns_of).unwrap_or_default();
                self.index(&table, list, call);
            }
            "add_unique_constraint" | "add_exclusion_constraint" => {
                let columns = call.arguments.get(1).map(columns_of).unwrap_or_default();
                self.constrain(&table, Constraint::Unique { columns, predicate: None });
            }
            "add_foreign_key" => self.foreign_key(&table, &second, call),
            "add_check_constraint" => self.check(&table, &second),
            "remove_index"
            | "remove_foreign_key"
            | "remove_check_constraint"
            | "remove_unique_constraint"
            | "remove_exclusion_constraint" => {
                let kind =
                    (call.name == "remove_foreign_key").then_some(ConstraintKind::ForeignKey);
                let name = call.option_text("name").unwrap_or(&second).to_owned();
                self.actions.push(Action::DropConstraint { table, name, kind });
            }
            "validate_foreign_key" | "validate_check_constraint" | "validate_constraint" => {
                self.actions.push(Action::ValidateConstraint { table, name: second });
            }
            "create_enum" => {
                let values = call.arguments.get(1).map(Value::texts);
                self.actions.push(Action::CreateType { name: table, values });
            }
            "drop_enum" => self.actions.push(Action::DropType { name: table, cascade: false }),
            "add_enum_value" => {
                self.actions.push(Action::AddEnumValue { name: table, value: second });
            }
            "rename_enum" => {
                let to = call.option_text("to").unwrap_or(&second).to_owned();
                self.actions.push(Action::RenameType { name: table, to });
            }
            "rename_enum_value" => {
                let value = call.option_text("from").unwrap_or_default().to_owned();
                let renamed_to = call.option_text("to").map(str::to_owned);
                self.actions.push(Action::LoseEnumValue { name: table, value, renamed_to });
            }
            "execute"
            | "connection.execute"
            | "ActiveRecord::Base.connection.execute"
            | "exec_query" => match call.text(0) {
                Some(text) => self.actions.extend(sql::read(text)),
                None => self.actions.push(Action::unresolved("execute")),
            },
            name => match NEUTRAL.iter().find(|(neutral, _)| *neutral == name) {
                Some((_, what)) => self.actions.push(Action::neutral(what, table)),
                None => return false,
            },
        }
        true
    }

    fn add_columns(&mut self, table: &str, added: Vec<definitions::Definition>) {
        for column in added {
            let if_not_exists = column.if_not_exists;
            let column = column.column;
            self.actions.push(Action::AddColumn { table: table.to_owned(), column, if_not_exists });
        }
    }

    fn drop_columns(&mut self, table: &str, columns: Vec<String>) {
        let drops = columns.into_iter();
        self.actions
            .extend(drops.map(|column| Action::DropColumn { table: table.to_owned(), column }));
    }

    fn drop_references(&mut self, table: &str, names: &[String]) {
        self.drop_columns(table, names.iter().map(|name| format!("{name}_id")).collect());
    }

    fn rename_column(&mut self, table: &str, from: &str, to: &str) {
        let (table, column, to) = (table.to_owned(), from.to_owned(), to.to_owned());
        self.actions.push(Action::RenameColumn { table, column, to });
    }

    /// `from` is the place of the column among the arguments.
    fn change_column(&mut self, table: &str, call: &Call, from: usize) {
        let Some(name) = call.text(from) else { return };
        let kind = call.text(from + 1).unwrap_or("string").to_owned();
        let definition = column(name, &kind, call).column;
        let to = definition.kind.unwrap_or_else(|| SqlType::parse(&kind));
        let (table, column) = (table.to_owned(), name.to_owned());
        self.actions.push(Action::AlterType { table: table.clone(), column: column.clone(), to });
        if call.option("null").is_some() {
            self.actions.push(Action::SetNullable {
                table,
                column,
                nullable: !definition.not_null,
            });
        }
    }

    fn change_null(&mut self, table: &str, call: &Call, from: usize) {
        let column = call.text(from).unwrap_or_default().to_owned();
        let nullable = call.arguments.get(from + 1) == Some(&Value::Word("true".to_owned()));
        // A fourth argument replaces NULL in existing rows.
        if call.arguments.len() > from + 2 {
            let columns = vec![column.clone()];
            self.actions.push(Action::Update { table: table.to_owned(), columns });
        }
        self.actions.push(Action::SetNullable { table: table.to_owned(), column, nullable });
    }

    fn index(&mut self, table: &str, columns: Vec<String>, call: &Call) {
        let predicate = call.option_text("where").map(|condition| Predicate {
            columns: sql::columns_in(condition),
            null_columns: sql::null_columns_in(condition),
        });
        let constraint = if call.is("unique", "true") {
            Constraint::Unique { columns, predicate }
        } else {
            Constraint::Index
        };
        let name = call.option_text("name").map(str::to_owned);
        let constraint = NamedConstraint { name, constraint };
        self.actions.push(Action::AddConstraint { table: table.to_owned(), constraint });
    }

    fn foreign_key(&mut self, table: &str, target: &str, call: &Call) {
        let usual = || format!("{}_id", target.strip_suffix('s').unwrap_or(target));
        let column = call.option_text("column").map_or_else(usual, str::to_owned);
        self.constrain(
            table,
            Constraint::ForeignKey { columns: vec![column], target: target.to_owned() },
        );
    }

    fn check(&mut self, table: &str, condition: &str) {
        let columns = sql::columns_in(condition);
        let check = Check { columns, text: condition.to_owned(), values: None };
        self.constrain(table, Constraint::Check(check));
    }

    fn constrain(&mut self, table: &str, constraint: Constraint) {
        let constraint = NamedConstraint { name: None, constraint };
        self.actions.push(Action::AddConstraint { table: table.to_owned(), constraint });
    }
}

/// What a control word's line holds in braces, or after its modifier.
fn inner_statement(tokens: &[Token]) -> Option<&[Token]> {
    let open = tokens.iter().position(|token| token == &Token::Symbol('{'))?;
    let inner = tokens.get(open + 1..)?;
    let inner = inner.strip_suffix(&[Token::Symbol('}')]).unwrap_or(inner);
    (!inner.is_empty() && inner.first() != Some(&Token::Symbol('|'))).then_some(inner)
}
