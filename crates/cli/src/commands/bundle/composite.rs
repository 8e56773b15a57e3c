//! `trainyard bundle composite`.

use serde::Serialize;
use trainyard_bundle::{
    Catalogue, Composite, CompositeRelease, CompositeTold, Manifest, Numbered, Origin, Place,
    check_composites,
};
use trainyard_history::{Moment, Survey, plan::tag_of_stream, seen_from};
use trainyard_policy::{Policy, StreamKind};
use trainyard_report::{Finding, Outcome};

use super::audit::print_findings;
use crate::{
    args::{AuditFormat, Global, bundle::BundleComposite},
    bundling,
    error::CommandError,
    files,
    printer::Printer,
    progress, render,
    site::Site,
    surroundings,
};

/// What is told of the releases of a composite stream.
#[derive(Debug, Serialize)]
pub(crate) struct CompositeAnswer {
    /// The stream.
    pub(crate) stream: String,
    /// Its name for people.
    pub(crate) title: String,
    /// What its releases are made of.
    pub(crate) parts: Vec<PartOf>,
    /// The releases, in the order in which they were made.
    pub(crate) releases: Vec<CompositeTold>,
    /// What is wrong, errors first.
    pub(crate) findings: Vec<Finding>,
}

/// A part of a composite stream.
#[derive(Debug, Serialize)]
pub(crate) struct PartOf {
    /// What the stream calls it.
    pub(crate) part: String,
    /// The component.
    pub(crate) component: String,
    /// How many of its releases are known.
    pub(crate) releases: usize,
}

pub(super) fn run(
    global: &Global,
    args: &BundleComposite,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let site = Site::open(global, args.preset.as_deref())?;
    let stream = stream(&site.policy, args.stream.as_deref())?;
    let declared = &site.policy.streams[stream];
    let Some(composite) = Composite::of(&site.policy, &declared.name) else {
        return Err(CommandError::usage(format!("stream `{}` is no composite", declared.name)));
    };
    let mut manifests = manifests(&site.policy, &site.history, &site.survey);
    for clone in &args.tags {
        manifests.extend(of_clone(global, &site.policy, &composite, clone)?);
    }
    let catalogue = Catalogue::new(manifests);
    let releases = releases(global, args, &site, stream)?;
    let known = |component: &str| {
        let name = catalogue.name(component);
        name.map_or(0, |name| catalogue.releases(name).len())
    };
    let part = |(part, component): &(String, String)| PartOf {
        part: part.clone(),
        component: component.clone(),
        releases: known(component),
    };
    let answer = CompositeAnswer {
        stream: declared.name.clone(),
        title: declared.title.clone(),
        parts: composite.parts.iter().map(part).collect(),
        releases: releases.iter().map(|it| composite.describe(it, &catalogue)).collect(),
        findings: check_composites(&composite, &releases, &catalogue),
    };
    match args.format {
        AuditFormat::Text => {
            let options = printer.text_options(args.all);
            printer.print(&render::composite_text(&answer, args.all, options))?;
        }
        AuditFormat::Json => printer.print_json(&answer)?,
        AuditFormat::Markdown => printer.print(&render::composite_markdown(&answer, args.all))?,
        format => print_findings(&answer.findings, format, args.all, printer)?,
    }
    Ok(Outcome::of(&answer.findings))
}

/// The index of the stream that is meant.
fn stream(policy: &Policy, name: Option<&str>) -> Result<usize, CommandError> {
    let streams = policy.streams.iter().enumerate();
    let composites: Vec<_> = streams
        .filter(|(_, it)| matches!(it.kind, StreamKind::Composite { .. }))
        .map(|(index, it)| (index, it.name.as_str()))
        .collect();
    let names = || composites.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ");
    match (name, composites.as_slice()) {
        (_, []) => Err(CommandError::usage("the policy declares no composite stream").hint(
            "declare one as [streams.NAME] with kind = \"composite\", or name a policy with --policy",
        )),
        (None, [(index, _)]) => Ok(*index),
        (None, _) => {
            let error = CommandError::usage("the policy declares several composite streams");
            Err(error.hint(format!("name one with --stream: {}", names())))
        }
        (Some(name), _) => {
            let found = composites.iter().find(|(_, known)| *known == name);
            found.map(|(index, _)| *index).ok_or_else(|| {
                let error = CommandError::usage(format!("there is no composite stream `{name}`"));
                error.hint(format!("there are {}", names()))
            })
        }
    }
}

