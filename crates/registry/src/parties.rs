//! Organisations, their people and robots, keys and tokens.

mod tokens;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trainyard_attest::{EnrolledKey, KeyId, PublicKey};

use crate::{
    Actor, Ask, Decided, Digest, Event, Moment, Name, PrincipalName, Refusal, Right, Stamp, State,
    rights::is_over,
};

pub use self::tokens::{IssueToken, RevokeToken, Token, TokenIssued, TokenRevoked};
pub(crate) use self::tokens::{issue_token, revoke_token};

/// The party of [`Actor::registry`], to which nobody else belongs.
const OWN_PARTY: &str = "registry";

/// Who there is.
#[derive(Clone, Debug, Default)]
pub struct Parties {
    organisations: BTreeMap<Name, Party>,
    principals: BTreeMap<PrincipalName, Principal>,
    tokens: BTreeMap<Name, Token>,
    /// From the digest of a token's secret to the token.
    by_secret: BTreeMap<Digest, Name>,
    /// Every key that counts or ever counted.
    keys: Vec<PublicKey>,
    holders: BTreeMap<KeyId, PrincipalName>,
    /// The principals as a quorum counts them.
    voters: BTreeMap<String, trainyard_attest::Principal>,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// Its name.
    pub name: Name,
    /// Its name for people.
    pub title: String,
    /// When it came.
    pub since: Moment,
}

/// A person or robot of an organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// The name, with the party's.
    pub name: PrincipalName,
    /// The name for people.
    pub title: String,
    /// When they came.
    pub since: Moment,
    /// Their keys, those of the past too, oldest first.
    pub keys: Vec<Key>,
}

/// A key that a principal signs with.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// What envelopes call it.
    pub id: KeyId,
    /// The public half, as OpenSSH writes it.
    pub public: String,
    /// From when it counts.
    pub from: Moment,
    /// Until when, not included.
    pub until: Option<Moment>,
    /// Why nothing counts that it ever signed, where it was revoked.
    pub revoked: Option<String>,
}

impl Parties {
    /// The organisations, by name.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        self.organisations.values()
    }

    /// The principals, by name.
    pub fn principals(&self) -> impl Iterator<Item = &Principal> {
        self.principals.values()
    }

    /// A principal.
    pub fn principal(&self, name: &str) -> Option<&Principal> {
        self.principals.get(name)
    }

    /// An organisation.
    pub fn party(&self, name: &str) -> Option<&Party> {
        self.organisations.get(name)
    }

    /// The tokens, by name; what they open is not told by any of it.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.tokens.values()
    }

    /// The principals as a quorum counts them.
    pub fn voters(&self) -> &BTreeMap<String, trainyard_attest::Principal> {
        &self.voters
    }

    /// Every key that counts or ever counted.
    pub fn public_keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// Who holds a key, or held it.
    pub fn holder(&self, id: &KeyId) -> Option<&Principal> {
        self.principals.get(self.holders.get(id)?)
    }

    /// Who comes with a token, given the digest of its secret; `None` for one that is unknown, revoked or over.
    pub fn actor(&self, secret: &Digest, now: Moment) -> Option<(Actor, &Token)> {
        let token = self.tokens.get(self.by_secret.get(secret)?)?;
        if token.is_revoked || is_over(token.until, now) {
            return None;
        }
        let Token { principal, grants, until, .. } = token.clone();
        let actor = Actor { principal, grants, until };
        Some((actor, token))
    }
}

/// Asks to enrol an organisation.
#[derive(Clone, Debug)]
pub struct EnrolParty {
    /// Its name.
    pub name: Name,
    /// Its name for people.
    pub title: String,
}

/// An organisation has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartyEnrolled {
    /// Its name.
    pub party: Name,
    /// Its name for people.
    pub title: String,
}

pub(crate) fn enrol_party(
    state: &State,
    ask: &Ask,
    command: &EnrolParty,
) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Admin, None)?;
    if command.name.as_str().eq_ignore_ascii_case(OWN_PARTY) {
        let message = format!("`{OWN_PARTY}` is what the registry itself writes in its log");
        return Err(Refusal::conflict("party-reserved", message));
    }
    let mut parties = state.parties.organisations.values();
    let alike =
        parties.find(|party| party.name.as_str().eq_ignore_ascii_case(command.name.as_str()));
    if let Some(party) = alike {
        let message = format!("the party `{}` is there already", party.name);
        return Err(Refusal::conflict("party-exists", message));
    }
    let EnrolParty { name, title } = command.clone();
    Ok(Event::PartyEnrolled(PartyEnrolled { party: name, title }).into())
}

