//! What one manifest asks for, for those who have nothing to hold it against.

use camino::Utf8Path;
use trainyard_version::VersionSet;

use super::{chart::helm, format_of, need::Kind, npm::npm, poetry};
use crate::Unreadable;

/// Something that a manifest asks for.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Whose business it is.
    pub kind: DeclaredKind,
    /// Its name.
    pub name: String,
    /// The range as written; empty where any version will do.
    pub range: String,
    /// The versions; `None` where no grammar reads the range.
    pub set: Option<VersionSet>,
    /// When and how it is asked for, as written: markers, extras, places. Empty where always.
    pub condition: String,
    /// The 1-based line, where known.
    pub line: Option<u32>,
}

/// Whose business it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredKind {
    /// The operator provides it.
    Platform,
    /// It must be installed beside this one.
    Part,
    /// It must fit if it is installed beside this one.
    Companion,
    /// It is installed along, or installers fetch it by themselves.
    Library,
}

/// What a manifest asks for, by its file's name; features are no needs. `None` for files of other names.
///
/// *Errors*: `Malformed` with the line.
pub fn declared(path: &Utf8Path, text: &str) -> Option<Result<Vec<Declared>, Unreadable>> {
    let format = format_of(path)?;
    let needs = match (format.read)(text) {
        Ok(needs) => needs,
        Err(why) => return Some(Err(why)),
    };
    let declared = needs.iter().filter_map(|((kind, name), need)| {
        let kind = match kind {
            Kind::Platform => DeclaredKind::Platform,
            Kind::Part => DeclaredKind::Part,
            Kind::Companion => DeclaredKind::Companion,
            Kind::Subchart | Kind::Library => DeclaredKind::Library,
            Kind::Feature | Kind::DefaultFeature => return None,
        };
        let (range, condition, line) = need.parts();
        let (range, condition) = (range.to_owned(), condition.to_owned());
        Some(Declared { kind, name: name.clone(), range, set: need.set(), condition, line })
    });
    Some(Ok(declared.collect()))
}

/// The versions of a range as a tool's manifests write it, for ways of writing that are no grammar of their own:
/// `poetry`, `helm`, and `npm-workspace` (`workspace:^1.2`). `None` for other tools, and where it cannot be read.
pub fn range_of_tool(tool: &str, range: &str) -> Option<VersionSet> {
    match tool {
        "poetry" => poetry::range(range),
        "helm" => helm(range),
        "npm-workspace" => npm(range),
        _ => None,
    }
}
