//! From text to values with places: TOML, the schema's rules, presets underneath.

pub(crate) mod at;
pub(crate) mod node;
mod statements;
pub(crate) mod suggest;
mod syntax;
mod validate;

pub(crate) use self::{
    at::At,
    node::{Node, Place},
    syntax::parse,
    validate::{listed, validate},
};
