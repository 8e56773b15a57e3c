//! Tokens: given out once, kept as hashes.

use trainyard_api as api;
use trainyard_registry::{
    Actor, Command, Grant, Name, Right,
    parties::{IssueToken, RevokeToken, Token},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Secret,
    http::{
        Answer, Asked, Listing, Named, Reading, Writing,
        app::{App, Viewer},
        failure::Failure,
        reading::json,
        wire::{moment_of, right, right_of, time},
        writing::{receipt, respond},
    },
};

/// The most rights of a token.
const MOST_GRANTS: usize = 500;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_tokens, issue_token))
        .routes(routes!(read_self))
        .routes(routes!(revoke_token))
}

fn told(token: &Token) -> api::Token {
    let grant = |grant: &Grant| api::Grant {
        right: right(grant.right),
        product: grant.product.as_ref().map(Name::to_string),
    };
    api::Token {
        name: token.name.to_string(),
        principal: token.principal.to_string(),
        grants: token.grants.iter().map(grant).collect(),
        since: time(token.since),
        until: token.until.map(time),
        is_revoked: token.is_revoked,
    }
}

fn known(viewer: &Viewer) -> Result<&Actor, Failure> {
    viewer.actor().ok_or_else(|| Failure::unknown("tokens are read with a token"))
}

/// Tokens, by name: one's own, or all for whoever administers the registry. Secrets are told of none.
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Token>)))]
async fn list_tokens(reading: Reading, Asked(listing): Asked<Listing>) -> Answer {
    let actor = known(&reading.viewer)?.clone();
    reading
        .answer_now(|view| {
            let sees_all = actor.may(Right::Admin, None);
            let tokens = view.state.parties().tokens();
            let seen = tokens.filter(|token| sees_all || token.principal == actor.principal);
            listing.sorted("tokens", seen.map(|token| (token.name.to_string(), told(token))))
        })
        .await
}

/// Who asks, as the registry sees it.
#[utoipa::path(get, path = "/tokens/self", tag = "tokens",
    responses((status = 200, description = "Who", body = api::WhoAmI)))]
async fn read_self(reading: Reading) -> Answer {
    let own = match &reading.viewer {
        Viewer::Known { token, .. } => Some(token.clone()),
        _ => None,
    };
    reading
        .answer_now(|view| {
            let mut tokens = view.state.parties().tokens();
            let token = own.and_then(|own| tokens.find(|it| it.name.as_str() == own)).map(told);
            Ok(api::WhoAmI { token })
        })
        .await
}

/// Gives a token out. The registry makes its secret and tells it this once.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = api::NewToken,
    responses((status = 201, description = "It is given out", body = api::IssuedToken)))]
async fn issue_token(Writing { asking, body }: Writing<api::NewToken>) -> Answer {
    if body.grants.len() > MOST_GRANTS {
        let detail = format!("a token has at most {MOST_GRANTS} rights");
        return Err(Failure::invalid("too-many-grants", detail));
    }
    let grant = |grant: api::Grant| -> Result<Grant, Failure> {
        let product = grant.product.map(|product| product.parse()).transpose()?;
        Ok(Grant { right: right_of(grant.right), product })
    };
    let principal = match body.principal {
        Some(principal) => principal.parse()?,
        None => known(&asking.viewer)?.principal.clone(),
    };
    let secret = Secret::new(asking.app.desk().randomness());
    let secret = secret.map_err(|error| Failure::fault(&error))?;
    let command = IssueToken {
        name: body.name.parse()?,
        principal,
        grants: body.grants.into_iter().map(grant).collect::<Result<_, _>>()?,
        secret: secret.digest(),
        until: moment_of(body.until.as_ref())?,
    };
    // What is kept for repetitions has no secret.
    let compose = |outcome: &crate::Outcome<'_>| {
        let issued = api::IssuedToken { secret: None, receipt: receipt(outcome) };
        (201, serde_json::to_vec(&issued).unwrap_or_default())
    };
    let command = Command::IssueToken(command);
    let mut written = asking.write(body.why, command, None, Box::new(compose)).await?;
    if !written.is_repeated {
        let issued: Result<api::IssuedToken, _> = serde_json::from_slice(&written.answer);
        let mut issued = issued.map_err(|error| Failure::fault(&error))?;
        issued.secret = Some(secret.reveal().to_owned());
        written.answer = json(&issued)?;
    }
    Ok(respond(written))
}

/// Takes a token back; one's own, or any for whoever administers the registry.
#[utoipa::path(post, path = "/tokens/{token}/revoke", tag = "tokens", request_body = api::Reason,
    responses((status = 200, description = "It counts no more", body = api::Receipt)))]
async fn revoke_token(
    Named(name): Named<Name>,
    Writing { asking, body }: Writing<api::Reason>,
) -> Answer {
    asking.carry_out(body.why, Command::RevokeToken(RevokeToken { name })).await
}
