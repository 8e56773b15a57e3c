//! From references to the graph of all commits that they reach.

use std::collections::BTreeMap;

use gix::{ObjectId, bstr::ByteSlice, hashtable};
use trainyard_history::{
    Branch, CommitGraph, CommitId, CommitIndex, GraphBuilder, Head, History, Moment, Tag,
};

use crate::{
    Cache, GitError, Repository,
    cache::{Leads, StoredGraph},
    objects::{Peeled, commit_id, object_id},
    references::{References, Stray, StrayReason},
};

/// All that the references of a repository lead to, and those that lead to no commit.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The history.
    pub history: History,
    /// References that are broken or lead to no commit, by name. They are left out of the history.
    pub strays: Vec<Stray>,
}

/// All parents of commits that a shallow clone cuts off from them.
type CutParents = BTreeMap<CommitId, Vec<CommitId>>;

type Places = hashtable::HashMap<ObjectId, CommitIndex>;

impl Repository {
    /// Reads branches, tags, remote branches, `HEAD`, and every commit that they reach.
    ///
    /// Moments in the graph are in UTC: git's own commit-graph file keeps no offsets. A tag's moment has its own.
    /// *Cost*: reads every commit once, unless the repository has a commit-graph file or the cache knows them.
    /// *Errors*: `References` where they cannot be listed; `MissingObject` and `CorruptObject` for a commit.
    pub fn history(&self, cache: Option<&Cache>) -> Result<Snapshot, GitError> {
        let references = self.references()?;
        let key = self.view_key(&references);
        let known = cache.and_then(|cache| cache.graph(&key));
        if let Some(known) = known
            && let Some(snapshot) = self.recall(&references, known)
        {
            return Ok(snapshot);
        }
        let place = self.place_key();
        let before = cache.and_then(|cache| cache.graph_of_place(&place));

        let (snapshot, stored) = self.walk(&references, before)?;
        if let Some(cache) = cache {
            cache.save_graph(&key, &place, &stored);
        }
        Ok(snapshot)
    }

    /// Puts a history together from what the cache knows; `None` where that does not suffice.
    fn recall(&self, references: &References, known: StoredGraph) -> Option<Snapshot> {
        let followed = self.follow_all(references, &known.leads.iter().copied().collect());
        let graph = known.into_graph();
        let places = places_in(&graph);
        let complete = followed.commits().all(|id| places.contains_key(&id));
        if !complete || places.len() != graph.len() {
            return None;
        }
        self.set_family(&graph);
        Some(assemble(references, followed, graph, &places, &self.remotes()))
    }

    fn walk(
        &self,
        references: &References,
        before: Option<StoredGraph>,
    ) -> Result<(Snapshot, StoredGraph), GitError> {
        let before = Before::new(before);
        let followed = self.follow_all(references, &before.leads);
        let (graph, cut_parents) = self.reach(followed.commits(), &before)?;
        self.set_family(&graph);
        let leads = followed.leads.iter().map(|(id, leads)| (*id, *leads)).collect();
        let stored = StoredGraph::new(&graph, &cut_parents, leads);
        let places = places_in(&graph);
        Ok((assemble(references, followed, graph, &places, &self.remotes()), stored))
    }

    /// Follows every reference to its commit; those that lead to none join the strays.
    fn follow_all(&self, references: &References, known: &BTreeMap<ObjectId, Leads>) -> Followed {
        let mut followed = Followed { leads: BTreeMap::new(), strays: references.strays.clone() };
        let head = references.head.iter().map(|(_, id)| (&b"HEAD"[..], *id));
        let names = references.names.iter().map(|(name, id)| (name.as_slice(), *id));
        for (name, id) in names.chain(head) {
            let known = followed.leads.get(&id).or_else(|| known.get(&id)).copied();
            let leads = known.map_or_else(|| self.lead(id), Ok);
            let reason = match leads {
                Ok(leads) => {
                    followed.leads.insert(id, leads);
                    match leads {
                        Leads::Commit { .. } => continue,
                        Leads::Tree => StrayReason::Tree,
                        Leads::Blob => StrayReason::Blob,
                    }
                }
                Err(reason) => reason,
            };
            followed.strays.push(Stray { reference: name.to_str_lossy().into_owned(), reason });
        }
        followed.strays.sort_unstable();
        followed
    }

