use super::{WitnessRefusal, WitnessRequest};
use crate::{
    keys::PrivateKey,
    log::{Checkpoint, NoteError, NoteKey, ProofError, SignedNote, Tree, leaf_hash},
};

const LOG: &str = "registry.example/log";
const WITNESS: &str = "witness.example/w1";

fn private(seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(&[seed; 32])
}

fn log_key() -> NoteKey {
    NoteKey::new(LOG, private(1).public_key()).unwrap()
}

fn witness_key() -> NoteKey {
    NoteKey::of_witness(WITNESS, private(2).public_key()).unwrap()
}

fn tree() -> Tree {
    let mut tree = Tree::default();
    for number in 0..9_u8 {
        tree.push(leaf_hash(&[number]));
    }
    tree
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint { origin: LOG.to_owned(), size, root: tree().root(size).unwrap() }
}

fn signed(checkpoint: &Checkpoint) -> SignedNote {
    let mut note = SignedNote::new(checkpoint.to_string()).unwrap();
    note.sign(LOG, &private(1)).unwrap();
    note
}

fn request(old: u64, new: u64) -> WitnessRequest {
    WitnessRequest {
        old_size: old,
        proof: tree().consistency_proof(old, new).unwrap(),
        checkpoint: signed(&checkpoint(new)),
    }
}

#[test]
fn requests_are_read_as_they_were_written() {
    for request in [request(0, 5), request(3, 9), request(9, 9)] {
        assert_eq!(WitnessRequest::from_text(&request.to_string()).unwrap(), request);
    }
    let good = request(3, 9).to_string();
    let long = good.replacen("old 3\n", &format!("old 3\n{}", "A\n".repeat(64)), 1);
    let hash = good.lines().nth(1).unwrap().to_owned() + "\n";
    let many = good.replacen("old 3\n", &format!("old 3\n{}", hash.repeat(63)), 1);
    let wrong =
        ["", "old 3", &good.replace("old 3", "old 03"), &good.replace("old 3", "3"), &long, &many];
    for text in wrong {
        assert_eq!(WitnessRequest::from_text(text), Err(NoteError::Form), "{text}");
    }
}

#[test]
fn a_witness_follows_a_log() {
    let first = request(0, 3).check(&log_key(), None).unwrap();
    assert_eq!(first, checkpoint(3));
    let second = request(3, 9).check(&log_key(), Some(&first)).unwrap();
    assert_eq!(second, checkpoint(9));
    assert!(request(9, 9).check(&log_key(), Some(&second)).is_ok());
}

#[test]
fn a_witness_refuses_what_does_not_follow() {
    use WitnessRefusal as R;
    let known = checkpoint(5);
    let refused = |request: &WitnessRequest| request.check(&log_key(), Some(&known)).unwrap_err();
    assert_eq!(refused(&request(3, 9)), R::Conflict(5));
    assert_eq!(refused(&WitnessRequest { old_size: 9, ..request(3, 5) }), R::Older);
    let no_proof = WitnessRequest { proof: Vec::new(), ..request(5, 9) };
    assert!(matches!(refused(&no_proof), R::Inconsistent(_)));
    let fork = Checkpoint { root: [1; 32], ..checkpoint(5) };
    let split = WitnessRequest { checkpoint: signed(&fork), ..request(5, 5) };
    assert_eq!(refused(&split), R::Inconsistent(ProofError::Root));
    let other = NoteKey::new("another.example", private(1).public_key()).unwrap();
    let told = request(5, 9).check(&other, Some(&known));
    assert_eq!(told, Err(R::NotSigned(NoteError::NotSigned)));
    let mut note =
        SignedNote::new(Checkpoint { origin: "x".to_owned(), ..known.clone() }.to_string());
    note.as_mut().unwrap().sign(LOG, &private(1)).unwrap();
    let renamed = WitnessRequest { checkpoint: note.unwrap(), ..request(5, 5) };
    assert_eq!(refused(&renamed), R::NotSigned(NoteError::Checkpoint));
    let empty = Checkpoint { size: 0, ..fork };
    let told = WitnessRequest { old_size: 0, proof: Vec::new(), checkpoint: signed(&empty) };
    let told = told.check(&log_key(), None);
    assert_eq!(told, Err(R::Inconsistent(ProofError::Root)));
}

#[test]
fn cosignatures_tell_when() {
    let mut note = signed(&checkpoint(5));
    assert_eq!(note.cosigned_secs(&witness_key()), Err(NoteError::NotSigned));
    let mut theirs = note.clone();
    theirs.cosign(WITNESS, &private(2), 1_679_315_147).unwrap();
    // What a witness answers with is its lines alone.
    let text = theirs.to_string();
    note.add_lines(&format!("{}\n", text.lines().last().unwrap())).unwrap();
    let read = SignedNote::from_text(&note.to_string()).unwrap();
    assert_eq!(read.cosigned_secs(&witness_key()), Ok(1_679_315_147));
    assert_eq!(read.verify(&witness_key()), Ok(checkpoint(5).to_string().as_str()));
    assert_eq!(read.cosigned_secs(&log_key()), Err(NoteError::NotSigned));
    // One key under two names is one witness.
    note.cosign("other.example", &private(2), 1_679_315_148).unwrap();
    let again = NoteKey::of_witness("other.example", private(2).public_key()).unwrap();
    let stranger = NoteKey::of_witness("stranger.example", private(3).public_key()).unwrap();
    assert_eq!(note.cosigned_by(&[stranger, witness_key(), again]), [WITNESS]);
    let line = witness_key().to_string();
    assert_eq!(NoteKey::from_line(&line), Ok(witness_key()));
    assert_ne!(
        witness_key().number(),
        NoteKey::new(WITNESS, private(2).public_key()).unwrap().number()
    );
    let mut other = SignedNote::new("text\n").unwrap();
    assert_eq!(other.cosign(WITNESS, &private(2), 1), Err(NoteError::Checkpoint));
    assert_eq!(note.cosign(WITNESS, &private(2), u64::MAX), Err(NoteError::Time));
    assert_eq!(note.add_lines("- x\n"), Err(NoteError::Form));
}

/// The message is that of the specification, so that a signature over it as plain text is a cosignature.
#[test]
fn cosignatures_are_made_as_specified() {
    let mut note = signed(&checkpoint(5));
    let message = format!("cosignature/v1\ntime 7\n{}", checkpoint(5));
    let mut bytes = witness_key().number().to_vec();
    bytes.extend(7_u64.to_be_bytes());
    bytes.extend(private(2).sign(message.as_bytes()));
    let line = format!("\u{2014} {WITNESS} {}\n", crate::encoding::to_base64(&bytes));
    note.add_lines(&line).unwrap();
    assert_eq!(note.cosigned_secs(&witness_key()), Ok(7));
    // Another time under the same signature is a wrong one, and that undoes the good one as well.
    bytes[11] ^= 1;
    note.add_lines(&format!("\u{2014} {WITNESS} {}\n", crate::encoding::to_base64(&bytes)))
        .unwrap();
    assert_eq!(note.cosigned_secs(&witness_key()), Err(NoteError::Wrong));
}
