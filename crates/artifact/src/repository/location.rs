//! Where a repository lies, and the few ways in which it is touched.

use std::{fmt, sync::Arc};

use camino::{Utf8Path, Utf8PathBuf};
use object_store::{
    Attribute, Attributes, Error, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode,
    PutOptions, PutPayload, UpdateVersion,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    http::HttpBuilder,
    local::LocalFileSystem,
    path::Path,
};

use crate::tuf::{EnvelopeError, Refusal};

/// What caches are told of files that never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What caches are told of `timestamp.json`.
const FOR_A_MINUTE: &str = "public, max-age=60";

/// Why a repository could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The place is written in no way that is known.
    #[error("`{0}` is neither a directory nor an address with s3://, http:// or https://")]
    Place(String),
    /// An option that the store does not have.
    #[error("`{0}` is no option of an S3-compatible store")]
    Option(String),
    /// The place cannot be used.
    #[error("cannot open `{place}`")]
    Open {
        /// The place.
        place: String,
        /// Why not.
        #[source]
        source: Box<Error>,
    },
    /// A directory cannot be made or locked.
    #[error("cannot open `{directory}`")]
    Directory {
        /// The directory.
        directory: Utf8PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        source: Box<Error>,
    },
    /// A file could not be written.
    #[error("cannot write `{path}`")]
    Write {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        source: Box<Error>,
    },
    /// Another writer was there first. Read again, plan again.
    #[error("`{0}` was written by somebody else in between")]
    Conflict(String),
    /// The caller does not have the content of a target.
    #[error("the content for `{0}` is not at hand")]
    Content(String),
    /// What lies there is not believed.
    #[error("what lies in `{place}` is no repository of ours")]
    Damaged {
        /// The place.
        place: String,
        /// Why it is not believed.
        #[source]
        source: Refusal,
    },
    /// A file that was verified cannot be read again.
    #[error("cannot read the metadata in `{place}`")]
    Metadata {
        /// The place.
        place: String,
        /// Why not.
        #[source]
        source: EnvelopeError,
    },
    /// There are files, but not the first root.
    #[error("`{0}` has files of a repository, and no first root")]
    NoRoot(String),
    /// A client refuses what it was given.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl StoreError {
    /// Why a client refuses, if it does.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) | Self::Damaged { source: refusal, .. } => Some(refusal),
            _ => None,
        }
    }
}

/// What kind of place it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Directory(Utf8PathBuf),
    Bucket,
    Web,
}

/// A place where a repository lies. Cheap to clone.
#[derive(Clone)]
pub struct Location {
    text: String,
    kind: Kind,
    store: Arc<dyn ObjectStore>,
    folder: Path,
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Location({})", self.text)
    }
}

impl Location {
    /// Opens a directory (a path or `file://`), a bucket (`s3://bucket/folder`), or a web server (`http://`,
    /// `https://`), from which is read only.
    ///
    /// `options` are those of the S3 client: `aws_access_key_id`, `aws_secret_access_key`, `aws_region`,
    /// `aws_endpoint`, `aws_allow_http` and others by their usual names. The caller reads them from its settings; the
    /// environment is not looked at. A directory is made where there is none.
    ///
    /// *Errors*: [`StoreError::Place`], [`StoreError::Option`], [`StoreError::Open`], [`StoreError::Directory`].
    pub fn open(place: &str, options: &[(String, String)]) -> Result<Self, StoreError> {
        let open = |source| StoreError::Open { place: place.to_owned(), source: Box::new(source) };
        let scheme = place.split_once("://").map(|(scheme, _)| scheme);
        let (kind, store, folder): (_, Arc<dyn ObjectStore>, _) = match scheme {
            Some("s3") => {
                let mut builder = AmazonS3Builder::new().with_url(place);
                for (name, value) in options {
                    let key: AmazonS3ConfigKey = name
                        .to_ascii_lowercase()
                        .parse()
                        .map_err(|_| StoreError::Option(name.clone()))?;
                    builder = builder.with_config(key, value);
                }
                let folder = place.splitn(4, '/').nth(3).unwrap_or_default();
                let folder = Path::parse(folder).map_err(|source| open(source.into()))?;
                (Kind::Bucket, Arc::new(builder.build().map_err(open)?), folder)
            }
            Some("http" | "https") => {
                let client = object_store::ClientOptions::new().with_allow_http(true);
                let builder = HttpBuilder::new().with_url(place).with_client_options(client);
                (Kind::Web, Arc::new(builder.build().map_err(open)?), Path::default())
            }
            None | Some("file") => {
                let directory = Utf8Path::new(place.strip_prefix("file://").unwrap_or(place));
                fs_err::create_dir_all(directory).map_err(|source| StoreError::Directory {
                    directory: directory.to_owned(),
                    source,
                })?;
                let store = LocalFileSystem::new_with_prefix(directory).map_err(open)?;
                let kind = Kind::Directory(directory.to_owned());
                (kind, Arc::new(store.with_fsync(true)), Path::default())
            }
            Some(_) => return Err(StoreError::Place(place.to_owned())),
        };
        Ok(Self { text: place.to_owned(), kind, store, folder })
    }

