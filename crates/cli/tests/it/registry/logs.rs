//! The log, its proofs, and backups.

use super::served::{Served, bare, serve, settled};
use crate::command::answer;

#[test]
fn an_attestation_is_proved_without_the_registry() {
    let served = Served::pipeline();
    served.publish("1.0.0");
    served.done(&["attest", "core@1.0.0", "--verdict", "PASSED", "--key", "one.pem"]);
    served.done(&["registry", "verify"]);
    let id = served.json(&["attest", "list"])[0]["id"].as_str().unwrap().to_owned();
    served.done(&["attest", "proof", &id, "--output", "proof.json"]);
    let verify = ["attest", "verify", "proof.json", "--offline", "--key", "one.pem.pub"];
    let guard = settled();
    let alone = answer(&mut bare(served.path(), &verify));
    insta::assert_snapshot!("proved", alone.transcript());

    let text = std::fs::read_to_string(served.path().join("proof.json")).unwrap();
    let mut wrong: serde_json::Value = serde_json::from_str(&text).unwrap();
    wrong["inclusion"]["seq"] = 3.into();
    served.folder.write(&[("proof.json", &wrong.to_string())]);
    let refused = answer(&mut bare(served.path(), &verify));
    insta::assert_snapshot!("disproved", refused.transcript());
    served.folder.write(&[("proof.json", &text)]);
    let other = ["attest", "verify", "proof.json", "--offline", "--key", "two.pem.pub"];
    assert_eq!(answer(&mut bare(served.path(), &other)).code, 1);

    served.done(&["attest", "verify", "proof.json", "--key", "one.pem.pub"]);
    let stranger = served.run(&["attest", "withdraw", &id, "--why", "the wrong machine"]);
    assert_eq!(stranger.code, 2, "only its signers take it back: {}", stranger.transcript());
    drop(guard);
}

#[test]
fn a_log_that_became_shorter_is_noticed() {
    let mut served = Served::pipeline();
    served.done(&["registry", "backup", "old.db"]);
    served.publish("1.0.0");
    let guard = settled();
    insta::assert_snapshot!("first_time", served.done(&["registry", "verify"]));
    served.publish("1.1.0");
    insta::assert_snapshot!("second_time", served.done(&["registry", "verify"]));

    served.done(&["registry", "restore", "old.db", "--database", "other.db"]);
    let again = served.run(&["registry", "restore", "old.db", "--database", "other.db"]);
    assert_eq!(again.code, 2, "{}", again.transcript());
    let (mut other, started) =
        serve(served.path(), &["--database", "other.db", "--key-file", "registry.key"]);
    // What was seen is remembered by the address.
    let seen = served.path().join(".git/tests/state/trainyard/logs");
    let name = |url: &str| seen.join(format!("{}.json", url.replace([':', '/'], "_")));
    let url = started["url"].as_str().unwrap();
    std::fs::rename(name(&served.url), name(url)).unwrap();
    served.url = url.to_owned();
    let run = served.run(&["registry", "verify"]);
    insta::assert_snapshot!("shorter", run.transcript());
    other.kill().unwrap();
    other.wait().unwrap();
    drop(guard);
}

#[test]
#[expect(clippy::print_stdout, reason = "that it was skipped is told")]
fn keys_of_openssh_sign() {
    let Some(served) = with_openssh_keys() else {
        println!("skipped: ssh-keygen is not installed");
        return;
    };
    served.publish("1.0.0");
    // The private half itself, and the public one, for which ssh-keygen or its agent finds the private one.
    for (key, file) in [("plain", "one.json"), ("plain.pub", "two.json")] {
        let sign = ["attest", "core@1.0.0", "--verdict", "PASSED", "--key", key, "--output", file];
        served.done(&sign);
        let verify = ["attest", "verify", file, "--offline", "--key", "plain.pub"];
        let run = served.run(&verify);
        assert_eq!(run.code, 0, "{}", run.transcript());
    }
    let other = ["attest", "core@1.0.0", "--verdict", "PASSED", "--key", "rsa", "--output", "x"];
    assert_eq!(served.run(&other).code, 2);
    served.done(&["registry", "add", "key", "one/ada", "plain.pub"]);
    served.done(&["attest", "--envelope", "two.json"]);
}

/// A registry, with keys that OpenSSH made in its folder; `None` where there is no OpenSSH.
#[expect(clippy::disallowed_methods, reason = "the keys of another program are what is tested")]
fn with_openssh_keys() -> Option<Served> {
    let served = Served::pipeline();
    for (kind, name) in [("ed25519", "plain"), ("rsa", "rsa")] {
        let arguments = ["-q", "-t", kind, "-N", "", "-C", "test", "-f", name];
        let made = std::process::Command::new("ssh-keygen")
            .args(arguments)
            .current_dir(served.path())
            .status();
        made.ok()?;
    }
    Some(served)
}
