//! What somebody wants of a catalogue.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use trainyard_version::Date;

use crate::{Bundle, Digest, Numbered, Place, Range};

/// What somebody wants of a catalogue.
///
/// *Order*: wants that come first are served first.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The components that must be there.
    pub wants: Vec<Want>,
    /// Components that shall be there if they fit, the most wanted first.
    pub optional: Vec<Want>,
    /// Components that keep the release they have in the current bundle.
    pub holds: Vec<String>,
    /// Releases that must not be chosen.
    pub exclusions: Vec<Want>,
    /// Nothing that was released after this day. Releases without a date are taken.
    pub as_of: Option<Date>,
    /// Whose pre-releases may be chosen.
    pub prereleases: Prereleases,
    /// What everything must run on.
    pub surroundings: Surroundings,
    /// The bundle there is now.
    pub current: Option<Bundle>,
    /// Which of all answers is wanted.
    pub goal: Goal,
}

impl Request {
    /// A digest of all that it says, so that a lock tells whether it was made for it.
    pub fn digest(&self) -> Digest {
        let mut hasher = Sha256::new();
        let mut say = |what: &str, text: &str| {
            // Lengths keep neighbours apart.
            for text in [what, text] {
                hasher.update(text.len().to_be_bytes());
                hasher.update(text.as_bytes());
            }
        };
        for (what, wants) in
            [("want", &self.wants), ("optional", &self.optional), ("exclusion", &self.exclusions)]
        {
            for want in wants {
                say(what, &want.name);
                say(want.range.dialect(), want.range.text());
            }
        }
        self.holds.iter().for_each(|name| say("hold", name));
        self.as_of.iter().for_each(|day| say("as of", &day.to_string()));
        match &self.prereleases {
            Prereleases::None => {}
            Prereleases::Of(names) => names.iter().for_each(|name| say("prereleases", name)),
            Prereleases::All => say("all prereleases", ""),
        }
        let given = &self.surroundings;
        given.servers.iter().for_each(|version| say("server", version.text()));
        given.launcher.iter().for_each(|version| say("launcher", version.text()));
        given.python.iter().for_each(|version| say("python", version.text()));
        given.platforms.iter().for_each(|platform| say("platform", platform));
        for pin in self.current.iter().flat_map(|bundle| &bundle.pins) {
            say(&pin.name, pin.shown());
        }
        let goal = match self.goal {
            Goal::Newest => "newest",
            Goal::Oldest => "oldest",
            Goal::FewestChanges => "fewest changes",
        };
        say("goal", goal);
        Digest::new(format!("sha256:{:x}", hasher.finalize()))
    }
}

/// A component and which of its versions.
#[derive(Clone, Debug)]
pub struct Want {
    /// The component.
    pub name: String,
    /// Which of its versions.
    pub range: Range,
    /// Who says so, where it is no command line.
    pub place: Option<Place>,
}

/// Whose pre-releases may be chosen, and whose commits without a tag. A want that names one allows it in any case, and a
/// component that has no tagged release is not held to tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Prereleases {
    /// Nobody's.
    #[default]
    None,
    /// Those of some components.
    Of(BTreeSet<String>),
    /// Everybody's.
    All,
}

impl Prereleases {
    /// Whether a component's pre-releases may be chosen.
    pub fn allow(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::Of(names) => names.contains(name),
            Self::All => true,
        }
    }
}

/// What everything in a bundle must run on; what is not known asks nothing.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The servers; it must run on each of them.
    pub servers: Vec<Numbered>,
    /// The launcher.
    pub launcher: Option<Numbered>,
    /// The Python.
    pub python: Option<Numbered>,
    /// The platforms; it must run on each of them.
    pub platforms: Vec<String>,
}

/// Which of all answers is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// The newest releases, what is asked for first being served first.
    #[default]
    Newest,
    /// The oldest ones: whether declared lower bounds are true.
    Oldest,
    /// The fewest changes from the current bundle; among those the newest.
    FewestChanges,
}
