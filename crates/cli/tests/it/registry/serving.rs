//! Starting a server.

use super::served::{bare, serve};
use crate::command::answer;
use trainyard_testkit::TestRepository;

#[test]
fn a_server_tells_its_first_token_once() {
    let folder = TestRepository::new();
    let (mut first, started) = serve(folder.path(), &[]);
    assert!(started["token"].as_str().unwrap().starts_with("ty_"));
    first.kill().unwrap();
    first.wait().unwrap();
    let (mut second, started) = serve(folder.path(), &[]);
    assert_eq!(started.get("token"), None);
    second.kill().unwrap();
    second.wait().unwrap();
}

#[test]
fn settings_come_from_a_file_too() {
    let folder = TestRepository::new();
    let config = "database = \"data.db\"\nprivate = true\nadmin-token-file = \"token\"\nrequests-per-second = 9\n";
    folder.write(&[("serve.toml", config)]);
    let (mut child, started) = serve(folder.path(), &["--config", "serve.toml"]);
    assert_eq!(started.get("token"), None, "it is in its file");
    let url = started["url"].as_str().unwrap();
    let list = ["registry", "list", "products", "--registry", url];
    let run = answer(&mut bare(folder.path(), &list));
    assert_eq!(run.code, 2, "{}", run.transcript());
    let token = std::fs::read_to_string(folder.path().join("token")).unwrap();
    let run = answer(bare(folder.path(), &list).env("TRAINYARD_TOKEN", token.trim()));
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(folder.path().join("data.db").exists());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let folder = TestRepository::new();
    folder.write(&[
        ("serve.toml", "\ndatabse = \"data.db\"\n"),
        ("numbers.toml", "connections = 0\nrequests-at-once = 9223372036854775807\n"),
        ("listen.toml", "listen = \"localhost:0\"\n"),
    ]);
    let tries: &[&[&str]] = &[
        &["serve", "--config", "serve.toml"],
        &["serve", "--tls-cert", "chain.pem"],
        &["serve", "--database", "mysql://here"],
        &["serve", "--database", "absent/registry.db", "--log", "error"],
        &["serve", "--listen", "here"],
        &["serve", "--origin", "two words"],
        &["serve", "--log", "trainyard=wat"],
        &["serve", "--config", "numbers.toml"],
        &["serve", "--config", "listen.toml"],
    ];
    let said: Vec<_> = tries.iter().map(|it| answer(&mut bare(folder.path(), it))).collect();
    let codes: Vec<_> = said.iter().map(|run| run.code).collect();
    assert_eq!(codes, [2, 2, 2, 3, 2, 2, 2, 2, 2], "{said:#?}");
    let text: Vec<_> = said.iter().map(crate::command::Run::transcript).collect();
    insta::assert_snapshot!("refused", text.join("\n"));
}

#[test]
fn replicas_need_a_key_that_they_share() {
    let folder = TestRepository::new();
    let database = "postgres://nobody@127.0.0.1:1/registry";
    let run = answer(&mut bare(folder.path(), &["serve", "--database", database]));
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("--key-file"), "{}", run.transcript());
}

#[test]
fn a_database_is_named_by_a_file_or_the_environment() {
    let folder = TestRepository::new();
    folder.write(&[("secret", "one.db\n"), ("empty", "\n")]);
    folder.write(&[("serve.toml", "database = \"one.db\"\ndatabase-file = \"secret\"\n")]);
    let (mut child, _) = serve(folder.path(), &["--database-file", "secret"]);
    assert!(folder.path().join("one.db").exists());
    child.kill().unwrap();
    child.wait().unwrap();

    let said = |arguments: &[&str]| {
        answer(bare(folder.path(), arguments).env("TRAINYARD_DATABASE", "mysql://environment"))
    };
    let run = said(&["serve"]);
    assert!(run.code == 2 && run.stderr.contains("mysql"), "{}", run.transcript());
    let run = said(&["serve", "--database-file", "empty"]);
    assert!(run.code == 2 && run.stderr.contains("names no database"), "{}", run.transcript());
    let run = said(&["serve", "--config", "serve.toml"]);
    assert!(run.code == 2 && run.stderr.contains("both set"), "{}", run.transcript());
    let run = said(&["serve", "--database", "one.db", "--database-file", "secret"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    let run = said(&["serve", "--database-file", "absent"]);
    assert_eq!(run.code, 3, "{}", run.transcript());

    // Backups are of what is served.
    for work in ["backup", "restore"] {
        let run = said(&["registry", work, "one.bak"]);
        assert!(run.code == 2 && run.stderr.contains("mysql"), "{}", run.transcript());
    }
    let run = said(&["registry", "backup", "one.bak", "--database-file", "secret"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    let run = answer(
        bare(folder.path(), &["registry", "restore", "one.bak"])
            .env("TRAINYARD_DATABASE", "two.db"),
    );
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(folder.path().join("two.db").exists());
}

#[test]
fn no_name_leads_to_another_resource() {
    let folder = TestRepository::new();
    for arguments in [["risk", "lift", ".."], ["risk", "show", "."]] {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--product", "..", "--registry", "http://127.0.0.1:1"]);
        if arguments.contains(&"lift") {
            arguments.extend(["--why", "x"]);
        }
        let run = answer(&mut bare(folder.path(), &arguments));
        assert!(run.code == 2 && run.stderr.contains("` is no name"), "{}", run.transcript());
    }
}

#[test]
fn a_server_that_cannot_listen_leaves_nothing_behind() {
    let folder = TestRepository::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = answer(&mut bare(folder.path(), &["serve", "--listen", &address]));
    assert_eq!(run.code, 3, "{}", run.transcript());
    let (mut child, started) = serve(folder.path(), &[]);
    assert!(started["token"].as_str().is_some(), "nobody has seen the first administrator's token");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_log_goes_on_with_its_key_alone() {
    let folder = TestRepository::new();
    let stopped = |arguments: &[&str]| {
        let (mut child, _) = serve(folder.path(), arguments);
        child.kill().unwrap();
        child.wait().unwrap();
    };
    stopped(&[]);
    let (key, kept) = (folder.path().join("registry.key"), folder.path().join("kept.key"));
    std::fs::rename(&key, &kept).unwrap();
    let run = answer(&mut bare(folder.path(), &["serve"]));
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert!(
        run.stderr.contains("is gone") && run.stderr.contains("key new"),
        "{}",
        run.transcript()
    );
    assert!(!key.exists(), "no other key is made");
    stopped(&["--key-file", "kept.key"]);
}
