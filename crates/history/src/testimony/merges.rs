//! What merges brought in, where that matters.

use std::collections::{BTreeSet, HashMap, HashSet};

use trainyard_evidence::commits::Message;

use crate::facts::{CommitDetail, CommitGraph, CommitId, CommitIndex};

/// How many commits all walks of one list may pass: merges that contain each other could make them quadratic.
const LONGEST_WALK: usize = 500_000;

/// The fewest digits by which people name a commit.
const SHORTEST_ID: usize = 7;

/// The listed commits that merges of the list brought in.
///
/// Known are only merges that another commit takes back, and those whose title may speak for what they brought in.
///
/// *Cost*: linear in the list, and per known merge what lies between its parents.
#[derive(Debug, Default)]
pub(super) struct Merges {
    /// By the merge's place in the list: the places of what it brought in, and their ids.
    members: HashMap<usize, (Vec<usize>, Vec<CommitId>)>,
}

impl Merges {
    pub(super) fn of(graph: &CommitGraph, listed: &[(CommitIndex, &CommitDetail)]) -> Self {
        if listed.iter().all(|(_, detail)| detail.parents < 2) {
            return Self::default();
        }
        let places: HashMap<CommitIndex, usize> =
            (0..).zip(listed).map(|(place, (commit, _))| (*commit, place)).collect();
        let reverted = Reverted::by(listed.iter().map(|(_, detail)| detail.message.as_str()));
        let mut passed = 0;
        let mut members = HashMap::new();
        for (place, (commit, detail)) in listed.iter().enumerate() {
            let [first, others @ ..] = graph.parents(*commit) else { continue };
            let is_listed_speaker = |parent: &CommitIndex| {
                places.get(parent).is_some_and(|place| {
                    let (_, detail) = listed[*place];
                    detail.parents < 2 && Message::parse(&detail.message).follows_convention()
                })
            };
            if others.is_empty() || passed > LONGEST_WALK {
                continue;
            }
            let message = Message::parse(&detail.message);
            let may_speak = message.follows_convention() && !others.iter().any(is_listed_speaker);
            if !may_speak && !reverted.names(detail, &message) {
                continue;
            }
            let brought = graph.range(*commit, [*first]);
            let reach = brought.last().map_or(0, |last| last.0.abs_diff(commit.0) as usize);
            passed += reach;
            let brought: Vec<_> = brought
                .iter()
                .filter(|each| *each != commit)
                .filter_map(|each| places.get(each).copied())
                .collect();
            members.insert(place, (brought, Vec::new()));
        }
        Self { members }
    }

    /// Forgets what a component does not know.
    pub(super) fn keep_members(
        &mut self,
        listed: &[(CommitIndex, &CommitDetail)],
        is_kept: impl Fn(usize) -> bool,
    ) {
        for (places, ids) in self.members.values_mut() {
            places.retain(|place| is_kept(*place));
            *ids = places.iter().map(|place| listed[*place].1.id).collect();
        }
    }

    /// What the commit at a place of the list brought in; empty where that is unknown.
    pub(super) fn members(&self, place: usize) -> &[CommitId] {
        self.members.get(&place).map_or(&[], |(_, ids)| ids)
    }
}

/// What the list's reverts name.
#[derive(Debug, Default)]
struct Reverted<'a> {
    /// Full and short ids.
    ids: BTreeSet<String>,
    /// Numbers of pull requests, such as `#3`.
    requests: HashSet<&'a str>,
    subjects: HashSet<&'a str>,
}

impl<'a> Reverted<'a> {
    fn by(messages: impl Iterator<Item = &'a str>) -> Self {
        let mut reverted = Self::default();
        for message in messages.filter(|message| is_revert(message)) {
            let words =
                message.split(|letter: char| !(letter.is_alphanumeric() || "#!".contains(letter)));
            for word in words {
                if let Some(number) = word.rfind(['#', '!']) {
                    reverted.requests.insert(&word[number..]);
                } else if (SHORTEST_ID..=40).contains(&word.len())
                    && word.bytes().all(|byte| byte.is_ascii_hexdigit())
                {
                    reverted.ids.insert(word.to_ascii_lowercase());
                }
            }
            reverted.subjects.extend(message.lines().filter_map(reverted_subject));
        }
        reverted
    }

    fn names(&self, merge: &CommitDetail, message: &Message<'_>) -> bool {
        let id = merge.id.to_string();
        let subject = message.sections.first().map_or("", |title| title.subject);
        let first_line = merge.message.lines().next().unwrap_or_default().trim();
        (SHORTEST_ID..=id.len()).any(|length| self.ids.contains(&id[..length]))
            || message.pull_request.is_some_and(|request| self.requests.contains(request))
            || [subject, first_line].iter().any(|subject| self.subjects.contains(subject))
    }
}

fn is_revert(message: &str) -> bool {
    message.as_bytes().windows(6).any(|word| word.eq_ignore_ascii_case(b"revert"))
}

/// `x` of `Revert "x"` and of `revert: x`.
fn reverted_subject(line: &str) -> Option<&str> {
    let quoted = line.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"'));
    let subject = match quoted {
        Some((subject, _)) => subject,
        None => line.split_once(':')?.1,
    };
    Some(subject.trim())
}
