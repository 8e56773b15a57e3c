//! Opening a desk, and the very first token.

use std::{
    sync::{Mutex, RwLock, atomic::AtomicBool},
    time::Instant,
};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_attest::PrivateKey;
use trainyard_registry::{
    Command, Grant, Right,
    parties::{EnrolParty, EnrolPrincipal, IssueToken},
};
use trainyard_store::Store;

use super::{Desk, DeskError, Inner, Ledger, Wish, Writer};
use crate::{Clock, Randomness, Secret, secret::write_secretly};

/// The name of the first party, its first principal and their token.
const ADMIN: &str = "admin";

/// What a desk needs besides its store.
#[derive(Debug)]
pub struct DeskSettings {
    /// The time.
    pub clock: Clock,
    /// The source of randomness.
    pub randomness: Randomness,
    /// The log's name, the first line of its checkpoints.
    pub origin: String,
    /// The key that signs them.
    pub key: PrivateKey,
    /// The secret of the first token; `None`: one is made.
    pub first_secret: Option<Secret>,
    /// Where a secret that is made is kept before its token counts, so that it is not lost whenever the process ends.
    pub first_secret_file: Option<Utf8PathBuf>,
}

/// A desk, and what must be shown once.
#[derive(Debug)]
pub struct Opened {
    /// The desk.
    pub desk: Desk,
    /// The token of the first administrator, where the registry is new.
    pub first_token: Option<Secret>,
}

impl Desk {
    /// Reads all entries of a store; an empty one gets its first administrator.
    ///
    /// *Errors*: the store's; entries that cannot be read. *Cost*: each entry is read once.
    pub async fn open(store: Store, settings: DeskSettings) -> Result<Opened, DeskError> {
        let DeskSettings { clock, randomness, origin, key, first_secret, first_secret_file } =
            settings;
        let ledger = Ledger::read(&store, u64::MAX).await?;
        let inner = Inner {
            store,
            clock,
            randomness,
            origin,
            key,
            marks: arc_swap::ArcSwap::new(std::sync::Arc::clone(ledger.marks())),
            ledger: RwLock::new(ledger),
            writing: tokio::sync::Mutex::default(),
            catching_up: tokio::sync::Mutex::default(),
            past: super::Past::default(),
            is_cut_off: AtomicBool::new(false),
            last_reached: Mutex::new(Instant::now()),
            is_behind: AtomicBool::new(false),
            behind: Mutex::default(),
        };
        let desk = Self { inner: inner.into() };
        let first_token = desk.enrol_first(first_secret, first_secret_file).await?;
        Ok(Opened { desk, first_token })
    }

    /// A new secret, or the one that another process has just kept in the file.
    fn make_first(&self, file: Option<&Utf8Path>) -> std::io::Result<Secret> {
        let made = Secret::new(&self.inner.randomness)?;
        let Some(file) = file else { return Ok(made) };
        write_secretly(file, &format!("{}\n", made.reveal()))?;
        Secret::in_file(file)
    }

    /// Enrols the first administrator where nobody has a token; returns the secret of theirs.
    async fn enrol_first(
        &self,
        secret: Option<Secret>,
        file: Option<Utf8PathBuf>,
    ) -> Result<Option<Secret>, DeskError> {
        if self.ledger().state.parties().tokens().next().is_some() {
            return Ok(None);
        }
        let secret = match secret {
            Some(secret) => secret,
            None => self.make_first(file.as_deref()).map_err(DeskError::FirstToken)?,
        };
        let name: trainyard_registry::Name =
            ADMIN.parse().map_err(trainyard_registry::Refusal::from)?;
        let principal = trainyard_registry::PrincipalName::of(&name, &name);
        let title = "Administrators".to_owned();
        let grant = |right| Grant { right, product: None };
        let commands = [
            Command::EnrolParty(EnrolParty { name: name.clone(), title: title.clone() }),
            Command::EnrolPrincipal(EnrolPrincipal { name: principal.clone(), title }),
            Command::IssueToken(IssueToken {
                name,
                principal,
                grants: Right::ALL.map(grant).to_vec(),
                secret: secret.digest(),
                until: None,
            }),
        ];
        for command in commands {
            let is_token = matches!(command, Command::IssueToken(_));
            let wish = Wish {
                writer: Writer::Registry,
                why: "the registry is new".to_owned(),
                command,
                still: None,
                key: None,
                compose: Box::new(|_| (200, Vec::new())),
            };
            match self.write(wish).await {
                // A replica that began at the same moment was faster, or an earlier beginning was cut off.
                Err(DeskError::Refused(_)) if is_token => return Ok(None),
                Ok(_) | Err(DeskError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(secret))
    }
}
