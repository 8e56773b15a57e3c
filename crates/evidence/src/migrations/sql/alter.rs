//! `ALTER ...` and `RENAME TABLE`.

use super::{
    columns::{column, column_type, table_constraint},
    cursor::{Cursor, parts},
    names::fold_parts,
    statement::{phrase, unknown},
    token::Token,
};
use crate::migrations::schema::{Action, ConstraintKind, NamedConstraint};

/// Objects whose alterations take nothing away from stored rows.
const NEUTRAL_OBJECTS: &[&str] = &[
    "SEQUENCE",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "AGGREGATE",
    "TRIGGER",
    "POLICY",
    "RULE",
    "EXTENSION",
    "ROLE",
    "USER",
    "GROUP",
    "DATABASE",
    "DEFAULT",
    "PUBLICATION",
    "SUBSCRIPTION",
    "SERVER",
    "STATISTICS",
    "COLLATION",
    "EVENT",
    "OPERATOR",
    "SYSTEM",
    "TABLESPACE",
    "LANGUAGE",
    "LARGE",
    "TEXT",
    "CONVERSION",
    "SESSION",
    "EVENT",
    "LOGIN",
];

/// First words of what `ALTER TABLE` may say without any effect on rows.
const NEUTRAL_ALTERATIONS: &[&str] = &[
    "OWNER",
    "ENABLE",
    "DISABLE",
    "FORCE",
    "NO",
    "SET",
    "RESET",
    "CLUSTER",
    "REPLICA",
    "INHERIT",
    "ATTACH",
    "ENGINE",
    "AUTO_INCREMENT",
    "COMMENT",
    "ROW_FORMAT",
    "ALGORITHM",
    "LOCK",
    "CHARSET",
    "COLLATE",
    "ORDER",
    "WITHOUT",
    "OPTIONS",
    "STATS_PERSISTENT",
    "KEY_BLOCK_SIZE",
];

pub(super) fn read(mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    let all = cursor.rest();
    cursor.skip(1);
    let is_view = cursor.sees(&["VIEW"]) || cursor.sees(&["MATERIALIZED", "VIEW"]);
    if cursor.eat_any(&["FOREIGN", "ONLINE", "IGNORE"]) || cursor.sees(&["TABLE"]) {
        cursor.eat(&["TABLE"]);
        return table(cursor, all, actions);
    }
    if is_view {
        cursor.eat(&["MATERIALIZED"]);
        cursor.skip(1);
        return view(cursor, all, actions);
    }
    if cursor.eat(&["INDEX"]) {
        return index(cursor, actions);
    }
    if cursor.eat(&["TYPE"]) {
        return enum_type(cursor, all, actions);
    }
    if cursor.eat(&["DOMAIN"]) {
        return domain(cursor, all, actions);
    }
    if cursor.eat(&["SCHEMA"]) {
        let name = cursor.name().unwrap_or_default();
        let is_rename = cursor.eat(&["RENAME"]);
        return actions.push(if is_rename {
            Action::RenameTable { to: format!("{name} renamed"), table: name }
        } else {
            Action::neutral("alters a schema", name)
        });
    }
    match cursor.peek() {
        Some(object) if NEUTRAL_OBJECTS.iter().any(|word| object.is(word)) => {
            actions.push(Action::neutral("alters what is no table", phrase(all)));
        }
        _ => actions.push(unknown(all)),
    }
}

fn table(mut cursor: Cursor<'_, '_>, all: &[Token<'_>], actions: &mut Vec<Action>) {
    if cursor.eat(&["ALL", "IN"]) {
        return actions.push(Action::neutral("moves tables between disks", phrase(all)));
    }
    cursor.eat_if_exists();
    cursor.eat(&["ONLY"]);
    let Some(table) = cursor.name() else { return actions.push(unknown(all)) };
    cursor.eat_symbol("*");
    cursor.eat(&["WITH", "NOCHECK"]);
    cursor.eat(&["WITH", "CHECK"]);
    let mut adds_columns = false;
    for part in parts(cursor.rest(), ",") {
        let mut alteration = Alteration { table: &table, cursor: Cursor::new(part), actions };
        // `ADD a int, b int`: some databases do not repeat the verb.
        let continues = adds_columns && !alteration.has_verb();
        adds_columns = continues || alteration.cursor.sees(&["ADD"]);
        if continues {
            alteration.add();
        } else if !alteration.read() {
            let action = Action::unresolved(format!("ALTER TABLE {table} {}", phrase(part)));
            actions.push(action);
        }
    }
}

/// One part of `ALTER TABLE`.
struct Alteration<'c, 't, 'a> {
    table: &'c str,
    cursor: Cursor<'t, 'a>,
    actions: &'c mut Vec<Action>,
}

