//! Settles the version and changelog conflicts of a merge by line and direction.
//!
//! No fixed rule is right for versions: a line merged forward must not lower main, and main merged into a topic must not
//! take back what main released. What is right follows from what the two branches are, their [`Role`]s. Once the version
//! is chosen it is written into base, ours and theirs alike, and an ordinary three-way merge of lines does the rest: what
//! still differs on both sides is a conflict for a person.

mod changelog;
mod choose;
mod diff;
mod revert;
mod settle;
mod three_way;

use camino::Utf8Path;
use trainyard_policy::{Component, Policy, VersionFile, VersionPlace};
use trainyard_version::Scheme;

pub use changelog::changelog;
pub use choose::{Choice, Reason, choose};
pub use revert::{Revert, silent_revert};
pub use settle::{Change, Claim, Kept, Place, Settlement, settle};
pub use three_way::{Merged, three_way};

use crate::edit::{self, Released};

/// What a branch is, as far as its version is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Where new work lands.
    Development {
        /// Whether it has a version of its own between releases, as a policy with a next development version has it.
        /// Otherwise its version comes to it from releases.
        keeps_own: bool,
    },
    /// A branch that development passes through on its way to users, such as `beta` or `release`; a greater number is
    /// nearer to users.
    Stage(u8),
    /// The branch of a line, by the first segments of its versions.
    Line(Vec<u64>),
    /// A branch for some work, on its way into another one.
    Topic,
    /// A branch that follows somebody else's project under numbers of its own.
    Fork,
}

impl Role {
    /// The role that a policy gives a branch of a component; `line` is the canonical line (`23.9`) that the branch carries,
    /// if any.
    ///
    /// A branch that the policy does not speak of is a topic. Stages and forks are known to no policy.
    pub fn of(policy: &Policy, component: &Component, branch: &str, line: Option<&str>) -> Self {
        if policy.lines.development.iter().any(|name| name == branch) {
            let keeps_own = component.current().next_development.is_some();
            return Self::Development { keeps_own };
        }
        let segments = line.map(|line| line.split('.').map_while(|segment| segment.parse().ok()));
        let segments: Vec<u64> = segments.into_iter().flatten().collect();
        if segments.is_empty() { Self::Topic } else { Self::Line(segments) }
    }
}

/// What is merged into what.
#[derive(Clone, Debug)]
pub struct Direction<'a> {
    /// The branch that is merged: theirs.
    pub from: Role,
    /// The branch it is merged into: ours.
    pub into: Role,
    /// How versions of the file are written.
    pub scheme: &'a Scheme,
}

/// The three texts of a file.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// At the merge base; none where the file was not there.
    pub base: Option<&'a str>,
    /// On the branch that is merged into.
    pub ours: &'a str,
    /// On the branch that is merged.
    pub theirs: &'a str,
}

/// The result for a file that states versions.
#[derive(Clone, Debug)]
pub struct Settled {
    /// What became of the text.
    pub merged: Merged,
    /// What was chosen at each place that both sides state, in the order of the places.
    pub choices: Vec<Choice>,
}

/// Merges a file that states versions.
///
/// Where nothing can be chosen, the version stays a conflict. A place that is missing on a side is left to the merge of
/// lines. *Cost*: that of [`three_way`].
pub fn version_file(
    path: &Utf8Path,
    places: &[VersionPlace],
    sides: Sides<'_>,
    direction: &Direction<'_>,
) -> Settled {
    let mut texts = Texts::of(sides);
    let choices = places.iter().filter_map(|place| texts.settle(path, place, direction)).collect();
    let merged = three_way(texts.sides());
    Settled { merged, choices }
}

/// The three texts of a file while versions are written into them.
#[derive(Clone, Debug)]
struct Texts {
    base: Option<String>,
    ours: String,
    theirs: String,
}

impl Texts {
    fn of(sides: Sides<'_>) -> Self {
        Self {
            base: sides.base.map(str::to_owned),
            ours: sides.ours.to_owned(),
            theirs: sides.theirs.to_owned(),
        }
    }

    fn sides(&self) -> Sides<'_> {
        Sides { base: self.base.as_deref(), ours: &self.ours, theirs: &self.theirs }
    }

    /// Chooses the version at a place and writes it into all three; none where a side does not state it.
    fn settle(
        &mut self,
        path: &Utf8Path,
        place: &VersionPlace,
        direction: &Direction<'_>,
    ) -> Option<Choice> {
        let file = VersionFile { path: path.to_owned(), place: place.clone() };
        let stated =
            |text: &str| edit::find(path, place, text).ok().map(|slot| slot.version().to_owned());
        let (our_version, their_version) = (stated(&self.ours)?, stated(&self.theirs)?);
        let base_version = self.base.as_deref().and_then(stated);
        let choice = choose(direction, base_version.as_deref(), &our_version, &their_version);
        if let Some(version) = &choice.version {
            let with = |text: &str| edit::set_version(&file, text, version).ok();
            // All or none: a side that keeps its own version would differ where nobody changed anything.
            if let (Some(our), Some(their)) = (with(&self.ours), with(&self.theirs)) {
                self.base = self.base.take().map(|text| with(&text).unwrap_or(text));
                (self.ours, self.theirs) = (our, their);
            }
        }
        Some(choice)
    }

    /// Writes the versions of packages where the texts repeat them.
    fn follow(&mut self, path: &Utf8Path, chosen: &[Released]) {
        let with =
            |text: &str| edit::follow(path, text, chosen).unwrap_or_else(|_| text.to_owned());
        self.base = self.base.as_deref().map(with);
        (self.ours, self.theirs) = (with(&self.ours), with(&self.theirs));
    }
}

/// Merges a file that repeats versions of the repository's packages, such as a lock, once their versions are chosen.
///
/// *Cost*: that of [`three_way`].
pub fn follower(path: &Utf8Path, sides: Sides<'_>, chosen: &[Released]) -> Merged {
    let mut texts = Texts::of(sides);
    texts.follow(path, chosen);
    three_way(texts.sides())
}
