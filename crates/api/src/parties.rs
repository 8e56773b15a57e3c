//! Organisations, their people and robots, keys and tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Receipt, Time};

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Party {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// When it came.
    pub since: Time,
    /// How many people and robots it has.
    pub principals: u64,
}

/// Enrols an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewParty {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A person or robot of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Principal {
    /// The name with the party's, `party/name`.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// When they came.
    pub since: Time,
    /// Their keys, those of the past too.
    pub keys: Vec<Key>,
}

/// Enrols a person or robot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewPrincipal {
    /// The name, without the party's.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A key that somebody signs with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Key {
    /// What envelopes call it.
    pub id: String,
    /// The public half, as OpenSSH writes it.
    pub public: String,
    /// From when it counts.
    pub from: Time,
    /// Until when, not included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Why nothing counts that it ever signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
}

/// Enrols a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewKey {
    /// The public half, as OpenSSH writes it or as PEM.
    pub public: String,
    /// Until when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// The key in whose place it comes, which then ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Ends or revokes a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EndKey {
    /// Whether it may have been in other hands, so that nothing counts that it ever signed.
    #[serde(default)]
    pub is_revoked: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// One thing that one may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Publish and yank.
    Publish,
    /// Hand in attestations.
    Validate,
    /// Move, freeze and hold channels.
    Promote,
    /// Declare and lift risks, stop rollouts.
    Block,
    /// Change products, policies and rules, record waivers.
    Policy,
    /// Read the log and what only it tells.
    ReadLog,
    /// Enrol parties, principals and keys, issue and revoke tokens.
    Admin,
}

/// A right for one product, or for all and for the registry itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Grant {
    /// The right.
    pub right: Right,
    /// The product; absent: every product, and what belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
}

/// What somebody shows to be known; the secret is told once, when it is given out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Token {
    /// Its name, which is no secret.
    pub name: String,
    /// Whose it is.
    pub principal: String,
    /// What it allows.
    pub grants: Vec<Grant>,
    /// When it was given out.
    pub since: Time,
    /// Until when it counts; absent: until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Whether it was taken back.
    pub is_revoked: bool,
}

/// Asks for a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewToken {
    /// Its name, which is no secret.
    pub name: String,
    /// Whose it is, `party/name`; absent: the asker's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// What it allows.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// Until when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A token that was just given out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IssuedToken {
    /// The secret. It is told this once; absent where the request was sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What came into the log.
    pub receipt: Receipt,
}

/// Who asks, as the registry sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WhoAmI {
    /// The token; absent for somebody without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
}
