//! `pyproject.toml`: `requires-python`, dependencies and extras, in the standard's table and in Poetry's.

use super::{
    need::{Kind, Need, Needs, insert, pep440},
    poetry,
    table::{Place, with_document},
};
use crate::Unreadable;

pub(super) fn read(text: &str) -> Result<Needs, Unreadable> {
    with_document(text, |document| {
        let mut needs = Needs::new();
        if let Some(project) = document.get("project") {
            read_project(&mut needs, project);
        }
        if let Some(project) = document.path(&["tool", "poetry"]) {
            read_poetry(&mut needs, project);
        }
        needs
    })
}

fn read_project(needs: &mut Needs, project: Place<'_, '_>) {
    if let Some(python) = project.get("requires-python") {
        let range = python.as_str().unwrap_or_default();
        insert(needs, Kind::Platform, "python", Need::new(pep440, range, python.line()));
    }
    for dependency in project.get("dependencies").into_iter().flat_map(Place::items) {
        insert_dependency(needs, dependency, "");
    }
    let extras = project.get("optional-dependencies").into_iter().flat_map(Place::pairs);
    for (extra, dependencies) in extras {
        let extra = normal_name(extra);
        needs.insert((Kind::Feature, extra.clone()), Need::any(dependencies.line()));
        for dependency in dependencies.items() {
            insert_dependency(needs, dependency, &format!(" (extra {extra})"));
        }
    }
}

fn insert_dependency(needs: &mut Needs, dependency: Place<'_, '_>, suffix: &str) {
    let Some(text) = dependency.as_str() else { return };
    let (name, need) = dependency_of(text, dependency.line());
    insert(needs, Kind::Library, format!("{name}{suffix}"), need);
}

/// Takes a dependency apart as PEP 508 has it: `name[extras] range ; marker`, or an address after `@`.
fn dependency_of(text: &str, line: Option<u32>) -> (String, Need) {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let text = text.trim();
    let (name, rest) = text.split_at(text.find(|letter| !is_of_name(letter)).unwrap_or(text.len()));
    let (extras, rest) = match rest.trim_start().strip_prefix('[').and_then(|it| it.split_once(']'))
    {
        Some((extras, rest)) => (format!("[{}]", extras.replace(' ', "")), rest),
        None => (String::new(), rest),
    };
    let (range, marker) = rest.split_once(';').unwrap_or((rest, ""));
    let range = range.trim().trim_start_matches('(').trim_end_matches(')');
    let condition = match marker.trim() {
        "" => extras,
        marker => format!("{extras}; {marker}"),
    };
    let need = match range.strip_prefix('@') {
        Some(address) => Need::opaque(&format!("@{address}"), line),
        None => Need::new(pep440, range, line),
    };
    (normal_name(name), need.when(condition))
}

/// `My.Package` and `my_package` are the same to installers.
fn normal_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.chars() {
        if !"-_.".contains(letter) {
            normal.push(letter.to_ascii_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}

fn read_poetry(needs: &mut Needs, project: Place<'_, '_>) {
    for (name, dependency) in project.get("dependencies").into_iter().flat_map(Place::pairs) {
        if name == "python" {
            // The standard's table says it too, in projects on their way.
            let need = Need::new(
                poetry::range,
                dependency.as_str().unwrap_or_default(),
                dependency.line(),
            );
            needs.entry((Kind::Platform, "python".to_owned())).or_insert(need);
            continue;
        }
        let several = dependency.items().map(poetry_need);
        let single = (!dependency.is_table() && dependency.as_str().is_none()).then_some(());
        if single.is_some() {
            several.for_each(|need| insert(needs, Kind::Library, normal_name(name), need));
        } else {
            insert(needs, Kind::Library, normal_name(name), poetry_need(dependency));
        }
    }
    for (extra, members) in project.get("extras").into_iter().flat_map(Place::pairs) {
        needs.insert((Kind::Feature, normal_name(extra)), Need::any(members.line()));
    }
}

/// A range, or a table of one with its conditions.
fn poetry_need(dependency: Place<'_, '_>) -> Need {
    if let Some(range) = dependency.as_str() {
        return Need::new(poetry::range, range, dependency.line());
    }
    let condition: Vec<_> = ["git", "path", "url", "rev", "tag", "branch", "markers", "python"]
        .iter()
        .filter_map(|key| Some(format!("{key} = {}", dependency.get(key)?.as_str()?)))
        .collect();
    Need::new(poetry::range, dependency.text("version"), dependency.line())
        .when(condition.join(", "))
}
