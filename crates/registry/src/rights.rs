//! Who may do what.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Moment, Name, PrincipalName, Refusal, RefusalKind};

/// One thing that one may be allowed to do. None carries another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Publish and yank releases and bundles.
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

impl Right {
    /// Every right.
    pub const ALL: [Self; 7] = [
        Self::Publish,
        Self::Validate,
        Self::Promote,
        Self::Block,
        Self::Policy,
        Self::ReadLog,
        Self::Admin,
    ];

    /// Its word in tokens and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Validate => "validate",
            Self::Promote => "promote",
            Self::Block => "block",
            Self::Policy => "policy",
            Self::ReadLog => "read-log",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// A right for one product, or for all and for the registry itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// The right.
    pub right: Right,
    /// The product; `None`: every product, and what belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Name>,
}

/// Who asks, and what they may.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Their name, which the log will keep.
    pub principal: PrincipalName,
    /// What they may.
    pub grants: Vec<Grant>,
    /// Until when; nothing that they hand on lasts longer.
    pub until: Option<Moment>,
}

impl Actor {
    /// The registry itself, which carries out what was scheduled and what follows by itself.
    ///
    /// # Panics
    ///
    /// Never: its name is written here.
    pub fn registry() -> Self {
        let principal = "registry/itself".parse().expect("the name is right");
        let grant = |right| Grant { right, product: None };
        Self { principal, grants: Right::ALL.map(grant).to_vec(), until: None }
    }

    /// Whether they have a right for a product; `None` asks for what belongs to no product.
    pub fn may(&self, right: Right, product: Option<&Name>) -> bool {
        self.grants.iter().any(|grant| {
            grant.right == right && (grant.product.is_none() || grant.product.as_ref() == product)
        })
    }

    /// Refuses those who have not the right.
    pub fn must(&self, right: Right, product: Option<&Name>) -> Result<(), Refusal> {
        if self.may(right, product) {
            return Ok(());
        }
        let scope = product.map_or_else(|| "the registry".to_owned(), |name| format!("`{name}`"));
        let message = format!("{} has not the right `{right}` for {scope}", self.principal);
        let hint = "ask an administrator for a token with that right";
        Err(Refusal::new(RefusalKind::Forbidden, "right-missing", message).hint(hint))
    }
}

/// A moment until which something holds; `None`: without end.
pub(crate) fn is_over(until: Option<Moment>, now: Moment) -> bool {
    until.is_some_and(|until| until <= now)
}
