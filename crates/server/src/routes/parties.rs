//! Organisations, their people and robots, and their keys.

use trainyard_api as api;
use trainyard_attest::KeyId;
use trainyard_registry::{
    Command, Name, PrincipalName, Refusal,
    parties::{EndKey, EnrolKey, EnrolParty, EnrolPrincipal, Key, Parties, Party, Principal},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{
    Answer, Asked, Listing, Named, Reading, Writing,
    app::App,
    wire::{count, moment_of, time, title},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_parties, enrol_party))
        .routes(routes!(read_party))
        .routes(routes!(list_principals, enrol_principal))
        .routes(routes!(read_principal))
        .routes(routes!(enrol_key))
        .routes(routes!(end_key))
}

fn party(parties: &Parties, party: &Party) -> api::Party {
    let own =
        parties.principals().filter(|principal| principal.name.party() == party.name.as_str());
    api::Party {
        name: party.name.to_string(),
        title: party.title.clone(),
        since: time(party.since),
        principals: count(own.count()),
    }
}

fn principal(principal: &Principal) -> api::Principal {
    let key = |key: &Key| api::Key {
        id: key.id.to_string(),
        public: key.public.clone(),
        from: time(key.from),
        until: key.until.map(time),
        revoked: key.revoked.clone(),
    };
    api::Principal {
        name: principal.name.to_string(),
        title: principal.title.clone(),
        since: time(principal.since),
        keys: principal.keys.iter().map(key).collect(),
    }
}

/// Organisations, by name.
#[utoipa::path(get, path = "/parties", tag = "parties", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Party>)))]
async fn list_parties(reading: Reading, Asked(listing): Asked<Listing>) -> Answer {
    reading
        .answer(|view| {
            let parties = view.state.parties();
            let all = parties.parties().map(|it| (it.name.to_string(), it));
            let page = listing.sorted("parties", all)?;
            let items = page.items.into_iter().map(|it| party(parties, it)).collect();
            Ok(api::Page { items, next: page.next })
        })
        .await
}

/// Enrols an organisation.
#[utoipa::path(post, path = "/parties", tag = "parties", request_body = api::NewParty,
    responses((status = 200, description = "It was so already", body = api::Receipt),
        (status = 201, description = "It is enrolled", body = api::Receipt)))]
async fn enrol_party(Writing { asking, body }: Writing<api::NewParty>) -> Answer {
    let command = EnrolParty { name: body.name.parse()?, title: title("title", body.title)? };
    asking.create(body.why, Command::EnrolParty(command)).await
}

/// An organisation.
#[utoipa::path(get, path = "/parties/{party}", tag = "parties",
    responses((status = 200, description = "The organisation", body = api::Party)))]
async fn read_party(Named(name): Named<Name>, reading: Reading) -> Answer {
    reading
        .answer(|view| {
            let parties = view.state.parties();
            let found = parties.party(name.as_str());
            Ok(party(parties, found.ok_or_else(|| Refusal::not_found("party", &name))?))
        })
        .await
}

/// The people and robots of an organisation, by name, with their keys.
#[utoipa::path(get, path = "/parties/{party}/principals", tag = "parties", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Principal>)))]
async fn list_principals(
    Named(name): Named<Name>,
    reading: Reading,
    Asked(listing): Asked<Listing>,
) -> Answer {
    reading
        .answer(|view| {
            let parties = view.state.parties();
            parties.party(name.as_str()).ok_or_else(|| Refusal::not_found("party", &name))?;
            let own = parties.principals().filter(|it| it.name.party() == name.as_str());
            let own = own.map(|it| (it.name.to_string(), principal(it)));
            listing.sorted(&format!("principals of {name}"), own)
        })
        .await
}

/// Enrols a person or robot.
#[utoipa::path(post, path = "/parties/{party}/principals", tag = "parties",
    request_body = api::NewPrincipal,
    responses((status = 200, description = "It was so already", body = api::Receipt),
        (status = 201, description = "They are enrolled", body = api::Receipt)))]
async fn enrol_principal(
    Named(party): Named<Name>,
    Writing { asking, body }: Writing<api::NewPrincipal>,
) -> Answer {
    let name = PrincipalName::of(&party, &body.name.parse()?);
    let command = EnrolPrincipal { name, title: title("title", body.title)? };
    asking.create(body.why, Command::EnrolPrincipal(command)).await
}

/// A person or robot, with their keys.
#[utoipa::path(get, path = "/parties/{party}/principals/{name}", tag = "parties",
    responses((status = 200, description = "They", body = api::Principal)))]
async fn read_principal(Named((party, own)): Named<(Name, Name)>, reading: Reading) -> Answer {
    reading
        .answer(|view| {
            let name = PrincipalName::of(&party, &own);
            let found = view.state.parties().principal(name.as_str());
            Ok(principal(found.ok_or_else(|| Refusal::not_found("principal", &name))?))
        })
        .await
}

/// Enrols a key, in another's place where it is a rotation.
#[utoipa::path(post, path = "/parties/{party}/principals/{name}/keys", tag = "parties",
    request_body = api::NewKey,
    responses((status = 200, description = "It was so already", body = api::Receipt),
        (status = 201, description = "It is enrolled", body = api::Receipt)))]
async fn enrol_key(
    Named((party, own)): Named<(Name, Name)>,
    Writing { asking, body }: Writing<api::NewKey>,
) -> Answer {
    let command = EnrolKey {
        principal: PrincipalName::of(&party, &own),
        public: title("key", body.public)?,
        until: moment_of(body.until.as_ref())?,
        replaces: body.replaces.map(KeyId::new),
    };
    asking.create(body.why, Command::EnrolKey(command)).await
}

/// Ends a key, or revokes it, so that nothing counts that it ever signed.
#[utoipa::path(post, path = "/parties/{party}/principals/{name}/keys/{key}/end", tag = "parties",
    request_body = api::EndKey,
    responses((status = 200, description = "It counts no more", body = api::Receipt)))]
async fn end_key(
    Named((party, own, key)): Named<(Name, Name, String)>,
    Writing { asking, body }: Writing<api::EndKey>,
) -> Answer {
    let command = EndKey {
        principal: PrincipalName::of(&party, &own),
        id: KeyId::new(key),
        is_revoked: body.is_revoked,
    };
    asking.carry_out(body.why, Command::EndKey(command)).await
}
