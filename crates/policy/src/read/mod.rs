//! From text to values with places: TOML, the schema's rules, presets underneath.

pub(crate) mod at;
pub(crate) mod node;
mod statements;
pub(crate) mod suggest;
mod syntax;
mod validate;

pub use self::at::At;
pub(crate) use self::{
    node::{Node, Place},
    syntax::parse,
    validate::{listed, validate},
};
