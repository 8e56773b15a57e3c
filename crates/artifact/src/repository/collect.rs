//! Removing what no client needs any more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp as Moment};

use super::{
    location::StoreError,
    write::{Writer, version_and_role},
};
use crate::tuf::{Envelope, ROOT, SNAPSHOT, Targets, content_path};

/// No metadata of ours is longer.
const MAX_METADATA: u64 = 16 * 1024 * 1024;

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// The files, metadata first.
    pub removed: Vec<String>,
    /// Their length in bytes.
    pub bytes: u64,
}

/// A file that lies there.
struct Lying {
    path: String,
    size: u64,
    written: Moment,
}

impl Writer {
    /// Removes metadata that was replaced longer ago than `keep`, and contents that no metadata which stays has.
    ///
    /// A client that began before that must have ended meanwhile. Roots stay for ever, since clients go from one to the
    /// next; so does the newest file of each role.
    pub async fn collect(
        &self,
        keep: SignedDuration,
        now: Moment,
    ) -> Result<Collected, StoreError> {
        let oldest = now.checked_sub(keep).unwrap_or(Moment::MIN);
        let mut versions: BTreeMap<String, BTreeMap<u64, Lying>> = BTreeMap::new();
        for (path, meta) in self.location.list("metadata").await? {
            let Some((version, role)) = version_and_role(&path) else { continue };
            let second = meta.last_modified.timestamp();
            let written = Moment::from_second(second).unwrap_or(Moment::MAX);
            let lying = Lying { path: path.clone(), size: meta.size, written };
            versions.entry(role.to_owned()).or_default().insert(version, lying);
        }
        let current = self.current();
        let mut collected = Collected::default();
        let mut needed = BTreeSet::new();
        for (role, versions) in &versions {
            for (version, lying) in versions {
                // It was replaced when the next one came.
                let next = versions.range(version + 1..).next();
                let is_replaced = next.is_some_and(|(_, next)| next.written < oldest);
                let is_current = current.get(role.as_str()).is_none_or(|now| version >= now);
                if role == ROOT || is_current || !is_replaced {
                    self.note_contents(&lying.path, &mut needed).await?;
                } else {
                    self.take_away(lying, &mut collected).await?;
                }
            }
        }
        for (path, meta) in self.location.list("targets").await? {
            let written = Moment::from_second(meta.last_modified.timestamp());
            let written = written.unwrap_or(Moment::MAX);
            if !needed.contains(&path) && written < oldest {
                self.take_away(&Lying { path, size: meta.size, written }, &mut collected).await?;
            }
        }
        Ok(collected)
    }

    /// The published version of each role.
    fn current(&self) -> BTreeMap<&str, u64> {
        let snapshot = self.published.snapshot.as_ref();
        let listed = snapshot.into_iter().flat_map(|snapshot| &snapshot.metadata.meta);
        let mut current: BTreeMap<_, _> = listed
            .map(|(file, meta)| (file.strip_suffix(".json").unwrap_or(file), meta.version))
            .collect();
        current.extend(snapshot.map(|snapshot| (SNAPSHOT, snapshot.metadata.version)));
        current
    }

    /// Notes the contents that a file of metadata which stays has.
    async fn note_contents(
        &self,
        path: &str,
        needed: &mut BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let bytes = self.location.get(path, MAX_METADATA).await?.unwrap_or_default();
        let Ok(envelope) = Envelope::read(&bytes) else { return Ok(()) };
        let Some(targets) = envelope.metadata::<Targets>().ok() else { return Ok(()) };
        needed.extend(targets.targets.iter().filter_map(|(path, file)| {
            Some(content_path(path, &file.hashes.digest()?.to_string()))
        }));
        Ok(())
    }

    async fn take_away(&self, lying: &Lying, collected: &mut Collected) -> Result<(), StoreError> {
        self.location.remove(&lying.path).await?;
        collected.removed.push(lying.path.clone());
        collected.bytes = collected.bytes.saturating_add(lying.size);
        Ok(())
    }
}
