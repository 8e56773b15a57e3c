//! Releases of streams: composites of pinned parts, and bundles under a number of their own.

use std::collections::BTreeMap;

use jiff::civil::Date;
use trainyard_history::{Cut, plan::tag_of_stream};
use trainyard_policy::{Policy, StreamKind};
use trainyard_report::{Code, Finding};
use trainyard_version::{Step, Version};

use super::Composed;
use crate::{args, error::CommandError, site::Site};

/// Versions that the command line gives components, by index.
pub(super) type Pins = BTreeMap<usize, Version>;

/// Reads `NAME=VERSION`; a name is a component's, or what a composite calls it.
pub(super) fn pins(policy: &Policy, texts: &[String]) -> Result<Pins, CommandError> {
    let mut pins = Pins::new();
    for text in texts {
        let (name, version) = text.split_once('=').ok_or_else(|| {
            CommandError::usage(format!("`{text}` is no pin"))
                .hint("write it as NAME=VERSION, such as `--pin frontend=20240131`")
        })?;
        let by_name = policy.components.iter().position(|each| each.name == name);
        let parts = policy.streams.iter().filter_map(|stream| match &stream.kind {
            StreamKind::Composite { parts, .. } => Some(parts),
            _ => None,
        });
        let by_part =
            || parts.flatten().find(|(part, _)| part == name).map(|(_, component)| *component);
        let index = by_name.or_else(by_part).ok_or_else(|| {
            CommandError::usage(format!("the policy has no component `{name}` to pin"))
        })?;
        let scheme = &policy.components[index].current().scheme;
        let version = scheme.parse(version).map_err(|error| {
            CommandError::usage(format!("`{version}` is no version of {name}: {error}"))
        })?;
        pins.insert(index, version);
    }
    Ok(pins)
}

/// The release of a stream with its parts; none where a part is not known, which is a finding.
pub(super) fn compose(
    site: &Site,
    stream: usize,
    cuts: &[Cut],
    pins: &Pins,
    args: &args::Release,
    today: Date,
    findings: &mut Vec<Finding>,
) -> Result<Option<Composed>, CommandError> {
    let declared = &site.policy.streams[stream];
    let released = &site.survey.streams[stream];
    let version_of = |component: usize| {
        let cut = cuts.iter().find(|cut| cut.component == component);
        cut.map(|cut| &cut.version)
            .or_else(|| pins.get(&component))
            .cloned()
            .or_else(|| newest(site, component))
    };
    match &declared.kind {
        StreamKind::Single { .. } => Ok(None),
        StreamKind::Composite { scheme, parts, tag } => {
            // A part that is elsewhere stays as it is in the newest release.
            let newest =
                released.last().and_then(|newest| scheme.parts(newest)).unwrap_or_default();
            let kept = |part: &str| {
                newest.iter().find(|(name, _)| name == part).map(|(_, version)| version.clone())
            };
            let mut known = Vec::new();
            for (part, component) in parts {
                match version_of(*component).or_else(|| kept(part)) {
                    Some(version) => known.push((part.clone(), version.to_string())),
                    None => findings.push(unknown(&declared.name, part)),
                }
            }
            if known.len() < parts.len() {
                return Ok(None);
            }
            let texts: Vec<_> =
                known.iter().map(|(part, version)| (part.as_str(), version.as_str())).collect();
            let version = scheme.compose(&texts).map_err(|error| {
                CommandError::usage(format!(
                    "the parts make no version of {}: {error}",
                    declared.name
                ))
            })?;
            let is_out = released.contains(&version);
            let tag = tag_of_stream(scheme, tag.as_ref(), Some(&version)).filter(|_| !is_out);
            Ok(Some(Composed {
                stream: declared.name.clone(),
                version: version.to_string(),
                tag,
                parts: known,
            }))
        }
        StreamKind::Bundle { scheme, tag } => {
            let version = match (&args.version, released.last()) {
                (Some(text), _) => scheme.parse(text).map_err(|error| {
                    CommandError::usage(format!(
                        "`{text}` is no version of {}: {error}",
                        declared.name
                    ))
                })?,
                (None, None) => scheme.first(today),
                (None, Some(newest)) => {
                    scheme.step(newest, &Step::Date, today).map_err(|error| {
                        CommandError::usage(format!("no version follows {newest}: {error}"))
                    })?
                }
            };
            let parts = (0..site.policy.components.len()).filter_map(|component| {
                let version = version_of(component)?;
                Some((site.policy.components[component].name.clone(), version.to_string()))
            });
            let parts: Vec<_> = parts.collect();
            if parts.is_empty() {
                findings.push(unknown(&declared.name, "any component"));
            }
            Ok(Some(Composed {
                stream: declared.name.clone(),
                tag: tag_of_stream(scheme, tag.as_ref(), Some(&version)),
                version: version.to_string(),
                parts,
            }))
        }
    }
}

fn unknown(stream: &str, part: &str) -> Finding {
    let message = format!("the version of {part} is not known here");
    Finding::new(Code::PART_UNKNOWN, format!("stream {stream}"), message)
        .suggest(format!("say it with `--pin {part}=VERSION`"))
}

/// The newest final release of a component.
fn newest(site: &Site, component: usize) -> Option<Version> {
    let releases = &site.survey.components[component].releases;
    let newest = releases.iter().rev().find(|release| release.is_final())?;
    Some(newest.version.clone())
}
