//! What is seen of a repository, and which steps it shows.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::{FileChange, Plan, Step};

/// What is seen of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The full name of the branch that is checked out; none where it is a commit alone.
    pub head: Option<String>,
    /// The commits of the plan's branch down to where the plan starts, that one left out, newest first, by first parents;
    /// none where the start is no ancestor any more. A few are enough.
    pub commits: Option<Vec<Commit>>,
    /// The commits that the plan's tags and the lines' branches are at, by full name; tags peeled.
    pub references: BTreeMap<String, String>,
    /// The blobs that the plan's files have in the working tree; none where the file is not there.
    pub files: BTreeMap<Utf8PathBuf, Option<String>>,
    /// What is public. Need not be asked for until the push has begun.
    pub remote: Remote,
}

/// A commit, as far as it tells whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The full id.
    pub id: String,
    /// The message.
    pub message: String,
}

/// What is public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Remote {
    /// It was not asked, or did not answer.
    #[default]
    Unknown,
    /// The commits its tags are at, by full name; of the plan's tags at least those that are there.
    Tags(BTreeMap<String, String>),
}

/// Whether a step's effect is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing of it.
    Absent,
    /// Some of it.
    Partial,
    /// All of it.
    Present,
    /// Something that is not the release's stands in its place; what it is.
    Foreign(String),
    /// It cannot be seen.
    Unknown,
}

/// Where the plan's branch is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place<'o> {
    Start,
    Release(&'o str),
    Next(&'o str),
    /// Somebody has committed, on top of the release where it has an id.
    Elsewhere(Option<&'o str>),
}

impl Observed {
    /// Whether a step's effect is there.
    pub fn presence(&self, plan: &Plan, step: Step) -> Presence {
        let place = self.place(plan);
        match step {
            Step::WriteRelease => match place {
                Place::Start => self.files(&plan.files),
                Place::Release(_) | Place::Next(_) | Place::Elsewhere(Some(_)) => Presence::Present,
                Place::Elsewhere(None) => moved(plan),
            },
            Step::Commit => match place {
                Place::Start => Presence::Absent,
                Place::Elsewhere(None) => moved(plan),
                Place::Release(_) | Place::Next(_) | Place::Elsewhere(Some(_)) => Presence::Present,
            },
            Step::Tag(index) => {
                self.reference(plan.tags.get(index).map(|tag| &tag.name), place.release())
            }
            Step::Line(index) => self.reference(plan.lines.get(index), place.release()),
            Step::WriteNext => match (place, &plan.next) {
                (Place::Next(_), _) => Presence::Present,
                (Place::Release(_), Some(next)) => self.files(&next.files),
                (Place::Start, _) | (_, None) => Presence::Absent,
                (Place::Elsewhere(_), _) => moved(plan),
            },
            Step::CommitNext => match place {
                Place::Next(_) => Presence::Present,
                Place::Start | Place::Release(_) => Presence::Absent,
                Place::Elsewhere(_) => moved(plan),
            },
            Step::Push => self.pushed(plan, place.release()),
        }
    }

    /// The commit that is released, where it is there: what tags and lines' branches are put at.
    pub fn release<'o>(&'o self, plan: &'o Plan) -> Option<&'o str> {
        self.place(plan).release()
    }

    /// Whether somebody moved the plan's branch since, or committed on top of the release.
    pub(super) fn is_moved(&self, plan: &Plan) -> bool {
        matches!(self.place(plan), Place::Elsewhere(_))
    }

    fn place<'o>(&'o self, plan: &'o Plan) -> Place<'o> {
        let is = |commit: &Commit, message: &str| commit.message.trim_end() == message.trim_end();
        let next = plan.next.as_ref().map(|next| next.message.as_str());
        if !plan.has_commit() {
            return match self.commits.as_deref() {
                Some([]) => Place::Release(&plan.start),
                Some([tip]) if next.is_some_and(|next| is(tip, next)) => Place::Next(&plan.start),
                Some(_) => Place::Elsewhere(Some(&plan.start)),
                None => Place::Elsewhere(None),
            };
        }
        match self.commits.as_deref() {
            Some([]) => Place::Start,
            Some([release]) if is(release, &plan.message) => Place::Release(&release.id),
            Some([tip, release])
                if is(release, &plan.message) && next.is_some_and(|next| is(tip, next)) =>
            {
                Place::Next(&release.id)
            }
            Some([.., release]) if is(release, &plan.message) => {
                Place::Elsewhere(Some(&release.id))
            }
            _ => Place::Elsewhere(None),
        }
    }

    fn files(&self, changes: &[FileChange]) -> Presence {
        let (mut before, mut after) = (0, 0);
        for change in changes {
            let found = self.files.get(&change.path).and_then(Option::as_ref);
            if found == change.after.as_ref() {
                after += 1;
            } else if found == change.before.as_ref() {
                before += 1;
            } else {
                return Presence::Foreign(format!("{} was edited", change.path));
            }
        }
        match (before, after) {
            (0, _) => Presence::Present,
            (_, 0) => Presence::Absent,
            _ => Presence::Partial,
        }
    }

    fn reference(&self, name: Option<&String>, release: Option<&str>) -> Presence {
        let Some(name) = name else { return Presence::Absent };
        match self.references.get(name) {
            None => Presence::Absent,
            Some(id) if Some(id.as_str()) == release => Presence::Present,
            Some(id) => Presence::Foreign(format!("{name} is at {id}")),
        }
    }

    /// The push is atomic, so that the tags tell of all of it; branches may have gone on since.
    fn pushed(&self, plan: &Plan, release: Option<&str>) -> Presence {
        let Remote::Tags(tags) = &self.remote else { return Presence::Unknown };
        let found = plan.tags.iter().filter_map(|tag| Some((&tag.name, tags.get(&tag.name)?)));
        let mut is_absent = true;
        for (tag, id) in found {
            is_absent = false;
            if Some(id.as_str()) != release {
                let remote = plan.remote.as_deref().unwrap_or_default();
                return Presence::Foreign(format!("{tag} is at {id} on {remote}"));
            }
        }
        if is_absent { Presence::Absent } else { Presence::Present }
    }
}

impl<'o> Place<'o> {
    /// The commit of the release.
    fn release(&self) -> Option<&'o str> {
        match self {
            Self::Release(id) | Self::Next(id) | Self::Elsewhere(Some(id)) => Some(id),
            Self::Start | Self::Elsewhere(None) => None,
        }
    }
}

fn moved(plan: &Plan) -> Presence {
    Presence::Foreign(format!("{} has other commits", plan.branch))
}
