//! Composite releases: exactly these parts together, under one composed version.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use trainyard_policy::{Policy, StreamKind};
use trainyard_report::{Code, Finding};
use trainyard_version::{Date, ParseError, RenderError, Scheme, Target, Template, Version};

use crate::{Catalogue, NameId, Place, Release, check::sort};

/// A composite stream, as a policy declares it.
#[derive(Clone, Debug)]
pub struct Composite {
    /// The scheme with one part per component.
    pub scheme: Scheme,
    /// Part name and component, in the scheme's order.
    pub parts: Vec<(String, String)>,
    /// How releases are spelled as image tags, where declared.
    pub tag: Option<Template>,
}

/// A release of a composite stream.
#[derive(Clone, Debug)]
pub struct CompositeRelease {
    /// Its version, such as `1.0.0+20240116`.
    pub version: String,
    /// Who says so.
    pub place: Option<Place>,
}

impl Composite {
    /// The composite stream of that name in a policy; `None` where there is none, or it is of another kind.
    pub fn of(policy: &Policy, stream: &str) -> Option<Self> {
        let stream = policy.streams.iter().find(|it| it.name == stream)?;
        let StreamKind::Composite { scheme, parts, tag } = &stream.kind else { return None };
        let component = |index: &usize| Some(policy.components.get(*index)?.name.clone());
        let parts =
            parts.iter().filter_map(|(part, index)| Some((part.clone(), component(index)?)));
        Some(Self { scheme: scheme.clone(), parts: parts.collect(), tag: tag.clone() })
    }

    /// A version of the stream, as written or as an image tag.
    ///
    /// *Errors*: what is wrong with it as a version.
    pub fn read(&self, text: &str) -> Result<Version, ParseError> {
        self.scheme.parse(text).or_else(|error| {
            let plain = || self.scheme.parse_rendered(text, Target::Docker, None);
            let template = self.tag.as_ref();
            let spelled =
                template.map(|it| self.scheme.parse_rendered_as(text, Target::Docker, it));
            spelled.and_then(Result::ok).or_else(|| plain().ok()).ok_or(error)
        })
    }

    /// What a release is made of, whether each part was released, and how it is spelled elsewhere.
    ///
    /// *Cost*: linear in the releases of each part's component.
    pub fn describe(&self, release: &CompositeRelease, catalogue: &Catalogue) -> CompositeTold {
        let mut told = CompositeTold {
            version: release.version.clone(),
            parts: Vec::new(),
            git_tag: None,
            image: None,
        };
        let Ok(version) = self.read(&release.version) else { return told };
        version.canonical().clone_into(&mut told.version);
        told.git_tag = self.spelled(&version, Target::GitTag).ok();
        told.image = self.spelled(&version, Target::Docker).ok();
        for (part, pinned) in self.scheme.parts(&version).unwrap_or_default() {
            let known = self.parts.iter().find(|(name, _)| *name == part);
            let component = known.map_or(&part, |(_, component)| component).clone();
            let name = catalogue.name(&component);
            let releases = name.map(|name| catalogue.releases(name)).unwrap_or_default();
            let release = name.and_then(|name| released(catalogue, name, &pinned));
            told.parts.push(PartTold {
                part,
                component,
                version: pinned.text().to_owned(),
                is_released: (!releases.is_empty()).then_some(release.is_some()),
                tag: release.and_then(|it| it.manifest.origin.tag.clone()),
                date: release.and_then(|it| it.manifest.date),
            });
        }
        told
    }

    fn spelled(&self, version: &Version, target: Target) -> Result<String, RenderError> {
        match &self.tag {
            Some(template) => self.scheme.render_as(version, target, template),
            None => self.scheme.render(version, target, None),
        }
    }
}

/// A release of a composite stream with its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompositeTold {
    /// Its version; as it was given where it is none.
    pub version: String,
    /// The pinned parts, in the scheme's order; none where it is no version.
    pub parts: Vec<PartTold>,
    /// The tag of git that it is.
    pub git_tag: Option<String>,
    /// The tag of an image that it is.
    pub image: Option<String>,
}

