//! Whether two releases work together, and which rule says so.

use serde::{Deserialize, Serialize};
use trainyard_version::Version;

use crate::{ApiRange, Attestation, Attestations, Kind, LockstepGroup, Outcome, Place, Release};

/// What rules say of two releases together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compatibility {
    /// The verdict: bad if any rule says so, good if one says so and none is against it.
    pub verdict: Verdict,
    /// What each rule that knows them says, the one that decided first.
    pub rules: Vec<Ruling>,
}

/// Whether two releases work together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// A rule says that they do not.
    Incompatible,
    /// A rule says that they do.
    Compatible,
    /// No rule says anything.
    Unknown,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Incompatible => "incompatible",
            Self::Compatible => "compatible",
            Self::Unknown => "unknown",
        }
    }
}

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The rule.
    pub rule: Rule,
    /// What it says.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub why: String,
    /// Where that is written.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// What may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A declared requirement of one on the other (policy rows A26 and A27).
    Requirement,
    /// A group that shares its line: 1.2.p works with 1.2.q (policy rows B17 and B19).
    LockstepLine,
    /// The interface versions that one serves and the other speaks (policy row B20).
    ApiVersion,
    /// Somebody tested them together.
    Attestation,
}

impl Rule {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Requirement => "requirement",
            Self::LockstepLine => "lockstep line",
            Self::ApiVersion => "API version",
            Self::Attestation => "attestation",
        }
    }
}

/// Says whether two releases work together.
///
/// *Order*: rulings against it come first, then those for it; what is declared before what was tested. *Cost*: linear in
/// both releases' requirements, and in the attestations of both components.
pub fn compatibility(
    left: &Release,
    right: &Release,
    groups: &[LockstepGroup],
    attestations: &Attestations,
) -> Compatibility {
    let mut rules = Vec::new();
    rules.extend(requirements(left, right));
    rules.extend(requirements(right, left));
    rules.extend(groups.iter().filter_map(|group| lockstep(left, right, group)));
    rules.extend(interfaces(left, right));
    rules.extend(interfaces(right, left));
    rules.extend(attestations.of(left, right).map(|(it, place)| attested(it, place)));
    rules.sort_by_key(|ruling| (ruling.verdict, ruling.rule));
    let verdict = rules.first().map_or(Verdict::Unknown, |ruling| ruling.verdict);
    Compatibility { verdict, rules }
}

/// What a test says.
fn attested(attestation: &Attestation, place: Option<&Place>) -> Ruling {
    let Attestation { left, right, outcome, by, on, .. } = attestation;
    let day = on.map(|day| format!(" on {day}")).unwrap_or_default();
    let (verdict, what) = match outcome {
        Outcome::Passed => (Verdict::Compatible, "work together"),
        Outcome::Failed => (Verdict::Incompatible, "do not work together"),
    };
    let why = format!(
        "{by} found{day} that {} {} and {} {} {what}",
        left.name, left.version, right.name, right.version
    );
    Ruling { rule: Rule::Attestation, verdict, why, place: place.cloned() }
}

fn title(release: &Release) -> String {
    format!("{} {}", release.manifest.name, release.manifest.version)
}

/// What one release asks of the other.
fn requirements(asking: &Release, asked: &Release) -> Vec<Ruling> {
    let manifest = &asked.manifest;
    let targets = |it: &&crate::Requirement| it.target == manifest.name && it.kind.binds();
    let ruling = |requirement: &crate::Requirement| {
        let range = &requirement.range;
        let admits = range.admits(&manifest.version);
        let (holds, verb) = match requirement.kind {
            Kind::Conflict => (!admits, "excludes"),
            Kind::Upper | Kind::Soft => (admits, "allows only"),
            Kind::Hard | Kind::Advisory => (admits, "needs"),
        };
        // That something is not excluded does not say that it works.
        if requirement.kind == Kind::Conflict && holds {
            return None;
        }
        let verdict = if holds { Verdict::Compatible } else { Verdict::Incompatible };
        let why = format!("{} {verb} {} {}", title(asking), requirement.target, range.shown());
        let why = match range.error() {
            Some(error) => format!("{why}, which cannot be read: {error}"),
            None => why,
        };
        let place = requirement.place.clone();
        Some(Ruling { rule: Rule::Requirement, verdict, why, place })
    };
    asking.manifest.requirements.iter().filter(targets).filter_map(ruling).collect()
}

fn lockstep(left: &Release, right: &Release, group: &LockstepGroup) -> Option<Ruling> {
    let is_member = |release: &Release| group.members.contains(&release.manifest.name);
    if !is_member(left) || !is_member(right) || left.name == right.name {
        return None;
    }
    let line = |version: &Version| -> Vec<_> {
        (0..group.width()).map(|index| version.segment(index)).collect()
    };
    let (ours, theirs) = (line(left.version().version()), line(right.version().version()));
    let text = |line: &[u64]| line.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
    let (verdict, why) = if ours == theirs {
        let why = format!("both are on line {} of group {}", text(&ours), group.name);
        (Verdict::Compatible, why)
    } else {
        let why = format!(
            "group {} shares its line, and these are on {} and {}",
            group.name,
            text(&ours),
            text(&theirs)
        );
        (Verdict::Incompatible, why)
    };
    Some(Ruling { rule: Rule::LockstepLine, verdict, why, place: None })
}

/// Interfaces that one serves and the other speaks: the lower of the highest versions is used, if both know it.
fn interfaces(serving: &Release, speaking: &Release) -> Vec<Ruling> {
    let find = |name: &str| serving.manifest.serves.iter().find(|api| api.name == name);
    let both = speaking.manifest.speaks.iter().filter_map(|api| Some((find(&api.name)?, api)));
    both.map(|(served, spoken)| negotiated(serving, served, speaking, spoken)).collect()
}

fn negotiated(
    serving: &Release,
    served: &ApiRange,
    speaking: &Release,
    spoken: &ApiRange,
) -> Ruling {
    let version = |numbered: &crate::Numbered| numbered.version().clone();
    let used = version(&served.max).min(version(&spoken.max));
    let lowest = version(&served.min).max(version(&spoken.min));
    let range = |api: &ApiRange| {
        if api.min == api.max { api.max.to_string() } else { format!("{} to {}", api.min, api.max) }
    };
    let (verdict, why) = if used >= lowest {
        let why =
            format!("{} and {} use {} {}", title(serving), title(speaking), served.name, used);
        (Verdict::Compatible, why)
    } else {
        let why = format!(
            "{} serves {} {}, and {} speaks {}",
            title(serving),
            served.name,
            range(served),
            title(speaking),
            range(spoken)
        );
        (Verdict::Incompatible, why)
    };
    Ruling { rule: Rule::ApiVersion, verdict, why, place: spoken.place.clone() }
}
