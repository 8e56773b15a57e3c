//! What OpenSSH makes is read here, and what is made here OpenSSH takes.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use trainyard_attest::{
    Envelope, KeyError, PrivateKey, PublicKey, SSH_NAMESPACE, SshSignature, Statement,
    StatementError, TestResult, Tests,
};

/// A folder with a key of `ssh-keygen`; none where the machine has no such program, which is told.
#[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs the tests")]
fn folder_with_key(arguments: &[&str]) -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let made = keygen(&folder)
        .args(["-q", "-C", "ann@studio.example", "-f", "key"])
        .args(arguments)
        .status();
    if made.is_err() {
        println!("skipped: there is no ssh-keygen");
        return None;
    }
    assert!(made.unwrap().success());
    Some(folder)
}

#[expect(clippy::disallowed_methods, reason = "the program is what we are held against")]
fn keygen(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new("ssh-keygen");
    command.current_dir(folder.path()).stderr(Stdio::null()).stdout(Stdio::null());
    command
}

fn text(folder: &tempfile::TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn envelope() -> Envelope {
    let result = TestResult {
        name: "studio".to_owned(),
        digest: format!("sha256:{}", "5a".repeat(32)),
        flavour: "2D".to_owned(),
        outcome: trainyard_attest::Outcome::Passed,
        environment: trainyard_attest::Environment::default(),
        url: None,
        finished_on: None,
        tests: Tests::default(),
    };
    Statement::TestResult(result).to_envelope().unwrap()
}

#[test]
fn keys_are_read_and_signatures_go_both_ways() {
    let Some(folder) = folder_with_key(&["-t", "ed25519", "-N", ""]) else { return };
    let key = PrivateKey::from_text(&text(&folder, "key")).unwrap();
    let public = PublicKey::from_text(&text(&folder, "key.pub")).unwrap();
    assert_eq!(key.public_key(), public);
    let mut envelope = envelope();
    fs::write(folder.path().join("message"), envelope.message()).unwrap();
    let signing = ["-Y", "sign", "-n", SSH_NAMESPACE, "-f", "key", "message"];
    assert!(keygen(&folder).args(signing).status().unwrap().success());
    let theirs = SshSignature::from_text(&text(&folder, "message.sig")).unwrap();
    envelope.add_ssh_signature(&theirs).unwrap();
    let signed = Envelope::from_json(envelope.to_json().as_bytes()).unwrap();
    assert_eq!(signed.verify_statement(&[public]).unwrap().signers.len(), 1);

    let ours = SshSignature::sign(&key, SSH_NAMESPACE, &envelope.message());
    assert_eq!(ours, theirs);
    fs::write(folder.path().join("ours.sig"), ours.to_text()).unwrap();
    let allowed = format!("ann@studio.example {}", text(&folder, "key.pub"));
    fs::write(folder.path().join("allowed"), allowed).unwrap();
    let verifies = |message: &[u8]| {
        let mut child = keygen(&folder)
            .args(["-Y", "verify", "-n", SSH_NAMESPACE, "-f", "allowed"])
            .args(["-I", "ann@studio.example", "-s", "ours.sig"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(message).unwrap();
        child.wait().unwrap().success()
    };
    assert!(verifies(&envelope.message()));
    assert!(!verifies(b"another"));
}

#[test]
fn keys_with_passphrases_and_of_other_kinds_are_told() {
    let Some(folder) = folder_with_key(&["-t", "ed25519", "-N", "secret", "-a", "1"]) else {
        return;
    };
    assert_eq!(PrivateKey::from_text(&text(&folder, "key")).unwrap_err(), KeyError::Locked);
    let Some(folder) = folder_with_key(&["-t", "ecdsa", "-N", ""]) else { return };
    assert_eq!(PrivateKey::from_text(&text(&folder, "key")).unwrap_err(), KeyError::Kind);
    assert_eq!(PublicKey::from_text(&text(&folder, "key.pub")), Err(KeyError::Kind));
}

#[test]
fn a_signature_for_something_else_is_no_attestation() {
    let key = PrivateKey::from_bytes(&[1; 32]);
    let mut envelope = envelope();
    let other = SshSignature::sign(&key, "file", &envelope.message());
    assert!(envelope.add_ssh_signature(&other).is_err());
    let told = envelope.verify_statement(&[key.public_key()]);
    assert!(matches!(told, Err(StatementError::NotSigned)));
}
