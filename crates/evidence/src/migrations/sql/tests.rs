//! A grammar as oracle: what `sqlparser` can read, our lighter reading must see as well.

use sqlparser::{
    ast::{AlterTableOperation, FromTable, ObjectType, Statement as Parsed},
    dialect::PostgreSqlDialect,
    parser::Parser,
};

use super::{
    cursor::Cursor,
    split::{Statement, Statements},
    statement::Reader,
};
use crate::migrations::schema::Action;

const PAIRS: &str = include_str!("../../../tests/pairs/migrations_sql.txt");

/// The scripts of the pairs.
fn scripts() -> impl Iterator<Item = &'static str> {
    let pairs = PAIRS.split("\n### ").skip(1).filter_map(|pair| pair.split_once('\n'));
    pairs.flat_map(|(_, texts)| texts.trim_start_matches("earlier\n").split("now\n"))
}

/// A name as our reader has it.
fn folded(name: &impl ToString) -> String {
    let name = name.to_string();
    let mut statements = Statements::new(&name);
    let tokens = statements.next().unwrap_or_default();
    Cursor::new(&tokens).name().unwrap_or_default()
}

/// What a parsed statement does, as far as both readings say it; `None` for others.
fn told_by_oracle(statement: &Parsed) -> Option<Vec<String>> {
    let told = match statement {
        Parsed::CreateTable(made) => vec![format!("make {}", folded(&made.name))],
        Parsed::Drop { object_type: ObjectType::Table, names, .. } => {
            names.iter().map(|name| format!("drop {}", folded(name))).collect()
        }
        Parsed::Insert(insert) => vec![format!("insert {}", folded(&insert.table))],
        Parsed::Update(update) => vec![format!("update {}", folded(&update.table.relation))],
        Parsed::Delete(delete) => {
            let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
            from.iter().map(|table| format!("delete {}", folded(&table.relation))).collect()
        }
        Parsed::AlterTable(alter) => {
            let table = folded(&alter.name);
            alter.operations.iter().flat_map(|one| alteration(&table, one)).collect()
        }
        _ => return None,
    };
    Some(told)
}

fn alteration(table: &str, operation: &AlterTableOperation) -> Vec<String> {
    match operation {
        AlterTableOperation::AddColumn { column_def, .. } => {
            vec![format!("add {table}.{}", folded(&column_def.name))]
        }
        AlterTableOperation::DropColumn { column_names, .. } => {
            column_names.iter().map(|name| format!("drop {table}.{}", folded(name))).collect()
        }
        AlterTableOperation::RenameColumn { old_column_name, new_column_name } => {
            let (from, to) = (folded(old_column_name), folded(new_column_name));
            vec![format!("rename {table}.{from} {to}")]
        }
        _ => Vec::new(),
    }
}

/// The same from our actions.
fn told_by_us(statement: &Statement<'_>) -> Vec<String> {
    let mut actions = Vec::new();
    Reader::new().statement(statement, &mut actions);
    let told = |action: Action| match action {
        Action::CreateTable { table, .. } => Some(format!("make {table}")),
        Action::DropTable { table } => Some(format!("drop {table}")),
        Action::Insert { table, .. } => Some(format!("insert {table}")),
        Action::Update { table, .. } => Some(format!("update {table}")),
        Action::Delete { table } => Some(format!("delete {table}")),
        Action::AddColumn { table, column, .. } => Some(format!("add {table}.{}", column.name)),
        Action::DropColumn { table, column } => Some(format!("drop {table}.{column}")),
        Action::RenameColumn { table, column, to } => Some(format!("rename {table}.{column} {to}")),
        _ => None,
    };
    actions.into_iter().filter_map(told).collect()
}

#[test]
fn a_grammar_reads_the_same() {
    let mut compared = 0;
    for script in scripts() {
        let Ok(parsed) = Parser::parse_sql(&PostgreSqlDialect {}, script) else { continue };
        let ours: Vec<_> = Statements::new(script).collect();
        assert_eq!(ours.len(), parsed.len(), "{script}");
        for (ours, parsed) in ours.iter().zip(&parsed) {
            let Some(expected) = told_by_oracle(parsed) else { continue };
            // Statements in a `WITH` are told by us alone.
            if !ours.first().is_some_and(|head| head.is("WITH")) {
                assert_eq!(told_by_us(ours), expected, "{parsed}");
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "only {compared} statements");
}
