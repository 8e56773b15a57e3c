//! Who has what: the commits of crossings, paired by the ladder of proofs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use trainyard_evidence::commits::{Message, Shape};
use trainyard_policy::{FragmentSource, Policy};
use trainyard_release::merge::Kept;

use super::{Chain, Crossing, Picked, Proof};
use crate::{
    facts::{CommitDetail, CommitId, CommitIndex, History, PatchIdentity},
    plan::picks::{Pair, Side, Sides, cancelled},
    survey::Survey,
};

/// Why a commit of a line need not be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Passed {
    /// A merge: what it brought is listed by itself.
    Merge,
    /// It changes no file.
    Empty,
    /// It makes a release, or keeps the books of releases.
    Release,
    /// A later commit of the line takes it back, or it is the one that does.
    TakenBack,
}

/// The state of one crossing.
#[derive(Debug)]
pub(super) struct Account<'a> {
    /// What it is about.
    pub(super) crossing: &'a Crossing,
    /// Commits that have come under other names.
    pub(super) picked: Vec<Picked>,
    /// How many need not be carried.
    pub(super) passed: BTreeMap<Passed, usize>,
    /// Commits that have not come, newest first.
    pub(super) missing: Vec<Side<'a>>,
    /// Commits on the other branch with the title of a missing one, which proves nothing.
    pub(super) resembling: BTreeMap<CommitId, CommitId>,
    sides: Sides<'a>,
}

/// All crossings with what is known of them.
#[derive(Debug)]
pub struct Ledger<'a> {
    pub(super) accounts: Vec<Account<'a>>,
}

impl<'a> Ledger<'a> {
    /// Pairs what words name as one: trailers and numbers of pull requests.
    ///
    /// *Cost*: every message is read once; each crossing is linear in its commits.
    pub fn new(
        policy: &Policy,
        history: &History,
        survey: &Survey,
        chains: &[Chain],
        crossings: &'a [Crossing],
        details: &BTreeMap<CommitId, &'a CommitDetail>,
    ) -> Self {
        let known: HashMap<CommitIndex, Side<'a>> = crossings
            .iter()
            .flat_map(|crossing| crossing.ours.iter().chain(&crossing.theirs))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .filter_map(|commit| {
                Some((*commit, Side::new(details.get(&history.graph.id(*commit))?)))
            })
            .collect();
        let books = Books::new(policy, survey, chains);
        let mut undone: HashMap<&str, Undone> = HashMap::new();
        for crossing in crossings {
            let names =
                [(&crossing.from.name, &crossing.ours), (&crossing.into.name, &crossing.theirs)];
            for (name, commits) in names {
                undone.entry(name).or_default().commits.extend(commits);
            }
        }
        for undone in undone.values_mut() {
            undone.look(&known);
        }
        let mut indexes: HashMap<String, Index<'_, 'a>> = HashMap::new();
        for crossing in crossings {
            indexes.entry(crossing.into.full_name()).or_default().commits.extend(&crossing.theirs);
        }
        for index in indexes.values_mut() {
            index.fill(&known);
        }
        let accounts = crossings.iter().map(|crossing| {
            let (ours_undone, theirs_undone) =
                (&undone[crossing.from.name.as_str()], &undone[crossing.into.name.as_str()]);
            let index = &indexes[&crossing.into.full_name()];
            Account::new(crossing, &known, index, &books, ours_undone, theirs_undone)
        });
        Self { accounts: accounts.collect() }
    }

