//! Fragments of towncrier: the name of the file says the type.

use std::collections::BTreeMap;

use super::{FragmentEvidence, FragmentFile, change, first_words, is_by_the_way};
use crate::Class;

/// A type of fragment.
struct Kind {
    class: Class,
    /// What it says, for sentences.
    says: &'static str,
    /// The proper name first, then its aliases.
    names: &'static [&'static str],
}

/// Declares the table, a line each.
macro_rules! kinds {
    ($($class:ident $says:literal [$($name:literal)+])*) => {
        const KINDS: &[Kind] = &[$(Kind { class: Class::$class, says: $says, names: &[$($name),+] }),*];
    };
}

kinds! {
    Breaking "breaks compatibility" ["breaking" "break" "backward" "incompatible"]
    Breaking "removes something" ["removal" "remove" "removed"]
    Additive "announces a removal" ["deprecation" "deprecate" "deprecated"]
    Additive "adds a feature" ["feature" "features" "feat" "added" "add" "new"]
    Additive "improves a feature" ["enhance" "enhancement" "improvement" "improve"]
    Fix "corrects a fault" ["fix" "fixed" "bugfix" "bug"]
    Fix "closes a hole" ["security"]
    Fix "makes something faster" ["perf" "performance"]
    Fix "changes what is depended on" ["deps" "dep" "dependency" "dependencies"]
    Unknown "changes something, compatibly or not" ["change" "changed" "changes"]
    Docs "changes documentation" ["doc" "docs" "documentation"]
    None "changes tests" ["test" "tests"]
    None "changes nothing for users" ["misc" "trivial" "internal" "chore" "refactor" "ci" "build" "contrib"]
}

/// Reads fragments named `<issue>.<type>[.<n>][.<extension>]`, all of one component.
///
/// `types` are a project's own types, in lower case, and come before the known ones. Files that are no fragments by
/// their name (hidden ones, a README, a template) are passed over; others without a known type are findings.
pub fn detect(
    files: &[FragmentFile],
    component: &str,
    types: &BTreeMap<String, Class>,
) -> FragmentEvidence {
    let mut evidence = FragmentEvidence::default();
    for file in files {
        let name = file.path.file_name().unwrap_or_default();
        if is_by_the_way(name) {
            continue;
        }
        match kind_of(name, types) {
            Some((kind, class, says)) => {
                let (line, subject) =
                    first_words((1..).zip(file.text.split('\n'))).unwrap_or((1, name));
                let sentence = format!("the type `{kind}` says that it {says}");
                evidence.add(component, change(class, &kind, &file.path, line, subject, sentence));
            }
            None => reject(file, name, types, &mut evidence),
        }
    }
    evidence
}

/// Whether a file's name has one of the known types, as `12.fix.md` has.
pub fn has_known_type(name: &str) -> bool {
    !is_by_the_way(name) && kind_of(name, &BTreeMap::new()).is_some()
}

/// The type that a file is named for: its proper name, its class, and what it says.
fn kind_of(name: &str, types: &BTreeMap<String, Class>) -> Option<(String, Class, &'static str)> {
    let known = |word: &str| {
        let word = word.to_ascii_lowercase();
        if let Some(class) = types.get(&word) {
            return Some((word, *class, "changes something of its type"));
        }
        let kind = KINDS.iter().find(|kind| kind.names.contains(&word.as_str()))?;
        Some((kind.names[0].to_owned(), kind.class, kind.says))
    };
    // An issue may contain dots, so that the last known word is the type; the first word is always the issue.
    let (_, after_issue) = name.split_once('.')?;
    after_issue.rsplit('.').find_map(known)
}

fn reject(
    file: &FragmentFile,
    name: &str,
    types: &BTreeMap<String, Class>,
    evidence: &mut FragmentEvidence,
) {
    let is_extension = |word: &&str| {
        ["md", "rst", "txt"].contains(word) || word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let unknown = name.split('.').skip(1).filter(|word| !is_extension(word)).last();
    let message = match unknown {
        Some(word) => format!("`{word}` is no known type of fragment"),
        None => "the file's name says no type".to_owned(),
    };
    let own = types.keys().map(String::as_str);
    let known: Vec<_> = own.chain(KINDS.iter().map(|kind| kind.names[0])).collect();
    let suggestion =
        format!("name it `<issue>.<type>.md`, with one of the types {}", known.join(", "));
    evidence.unreadable(&file.path, None, message, suggestion);
}
