//! Envelopes of the Dead Simple Signing Envelope, version 1: a payload, its type, and who signed both.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    encoding::{from_base64, to_base64},
    keys::{KeyId, PrivateKey, PublicKey, SSH_NAMESPACE, SshSignature},
};

#[cfg(test)]
mod tests;

/// More signatures than this are refused, as checking them costs time.
const MAX_SIGNATURES: usize = 64;

/// Why an envelope could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// It is not the JSON of an envelope.
    #[error("cannot read the envelope")]
    Json(#[source] serde_json::Error),
    /// The payload is not base64.
    #[error("the payload of the envelope is not base64")]
    Payload,
    /// A signature is not base64.
    #[error("signature {0} of the envelope is not base64")]
    Signature(usize),
    /// There is none.
    #[error("the envelope has no signature")]
    Unsigned,
    /// There are more than are checked.
    #[error("the envelope has {0} signatures, more than {MAX_SIGNATURES}")]
    TooManySignatures(usize),
    /// An SSH signature is of another message, or for something else.
    #[error("the SSH signature is not of this envelope, or not for `{SSH_NAMESPACE}`")]
    Foreign,
}

/// A payload with its type and its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    signatures: Vec<(KeyId, Vec<u8>)>,
}

/// An envelope as JSON has it. Members that the protocol does not name are passed over, as it demands.
#[derive(Serialize, Deserialize)]
struct Written {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<WrittenSignature>,
}

#[derive(Serialize, Deserialize)]
struct WrittenSignature {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keyid: Option<String>,
    sig: String,
}

/// What is left of an envelope when its signatures are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<'a> {
    /// What the payload is.
    pub payload_type: &'a str,
    /// What was signed.
    pub payload: &'a [u8],
    /// The keys that signed it, each once however often it did; never empty.
    pub signers: BTreeSet<KeyId>,
    /// The signatures that count for nothing.
    pub rejected: Vec<Rejected>,
}

/// A signature that counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its place in the envelope, from 0.
    pub index: usize,
    /// The key that it names; empty where it names none.
    pub key: KeyId,
    /// Why.
    pub why: Rejection,
}

/// Why a signature counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// None of the keys made it, and it names none of them.
    UnknownKey,
    /// It names one of the keys, which did not make it.
    Wrong,
    /// Its key has signed already.
    Duplicate,
}

/// The bytes that are signed: type and payload with their lengths, so that neither can be taken for the other.
pub fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let header = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [header.as_bytes(), payload].concat()
}

impl Envelope {
    /// Puts a payload into an envelope that nobody has signed yet.
    pub fn new(payload_type: impl Into<String>, payload: impl Into<Vec<u8>>) -> Self {
        Self { payload_type: payload_type.into(), payload: payload.into(), signatures: Vec::new() }
    }

    /// Adds the signature of a key; a second one of the same key changes nothing.
    pub fn sign(&mut self, key: &PrivateKey) {
        let id = key.public_key().id();
        if self.signatures.iter().any(|(other, _)| *other == id) {
            return;
        }
        self.signatures.push((id, key.sign(&self.message()).to_vec()));
    }

    /// Adds what `ssh-keygen -Y sign -n attestation@trainyard` made of [`Envelope::message`], as it is, so that the key may
    /// stay with its agent; a second one of the same key changes nothing.
    ///
    /// *Errors*: [`EnvelopeError::Foreign`].
    pub fn add_ssh_signature(&mut self, signature: &SshSignature) -> Result<(), EnvelopeError> {
        if !signature.verify(SSH_NAMESPACE, &self.message()) {
            return Err(EnvelopeError::Foreign);
        }
        let id = signature.key().id();
        if !self.signatures.iter().any(|(other, _)| *other == id) {
            self.signatures.push((id, signature.to_bytes()));
        }
        Ok(())
    }

    /// The bytes that keys sign.
    pub fn message(&self) -> Vec<u8> {
        pre_authentication_encoding(&self.payload_type, &self.payload)
    }

    /// Reads an envelope's JSON. Base64 may be of either alphabet, with or without padding, as the protocol asks of readers.
    ///
    /// *Errors*: any of [`EnvelopeError`]. *Cost*: linear; the caller bounds the text.
    pub fn from_json(text: &[u8]) -> Result<Self, EnvelopeError> {
        let written: Written = serde_json::from_slice(text).map_err(EnvelopeError::Json)?;
        match written.signatures.len() {
            0 => return Err(EnvelopeError::Unsigned),
            count if count > MAX_SIGNATURES => {
                return Err(EnvelopeError::TooManySignatures(count));
            }
            _ => {}
        }
        let payload = from_base64(&written.payload).ok_or(EnvelopeError::Payload)?;
        let read = |(index, signature): (usize, WrittenSignature)| {
            let bytes = from_base64(&signature.sig).ok_or(EnvelopeError::Signature(index))?;
            Ok((KeyId::new(signature.keyid.unwrap_or_default()), bytes))
        };
        let signatures =
            written.signatures.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { payload_type: written.payload_type, payload, signatures })
    }

    /// Writes the envelope as JSON in one line, the same for the same envelope.
    pub fn to_json(&self) -> String {
        let signature = |(id, bytes): &(KeyId, Vec<u8>)| WrittenSignature {
            keyid: Some(id.as_str().to_owned()).filter(|id| !id.is_empty()),
            sig: to_base64(bytes),
        };
        let written = Written {
            payload: to_base64(&self.payload),
            payload_type: self.payload_type.clone(),
            signatures: self.signatures.iter().map(signature).collect(),
        };
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Says which of the keys signed the envelope; `None` if none did, for then its payload is nobody's.
    ///
    /// The key that a signature names is a hint that nobody vouches for: it says which key is tried, and where it names
    /// none of them, all are. A signature is of 64 bytes, or as an SSH agent makes it for this purpose.
    /// *Cost*: signatures times keys for such, else linear.
    pub fn verify(&self, keys: &[PublicKey]) -> Option<Verified<'_>> {
        let message = self.message();
        let keys: Vec<(KeyId, &PublicKey)> = keys.iter().map(|key| (key.id(), key)).collect();
        let mut signers = BTreeSet::new();
        let mut rejected = Vec::new();
        for (index, (hint, signature)) in self.signatures.iter().enumerate() {
            let named = keys.iter().find(|(id, _)| id == hint);
            let tried = named.map_or(keys.as_slice(), std::slice::from_ref);
            // What an SSH agent made holds its key, so there is but one to try.
            let signer = match SshSignature::from_bytes(signature) {
                Ok(ssh) if ssh.verify(SSH_NAMESPACE, &message) => {
                    tried.iter().find(|(_, key)| **key == ssh.key())
                }
                _ => tried.iter().find(|(_, key)| key.has_signed(&message, signature)),
            };
            let why = match signer {
                Some((id, _)) if signers.insert(id.clone()) => continue,
                Some(_) => Rejection::Duplicate,
                None if named.is_some() => Rejection::Wrong,
                None => Rejection::UnknownKey,
            };
            rejected.push(Rejected { index, key: hint.clone(), why });
        }
        (!signers.is_empty()).then_some(Verified {
            payload_type: &self.payload_type,
            payload: &self.payload,
            signers,
            rejected,
        })
    }
}
