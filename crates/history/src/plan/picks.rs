//! Commits that were applied twice: on the head's branch, and on the one the base was released from.

mod names;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use camino::Utf8PathBuf;
use serde::Serialize;
use trainyard_evidence::commits::{self, Cancelled, CommitMessage, MergeTitles, Message};

use self::names::{Names, Title};
use super::Question;
use crate::facts::{CommitDetail, CommitId, History, PatchIdentity};

/// Where more commits than this share a subject, it says nothing about any of them.
const MOST_NAMESAKES: usize = 16;

impl Question {
    /// The commits that may be the same change on both sides, which only [`PatchIdentity`] tells.
    ///
    /// *Cost*: linear in the messages of both sides.
    pub fn look_alikes(
        &self,
        history: &History,
        details: &BTreeMap<CommitId, &CommitDetail>,
    ) -> Vec<CommitId> {
        let Some(mut sides) = Sides::of(self, history, details) else { return Vec::new() };
        _ = sides.take_named();
        let mut alike = BTreeSet::new();
        for (ours, theirs) in sides.namesakes() {
            alike.extend(ours.into_iter().map(|place| sides.ours[place].detail.id));
            alike.extend(theirs.into_iter().map(|place| sides.theirs[place].detail.id));
        }
        alike.into_iter().collect()
    }

    /// Leaves out the commits that the base has too, under other names: they are no news any more.
    ///
    /// Known are those whose trailers or titles say where they were picked from, and of those with one subject the ones
    /// by one author at one time, or with the same lines. Each counts once, so that what was taken back and brought in again
    /// is not lost.
    ///
    /// *Cost*: linear in the messages of both sides.
    pub fn leave_out_picks(
        &mut self,
        history: &History,
        details: &BTreeMap<CommitId, &CommitDetail>,
        patches: &BTreeMap<CommitId, PatchIdentity>,
    ) {
        let Some(mut sides) = Sides::of(self, history, details) else { return };
        let mut pairs = sides.take_named();
        pairs.extend(sides.take_alike(patches));
        let picked: Vec<_> = pairs.into_iter().map(|pair| pair.ours).collect();
        self.picked_paths = picked.iter().flat_map(|detail| detail.paths.iter().cloned()).collect();
        let ids: HashSet<_> = picked.iter().map(|detail| detail.id).collect();
        self.commits.retain(|commit| !ids.contains(&history.graph.id(*commit)));
        self.picked = ids.len();
    }

    /// Whether a file came with a commit that the base has too, and so with nothing new.
    pub fn is_picked_file(&self, path: &Utf8PathBuf) -> bool {
        self.picked_paths.contains(path)
    }
}

/// What shows that a change is on a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// A trailer of either commit names the other, or trailers of both name one.
    Trailer,
    /// Titles or words of either name the pull request of the other.
    PullRequest,
    /// They remove and add the same lines.
    Patch,
    /// One author wrote them at one time, under one title.
    Author,
    /// They have one title, and it says that one was picked.
    Title,
    /// The files that it changes are the same on both branches.
    Files,
}

/// One change in two places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<'a> {
    pub(crate) ours: &'a CommitDetail,
    pub(crate) theirs: &'a CommitDetail,
    pub(crate) by: Proof,
}

/// One commit of a side.
#[derive(Clone, Debug)]
pub(crate) struct Side<'a> {
    pub(crate) detail: &'a CommitDetail,
    title: Title<'a>,
    /// The commits that trailers say it was picked from.
    origins: Vec<&'a str>,
    is_taken: bool,
}

impl<'a> Side<'a> {
    pub(crate) fn new(detail: &'a CommitDetail) -> Self {
        let first = detail.message.lines().map(str::trim).find(|line| !line.is_empty());
        let mut title = Title::read(first.unwrap_or_default());
        title.read_body(&detail.message);
        Self {
            detail,
            title,
            origins: Message::parse(&detail.message).picked_from,
            is_taken: false,
        }
    }

    /// What it says, without numbers and remarks around it.
    pub(crate) fn subject(&self) -> &'a str {
        self.title.subject
    }

    /// The commits that trailers say it was picked from.
    pub(crate) fn origins(&self) -> &[&'a str] {
        &self.origins
    }

    /// The pull requests that it belongs to: the one it was merged by, then those it was picked from.
    pub(crate) fn requests(&self) -> impl Iterator<Item = &'a str> {
        self.title.own.into_iter().chain(self.title.others.iter().map(|(number, _)| *number))
    }
}

