//! A checked policy: every name resolves, every pattern parses, every revision is folded in.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use globset::{GlobMatcher, GlobSet};
use jiff::civil::Date;
use trainyard_evidence::{Change, Settings};
use trainyard_report::{Code, Severity};
use trainyard_version::{Level, PreStep, Scheme, Template, Version};

use crate::{CalendarSpan, Channel};

/// Everything one `trainyard.toml` says.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What the policy is for.
    pub product: Product,
    /// The parts with version numbers of their own; at least one. In the order of the file.
    pub components: Vec<Component>,
    /// Components that share `major.minor`.
    pub groups: Vec<Group>,
    /// The public sequences of releases.
    pub streams: Vec<Stream>,
    /// What holds for branches and for single lines.
    pub lines: Lines,
    /// What shall be reached, in the order of the file.
    pub milestones: Vec<Milestone>,
    /// Changes that a person took responsibility for.
    pub waivers: Vec<Waiver>,
    /// The revisions as they are told, oldest first; what they mean is in each component's periods.
    pub revisions: Vec<Revision>,
}

/// Changes that a person took responsibility for: they are reported and raise nothing.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// A rule, a family (`openapi.*`) or a class.
    pub rule: String,
    /// Which subjects; `None`: all.
    pub subject: Option<GlobMatcher>,
    /// Index into [`Policy::components`]; `None`: all.
    pub component: Option<usize>,
    /// The version that the changes come after; `None`: any.
    pub after: Option<String>,
    /// The last day it holds; `None`: any.
    pub until: Option<Date>,
    /// Who decided.
    pub by: String,
    /// Why it does no harm.
    pub reason: String,
}

/// One revision, as people read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its name.
    pub name: String,
    /// The version or the day from which it holds; `None`: from the beginning.
    pub from: Option<String>,
    /// Why it came.
    pub reason: Option<String>,
    /// The names of the components it speaks of; empty: all.
    pub components: Vec<String>,
}

/// What the policy is for.
#[derive(Clone, Debug)]
pub struct Product {
    /// A short name, as in commands.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What it is, a sentence or a paragraph of Markdown.
    pub description: Option<String>,
    /// Where the policy is published.
    pub policy_url: Option<String>,
    /// Tags that are known to be no releases and need no finding; globs over names.
    pub ignored_tags: GlobSet,
    /// Whatever else is kept with the policy, such as the status of the document it came from.
    pub metadata: BTreeMap<String, serde_json::Value>,
}

/// How far a component has come (P21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Maturity {
    /// May change or vanish.
    Alpha,
    /// Complete, not yet proven.
    Beta,
    /// Promises hold.
    Stable,
}

/// A part with its own version number.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name in the policy.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// How far it has come.
    pub maturity: Maturity,
    /// Where it lives, if not in the policy's own repository. Its tags and branches are there.
    pub repository: Option<String>,
    /// Which files belong to it.
    pub paths: PathSet,
    /// Files that state its version.
    pub version_files: Vec<VersionFile>,
    /// Where its change fragments lie, such as `changes/*.md`.
    pub fragments: Vec<FragmentSource>,
    /// What the detectors of trees look at.
    pub evidence: Settings,
    /// What holds, period by period, oldest first; never empty.
    pub periods: Vec<Period>,
}

/// A part of a product's past under one revision of its policy.
#[derive(Clone, Debug)]
pub struct Period {
    /// The revision's name; `None` where no revision is declared.
    pub revision: Option<String>,
    /// Why it came.
    pub reason: Option<String>,
    /// From when it holds.
    pub from: EffectiveFrom,
    /// What holds.
    pub rules: Rules,
}

/// From when a revision holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EffectiveFrom {
    /// From the first release on.
    Beginning,
    /// From the release of this version on: for every higher version.
    Version(Version),
    /// From this day on, the day included.
    Date(Date),
}

/// What holds for a component's versions in one period.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How versions are written.
    pub scheme: Scheme,
    /// The tag names of releases: the first is written, all are read. Never empty.
    pub tags: Vec<Template>,
    /// The names of lines' branches: all are read. Empty: lines have no branches. One: every new line gets its branch. Several:
    /// a new line's branch is named as the newest one is, and there is none as long as no line has one.
    pub branches: Vec<Template>,
    /// How many digits the second number has at least in tags and branches; 2 for `22.03.4`.
    pub minor_digits: usize,
    /// Whether releases are made on lines' branches alone, so that a development branch only ever carries the next
    /// development version (B5, B10).
    pub releases_from_lines_only: bool,
    /// Which change needs which level.
    pub levels: LevelRules,
    /// How pre-releases go.
    pub prerelease: PrereleaseRules,
    /// What a development branch becomes once a line was cut from it (B10).
    pub next_development: Option<NextDevelopment>,
    /// What the levels of the rules mean while major is 0; `None`: what they always mean (P17).
    pub zero: Option<ZeroRules>,
    /// How often releases come (P13, P16).
    pub cadence: Option<Cadence>,
    /// Severities of findings in this period; `None` as the value turns a finding off.
    pub lint: BTreeMap<Code, Option<Severity>>,
}

