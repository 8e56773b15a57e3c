//! Writers: one at a time, in an order that holds at each moment.

use std::{collections::BTreeMap, fs::File};

use jiff::Timestamp as Moment;
use object_store::UpdateVersion;

use super::location::{Location, StoreError};
use crate::{
    Sha256,
    tuf::{Aim, Envelope, Plan, Published, ROOT, Refusal, TIMESTAMP, Trusted, Update, versioned},
};

/// The newest of what is written.
const TIMESTAMP_PATH: &str = "metadata/timestamp.json";
/// Held by the one who writes into a directory.
const LOCK: &str = ".writer.lock";
/// No metadata of ours is longer.
const MAX_METADATA: u64 = 16 * 1024 * 1024;

/// Somebody who has seen a repository and may write its next state.
///
/// In a directory it is the only one meanwhile, on this machine. In a bucket the last file is written only if it is
/// still as it was seen, so of several writers one wins, and the others are told by [`StoreError::Conflict`].
#[derive(Debug)]
pub struct Writer {
    pub(super) location: Location,
    pub(super) published: Published,
    timestamp: Option<UpdateVersion>,
    _lock: Option<File>,
}

impl Writer {
    /// Reads what is published, and verifies it, expiry aside.
    ///
    /// It is verified from `trusted_root`, or else from the first root that lies there; then whoever can write to the
    /// place can say what is published.
    ///
    /// *Errors*: [`StoreError::Damaged`] where it does not verify, [`StoreError::NoRoot`]. *Cost*: reads all current
    /// metadata, and lists it.
    pub async fn open(
        location: &Location,
        trusted_root: Option<&[u8]>,
    ) -> Result<Self, StoreError> {
        let lock = lock(location).await?;
        let timestamp = location.state(TIMESTAMP_PATH).await?;
        let mut published = read(location, trusted_root).await?;
        published.highest = highest(location).await?;
        published.left_behind = left_behind(location, &published).await?;
        Ok(Self { location: location.clone(), published, timestamp, _lock: lock })
    }

    /// What is published, for [`crate::tuf::plan()`] and [`crate::tuf::ages`].
    pub fn published(&self) -> &Published {
        &self.published
    }

    /// Writes a plan that was made of [`Self::published`], and ends the writer's turn.
    ///
    /// `contents` must have all of [`Plan::contents`]. Being cut off anywhere leaves a repository that clients accept,
    /// and doing it again goes on.
    ///
    /// *Errors*: [`StoreError::Conflict`] where another writer was there first, [`StoreError::Content`].
    pub async fn publish(
        self,
        plan: &Plan,
        contents: &BTreeMap<Sha256, Vec<u8>>,
    ) -> Result<(), StoreError> {
        for content in &plan.contents {
            let bytes = contents.get(&content.digest);
            let bytes = bytes.filter(|bytes| Sha256::of(bytes) == content.digest);
            let bytes = bytes.ok_or_else(|| StoreError::Content(content.path.clone()))?;
            self.location.create(&content.path, bytes).await?;
        }
        for file in &plan.files {
            if file.is_immutable {
                self.location.create(&file.path, &file.bytes).await?;
            } else {
                let seen = self.timestamp.clone();
                self.location.replace(&file.path, &file.bytes, seen).await?;
            }
        }
        Ok(())
    }
}

/// Waits until nobody else writes into the directory.
async fn lock(location: &Location) -> Result<Option<File>, StoreError> {
    let Some(directory) = location.directory() else { return Ok(None) };
    let error = |source| StoreError::Directory { directory: directory.to_owned(), source };
    let file = fs_err::File::create(directory.join(LOCK)).map_err(error)?.into_parts().0;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    Ok(Some(locked.map_err(|source| error(source.into()))?.map_err(error)?))
}

