//! Opening a desk, and the very first token.

use std::{
    sync::{Mutex, RwLock, atomic::AtomicBool},
    time::Instant,
};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_attest::PrivateKey;
use trainyard_registry::{
    Command, Grant, Right,
    parties::{EnrolParty, EnrolPrincipal, IssueToken, Parties},
};
use trainyard_store::Store;

use super::{Desk, DeskError, Inner, Ledger, Wish, Writer};
use crate::{Clock, Randomness, Secret, secret::write_secretly};

/// The name of the first party, its first principal and their token.
const ADMIN: &str = "admin";

/// The name of a token that there is not yet: the first administrator's, else `admin-2` and so on.
fn free_name(parties: &Parties) -> String {
    let is_taken = |name: &str| parties.tokens().any(|token| token.name.as_str() == name);
    let others = (2_u64..).map(|number| format!("{ADMIN}-{number}"));
    let mut names = std::iter::once(ADMIN.to_owned()).chain(others);
    names.find(|name| !is_taken(name)).unwrap_or_else(|| ADMIN.to_owned())
}

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
    /// The token of an administrator that was made: of the first one, or of another where nobody was one any more.
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
            reading_all: std::sync::Arc::default(),
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

    /// Enrols an administrator where nobody is one; returns the secret of theirs.
    ///
    /// A registry without any token is new. Where there were administrators and the time of all their tokens is over, whoever
    /// starts the registry on its own machine says by naming a file that there shall be one again: nothing secret is printed
    /// to a log by a mere restart.
    async fn enrol_first(
        &self,
        secret: Option<Secret>,
        file: Option<Utf8PathBuf>,
    ) -> Result<Option<Secret>, DeskError> {
        let (is_new, is_administered, known, token) = {
            let ledger = self.ledger();
            let parties = ledger.state.parties();
            let known = secret.as_ref().is_some_and(|secret| parties.knows(&secret.digest()));
            let is_administered = parties.are_administered(self.now(&ledger));
            (parties.tokens().next().is_none(), is_administered, known, free_name(parties))
        };
        if !is_new && is_administered {
            return Ok(None);
        }
        if !is_new && (file.is_none() || known) {
            tracing::warn!(
                "nobody is an administrator of this registry any more: start it with an --admin-token-file that is not \
                 there yet, and a new token is written to it"
            );
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
                name: token.parse().map_err(trainyard_registry::Refusal::from)?,
                principal,
                grants: Right::ALL.map(grant).to_vec(),
                secret: secret.digest(),
                until: None,
            }),
        ];
        let why = if is_new {
            "the registry is new"
        } else {
            "nobody was an administrator any more, and the registry was started with a file for a new token"
        };
        for command in commands {
            let is_token = matches!(command, Command::IssueToken(_));
            let wish = Wish {
                writer: Writer::Registry,
                why: why.to_owned(),
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
