//! `trainyard publish`.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use trainyard_api as api;
use trainyard_bundle::{Bundle, Catalogue, check};
use trainyard_report::{Finding, Outcome, Severity};

use super::{
    catalogue,
    channel::read_value,
    credentials, images,
    page::{Mark, Page},
    published::{self, Prepared},
    session::{Session, moment, release_of},
};
use crate::{
    args::{
        Global,
        registry::publish::{
            Publish, PublishBundle, PublishCommand, PublishPolicy, PublishRelease, PublishWith,
            PublishYank,
        },
    },
    bundling,
    error::CommandError,
    files,
    printer::Printer,
};

/// Publishes something, or hides it.
pub(crate) fn run(
    global: &Global,
    args: &Publish,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let session = Session::open(global, &args.remote, printer)?;
    match &args.command {
        PublishCommand::Release(args) => release(&session, args),
        PublishCommand::Bundle(args) => bundle(&session, args),
        PublishCommand::Policy(args) => policy(&session, args),
        PublishCommand::Yank(args) => yank(&session, args, true),
        PublishCommand::Unyank(args) => yank(&session, args, false),
    }
}

fn release(session: &Session<'_>, args: &PublishRelease) -> Result<Outcome, CommandError> {
    let Prepared { manifest, released } = match &args.manifest {
        Some(file) => published::of_file(session.global, args.component.as_deref(), file)?,
        None => published::of_tag(session.global, args.component.as_deref(), args.tag.as_deref())?,
    };
    let mut body = new_release(session, &args.with, api::ComponentKind::Component, &manifest)?;
    manifest.version.text().clone_into(&mut body.version);
    body.follows.clone_from(&args.follows);
    body.released = body.released.or(released);
    publish(session, &manifest.name, &body)
}

fn bundle(session: &Session<'_>, args: &PublishBundle) -> Result<Outcome, CommandError> {
    let bundling::Loaded { bundle, mut findings, .. } = bundling::load(session.global, &args.file)?;
    if let Some(finding) = findings.iter().find(|finding| finding.severity == Severity::Error) {
        return Err(bundling::refused(finding));
    }
    findings.extend(against_the_registry(session, &bundle)?);
    session.warn(&findings);
    let stream = match (&args.stream, &bundle.version) {
        (Some(stream), _) => stream.clone(),
        (None, Some(_)) => bundle.name.clone(),
        (None, None) => {
            let message = format!("{} has no version, so its name is taken for one", args.file);
            return Err(CommandError::usage(message).hint("name its stream with --stream NAME"));
        }
    };
    let mut body = new_release(session, &args.with, api::ComponentKind::Bundle, &bundle)?;
    let version = bundle.version.as_ref().map_or(bundle.name.as_str(), |version| version.text());
    version.clone_into(&mut body.version);
    publish(session, &stream, &body)
}

/// What is wrong with a bundle by what the registry knows of releases.
fn against_the_registry(
    session: &Session<'_>,
    bundle: &Bundle,
) -> Result<Vec<Finding>, CommandError> {
    let told = session.wait(session.client.manifests(&session.product()?));
    let Some(manifests) = told.ok().and_then(|told| catalogue::read(&told).ok()) else {
        session.remark(
            "warning: the bundle was not checked, for the registry's manifests cannot be read",
        );
        return Ok(Vec::new());
    };
    let catalogue = Catalogue::new(manifests);
    let mut found = check(bundle, &catalogue, &bundling::expectations(session.global)?);
    found.retain(|finding| finding.severity == Severity::Error);
    Ok(found)
}

/// What goes with a document, which is written as it is hashed.
fn new_release(
    session: &Session<'_>,
    with: &PublishWith,
    kind: api::ComponentKind,
    document: &impl serde::Serialize,
) -> Result<api::NewRelease, CommandError> {
    let text = serde_json::to_string(document).map_err(std::io::Error::from)?;
    Ok(api::NewRelease {
        kind,
        version: String::new(),
        content: with.content.clone(),
        document: RawValue::from_string(text).map_err(std::io::Error::from)?,
        images: with
            .images
            .iter()
            .map(|image| images::pinned(session, image))
            .collect::<Result<_, _>>()?,
        follows: None,
        released: with.released.as_deref().map(moment).transpose()?,
        why: with.why.clone().unwrap_or_default(),
    })
}

fn publish(
    session: &Session<'_>,
    component: &str,
    body: &api::NewRelease,
) -> Result<Outcome, CommandError> {
    let product = session.product()?;
    let receipt = session.ask(session.client.publish(&product, component, body))?;
    session.receipt(&receipt, &format!("{component}@{} is published", body.version))
}

fn yank(
    session: &Session<'_>,
    args: &PublishYank,
    is_yanked: bool,
) -> Result<Outcome, CommandError> {
    let (component, version) = release_of(&args.release)?;
    let product = session.product()?;
    let why = args.why.clone().unwrap_or_default();
    let done = session.client.yank(&product, component, version, is_yanked, &why);
    let receipt = session.ask(done)?;
    let state = if is_yanked { "is hidden" } else { "is shown again" };
    session.receipt(&receipt, &format!("{} {state}", args.release))
}

fn policy(session: &Session<'_>, args: &PublishPolicy) -> Result<Outcome, CommandError> {
    let path = match &args.file {
        Some(file) => session.global.directory.join(file),
        None => credentials::policy_file(session.global)?.ok_or_else(|| {
            CommandError::usage("there is no trainyard.toml")
                .hint("`trainyard init` writes one, or name the file")
        })?,
    };
    let text = files::read_text(&path)?;
    // What is wrong with it is told with carets here, and without there.
    crate::site::parse_policy(&text, path.as_str())?;
    let body = api::NewPolicy {
        text,
        channels: match &args.channels {
            Some(file) => rules(session, file)?,
            None => BTreeMap::new(),
        },
        why: args.why.clone().unwrap_or_default(),
    };
    let product = session.product()?;
    if args.preview {
        let found = session.ask(session.client.preview_policy(&product, &body))?;
        session.tell(&found, &previewed(&product, &found))?;
        let is_enough = found.approvals.are_enough;
        return Ok(if is_enough { Outcome::Clean } else { Outcome::Findings });
    }
    let receipt = session.ask(session.client.set_policy(&product, &body))?;
    session.receipt(&receipt, &format!("the policy of {product} is in force"))
}

type Rules = BTreeMap<String, BTreeMap<String, serde_json::Value>>;

fn rules(session: &Session<'_>, file: &camino::Utf8Path) -> Result<Rules, CommandError> {
    let value = read_value(&session.global.directory.join(file))?;
    serde_json::from_value(value).map_err(|error| {
        CommandError::usage(format!("{file} holds no rules of channels: {error}"))
            .hint("a table of streams, each a table of channels, each a rule")
    })
}

fn previewed(product: &str, found: &api::PolicyPreview) -> Page {
    let what = format!("the new policy of {product}");
    let mut page = if found.approvals.conditions.is_empty() {
        Page::titled(format!("{what} needs nobody's approval"))
    } else {
        super::tell::approvals(&what, &found.approvals)
    };
    page.findings(&found.warnings);
    let Some(streams) = found.facts.get("channels").and_then(serde_json::Value::as_object) else {
        return page;
    };
    for (stream, channels) in streams {
        for channel in channels.as_object().into_iter().flat_map(|channels| channels.keys()) {
            page.item(Mark::Neither, format!("channel {stream}/{channel}"), None);
        }
    }
    page
}
