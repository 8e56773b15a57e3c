//! Which commits are taken back by others.

use std::{collections::HashMap, iter};

use serde::Serialize;

use super::{
    CommitMessage, MergeTitles,
    message::{Message, Section},
};

/// A commit, or a part of a squashed one, that another one takes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cancelled {
    /// The commit that no longer counts.
    pub commit: String,
    /// Where in its message the part stands that no longer counts; `None`: all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The commit that takes it back.
    pub by: String,
}

/// What becomes of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It counts.
    Stands,
    /// The commit with this index took it back.
    Cancelled(usize),
    /// It takes back something in the list, and says nothing else.
    Cancels,
}

/// What becomes of every commit.
#[derive(Debug)]
pub(super) struct Fates {
    commits: Vec<Option<usize>>,
    sections: Vec<Vec<Fate>>,
}

impl Fates {
    pub(super) fn of_commit(&self, commit: usize) -> Option<usize> {
        self.commits[commit]
    }

    pub(super) fn of_section(&self, commit: usize, section: usize) -> Fate {
        self.sections[commit][section]
    }

    /// Everything that is taken back, in the order of the list.
    pub(super) fn cancelled(
        &self,
        commits: &[CommitMessage],
        messages: &[Message<'_>],
    ) -> Vec<Cancelled> {
        let id = |index: usize| commits[index].id.clone();
        let whole = |commit: usize, by| Cancelled { commit: id(commit), line: None, by: id(by) };
        let parts = |commit: usize| {
            let lines = messages[commit].sections.iter().map(|section| section.line);
            lines.zip(&self.sections[commit]).filter_map(move |(line, fate)| match fate {
                Fate::Cancelled(by) => Some((line, *by)),
                _ => None,
            })
        };
        let mut all = Vec::new();
        for commit in 0..commits.len() {
            match self.commits[commit] {
                Some(by) => all.push(whole(commit, by)),
                None => all.extend(
                    parts(commit)
                        .map(|(line, by)| Cancelled { line: Some(line), ..whole(commit, by) }),
                ),
            }
        }
        all
    }
}

/// Finds what becomes of every commit.
///
/// A revert is newer than what it takes back, so that going from the newest to the oldest, whether a revert itself
/// still counts is known before it is read.
///
/// *Cost*: linear in the messages, but for the sorting of commit ids.
pub(super) fn resolve(
    commits: &[CommitMessage],
    messages: &[Message<'_>],
    titles: MergeTitles,
) -> Fates {
    let mut resolver = Resolver {
        commits,
        messages,
        titles,
        index: Index::new(commits, messages, titles),
        fates: Fates {
            commits: vec![None; commits.len()],
            sections: messages
                .iter()
                .map(|message| vec![Fate::Stands; message.sections.len()])
                .collect(),
        },
    };
    for (position, place) in places(messages).enumerate() {
        resolver.follow(position, place);
    }
    resolver.fates
}

/// A section: which commit, and which of its sections.
#[derive(Clone, Copy, Debug)]
struct Place {
    commit: usize,
    section: usize,
}

/// All sections, newest first: what a message quotes last was done last.
fn places(messages: &[Message<'_>]) -> impl Iterator<Item = Place> {
    messages.iter().enumerate().flat_map(|(commit, message)| {
        (0..message.sections.len()).rev().map(move |section| Place { commit, section })
    })
}

struct Resolver<'a> {
    commits: &'a [CommitMessage],
    messages: &'a [Message<'a>],
    titles: MergeTitles,
    index: Index<'a>,
    fates: Fates,
}

impl<'a> Resolver<'a> {
    fn follow(&mut self, position: usize, place: Place) {
        let Place { commit, section } = place;
        let is_cancelled = self.fates.commits[commit].is_some()
            || matches!(self.fates.sections[commit][section], Fate::Cancelled(_));
        if is_cancelled {
            return;
        }
        let words: &'a Section<'a> = &self.messages[commit].sections[section];
        let line = words.revert_line();
        let Named { targets, is_complete } = self.index.named(commit, words, line.is_some());
        for &target in &targets {
            self.cancel_commit(target, commit);
            // A merge without known members stands for nothing: what it merged may be found by its title.
            if self.titles.passes_over(&self.commits[target])
                && self.commits[target].merged.is_empty()
            {
                self.cancel_subject(position, commit, self.messages[target].sections[0].subject);
            }
        }
        let Some(line) = line else { return };
        let takes_all_back = if targets.is_empty() {
            self.cancel_subject(position, commit, &line.target)
        } else {
            is_complete
        };
        if takes_all_back {
            self.fates.sections[commit][section] = Fate::Cancels;
        }
    }

