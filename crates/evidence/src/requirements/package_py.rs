//! AYON's `package.py`: versions of server and launcher, and other addons that are required or must fit.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::{
    Lines,
    need::{Kind, Need, Needs, insert, set_of},
};
use crate::{Unreadable, python};

/// The names that say what operators must provide.
const PLATFORMS: [(&str, &str); 2] =
    [("ayon_server_version", "ayon server"), ("ayon_launcher_version", "ayon launcher")];

/// The names of tables of other addons.
const ADDONS: [(&str, Kind); 3] = [
    ("ayon_required_addons", Kind::Part),
    ("ayon_soft_required_addons", Kind::Companion),
    ("ayon_compatible_addons", Kind::Companion),
];

pub(super) fn read(text: &str) -> Result<Needs, Unreadable> {
    let mut needs = Needs::new();
    // Other tools have files of this name too.
    if !text.contains("ayon_") {
        return Ok(needs);
    }
    let (module, lines) = (python::parse(text)?, Lines::of(text));
    for (name, value) in module.body.iter().filter_map(assignment) {
        let (shown, line) = (source_of(text, value), lines.line(value.start().to_usize()));
        if let Some((_, subject)) = PLATFORMS.iter().find(|(known, _)| *known == name) {
            if let Some(need) = need_of(value, shown, line) {
                needs.insert((Kind::Platform, (*subject).to_owned()), need);
            }
        } else if let Some((_, kind)) = ADDONS.iter().find(|(known, _)| *known == name) {
            read_addons(&mut needs, (*kind, name), value, text, &lines);
        }
    }
    Ok(needs)
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

fn read_addons(
    needs: &mut Needs,
    (kind, name): (Kind, &str),
    value: &Expr,
    text: &str,
    lines: &Lines,
) {
    let Some(addons) = value.as_dict_expr() else {
        if !value.is_none_literal_expr() {
            let line = lines.line(value.start().to_usize());
            insert(needs, kind, name, Need::opaque(source_of(text, value), line));
        }
        return;
    };
    for item in &addons.items {
        let line = lines.line(item.value.start().to_usize());
        let key = item.key.as_ref().and_then(|key| key.as_string_literal_expr());
        let addon = match key {
            Some(key) => format!("addon {}", key.value.to_str()),
            // A key or a whole table that is computed.
            None => name.to_owned(),
        };
        let need = need_of(&item.value, source_of(text, &item.value), line);
        insert(needs, kind, addon, need.unwrap_or_else(|| Need::any(line)));
    }
}

/// A range; `None` for Python's `None`. What is computed is compared as written.
fn need_of(value: &Expr, shown: &str, line: Option<u32>) -> Option<Need> {
    if value.is_none_literal_expr() {
        return None;
    }
    Some(match value.as_string_literal_expr() {
        Some(range) => Need::new(|text| set_of("ayon", text), range.value.to_str(), line),
        None => Need::opaque(shown, line),
    })
}

fn source_of<'t>(text: &'t str, value: &Expr) -> &'t str {
    text.get(value.start().to_usize()..value.end().to_usize()).unwrap_or_default()
}
