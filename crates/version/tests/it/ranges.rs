//! Range grammars and version sets.

mod algebra;
mod cases;
mod cases_cargo;
mod cases_npm;
mod cases_rez;
mod errors;
mod hostile;
mod oracles;
mod rules;

use trainyard_version::{Grammar, Prereleases, ReadOptions, Requirement, Version};

/// A grammar by its name.
fn grammar(name: &str) -> Grammar {
    name.parse().unwrap()
}

/// A range that must be right.
fn range(grammar_name: &str, text: &str) -> Requirement {
    grammar(grammar_name).parse(text).unwrap()
}

/// A version as the grammar's tool reads it.
fn version(grammar_name: &str, text: &str) -> Version {
    grammar(grammar_name).version(text, ReadOptions::default()).unwrap()
}

const INCLUDING: ReadOptions = ReadOptions { prereleases: Prereleases::Include, loose: false };
