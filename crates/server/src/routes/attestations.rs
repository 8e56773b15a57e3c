//! What was said of releases, signed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;
use trainyard_api as api;
use trainyard_registry::{
    Command, Digest, Name, PrincipalName, Refusal,
    attestations::{Attest, Attestation, Withdraw, moves_relying_on},
    products::Product,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::log::inclusion;
use crate::http::{
    Answer, Asked, Listing, Named, Reading, Writing, WritingBytes,
    app::App,
    failure::Failure,
    wire::{texts, time, word},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_attestations, attest))
        .routes(routes!(read_attestation))
        .routes(routes!(read_proof))
        .routes(routes!(withdraw))
        .routes(routes!(list_relying))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// How many items at most.
    #[param(minimum = 1, maximum = 500)]
    #[serde(default, deserialize_with = "crate::http::page::limit")]
    limit: Option<usize>,
    /// The `next` of the part before.
    cursor: Option<String>,
    /// Only those that speak of this content or proposal.
    #[param(pattern = "^(sha256:[0-9a-f]{64})?$")]
    subject: Option<String>,
}

fn told(product: &Product, said: &Attestation) -> api::Attestation {
    let attested = said.attested.clone();
    let release = product.by_digest(&attested.subject);
    let (passed, warned, failed) = attested.tests;
    api::Attestation {
        id: attested.id.to_string(),
        subject: attested.subject.to_string(),
        component: release.map(|(name, _)| name.to_string()),
        version: release.map(|(_, release)| release.version.to_string()),
        is_approval: attested.is_approval,
        flavour: attested.flavour,
        outcome: word(attested.outcome),
        environment: attested.environment,
        tests: api::Counts { passed, warned, failed },
        url: attested.url,
        signers: attested.signers,
        principals: attested.principals.iter().map(PrincipalName::to_string).collect(),
        at: time(said.at),
        seq: said.seq,
        by: said.by.to_string(),
        withdrawn: said.withdrawn.clone(),
    }
}

fn find<'a>(product: &'a Product, id: &Digest) -> Result<&'a Attestation, Refusal> {
    product.attestations().find(id).ok_or_else(|| Refusal::not_found("attestation", id))
}

/// What was said of a product's releases, by what it speaks of, oldest first.
#[utoipa::path(get, path = "/products/{product}/attestations", tag = "attestations", params(Which),
    responses((status = 200, description = "Some of it", body = api::Page<api::Attestation>)))]
async fn list_attestations(
    Named(name): Named<Name>,
    reading: Reading,
    Asked(which): Asked<Which>,
) -> Answer {
    let subject: Option<Digest> = which.subject.as_deref().map(str::parse).transpose()?;
    reading
        .answer(|view| {
            let product = view.product(&name)?;
            let said = product.attestations();
            let all: Box<dyn Iterator<Item = &Attestation>> = match &subject {
                Some(subject) => Box::new(said.of(subject).iter()),
                None => Box::new(said.all()),
            };
            // In the order of subjects, and of entries within.
            let key = |it: &Attestation| format!("{}\0{:020}", it.attested.subject, it.seq);
            let all = all.map(|it| (key(it), it));
            let listing = Listing::new(which.limit, which.cursor.clone());
            let page = listing.sorted(&format!("attestations of {name}"), all)?;
            let items = page.items.into_iter().map(|said| told(product, said)).collect();
            Ok(api::Page { items, next: page.next })
        })
        .await
}

/// Hands an attestation in: an envelope (DSSE) with an in-toto statement, signed by keys that are enrolled here.
#[utoipa::path(post, path = "/products/{product}/attestations", tag = "attestations",
    request_body(content = Object, description = "The envelope, as it was signed",
        content_type = "application/json"),
    responses((status = 200, description = "It was there already", body = api::Receipt),
        (status = 201, description = "It is taken in", body = api::Receipt)))]
