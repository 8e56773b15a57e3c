//! Holds two trees against each other: every detector, at the same time.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use camino::Utf8Path;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    Change, Class, ContentId, FileEntry, Focus, Memo, RULES_VERSION, Side, Source, Tree,
    Unreadable, detectors, rule::rules,
};

rules! {
    UNREADABLE = "evidence.unreadable", Unknown, "a file that matters cannot be read or understood, so it may hide anything";
}

/// Tells what changed in one kind of file.
///
/// One file per detector and one line in [`detectors`]. A detector is pure: it sees nothing but the two sides.
pub trait Detector: Sync {
    /// What stands before the point in the ids of its rules; its name in policies.
    fn family(&self) -> &'static str;

    /// Whether a file may matter, by its path alone. Cheap: every path of both trees is asked for.
    ///
    /// Not asked where the policy names the files.
    fn wants(&self, path: &Utf8Path) -> bool;

    /// The changes, in the order of the files.
    ///
    /// Called when at least one wanted entry differs. What cannot be judged is told by [`Pair::unreadable`] or a rule
    /// of class [`Class::Unknown`], never left out.
    fn detect(&self, pair: &Pair<'_>) -> Vec<Change>;

    /// Whether [`Detector::conclude`] may have anything to say of what all detectors found.
    fn concludes_from(&self, found: &[Change]) -> bool {
        _ = found;
        false
    }

    /// Concludes from what all detectors found; most do not.
    fn conclude(&self, pair: &Pair<'_>, found: &[Change]) -> Vec<Change> {
        _ = (pair, found);
        Vec::new()
    }
}

/// Two sides, narrowed to what a detector wants.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// The older tree.
    pub old: Side<'a>,
    /// The newer tree.
    pub new: Side<'a>,
    /// What was learned in this run.
    pub memo: &'a Memo,
}

impl<'a> Pair<'a> {
    /// Files that stand at the same path in either tree with another content, with what is there in each, by path.
    pub fn differing(&self) -> Vec<(Option<&'a FileEntry>, Option<&'a FileEntry>)> {
        let (mut old, mut new) = (self.old.entries(), self.new.entries());
        let mut differing = Vec::new();
        loop {
            let order = match (old.first(), new.first()) {
                (None, None) => return differing,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(one), Some(other)) => one.path.as_str().cmp(other.path.as_str()),
            };
            let before = (order.is_le()).then(|| take_first(&mut old)).flatten();
            let after = (order.is_ge()).then(|| take_first(&mut new)).flatten();
            let is_same = before.zip(after).is_some_and(|(before, after)| {
                before.content == after.content && before.kind == after.kind
            });
            if !is_same {
                differing.push((before, after));
            }
        }
    }

    /// Says that a file could not be judged.
    pub fn unreadable(&self, entry: &FileEntry, why: &Unreadable) -> Change {
        let source = match why {
            Unreadable::Malformed { line: Some(line), .. } => Source::line(&entry.path, *line),
            _ => Source::file(&entry.path),
        };
        let sentence = format!("cannot be judged: {why}");
        Change::new(&UNREADABLE, entry.path.as_str(), sentence).at(source)
    }
}

fn take_first<'a>(entries: &mut &[&'a FileEntry]) -> Option<&'a FileEntry> {
    let (first, rest) = entries.split_first()?;
    *entries = rest;
    Some(first)
}

/// Where verdicts are kept between runs. A verdict depends on its key alone.
pub trait Verdicts: Sync {
    /// What was found under a key.
    fn get(&self, key: &VerdictKey) -> Option<Vec<Change>>;
    /// Keeps what was found.
    fn put(&self, key: &VerdictKey, changes: &[Change]);
}

/// Names a verdict: the rules' version, the detector, and path and content of everything it may read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerdictKey(pub [u8; 32]);

impl fmt::Debug for VerdictKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// Whether a path belongs to what is compared.
pub type Scope<'a> = &'a (dyn Fn(&Utf8Path) -> bool + Sync);

/// What is held against each other, and how.
pub struct Comparison<'a> {
    /// The older tree.
    pub old: &'a dyn Tree,
    /// The newer tree.
    pub new: &'a dyn Tree,
    /// Which files belong to the component, and which detectors look at them.
    pub focus: &'a Focus<'a>,
    /// What was learned in this run.
    pub memo: &'a Memo,
    /// Where verdicts are kept.
    pub verdicts: Option<&'a dyn Verdicts>,
}

