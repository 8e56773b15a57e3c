//! Documents that stand beside the log: an entry names them by their digests.
//!
//! A leaf of the log has 65,535 bytes at most, and a bundle of a whole studio has more; so manifests, bundles and what was read
//! from policies are kept as contents by their digests, and the log, which signs the digests, proves them as well.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{Digest, products::PolicyFacts};

/// Something that is written as JSON and kept by its digest.
pub trait Document {
    /// The bytes that are kept, always the same ones for the same document.
    fn write(&self) -> Vec<u8>;

    /// Reads it. *Errors*: where the bytes are none, or one of a later version.
    fn read(bytes: &[u8]) -> Result<Arc<Self>, serde_json::Error>;
}

impl Document for RawValue {
    fn write(&self) -> Vec<u8> {
        self.get().as_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Result<Arc<Self>, serde_json::Error> {
        serde_json::from_slice::<Box<Self>>(bytes).map(Arc::from)
    }
}

impl Document for PolicyFacts {
    fn write(&self) -> Vec<u8> {
        // Maps of names have a form in JSON, in the order of the names.
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn read(bytes: &[u8]) -> Result<Arc<Self>, serde_json::Error> {
        serde_json::from_slice(bytes).map(Arc::new)
    }
}

/// A document that an entry names. In the log stands its digest alone, and whoever reads an entry attaches the document to it.
pub struct Filed<T: ?Sized> {
    digest: Digest,
    document: Option<Arc<T>>,
}

impl<T: Document + ?Sized> Filed<T> {
    /// A document with its digest, and the bytes to keep.
    pub fn new(document: Arc<T>) -> (Self, (Digest, Vec<u8>)) {
        let bytes = document.write();
        let digest = Digest::of(&bytes);
        (Self { digest: digest.clone(), document: Some(document) }, (digest, bytes))
    }

    /// The digest of the bytes that are kept.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The document, where it was attached.
    pub fn document(&self) -> Option<&Arc<T>> {
        self.document.as_ref()
    }

    /// Attaches the document. *Errors*: the bytes cannot be read. Returns whether they are the ones that are named.
    pub(crate) fn attach(&mut self, bytes: &[u8]) -> Result<bool, serde_json::Error> {
        if Digest::of(bytes) != self.digest {
            return Ok(false);
        }
        self.document = Some(T::read(bytes)?);
        Ok(true)
    }
}

impl<T: ?Sized> Clone for Filed<T> {
    fn clone(&self) -> Self {
        Self { digest: self.digest.clone(), document: self.document.clone() }
    }
}

impl<T: ?Sized> PartialEq for Filed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl<T: ?Sized> fmt::Debug for Filed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Filed({:?})", self.digest)
    }
}

impl<T: ?Sized> Serialize for Filed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.digest.serialize(serializer)
    }
}

impl<'de, T: ?Sized> Deserialize<'de> for Filed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Digest::deserialize(deserializer).map(|digest| Self { digest, document: None })
    }
}