    fn lead(&self, id: ObjectId) -> Result<Leads, StrayReason> {
        match self.objects().peel(id) {
            Peeled::Commit { id, when, annotated } => Ok(Leads::Commit { id, when, annotated }),
            Peeled::Tree => Ok(Leads::Tree),
            Peeled::Blob => Ok(Leads::Blob),
            Peeled::Missing(id) => Err(StrayReason::Missing { id: id.to_string() }),
            Peeled::Corrupt(id) => Err(StrayReason::Corrupt { id: id.to_string() }),
        }
    }

    /// Walks from the tips to every commit behind them.
    ///
    fn reach(
        &self,
        tips: impl Iterator<Item = ObjectId>,
        before: &Before,
    ) -> Result<(CommitGraph, CutParents), GitError> {
        let index = CommitFile::open(self);
        let mut seen: hashtable::HashSet<ObjectId> = hashtable::HashSet::default();
        let mut open: Vec<_> = tips.filter(|tip| seen.insert(*tip)).collect();
        let mut builder = GraphBuilder::default();
        let mut cut_parents = CutParents::new();
        while let Some(id) = open.pop() {
            let known =
                before.commit(id).or_else(|| index.as_ref().and_then(|index| index.commit(id)));
            let (seconds, parents) = match known {
                Some(known) => known,
                None => self
                    .objects()
                    .commit_in_walk(id, |text| (text.when.seconds, text.parents.clone()))?,
            };
            let parent_names: Vec<_> = parents.iter().map(|parent| commit_id(parent)).collect();
            if self.cuts().binary_search(&id).is_ok() {
                cut_parents.insert(commit_id(&id), parent_names.clone());
            } else {
                open.extend(parents.into_iter().filter(|parent| seen.insert(*parent)));
            }
            builder.add(commit_id(&id), Moment { seconds, offset_seconds: 0 }, parent_names);
        }
        Ok((builder.build(), cut_parents))
    }

    /// What marks this history as the same in every clone: its oldest root.
    pub(crate) fn family(&self, cache: Option<&Cache>) -> Result<String, GitError> {
        if self.family.get().is_none() {
            self.history(cache)?;
        }
        Ok(self.family.get().cloned().unwrap_or_default())
    }

    fn set_family(&self, graph: &CommitGraph) {
        let roots = graph.iter().filter(|commit| graph.parents(*commit).is_empty());
        let oldest = roots.map(|root| (graph.moment(root), graph.id(root))).min();
        let mut name = oldest.map_or_else(String::new, |(_, id)| id.to_string());
        if self.has_other_view() {
            name = format!("{name}-{}", self.view_of_objects());
        }
        _ = self.family.set(name);
    }

    /// A hash of all that decides what the graph looks like.
    fn view_key(&self, references: &References) -> String {
        let mut text = Vec::new();
        for (name, id) in &references.names {
            text.extend_from_slice(name);
            text.push(0);
            text.extend_from_slice(id.as_slice());
        }
        text.push(b'\n');
        if let Some((_, id)) = &references.head {
            text.extend_from_slice(id.as_slice());
        }
        text.push(b'\n');
        self.cuts().iter().for_each(|id| text.extend_from_slice(id.as_slice()));
        text.push(b'\n');
        text.extend_from_slice(self.view_of_objects().as_bytes());
        hash(&text)
    }

    /// A hash of replacements and grafts.
    fn view_of_objects(&self) -> String {
        let mut text = Vec::new();
        for (from, to) in self.replacements() {
            text.extend_from_slice(from.as_slice());
            text.extend_from_slice(to.as_slice());
        }
        text.push(b'\n');
        for (commit, parents) in self.objects().grafts() {
            text.extend_from_slice(commit.as_slice());
            for parent in parents {
                text.extend_from_slice(parent.as_slice());
            }
            text.push(b'\n');
        }
        hash(&text)
    }

    /// Where the repository is and how it is seen: tells which graph may hold most of what is wanted.
    fn place_key(&self) -> String {
        let shared = self.inner().common_dir();
        let shared = shared.canonicalize().unwrap_or_else(|_| shared.to_owned());
        hash(&[shared.as_os_str().as_encoded_bytes(), self.view_of_objects().as_bytes()].concat())
    }

    fn remotes(&self) -> Vec<String> {
        self.inner().remote_names().iter().map(ToString::to_string).collect()
    }
}

/// Where the references lead.
struct Followed {
    leads: BTreeMap<ObjectId, Leads>,
    strays: Vec<Stray>,
}