async fn read(location: &Location, trusted_root: Option<&[u8]>) -> Result<Published, StoreError> {
    let first = match trusted_root {
        Some(root) => Some(root.to_vec()),
        None => location.get(&versioned(1, ROOT), MAX_METADATA).await?,
    };
    let Some(first) = first else {
        return match location.state(TIMESTAMP_PATH).await? {
            Some(_) => Err(StoreError::NoRoot(location.text().to_owned())),
            None => Ok(Published::default()),
        };
    };
    let damaged = |source| StoreError::Damaged { place: location.text().to_owned(), source };
    let metadata = |source| StoreError::Metadata { place: location.text().to_owned(), source };

    let (update, outcome) = look(location, &first, u64::MAX).await?;
    let newest_root = update.trusted().root.clone();
    let version = update.root().version;
    match outcome {
        Ok(()) => Published::of(&update, &newest_root).map_err(metadata),
        // The first root alone: a writer was cut off before there was a repository.
        Err(Refusal::Missing(path)) if path == TIMESTAMP_PATH => {
            Published::of(&update, &newest_root).map_err(metadata)
        }
        // A new root whose keys have not signed the rest yet: a writer was cut off in the gap.
        Err(refusal @ Refusal::Signatures { .. }) if version > 1 => {
            let (update, outcome) = look(location, &first, version - 1).await?;
            outcome.map_err(|_| damaged(refusal))?;
            Published::of(&update, &newest_root).map_err(metadata)
        }
        Err(refusal) => Err(damaged(refusal)),
    }
}

/// Looks at everything as a client whose clock stands at the beginning of time, so that nothing has expired.
async fn look(
    location: &Location,
    first_root: &[u8],
    last_root: u64,
) -> Result<(Update, Result<(), Refusal>), StoreError> {
    let damaged = |source| StoreError::Damaged { place: location.text().to_owned(), source };
    let trusted = Trusted::new(first_root);
    let mut update = Update::begin(trusted, Aim::Everything, Moment::MIN).map_err(damaged)?;
    while let Some(fetch) = update.next() {
        let is_later_root = update.root().version >= last_root
            && fetch.path == versioned(update.root().version.saturating_add(1), ROOT);
        let bytes = if is_later_root {
            None
        } else {
            match location.get(&fetch.path, fetch.at_most).await {
                Err(StoreError::Refused(refusal)) => return Ok((update, Err(refusal))),
                outcome => outcome?,
            }
        };
        if let Err(refusal) = update.give(bytes.as_deref()) {
            return Ok((update, Err(refusal)));
        }
    }
    Ok((update, Ok(())))
}

/// The version and the role of a file of metadata.
pub(super) fn version_and_role(path: &str) -> Option<(u64, &str)> {
    let name = path.strip_prefix("metadata/")?.strip_suffix(".json")?;
    let (version, role) = name.split_once('.')?;
    Some((version.parse().ok()?, role))
}

async fn highest(location: &Location) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut highest = BTreeMap::new();
    for (path, _) in location.list("metadata").await? {
        if let Some((version, role)) = version_and_role(&path) {
            let known = highest.entry(role.to_owned()).or_insert(version);
            *known = version.max(*known);
        }
    }
    Ok(highest)
}

/// Reads what lies above the published versions.
async fn left_behind(
    location: &Location,
    published: &Published,
) -> Result<Vec<Envelope>, StoreError> {
    let mut left = Vec::new();
    let mut current: BTreeMap<&str, u64> = BTreeMap::new();
    for (file, meta) in published.snapshot.iter().flat_map(|snapshot| &snapshot.metadata.meta) {
        current.insert(file.strip_suffix(".json").unwrap_or(file), meta.version);
    }
    let snapshot = published.snapshot.as_ref();
    current.extend(snapshot.map(|snapshot| (crate::tuf::SNAPSHOT, snapshot.metadata.version)));
    for (role, version) in &published.highest {
        let is_above = current.get(role.as_str()).is_none_or(|current| version > current);
        if role != ROOT && role != TIMESTAMP && is_above {
            let bytes = location.get(&versioned(*version, role), MAX_METADATA).await?;
            left.extend(bytes.and_then(|bytes| Envelope::read(&bytes).ok()));
        }
    }
    Ok(left)
}