/// Which change needs which level; rules before classes.
#[derive(Clone, Debug, Default)]
pub struct LevelRules {
    /// By class or by rule id (`breaking`, `commits.feat`, `migrations.*`).
    pub by_selector: BTreeMap<String, Level>,
}

/// How pre-releases go.
#[derive(Clone, Debug)]
pub struct PrereleaseRules {
    /// The pre-releases on the way to a final one, in order, such as alpha, beta, rc. Empty: none are allowed.
    pub phases: Vec<PreStep>,
    /// Which a new line starts with when a plan is asked for no stage; `None`: straight to the final release.
    pub default_phase: Option<PreStep>,
    /// Whether a version's pre-releases must be followed by its final release.
    pub must_be_finalised: bool,
}

/// What a development branch becomes once a line was cut from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextDevelopment {
    /// Which segment rises; [`Level::Minor`] for `x.(y+1)`.
    pub level: Level,
    /// The mark of the unreleased version: a pre-release such as `a1`, or `None` for the scheme's development mark.
    pub mark: Option<PreStep>,
}

/// What levels mean while major is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZeroRules {
    /// What a change that needs major raises.
    pub major: Level,
    /// What a change that needs minor raises.
    pub minor: Level,
}

/// How often releases come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cadence {
    /// A release that counts comes no sooner than this after the one before; `None`: as soon as it likes.
    pub at_least: Option<CalendarSpan>,
    /// And no later than this; `None`: as late as it likes.
    pub at_most: Option<CalendarSpan>,
    /// Which releases count.
    pub counts: CadenceCounts,
}

/// Which releases a cadence speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CadenceCounts {
    /// Every final release.
    Every,
    /// The first final release of each line.
    Lines,
}

/// Components that share their line.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Indices into [`Policy::components`]; at least two.
    pub members: Vec<usize>,
    /// The level from which members step together: [`Level::Minor`] shares `x.y`, [`Level::Patch`] everything.
    pub lockstep: Level,
}

/// A public sequence of releases.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// What it is made of.
    pub kind: StreamKind,
    /// Streams it needs to work, by index into [`Policy::streams`] (A5).
    pub needs: Vec<usize>,
    /// What its users are pointed to, in the order of the file (A31).
    pub channels: Vec<Channel>,
}

/// What a stream's releases are made of.
#[derive(Clone, Debug)]
pub enum StreamKind {
    /// One component's releases.
    Single {
        /// Index into [`Policy::components`].
        component: usize,
    },
    /// Exactly these components together, as one composed version (A6, A8).
    Composite {
        /// The scheme with one part per component.
        scheme: Scheme,
        /// Part name and index into [`Policy::components`], in the scheme's order.
        parts: Vec<(String, usize)>,
        /// The image tag, branch or other spelling, where declared (A7).
        tag: Option<Template>,
    },
    /// Pinned components under a version of its own (A17, A20).
    Bundle {
        /// How the bundle's versions are written.
        scheme: Scheme,
        /// The tags of releases.
        tag: Option<Template>,
    },
}

/// What holds for branches and for single lines.
#[derive(Clone, Debug)]
pub struct Lines {
    /// Names of branches where new work lands, most important first (B13). Globs are not allowed.
    pub development: Vec<String>,
    /// How many lines are supported at once; `None`: not said (P7).
    pub supported: Option<u32>,
    /// How long a line is supported after its first final release; `None`: not said.
    pub support: Option<CalendarSpan>,
    /// What is declared of single lines, by canonical line (`23.9`).
    pub declared: BTreeMap<String, DeclaredLine>,
}

/// What is declared of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredLine {
    /// Long-term support.
    pub lts: bool,
    /// The last day of support.
    pub retires: Option<Date>,
    /// Its branch, where it does not follow the template.
    pub branch: Option<String>,
    /// A name for people, such as a code name.
    pub title: Option<String>,
}

/// A version that shall be reached, and what must be done for it (P18).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Its name in the policy.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// Index into [`Policy::components`].
    pub component: usize,
    /// The final version that shall be released.
    pub version: Version,
    /// The last day for it; `None`: not said.
    pub by: Option<Date>,
    /// Components that must be stable by then; indices into [`Policy::components`].
    pub stable: Vec<usize>,
    /// What else is done, for people.
    pub done: Vec<String>,
    /// What else is missing, for people.
    pub missing: Vec<String>,
}

