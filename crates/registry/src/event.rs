//! What can happen to a registry.

use serde::{Deserialize, Serialize};

use crate::{
    Digest, Name,
    attestations::{Attested, Withdrawn},
    channels::{ChannelChanged, ChannelMoved, MoveScheduled, ScheduleEnded},
    enclosures::Enclosed,
    parties::{KeyEnded, KeyEnrolled, PartyEnrolled, PrincipalEnrolled, TokenIssued, TokenRevoked},
    products::{PolicySet, ProductCreated, WaiverRecorded},
    releases::{Published, YankChanged},
    risks::{RiskDeclared, RiskLifted, RolloutChanged},
    webhooks::{WebhookRemoved, WebhookSet},
};

/// Declares the events, a line each: the event is applied by a method of the state, named as the word in the log.
macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident($payload:ident) => $apply:ident)*) => {
        /// One change of a registry. What it holds is enough to apply it, and to tell what was before.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Event {
            $($(#[$doc])* $variant($payload),)*
        }

        impl Event {
            /// Every word that an event has in the log.
            pub const KINDS: &'static [&'static str] = &[$(stringify!($apply)),*];

            /// The word that it has in the log.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($apply),)*
                }
            }
        }

        impl crate::State {
            /// Takes an event in. Events that were decided on this state always fit; of any other, what cannot be applied is
            /// passed over, since the log is what it is.
            pub(crate) fn take_in(&mut self, event: &Event, stamp: &crate::Stamp) {
                match event {
                    $(Event::$variant(payload) => self.$apply(payload, stamp),)*
                }
            }
        }
    };
}

events! {
    /// A product has come.
    ProductCreated(ProductCreated) => product_created
    /// A product's policy is another.
    PolicySet(PolicySet) => policy_set
    /// Somebody took responsibility for what a rule refuses.
    WaiverRecorded(WaiverRecorded) => waiver_recorded
    /// An organisation has come.
    PartyEnrolled(PartyEnrolled) => party_enrolled
    /// A person or robot of an organisation has come.
    PrincipalEnrolled(PrincipalEnrolled) => principal_enrolled
    /// A principal has another key.
    KeyEnrolled(KeyEnrolled) => key_enrolled
    /// A key counts no more.
    KeyEnded(KeyEnded) => key_ended
    /// A token was given out.
    TokenIssued(TokenIssued) => token_issued
    /// A token counts no more.
    TokenRevoked(TokenRevoked) => token_revoked
    /// A release or bundle is there for ever.
    Published(Published) => published
    /// A release is hidden, or shown again.
    YankChanged(YankChanged) => yank_changed
    /// A document is kept beside a release.
    Enclosed(Enclosed) => enclosed
    /// Somebody said how tests ended.
    Attested(Attested) => attested
    /// And took it back.
    Withdrawn(Withdrawn) => withdrawn
    /// A channel points elsewhere.
    ChannelMoved(ChannelMoved) => channel_moved
    /// A channel is frozen or thawed, a release held or let go.
    ChannelChanged(ChannelChanged) => channel_changed
    /// A move shall happen later.
    MoveScheduled(MoveScheduled) => move_scheduled
    /// A scheduled move was carried out, refused or called off.
    ScheduleEnded(ScheduleEnded) => schedule_ended
    /// Something is wrong with releases.
    RiskDeclared(RiskDeclared) => risk_declared
    /// And is no more.
    RiskLifted(RiskLifted) => risk_lifted
    /// How fast a release reaches clients.
    RolloutChanged(RolloutChanged) => rollout_changed
    /// An address is told what happens.
    WebhookSet(WebhookSet) => webhook_set
    /// And no more.
    WebhookRemoved(WebhookRemoved) => webhook_removed
}

impl Event {
    /// The product that it belongs to, if it belongs to one.
    pub fn product(&self) -> Option<&Name> {
        Some(match self {
            Self::ProductCreated(event) => &event.product,
            Self::PolicySet(event) => &event.product,
            Self::WaiverRecorded(event) => &event.product,
            Self::Published(event) => &event.product,
            Self::YankChanged(event) => &event.product,
            Self::Enclosed(event) => &event.product,
            Self::Attested(event) => &event.product,
            Self::Withdrawn(event) => &event.product,
            Self::ChannelMoved(event) => &event.product,
            Self::ChannelChanged(event) => &event.product,
            Self::MoveScheduled(event) => &event.product,
            Self::ScheduleEnded(event) => &event.product,
            Self::RiskDeclared(event) => &event.product,
            Self::RiskLifted(event) => &event.product,
            Self::RolloutChanged(event) => &event.product,
            Self::PartyEnrolled(_)
            | Self::PrincipalEnrolled(_)
            | Self::KeyEnrolled(_)
            | Self::KeyEnded(_)
            | Self::TokenIssued(_)
            | Self::TokenRevoked(_)
            | Self::WebhookSet(_)
            | Self::WebhookRemoved(_) => return None,
        })
    }

    /// The digest of the document that it names.
    pub fn document(&self) -> Option<&Digest> {
        match self {
            Self::Published(event) => Some(event.document.digest()),
            Self::PolicySet(event) => Some(event.facts.digest()),
            _ => None,
        }
    }

    /// Attaches the document that it names. *Errors*: it cannot be read. Returns whether it is the one that is named.
    pub(crate) fn attach(&mut self, bytes: &[u8]) -> Result<bool, serde_json::Error> {
        match self {
            Self::Published(event) => event.document.attach(bytes),
            Self::PolicySet(event) => event.facts.attach(bytes),
            _ => Ok(true),
        }
    }
}