/// What was released of the components at home in a repository, as manifests that say nothing but what they are.
fn manifests(
    policy: &Policy,
    history: &trainyard_history::History,
    survey: &Survey,
) -> Vec<Manifest> {
    let mut manifests = Vec::new();
    for past in &survey.components {
        let Some(component) = policy.components.get(past.component) else { continue };
        let scheme = &component.current().scheme;
        for release in &past.releases {
            // Versions of an earlier scheme cannot be part of what is composed by the present one.
            let version = Numbered::read(release.version.text(), scheme);
            if version.error().is_some() {
                continue;
            }
            let mut manifest = Manifest::new(&component.name, version);
            manifest.date = release.when.map(Moment::date);
            manifest.origin = Origin {
                tag: Some(release.tag.clone()),
                commit: release.commit.map(|commit| history.graph.id(commit).to_string()),
                repository: None,
            };
            manifests.push(manifest);
        }
    }
    manifests
}

/// The releases of the parts that live in a clone, given as `PATH` or `PART=PATH`.
fn of_clone(
    global: &Global,
    policy: &Policy,
    composite: &Composite,
    clone: &str,
) -> Result<Vec<Manifest>, CommandError> {
    let (name, path) = bundling::clone_of(clone);
    let repository = surroundings::repository(&global.directory.join(path))?;
    let mut history =
        progress::while_doing("reading the history", || repository.history(None))?.history;
    let policy = if let Some(name) = name {
        let part = composite.parts.iter().find(|(part, it)| part == name || it == name);
        let Some((_, component)) = part else {
            let error = CommandError::usage(format!("the stream has no part `{name}`"));
            let parts: Vec<_> = composite.parts.iter().map(|(part, _)| part.as_str()).collect();
            let parts = parts.join(", ");
            return Err(error.hint(format!("its parts are {parts}")));
        };
        history.tags.iter_mut().for_each(|tag| tag.component = Some(component.clone()));
        policy.clone()
    } else {
        let seen = seen_from(policy.clone(), &repository.name());
        // The tags of a repository that the policy does not know are nobody's.
        if at_home(&seen) == at_home(policy) {
            return Err(whose(path, composite));
        }
        seen
    };
    let survey = Survey::new(&policy, &history);
    let found = manifests(&policy, &history, &survey);
    if found.iter().any(|manifest| composite.parts.iter().any(|(_, it)| *it == manifest.name)) {
        return Ok(found);
    }
    let message = format!("{path} has no tag that is a release of a part of the stream");
    Err(CommandError::usage(message))
}

/// The components that live in the repository from which a policy is seen.
fn at_home(policy: &Policy) -> Vec<&str> {
    let home = policy.components.iter().filter(|component| component.repository.is_none());
    home.map(|component| component.name.as_str()).collect()
}

fn whose(path: &str, composite: &Composite) -> CommandError {
    let message = format!("the policy does not say whose releases are tagged in {path}");
    let part = composite.parts.last().map_or("PART", |(part, _)| part);
    CommandError::usage(message).hint(format!("say which part it is: --tags {part}={path}"))
}

/// The releases that are named or listed, else those that are tagged.
fn releases(
    global: &Global,
    args: &BundleComposite,
    site: &Site,
    stream: usize,
) -> Result<Vec<CompositeRelease>, CommandError> {
    if let Some(file) = &args.list {
        let text = files::read_text(&global.directory.join(file))?;
        let place = Place::file(file.clone());
        let lines = (1u32..).zip(text.lines()).filter_map(|(number, line)| {
            let line = line.split('#').next().unwrap_or_default();
            let version = line.split_whitespace().next()?.to_owned();
            Some(CompositeRelease { version, place: Some(place.line(Some(number))) })
        });
        return Ok(lines.collect());
    }
    if !args.releases.is_empty() {
        let named = args.releases.iter().map(|it| it.trim().to_owned());
        return Ok(named.map(|version| CompositeRelease { version, place: None }).collect());
    }
    let mut tagged = Vec::new();
    if let StreamKind::Composite { scheme, tag, .. } = &site.policy.streams[stream].kind {
        for version in &site.survey.streams[stream] {
            let name = tag_of_stream(scheme, tag.as_ref(), Some(version));
            let tag = site.history.tags.iter().find(|tag| Some(&tag.name) == name.as_ref());
            tagged.push((tag.and_then(|tag| tag.when), version));
        }
    }
    if tagged.is_empty() {
        let name = &site.policy.streams[stream].name;
        let error = CommandError::usage(format!("no release of stream {name} is tagged here"));
        return Err(error.hint("name releases, or a file that lists them with --list FILE"));
    }
    // Tags are made in the order of their releases; versions that are equally old stay in their order.
    tagged.sort_by_key(|(when, _)| *when);
    let named = tagged.into_iter().map(|(_, version)| version.text().to_owned());
    Ok(named.map(|version| CompositeRelease { version, place: None }).collect())
}
