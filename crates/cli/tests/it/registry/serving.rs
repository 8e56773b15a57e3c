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
    folder.write(&[("serve.toml", "databse = \"data.db\"\n")]);
    let tries: &[&[&str]] = &[
        &["serve", "--config", "serve.toml"],
        &["serve", "--tls-cert", "chain.pem"],
        &["serve", "--database", "mysql://here"],
        &["serve", "--database", "absent/registry.db", "--log", "error"],
        &["serve", "--listen", "here"],
    ];
    let said: Vec<_> = tries.iter().map(|it| answer(&mut bare(folder.path(), it))).collect();
    let codes: Vec<_> = said.iter().map(|run| run.code).collect();
    assert_eq!(codes, [2, 2, 2, 3, 2], "{said:#?}");
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
}
