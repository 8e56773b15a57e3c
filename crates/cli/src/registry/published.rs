//! The manifest of a release that shall be published: from a file, or from what lies at its tag.

use camino::Utf8Path;
use trainyard_api as api;
use trainyard_bundle::{
    Manifest, Numbered, Origin,
    read::{self, Imported},
};
use trainyard_policy::Component;

use crate::{args::Global, bundling, error::CommandError, files, site::Site};

/// What shall be published.
pub(super) struct Prepared {
    pub(super) manifest: Manifest,
    /// When it was released, where that is known.
    pub(super) released: Option<api::Time>,
}

/// Reads a manifest from a file.
pub(super) fn of_file(
    global: &Global,
    component: Option<&str>,
    file: &Utf8Path,
) -> Result<Prepared, CommandError> {
    let text = files::read_text(&global.directory.join(file))?;
    let imported = read::read_file(file, &text, &Origin::default());
    let Imported { manifests, findings, .. } = imported.ok_or_else(|| {
        CommandError::usage(format!("{file} is no manifest of any known format"))
            .hint("`trainyard bundle catalogue --help` names the formats")
    })?;
    let wanted = |it: &Manifest| component.is_none_or(|component| it.name == component);
    let mut found: Vec<_> = manifests.into_iter().filter(wanted).collect();
    match (found.pop(), found.is_empty(), findings.first()) {
        (Some(manifest), true, _) => Ok(Prepared { manifest, released: None }),
        (Some(_), false, _) => Err(CommandError::usage(format!("{file} holds several manifests"))
            .hint("name the component")),
        (None, _, Some(finding)) => Err(bundling::refused(finding)),
        (None, ..) => {
            let of = component.map(|it| format!(" of {it}")).unwrap_or_default();
            Err(CommandError::usage(format!("{file} holds no manifest{of}")))
        }
    }
}

/// Reads the manifest of a component's release from its tag's tree; a tree without one makes a manifest that says nothing but what it is.
pub(super) fn of_tag(
    global: &Global,
    component: Option<&str>,
    tag: Option<&str>,
) -> Result<Prepared, CommandError> {
    let site = Site::open(global, None)?;
    let (index, own) = of_policy(&site, component)?;
    let releases = site.survey.components.get(index).map(|it| it.releases.as_slice());
    let mut releases = releases.unwrap_or_default().iter().rev();
    let found = match tag {
        Some(tag) => releases.find(|release| release.tag == tag),
        None => releases.next(),
    };
    let found = found.ok_or_else(|| {
        let error = match tag {
            Some(tag) => format!("`{tag}` is no release's tag of {}", own.name),
            None => format!("{} has no release yet", own.name),
        };
        CommandError::usage(error)
            .hint("`trainyard audit` tells how tags are read; or give --manifest FILE")
    })?;
    let commit = found
        .commit
        .ok_or_else(|| CommandError::usage(format!("`{}` leads to no commit", found.tag)))?;
    let commit = site.history.graph.id(commit);
    let read = bundling::of_commit(&site.repository, &found.tag, commit)?;
    let version = found.version.to_string();
    let manifest = chosen(read.manifests, &own.name, &version).unwrap_or_else(|| {
        let mut bare = Manifest::new(&own.name, Numbered::read(&version, &own.current().scheme));
        bare.origin = Origin {
            repository: Some(site.repository.name()),
            tag: Some(found.tag.clone()),
            commit: Some(commit.to_string()),
        };
        bare
    });
    let manifest = Manifest { date: manifest.date.or(found.date()), ..manifest };
    let released = found.when.and_then(|when| jiff::Timestamp::from_second(when.seconds).ok());
    Ok(Prepared { manifest, released: released.map(|it| api::Time(it.to_string())) })
}

/// The component that is named, or the only one, or the one that is called as the product.
fn of_policy<'a>(
    site: &'a Site,
    component: Option<&str>,
) -> Result<(usize, &'a Component), CommandError> {
    let all = &site.policy.components;
    let names = || {
        let names: Vec<_> = all.iter().map(|it| it.name.clone()).collect();
        crate::render::listed(&names)
    };
    let wanted = match (component, all.as_slice()) {
        (Some(component), _) => component,
        (None, [only]) => only.name.as_str(),
        (None, _) => site.policy.product.name.as_str(),
    };
    all.iter().enumerate().find(|(_, it)| it.name == wanted).ok_or_else(|| match component {
        Some(component) => {
            CommandError::usage(format!("the policy has no component `{component}`"))
                .hint(format!("it has {}", names()))
        }
        None => CommandError::usage("the policy has several components")
            .hint(format!("name one: {}", names())),
    })
}

/// The manifest of this version: the component's own, or the only one there is, under the component's name.
fn chosen(manifests: Vec<Manifest>, name: &str, version: &str) -> Option<Manifest> {
    let (own, others): (Vec<_>, Vec<_>) = manifests
        .into_iter()
        .filter(|manifest| manifest.version.text() == version)
        .partition(|manifest| manifest.name == name);
    let mut others = others.into_iter();
    match (own.into_iter().next(), others.next(), others.next()) {
        (Some(own), ..) => Some(own),
        (None, Some(only), None) => Some(Manifest { name: name.to_owned(), ..only }),
        _ => None,
    }
}