/// A pinned part of a composite release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartTold {
    /// What the stream calls it.
    pub part: String,
    /// The component.
    pub component: String,
    /// Its version.
    pub version: String,
    /// Whether it was released; `None` where nothing is known of the component.
    pub is_released: Option<bool>,
    /// The tag of that release, where known.
    pub tag: Option<String>,
    /// The day of that release, where known.
    pub date: Option<Date>,
}

/// What is wrong with releases of a composite stream, given in the order in which they were made.
///
/// Each is a version of the scheme, each of its parts is a known release of the part's component, each can be spelled as
/// an image tag and read back, and none has lower parts than the one before it. A component of which the catalogue
/// knows nothing is not looked up.
pub fn check_composites(
    composite: &Composite,
    releases: &[CompositeRelease],
    catalogue: &Catalogue,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before: Option<Version> = None;
    for release in releases {
        let place = |finding: Finding| match &release.place {
            Some(place) => finding.at(place.location()),
            None => finding,
        };
        let version = match composite.read(&release.version) {
            Ok(version) => version,
            Err(error) => {
                let finding =
                    Finding::new(Code::VERSION_MALFORMED, &release.version, error.to_string());
                findings.push(place(finding));
                continue;
            }
        };
        findings.extend(missing_parts(composite, &version, catalogue).into_iter().map(place));
        if let Some(message) = unspellable(composite, &version) {
            let finding = Finding::new(Code::VERSION_MALFORMED, version.text(), message);
            findings.push(place(finding));
        }
        if let Some(last) = &before {
            findings.extend(out_of_order(composite, last, &version).map(place));
        }
        before = Some(version);
    }
    sort(&mut findings);
    findings
}

/// The parts that nobody released.
fn missing_parts(composite: &Composite, version: &Version, catalogue: &Catalogue) -> Vec<Finding> {
    let parts = composite.scheme.parts(version).unwrap_or_default();
    let mut findings = Vec::new();
    for (part, pinned) in parts {
        let component = composite.parts.iter().find(|(name, _)| *name == part);
        let Some(component) = component.map(|(_, component)| component) else { continue };
        let Some(name) = catalogue.name(component) else { continue };
        let known = catalogue.releases(name);
        if known.is_empty() || released(catalogue, name, &pinned).is_some() {
            continue;
        }
        let above = known.partition_point(|release| *release.version().version() < pinned);
        let near = [above.checked_sub(1), Some(above)].into_iter().flatten();
        let near = near.filter_map(|index| Some(known.get(index)?.version().text().to_owned()));
        let near: Vec<_> = near.collect();
        let message = format!("its {part} {pinned} was never released by {component}");
        let finding = Finding::new(Code::COMPOSITE_PART_MISSING, version.text(), message);
        findings.push(finding.suggest(format!("the nearest release is {}", near.join(", or "))));
    }
    findings
}

/// Why a version cannot be spelled as an image tag and read back.
fn unspellable(composite: &Composite, version: &Version) -> Option<String> {
    let spelled = composite.spelled(version, Target::Docker);
    spelled.err().map(|error| format!("it has no image tag: {error}"))
}

/// The release of a component that a part pins.
fn released<'a>(catalogue: &'a Catalogue, name: NameId, pinned: &Version) -> Option<&'a Release> {
    let is_it =
        |release: &&Release| release.version().version().precedence(pinned) == Ordering::Equal;
    let found = catalogue.find_first(name, pinned.text());
    found.or_else(|| catalogue.releases(name).iter().find(is_it))
}

fn out_of_order(composite: &Composite, last: &Version, version: &Version) -> Option<Finding> {
    let message = match version.precedence(last) {
        Ordering::Greater => return None,
        Ordering::Equal => format!("it has the same parts as {last}, which came before it"),
        Ordering::Less => {
            let parts = |version: &Version| composite.scheme.parts(version).unwrap_or_default();
            let lower = parts(version)
                .into_iter()
                .zip(parts(last))
                .find(|(now, before)| now.1.precedence(&before.1) == Ordering::Less);
            match lower {
                Some(((part, now), (_, before))) => {
                    format!(
                        "its {part} {now} is lower than {before} of {last}, which came before it"
                    )
                }
                None => format!("it is lower than {last}, which came before it"),
            }
        }
    };
    let finding = Finding::new(Code::COMPOSITE_OUT_OF_ORDER, version.text(), message);
    Some(finding.suggest("release the older line under a stream of its own, or note why"))
}
