//! Composite releases: exactly these parts together, under one composed version.

use std::cmp::Ordering;

use trainyard_report::{Code, Finding};
use trainyard_version::{Scheme, Target, Template, Version};

use crate::{Catalogue, Numbered, Place, check::sort};

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
        let version = match composite.scheme.parse(&release.version) {
            Ok(version) => version,
            Err(error) => {
                let message = format!("it is no composite version: {error}");
                findings.push(place(Finding::new(
                    Code::VERSION_MALFORMED,
                    &release.version,
                    message,
                )));
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
        let is_known =
            |release: &Numbered| release.version().precedence(&pinned) == Ordering::Equal;
        if known.is_empty()
            || catalogue.find_first(name, pinned.text()).is_some()
            || known.iter().any(|release| is_known(release.version()))
        {
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
    let (scheme, target) = (&composite.scheme, Target::Docker);
    let spelled = match &composite.tag {
        Some(template) => scheme.render_as(version, target, template),
        None => scheme.render(version, target, None),
    };
    spelled.err().map(|error| format!("it has no image tag: {error}"))
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
