//! A registry: whether images are there, tags that move, artefacts and what refers to them.

use std::collections::BTreeMap;

use oci_client::{
    Client, Reference, RegistryOperation,
    client::{ClientConfig, ClientProtocol},
    errors::{OciDistributionError, OciErrorCode},
    manifest::{
        IMAGE_MANIFEST_LIST_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, ImageIndexEntry,
        OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciImageIndex,
    },
    secrets::RegistryAuth,
};
use serde_json::Value;

use super::{
    artifact::Artifact,
    names::{NameError, check_repository, check_tag},
    tags::Tags,
};
use crate::{Sha256, tuf::canonical};

/// All kinds of manifests that are taken.
const MANIFESTS: &[&str] = &[
    OCI_IMAGE_MEDIA_TYPE,
    OCI_IMAGE_INDEX_MEDIA_TYPE,
    IMAGE_MANIFEST_MEDIA_TYPE,
    IMAGE_MANIFEST_LIST_MEDIA_TYPE,
];
/// How often the list of what refers to an artefact is written, where somebody else writes it at the same time.
const TRIES: usize = 5;

/// Why a registry could not be asked or changed.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A name that no registry accepts.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The registry refuses, fails or is not there.
    #[error("cannot {what} `{image}`")]
    Registry {
        /// What was tried.
        what: &'static str,
        /// With which image.
        image: String,
        /// Why it failed.
        #[source]
        source: Box<OciDistributionError>,
    },
    /// The registry names a digest that is none, or answers with other bytes than those that were asked for.
    #[error("the registry answers with {found} for `{image}`")]
    Digest {
        /// The image.
        image: String,
        /// What it says.
        found: String,
    },
    /// A tag should name something that is not there.
    #[error("`{0}` is not there")]
    Missing(String),
    /// Others write the same list again and again.
    #[error("cannot list what refers to `{0}`, as others write the list at the same time")]
    Busy(String),
}

/// A name and a password or token.
#[derive(Clone)]
pub struct Credentials {
    /// The name.
    pub name: String,
    /// The secret.
    pub secret: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Credentials of {}", self.name)
    }
}

/// What is known of a release's image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageState {
    /// It is there, with this digest: the one that is to be pinned, or that was.
    There(Sha256),
    /// Its tag names another image than the one that was pinned.
    Other(Sha256),
    /// Its tag names nothing.
    Missing,
}

/// A tag that was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The tag.
    pub tag: String,
    /// What it named before.
    pub from: Option<Sha256>,
    /// What it names now.
    pub to: Sha256,
}

/// An artefact that refers to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer {
    /// The digest of its manifest.
    pub digest: Sha256,
    /// What it is.
    pub artifact_type: Option<String>,
    /// What it says of itself.
    pub annotations: BTreeMap<String, String>,
}

/// The images of one registry.
#[derive(Clone)]
pub struct Images {
    client: Client,
    auth: RegistryAuth,
    host: String,
}

impl std::fmt::Debug for Images {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Images({})", self.host)
    }
}

impl Images {
    /// Those of a registry such as `ghcr.io` or `127.0.0.1:5000`; `is_plain` speaks HTTP without TLS.
    pub fn new(host: impl Into<String>, is_plain: bool, credentials: Option<&Credentials>) -> Self {
        let protocol = if is_plain { ClientProtocol::Http } else { ClientProtocol::Https };
        let config = ClientConfig {
            protocol,
            read_timeout: Some(std::time::Duration::from_mins(1)),
            connect_timeout: Some(std::time::Duration::from_secs(10)),
            ..ClientConfig::default()
        };
        let auth = match credentials {
            Some(Credentials { name, secret }) => RegistryAuth::Basic(name.clone(), secret.clone()),
            None => RegistryAuth::Anonymous,
        };
        Self { client: Client::new(config), auth, host: host.into() }
    }

    /// The digest that a tag names, `None` where there is no such image.
    pub async fn digest(&self, repository: &str, tag: &str) -> Result<Option<Sha256>, ImageError> {
        let reference = self.tagged(repository, tag)?;
        self.found(&reference).await
    }

    /// Whether a manifest with this digest is there.
    pub async fn has(&self, repository: &str, digest: Sha256) -> Result<bool, ImageError> {
        let reference = self.pinned(repository, digest)?;
        Ok(self.found(&reference).await?.is_some())
    }

    /// Whether the image of a release is there, and still the one that was pinned.
    pub async fn state(
        &self,
        repository: &str,
        tag: &str,
        pinned: Option<Sha256>,
    ) -> Result<ImageState, ImageError> {
        Ok(match (self.digest(repository, tag).await?, pinned) {
            (None, _) => ImageState::Missing,
            (Some(found), Some(pinned)) if found != pinned => ImageState::Other(found),
            (Some(found), _) => ImageState::There(found),
        })
    }

