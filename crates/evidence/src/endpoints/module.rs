//! What one module says about routes.

use std::collections::BTreeMap;

use super::scan::Scanner;
use crate::{Unreadable, python::Source};

/// What a module says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Module {
    /// What local names were imported as.
    pub(super) imports: BTreeMap<String, String>,
    /// Routers by their names; those of functions behind the functions' numbers.
    pub(super) routers: BTreeMap<String, Router>,
    /// In the order of the text.
    pub(super) routes: Vec<Route>,
    /// In the order of the text.
    pub(super) includes: Vec<Include>,
}

/// Something that routes are declared on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Router {
    pub(super) prefix: String,
    pub(super) is_deprecated: bool,
    /// Whether it is left out of the published schema.
    pub(super) is_hidden: bool,
}

/// How a router is named where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Handle {
    /// A router of the same module.
    Local(String),
    /// A full name, through the imports.
    Imported(String),
    /// A name of which the module does not tell.
    Unknown,
}

/// One declared route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) router: Handle,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) is_deprecated: bool,
    pub(super) is_hidden: bool,
    /// 1-based.
    pub(super) line: u32,
}

/// A router that is made part of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Include {
    pub(super) parent: Handle,
    pub(super) child: Handle,
    /// What it adds to the paths of the child.
    pub(super) as_router: Router,
}

/// Words of which a module has one if it declares routes.
const MARKS: &[&str] = &[
    "outer",
    "Route",
    "FastAPI",
    "add_route",
    "add_routes",
    "add_get",
    "add_post",
    "add_subapp",
    "Blueprint",
    "Flask",
    "@app.",
    "urlpatterns",
    "RouteTableDef",
    ".route(",
];

/// Reads a module; `None` where it says nothing about routes.
///
/// *Errors*: as [`Source::parse`].
pub(super) fn read(text: &str) -> Result<Option<Module>, Unreadable> {
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return Ok(None);
    }
    let source = Source::parse(text)?;
    Ok(Some(Scanner::new(&source).scan()))
}
