//! What a registry's releases say of themselves.

use trainyard_bundle::{Digest, Manifest};

use super::{
    credentials,
    session::{client, runtime, stopped},
};
use crate::{args::Global, error::CommandError, progress};

/// The manifests of all releases of a product, from the registry that is meant.
///
/// *Errors*: the registry cannot be asked, or it has documents of a later version of this program.
pub(crate) fn manifests(global: &Global, product: &str) -> Result<Vec<Manifest>, CommandError> {
    let account = credentials::account(global, None)?;
    let client = client(account.address, account.token)?;
    let all = progress::while_doing("asking the registry", || {
        let asked = runtime()?.block_on(client.manifests(product));
        asked.map_err(|error| stopped(&error))
    })?;
    read(&all).map_err(|error| {
        CommandError::environment(&error).hint(
            "the registry holds manifests that this version does not read; use a newer trainyard",
        )
    })
}

/// The manifests that a registry told.
///
/// *Errors*: one that this version does not read.
pub(super) fn read(all: &[trainyard_api::Manifest]) -> Result<Vec<Manifest>, serde_json::Error> {
    let read = |it: &trainyard_api::Manifest| {
        let mut manifest: Manifest = serde_json::from_str(it.document.get())?;
        manifest.digest = Some(Digest::new(it.digest.as_str()));
        Ok(manifest)
    };
    all.iter().map(read).collect()
}
