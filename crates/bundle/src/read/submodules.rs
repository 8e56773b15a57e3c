//! A repository that pins others as submodules: `.gitmodules` and the commits in its tree.

use camino::Utf8Path;
use trainyard_report::Finding;

use super::{broken, packages::version_of_tag};
use crate::{Bundle, Numbered, Pin, Place};

/// A submodule's commit, with what its own repository says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gitlink {
    /// Where it stands in the tree.
    pub path: String,
    /// The commit.
    pub commit: String,
    /// A tag on that commit.
    pub tag: Option<String>,
    /// The version that its version file says there.
    pub version: Option<String>,
}

/// The bundle that a tree with submodules is.
///
/// Pins are called as `.gitmodules` calls the repositories (the last name of the address), in its order. Submodules that
/// the tree does not hold, and commits that the file does not name, are findings.
pub fn submodules(
    name: &str,
    version: &Numbered,
    (path, text): (&Utf8Path, &str),
    links: &[Gitlink],
) -> (Bundle, Vec<Finding>) {
    let mut findings = Vec::new();
    let file = Place::file(path);
    let modules = sections(text);
    let mut pins: Vec<Pin> = Vec::new();
    for module in &modules {
        let Some(link) = links.iter().find(|link| link.path == module.path) else {
            let message = format!("the tree holds no commit at `{}`", module.path);
            findings.push(broken(path, Some(module.line), message));
            continue;
        };
        let tagged = link.tag.as_deref().and_then(version_of_tag);
        let pin = Pin {
            name: module.name.to_owned(),
            version: link.version.as_deref().or(tagged).unwrap_or_default().to_owned(),
            digest: None,
            commit: Some(link.commit.clone()),
            tag: link.tag.clone(),
            place: Some(file.line(Some(module.line))),
        };
        if pins.iter().all(|other| other.name != pin.name) {
            pins.push(pin);
        }
    }
    for link in links.iter().filter(|link| modules.iter().all(|it| it.path != link.path)) {
        let message = format!("the commit at `{}` belongs to no submodule", link.path);
        findings.push(broken(path, None, message));
    }
    let bundle = Bundle {
        name: name.to_owned(),
        is_final: version.error().is_none() && !version.version().is_prerelease(),
        version: Some(version.clone()),
        pins,
        place: Some(file),
        ..Bundle::default()
    };
    (bundle, findings)
}

struct Module<'t> {
    name: &'t str,
    path: &'t str,
    line: u32,
}

/// The sections of `.gitmodules` that have a path.
fn sections(text: &str) -> Vec<Module<'_>> {
    let mut modules: Vec<Module<'_>> = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.trim();
        if let Some(title) = line.strip_prefix("[submodule") {
            let name = title.trim().trim_end_matches(']').trim_matches(['"', ' ']);
            modules.push(Module { name: last_name(name), path: "", line: number });
        } else if let (Some((key, value)), Some(module)) =
            (line.split_once('='), modules.last_mut())
        {
            let value = value.trim();
            match key.trim() {
                "path" => module.path = value,
                "url" if !last_name(value).is_empty() => module.name = last_name(value),
                _ => {}
            }
        }
    }
    modules.retain(|module| !module.path.is_empty());
    modules
}

fn last_name(address: &str) -> &str {
    let address = address.trim_end_matches('/');
    let name = address.rsplit(['/', ':']).next().unwrap_or(address);
    name.strip_suffix(".git").unwrap_or(name)
}