    /// Lets a tag name an image that is there; `None` where it does already.
    ///
    /// The manifest is written again under the tag, byte for byte, so that it keeps its digest.
    ///
    /// *Errors*: [`ImageError::Missing`] where there is no such image.
    pub async fn set_tag(
        &self,
        repository: &str,
        tag: &str,
        digest: Sha256,
    ) -> Result<Option<Moved>, ImageError> {
        let reference = self.tagged(repository, tag)?;
        let from = self.found(&reference).await?;
        if from == Some(digest) {
            return Ok(None);
        }
        let (manifest, media_type) = self.manifest(repository, digest).await?;
        self.put(&reference, manifest, &media_type).await?;
        Ok(Some(Moved { tag: tag.to_owned(), from, to: digest }))
    }

    /// Sets all tags that move. `digests` are those of the releases, by version; a release without one is passed over.
    ///
    /// *Errors*: the first that is met; what was set before stays, and doing it again goes on.
    pub async fn set_tags(
        &self,
        repository: &str,
        tags: &Tags,
        digests: &BTreeMap<String, Sha256>,
    ) -> Result<Vec<Moved>, ImageError> {
        let mut moved = Vec::new();
        for (tag, version) in &tags.moving {
            if let Some(digest) = digests.get(version.canonical()) {
                moved.extend(self.set_tag(repository, tag, *digest).await?);
            }
        }
        Ok(moved)
    }

    /// Publishes an artefact under a tag. Doing it again changes nothing.
    pub async fn push(
        &self,
        repository: &str,
        tag: &str,
        artifact: &Artifact,
    ) -> Result<(), ImageError> {
        let reference = self.tagged(repository, tag)?;
        for blob in &artifact.blobs {
            let digest = Sha256::of(blob).prefixed();
            let error = |source| failed("publish", &reference, source);
            if !self.client.blob_exists(&reference, &digest).await.map_err(error)? {
                let blob = blob.clone();
                self.client.push_blob(&reference, blob, &digest).await.map_err(error)?;
            }
        }
        self.put(&reference, artifact.manifest.clone(), OCI_IMAGE_MEDIA_TYPE).await
    }

    /// Publishes an artefact that refers to another one, so that it is found from there.
    ///
    /// It gets a tag of its own, so that clearing untagged manifests away leaves it. A registry that cannot list what
    /// refers to an artefact gets the list as an index under the tag `sha256-<digest>` (distribution specification 1.1).
    /// Such a list has no lock: writers of it at the same time look whether theirs is there and write it again, but one
    /// can still be written over afterwards. Attaching again is cheap and mends that.
    pub async fn attach(
        &self,
        repository: &str,
        subject: Sha256,
        artifact: &Artifact,
    ) -> Result<(), ImageError> {
        let own: String = artifact.digest.to_string().chars().take(32).collect();
        self.push(repository, &format!("referrer-{own}"), artifact).await?;
        let list = self.tagged(repository, &format!("sha256-{subject}"))?;
        for _ in 0..TRIES {
            let mut index = self.index(repository, subject).await?;
            let digest = artifact.digest.prefixed();
            if index.manifests.iter().any(|entry| entry.digest == digest) {
                return Ok(());
            }
            index.manifests.push(ImageIndexEntry {
                media_type: OCI_IMAGE_MEDIA_TYPE.to_owned(),
                digest,
                size: i64::try_from(artifact.manifest.len()).unwrap_or(i64::MAX),
                platform: None,
                artifact_type: Some(artifact.artifact_type.to_owned()),
                annotations: Some(artifact.annotations.clone()),
            });
            let value = serde_json::to_value(&index).unwrap_or_default();
            let bytes = canonical(&value).unwrap_or_default();
            self.put(&list, bytes, OCI_IMAGE_INDEX_MEDIA_TYPE).await?;
        }
        Err(ImageError::Busy(self.pinned(repository, subject)?.whole()))
    }

    /// What refers to an artefact, in the order of the registry.
    pub async fn referrers(
        &self,
        repository: &str,
        subject: Sha256,
    ) -> Result<Vec<Referrer>, ImageError> {
        let index = self.index(repository, subject).await?;
        let read = |entry: ImageIndexEntry| {
            let digest = Sha256::from_prefixed(&entry.digest)?;
            let annotations = entry.annotations.unwrap_or_default();
            Some(Referrer { digest, artifact_type: entry.artifact_type, annotations })
        };
        Ok(index.manifests.into_iter().filter_map(read).collect())
    }

