//! What a manifest asks for, and what it means that it asks for something else.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use trainyard_version::{Grammar, VersionSet};

use super::{
    COMPANION_ADDED, COMPANION_LOOSENED, COMPANION_MOVED, COMPANION_REMOVED, COMPANION_TIGHTENED,
    DEFAULT_FEATURE_ADDED, DEFAULT_FEATURE_REMOVED, FEATURE_ADDED, FEATURE_REMOVED, LIBRARY_ADDED,
    LIBRARY_CHANGED, LIBRARY_LOOSENED, LIBRARY_MOVED, LIBRARY_REMOVED, LIBRARY_TIGHTENED,
    PART_ADDED, PART_LOOSENED, PART_MOVED, PART_REMOVED, PART_TIGHTENED, PLATFORM_ADDED,
    PLATFORM_LOOSENED, PLATFORM_MOVED, PLATFORM_REMOVED, PLATFORM_TIGHTENED, SUBCHART_ADDED,
    SUBCHART_CHANGED, SUBCHART_REMOVED, UNCLEAR,
};
use crate::{Change, Rule, Source};

/// Whose business a need is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The operator provides it: an interpreter, a server, a platform.
    Platform,
    /// It must be installed beside this one.
    Part,
    /// It may be installed beside this one, and must fit then.
    Companion,
    /// A chart that is installed along.
    Subchart,
    /// Installers fetch it by themselves.
    Library,
    /// Users may choose it.
    Feature,
    /// Users have it unless they choose otherwise.
    DefaultFeature,
}

impl Kind {
    fn rules(self) -> KindRules {
        let same = |added, removed, changed| KindRules {
            added,
            removed,
            tightened: changed,
            moved: changed,
            loosened: changed,
            unclear: changed,
        };
        match self {
            Self::Platform => KindRules {
                added: &PLATFORM_ADDED,
                removed: &PLATFORM_REMOVED,
                tightened: &PLATFORM_TIGHTENED,
                moved: &PLATFORM_MOVED,
                loosened: &PLATFORM_LOOSENED,
                unclear: &UNCLEAR,
            },
            Self::Part => KindRules {
                added: &PART_ADDED,
                removed: &PART_REMOVED,
                tightened: &PART_TIGHTENED,
                moved: &PART_MOVED,
                loosened: &PART_LOOSENED,
                unclear: &UNCLEAR,
            },
            Self::Companion => KindRules {
                added: &COMPANION_ADDED,
                removed: &COMPANION_REMOVED,
                tightened: &COMPANION_TIGHTENED,
                moved: &COMPANION_MOVED,
                loosened: &COMPANION_LOOSENED,
                unclear: &UNCLEAR,
            },
            Self::Library => KindRules {
                added: &LIBRARY_ADDED,
                removed: &LIBRARY_REMOVED,
                tightened: &LIBRARY_TIGHTENED,
                moved: &LIBRARY_MOVED,
                loosened: &LIBRARY_LOOSENED,
                unclear: &LIBRARY_CHANGED,
            },
            Self::Subchart => same(&SUBCHART_ADDED, &SUBCHART_REMOVED, &SUBCHART_CHANGED),
            Self::Feature => same(&FEATURE_ADDED, &FEATURE_REMOVED, &FEATURE_ADDED),
            Self::DefaultFeature => {
                same(&DEFAULT_FEATURE_ADDED, &DEFAULT_FEATURE_REMOVED, &DEFAULT_FEATURE_ADDED)
            }
        }
    }

    /// Whether a need of any version is none: nothing must be there.
    fn is_void_without_range(self) -> bool {
        matches!(self, Self::Platform | Self::Companion)
    }

    /// How its name is told.
    fn subject(self, name: &str) -> String {
        match self {
            Self::Platform | Self::Part | Self::Companion | Self::Library => name.to_owned(),
            Self::Subchart => format!("chart {name}"),
            Self::Feature => format!("feature {name}"),
            Self::DefaultFeature => format!("default feature {name}"),
        }
    }
}

struct KindRules {
    added: &'static Rule,
    removed: &'static Rule,
    tightened: &'static Rule,
    moved: &'static Rule,
    loosened: &'static Rule,
    unclear: &'static Rule,
}

/// Reads a range, `None` where it is none of its grammar.
pub(super) type ReadRange = fn(&str) -> Option<VersionSet>;

/// Something that a manifest asks for.
#[derive(Clone, Debug)]
pub(super) struct Need {
    /// The range as written; empty where any version will do.
    text: String,
    /// Reads the range. Ranges are read where they differ alone: most never do.
    read: ReadRange,
    /// When and how it is asked for: markers, extras, places.
    condition: String,
    /// The 1-based line, where known.
    line: Option<u32>,
}

/// The needs of a manifest.
pub(super) type Needs = BTreeMap<(Kind, String), Need>;

impl Need {
    /// A need of the versions in a range.
    pub(super) fn new(read: ReadRange, text: &str, line: Option<u32>) -> Self {
        Self { text: text.trim().to_owned(), read, condition: String::new(), line }
    }

    /// A need of any version.
    pub(super) fn any(line: Option<u32>) -> Self {
        Self::new(|_| None, "", line)
    }