/// Asks to enrol a person or robot.
#[derive(Clone, Debug)]
pub struct EnrolPrincipal {
    /// The name, with the party's.
    pub name: PrincipalName,
    /// The name for people.
    pub title: String,
}

/// A person or robot has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PrincipalEnrolled {
    /// The name, with the party's.
    pub principal: PrincipalName,
    /// The name for people.
    pub title: String,
}

pub(crate) fn enrol_principal(
    state: &State,
    ask: &Ask,
    command: &EnrolPrincipal,
) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Admin, None)?;
    let EnrolPrincipal { name, title } = command.clone();
    if !state.parties.organisations.contains_key(name.party()) {
        return Err(Refusal::not_found("party", name.party()).hint("enrol the party first"));
    }
    let mut principals = state.parties.principals.keys();
    if principals.any(|there| there.as_str().eq_ignore_ascii_case(name.as_str())) {
        let message = format!("the principal `{name}` is there already");
        return Err(Refusal::conflict("principal-exists", message));
    }
    Ok(Event::PrincipalEnrolled(PrincipalEnrolled { principal: name, title }).into())
}

/// Asks to enrol a key.
#[derive(Clone, Debug)]
pub struct EnrolKey {
    /// Whose it is.
    pub principal: PrincipalName,
    /// The public half, as OpenSSH writes it or as PEM.
    pub public: String,
    /// Until when it counts.
    pub until: Option<Moment>,
    /// The key in whose place it comes, which then ends.
    pub replaces: Option<KeyId>,
}

/// A principal has another key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeyEnrolled {
    /// Whose it is.
    pub principal: PrincipalName,
    /// What envelopes call it.
    pub id: String,
    /// The public half, as OpenSSH writes it.
    pub public: String,
    /// Until when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

pub(crate) fn enrol_key(state: &State, ask: &Ask, command: &EnrolKey) -> Result<Decided, Refusal> {
    // Who holds a key may put another in its place, by a token to validate with; what was given to a pipeline that reads or publishes
    // makes nobody a validator. A first key needs somebody who vouches for whose it is.
    let validates = ask.actor.grants.iter().any(|grant| grant.right == Right::Validate);
    let own = ask.actor.principal == command.principal && command.replaces.is_some() && validates;
    if !own {
        ask.actor.must(Right::Admin, None)?;
    }
    let Some(principal) = state.parties.principals.get(&command.principal) else {
        return Err(Refusal::not_found("principal", &command.principal));
    };
    let text = command.public.trim();
    let read = if text.starts_with("-----") {
        PublicKey::from_pem(text)
    } else {
        PublicKey::from_openssh(text)
    };
    let key = read.map_err(|error| {
        Refusal::invalid("key-unreadable", format!("the key cannot be read: {error}"))
            .hint("give an Ed25519 public key, such as ~/.ssh/id_ed25519.pub")
    })?;
    if let Some(holder) = state.parties.holder(&key.id()) {
        let message = format!("`{}` is or was a key of {}", key.id(), holder.name);
        return Err(Refusal::conflict("key-exists", message).hint("make a new key"));
    }
    if is_over(command.until, ask.now) {
        return Err(Refusal::invalid("key-over", "the key would be over before it counts"));
    }
    let mut events = Vec::new();
    if let Some(replaced) = &command.replaces {
        let found = principal.keys.iter().find(|key| key.id == *replaced);
        match found {
            None => return Err(Refusal::not_found("key of the principal", replaced.as_str())),
            Some(old) if old.revoked.is_some() || is_over(old.until, ask.now) => {
                let message = format!("`{}` counts no more", old.id);
                return Err(Refusal::conflict("key-over", message)
                    .hint("ask an administrator to enrol the new key"));
            }
            Some(old) => events.push(Event::KeyEnded(KeyEnded {
                principal: principal.name.clone(),
                id: old.id.as_str().to_owned(),
                is_revoked: false,
            })),
        }
    }
    events.push(Event::KeyEnrolled(KeyEnrolled {
        principal: principal.name.clone(),
        id: key.id().as_str().to_owned(),
        public: key.to_openssh(),
        until: command.until,
    }));
    Ok(Decided { events, blobs: Vec::new() })
}