    /// The place as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The directory, if it is one.
    pub(super) fn directory(&self) -> Option<&Utf8Path> {
        match &self.kind {
            Kind::Directory(directory) => Some(directory),
            Kind::Bucket | Kind::Web => None,
        }
    }

    fn path(&self, path: &str) -> Path {
        self.folder.parts().chain(Path::from(path).parts()).collect()
    }

    /// Reads a file, `None` where there is none.
    ///
    /// Not more than `at_most` bytes are taken, whatever the other side sends.
    pub(super) async fn get(
        &self,
        path: &str,
        at_most: u64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let read = |source| StoreError::Read { path: path.to_owned(), source: Box::new(source) };
        let result = match self.store.get(&self.path(path)).await {
            Ok(result) => result,
            // Buckets whose contents may not be listed deny what is not there.
            Err(Error::NotFound { .. } | Error::PermissionDenied { .. }) => return Ok(None),
            Err(source) => return Err(read(source)),
        };
        if result.meta.size > at_most {
            return Err(Refusal::TooLong { file: path.to_owned(), at_most }.into());
        }
        Ok(Some(result.bytes().await.map_err(read)?.to_vec()))
    }

    /// The state of a file, to be written over only if it is still in it.
    pub(super) async fn state(&self, path: &str) -> Result<Option<UpdateVersion>, StoreError> {
        match self.store.head(&self.path(path)).await {
            Ok(meta) => Ok(Some(UpdateVersion { e_tag: meta.e_tag, version: meta.version })),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(source) => {
                Err(StoreError::Read { path: path.to_owned(), source: Box::new(source) })
            }
        }
    }

    /// Writes a file that must not be there yet, or be the very same.
    pub(super) async fn create(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        match self.put(path, bytes, PutMode::Create, FOR_EVER).await {
            Err(StoreError::Conflict(conflict)) => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                match self.get(path, length).await {
                    Ok(Some(found)) if found == bytes => Ok(()),
                    _ => Err(StoreError::Conflict(conflict)),
                }
            }
            outcome => outcome,
        }
    }

    /// Writes over a file, if it is still in the state in which it was seen.
    ///
    /// In a directory the writers' lock has to do.
    pub(super) async fn replace(
        &self,
        path: &str,
        bytes: &[u8],
        seen: Option<UpdateVersion>,
    ) -> Result<(), StoreError> {
        let mode = match (&self.kind, seen) {
            (Kind::Directory(_), _) => PutMode::Overwrite,
            (_, Some(seen)) => PutMode::Update(seen),
            (_, None) => PutMode::Create,
        };
        self.put(path, bytes, mode, FOR_A_MINUTE).await
    }

    async fn put(
        &self,
        path: &str,
        bytes: &[u8],
        mode: PutMode,
        caching: &'static str,
    ) -> Result<(), StoreError> {
        let mut options = PutOptions::from(mode);
        if self.kind == Kind::Bucket {
            options.attributes = Attributes::from_iter([
                (Attribute::ContentType, "application/json"),
                (Attribute::CacheControl, caching),
            ]);
        }
        let payload = PutPayload::from(bytes.to_vec());
        match self.store.put_opts(&self.path(path), payload, options).await {
            Ok(_) => Ok(()),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                Err(StoreError::Conflict(path.to_owned()))
            }
            Err(source) => {
                Err(StoreError::Write { path: path.to_owned(), source: Box::new(source) })
            }
        }
    }

    /// All files of a folder and those below it, by their path from the repository's top.
    pub(super) async fn list(&self, folder: &str) -> Result<Vec<(String, ObjectMeta)>, StoreError> {
        let mut waiting = vec![self.path(folder)];
        let mut files = Vec::new();
        let parts_of_folder = self.folder.parts().count();
        while let Some(folder) = waiting.pop() {
            let listed = self.store.list_with_delimiter(Some(&folder)).await;
            let listed = listed.map_err(|source| StoreError::Read {
                path: folder.to_string(),
                source: Box::new(source),
            })?;
            waiting.extend(listed.common_prefixes);
            files.extend(listed.objects.into_iter().map(|object| {
                let parts = object.location.parts().skip(parts_of_folder);
                (parts.collect::<Path>().to_string(), object)
            }));
        }
        Ok(files)
    }

    /// Removes a file; that it is gone already is fine.
    pub(super) async fn remove(&self, path: &str) -> Result<(), StoreError> {
        match self.store.delete(&self.path(path)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(source) => {
                Err(StoreError::Write { path: path.to_owned(), source: Box::new(source) })
            }
        }
    }
}