    /// The commits that may be the same change on both sides, which only [`PatchIdentity`] tells.
    pub fn look_alikes(&self) -> Vec<CommitId> {
        let alike = self.accounts.iter().flat_map(|account| account.sides.alike());
        alike.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Pairs what is the same change by its lines, its author and time, or its title.
    pub fn compare(&mut self, patches: &BTreeMap<CommitId, PatchIdentity>) {
        for account in &mut self.accounts {
            let sides = &mut account.sides;
            let mut pairs = sides.take_alike(patches);
            pairs.extend(sides.take_same_files(patches));
            pairs.extend(sides.take_titled());
            account.resembling = sides.resembling().collect();
            account.take(&pairs);
        }
    }

    /// The crossings with something missing, by index: where the files of both branches should be compared.
    pub fn open(&self) -> Vec<usize> {
        let open = self.accounts.iter().enumerate().filter(|(_, each)| !each.missing.is_empty());
        open.map(|(index, _)| index).collect()
    }

    /// Takes what changes no file that differs between the branches of a crossing.
    pub fn compare_files(&mut self, crossing: usize, differing: &BTreeSet<Utf8PathBuf>) {
        let Some(account) = self.accounts.get_mut(crossing) else { return };
        let (same, missing): (Vec<_>, Vec<_>) = std::mem::take(&mut account.missing)
            .into_iter()
            .partition(|side| side.detail.paths.iter().all(|path| !differing.contains(path)));
        account.missing = missing;
        let found = same.iter().map(|side| side.detail.id);
        account.picked.extend(found.map(|commit| Picked { commit, found: None, by: Proof::Files }));
    }

    /// What came to a crossing under other names.
    pub fn picked(&self, crossing: usize) -> &[Picked] {
        self.accounts.get(crossing).map_or(&[], |account| &account.picked)
    }

    /// Whether a crossing has something that a merge would bring: a fix that has not come, or a release where nothing
    /// came by picks, so that merges are the custom.
    pub fn needs_merge(&self, crossing: usize) -> bool {
        self.accounts.get(crossing).is_some_and(|account| {
            let has_release = account.passed.contains_key(&Passed::Release);
            !account.missing.is_empty() || (has_release && account.picked.is_empty())
        })
    }

    /// The commits that a crossing lacks, newest first.
    pub fn missing(&self, crossing: usize) -> Vec<CommitId> {
        let account = self.accounts.get(crossing);
        let missing = account.map(|account| account.missing.iter()).into_iter().flatten();
        missing.map(|side| side.detail.id).collect()
    }
}

impl<'a> Account<'a> {
    fn new(
        crossing: &'a Crossing,
        known: &HashMap<CommitIndex, Side<'a>>,
        index: &Index<'_, 'a>,
        books: &Books<'_>,
        ours_undone: &Undone,
        theirs_undone: &Undone,
    ) -> Self {
        let mut passed: BTreeMap<Passed, usize> = BTreeMap::new();
        let mut ours = Vec::new();
        for commit in &crossing.ours {
            let Some(side) = known.get(commit) else { continue };
            match books.passed(*commit, side.detail, ours_undone) {
                Some(reason) => *passed.entry(reason).or_default() += 1,
                None => ours.push(side.clone()),
            }
        }
        let theirs = index.like(&ours, &crossing.theirs);
        let theirs = theirs.iter().filter_map(|commit| known.get(commit));
        let theirs = theirs
            .filter(|side| side.detail.parents < 2 && !theirs_undone.is_gone(side.detail.id))
            .cloned()
            .collect();
        let mut sides = Sides::between(ours.clone(), theirs);
        let pairs = sides.take_named();
        let mut account = Self {
            crossing,
            picked: Vec::new(),
            passed,
            missing: ours,
            resembling: BTreeMap::new(),
            sides,
        };
        account.take(&pairs);
        account
    }

    fn take(&mut self, pairs: &[Pair<'_>]) {
        let taken: HashSet<CommitId> = pairs.iter().map(|pair| pair.ours.id).collect();
        self.missing.retain(|side| !taken.contains(&side.detail.id));
        self.picked.extend(pairs.iter().map(|pair| Picked {
            commit: pair.ours.id,
            found: Some(pair.theirs.id),
            by: pair.by,
        }));
    }
}

/// The commits of a branch by all that may tell that they are others' changes.
///
/// Branches have thousands of commits that each line lacks; few of them are like any of the line's.
#[derive(Default)]
struct Index<'k, 'a> {
    commits: BTreeSet<CommitIndex>,
    subjects: HashMap<&'a str, Vec<CommitIndex>>,
    requests: HashMap<&'a str, Vec<CommitIndex>>,
    origins: HashMap<String, Vec<CommitIndex>>,
    ids: HashMap<CommitId, CommitIndex>,
    files: HashMap<&'k [Utf8PathBuf], Vec<CommitIndex>>,
}

impl<'k, 'a: 'k> Index<'k, 'a> {
    fn fill(&mut self, known: &HashMap<CommitIndex, Side<'a>>) {
        for commit in &self.commits {
            let Some(side) = known.get(commit).filter(|side| side.detail.parents < 2) else {
                continue;
            };
            self.subjects.entry(side.subject()).or_default().push(*commit);
            for request in side.requests() {
                self.requests.entry(request).or_default().push(*commit);
            }
            for origin in side.origins() {
                self.origins.entry(origin.to_ascii_lowercase()).or_default().push(*commit);
            }
            self.ids.insert(side.detail.id, *commit);
            self.files.entry(&side.detail.paths).or_default().push(*commit);
        }
    }

