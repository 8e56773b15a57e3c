//! A file that proves, without the registry, what was signed of a release and what a channel's move rested on.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    dsse::{Envelope, EnvelopeError},
    encoding::{from_base64, from_hex, sha256, to_base64, to_hex},
    json::from_json,
    keys::{KeyId, PublicKey},
    log::{
        Checkpoint, Hash, NoteError, NoteKey, ProofError, SignedNote, Tree, leaf_hash,
        verify_inclusion,
    },
    quorum::Verdict,
    statement::{Statement, StatementError},
};

mod lines;
mod moves;

#[cfg(test)]
mod tests;

use self::lines::{Attested, Event, KeyEnrolled, Line};

/// The form of the file that is written and read.
const FORM: u32 = 1;
/// More of anything than this is refused.
const MOST: usize = 100_000;

/// Lines of a log with the proofs that they are in it, and the envelopes and documents that they name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AttestationBundle {
    /// The form of the file.
    form: u32,
    /// The checkpoint of the log, signed, and cosigned by witnesses where there are any.
    pub checkpoint: String,
    /// The lines, each with its proof.
    lines: Vec<ProvenLine>,
    /// What lines name by its digest, in Base64: envelopes, and the rules of channels.
    contents: Vec<String>,
    /// The line that moved a channel, where the file is about a move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved: Option<u64>,
}

/// A line, and that it is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ProvenLine {
    seq: u64,
    /// The line byte for byte.
    line: String,
    /// The hashes beside the way up, hexadecimal.
    hashes: Vec<String>,
}

/// What whoever verifies a file trusts.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The log's key.
    pub log: NoteKey,
    /// Witnesses who may have cosigned its checkpoint.
    pub witnesses: Vec<NoteKey>,
    /// How many of them must have.
    pub least_witnesses: usize,
}

/// What a file proves.
#[derive(Debug)]
pub struct Proven {
    /// The log's name.
    pub origin: String,
    /// How many lines the log had.
    pub size: u64,
    /// The witnesses that cosigned it.
    pub witnesses: Vec<String>,
    /// What was signed, in the order of the log.
    pub attestations: Vec<ProvenAttestation>,
    /// The move of a channel that rested on it.
    pub moved: Option<ProvenMove>,
}

/// Something that was signed, and that the log took in.
#[derive(Debug)]
pub struct ProvenAttestation {
    /// The digest of the envelope.
    pub id: String,
    /// The line of the log that took it in.
    pub seq: u64,
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// What was signed.
    pub statement: Statement,
    /// The keys that signed it.
    pub signers: BTreeSet<KeyId>,
    /// Whose keys these were.
    pub principals: BTreeSet<String>,
}

/// A move of a channel, with what it rested on.
#[derive(Debug)]
pub struct ProvenMove {
    /// The line of the log that moved it.
    pub seq: u64,
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// Who moved it.
    pub by: String,
    /// The product.
    pub product: String,
    /// The stream.
    pub stream: String,
    /// The channel.
    pub channel: String,
    /// The version it pointed to from then on.
    pub version: String,
    /// The digest of that version's content.
    pub digest: String,
    /// Whether it was forced, on approvals instead of evidence.
    pub is_forced: bool,
    /// What was not met, where it was forced.
    pub unmet: Vec<String>,
    /// What the rule says of the quorum, weighed again, by flavour; all of them are met.
    pub verdicts: Vec<(String, Verdict)>,
}