/// Which files belong to a component: some globs, less others.
#[derive(Clone, Debug)]
pub struct PathSet {
    /// At least one must match; empty takes every path.
    pub include: GlobSet,
    /// None of these may match.
    pub exclude: GlobSet,
}

impl PathSet {
    /// Whether every path belongs to it.
    pub fn is_everything(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether a path belongs to it.
    pub fn contains(&self, path: &Utf8Path) -> bool {
        (self.include.is_empty() || self.include.is_match(path)) && !self.exclude.is_match(path)
    }
}

/// A file that states a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFile {
    /// Relative to the repository's root.
    pub path: Utf8PathBuf,
    /// Where in the file.
    pub place: VersionPlace,
}

/// Where in a file the version stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionPlace {
    /// The whole file is the version.
    Whole,
    /// A key such as `project.version` in TOML, JSON or YAML, by the file's extension.
    Key(String),
    /// The text between quotes (or up to the line's end) after this text, such as `__version__ =`.
    After(String),
}

/// Where change fragments lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FragmentSource {
    /// towncrier: `<folder>/<issue>.<type>[.<n>].md`.
    Towncrier(Utf8PathBuf),
    /// changesets: `<folder>/*.md` with front matter naming packages and levels.
    Changesets(Utf8PathBuf),
}

impl Component {
    /// What holds now.
    pub fn current(&self) -> &Rules {
        &self.current_period().rules
    }

    /// The newest period. The newest revision by order in the file is in force, whatever its date.
    ///
    /// # Panics
    ///
    /// When the component was not made by a checked policy and has no period.
    pub fn current_period(&self) -> &Period {
        self.periods.last().expect("a checked component has at least one period")
    }

    /// The period that holds for something without a version: the last one that had begun by a day, or that a version
    /// bounds and so cannot be told apart.
    pub fn period_on(&self, date: Option<Date>) -> &Period {
        let begun = |period: &&Period| match &period.from {
            EffectiveFrom::Beginning | EffectiveFrom::Version(_) => true,
            EffectiveFrom::Date(first) => date.is_none_or(|date| date >= *first),
        };
        self.periods.iter().rev().find(begun).unwrap_or(&self.periods[0])
    }

    /// The period a release was made in: the last one that had begun by its version or its day.
    ///
    /// A version bound counts for versions of the same scheme alone; a release without a day is before no date.
    pub fn period_of(&self, version: &Version, date: Option<Date>) -> &Period {
        let begun = |period: &&Period| match &period.from {
            EffectiveFrom::Beginning => true,
            EffectiveFrom::Version(first) => version.precedence(first).is_ge(),
            EffectiveFrom::Date(first) => date.is_none_or(|date| date >= *first),
        };
        self.periods.iter().rev().find(begun).unwrap_or(&self.periods[0])
    }
}

impl Policy {
    /// The first waiver that covers a change of a component which came after a release and was judged on a day.
    pub fn waiver_of(
        &self,
        component: usize,
        change: &Change,
        base: Option<&Version>,
        day: Option<Date>,
    ) -> Option<&Waiver> {
        let scheme = self.components.get(component).map(|component| &component.current().scheme);
        self.waivers.iter().find(|waiver| {
            let comes_after = |after: &String| {
                let after = scheme.and_then(|scheme| scheme.parse(after).ok());
                after.zip(base).is_some_and(|(after, base)| after.precedence(base).is_eq())
            };
            waiver.component.is_none_or(|only| only == component)
                && selectors(change).contains(&waiver.rule)
                && waiver.subject.as_ref().is_none_or(|glob| glob.is_match(&change.subject))
                && waiver.after.as_ref().is_none_or(comes_after)
                && waiver.until.is_none_or(|last| day.is_none_or(|day| day <= last))
        })
    }
}

/// What speaks of a change, the narrowest first: its rule, the rule's family, its class.
fn selectors(change: &Change) -> Vec<String> {
    let family = change.rule.split_once('.').map(|(family, _)| format!("{family}.*"));
    let class = change.class.as_str().to_owned();
    [Some(change.rule.clone()), family, Some(class)].into_iter().flatten().collect()
}

impl LevelRules {
    /// The level a change needs and the selector that said so: its rule, else its rule's family (`commits.*`),
    /// else its class. `None` where nothing speaks of it.
    pub fn level_of(&self, change: &Change) -> Option<(Level, &str)> {
        selectors(change)
            .into_iter()
            .find_map(|selector| self.by_selector.get_key_value(&selector))
            .map(|(selector, level)| (*level, selector.as_str()))
    }
}

impl Rules {
    /// The severity a finding has in this period; `None`: it is turned off.
    pub fn severity(&self, code: Code) -> Option<Severity> {
        self.lint.get(&code).copied().unwrap_or(Some(code.info().severity))
    }
}
