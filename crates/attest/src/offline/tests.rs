use serde_json::{Value, json};

use super::{AttestationBundle, OfflineError, Trust, digest, verify_offline};
use crate::{
    Approval, Checkpoint, Decision, Environment, NoteKey, Outcome, PrivateKey, SignedNote,
    Statement, TestResult, Tests, Tree, leaf_hash,
};

const NOON: i64 = 1_767_268_800_000_000;
const DAY: i64 = 86_400_000_000;

/// A registry's log with what its lines name, as far as these tests need it.
#[derive(Default)]
struct Log {
    lines: Vec<String>,
    contents: Vec<Vec<u8>>,
}

fn log_key() -> PrivateKey {
    PrivateKey::from_bytes(&[7; 32])
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(&[seed; 32])
}

fn release() -> String {
    digest(b"the release")
}

impl Log {
    fn say(&mut self, by: &str, event: &Value) -> u64 {
        let seq = self.lines.len() as u64;
        let at = NOON + i64::try_from(seq).unwrap() * DAY;
        self.lines.push(json!({ "seq": seq, "at": at, "by": by, "event": event }).to_string());
        seq
    }

    fn keep(&mut self, bytes: Vec<u8>) -> String {
        let name = digest(&bytes);
        self.contents.push(bytes);
        name
    }

    /// A product with two validators, a rule for its channel and a release.
    fn new(rule: &Value) -> Self {
        let mut log = Self::default();
        log.say(
            "admin/admin",
            &json!({ "product-created": { "product": "p", "title": "P", "party": "maker" } }),
        );
        let facts = json!({ "components": {}, "channels": { "core": { "production": rule } } });
        let facts = log.keep(facts.to_string().into_bytes());
        let policy = json!({ "product": "p", "digest": digest(b"text"), "facts": facts });
        log.say("admin/admin", &json!({ "policy-set": policy }));
        for (who, seed) in [("one/ada", 1), ("two/bob", 2), ("maker/eve", 3)] {
            let public = key(seed).public_key();
            let enrolled =
                json!({ "principal": who, "id": public.id(), "public": public.to_openssh() });
            log.say("admin/admin", &json!({ "key-enrolled": enrolled }));
        }
        let published = json!({ "product": "p", "name": "core", "digest": release() });
        log.say("maker/eve", &json!({ "published": published }));
        log
    }

    fn attested(&mut self, who: &str, seed: u8, statement: &Statement, change: &Value) -> String {
        let mut envelope = statement.to_envelope().unwrap();
        envelope.sign(&key(seed));
        let id = self.keep(envelope.to_json().into_bytes());
        let mut attested = json!({ "product": "p", "id": id, "outcome": "PASSED", "tests": [0, 0, 0],
            "signers": [key(seed).public_key().id()], "principals": [who] });
        match statement {
            Statement::Approval(approval) => {
                attested["subject"] = json!(approval.digest);
                attested["is-approval"] = json!(true);
            }
            Statement::TestResult(result) => {
                attested["subject"] = json!(result.digest);
                attested["environment"] =
                    serde_json::from_str(&result.environment.to_json()).unwrap();
            }
            Statement::Release(_) => unreachable!("nobody attests that here"),
        }
        for (name, value) in change.as_object().into_iter().flatten() {
            attested[name] = value.clone();
        }
        self.say(who, &json!({ "attested": attested }));
        id
    }

    fn passed(&mut self, who: &str, seed: u8) -> String {
        self.attested(who, seed, &result(&release(), who), &json!({}))
    }

    fn moved(&mut self, kind: &str, relied_on: &[&str]) -> u64 {
        let moved = json!({ "product": "p", "stream": "core", "channel": "production",
            "kind": kind, "to": "1.0.0", "digest": release(), "relied-on": relied_on });
        self.say("maker/eve", &json!({ "channel-moved": moved }))
    }

    fn bundle(&self, moved: Option<u64>) -> AttestationBundle {
        let mut tree = Tree::default();
        for line in &self.lines {
            tree.push(leaf_hash(line.as_bytes()));
        }
        let (size, root) = (tree.size(), tree.root(tree.size()).unwrap());
        let checkpoint = Checkpoint { origin: "log".to_owned(), size, root };
        let mut note = SignedNote::new(checkpoint.to_string()).unwrap();
        note.sign("log", &log_key()).unwrap();
        note.cosign("witness", &key(9), 1_800_000_000).unwrap();
        let lines = (0..).zip(self.lines.clone());
        AttestationBundle::new(&tree, note.to_string(), lines, self.contents.clone(), moved)
            .unwrap()
    }
}

fn result(subject: &str, host: &str) -> Statement {
    let mut environment = Environment::default();
    environment.add("host", &host.replace('/', "-")).unwrap();
    Statement::TestResult(TestResult {
        name: String::new(),
        digest: subject.to_owned(),
        flavour: String::new(),
        outcome: Outcome::Passed,
        environment,
        url: None,
        finished_on: None,
        tests: Tests::default(),
    })
}