    /// A need that no grammar reads: a path, an address, an expression.
    pub(super) fn opaque(text: &str, line: Option<u32>) -> Self {
        Self::new(|_| None, text, line)
    }

    /// The same under a condition.
    pub(super) fn when(self, condition: impl Into<String>) -> Self {
        Self { condition: condition.into(), ..self }
    }

    /// The versions that will do; `None` where no grammar reads it.
    pub(super) fn set(&self) -> Option<VersionSet> {
        if self.text.is_empty() { Some(VersionSet::full()) } else { (self.read)(&self.text) }
    }

    /// The range as written, the condition, and the line.
    pub(super) fn parts(&self) -> (&str, &str, Option<u32>) {
        (&self.text, &self.condition, self.line)
    }

    /// The need in a sentence.
    fn shown(&self) -> String {
        let text = match (self.text.as_str(), self.condition.as_str()) {
            ("", "") => return "any version".to_owned(),
            ("", condition) => condition.to_owned(),
            (text, "") => text.to_owned(),
            (text, condition) => format!("{text} {condition}"),
        };
        quoted(&text)
    }
}

/// A range of a grammar as a set of versions.
pub(super) fn set_of(grammar: &str, text: &str) -> Option<VersionSet> {
    let grammar: Grammar = grammar.parse().ok()?;
    // `===` compares spellings, which no set of versions holds.
    let requirement = grammar.parse(text).ok().filter(|_| !text.contains("==="))?;
    Some(requirement.set().clone())
}

/// A range of Python's packages.
pub(super) fn pep440(text: &str) -> Option<VersionSet> {
    set_of("pep440", text)
}

/// A text in a sentence, cut where it is long.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let text = text.replace('`', "'").replace('\n', " ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// Adds a need; of several under one name only the texts are compared.
pub(super) fn insert(needs: &mut Needs, kind: Kind, name: impl Into<String>, need: Need) {
    use std::collections::btree_map::Entry;
    match needs.entry((kind, name.into())) {
        Entry::Vacant(entry) => _ = entry.insert(need),
        Entry::Occupied(mut entry) => {
            let first = entry.get_mut();
            first.read = |_| None;
            let condition = std::mem::take(&mut first.condition);
            for part in [" ", &condition, ", ", &need.text, " ", &need.condition] {
                first.text.push_str(part);
            }
        }
    }
}

/// Holds two states of a manifest against each other.
pub(super) fn compare(old: &Needs, new: &Needs, path: &Utf8Path) -> Vec<Change> {
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let mut changes = Vec::new();
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        let Some((rule, sentence)) = judge(key.0, before, after) else { continue };
        let place = |need: &Need| match need.line {
            Some(line) => Source::line(path, line),
            None => Source::file(path),
        };
        let source = after.map_or_else(|| Source::file(path), place);
        let mut change = Change::new(rule, key.0.subject(&key.1), sentence).at(source);
        change.before = before.map(place);
        changes.push(change);
    }
    changes
}

/// What a difference means, `None` where there is none.
fn judge(
    kind: Kind,
    before: Option<&Need>,
    after: Option<&Need>,
) -> Option<(&'static Rule, String)> {
    let rules = kind.rules();
    let is_void =
        |need: &Need| kind.is_void_without_range() && need.set().is_some_and(|set| set.is_full());
    if let (Some(before), Some(after)) = (before, after)
        && (&before.text, &before.condition) == (&after.text, &after.condition)
    {
        return None;
    }
    match (before.filter(|it| !is_void(it)), after.filter(|it| !is_void(it))) {
        (None, None) => None,
        (None, Some(after)) => {
            let sentence = match kind {
                Kind::Feature => "it can be chosen".to_owned(),
                Kind::DefaultFeature => "it is on by default".to_owned(),
                _ => format!("it is new: {}", after.shown()),
            };
            // Where any version did, nobody can tell how much a range that cannot be read excludes.
            let is_unclear = kind == Kind::Platform && after.set().is_none();
            Some((if is_unclear { rules.unclear } else { rules.added }, sentence))
        }
        (Some(before), None) => {
            let sentence = match kind {
                Kind::Feature => "it can no longer be chosen".to_owned(),
                Kind::DefaultFeature => "it is no longer on by default".to_owned(),
                _ => format!("it is no longer asked for; it was {}", before.shown()),
            };
            Some((rules.removed, sentence))
        }
        (Some(before), Some(after)) => judge_ranges(&rules, before, after),
    }
}

fn judge_ranges(rules: &KindRules, before: &Need, after: &Need) -> Option<(&'static Rule, String)> {
    let sentence = |verb: &str| format!("{} {verb} {}", before.shown(), after.shown());
    let (Some(was), Some(is)) = (before.set(), after.set()) else {
        return Some((rules.unclear, sentence("became")));
    };
    if was == is {
        let is_same = before.condition == after.condition;
        return (!is_same).then(|| (rules.unclear, sentence("became")));
    }
    Some(if is.is_subset_of(&was) {
        (rules.tightened, sentence("was tightened to"))
    } else if was.is_subset_of(&is) {
        (rules.loosened, sentence("was loosened to"))
    } else {
        (rules.moved, sentence("became"))
    })
}