/// Why a file proves nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfflineError {
    /// It is no such file.
    #[error("this is no bundle of attestations")]
    Json(#[source] serde_json::Error),
    /// It is of another form, or larger than any that is made.
    #[error("this bundle of attestations is of a form that cannot be read")]
    Form,
    /// The checkpoint is not signed by the log, or is none.
    #[error("the checkpoint is not the log's")]
    Checkpoint(#[source] NoteError),
    /// Too few witnesses have cosigned it.
    #[error("{has} of {needs} witnesses have cosigned the checkpoint")]
    Witnesses {
        /// How many have.
        has: usize,
        /// How many must.
        needs: usize,
    },
    /// A line is not in the log.
    #[error("line {seq} is not in the log")]
    NotLogged {
        /// The line's number.
        seq: u64,
        /// Why not.
        #[source]
        source: ProofError,
    },
    /// A line is not what a proof rests on, or says another number.
    #[error("line {0} of the log is none that a proof rests on")]
    Line(u64),
    /// What a line names is not in the file.
    #[error("`{0}` is not in the bundle")]
    Missing(String),
    /// An envelope cannot be read.
    #[error("the envelope `{id}` cannot be read")]
    Envelope {
        /// Its digest.
        id: String,
        /// Why not.
        #[source]
        source: EnvelopeError,
    },
    /// What was signed cannot be trusted.
    #[error("the attestation `{id}` cannot be trusted")]
    Statement {
        /// The digest of its envelope.
        id: String,
        /// Why not.
        #[source]
        source: StatementError,
    },
    /// The log says something else of an attestation than what was signed.
    #[error("the log and the attestation `{id}` are at odds about its {what}")]
    AtOdds {
        /// The digest of its envelope.
        id: String,
        /// About what.
        what: &'static str,
    },
    /// The move rests on something that cannot have carried it.
    #[error("the move cannot rest on `{0}`")]
    NotItsEvidence(String),
    /// What the move rests on does not meet the rule.
    #[error("what the move rests on does not meet the channel's rule: {0}")]
    Unmet(String),
}

impl AttestationBundle {
    /// Makes a file of lines of a log, with their proofs from its tree, and of what they name.
    ///
    /// `checkpoint` is that of the whole tree. `None` where a line is not in it. *Cost*: a proof for each line.
    pub fn new(
        tree: &Tree,
        checkpoint: String,
        lines: impl IntoIterator<Item = (u64, String)>,
        contents: impl IntoIterator<Item = Vec<u8>>,
        moved: Option<u64>,
    ) -> Option<Self> {
        let proven = |(seq, line)| {
            let proof = tree.inclusion_proof(seq, tree.size())?;
            Some(ProvenLine { seq, line, hashes: proof.iter().map(|hash| to_hex(hash)).collect() })
        };
        let lines = lines.into_iter().map(proven).collect::<Option<_>>()?;
        let contents = contents.into_iter().map(|bytes| to_base64(&bytes)).collect();
        Some(Self { form: FORM, checkpoint, lines, contents, moved })
    }

    /// Reads a file. *Errors*: [`OfflineError::Json`], [`OfflineError::Form`].
    pub fn from_json(text: &[u8]) -> Result<Self, OfflineError> {
        let bundle: Self = from_json(text).map_err(OfflineError::Json)?;
        let is_small = bundle.lines.len() <= MOST && bundle.contents.len() <= MOST;
        if bundle.form == FORM && is_small { Ok(bundle) } else { Err(OfflineError::Form) }
    }

    /// Writes the file.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Verifies everything that a file says, with nothing but the log's key and the witnesses'.
///
/// The checkpoint is signed; every line is in its tree; every envelope is the one that a line took in, signed by keys that
/// lines enrolled before for the principals that it names, and says what its line says. Where a channel moved, each
/// attestation that the move rested on is there, speaks of what it moved to, and together they meet the rule's quorum as
/// it is weighed again.
///
/// That nothing was left out (a no, a withdrawal, a key that ended, a later rule) is not in it: that needs the whole log.
///
/// *Errors*: any of [`OfflineError`], for the first that is wrong. *Cost*: linear in the file, but for sorted maps.
pub fn verify_offline(bundle: &AttestationBundle, trust: &Trust) -> Result<Proven, OfflineError> {
    let note = SignedNote::from_text(&bundle.checkpoint).map_err(OfflineError::Checkpoint)?;
    let text = note.verify(&trust.log).map_err(OfflineError::Checkpoint)?;
    let checkpoint = Checkpoint::from_text(text).map_err(OfflineError::Checkpoint)?;
    if checkpoint.origin != trust.log.name() {
        return Err(OfflineError::Checkpoint(NoteError::Checkpoint));
    }
    let witnesses: Vec<_> =
        note.cosigned_by(&trust.witnesses).into_iter().map(str::to_owned).collect();
    if witnesses.len() < trust.least_witnesses {
        let (has, needs) = (witnesses.len(), trust.least_witnesses);
        return Err(OfflineError::Witnesses { has, needs });
    }
    let lines = bundle.lines.iter().map(|line| proven(line, &checkpoint));
    let lines: BTreeMap<u64, Line> = lines.collect::<Result<_, _>>()?;
    let contents = bundle.contents.iter().map(|text| {
        let bytes = from_base64(text).ok_or(OfflineError::Form)?;
        Ok((digest(&bytes), bytes))
    });
    let contents: BTreeMap<String, Vec<u8>> = contents.collect::<Result<_, OfflineError>>()?;
    let keys = Keys::new(&lines);
    let mut attestations = Vec::new();
    for line in lines.values() {
        if let Event::Attested(attested) = &line.event {
            attestations.push(attestation(line, attested, &contents, &keys)?);
        }
    }
    let moved = bundle.moved.map(|seq| moves::verify(seq, &lines, &contents, &keys)).transpose()?;
    let Checkpoint { origin, size, .. } = checkpoint;
    Ok(Proven { origin, size, witnesses, attestations, moved })
}

/// A line that is in the log.
fn proven(line: &ProvenLine, checkpoint: &Checkpoint) -> Result<(u64, Line), OfflineError> {
    let ProvenLine { seq, line, hashes } = line;
    let wrong = || OfflineError::Line(*seq);
    let hash = |text: &String| from_hex(text).and_then(|bytes| Hash::try_from(bytes).ok());
    let hashes: Vec<Hash> = hashes.iter().map(hash).collect::<Option<_>>().ok_or_else(wrong)?;
    let (leaf, Checkpoint { size, root, .. }) = (leaf_hash(line.as_bytes()), checkpoint);
    verify_inclusion(&leaf, *seq, *size, root, &hashes)
        .map_err(|source| OfflineError::NotLogged { seq: *seq, source })?;
    let line: Line = from_json(line.as_bytes()).map_err(|_| wrong())?;
    if line.seq == *seq { Ok((*seq, line)) } else { Err(wrong()) }
}

/// A content's digest, as lines name it.
fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", to_hex(&sha256(&[bytes])))
}

/// The keys that lines enrolled.
struct Keys<'a>(BTreeMap<&'a KeyId, Vec<(&'a Line, &'a KeyEnrolled, PublicKey)>>);