fn approval(proposal: &[u8]) -> Statement {
    Statement::Approval(Approval {
        name: String::new(),
        digest: digest(proposal),
        proposal: "force".to_owned(),
        decision: Decision::Approved,
        reason: "it is urgent".to_owned(),
    })
}

fn trust() -> Trust {
    Trust {
        log: NoteKey::new("log", log_key().public_key()).unwrap(),
        witnesses: vec![NoteKey::of_witness("witness", key(9).public_key()).unwrap()],
        least_witnesses: 1,
    }
}

fn two_external() -> Value {
    json!({ "principals": 2, "parties": 2, "external": 2, "environments": 2, "fresh-secs": 864_000 })
}

/// A promotion on the word of two.
fn promotion() -> (Log, u64) {
    let mut log = Log::new(&two_external());
    let (one, two) = (log.passed("one/ada", 1), log.passed("two/bob", 2));
    let seq = log.moved("promoted", &[&one, &two]);
    (log, seq)
}

fn refusal(log: &Log, moved: Option<u64>) -> String {
    let told = verify_offline(&log.bundle(moved), &trust()).unwrap_err();
    told.to_string()
}

#[test]
fn a_promotion_is_proved_with_all_that_it_rests_on() {
    let (log, seq) = promotion();
    let bundle = AttestationBundle::from_json(log.bundle(Some(seq)).to_json().as_bytes()).unwrap();
    let proven = verify_offline(&bundle, &trust()).unwrap();
    assert_eq!((proven.origin.as_str(), proven.size), ("log", seq + 1));
    assert_eq!(proven.witnesses, ["witness"]);
    let principals: Vec<_> = proven.attestations.iter().flat_map(|it| &it.principals).collect();
    assert_eq!(principals, ["one/ada", "two/bob"]);
    let moved = proven.moved.unwrap();
    assert_eq!((moved.version.as_str(), moved.digest.as_str()), ("1.0.0", &*release()));
    assert_eq!((moved.by.as_str(), moved.is_forced), ("maker/eve", false));
    assert_eq!(moved.verdicts.len(), 1);
    assert_eq!(moved.verdicts[0].1.to_string(), "met");
}

#[test]
fn one_attestation_is_proved_alone() {
    let mut log = Log::new(&json!({}));
    let id = log.passed("one/ada", 1);
    let proven = verify_offline(&log.bundle(None), &trust()).unwrap();
    assert_eq!(proven.attestations.len(), 1);
    assert_eq!(proven.attestations[0].id, id);
    assert!(proven.moved.is_none());
}

#[test]
fn a_forced_move_rests_on_approvals() {
    let mut log = Log::new(&json!({ "principals": 1, "forced-by": 2 }));
    let one = log.attested("one/ada", 1, &approval(b"force"), &json!({}));
    let two = log.attested("two/bob", 2, &approval(b"force"), &json!({}));
    let seq = log.moved("forced", &[&one, &two]);
    let proven = verify_offline(&log.bundle(Some(seq)), &trust()).unwrap();
    assert!(proven.moved.unwrap().is_forced);
    let seq = log.moved("forced", &[&one]);
    let told =
        "what the move rests on does not meet the channel's rule: not met: 1 of 2 validators";
    assert_eq!(refusal(&log, Some(seq)), told);
    let other = log.attested("two/bob", 2, &approval(b"another"), &json!({}));
    let seq = log.moved("forced", &[&one, &other]);
    assert_eq!(refusal(&log, Some(seq)), format!("the move cannot rest on `{other}`"));
    let test = log.passed("two/bob", 2);
    let seq = log.moved("forced", &[&one, &test]);
    assert_eq!(refusal(&log, Some(seq)), format!("the move cannot rest on `{test}`"));
}

#[test]
fn a_move_on_too_little_is_refused() {
    let mut log = Log::new(&two_external());
    let one = log.passed("one/ada", 1);
    let seq = log.moved("promoted", &[&one]);
    assert!(refusal(&log, Some(seq)).contains("1 of 2 external validators"));
    // Who made it does not count, nor does a second word of the same.
    let own = log.passed("maker/eve", 3);
    let seq = log.moved("promoted", &[&one, &own]);
    assert!(refusal(&log, Some(seq)).contains("1 of 2 validators"));
    let again = log.attested("one/ada", 1, &result(&release(), "another"), &json!({}));
    let seq = log.moved("promoted", &[&one, &again]);
    assert!(refusal(&log, Some(seq)).contains("1 of 2 validators"));
    // What was said long before is stale.
    for _ in 0..10 {
        log.say("admin/admin", &json!({ "published": { "product": "p", "digest": digest(b"x") } }));
    }
    let two = log.passed("two/bob", 2);
    let seq = log.moved("promoted", &[&one, &two]);
    assert!(refusal(&log, Some(seq)).contains("1 of 2 validators"));
}