/// Asks to end or revoke a key.
#[derive(Clone, Debug)]
pub struct EndKey {
    /// Whose it is.
    pub principal: PrincipalName,
    /// The key.
    pub id: KeyId,
    /// Whether it may have been in other hands, so that nothing counts that it ever signed.
    pub is_revoked: bool,
}

/// A key counts no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeyEnded {
    /// Whose it is.
    pub principal: PrincipalName,
    /// The key.
    pub id: String,
    /// Whether nothing counts that it ever signed.
    pub is_revoked: bool,
}

pub(crate) fn end_key(state: &State, ask: &Ask, command: &EndKey) -> Result<Decided, Refusal> {
    // One may always say that one's own key is lost.
    if ask.actor.principal != command.principal {
        ask.actor.must(Right::Admin, None)?;
    }
    let EndKey { principal, id, is_revoked } = command;
    let keys = state.parties.principals.get(principal).map(|principal| &principal.keys);
    let Some(key) = keys.and_then(|keys| keys.iter().find(|key| key.id == *id)) else {
        return Err(Refusal::not_found("key of the principal", id.as_str()));
    };
    if *is_revoked && ask.why.is_empty() {
        return Err(Refusal::invalid("reason-missing", "a key is revoked with a reason"));
    }
    if key.revoked.is_some() || (!is_revoked && is_over(key.until, ask.now)) {
        return Ok(Decided::nothing());
    }
    let ended = KeyEnded {
        principal: principal.clone(),
        id: id.as_str().to_owned(),
        is_revoked: *is_revoked,
    };
    Ok(Event::KeyEnded(ended).into())
}

impl State {
    pub(crate) fn party_enrolled(&mut self, event: &PartyEnrolled, stamp: &Stamp) {
        let PartyEnrolled { party, title } = event.clone();
        let value = Party { name: party.clone(), title, since: stamp.at };
        self.parties.organisations.entry(party).or_insert(value);
    }

    pub(crate) fn principal_enrolled(&mut self, event: &PrincipalEnrolled, stamp: &Stamp) {
        let PrincipalEnrolled { principal: name, title } = event.clone();
        let value = Principal { name: name.clone(), title, since: stamp.at, keys: Vec::new() };
        self.parties.principals.entry(name).or_insert(value);
        self.count_anew(&event.principal);
    }

    pub(crate) fn key_enrolled(&mut self, event: &KeyEnrolled, stamp: &Stamp) {
        let KeyEnrolled { principal, id, public, until } = event.clone();
        let id = KeyId::new(id);
        self.parties.keys.extend(PublicKey::from_openssh(&public));
        self.parties.holders.insert(id.clone(), principal.clone());
        if let Some(principal) = self.parties.principals.get_mut(&principal) {
            principal.keys.push(Key { id, public, from: stamp.at, until, revoked: None });
        }
        self.count_anew(&event.principal);
    }

    pub(crate) fn key_ended(&mut self, event: &KeyEnded, stamp: &Stamp) {
        let principal = self.parties.principals.get_mut(&event.principal);
        let keys = principal.into_iter().flat_map(|principal| &mut principal.keys);
        for key in keys.filter(|key| key.id.as_str() == event.id) {
            if event.is_revoked {
                key.revoked = Some(stamp.why.clone());
            } else {
                key.until = Some(key.until.map_or(stamp.at, |until| until.min(stamp.at)));
            }
        }
        self.count_anew(&event.principal);
    }

    /// Tells the quorum of a principal as they are now.
    fn count_anew(&mut self, name: &PrincipalName) {
        let Some(principal) = self.parties.principals.get(name) else { return };
        let keys = principal.keys.iter().map(|key| EnrolledKey {
            id: key.id.clone(),
            from_secs: key.from.secs(),
            // Whether a key counted was asked to the microsecond when an envelope came; what came in its last second stands.
            until_secs: key.until.map(|until| until.secs().saturating_add(1)),
            is_revoked: key.revoked.is_some(),
        });
        let voter = trainyard_attest::Principal {
            organisation: name.party().to_owned(),
            keys: keys.collect(),
        };
        self.parties.voters.insert(name.as_str().to_owned(), voter);
    }
}