impl<'a> Keys<'a> {
    /// A line whose key is not the one that it names says nothing.
    fn new(lines: &'a BTreeMap<u64, Line>) -> Self {
        let mut keys: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for line in lines.values() {
            let Event::KeyEnrolled(enrolled) = &line.event else { continue };
            let Ok(key) = PublicKey::from_openssh(&enrolled.public) else { continue };
            if key.id() == enrolled.id {
                keys.entry(&enrolled.id).or_default().push((line, enrolled, key));
            }
        }
        Self(keys)
    }

    /// The keys of a name that were enrolled before a line and whose time was not over then.
    fn before<'k>(
        &'k self,
        id: &KeyId,
        line: &Line,
    ) -> impl Iterator<Item = &'k (&'a Line, &'a KeyEnrolled, PublicKey)> {
        let (seq, at) = (line.seq, line.at);
        let known = self.0.get(id).into_iter().flatten();
        known.filter(move |(from, enrolled, _)| {
            from.seq < seq && enrolled.until.is_none_or(|until| at < until)
        })
    }
}

/// Something signed that a line took in.
fn attestation(
    line: &Line,
    attested: &Attested,
    contents: &BTreeMap<String, Vec<u8>>,
    keys: &Keys<'_>,
) -> Result<ProvenAttestation, OfflineError> {
    let id = attested.id.clone();
    let at_odds = |what| OfflineError::AtOdds { id: attested.id.clone(), what };
    let envelope = contents.get(&id).ok_or_else(|| OfflineError::Missing(id.clone()))?;
    let envelope = Envelope::from_json(envelope)
        .map_err(|source| OfflineError::Envelope { id: id.clone(), source })?;
    let known = || attested.signers.iter().flat_map(|signer| keys.before(signer, line));
    let public: Vec<_> = known().map(|(_, _, key)| *key).collect();
    let signed = envelope
        .verify_statement(&public)
        .map_err(|source| OfflineError::Statement { id: id.clone(), source })?;
    let holders: BTreeSet<_> = known()
        .filter(|(_, enrolled, _)| signed.signers.contains(&enrolled.id))
        .map(|(_, enrolled, _)| enrolled.principal.as_str())
        .collect();
    if attested.principals.is_empty()
        || !attested.principals.iter().all(|name| holders.contains(name.as_str()))
    {
        return Err(at_odds("signers"));
    }
    match &signed.statement {
        Statement::TestResult(result) => {
            let facts = result.environment.facts();
            let logged = attested.environment.iter();
            let logged = logged.map(|(key, value)| (key.as_str(), value.as_str()));
            if result.digest != attested.subject {
                return Err(at_odds("subject"));
            } else if result.outcome != attested.outcome || attested.is_approval {
                return Err(at_odds("outcome"));
            } else if result.flavour != attested.flavour {
                return Err(at_odds("flavour"));
            } else if !facts.eq(logged) {
                return Err(at_odds("environment"));
            }
        }
        Statement::Approval(approval) => {
            let is_approved = approval.decision == crate::Decision::Approved;
            let is_logged = attested.outcome == crate::Outcome::Passed;
            if approval.digest != attested.subject {
                return Err(at_odds("subject"));
            } else if is_approved != is_logged || !attested.is_approval {
                return Err(at_odds("outcome"));
            }
        }
        Statement::Release(_) => return Err(at_odds("kind")),
    }
    Ok(ProvenAttestation {
        id,
        seq: line.seq,
        at_us: line.at,
        statement: signed.statement,
        signers: signed.signers,
        principals: attested.principals.clone(),
    })
}
