//! Tokens: what principals show to be known.

use serde::{Deserialize, Serialize};

use crate::{
    Ask, Decided, Digest, Event, Grant, Moment, Name, PrincipalName, Refusal, Right, Stamp, State,
    parties::Parties, rights::is_over,
};

/// What a principal shows to be known.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Its name, which is no secret.
    pub name: Name,
    /// Whose it is.
    pub principal: PrincipalName,
    /// What it allows.
    pub grants: Vec<Grant>,
    /// When it was given out.
    pub since: Moment,
    /// Until when it counts; `None`: until it is revoked.
    pub until: Option<Moment>,
    /// Whether it was taken back.
    pub is_revoked: bool,
}

impl Token {
    /// Whether it makes its holder an administrator at a moment.
    fn administers(&self, now: Moment) -> bool {
        let everywhere = Grant { right: Right::Admin, product: None };
        !self.is_revoked && !is_over(self.until, now) && self.grants.contains(&everywhere)
    }
}

impl Parties {
    /// Whether a token with that secret was ever given out.
    pub fn knows(&self, secret: &Digest) -> bool {
        self.by_secret.contains_key(secret)
    }

    /// Whether somebody is an administrator at a moment, by a token that counts. *Cost*: linear in tokens.
    pub fn are_administered(&self, now: Moment) -> bool {
        self.tokens.values().any(|token| token.administers(now))
    }
}

/// Asks to give a token out.
#[derive(Clone, Debug)]
pub struct IssueToken {
    /// Its name, which is no secret.
    pub name: Name,
    /// Whose it is.
    pub principal: PrincipalName,
    /// What it allows.
    pub grants: Vec<Grant>,
    /// The digest of its secret; whoever asks for the token made the secret, and the ledger never sees it.
    pub secret: Digest,
    /// Until when it counts.
    pub until: Option<Moment>,
}

/// A token was given out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenIssued {
    /// Its name.
    pub token: Name,
    /// Whose it is.
    pub principal: PrincipalName,
    /// What it allows.
    pub grants: Vec<Grant>,
    /// The digest of its secret.
    pub secret: Digest,
    /// Until when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

pub(crate) fn issue_token(
    state: &State,
    ask: &Ask,
    command: &IssueToken,
) -> Result<Decided, Refusal> {
    // One may always give out less than one has oneself, in one's own name.
    let has = |grant: &Grant| ask.actor.may(grant.right, grant.product.as_ref());
    let outlasts = |end: Moment| command.until.is_none_or(|until| until > end);
    let own = ask.actor.principal == command.principal
        && command.grants.iter().all(has)
        && !ask.actor.until.is_some_and(outlasts);
    if !own {
        ask.actor.must(Right::Admin, None)?;
    }
    if !state.parties.principals.contains_key(&command.principal) {
        return Err(Refusal::not_found("principal", &command.principal));
    }
    for product in command.grants.iter().filter_map(|grant| grant.product.as_ref()) {
        state.product(product.as_str())?;
    }
    let is_known = state.parties.tokens.contains_key(&command.name)
        || state.parties.by_secret.contains_key(&command.secret);
    if is_known {
        let message = format!("the token `{}` is there already", command.name);
        return Err(Refusal::conflict("token-exists", message));
    }
    if is_over(command.until, ask.now) {
        return Err(Refusal::invalid("token-over", "the token would be over before it counts"));
    }
    let IssueToken { name, principal, grants, secret, until } = command.clone();
    Ok(Event::TokenIssued(TokenIssued { token: name, principal, grants, secret, until }).into())
}

/// Asks to take a token back, by its name.
#[derive(Clone, Debug)]
pub struct RevokeToken {
    /// Its name.
    pub name: Name,
}

/// A token counts no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenRevoked {
    /// Its name.
    pub token: Name,
}

pub(crate) fn revoke_token(
    state: &State,
    ask: &Ask,
    command: &RevokeToken,
) -> Result<Decided, Refusal> {
    let Some(token) = state.parties.tokens.get(&command.name) else {
        ask.actor.must(Right::Admin, None)?;
        return Err(Refusal::not_found("token", &command.name));
    };
    if ask.actor.principal != token.principal {
        ask.actor.must(Right::Admin, None)?;
    }
    if token.is_revoked {
        return Ok(Decided::nothing());
    }
    let mut others = state.parties.tokens.values().filter(|other| other.name != token.name);
    if token.administers(ask.now) && !others.any(|other| other.administers(ask.now)) {
        let message =
            format!("without the token `{}` nobody would be an administrator", command.name);
        return Err(Refusal::conflict("last-administrator", message)
            .hint("issue another token with the right `admin` first, and sign in with it"));
    }
    Ok(Event::TokenRevoked(TokenRevoked { token: command.name.clone() }).into())
}

impl State {
    pub(crate) fn token_issued(&mut self, event: &TokenIssued, stamp: &Stamp) {
        let TokenIssued { token: name, principal, grants, secret, until } = event.clone();
        let since = stamp.at;
        let token =
            Token { name: name.clone(), principal, grants, since, until, is_revoked: false };
        self.parties.by_secret.insert(secret, name.clone());
        self.parties.tokens.insert(name, token);
    }

    pub(crate) fn token_revoked(&mut self, event: &TokenRevoked, _: &Stamp) {
        if let Some(token) = self.parties.tokens.get_mut(&event.token) {
            token.is_revoked = true;
        }
    }
}
