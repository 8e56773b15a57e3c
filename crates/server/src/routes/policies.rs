//! A product's policies.

use trainyard_api as api;
use trainyard_policy::{Checked, Policy};
use trainyard_registry::{
    Command, Digest, Name, Refusal,
    channels::approvals_of_policy,
    products::{PolicyFacts, PolicyRevision, SetPolicy},
};
use trainyard_report::Finding;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::channels::approvals;
use crate::{
    facts,
    http::{
        Answer, Asked, Given, Listing, Named, Reading, Writing,
        app::App,
        failure::Failure,
        wire::{finding, json, time},
    },
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_policies, set_policy))
        .routes(routes!(preview_policy))
        .routes(routes!(read_policy))
}

fn policy(revision: &PolicyRevision, text: Option<String>) -> Result<api::Policy, Failure> {
    Ok(api::Policy {
        digest: revision.digest.to_string(),
        facts: json(&revision.facts)?,
        since: time(revision.since),
        by: revision.by.to_string(),
        why: revision.why.clone(),
        text,
    })
}

/// What a policy says, and what is without effect in it.
fn read(body: &api::NewPolicy) -> Result<(PolicyFacts, Vec<Finding>), Failure> {
    let wrong = || Failure::invalid("policy-wrong", "the policy cannot be read");
    let Checked { policy, warnings } =
        Policy::parse(&body.text, "trainyard.toml").map_err(|errors| {
            let message = "the policy cannot be read";
            let refusal = Refusal::invalid("policy-wrong", message).findings(errors.findings());
            Failure::from(refusal)
        })?;
    let mut facts = PolicyFacts::of(&policy)?;
    let rules = facts::rules(&body.channels);
    let rules = rules.map_err(|(place, error)| wrong().error(error, Some(place)))?;
    for (stream, rules) in rules {
        facts.channels.entry(stream).or_default().extend(rules);
    }
    Ok((facts, warnings.findings()))
}

/// The text that is kept: rules that stand beside a policy's text are a part of what was approved.
fn whole_text(body: &api::NewPolicy) -> Result<String, Failure> {
    if body.channels.is_empty() {
        return Ok(body.text.clone());
    }
    let rules = json(&body.channels)?;
    Ok(format!("{}\n# channels = {rules}\n", body.text.trim_end()))
}

/// The policies of a product, oldest first; the last one is in force.
#[utoipa::path(get, path = "/products/{product}/policies", tag = "policies", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Policy>)))]
async fn list_policies(
    Named(name): Named<Name>,
    reading: Reading,
    Asked(listing): Asked<Listing>,
) -> Answer {
    reading
        .answer(|view| {
            let list = format!("policies of {name}");
            let first = listing.after_number(&list)?.map_or(0, |last| last.saturating_add(1));
            let revisions = (0_u64..).zip(&view.product(&name)?.policies);
            let revisions = revisions.filter(|(number, _)| *number >= first);
            let revisions = revisions.map(|(number, revision)| (number.to_string(), revision));
            let page = listing.page(&list, revisions);
            let items = page.items.into_iter().map(|revision| policy(revision, None));
            Ok(api::Page { items: items.collect::<Result<_, _>>()?, next: page.next })
        })
        .await
}

/// A policy with its text.
#[utoipa::path(get, path = "/products/{product}/policies/{digest}", tag = "policies",
    responses((status = 200, description = "The policy", body = api::Policy)))]
async fn read_policy(Named((name, digest)): Named<(Name, Digest)>, reading: Reading) -> Answer {
    let mut found = reading
        .look(|view| {
            let mut revisions = view.product(&name)?.policies.iter();
            let revision = revisions.find(|revision| revision.digest == digest);
            policy(revision.ok_or_else(|| Refusal::not_found("policy", &digest))?, None)
        })
        .await?;
    let text = reading.app.desk().store().blob(&digest.to_string()).await?;
    found.text = text.and_then(|text| String::from_utf8(text).ok());
    reading.answer_made(&found)
}

/// Sets a product's policy. Where it changes rules of channels, the old rules' quorum must have approved.
#[utoipa::path(post, path = "/products/{product}/policies", tag = "policies",
    request_body = api::NewPolicy,
    responses((status = 200, description = "It was so already", body = api::Receipt),
        (status = 201, description = "It is in force", body = api::Receipt)))]
async fn set_policy(
    Named(product): Named<Name>,
    Writing { asking, body }: Writing<api::NewPolicy>,
) -> Answer {
    let (facts, _) = read(&body)?;
    let text = whole_text(&body)?;
    let command = SetPolicy { product, text, facts, is_dry: false };
    asking.create(body.why, Command::SetPolicy(command)).await
}

/// What a policy would be, and who must approve it.
#[utoipa::path(post, path = "/products/{product}/policies/preview", tag = "policies",
    request_body = api::NewPolicy,
    responses((status = 200, description = "What it would be", body = api::PolicyPreview)))]
async fn preview_policy(
    Named(name): Named<Name>,
    reading: Reading,
    Given(body): Given<api::NewPolicy>,
) -> Answer {
    let (facts, warnings) = read(&body)?;
    let digest = Digest::of(whole_text(&body)?.as_bytes());
    reading
        .answer_now(|view| {
            let product = view.product(&name)?;
            let needed = approvals_of_policy(view.state, product, &facts, &digest, view.now);
            Ok(api::PolicyPreview {
                digest: digest.to_string(),
                facts: json(&facts)?,
                warnings: warnings.iter().map(finding).collect(),
                approvals: approvals(&needed),
            })
        })
        .await
}