    /// The bytes of a manifest, held against its digest, and what kind it is.
    ///
    /// *Errors*: [`ImageError::Missing`], [`ImageError::Digest`].
    pub async fn manifest(
        &self,
        repository: &str,
        digest: Sha256,
    ) -> Result<(Vec<u8>, String), ImageError> {
        let reference = self.pinned(repository, digest)?;
        let pulled = self.client.pull_manifest_raw(&reference, &self.auth, MANIFESTS).await;
        let bytes = match pulled {
            Ok((bytes, _)) => bytes.to_vec(),
            Err(error) if is_missing(&error) => return Err(ImageError::Missing(reference.whole())),
            Err(error) => return Err(failed("read", &reference, error)),
        };
        let found = Sha256::of(&bytes);
        if found != digest {
            return Err(ImageError::Digest { image: reference.whole(), found: found.prefixed() });
        }
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let media_type = match value.get("mediaType").and_then(Value::as_str) {
            Some(named) => named,
            // Images of the first specification need not name it.
            None if value.get("manifests").is_some() => OCI_IMAGE_INDEX_MEDIA_TYPE,
            None => OCI_IMAGE_MEDIA_TYPE,
        };
        Ok((bytes, media_type.to_owned()))
    }

    /// The bytes of a blob that a manifest names, held against its digest.
    pub async fn blob(&self, repository: &str, digest: Sha256) -> Result<Vec<u8>, ImageError> {
        let reference = self.pinned(repository, digest)?;
        let mut bytes = Vec::new();
        let prefixed = digest.prefixed();
        self.client.store_auth_if_needed(&self.host, &self.auth).await;
        let pulled = self.client.pull_blob(&reference, prefixed.as_str(), &mut bytes).await;
        pulled.map_err(|error| failed("read", &reference, error))?;
        let found = Sha256::of(&bytes);
        if found == digest {
            Ok(bytes)
        } else {
            Err(ImageError::Digest { image: reference.whole(), found: found.prefixed() })
        }
    }

    async fn index(&self, repository: &str, subject: Sha256) -> Result<OciImageIndex, ImageError> {
        let reference = self.pinned(repository, subject)?;
        self.client.store_auth_if_needed(&self.host, &self.auth).await;
        let index = self.client.pull_referrers(&reference, None).await;
        index.map_err(|error| failed("list what refers to", &reference, error))
    }

    async fn found(&self, reference: &Reference) -> Result<Option<Sha256>, ImageError> {
        match self.client.fetch_manifest_digest(reference, &self.auth).await {
            Ok(text) => match Sha256::from_prefixed(&text) {
                Some(digest) => Ok(Some(digest)),
                None => Err(ImageError::Digest { image: reference.whole(), found: text }),
            },
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(failed("find", reference, error)),
        }
    }

    async fn put(
        &self,
        reference: &Reference,
        bytes: Vec<u8>,
        media_type: &str,
    ) -> Result<(), ImageError> {
        let error = |source| failed("publish", reference, source);
        let unknown =
            || error(OciDistributionError::UnsupportedMediaTypeError(media_type.to_owned()));
        let media_type = media_type.parse().map_err(|_| unknown())?;
        self.client.auth(reference, &self.auth, RegistryOperation::Push).await.map_err(error)?;
        self.client.push_manifest_raw(reference, bytes, media_type).await.map_err(error)?;
        Ok(())
    }

    fn tagged(&self, repository: &str, tag: &str) -> Result<Reference, NameError> {
        check_repository(repository)?;
        check_tag(tag)?;
        Ok(Reference::with_tag(self.host.clone(), repository.to_owned(), tag.to_owned()))
    }

    fn pinned(&self, repository: &str, digest: Sha256) -> Result<Reference, NameError> {
        check_repository(repository)?;
        Ok(Reference::with_digest(self.host.clone(), repository.to_owned(), digest.prefixed()))
    }
}

fn failed(what: &'static str, reference: &Reference, source: OciDistributionError) -> ImageError {
    ImageError::Registry { what, image: reference.whole(), source: Box::new(source) }
}

/// Whether an error only says that there is no such image.
fn is_missing(error: &OciDistributionError) -> bool {
    match error {
        OciDistributionError::ImageManifestNotFoundError(_)
        | OciDistributionError::ServerError { code: 404, .. } => true,
        OciDistributionError::RegistryError { envelope, .. } => {
            envelope.errors.iter().any(|error| {
                matches!(
                    error.code,
                    OciErrorCode::ManifestUnknown
                        | OciErrorCode::NameUnknown
                        | OciErrorCode::NotFound
                )
            })
        }
        _ => false,
    }
}