impl fmt::Debug for Comparison<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Comparison").finish_non_exhaustive()
    }
}

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The version of the rules it was judged by.
    pub rules: u32,
    /// The families that had something to compare.
    pub families: Vec<String>,
    /// What changed, by family, each in the detector's own order.
    pub changes: Vec<Change>,
    /// How many more changes there are of some rules, where only the first of each were kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, usize>,
}

impl Verdict {
    /// The same with at most so many changes of each rule and class, and the rest counted.
    ///
    /// Levels are decided by rule and class, so nothing that decides gets lost.
    #[must_use]
    pub fn brief(mut self, most: usize) -> Self {
        let mut kept: BTreeMap<(String, Class), usize> = BTreeMap::new();
        let left_out = &mut self.left_out;
        self.changes.retain(|change| {
            let count = kept.entry((change.rule.clone(), change.class)).or_default();
            *count += 1;
            if *count > most {
                *left_out.entry(change.rule.clone()).or_default() += 1;
            }
            *count <= most
        });
        self.changes.shrink_to_fit();
        self
    }
}

impl Comparison<'_> {
    /// Runs every detector that the settings leave on.
    ///
    /// *Cost*: detectors run at the same time on the current rayon pool; one whose files are all equal does not run.
    pub fn verdict(&self) -> Verdict {
        let differing = self.differing();
        let found: Vec<_> =
            detectors().par_iter().map(|detector| self.run(*detector, &differing)).collect();
        let mut verdict = Verdict {
            rules: RULES_VERSION,
            families: Vec::new(),
            changes: Vec::new(),
            left_out: BTreeMap::new(),
        };
        for (detector, changes) in detectors().iter().zip(found) {
            let Some(changes) = changes else { continue };
            verdict.families.push(detector.family().to_owned());
            verdict.changes.extend(changes);
        }
        for detector in detectors() {
            if self.focus.is_on(*detector) && detector.concludes_from(&verdict.changes) {
                let concluded = detector.conclude(&self.pair(*detector), &verdict.changes);
                verdict.changes.extend(concluded);
            }
        }
        // A file that two detectors read and neither understands is told once.
        let mut told = BTreeSet::new();
        verdict.changes.retain(|change| {
            change.rule != UNREADABLE.id
                || told.insert((change.subject.clone(), change.source.clone()))
        });
        verdict
    }

    fn pair(&self, detector: &dyn Detector) -> Pair<'_> {
        let side = |tree| self.focus.side(detector, tree);
        Pair { old: side(self.old), new: side(self.new), memo: self.memo }
    }

    /// The paths in scope that stand in either tree with another content. Most trees share nearly everything, so what
    /// differs is found before anybody is asked for all paths.
    fn differing(&self) -> Vec<&Utf8Path> {
        let differing = self.old.root().differing(self.new.root()).into_iter();
        let paths = differing.filter_map(|(old, new)| Some(new.or(old)?.path.as_path()));
        paths.filter(|path| self.focus.has(path)).collect()
    }

    /// `None` where there is nothing to compare.
    fn run(&self, detector: &dyn Detector, differing: &[&Utf8Path]) -> Option<Vec<Change>> {
        let is_concerned = self.focus.is_on(detector)
            && differing.iter().any(|path| self.focus.wants(detector, path));
        if !is_concerned {
            return None;
        }
        let Some(verdicts) = self.verdicts else {
            return Some(detector.detect(&self.pair(detector)));
        };
        let key = self.focus.key(detector, self.old, self.new);
        if let Some(known) = verdicts.get(&key) {
            return Some(known);
        }
        let changes = detector.detect(&self.pair(detector));
        verdicts.put(&key, &changes);
        Some(changes)
    }
}

/// Learns something of a file once per content, or says why it cannot.
///
/// The usual way for a detector to read: `learn` parses the text and returns what the detector needs of it.
pub fn learn<T: Send + Sync + 'static>(
    side: &Side<'_>,
    memo: &Memo,
    kind: &'static str,
    entry: &FileEntry,
    largest_bytes: u64,
    learn: impl FnOnce(&str) -> Result<T, Unreadable>,
) -> Arc<Result<T, Unreadable>> {
    let content: ContentId = entry.content;
    memo.weighed(kind, content, || match side.text(entry, largest_bytes) {
        Ok(text) => (learn(&text), text.len()),
        Err(why) => (Err(why), 0),
    })
}
