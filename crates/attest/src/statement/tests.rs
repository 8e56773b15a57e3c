use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Approval, Artifact, Decision, ReleaseStatement, Statement, StatementError, TestResult, Tests,
};
use crate::{Envelope, Environment, Outcome, PrivateKey};

fn digest() -> String {
    format!("sha256:{}", "5a".repeat(32))
}

fn environment() -> Environment {
    let mut environment = Environment::default();
    for fact in ["os=linux", "arch=x86_64", "gpu=RTX 4090"] {
        environment.add_written(fact).unwrap();
    }
    environment
}

fn result() -> TestResult {
    TestResult {
        name: "studio-2026.11".to_owned(),
        digest: digest(),
        flavour: "3D & FX".to_owned(),
        outcome: Outcome::Warned,
        environment: environment(),
        url: Some("https://ci.example/runs/7".to_owned()),
        finished_on: Some("2026-11-20T10:00:00Z".to_owned()),
        tests: Tests {
            passed: vec!["opens".to_owned()],
            warned: vec!["renders".to_owned()],
            failed: Vec::new(),
        },
    }
}

fn approval() -> Approval {
    Approval {
        name: "production rule 4".to_owned(),
        digest: digest(),
        proposal: "rule".to_owned(),
        decision: Decision::Approved,
        reason: "two parties suffice\nsince the third left".to_owned(),
    }
}

fn release() -> ReleaseStatement {
    ReleaseStatement {
        purl: "pkg:generic/studio/%40maya@1.4.0?arch=x86_64".to_owned(),
        package_id: None,
        artifacts: vec![Artifact { name: "maya-1.4.0.zip".to_owned(), digest: digest() }],
    }
}

fn value(statement: &Statement) -> Value {
    serde_json::from_str(&statement.to_json().unwrap()).unwrap()
}

/// Reads a statement after something was changed in it.
fn changed(statement: &Statement, change: impl FnOnce(&mut Value)) -> StatementError {
    let mut value = value(statement);
    change(&mut value);
    Statement::from_json(value.to_string().as_bytes()).unwrap_err()
}

#[test]
fn a_test_result_is_written_as_others_read_it() {
    let text = Statement::TestResult(result()).to_json().unwrap();
    assert_eq!(
        text,
        r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"studio-2026.11","digest":{"sha256":"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"}}],"predicateType":"https://in-toto.io/attestation/test-result/v0.1","predicate":{"result":"WARNED","configuration":[{"name":"flavour","uri":"urn:trainyard:flavour:3D%20%26%20FX"},{"name":"environment","digest":{"sha256":"ENVIRONMENT"},"content":"eyJhcmNoIjoieDg2XzY0IiwiZ3B1IjoiUlRYIDQwOTAiLCJvcyI6ImxpbnV4In0=","mediaType":"application/vnd.trainyard.environment+json"}],"url":"https://ci.example/runs/7","finishedOn":"2026-11-20T10:00:00Z","passedTests":["opens"],"warnedTests":["renders"],"failedTests":[]}}"#
            .replace("ENVIRONMENT", environment().digest().strip_prefix("sha256:").unwrap())
    );
}

#[test]
fn every_kind_is_read_as_it_was_written() {
    let plain = TestResult {
        name: String::new(),
        flavour: String::new(),
        outcome: Outcome::Passed,
        environment: Environment::default(),
        url: None,
        finished_on: None,
        tests: Tests::default(),
        ..result()
    };
    let rejected = Approval { decision: Decision::Rejected, ..approval() };
    for statement in [
        Statement::TestResult(result()),
        Statement::TestResult(plain),
        Statement::Approval(approval()),
        Statement::Approval(rejected),
        Statement::Release(release()),
        Statement::Release(ReleaseStatement { package_id: Some("7".to_owned()), ..release() }),
    ] {
        let text = statement.to_json().unwrap();
        assert_eq!(Statement::from_json(text.as_bytes()).unwrap(), statement);
    }
}