async fn attest(
    Named(product): Named<Name>,
    WritingBytes { asking, body }: WritingBytes,
) -> Answer {
    let command = Attest { product, envelope: body };
    asking.create(String::new(), Command::Attest(command)).await
}

/// One attestation.
#[utoipa::path(get, path = "/products/{product}/attestations/{id}", tag = "attestations",
    responses((status = 200, description = "What was said", body = api::Attestation)))]
async fn read_attestation(Named((product, id)): Named<(Name, Digest)>, reading: Reading) -> Answer {
    reading
        .answer(|view| {
            let product = view.product(&product)?;
            Ok(told(product, find(product, &id)?))
        })
        .await
}

/// Everything that proves an attestation without the registry: envelope, keys, line of the log, proof and checkpoint.
#[utoipa::path(get, path = "/products/{product}/attestations/{id}/proof", tag = "attestations",
    responses((status = 200, description = "The proof", body = api::AttestationProof)))]
async fn read_proof(Named((product, id)): Named<(Name, Digest)>, reading: Reading) -> Answer {
    let (inclusion, keys) = reading
        .look(|view| {
            let product = view.product(&product)?;
            let said = find(product, &id)?;
            let principals = said.attested.principals.iter();
            let parties = view.state.parties();
            let keys = principals.filter_map(|name| parties.principal(name.as_str()));
            let keys = keys.flat_map(|principal| &principal.keys);
            let signed = |key: &str| said.attested.signers.iter().any(|signer| signer == key);
            let keys = keys.filter(|key| signed(key.id.as_str())).map(|key| key.public.clone());
            let inclusion = inclusion(view, said.seq, view.ledger.size())?;
            Ok((inclusion, keys.collect::<Vec<_>>()))
        })
        .await?;
    let store = reading.app.desk().store();
    let gone = || Failure::from(Refusal::not_found("envelope", &id));
    let envelope = store.blob(&id.to_string()).await?.ok_or_else(gone)?;
    let entries = store.entries(inclusion.seq, 1).await?;
    let entry = entries.into_iter().next().ok_or_else(gone)?;
    let entry = String::from_utf8(entry.body).map_err(|error| Failure::fault(&error))?;
    let proof = api::AttestationProof {
        envelope: serde_json::from_slice(&envelope).map_err(|error| Failure::fault(&error))?,
        envelope_bytes: STANDARD.encode(&envelope),
        entry: RawValue::from_string(entry).map_err(|error| Failure::fault(&error))?,
        inclusion,
        keys,
    };
    reading.answer_made(&proof)
}

/// Takes an attestation back; only those who signed it can.
#[utoipa::path(post, path = "/products/{product}/attestations/{id}/withdraw", tag = "attestations",
    request_body = api::Reason,
    responses((status = 200, description = "It counts no more", body = api::Receipt)))]
async fn withdraw(
    Named((product, id)): Named<(Name, Digest)>,
    Writing { asking, body }: Writing<api::Reason>,
) -> Answer {
    asking.carry_out(body.why, Command::Withdraw(Withdraw { product, id })).await
}

/// Every move of a channel that rests on what somebody signed, oldest first in each channel.
#[utoipa::path(get, path = "/products/{product}/relying/{party}/{name}", tag = "attestations",
    responses((status = 200, description = "The moves", body = api::Page<api::Relying>)))]
async fn list_relying(
    Named((product, party, own)): Named<(Name, Name, Name)>,
    reading: Reading,
) -> Answer {
    reading
        .answer(|view| {
            let product = view.product(&product)?;
            let principal = PrincipalName::of(&party, &own);
            let moves = moves_relying_on(product, &principal).map(|moved| api::Relying {
                stream: moved.stream.to_string(),
                channel: moved.channel.to_string(),
                to: moved.to.as_ref().map(ToString::to_string),
                kind: super::channels::kind(moved.kind),
                relied_on: texts(&moved.relied_on),
            });
            Ok(api::Page { items: moves.collect(), next: None })
        })
        .await
}
