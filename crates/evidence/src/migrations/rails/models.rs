//! Lines that are none of Rails' own words: rows that models write, or something unknown.

use super::ruby::{Line, Token};
use crate::migrations::schema::Action;

const DELETES: &[&str] =
    &["delete_all", "destroy_all", "destroy", "destroy!", "delete", "delete_by", "destroy_by"];

const UPDATES: &[&str] = &[
    "update_all",
    "update",
    "update!",
    "update_columns",
    "update_column",
    "update_attribute",
    "save",
    "save!",
    "touch",
    "increment!",
    "decrement!",
    "toggle!",
    "update_in_batches",
    "update_column_in_batches",
];

const INSERTS: &[&str] = &[
    "create",
    "create!",
    "insert",
    "insert_all",
    "insert_all!",
    "upsert",
    "upsert_all",
    "find_or_create_by",
    "find_or_create_by!",
    "import",
    "first_or_create",
    "first_or_create!",
];

/// Blocks that only lead to their lines.
const LOOPS: &[&str] =
    &["each", "find_each", "in_batches", "find_in_batches", "each_batch", "times"];

/// What a line does that is none of Rails' own words; nothing where it only leads to other lines.
pub(super) fn rows_of_models(line: &Line, is_block: bool) -> Option<Action> {
    let words: Vec<&str> = line
        .tokens
        .iter()
        .filter_map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            _ => None,
        })
        .flat_map(|word| word.split('.'))
        .collect();
    let table = table_of_model(words.first().copied().unwrap_or_default());
    let does = |verbs: &[&str]| words.iter().any(|word| verbs.contains(word));
    if does(DELETES) {
        Some(Action::Delete { table })
    } else if does(UPDATES) {
        Some(Action::Update { table, columns: Vec::new() })
    } else if does(INSERTS) {
        Some(Action::Insert { table, sources: Vec::new() })
    } else {
        let is_harmless = if is_block {
            does(LOOPS)
        } else {
            is_assignment(&line.tokens) || does(&["reset_column_information"])
        };
        (!is_harmless).then(|| Action::unresolved(words.join(" ")))
    }
}

/// `NAME = value`: changes nothing by itself.
fn is_assignment(tokens: &[Token]) -> bool {
    matches!(tokens, [Token::Word(_), Token::Symbol('='), Token::Text(_) | Token::Symbol('['), ..])
}

/// The table of a model: `Admin::UserRole` keeps its rows in `user_roles`.
fn table_of_model(model: &str) -> String {
    let name = model.rsplit("::").next().unwrap_or(model);
    let mut table = String::new();
    for (place, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && place > 0 {
            table.push('_');
        }
        table.extend(letter.to_lowercase());
    }
    match table.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{table}s"),
    }
}