#[test]
fn what_a_statement_says_is_read_from_what_was_signed() {
    let keys = [1, 2].map(|seed| PrivateKey::from_bytes(&[seed; 32]));
    let public = keys.each_ref().map(PrivateKey::public_key);
    let mut envelope = Statement::TestResult(result()).to_envelope().unwrap();
    assert!(matches!(envelope.verify_statement(&public), Err(StatementError::NotSigned)));
    envelope.sign(&keys[0]);
    let signed = envelope.verify_statement(&public).unwrap();
    assert_eq!(signed.statement, Statement::TestResult(result()));
    assert_eq!(signed.signers.iter().collect::<Vec<_>>(), [&public[0].id()]);
    let refused = envelope.verify_statement(&public[1..]);
    assert!(matches!(refused, Err(StatementError::NotSigned)));
    let attestation = result().attestation("7", signed.signers, 12);
    assert_eq!(attestation.digest, digest());
    assert_eq!(attestation.flavour, "3D & FX");
    assert_eq!(attestation.environment, "arch=x86_64, gpu=\"RTX 4090\", os=linux");
    let mut other = Envelope::new("text/plain", Statement::TestResult(result()).to_json().unwrap());
    other.sign(&keys[0]);
    let refused = other.verify_statement(&public);
    assert!(matches!(refused, Err(StatementError::PayloadType(name)) if name == "text/plain"));
    let mut other = Envelope::new("application/vnd.in-toto.test-result+json", "{}");
    other.sign(&keys[0]);
    assert!(matches!(other.verify_statement(&public), Err(StatementError::Json(_))));
}

/// The statement that in-toto's document shows, with a digest that we accept.
#[test]
fn results_of_other_tools_are_read() {
    let text = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"gitCommit": "d20a", "sha256": "5a".repeat(32)}, "uri": "git+x"}],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": "PASSED",
            "configuration": [{"name": "ci.yml", "digest": {"gitBlob": "ebe4"}, "annotations": {}}],
            "passedTests": ["build (3.7, ubuntu-latest, py)"],
            "theirOwn": [1],
        },
    });
    let read = Statement::from_json(text.to_string().as_bytes()).unwrap();
    let expected = TestResult {
        name: String::new(),
        digest: digest(),
        flavour: String::new(),
        outcome: Outcome::Passed,
        environment: Environment::default(),
        url: None,
        finished_on: None,
        tests: Tests {
            passed: vec!["build (3.7, ubuntu-latest, py)".to_owned()],
            ..Tests::default()
        },
    };
    assert_eq!(read, Statement::TestResult(expected));
}

#[test]
fn other_statements_are_refused_with_their_reasons() {
    use StatementError as E;
    let result = || Statement::TestResult(result());
    let error =
        changed(&result(), |value| value["_type"] = json!("https://in-toto.io/Statement/v2"));
    assert!(matches!(error, E::Type(_)), "{error}");
    let error = changed(&result(), |value| value["predicateType"] = json!("https://slsa.dev/x"));
    assert_eq!(
        error.to_string(),
        "the statement's predicate is of type `https://slsa.dev/x`; accepted are \
         `https://in-toto.io/attestation/test-result/v0.1`, \
         `https://in-toto.io/attestation/release/v0.1`, \
         `https://in-toto.io/attestation/release/v0.2`, `urn:trainyard:attestation:approval:v1`"
    );
    let error = changed(&result(), |value| value["subject"] = json!([]));
    assert!(matches!(error, E::Subjects(0)), "{error}");
    let two = |value: &mut Value| {
        let subject = value["subject"][0].clone();
        value["subject"].as_array_mut().unwrap().push(subject);
    };
    assert!(matches!(changed(&result(), two), E::Subjects(2)));
    for digits in ["5A".repeat(32), "5a".repeat(31), "5g".repeat(32)] {
        let error = changed(&result(), |v| v["subject"][0]["digest"]["sha256"] = json!(digits));
        assert!(matches!(error, E::Digest(_)), "{error}");
    }
    let error = changed(&result(), |value| value["subject"][0]["name"] = json!("a\u{1b}[31m"));
    assert!(matches!(error, E::Text("subject's name")), "{error}");
    let error = changed(&result(), |value| value["predicate"]["result"] = json!("passed"));
    assert!(matches!(error, E::Json(_)), "{error}");
    let error = changed(&result(), |value| value["predicate"]["result"] = json!("PASSED"));
    assert!(matches!(error, E::AtOdds("warned")), "{error}");
    let error = changed(&result(), |value| value["predicate"]["failedTests"] = json!(["x"]));
    assert!(matches!(error, E::AtOdds("failed")), "{error}");
    let error = changed(&result(), |value| value["predicate"] = json!({"result": "PASSED"}));
    assert!(matches!(error, E::Json(_)), "{error}");
    let error = changed(&result(), |value| value["predicate"]["url"] = json!("x".repeat(5000)));
    assert!(matches!(error, E::Text("url")), "{error}");
    let error =
        changed(&Statement::Approval(approval()), |v| v["predicate"]["reason"] = json!(" "));
    assert!(matches!(error, E::Text("reason")), "{error}");
    for purl in ["pkg:generic/x", "generic/x@1", "pkg:npm/@scope/x", "pkg:npm/x?a=b@1"] {
        let release = Statement::Release(release());
        let error = changed(&release, |value| value["predicate"]["purl"] = json!(purl));
        assert!(matches!(error, E::Purl(_)), "{error}");
    }
    let twice = result().to_json().unwrap().replacen("\"result\":", "\"result\":\"PASSED\",$0", 1);
    let twice = twice.replace("$0", "\"result\":");
    assert!(matches!(Statement::from_json(twice.as_bytes()), Err(E::Json(_))));
    let long = vec![b' '; (4 << 20) + 1];
    assert!(matches!(Statement::from_json(&long), Err(E::TooLong(_))));
}

