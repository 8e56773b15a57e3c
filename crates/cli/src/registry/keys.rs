//! Keys that sign: from files, or by an SSH agent.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_attest::{
    Envelope, KeyError, PrivateKey, PublicKey, SSH_NAMESPACE, SshSignature, Statement,
};

use super::credentials::write_secretly;
use crate::{args::Global, error::CommandError, files};

/// Signs a statement with every key.
pub(super) fn sign(
    global: &Global,
    statement: &Statement,
    keys: &[Utf8PathBuf],
) -> Result<Envelope, CommandError> {
    if keys.is_empty() {
        return Err(CommandError::usage("no key is named to sign with")
            .hint("name one with --key FILE; `trainyard registry key new FILE` makes one"));
    }
    let mut envelope =
        statement.to_envelope().map_err(|error| CommandError::usage(error.to_string()))?;
    for file in keys {
        let path = global.directory.join(file);
        let text = files::read_text(&path)?;
        match PrivateKey::from_text(&text) {
            Ok(key) => envelope.sign(&key),
            Err(error) => {
                let is_locked = matches!(error, KeyError::Locked);
                if !is_locked && PublicKey::from_text(&text).is_err() {
                    return Err(CommandError::usage(format!(
                        "{file} is no key to sign with: {error}"
                    ))
                    .hint("a key is of Ed25519, in PEM or as OpenSSH has it"));
                }
                let signature = by_agent(&path, &envelope.message())?;
                envelope
                    .add_ssh_signature(&signature)
                    .map_err(|error| CommandError::usage(format!("{file}: {error}")))?;
            }
        }
    }
    Ok(envelope)
}

/// Has OpenSSH sign, by its agent, or after it has asked for the passphrase.
#[expect(clippy::disallowed_methods, reason = "the agent is asked as OpenSSH asks it")]
fn by_agent(key: &Utf8Path, message: &[u8]) -> Result<SshSignature, CommandError> {
    let failed = |error: &std::io::Error| {
        CommandError::environment(error).hint("ssh-keygen of OpenSSH signs with this key")
    };
    let mut child = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", SSH_NAMESPACE, "-f", key.as_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A process that ended early tells why below.
        _ = stdin.write_all(message);
    }
    let output = child.wait_with_output().map_err(|error| failed(&error))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        let told = told.trim();
        return Err(CommandError::usage(format!("ssh-keygen does not sign with {key}: {told}"))
            .hint("add the key to the agent: ssh-add"));
    }
    SshSignature::from_text(&String::from_utf8_lossy(&output.stdout)).map_err(|error| {
        CommandError::usage(format!("{key}: {error}")).hint("use a key of Ed25519")
    })
}

/// Reads public keys.
pub(super) fn public(
    global: &Global,
    files: &[Utf8PathBuf],
) -> Result<Vec<PublicKey>, CommandError> {
    let read = |file: &Utf8PathBuf| {
        let text = files::read_text(&global.directory.join(file))?;
        PublicKey::from_text(&text)
            .map_err(|error| CommandError::usage(format!("{file} is no public key: {error}")))
    };
    files.iter().map(read).collect()
}

/// Makes a key pair in two files.
pub(super) fn make(path: &Utf8Path) -> Result<PublicKey, CommandError> {
    let public_path = Utf8PathBuf::from(format!("{path}.pub"));
    for path in [path, &public_path] {
        if path.exists() {
            return Err(CommandError::usage(format!("{path} is there already"))
                .hint("a key is never written over another"));
        }
    }
    let bytes = trainyard_server::Randomness::system().bytes()?;
    let key = PrivateKey::from_bytes(&bytes);
    write_secretly(path, &key.to_pem())?;
    let public = key.public_key();
    files::write_whole(&public_path, &format!("{}\n", public.to_openssh()))?;
    Ok(public)
}
