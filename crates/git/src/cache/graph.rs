//! A graph of commits as it is kept.

use std::collections::BTreeMap;

use gix::ObjectId;
use trainyard_history::{CommitGraph, CommitId, GraphBuilder, Moment};

use super::bytes::{Reader, Writer};
use crate::objects::{commit_id, object_id};

/// Where an object that a reference names leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    Commit { id: ObjectId, when: Moment, annotated: bool },
    Tree,
    Blob,
}

/// All commits that some references reached, and where each referenced object leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredGraph {
    /// Children before parents.
    pub(crate) ids: Vec<ObjectId>,
    seconds: Vec<i64>,
    /// `parents[starts[i]..starts[i + 1]]` are the parents of commit `i`: a place in `ids`, or behind them in `absent`.
    starts: Vec<usize>,
    parents: Vec<usize>,
    absent: Vec<ObjectId>,
    /// Sorted.
    pub(crate) leads: Vec<(ObjectId, Leads)>,
}

impl StoredGraph {
    /// Keeps a graph; `cut_parents` are all parents of the commits that have absent ones.
    pub(crate) fn new(
        graph: &CommitGraph,
        cut_parents: &BTreeMap<CommitId, Vec<CommitId>>,
        leads: Vec<(ObjectId, Leads)>,
    ) -> Self {
        let mut stored = Self { starts: vec![0], leads, ..Self::default() };
        for commit in graph.iter() {
            let id = graph.id(commit);
            stored.ids.push(object_id(id));
            stored.seconds.push(graph.moment(commit).seconds);
            match cut_parents.get(&id) {
                // What lies beyond a cut may be reached another way; as an absent one it is right in any case.
                Some(parents) => {
                    for parent in parents {
                        stored.parents.push(graph.len() + stored.absent.len());
                        stored.absent.push(object_id(*parent));
                    }
                }
                None => stored
                    .parents
                    .extend(graph.parents(commit).iter().map(|parent| parent.0 as usize)),
            }
            stored.starts.push(stored.parents.len());
        }
        stored
    }

    /// The seconds and parents of the commit at a place.
    pub(crate) fn commit(&self, place: usize) -> Option<(i64, Vec<ObjectId>)> {
        let range = *self.starts.get(place)?..*self.starts.get(place + 1)?;
        let parents = self.parents.get(range)?.iter().map(|parent| self.name(*parent));
        Some((*self.seconds.get(place)?, parents.collect::<Option<_>>()?))
    }

    fn name(&self, parent: usize) -> Option<ObjectId> {
        self.ids.get(parent).or_else(|| self.absent.get(parent - self.ids.len())).copied()
    }

    pub(crate) fn into_graph(self) -> CommitGraph {
        let mut builder = GraphBuilder::default();
        for (place, id) in self.ids.iter().enumerate() {
            let (seconds, parents) = self.commit(place).unwrap_or_default();
            let parents = parents.iter().map(|id| commit_id(id)).collect();
            builder.add(commit_id(id), Moment { seconds, offset_seconds: 0 }, parents);
        }
        builder.build()
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer(Vec::with_capacity(self.ids.len() * 28 + self.leads.len() * 50));
        writer.count(self.ids.len());
        self.ids.iter().for_each(|id| writer.raw(id.as_slice()));
        writer.count(self.absent.len());
        self.absent.iter().for_each(|id| writer.raw(id.as_slice()));
        let mut last = 0;
        for (place, seconds) in self.seconds.iter().enumerate() {
            writer.signed(seconds.wrapping_sub(last));
            last = *seconds;
            let parents = &self.parents[self.starts[place]..self.starts[place + 1]];
            writer.count(parents.len());
            for parent in parents {
                writer.count(parent - place);
            }
        }
        writer.count(self.leads.len());
        for (id, leads) in &self.leads {
            writer.raw(id.as_slice());
            match leads {
                Leads::Tree => writer.byte(0),
                Leads::Blob => writer.byte(1),
                Leads::Commit { id, when, annotated } => {
                    writer.byte(2 + u8::from(*annotated));
                    writer.raw(id.as_slice());
                    writer.signed(when.seconds);
                    writer.signed(i64::from(when.offset_seconds));
                }
            }
        }
        writer.0
    }

    /// Reads a graph back; `None` unless every part of it makes sense.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let ids = read_ids(&mut reader)?;
        let absent = read_ids(&mut reader)?;
        let mut graph = Self { starts: vec![0], ids, absent, ..Self::default() };
        let mut last = 0i64;
        for place in 0..graph.ids.len() {
            last = last.wrapping_add(reader.signed()?);
            graph.seconds.push(last);
            for _ in 0..reader.count(1)? {
                let parent = place.checked_add(usize::try_from(reader.number()?).ok()?)?;
                // A parent stands behind its child: no circle can come of it.
                if parent == place || parent >= graph.ids.len() + graph.absent.len() {
                    return None;
                }
                graph.parents.push(parent);
            }
            graph.starts.push(graph.parents.len());
        }
        for _ in 0..reader.count(21)? {
            let id = ObjectId::Sha1(reader.array()?);
            let leads = match reader.byte()? {
                0 => Leads::Tree,
                1 => Leads::Blob,
                code @ (2 | 3) => Leads::Commit {
                    id: ObjectId::Sha1(reader.array()?),
                    when: Moment {
                        seconds: reader.signed()?,
                        offset_seconds: i32::try_from(reader.signed()?).ok()?,
                    },
                    annotated: code == 3,
                },
                _ => return None,
            };
            graph.leads.push((id, leads));
        }
        reader.is_empty().then_some(graph)
    }
}

fn read_ids(reader: &mut Reader<'_>) -> Option<Vec<ObjectId>> {
    let count = reader.count(20)?;
    (0..count).map(|_| reader.array().map(ObjectId::Sha1)).collect()
}
