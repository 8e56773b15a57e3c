//! Clients: following a repository where it lies.

use super::location::{Location, StoreError};
use crate::tuf::{Fetch, TargetFile, Update, verify_target};

impl Location {
    /// Carries an update through: fetches what it asks for until it is done.
    ///
    /// Keep [`Update::trusted`] afterwards, whatever came out.
    ///
    /// *Errors*: [`StoreError::Refused`] for what is not believed, [`StoreError::Read`] for what cannot be had.
    pub async fn follow(&self, update: &mut Update) -> Result<(), StoreError> {
        while let Some(fetch) = update.next() {
            let bytes = self.get(&fetch.path, fetch.at_most).await?;
            update.give(bytes.as_deref())?;
        }
        Ok(())
    }

    /// Fetches a file of a channel whose metadata has been verified, and verifies it.
    pub async fn target(
        &self,
        update: &Update,
        role: &str,
        path: &str,
    ) -> Result<(TargetFile, Vec<u8>), StoreError> {
        let found = update.target(role, path)?;
        let bytes = self.content(path, &found).await?;
        Ok((found.0, bytes))
    }

    /// Looks for a file wherever roles delegate it to; the update must have been carried through.
    ///
    /// *Errors*: as of [`Location::follow`]; [`Refusal::Missing`](crate::tuf::Refusal::Missing) where nobody lists it.
    pub async fn find(
        &self,
        update: &mut Update,
        path: &str,
    ) -> Result<(TargetFile, Fetch), StoreError> {
        update.look_for(path)?;
        self.follow(update).await?;
        Ok(update.found()?)
    }

    /// Fetches a file that was found, and verifies it.
    ///
    /// *Errors*: [`StoreError::Refused`] for what is not the file that is listed, [`StoreError::Read`].
    pub async fn content(
        &self,
        path: &str,
        (file, fetch): &(TargetFile, Fetch),
    ) -> Result<Vec<u8>, StoreError> {
        let bytes = self.get(&fetch.path, fetch.at_most).await?;
        let bytes = bytes.ok_or_else(|| crate::tuf::Refusal::Missing(fetch.path.clone()))?;
        verify_target(path, file, &bytes)?;
        Ok(bytes)
    }
}