/// What a question asks about, and what the base has beside it; newest first, without merges.
#[derive(Debug)]
pub(crate) struct Sides<'a> {
    ours: Vec<Side<'a>>,
    theirs: Vec<Side<'a>>,
}

impl<'a> Sides<'a> {
    /// Two sides of commits that are no merges, newest first.
    pub(crate) fn between(ours: Vec<Side<'a>>, theirs: Vec<Side<'a>>) -> Self {
        Self { ours, theirs }
    }

    fn of(
        question: &Question,
        history: &History,
        details: &BTreeMap<CommitId, &'a CommitDetail>,
    ) -> Option<Self> {
        if question.elsewhere.is_empty() || question.commits.is_empty() {
            return None;
        }
        let known = |commits: &[_]| -> Vec<&'a CommitDetail> {
            let ids = commits.iter().map(|commit| history.graph.id(*commit));
            let details = ids.filter_map(|id| details.get(&id).copied());
            details.filter(|detail| detail.parents < 2).collect()
        };
        let theirs = known(&question.elsewhere);
        let taken_back = taken_back(&theirs);
        Some(Self {
            ours: known(&question.commits).into_iter().map(Side::new).collect(),
            theirs: theirs
                .into_iter()
                .filter(|detail| !taken_back.contains(&detail.id.to_string()))
                .map(Side::new)
                .collect(),
        })
    }

    /// Pairs what trailers or titles name as one, and gives our commits of the pairs.
    pub(crate) fn take_named(&mut self) -> Vec<Pair<'a>> {
        let names = Names::of(&self.theirs);
        let mut taken = Vec::new();
        for ours in &mut self.ours {
            let theirs = &self.theirs;
            let pair = names.places_of(ours, theirs).find(|(place, _)| !theirs[*place].is_taken);
            if let Some((place, by)) = pair {
                self.theirs[place].is_taken = true;
                ours.is_taken = true;
                taken.push(Pair { ours: ours.detail, theirs: self.theirs[place].detail, by });
            }
        }
        taken
    }

    /// The commits on both sides with one subject that are not paired yet.
    fn namesakes(&self) -> impl Iterator<Item = (Vec<usize>, Vec<usize>)> {
        let mut subjects: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (place, side) in self.ours.iter().enumerate().filter(|(_, side)| !side.is_taken) {
            subjects.entry(side.title.subject).or_default().0.push(place);
        }
        for (place, side) in self.theirs.iter().enumerate().filter(|(_, side)| !side.is_taken) {
            if let Some((_, theirs)) = subjects.get_mut(side.title.subject) {
                theirs.push(place);
            }
        }
        let is_telling = |places: &Vec<usize>| (1..=MOST_NAMESAKES).contains(&places.len());
        subjects
            .into_iter()
            .filter(move |(subject, (ours, theirs))| {
                !subject.is_empty() && is_telling(ours) && is_telling(theirs)
            })
            .map(|(_, places)| places)
    }

    /// Pairs what is the same change, and gives our commits of the pairs.
    pub(crate) fn take_alike(
        &mut self,
        patches: &BTreeMap<CommitId, PatchIdentity>,
    ) -> Vec<Pair<'a>> {
        let namesakes: Vec<_> = self.namesakes().collect();
        self.take_same(namesakes, patches, same_by)
    }

    /// Pairs what changes the same lines of the same files, whatever it is called.
    ///
    /// Author and time say nothing here: what was committed at one go has both in common, and need not be one change.
    pub(crate) fn take_same_files(
        &mut self,
        patches: &BTreeMap<CommitId, PatchIdentity>,
    ) -> Vec<Pair<'a>> {
        let candidates: Vec<_> = self.of_same_files().collect();
        let by_lines = |one: &_, other: &_| same_by(one, other).filter(|by| *by == Proof::Patch);
        self.take_same(candidates, patches, by_lines)
    }

    fn take_same(
        &mut self,
        candidates: Vec<(Vec<usize>, Vec<usize>)>,
        patches: &BTreeMap<CommitId, PatchIdentity>,
        same_by: impl Fn(&PatchIdentity, &PatchIdentity) -> Option<Proof>,
    ) -> Vec<Pair<'a>> {
        let mut taken = Vec::new();
        for (ours, theirs) in candidates {
            for ours in ours {
                let Some(patch) = patches.get(&self.ours[ours].detail.id) else { continue };
                let pair = theirs.iter().copied().find_map(|place| {
                    let theirs = &self.theirs[place];
                    let other = patches.get(&theirs.detail.id).filter(|_| !theirs.is_taken)?;
                    Some((place, same_by(patch, other)?))
                });
                if let Some((place, by)) = pair {
                    self.theirs[place].is_taken = true;
                    self.ours[ours].is_taken = true;
                    let (ours, theirs) = (self.ours[ours].detail, self.theirs[place].detail);
                    taken.push(Pair { ours, theirs, by });
                }
            }
        }
        taken
    }

    /// Pairs single commits of one title where that says of one of them that it was picked.
    pub(crate) fn take_titled(&mut self) -> Vec<Pair<'a>> {
        let namesakes: Vec<_> = self.namesakes().collect();
        let mut taken = Vec::new();
        for (ours, theirs) in namesakes {
            let ([ours], [theirs]) = (ours.as_slice(), theirs.as_slice()) else { continue };
            let (ours, theirs) = (&mut self.ours[*ours], &mut self.theirs[*theirs]);
            if ours.title.says_picked || theirs.title.says_picked {
                (ours.is_taken, theirs.is_taken) = (true, true);
                taken.push(Pair { ours: ours.detail, theirs: theirs.detail, by: Proof::Title });
            }
        }
        taken
    }

    /// What is not paired yet and has one title, which proves nothing: each of ours with the newest of theirs.
    pub(crate) fn resembling(&self) -> impl Iterator<Item = (CommitId, CommitId)> {
        self.namesakes().flat_map(move |(ours, theirs)| {
            let newest = theirs.first().map(|place| self.theirs[*place].detail.id);
            ours.into_iter().filter_map(move |place| Some((self.ours[place].detail.id, newest?)))
        })
    }

    /// What may be the same change by its title or its files and is not paired yet.
    pub(crate) fn alike(&self) -> impl Iterator<Item = CommitId> {
        self.namesakes().chain(self.of_same_files()).flat_map(|(ours, theirs)| {
            let ours = ours.into_iter().map(|place| self.ours[place].detail.id);
            ours.chain(theirs.into_iter().map(|place| self.theirs[place].detail.id))
        })
    }

    /// The commits on both sides that change the same files and are not paired yet.
    fn of_same_files(&self) -> impl Iterator<Item = (Vec<usize>, Vec<usize>)> {
        let mut by_files: BTreeMap<&[Utf8PathBuf], (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (place, side) in self.ours.iter().enumerate().filter(|(_, side)| !side.is_taken) {
            by_files.entry(&side.detail.paths).or_default().0.push(place);
        }
        for (place, side) in self.theirs.iter().enumerate().filter(|(_, side)| !side.is_taken) {
            if let Some((_, theirs)) = by_files.get_mut(side.detail.paths.as_slice()) {
                theirs.push(place);
            }
        }
        by_files.into_iter().filter(|(files, _)| !files.is_empty()).map(
            |(_, (ours, mut theirs))| {
                theirs.truncate(MOST_NAMESAKES);
                (ours, theirs)
            },
        )
    }
}

fn same_by(one: &PatchIdentity, other: &PatchIdentity) -> Option<Proof> {
    let is_written_once =
        !one.author.is_empty() && one.author == other.author && one.authored == other.authored;
    if one.lines.is_some() && one.lines == other.lines {
        return Some(Proof::Patch);
    }
    is_written_once.then_some(Proof::Author)
}

/// The full ids of commits that a later one of the list takes back.
fn taken_back(listed: &[&CommitDetail]) -> HashSet<String> {
    cancelled(listed).into_iter().map(|cancelled| cancelled.commit).collect()
}

/// Commits that a later one of the list takes back as a whole, with that one.
pub(crate) fn cancelled(listed: &[&CommitDetail]) -> Vec<Cancelled> {
    let messages: Vec<_> = listed
        .iter()
        .map(|detail| CommitMessage {
            id: detail.id.to_string(),
            message: detail.message.clone(),
            ..CommitMessage::default()
        })
        .collect();
    let cancelled = commits::detect(&messages, MergeTitles::Ignored).cancelled;
    cancelled.into_iter().filter(|cancelled| cancelled.line.is_none()).collect()
}