#[test]
fn flavour_and_environment_have_one_spelling() {
    use StatementError as E;
    let with = |place: usize, name: &'static str, to: Value| {
        changed(&Statement::TestResult(result()), |value| {
            value["predicate"]["configuration"][place][name] = to;
        })
    };
    for name in ["3D%20%26%20%46X", "a%2fb", "%zz", "%", "%ff", "a b"] {
        let error = with(0, "uri", json!(format!("urn:trainyard:flavour:{name}")));
        assert!(matches!(error, E::Flavour(_)), "{name}: {error}");
    }
    assert!(matches!(with(0, "uri", json!("urn:trainyard:flavour:")), E::Text("flavour")));
    assert!(matches!(with(1, "uri", json!("urn:trainyard:flavour:2D")), E::Twice("flavour")));
    assert!(matches!(with(1, "content", Value::Null), E::Environment));
    assert!(matches!(with(1, "content", json!("e30=")), E::Environment));
    let facts = |text: &str| {
        changed(&Statement::TestResult(result()), |value| {
            let item = &mut value["predicate"]["configuration"][1];
            item["digest"] = json!({});
            item["content"] = json!(crate::encoding::to_base64(text.as_bytes()));
        })
    };
    assert!(matches!(facts(r#"{"OS":"linux"}"#), E::Fact(_)));
    assert!(matches!(facts(r#"{"os":"linux","os":"windows"}"#), E::Json(_)));
    let twice = changed(&Statement::TestResult(result()), |value| {
        let item = value["predicate"]["configuration"][1].clone();
        value["predicate"]["configuration"].as_array_mut().unwrap().push(item);
    });
    assert!(matches!(twice, E::Twice("environment")));
}

#[test]
fn what_could_not_be_read_is_not_written() {
    let wrong = TestResult { digest: "5a5a".to_owned(), ..result() };
    assert!(Statement::TestResult(wrong).to_envelope().is_err());
    let wrong = TestResult { outcome: Outcome::Passed, ..result() };
    assert!(Statement::TestResult(wrong).to_json().is_err());
}

proptest! {
    #[test]
    fn every_flavour_and_name_of_a_test_comes_back(
        flavour in "\\PC{1,20}", test in "\\PC{1,20}", name in "\\PC{1,20}",
    ) {
        prop_assume!([&flavour, &test, &name].iter().all(|text| !text.trim().is_empty()));
        let tests = Tests { warned: vec![test], ..Tests::default() };
        let statement = Statement::TestResult(TestResult { name, flavour, tests, ..result() });
        let text = statement.to_json().unwrap();
        prop_assert_eq!(Statement::from_json(text.as_bytes()).unwrap(), statement);
    }
}