impl Alteration<'_, '_, '_> {
    fn has_verb(&self) -> bool {
        let verbs = ["ADD", "ALTER", "DROP", "RENAME", "MODIFY", "CHANGE", "VALIDATE", "CONVERT"];
        verbs.iter().chain(NEUTRAL_ALTERATIONS).any(|verb| self.cursor.sees(&[verb]))
    }

    fn table(&self) -> String {
        self.table.to_owned()
    }

    fn neutral(&mut self, what: &'static str) -> bool {
        self.actions.push(Action::neutral(what, self.table));
        true
    }

    /// `false` where it is not understood.
    fn read(&mut self) -> bool {
        let cursor = &mut self.cursor;
        if cursor.eat(&["ADD"]) {
            self.add()
        } else if cursor.eat(&["DROP"]) {
            self.drop()
        } else if cursor.eat(&["ALTER"]) {
            self.alter()
        } else if cursor.eat(&["RENAME"]) {
            self.rename()
        } else if cursor.eat(&["VALIDATE", "CONSTRAINT"]) {
            let Some(name) = cursor.plain_name() else { return false };
            self.actions.push(Action::ValidateConstraint { table: self.table(), name });
            true
        } else if cursor.eat(&["MODIFY"]) || cursor.sees(&["CHANGE"]) {
            self.redefine()
        } else if cursor.eat(&["SET", "SCHEMA"]) {
            let schema = cursor.name().unwrap_or_default();
            let name = self.table.rsplit('.').next().unwrap_or(self.table);
            let to = fold_parts(&[schema.as_str(), name]);
            self.actions.push(Action::RenameTable { table: self.table(), to });
            true
        } else if cursor.sees(&["CONVERT", "TO"])
            || cursor.sees(&["DEFAULT"])
            || cursor.sees(&["CHARACTER", "SET"])
        {
            self.neutral("changes a collation")
        } else if NEUTRAL_ALTERATIONS.iter().any(|word| cursor.sees(&[word])) {
            self.neutral("changes a table's settings")
        } else {
            false
        }
    }

    fn add(&mut self) -> bool {
        if self.cursor.sees(&["GENERATED"]) {
            return self.neutral("changes a default");
        }
        if let Some(constraint) = table_constraint(self.table, self.cursor.rest()) {
            self.actions.extend(constraint);
            return true;
        }
        if self.cursor.eat(&["PARTITION"]) {
            return self.neutral("adds a partition");
        }
        self.cursor.eat(&["COLUMN"]);
        let if_not_exists = self.cursor.eat_if_exists();
        // MySQL and Oracle: `ADD (a int, b int)`.
        let lists = match self.cursor.parens() {
            Some(list) => parts(list, ","),
            None => vec![self.cursor.rest()],
        };
        for definition in lists {
            let mut checks = Vec::new();
            let Some(column) = column(definition, &mut checks) else { return false };
            self.actions.push(Action::AddColumn { table: self.table(), column, if_not_exists });
            self.add_checks(checks);
        }
        true
    }

    fn add_checks(&mut self, checks: Vec<NamedConstraint>) {
        for constraint in checks {
            self.actions.push(Action::AddConstraint { table: self.table(), constraint });
        }
    }

    fn drop(&mut self) -> bool {
        let table = self.table();
        let cursor = &mut self.cursor;
        let kind = if cursor.eat(&["PRIMARY", "KEY"]) {
            let kind = Some(ConstraintKind::PrimaryKey);
            self.actions.push(Action::DropConstraint { table, name: "primary".to_owned(), kind });
            return true;
        } else if cursor.eat(&["FOREIGN", "KEY"]) {
            Some(ConstraintKind::ForeignKey)
        } else if cursor.eat(&["CHECK"]) {
            Some(ConstraintKind::Check)
        } else if cursor.eat_any(&["CONSTRAINT", "INDEX", "KEY"]) {
            None
        } else if cursor.eat(&["PARTITION"]) {
            self.actions.push(Action::Delete { table });
            return true;
        } else {
            return self.drop_columns();
        };
        cursor.eat_if_exists();
        let Some(name) = cursor.plain_name() else { return false };
        self.actions.push(Action::DropConstraint { table, name, kind });
        true
    }

    fn drop_columns(&mut self) -> bool {
        self.cursor.eat(&["COLUMN"]);
        self.cursor.eat_if_exists();
        let list = self.cursor.parens();
        let mut names: Vec<Option<String>> = match list {
            Some(list) => {
                parts(list, ",").into_iter().map(|one| Cursor::new(one).plain_name()).collect()
            }
            None => vec![self.cursor.plain_name()],
        };
        let is_understood = names.iter().all(Option::is_some);
        for column in names.drain(..).flatten() {
            self.actions.push(Action::DropColumn { table: self.table(), column });
        }
        is_understood
    }

    fn alter(&mut self) -> bool {
        if self.cursor.sees(&["CONSTRAINT"]) || self.cursor.sees(&["INDEX"]) {
            return self.neutral("changes how a constraint is enforced");
        }
        self.cursor.eat(&["COLUMN"]);
        let table = self.table();
        let Some(column) = self.cursor.plain_name() else { return false };
        let cursor = &mut self.cursor;
        if cursor.eat(&["SET", "NOT", "NULL"]) {
            self.actions.push(Action::SetNullable { table, column, nullable: false });
        } else if cursor.eat(&["DROP", "NOT", "NULL"]) {
            self.actions.push(Action::SetNullable { table, column, nullable: true });
        } else if cursor.eat(&["SET", "DATA", "TYPE"]) || cursor.eat(&["TYPE"]) {
            return self.alter_type(table, column);
        } else if cursor.sees(&["SET"])
            || cursor.sees(&["DROP"])
            || cursor.sees(&["RESET"])
            || cursor.sees(&["ADD", "GENERATED"])
            || cursor.sees(&["RESTART"])
        {
            let subject = format!("{table}.{column}");
            self.actions.push(Action::neutral("changes a default", subject));
        } else {
            return self.alter_whole(table, column);
        }
        true
    }

    fn alter_type(&mut self, table: String, column: String) -> bool {
        match column_type(&mut self.cursor) {
            Some(to) => {
                self.actions.push(Action::AlterType { table, column, to });
                true
            }
            None => false,
        }
    }

    /// SQL Server: `ALTER COLUMN name type NOT NULL`.
    fn alter_whole(&mut self, table: String, column: String) -> bool {
        let Some(to) = column_type(&mut self.cursor) else { return false };
        self.actions.push(Action::AlterType { table: table.clone(), column: column.clone(), to });
        let nullable = !self.cursor.eat(&["NOT", "NULL"]);
        self.actions.push(Action::SetNullable { table, column, nullable });
        true
    }

    fn rename(&mut self) -> bool {
        let table = self.table();
        let cursor = &mut self.cursor;
        if cursor.eat_any(&["TO", "AS"]) {
            let Some(to) = cursor.name() else { return false };
            let to = in_schema_of(&table, to);
            self.actions.push(Action::RenameTable { table, to });
            return true;
        }
        let is_constraint = cursor.eat_any(&["CONSTRAINT", "INDEX", "KEY"]);
        cursor.eat(&["COLUMN"]);
        let Some(from) = cursor.plain_name() else { return false };
        if !cursor.eat_any(&["TO", "AS"]) {
            // `RENAME name` alone names the table.
            self.actions
                .push(Action::RenameTable { table: table.clone(), to: in_schema_of(&table, from) });
            return cursor.is_at_end();
        }
        let Some(to) = cursor.plain_name() else { return false };
        self.actions.push(if is_constraint {
            Action::RenameConstraint { from, to }
        } else {
            Action::RenameColumn { table, column: from, to }
        });
        true
    }

    /// MySQL: `MODIFY [COLUMN] name type ...` and `CHANGE [COLUMN] name new type ...`.
    fn redefine(&mut self) -> bool {
        let is_change = self.cursor.eat(&["CHANGE"]);
        self.cursor.eat(&["COLUMN"]);
        self.cursor.eat_if_exists();
        let mut ahead = self.cursor;
        let Some(from) = ahead.plain_name() else { return false };
        if is_change {
            self.cursor = ahead;
        }
        let mut checks = Vec::new();
        let Some(definition) = column(self.cursor.rest(), &mut checks) else { return false };
        let table = self.table();
        self.actions.push(Action::Redefine { table, column: from, definition });
        self.add_checks(checks);
        true
    }
}