#[test]
fn what_is_said_of_something_else_carries_nothing() {
    let mut log = Log::new(&two_external());
    let one = log.passed("one/ada", 1);
    let other = log.attested("two/bob", 2, &result(&digest(b"other"), "two"), &json!({}));
    let seq = log.moved("promoted", &[&one, &other]);
    assert_eq!(refusal(&log, Some(seq)), format!("the move cannot rest on `{other}`"));
    // Said only afterwards.
    let mut log = Log::new(&json!({ "principals": 1 }));
    let mut later = Log::new(&json!({}));
    let id = later.passed("one/ada", 1);
    let seq = log.moved("promoted", &[&id]);
    assert_eq!(log.passed("one/ada", 1), id);
    assert_eq!(refusal(&log, Some(seq)), format!("the move cannot rest on `{id}`"));
    // Not there at all.
    let seq = log.moved("promoted", &[&digest(b"nothing")]);
    assert_eq!(refusal(&log, Some(seq)), format!("`{}` is not in the bundle", digest(b"nothing")));
}

#[test]
fn a_log_that_tells_otherwise_than_was_signed_is_refused() {
    for (change, what) in [
        (json!({ "subject": digest(b"other") }), "subject"),
        (json!({ "outcome": "WARNED" }), "outcome"),
        (json!({ "is-approval": true }), "outcome"),
        (json!({ "flavour": "linux" }), "flavour"),
        (json!({ "environment": {} }), "environment"),
        (json!({ "principals": ["two/bob"] }), "signers"),
        (json!({ "principals": [] }), "signers"),
    ] {
        let mut log = Log::new(&json!({}));
        let id = log.attested("one/ada", 1, &result(&release(), "one"), &change);
        let told = format!("the log and the attestation `{id}` are at odds about its {what}");
        assert_eq!(refusal(&log, None), told);
    }
    let mut log = Log::new(&json!({}));
    let signer = key(2).public_key().id();
    log.attested("one/ada", 1, &result(&release(), "one"), &json!({ "signers": [signer] }));
    assert!(refusal(&log, None).ends_with("cannot be trusted"));
}

#[test]
fn keys_count_from_their_enrolment_to_their_end() {
    let mut log = Log::new(&json!({}));
    let enrol = |log: &mut Log, until: Option<i64>| {
        let public = key(4).public_key();
        let enrolled = json!({ "principal": "four/dan", "id": public.id(),
            "public": public.to_openssh(), "until": until });
        log.say("admin/admin", &json!({ "key-enrolled": enrolled }));
    };
    log.passed("four/dan", 4);
    enrol(&mut log, None);
    assert!(refusal(&log, None).ends_with("cannot be trusted"));
    let mut log = Log::new(&json!({}));
    enrol(&mut log, Some(NOON));
    log.passed("four/dan", 4);
    assert!(refusal(&log, None).ends_with("cannot be trusted"));
    let mut log = Log::new(&json!({}));
    enrol(&mut log, None);
    log.passed("four/dan", 4);
    assert!(verify_offline(&log.bundle(None), &trust()).is_ok());
}

#[test]
fn nobody_else_speaks_for_the_log() {
    let (log, seq) = promotion();
    let bundle = log.bundle(Some(seq));
    let mut other = trust();
    other.log = NoteKey::new("log", key(8).public_key()).unwrap();
    assert!(matches!(verify_offline(&bundle, &other), Err(OfflineError::Checkpoint(_))));
    let mut other = trust();
    other.witnesses = vec![NoteKey::of_witness("witness", key(8).public_key()).unwrap()];
    let told = verify_offline(&bundle, &other).unwrap_err().to_string();
    assert_eq!(told, "0 of 1 witnesses have cosigned the checkpoint");
}

#[test]
fn every_turned_bit_of_a_bundle_is_seen() {
    let (log, seq) = promotion();
    let bundle = log.bundle(Some(seq));
    let text = bundle.to_json();
    // A signature is checked where its text is turned; elsewhere one that was checked stands for itself.
    let mut turned = 0;
    for place in (0..text.len() * 8).step_by(61) {
        let mut bytes = text.clone().into_bytes();
        bytes[place / 8] ^= 1 << (place % 8);
        let Ok(changed) = AttestationBundle::from_json(&bytes) else { continue };
        if changed == bundle {
            continue;
        }
        turned += 1;
        let Ok(proven) = verify_offline(&changed, &trust()) else { continue };
        // Only what proves the same may stand: the number of the move is none of those.
        panic!("bit {place} is not seen: {proven:?}");
    }
    assert!(turned > 300, "{turned}");
}

#[test]
fn other_files_are_none() {
    for text in ["", "{}", "[]", r#"{"form":2,"checkpoint":"","lines":[],"contents":[]}"#] {
        assert!(AttestationBundle::from_json(text.as_bytes()).is_err(), "{text}");
    }
    let (log, _) = promotion();
    let mut bundle = log.bundle(Some(0));
    assert_eq!(refusal(&log, Some(0)), "line 0 of the log is none that a proof rests on");
    bundle.lines[3].seq = 4;
    assert!(matches!(verify_offline(&bundle, &trust()), Err(OfflineError::NotLogged { .. })));
}
