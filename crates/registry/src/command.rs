//! What a registry can be asked to do.

use trainyard_attest::MAX_ENTRY_BYTES;

use crate::{
    Actor, Digest, Entry, Event, Moment, Refusal, State, attestations, channels, enclosures,
    parties, products, releases, risks, webhooks,
};

/// Who asks, when and why.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Who.
    pub actor: Actor,
    /// When: the clock's time, or the newest entry's where that is later.
    pub now: Moment,
    /// Why, in the asker's words.
    pub why: String,
}

/// What follows from a command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// What happens, in order; nothing where all is as asked already.
    pub events: Vec<Event>,
    /// Contents that the events name by their digests.
    pub blobs: Vec<(Digest, Vec<u8>)>,
}

impl Decided {
    /// Nothing is to be done.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// The entries that follow a log's first `after`, each with the bytes that are its leaf.
    ///
    /// *Errors*: one is longer than the log's tiles take.
    pub fn written(&self, after: u64, ask: &Ask) -> Result<Vec<(Entry, Vec<u8>)>, Refusal> {
        let written = (after..).zip(&self.events).map(|(seq, event)| {
            let (by, why) = (ask.actor.principal.clone(), ask.why.clone());
            let entry = Entry { seq, at: ask.now, by, why, event: event.clone() };
            let bytes = entry.to_bytes();
            if bytes.len() > MAX_ENTRY_BYTES {
                let (kind, long) = (event.kind(), bytes.len());
                let message =
                    format!("`{kind}` would have {long} bytes in the log, which takes 65,535");
                return Err(Refusal::invalid("entry-too-long", message));
            }
            Ok((entry, bytes))
        });
        written.collect()
    }
}

impl From<Event> for Decided {
    fn from(event: Event) -> Self {
        Self { events: vec![event], blobs: Vec::new() }
    }
}

/// Declares the commands, a line each, with the function that decides it.
macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident($payload:path) => $decide:path)*) => {
        /// Something that a registry is asked to do.
        #[derive(Clone, Debug)]
        pub enum Command {
            $($(#[$doc])* $variant($payload),)*
        }

        /// Says what happens when somebody asks for something, or why it does not.
        ///
        /// Nothing but the state, the asker, the moment and the command counts, so that two replicas that know the same say
        /// the same. *Errors*: everything that speaks against it, at once where one can be told without the other.
        pub fn decide(state: &State, ask: &Ask, command: &Command) -> Result<Decided, Refusal> {
            match command {
                $(Command::$variant(payload) => $decide(state, ask, payload),)*
            }
        }
    };
}

commands! {
    /// Makes a product.
    CreateProduct(products::CreateProduct) => products::create
    /// Sets a product's policy.
    SetPolicy(products::SetPolicy) => products::set_policy
    /// Takes responsibility for what a rule refuses.
    RecordWaiver(products::RecordWaiver) => products::record_waiver
    /// Enrols an organisation.
    EnrolParty(parties::EnrolParty) => parties::enrol_party
    /// Enrols a person or robot.
    EnrolPrincipal(parties::EnrolPrincipal) => parties::enrol_principal
    /// Enrols a key, in another's place where it is a rotation.
    EnrolKey(parties::EnrolKey) => parties::enrol_key
    /// Ends or revokes a key.
    EndKey(parties::EndKey) => parties::end_key
    /// Gives a token out.
    IssueToken(parties::IssueToken) => parties::issue_token
    /// Takes a token back.
    RevokeToken(parties::RevokeToken) => parties::revoke_token
    /// Publishes a release or a bundle.
    Publish(releases::Publish) => releases::publish
    /// Hides a release, or shows it again.
    Yank(releases::Yank) => releases::yank
    /// Keeps a document beside a release.
    Enclose(enclosures::Enclose) => enclosures::enclose
    /// Hands an attestation in.
    Attest(attestations::Attest) => attestations::attest
    /// Takes an attestation back.
    Withdraw(attestations::Withdraw) => attestations::withdraw
    /// Moves a channel forward.
    Promote(channels::Promote) => channels::promote
    /// Moves a channel back.
    Demote(channels::Demote) => channels::demote
    /// Freezes or thaws a channel, holds a release or lets it go.
    ChangeChannel(channels::ChangeChannel) => channels::change
    /// Moves a channel later.
    Schedule(channels::Schedule) => channels::schedule
    /// Calls a scheduled move off.
    CallOff(channels::CallOff) => channels::call_off
    /// Brings in how channels moved elsewhere.
    BringIn(channels::BringIn) => channels::bring_in
    /// Carries out what is due: scheduled moves, and channels that follow by themselves.
    Settle(channels::Settle) => channels::settle
    /// Tells that something is wrong with releases.
    DeclareRisk(risks::DeclareRisk) => risks::declare
    /// Tells that it is no more.
    LiftRisk(risks::LiftRisk) => risks::lift
    /// Changes how fast a release reaches clients.
    ChangeRollout(risks::ChangeRollout) => risks::change_rollout
    /// Tells what happens to an address from now on.
    SetWebhook(webhooks::SetWebhook) => webhooks::set
    /// Tells it no more.
    RemoveWebhook(webhooks::RemoveWebhook) => webhooks::remove
}