    fn cancel_commit(&mut self, target: usize, by: usize) {
        if target == by || self.fates.commits[target].is_some() {
            return;
        }
        self.fates.commits[target] = Some(by);
        let commits = self.commits;
        for member in &commits[target].merged {
            if let Some(index) = self.index.by_id(member).filter(|index| *index != by) {
                self.fates.commits[index].get_or_insert(by);
            }
        }
    }

    /// Takes back the newest older section with this subject that still stands.
    fn cancel_subject(&mut self, position: usize, by: usize, subject: &str) -> bool {
        while let Some(Place { commit, section }) = self.index.by_subject(position, subject) {
            let stands = self.fates.commits[commit].is_none()
                && !matches!(self.fates.sections[commit][section], Fate::Cancelled(_));
            if !stands {
                continue;
            }
            if section == 0 && commit != by {
                self.cancel_commit(commit, by);
            } else {
                self.fates.sections[commit][section] = Fate::Cancelled(by);
            }
            return true;
        }
        false
    }
}

/// What a section says to revert, by id or by pull request.
struct Named {
    targets: Vec<usize>,
    /// Whether all that is named is in the list.
    is_complete: bool,
}

/// Ways to find a commit.
struct Index<'a> {
    /// Sorted.
    ids: Vec<(&'a str, usize)>,
    /// Of commits that were picked from elsewhere, by the id they had there; sorted.
    origins: Vec<(&'a str, usize)>,
    requests: HashMap<&'a str, Vec<usize>>,
    subjects: HashMap<&'a str, Candidates>,
}

/// The sections of one subject, newest first.
#[derive(Default)]
struct Candidates {
    places: Vec<(usize, Place)>,
    /// How many are used up or too new.
    passed: usize,
}

impl<'a> Index<'a> {
    fn new(commits: &'a [CommitMessage], messages: &'a [Message<'a>], titles: MergeTitles) -> Self {
        let mut ids: Vec<_> = commits.iter().map(|commit| commit.id.as_str()).zip(0..).collect();
        let of_message = |(index, message): (usize, &'a Message<'a>)| {
            message.picked_from.iter().copied().zip(iter::repeat(index))
        };
        let mut origins: Vec<_> = messages.iter().enumerate().flat_map(of_message).collect();
        ids.sort_unstable();
        origins.sort_unstable();

        let mut requests: HashMap<_, Vec<_>> = HashMap::new();
        for (index, message) in messages.iter().enumerate() {
            if let Some(request) = message.pull_request {
                requests.entry(request).or_default().push(index);
            }
        }
        let mut subjects: HashMap<_, Candidates> = HashMap::new();
        for (position, place) in places(messages).enumerate() {
            let subject = messages[place.commit].sections[place.section].subject;
            let commit = &commits[place.commit];
            let stands_for_others =
                place.section == 0 && titles.passes_over(commit) && commit.merged.is_empty();
            if !subject.is_empty() && !stands_for_others {
                subjects.entry(subject).or_default().places.push((position, place));
            }
        }
        Self { ids, origins, requests, subjects }
    }

    fn named(&self, commit: usize, words: &Section<'_>, is_revert: bool) -> Named {
        let reverted: Vec<_> = words.reverts.iter().map(|id| self.by_id(id)).collect();
        let is_complete = reverted.iter().all(Option::is_some);
        let mentioned = words.refers_to.iter().filter(|_| is_revert).map(|id| self.by_id(id));
        let requests =
            words.reverted_requests.iter().map(|request| self.by_request(commit, request));
        let all = reverted.into_iter().chain(mentioned).chain(requests).flatten();
        Named { targets: all.filter(|target| *target != commit).collect(), is_complete }
    }

    fn by_id(&self, id: &str) -> Option<usize> {
        let id = id.to_ascii_lowercase();
        let unique = |sorted: &[(&str, usize)]| {
            let start = sorted.partition_point(|(known, _)| *known < id.as_str());
            let mut matching =
                sorted[start..].iter().take_while(|(known, _)| known.starts_with(&id));
            let (first, index) = *matching.next()?;
            (first == id || matching.next().is_none()).then_some(index)
        };
        unique(&self.ids).or_else(|| unique(&self.origins))
    }

    fn by_request(&self, newer_than: usize, request: &str) -> Option<usize> {
        let commits = self.requests.get(request)?;
        commits.get(commits.partition_point(|commit| *commit <= newer_than)).copied()
    }

    fn by_subject(&mut self, newer_than: usize, subject: &str) -> Option<Place> {
        let candidates = self.subjects.get_mut(subject)?;
        while let Some((position, place)) = candidates.places.get(candidates.passed) {
            candidates.passed += 1;
            if *position > newer_than {
                return Some(*place);
            }
        }
        None
    }
}
