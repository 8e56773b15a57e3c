//! What one Python module declares.

use std::{collections::BTreeSet, fmt};

use ruff_python_ast::{Expr, Number, Stmt};
use ruff_text_size::Ranged;

use crate::{
    Source, Unreadable,
    python::{self, line_of},
};

/// A version of an API: a number for what is compatible, and a date inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spec {
    pub(super) version: u32,
    /// `yyyymmdd` as a number.
    pub(super) date: u32,
}

impl fmt::Display for Spec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "v{}.{:08}", self.version, self.date)
    }
}

impl Spec {
    /// Reads `v9.20250722`.
    fn parse(text: &str) -> Option<Self> {
        let (version, date) = text.strip_prefix('v')?.split_once('.')?;
        Some(Self { version: version.parse().ok()?, date: date_of(date)? })
    }
}

fn date_of(text: &str) -> Option<u32> {
    let is_date = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_date.then(|| text.parse().ok()).flatten()
}

/// A version with the name that states it and its place.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    pub(super) name: &'static str,
    pub(super) spec: Spec,
    pub(super) place: Source,
}

/// What a module declares, each with its line.
#[derive(Clone, Debug, Default)]
pub(super) struct Declarations {
    /// `API_VERSION`.
    pub(super) client: Option<(Spec, u32)>,
    /// `MIN_API_VERSION`.
    pub(super) oldest: Option<(Spec, u32)>,
    /// `LATEST_API_VERSION`, where it is no expression.
    latest: Option<(Spec, u32)>,
    /// The last of `LATEST_REV_DATES`.
    revision: Option<(Spec, u32)>,
    /// `VALID_VERSIONS`.
    pub(super) accepted: Option<(BTreeSet<Spec>, u32)>,
}

impl Declarations {
    /// What a server declares as its latest version.
    pub(super) fn server(&self) -> Option<(Spec, u32)> {
        self.latest.or(self.revision)
    }

    /// Whether it declares anything.
    pub(super) fn declare(&self) -> bool {
        self.client.or(self.oldest).or(self.server()).is_some() || self.accepted.is_some()
    }

    /// The name that states it.
    pub(super) fn server_name(&self) -> &'static str {
        if self.latest.is_some() { "LATEST_API_VERSION" } else { "LATEST_REV_DATES" }
    }
}

/// Reads a module. One that names nothing of an API's version is not even parsed.
pub(super) fn read(text: &str) -> Result<Declarations, Unreadable> {
    let mut declarations = Declarations::default();
    let names = ["API_VERSION", "LATEST_REV_DATES", "VALID_VERSIONS"];
    if !names.iter().any(|name| text.contains(name)) {
        return Ok(declarations);
    }
    for statement in &python::parse(text)?.body {
        let Some((name, value)) = assignment(statement) else { continue };
        let line = || line_of(text, statement.start().to_usize());
        let stated = |spec: Option<Spec>| spec.map(|spec| (spec, line()));
        match name {
            "API_VERSION" => declarations.client = stated(pair(value)),
            "MIN_API_VERSION" => declarations.oldest = stated(pair(value)),
            "LATEST_API_VERSION" => {
                declarations.latest = stated(text_of(value).and_then(Spec::parse));
            }
            "LATEST_REV_DATES" => declarations.revision = stated(last_revision(value)),
            "VALID_VERSIONS" => {
                let specs: BTreeSet<_> =
                    items(value).iter().filter_map(text_of).filter_map(Spec::parse).collect();
                declarations.accepted = (!specs.is_empty()).then(|| (specs, line()));
            }
            _ => {}
        }
    }
    Ok(declarations)
}

/// `name = value`, annotated or not.
fn assignment(statement: &Stmt) -> Option<(&str, &Expr)> {
    let (target, value) = match statement {
        Stmt::Assign(assign) => (assign.targets.first()?, assign.value.as_ref()),
        Stmt::AnnAssign(assign) => (assign.target.as_ref(), assign.value.as_deref()?),
        _ => return None,
    };
    Some((target.as_name_expr()?.id.as_str(), value))
}

/// `(9, "20250722")`, or `"v9.20250722"`.
fn pair(value: &Expr) -> Option<Spec> {
    if let Some(text) = text_of(value) {
        return Spec::parse(text);
    }
    let [version, date] = value.as_tuple_expr()?.elts.as_slice() else { return None };
    Some(Spec { version: number_of(version)?, date: date_of(text_of(date)?)? })
}

/// The highest of `{9: "20250722", …}`.
fn last_revision(value: &Expr) -> Option<Spec> {
    let revisions = value.as_dict_expr()?.items.iter().filter_map(|item| {
        let version = number_of(item.key.as_ref()?)?;
        Some(Spec { version, date: date_of(text_of(&item.value)?)? })
    });
    revisions.max()
}

/// The items of a list, tuple or set, or of the only argument of a call such as `frozenset([…])`.
fn items(value: &Expr) -> &[Expr] {
    let inner = match value {
        Expr::Call(call) => match &*call.arguments.args {
            [only] => only,
            _ => return &[],
        },
        other => other,
    };
    match inner {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::Set(set) => &set.elts,
        _ => &[],
    }
}

fn text_of(value: &Expr) -> Option<&str> {
    value.as_string_literal_expr().map(|text| text.value.to_str())
}

fn number_of(value: &Expr) -> Option<u32> {
    match &value.as_number_literal_expr()?.value {
        Number::Int(number) => u32::try_from(number.as_u64()?).ok(),
        Number::Float(_) | Number::Complex { .. } => None,
    }
}
