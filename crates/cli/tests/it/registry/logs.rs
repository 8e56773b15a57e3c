//! The log, its proofs, and backups.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use trainyard_client::{Client, ClientSettings};

use super::served::{Served, bare, serve, settled};
use crate::command::answer;

#[test]
fn an_attestation_is_proved_without_the_registry() {
    let served = Served::pipeline();
    served.publish("1.0.0");
    let env = ["--env", "os=linux", "--key", "one.pem"];
    served.done(&[&["attest", "core@1.0.0", "--verdict", "PASSED"][..], &env].concat());
    let id = served.json(&["attest", "list"])[0]["id"].as_str().unwrap().to_owned();
    served.done(&["attest", "proof", &id, "--output", "proof.json"]);
    let verify = ["attest", "verify", "proof.json", "--offline", "--key", "one.pem.pub"];
    let guard = settled();
    let strange = answer(&mut bare(served.path(), &verify));
    insta::assert_snapshot!("unknown_log", strange.transcript());
    served.done(&["registry", "verify"]);
    let alone = answer(&mut bare(served.path(), &verify));
    insta::assert_snapshot!("proved", alone.transcript());

    let text = std::fs::read_to_string(served.path().join("proof.json")).unwrap();
    let changed = text.replacen("one/ada", "two/ada", 1);
    assert_ne!(changed, text);
    served.folder.write(&[("proof.json", &changed)]);
    let refused = answer(&mut bare(served.path(), &verify));
    insta::assert_snapshot!("disproved", refused.transcript());
    served.folder.write(&[("proof.json", &text)]);
    let other = ["attest", "verify", "proof.json", "--offline", "--key", "two.pem.pub"];
    assert_eq!(answer(&mut bare(served.path(), &other)).code, 1);
    served.folder.write(&[("proof.json", "{\"form\": 2}")]);
    assert_eq!(answer(&mut bare(served.path(), &verify)).code, 2);
    served.folder.write(&[("proof.json", &text)]);

    served.done(&["attest", "verify", "proof.json", "--key", "one.pem.pub"]);
    let stranger = served.run(&["attest", "withdraw", &id, "--why", "the wrong machine"]);
    assert_eq!(stranger.code, 2, "only its signers take it back: {}", stranger.transcript());
    drop(guard);
}

#[test]
fn a_move_is_proved_without_the_registry() {
    let served = Served::pipeline();
    served.publish("1.0.0");
    served.done(&["channel", "promote", "latest", "1.0.0"]);
    for (os, key) in [("os=linux", "one.pem"), ("os=macos", "two.pem")] {
        let attest = ["attest", "core@1.0.0", "--verdict", "PASSED", "--env", os, "--key", key];
        served.done(&attest);
    }
    served.done(&["channel", "promote", "production", "1.0.0"]);
    served.done(&["registry", "verify"]);
    served.done(&["attest", "proof", "--channel", "production", "--output", "move.json"]);
    let guard = settled();
    let verify = ["attest", "verify", "move.json", "--offline"];
    let alone = answer(&mut bare(served.path(), &verify));
    insta::assert_snapshot!("moved", alone.transcript());
    let key = log_key(&served);
    let witnessed = [&verify[..], &["--witness", &key]].concat();
    let alone = answer(&mut bare(served.path(), &witnessed));
    insta::assert_snapshot!("not_witnessed", alone.transcript());
    let nothing = ["attest", "proof", "--channel", "production", "--entry", "3"];
    let wrong: &[&[&str]] = &[&nothing, &["attest", "proof"]];
    insta::assert_snapshot!("no_proof", served.session(wrong));
    drop(guard);
}

/// The registry's own key.
fn log_key(served: &Served) -> String {
    served.json(&["registry", "verify"])["key"].as_str().unwrap().to_owned()
}

/// The proof that the API tells of an attestation alone is read, too.
#[test]
fn a_proof_of_the_interface_is_read() {
    let served = Served::pipeline();
    served.publish("1.0.0");
    served.done(&["attest", "core@1.0.0", "--verdict", "PASSED", "--key", "one.pem"]);
    served.done(&["registry", "verify"]);
    let id = served.json(&["attest", "list"])[0]["id"].as_str().unwrap().to_owned();
    let client = Client::new(ClientSettings::new(&served.url)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let proof = runtime.block_on(client.attestation_proof("pipeline", &id)).unwrap();
    // The line of the log is proved byte for byte.
    served.folder.write(&[("proof.json", &serde_json::to_string(&proof).unwrap())]);
    let verify = ["attest", "verify", "proof.json", "--offline", "--key", "one.pem.pub"];
    let guard = settled();
    insta::assert_snapshot!("told", answer(&mut bare(served.path(), &verify)).transcript());
    let wrong = serde_json::to_string(&proof).unwrap().replace("\"seq\":15,", "\"seq\":3,");
    served.folder.write(&[("proof.json", &wrong)]);
    assert_eq!(answer(&mut bare(served.path(), &verify)).code, 1);
    drop(guard);
}

#[test]
fn lines_are_shown_from_one_on_and_as_they_come() {
    let served = Served::pipeline();
    let size = served.json(&["registry", "verify"])["size"].as_u64().unwrap();
    served.publish("1.0.0");
    let guard = settled();
    let (from, far) = (size.to_string(), (size + 5).to_string());
    let commands: &[&[&str]] = &[
        &["registry", "log", "--from", &from],
        &["registry", "log", "--from", &far],
        &["registry", "log", "--follow", "--format", "markdown"],
    ];
    insta::assert_snapshot!("from", served.session(commands));

    let mut follow = served.command(&["registry", "log", "--from", &from, "--follow"]);
    follow.env("TRAINYARD_TOKEN", &served.token).stdout(Stdio::piped());
    let mut child = follow.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    served.publish("1.1.0");
    let second = lines.next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.contains("published pipeline core 1.0.0"), "{first}");
    assert!(second.contains("admin/admin: published pipeline core 1.1.0"), "{second}");
    drop(guard);
}

#[test]
fn a_log_that_became_shorter_is_noticed() {
    let mut served = Served::pipeline();
    served.done(&["registry", "backup", "old.db"]);
    served.publish("1.0.0");
    let guard = settled();
    let home = served.path().to_owned();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(&regex(home.as_str()), "HOME");
    settings.add_filter(r"127\.0\.0\.1_\d+", "registry.example");
    let paths = settings.bind_to_scope();
    insta::assert_snapshot!("first_time", served.done(&["registry", "verify"]));
    served.publish("1.1.0");
    insta::assert_snapshot!("second_time", served.done(&["registry", "verify"]));
    insta::assert_snapshot!("nothing_new", served.done(&["registry", "verify"]));
    insta::assert_snapshot!("whole", served.done(&["registry", "verify", "--whole"]));

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
    // What grows again from there has other lines, and stays in mind until somebody looks into it.
    served.token = started["token"].as_str().unwrap_or(&served.token).to_owned();
    for version in ["2.0.0", "2.1.0", "2.2.0"] {
        served.publish(version);
    }
    insta::assert_snapshot!("other", served.run(&["registry", "verify"]).transcript());
    other.kill().unwrap();
    other.wait().unwrap();
    drop((paths, guard));
}

/// A path as a pattern of itself.
fn regex(path: &str) -> String {
    path.replace('.', r"\.")
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
