//! The types of conventional commits, and what each means.

use crate::Class;

/// One type with the names people give it.
#[derive(Debug)]
pub(super) struct Kind {
    /// The rule of its changes.
    pub(super) rule: &'static str,
    /// What it means to users.
    pub(super) class: Class,
    /// What such a commit does, for sentences.
    pub(super) does: &'static str,
    /// The proper name first, then its aliases, all in lower case.
    pub(super) names: &'static [&'static str],
}

/// Declares the table, a line each.
macro_rules! kinds {
    ($($rule:literal $class:ident $does:literal [$($name:literal)+])*) => {
        const KINDS: &[Kind] = &[$(Kind {
            rule: $rule,
            class: Class::$class,
            does: $does,
            names: &[$($name),+],
        }),*];
    };
}

kinds! {
    "commits.breaking" Breaking "breaks compatibility" ["breaking" "break" "major"]
    "commits.feat" Additive "adds a feature" ["feat" "feature" "features" "feats" "add" "new"]
    "commits.enhance" Additive "improves a feature" ["enhance" "enhancement" "enhancements" "improve" "improvement"
        "improvements"]
    "commits.deprecate" Additive "announces a removal" ["deprecate" "deprecation" "deprecated"]
    "commits.fix" Fix "corrects a fault" ["fix" "fixes" "fixed" "bugfix" "bugfixes" "bug" "hotfix"]
    "commits.perf" Fix "makes something faster" ["perf" "performance" "optimize" "optimise" "optimization"]
    "commits.security" Fix "closes a hole" ["security" "sec"]
    "commits.deps" Fix "changes what is depended on" ["deps" "dep" "dependencies" "dependency"]
    "commits.revert" Fix "takes something back" ["revert" "reverts"]
    "commits.docs" Docs "changes documentation" ["docs" "doc" "documentation"]
    "commits.chore" None "is upkeep" ["chore" "chores" "misc" "maint" "maintenance" "cleanup" "wip" "internal" "repo"]
    "commits.ci" None "changes how it is checked" ["ci"]
    "commits.test" None "changes tests" ["test" "tests" "testing"]
    "commits.style" None "changes how code looks" ["style" "styles" "format" "fmt" "lint"]
    "commits.refactor" None "changes how code is built, not what it does" ["refactor" "refactoring" "refact" "ref"]
    "commits.build" None "changes how it is built" ["build" "builds" "setup"]
    "commits.release" None "makes a release" ["release" "releases" "bump"]
    "commits.merge" None "merges other commits" ["merge"]
}

/// The kind with this name or alias, letter case aside; of several, as in `refactor,fix`, the heaviest.
///
/// Of several, all must be known: `net/http` is a place, not a type.
pub(super) fn kind_named(name: &str) -> Option<&'static Kind> {
    let known = |name: &str| {
        KINDS.iter().find(|kind| kind.names.iter().any(|known| known.eq_ignore_ascii_case(name)))
    };
    let mut heaviest: Option<&Kind> = None;
    for part in name.split([',', '/', '+', '|', '&']) {
        let kind = known(part)?;
        heaviest = heaviest.filter(|heaviest| heaviest.class >= kind.class).or(Some(kind));
    }
    heaviest
}

/// The rules of all kinds.
pub(super) fn rules() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.rule)
}

/// Whether this is the very name of a kind, as tools write it: no alias, lower case.
pub(super) fn is_proper_name(name: &str) -> bool {
    KINDS.iter().any(|kind| kind.names[0] == name)
}
