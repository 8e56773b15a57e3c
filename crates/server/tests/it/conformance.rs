//! The interface is what its description says: schemathesis asks every operation many things, sound and unsound.

use std::process::{Command, Stdio};

use camino::Utf8PathBuf;
use serde_json::json;
use trainyard_attest::Outcome;

use crate::support::{Server, block_on, open_channels};

/// How long it asks each time, in seconds.
const LASTS: &str = "30";

/// Names of what is there; without them nearly all that it asks for is nowhere.
const NAMES: &str = r#"
[parameters]
"path.product" = "pipeline"
"path.component" = "core"
"path.stream" = "core"
"path.channel" = "latest"
"path.version" = "1.0.0"
"path.party" = "one"
"path.name" = "ada"
"path.risk" = "slow"
"path.deployment" = "farm"
"path.seq" = 3
"path.webhook" = "hook"
"#;

/// What is held against every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,\
    unsupported_method,ignored_auth";

/// The program of the Python environment that `cargo xtask test` makes.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
#[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs the tests")]
fn program() -> Option<Utf8PathBuf> {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-tools");
    let folder = std::env::var("TRAINYARD_TEST_TOOLS").unwrap_or_else(|_| usual.to_owned());
    let program = Utf8PathBuf::from(folder).join("bin/schemathesis");
    if program.exists() {
        return Some(program);
    }
    let why = format!("{program} is not there; `cargo xtask test` installs it");
    assert!(std::env::var_os("CI").is_none(), "{why}");
    println!("skipped: schemathesis: {why}");
    None
}

/// A registry with something of everything.
async fn furnished() -> Server {
    let server = Server::with(|settings| settings.access.public_log = true).await;
    server.pipeline(open_channels()).await;
    for version in ["1.0.0", "1.1.0"] {
        let digest = server.publish(version).await;
        server.attest("one/ada", &digest, Outcome::Passed).await.is(201);
    }
    let promote = "products/pipeline/channels/core/latest/promote";
    server.post(promote, json!({ "version": "1.0.0" })).await.is(200);
    let risk = json!({ "name": "slow", "stream": "core", "effect": "block", "versions": "1.1.0",
        "message": "it is slow" });
    server.post("products/pipeline/risks", risk).await.is(201);
    let runs = json!({ "stream": "core", "version": "1.0.0" }).to_string().into_bytes();
    let path = "products/pipeline/deployments/farm";
    server.ask(reqwest::Method::PUT, path, &server.admin, &[], Some(runs)).await.is(200);
    let hook = json!({ "url": "https://hook.invalid/" }).to_string().into_bytes();
    server.ask(reqwest::Method::PUT, "webhooks/hook", &server.admin, &[], Some(hook)).await.is(200);
    server
}

#[test]
fn answers_are_as_described() {
    ask("");
}

#[test]
fn answers_are_as_described_of_what_is_there() {
    ask(NAMES);
}

#[expect(clippy::disallowed_methods, reason = "the tester is a program")]
#[expect(clippy::print_stdout, reason = "what the tester found is told")]
fn ask(settings: &str) {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().expect("what the test needs");
    fs_err::write(folder.path().join("schemathesis.toml"), settings).expect("what the test needs");
    block_on(async {
        let server = furnished().await;
        let ran = Command::new(&program)
            .current_dir(folder.path())
            .arg("run")
            .arg(server.url("/api/v1/openapi.json"))
            .args(["--header", &format!("Authorization: Bearer {}", server.admin)])
            // It tells for as long as one listens.
            .args(["--exclude-operation-id", "follow_log"])
            .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
            .args(["--max-time", LASTS, "--max-examples", "20", "--seed", "7", "--no-shrink"])
            .args(["--generation-database", "none", "--suppress-health-check", "all"])
            // More workers than one meet a fault of CPython 3.11 (its parser's depth is counted across threads).
            .args(["--workers", "1", "--warnings", "off", "--no-color"])
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        let told = String::from_utf8_lossy(&ran.stdout);
        println!("{told}");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        // Whatever it asked, the server is well.
        server.get("/healthz").await.is(200);
        let store = server.running.desk().store().clone();
        store.verify().await.expect("the log is sound");
    });
}
