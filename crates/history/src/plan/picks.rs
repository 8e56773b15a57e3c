//! Commits that were applied twice: on the head's branch, and on the one the base was released from.

mod names;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use camino::Utf8PathBuf;
use trainyard_evidence::commits::{self, CommitMessage, MergeTitles, Message};

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
        let mut picked = sides.take_named();
        picked.extend(sides.take_alike(patches));
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

/// One commit of a side.
struct Side<'a> {
    detail: &'a CommitDetail,
    title: Title<'a>,
    /// The commits that trailers say it was picked from.
    origins: Vec<&'a str>,
    is_taken: bool,
}

impl<'a> Side<'a> {
    fn new(detail: &'a CommitDetail) -> Self {
        let first = detail.message.lines().map(str::trim).find(|line| !line.is_empty());
        Self {
            detail,
            title: Title::read(first.unwrap_or_default()),
            origins: Message::parse(&detail.message).picked_from,
            is_taken: false,
        }
    }
}

/// What a question asks about, and what the base has beside it; newest first, without merges.
struct Sides<'a> {
    ours: Vec<Side<'a>>,
    theirs: Vec<Side<'a>>,
}

impl<'a> Sides<'a> {
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
    fn take_named(&mut self) -> Vec<&'a CommitDetail> {
        let names = Names::of(&self.theirs);
        let mut taken = Vec::new();
        for ours in &mut self.ours {
            let theirs = &self.theirs;
            let pair = names.places_of(ours, theirs).find(|place| !theirs[*place].is_taken);
            if let Some(place) = pair {
                self.theirs[place].is_taken = true;
                ours.is_taken = true;
                taken.push(ours.detail);
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
    fn take_alike(&mut self, patches: &BTreeMap<CommitId, PatchIdentity>) -> Vec<&'a CommitDetail> {
        let mut taken = Vec::new();
        let namesakes: Vec<_> = self.namesakes().collect();
        for (ours, theirs) in namesakes {
            for ours in ours {
                let Some(patch) = patches.get(&self.ours[ours].detail.id) else { continue };
                let pair = theirs.iter().copied().find(|place| {
                    let theirs = &self.theirs[*place];
                    let other = patches.get(&theirs.detail.id);
                    !theirs.is_taken && other.is_some_and(|other| is_same(patch, other))
                });
                if let Some(place) = pair {
                    self.theirs[place].is_taken = true;
                    self.ours[ours].is_taken = true;
                    taken.push(self.ours[ours].detail);
                }
            }
        }
        taken
    }
}

fn is_same(one: &PatchIdentity, other: &PatchIdentity) -> bool {
    let is_written_once =
        !one.author.is_empty() && one.author == other.author && one.authored == other.authored;
    is_written_once || (one.lines.is_some() && one.lines == other.lines)
}

/// The full ids of commits that a later one of the list takes back.
fn taken_back(listed: &[&CommitDetail]) -> HashSet<String> {
    let messages: Vec<_> = listed
        .iter()
        .map(|detail| CommitMessage {
            id: detail.id.to_string(),
            message: detail.message.clone(),
            ..CommitMessage::default()
        })
        .collect();
    let cancelled = commits::detect(&messages, MergeTitles::Ignored).cancelled;
    let whole = cancelled.into_iter().filter(|cancelled| cancelled.line.is_none());
    whole.map(|cancelled| cancelled.commit).collect()
}