    /// The commits of a range, which is sorted, that may be the same as some of ours; sorted.
    fn like(&self, ours: &[Side<'_>], range: &[CommitIndex]) -> BTreeSet<CommitIndex> {
        let mut found: BTreeSet<CommitIndex> = BTreeSet::new();
        for side in ours {
            let by_requests = side.requests().filter_map(|request| self.requests.get(request));
            found.extend(by_requests.flatten());
            found.extend(self.subjects.get(side.subject()).into_iter().flatten());
            found.extend(self.files.get(side.detail.paths.as_slice()).into_iter().flatten());
            for origin in side.origins() {
                let origin = origin.to_ascii_lowercase();
                found.extend(origin.parse().ok().and_then(|id: CommitId| self.ids.get(&id)));
                found.extend(self.origins.get(&origin).into_iter().flatten());
            }
            if !self.origins.is_empty() {
                let id = side.detail.id.to_string();
                let names = (SHORTEST_ID..=id.len()).filter_map(|length| id.get(..length));
                found.extend(names.filter_map(|name| self.origins.get(name)).flatten());
            }
        }
        found.retain(|commit| range.binary_search(commit).is_ok());
        found
    }
}

/// The fewest digits by which people name a commit.
const SHORTEST_ID: usize = 7;

/// What the commits of one branch take back.
#[derive(Debug, Default)]
struct Undone {
    commits: BTreeSet<CommitIndex>,
    gone: HashSet<String>,
    by: HashSet<String>,
}

impl Undone {
    fn look(&mut self, known: &HashMap<CommitIndex, Side<'_>>) {
        let listed = self.commits.iter().filter_map(|commit| known.get(commit));
        let listed: Vec<_> =
            listed.map(|side| side.detail).filter(|detail| detail.parents < 2).collect();
        for cancelled in cancelled(&listed) {
            self.gone.insert(cancelled.commit);
            self.by.insert(cancelled.by);
        }
    }

    fn is_gone(&self, id: CommitId) -> bool {
        !self.gone.is_empty() && self.gone.contains(&id.to_string())
    }

    fn does(&self, id: CommitId) -> bool {
        !self.by.is_empty() && self.by.contains(&id.to_string())
    }
}

/// What belongs to the keeping of releases.
struct Books<'p> {
    releases: HashSet<CommitIndex>,
    version_files: HashSet<&'p Utf8Path>,
    fragments: Vec<&'p Utf8Path>,
}

impl<'p> Books<'p> {
    fn new(policy: &'p Policy, survey: &Survey, chains: &[Chain]) -> Self {
        let own = chains.iter().flat_map(|chain| &chain.components);
        let own: BTreeSet<usize> = own.copied().collect();
        let components = || own.iter().filter_map(|index| policy.components.get(*index));
        let pasts = survey.components.iter().filter(|past| own.contains(&past.component));
        Self {
            releases: pasts
                .flat_map(|past| &past.releases)
                .filter_map(|each| each.commit)
                .collect(),
            version_files: components()
                .flat_map(|component| &component.version_files)
                .map(|file| file.path.as_path())
                .collect(),
            fragments: components()
                .flat_map(|component| &component.fragments)
                .map(|source| match source {
                    FragmentSource::Towncrier(folder) | FragmentSource::Changesets(folder) => {
                        folder.as_path()
                    }
                })
                .collect(),
        }
    }

    fn passed(
        &self,
        commit: CommitIndex,
        detail: &CommitDetail,
        undone: &Undone,
    ) -> Option<Passed> {
        if detail.parents > 1 {
            return Some(Passed::Merge);
        }
        if detail.paths.is_empty() {
            return Some(Passed::Empty);
        }
        let is_stated = detail.paths.iter().any(|path| self.version_files.contains(path.as_path()));
        let is_release = (is_stated && self.releases.contains(&commit))
            || Message::parse(&detail.message).shape == Shape::Release
            || detail.paths.iter().all(|path| self.is_book(path));
        if is_release {
            return Some(Passed::Release);
        }
        let is_undone = undone.is_gone(detail.id) || undone.does(detail.id);
        is_undone.then_some(Passed::TakenBack)
    }

    /// A file that releases are kept in: one that states versions, a changelog, a fragment, a lock.
    fn is_book(&self, path: &Utf8Path) -> bool {
        self.version_files.contains(path)
            || Kept::by_name(path).is_some()
            || self.fragments.iter().any(|folder| path.starts_with(folder))
    }
}
