//! What was found, before it is put in words and places.

use super::document::Spot;
use crate::{Class, Rule};

/// Where a finding belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// The description as a whole.
    Document,
    /// An operation, by its place in the list of those compared.
    Operation(usize),
    /// A pair of schemas, which operations reach.
    Schemas(usize),
}

/// One difference that means something.
#[derive(Clone, Debug)]
pub(super) struct Finding<'a> {
    /// What it is.
    pub rule: &'static Rule,
    /// What it means here.
    pub class: Class,
    /// Where it belongs.
    pub owner: Owner,
    /// Its place in the older description.
    pub old: Option<Spot<'a>>,
    /// Its place in the newer description.
    pub new: Option<Spot<'a>>,
    /// What it is about, such as ``the request property``; names are put in where they are known.
    pub noun: &'static str,
    /// What happened to it.
    pub text: String,
    /// Whether it is gone: then the place in the newer description is that of what it was in.
    pub is_gone: bool,
}