/// A new name stays in the schema of the old one.
fn in_schema_of(table: &str, to: String) -> String {
    match table.split_once('.') {
        Some((schema, _)) if !to.contains('.') => format!("{schema}.{to}"),
        _ => to,
    }
}

fn view(mut cursor: Cursor<'_, '_>, all: &[Token<'_>], actions: &mut Vec<Action>) {
    cursor.eat_if_exists();
    let Some(view) = cursor.name() else { return actions.push(unknown(all)) };
    if cursor.eat(&["RENAME", "TO"]) {
        let to = in_schema_of(&view, cursor.name().unwrap_or_default());
        actions.push(Action::RenameView { view, to });
    } else if cursor.eat(&["RENAME"]) {
        cursor.eat(&["COLUMN"]);
        let column = cursor.plain_name().unwrap_or_default();
        cursor.eat(&["TO"]);
        let to = cursor.plain_name().unwrap_or_default();
        actions.push(Action::RenameColumn { table: view, column, to });
    } else {
        // MySQL's `ALTER VIEW ... AS` replaces it.
        actions.push(Action::CreateView { view });
    }
}

fn index(mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    cursor.eat_if_exists();
    let from = cursor.plain_name().unwrap_or_default();
    if cursor.eat(&["RENAME", "TO"]) {
        let to = cursor.plain_name().unwrap_or_default();
        actions.push(Action::RenameConstraint { from, to });
    } else {
        actions.push(Action::neutral("alters an index", from));
    }
}

fn enum_type(mut cursor: Cursor<'_, '_>, all: &[Token<'_>], actions: &mut Vec<Action>) {
    let Some(name) = cursor.name() else { return actions.push(unknown(all)) };
    let value = |cursor: &mut Cursor<'_, '_>| {
        cursor.bump().and_then(Token::literal).map(std::borrow::Cow::into_owned)
    };
    if cursor.eat(&["ADD", "VALUE"]) {
        cursor.eat_if_exists();
        let value = value(&mut cursor).unwrap_or_default();
        actions.push(Action::AddEnumValue { name, value });
    } else if cursor.eat(&["RENAME", "VALUE"]) {
        let from = value(&mut cursor).unwrap_or_default();
        cursor.eat(&["TO"]);
        let renamed_to = value(&mut cursor);
        actions.push(Action::LoseEnumValue { name, value: from, renamed_to });
    } else if cursor.eat(&["RENAME", "TO"]) {
        let to = in_schema_of(&name, cursor.name().unwrap_or_default());
        actions.push(Action::RenameType { name, to });
    } else if cursor.eat(&["SET", "SCHEMA"]) {
        let to = fold_parts(&[cursor.name().unwrap_or_default(), name.clone()]);
        actions.push(Action::RenameType { name, to });
    } else if cursor.sees(&["OWNER"]) || cursor.sees(&["SET"]) {
        actions.push(Action::neutral("alters a type", name));
    } else {
        attributes(cursor, &name, all, actions);
    }
}

/// Attributes of a composite type.
fn attributes(cursor: Cursor<'_, '_>, name: &str, all: &[Token<'_>], actions: &mut Vec<Action>) {
    for part in parts(cursor.rest(), ",") {
        let mut cursor = Cursor::new(part);
        let table = name.to_owned();
        if cursor.eat(&["ADD", "ATTRIBUTE"]) {
            actions.push(Action::neutral("adds an attribute to a type", name));
        } else if cursor.eat(&["DROP", "ATTRIBUTE"]) {
            cursor.eat_if_exists();
            let column = cursor.plain_name().unwrap_or_default();
            actions.push(Action::DropColumn { table, column });
        } else if cursor.eat(&["RENAME", "ATTRIBUTE"]) {
            let column = cursor.plain_name().unwrap_or_default();
            cursor.eat(&["TO"]);
            let to = cursor.plain_name().unwrap_or_default();
            actions.push(Action::RenameColumn { table, column, to });
        } else {
            actions.push(unknown(all));
        }
    }
}

fn domain(mut cursor: Cursor<'_, '_>, all: &[Token<'_>], actions: &mut Vec<Action>) {
    let Some(name) = cursor.name() else { return actions.push(unknown(all)) };
    let table = name.clone();
    if cursor.eat(&["ADD"]) {
        match table_constraint(&table, cursor.rest()) {
            Some(constraint) => actions.extend(constraint),
            None => actions.push(unknown(all)),
        }
    } else if cursor.eat(&["SET", "NOT", "NULL"]) {
        actions.push(Action::SetNullable { table, column: "value".to_owned(), nullable: false });
    } else if cursor.eat(&["VALIDATE", "CONSTRAINT"]) {
        let name = cursor.plain_name().unwrap_or_default();
        actions.push(Action::ValidateConstraint { table, name });
    } else if cursor.eat(&["RENAME", "TO"]) {
        let to = in_schema_of(&name, cursor.name().unwrap_or_default());
        actions.push(Action::RenameType { name, to });
    } else {
        actions.push(Action::neutral("alters a domain", name));
    }
}

/// MySQL's `RENAME TABLE a TO b, c TO d`.
pub(super) fn read_rename(mut cursor: Cursor<'_, '_>, actions: &mut Vec<Action>) {
    let all = cursor.rest();
    if !cursor.eat(&["RENAME", "TABLE"]) {
        return actions.push(unknown(all));
    }
    for part in parts(cursor.rest(), ",") {
        let mut cursor = Cursor::new(part);
        cursor.eat_if_exists();
        let table = cursor.name();
        cursor.eat(&["TO"]);
        match table.zip(cursor.name()) {
            Some((table, to)) => {
                let to = in_schema_of(&table, to);
                actions.push(Action::RenameTable { table, to });
            }
            None => actions.push(unknown(all)),
        }
    }
}
