//! What a repository says now, as its writer sees it.

use std::collections::BTreeMap;

use super::{
    envelope::{Envelope, EnvelopeError},
    metadata::{Delegation, Metadata, Root, Snapshot, TARGETS, Targets, Timestamp},
    update::Update,
};

/// Metadata with its signatures and its bytes.
#[derive(Clone, Debug)]
pub struct Signed<M> {
    /// What it says.
    pub metadata: M,
    /// Who signed it.
    pub envelope: Envelope,
    /// The file.
    pub bytes: Vec<u8>,
}

impl<M> Signed<M> {
    /// Reads a file whose signatures have been verified, or will be.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, EnvelopeError>
    where
        M: Metadata,
    {
        let envelope = Envelope::read(bytes)?;
        Ok(Self { metadata: envelope.metadata()?, envelope, bytes: bytes.to_vec() })
    }

    pub(crate) fn of(envelope: Envelope) -> Result<Self, EnvelopeError>
    where
        M: Metadata,
    {
        let bytes = envelope.to_bytes();
        Ok(Self { metadata: envelope.metadata()?, envelope, bytes })
    }
}

/// What a repository says now; nothing, where there is none yet.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// The newest root. Clients take it as soon as it lies there.
    pub root: Option<Signed<Root>>,
    /// The list of channels.
    pub targets: Option<Signed<Targets>>,
    /// The channels by role.
    pub channels: BTreeMap<String, Signed<Targets>>,
    /// Which versions belong together.
    pub snapshot: Option<Signed<Snapshot>>,
    /// What is newest.
    pub timestamp: Option<Signed<Timestamp>>,
    /// The highest version of each role that lies there, published or left by a writer that was cut off.
    pub highest: BTreeMap<String, u64>,
    /// Files that a writer left which was cut off before it published them.
    pub left_behind: Vec<Envelope>,
}

impl Published {
    /// What a client has verified that looked at everything, and the newest root, if that is another one.
    pub(crate) fn of(update: &Update, newest_root: &[u8]) -> Result<Self, EnvelopeError> {
        let trusted = update.trusted();
        let channels = trusted.targets.iter().filter(|(role, _)| role.as_str() != TARGETS);
        Ok(Self {
            root: Some(Signed::read(newest_root)?),
            targets: trusted.targets.get(TARGETS).map(|bytes| Signed::read(bytes)).transpose()?,
            channels: channels
                .map(|(role, bytes)| Ok((role.clone(), Signed::read(bytes)?)))
                .collect::<Result<_, EnvelopeError>>()?,
            snapshot: trusted.snapshot.as_deref().map(Signed::read).transpose()?,
            timestamp: trusted.timestamp.as_deref().map(Signed::read).transpose()?,
            highest: BTreeMap::new(),
            left_behind: Vec::new(),
        })
    }

    /// The rule for a channel, as it is published.
    pub(crate) fn delegation(&self, role: &str) -> Option<&Delegation> {
        let delegations = self.targets.as_ref()?.metadata.delegations.as_ref()?;
        delegations.roles.iter().find(|delegation| delegation.name == role)
    }

    /// The version that comes after all that lie there.
    pub(crate) fn version_after(&self, role: &str, published: Option<u64>) -> u64 {
        let highest = self.highest.get(role).copied().max(published).unwrap_or(0);
        highest.saturating_add(1)
    }
}
