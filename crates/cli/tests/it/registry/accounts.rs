//! Which registry is spoken to, and with whose token.

use std::{io::Write as _, process::Stdio};

use super::served::{Served, bare, settled};
use crate::command::{Run, answer};

/// Logs in with a token on stdin.
fn login(served: &Served, token: &str) -> Run {
    let mut command = bare(served.path(), &["registry", "login", "--registry", &served.url]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(token.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

#[test]
fn a_token_is_kept_for_its_owner_alone() {
    let served = Served::new();
    let who = ["registry", "whoami"];
    assert_eq!(answer(&mut bare(served.path(), &who)).code, 2);
    let wrong = login(&served, "ty_wrong\n");
    assert_eq!(wrong.code, 2, "{}", wrong.transcript());
    let run = login(&served, &format!("{}\n", served.token));
    assert_eq!(run.code, 0, "{}", run.transcript());
    let known = answer(&mut bare(served.path(), &who));
    assert!(known.stdout.starts_with("admin/admin, to http://127.0.0.1"), "{}", known.transcript());

    let file = served.path().join(".git/tests/config/trainyard/registries.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = || std::fs::metadata(&file).unwrap().permissions();
        assert_eq!(mode().mode() & 0o777, 0o600);
        let mut open = mode();
        open.set_mode(0o644);
        std::fs::set_permissions(&file, open).unwrap();
        let refused = answer(&mut bare(served.path(), &who));
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("others may read it"), "{}", refused.stderr);
        let mut closed = mode();
        closed.set_mode(0o600);
        std::fs::set_permissions(&file, closed).unwrap();
    }
    let out = answer(&mut bare(served.path(), &["registry", "logout"]));
    assert_eq!(out.code, 0);
    assert!(!std::fs::read_to_string(&file).unwrap().contains("ty_"));
}

#[test]
fn a_policy_names_the_registry_and_gets_no_token_of_the_environment() {
    let served = Served::new();
    let policy = format!(
        "preset = \"semver\"\n[product]\nname = \"pipeline\"\nmetadata = {{ registry = \"{}/\" }}\n",
        served.url
    );
    served.folder.write(&[("trainyard.toml", &policy)]);
    let who = ["registry", "whoami"];
    let run = answer(bare(served.path(), &who).env("TRAINYARD_TOKEN", &served.token));
    assert!(run.stdout.starts_with("nobody in particular"), "{}", run.transcript());
    login(&served, &served.token);
    let run = answer(&mut bare(served.path(), &who));
    assert!(run.stdout.starts_with("admin/admin"), "{}", run.transcript());
}

#[test]
fn organisations_people_and_keys_are_enrolled() {
    let served = Served::new();
    let guard = settled();
    let commands: &[&[&str]] = &[
        &["channel", "list"],
        &["registry", "add", "party", "studio", "--title", "A studio"],
        &["registry", "add", "person", "studio/ada", "--title", "Ada"],
        &["registry", "add", "person", "ada"],
        &["registry", "key", "new", "ada.pem"],
        &["registry", "key", "new", "ada.pem"],
        &["registry", "add", "key", "studio/ada", "ada.pem.pub"],
        &["registry", "add", "key", "studio/ada", "ada.pem"],
        &["registry", "add", "product", "pipeline", "--party", "studio"],
        &["registry", "add", "waiver", "core@1.0.0", "--why", "it is small"],
        &["channel", "list"],
        &["registry", "list", "people"],
    ];
    insta::assert_snapshot!("enrolled", served.session(commands));
    drop(guard);
    let people = served.json(&["registry", "list", "people", "--party", "studio"]);
    let key = people[0]["keys"][0]["id"].as_str().unwrap();
    served.done(&["registry", "key", "end", "studio/ada", key, "--why", "a new machine"]);
    served.done(&["registry", "key", "revoke", "studio/ada", key, "--why", "it was stolen"]);
    let listed = served.done(&["registry", "list", "people", "--party", "studio"]);
    assert!(listed.contains("revoked: it was stolen"), "{listed}");
}

#[test]
fn rights_are_given_out_and_taken_back() {
    let served = Served::pipeline();
    let issue = ["registry", "token", "issue", "ci", "--principal", "maker/ada"];
    let rights = ["--right", "publish:pipeline", "--right", "validate"];
    let secret = served.done(&[&issue[..], &rights].concat());
    let as_robot = |arguments: &[&str]| {
        answer(served.command(arguments).env("TRAINYARD_TOKEN", secret.trim()))
    };
    let who = as_robot(&["registry", "whoami"]).stdout;
    assert!(who.contains("may publish:pipeline, validate"), "{who}");
    let manifest = served.manifest("1.0.0");
    let publish = ["publish", "release", "core", "--manifest", &manifest];
    assert_eq!(as_robot(&publish).code, 0);
    let refused = as_robot(&["channel", "promote", "latest", "1.0.0"]);
    assert_eq!(refused.code, 2, "{}", refused.transcript());
    served.done(&["registry", "token", "revoke", "ci", "--why", "lost"]);
    assert_eq!(as_robot(&["registry", "whoami"]).code, 2);
    let guard = settled();
    let commands: &[&[&str]] = &[
        &["registry", "list", "products"],
        &["registry", "list", "parties"],
        &["registry", "list", "components"],
        &["registry", "list", "tokens"],
        &["registry", "list", "people", "--party", "one"],
        &["registry", "token", "issue", "x", "--right", "everything"],
    ];
    insta::assert_snapshot!("lists", served.session(commands));
    drop(guard);
}

#[test]
fn nobody_there_is_the_environments_fault() {
    let served = Served::new();
    let gone = ["channel", "list", "--product", "x", "--registry", "http://127.0.0.1:1"];
    let run = served.run(&gone);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert!(run.stderr.contains("does not answer"), "{}", run.stderr);
    let wrong = served.run(&["channel", "list", "--registry", "registry.example"]);
    assert_eq!(wrong.code, 2, "{}", wrong.transcript());
}