impl Followed {
    fn commits(&self) -> impl Iterator<Item = ObjectId> {
        self.leads.values().filter_map(|leads| match leads {
            Leads::Commit { id, .. } => Some(*id),
            Leads::Tree | Leads::Blob => None,
        })
    }
}

/// Puts names to the commits of a graph.
fn assemble(
    references: &References,
    followed: Followed,
    graph: CommitGraph,
    places: &Places,
    remotes: &[String],
) -> Snapshot {
    let commit_of = |id: &ObjectId| match followed.leads.get(id)? {
        Leads::Commit { id, when, annotated } => Some((*places.get(id)?, *when, *annotated)),
        Leads::Tree | Leads::Blob => None,
    };
    let mut history = History { graph, ..History::default() };
    for (name, id) in &references.names {
        let Some((commit, when, annotated)) = commit_of(id) else { continue };
        let name = name.to_str_lossy();
        if let Some(name) = name.strip_prefix("refs/tags/") {
            history.tags.push(Tag {
                name: name.to_owned(),
                commit: Some(commit),
                when: Some(when),
                annotated,
                component: None,
            });
        } else if let Some(name) = name.strip_prefix("refs/heads/") {
            history.branches.push(Branch { name: name.to_owned(), remote: None, tip: commit });
        } else if let Some(name) = name.strip_prefix("refs/remotes/") {
            let (remote, name) = remote_and_branch(name, remotes);
            history.branches.push(Branch {
                name: name.to_owned(),
                remote: Some(remote.to_owned()),
                tip: commit,
            });
        }
    }
    history.branches.sort_unstable_by(|one, other| {
        let key =
            |branch: &Branch| (branch.remote.is_some(), branch.name.clone(), branch.remote.clone());
        key(one).cmp(&key(other))
    });
    history.head = references.head.as_ref().and_then(|(branch, id)| {
        let branch = branch.as_ref().map(|name| name.to_str_lossy().into_owned());
        Some(Head { branch, commit: commit_of(id)?.0 })
    });
    Snapshot { history, strays: followed.strays }
}

/// Takes the name behind `refs/remotes/` apart: a remote's name may hold slashes.
fn remote_and_branch<'a>(name: &'a str, remotes: &[String]) -> (&'a str, &'a str) {
    let known = remotes.iter().filter_map(|remote| {
        let branch = name.strip_prefix(remote.as_str())?.strip_prefix('/')?;
        Some((&name[..remote.len()], branch))
    });
    known
        .max_by_key(|(remote, _)| remote.len())
        .or_else(|| name.split_once('/'))
        .unwrap_or(("", name))
}

/// The commit-graph file, if the repository has one that may be used.
struct CommitFile(gix::commitgraph::Graph);

impl CommitFile {
    fn open(repository: &Repository) -> Option<Self> {
        if repository.has_other_view() || repository.is_shallow() {
            return None;
        }
        repository.inner().commit_graph_if_enabled().ok().flatten().map(Self)
    }

    /// The seconds and parents of a commit; `None` where the file lacks it or is damaged.
    fn commit(&self, id: ObjectId) -> Option<(i64, Vec<ObjectId>)> {
        let commit = self.0.commit_by_id(id)?;
        let parents = commit.iter_parents().map(|position| {
            let position = position.ok()?;
            (position.0 < self.0.num_commits()).then(|| self.0.id_at(position).to_owned())
        });
        Some((i64::try_from(commit.committer_timestamp()).ok()?, parents.collect::<Option<_>>()?))
    }
}

/// An older graph of the same repository: what it says of a commit stays true.
struct Before {
    graph: Option<StoredGraph>,
    places: hashtable::HashMap<ObjectId, usize>,
    leads: BTreeMap<ObjectId, Leads>,
}

impl Before {
    fn new(graph: Option<StoredGraph>) -> Self {
        let places = graph.iter().flat_map(|graph| graph.ids.iter().copied().zip(0..)).collect();
        let leads = graph.iter().flat_map(|graph| graph.leads.iter().copied()).collect();
        Self { graph, places, leads }
    }

    fn commit(&self, id: ObjectId) -> Option<(i64, Vec<ObjectId>)> {
        self.graph.as_ref()?.commit(*self.places.get(&id)?)
    }
}

fn places_in(graph: &CommitGraph) -> Places {
    graph.iter().map(|commit| (object_id(graph.id(commit)), commit)).collect()
}

fn hash(text: &[u8]) -> String {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(text);
    hasher.try_finalize().map_or_else(|_| "0".repeat(40), |id| id.to_string())
}
