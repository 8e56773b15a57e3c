//! What is signed, proved and published: envelopes, logs, keys, snapshots, and what a registry is asked.

use serde::{Serialize, de::DeserializeOwned};
use trainyard_api as api;
use trainyard_artifact::{
    Sha256,
    tuf::{
        self, Aim, Channel, Lifetimes, Published, RoleKeys, Target as File, TargetFacts, TopRoles,
        Trusted, Update, Wanted,
    },
};
use trainyard_attest::{
    Approval, AttestationBundle, Checkpoint, Decision, EntryBundle, Envelope, Environment, Junit,
    NoteKey, Outcome, PrivateKey, PublicKey, SignedNote, Skipped, SshSignature, Statement,
    TestResult, Tests, Tile, Tree, Trust, WitnessRequest, leaf_hash, verify_offline,
};
use trainyard_registry::Entry;

use super::Target;

const JUNIT: &[&str] = &[
    "<?xml version=\"1.0\"?><testsuites><testsuite name=\"a\" tests=\"3\"><testcase classname=\"c\" name=\"n\" time=\"0.1\"/><testcase name=\"f\"><failure message=\"m\">t</failure></testcase><testcase name=\"s\"><skipped/></testcase></testsuite></testsuites>",
    "<testsuite name=\"nextest\"><testcase name=\"x\"><flakyFailure/><system-out><![CDATA[o]]></system-out></testcase><testsuite name=\"b\"><testcase name=\"y\"><error/></testcase></testsuite></testsuite>",
];
const PATHS: &[&str] = &[
    "tile/0/x001/x234/067",
    "tile/1/000.p/5",
    "tile/entries/x001/x234/067",
    "tile/entries/000.p/255",
];
const ENTRIES: &[&str] = &[
    r#"{"seq":3,"at":1767268800000000,"by":"admin/admin","why":"new","event":{"product-created":{"product":"p","title":"P","party":"maker"}}}"#,
    r#"{"seq":4,"at":1,"by":"one/ada","event":{"channel-moved":{"product":"p","stream":"core","channel":"production","kind":"forced","to":"1.0.0","relied-on":[],"unmet":["soak"]}}}"#,
    r#"{"seq":5,"at":1,"by":"one/ada","event":{"risk-declared":{"product":"p","risk":"r","stream":"core","effect":"block","versions":"<1","message":"m"}}}"#,
];
const BODIES: &[&str] = &[
    r#"{"version":"1.0.0","document":{"name":"core","version":{"text":"1.0.0","scheme":"semver"}},"images":[{"repository":"h/r","digest":"sha256:0"}],"why":"w"}"#,
    r#"{"version":"1.0.0","why":"w","is-forced":true,"expected":null}"#,
    r#"{"name":"crash","stream":"core","effect":"block","versions":"<1.0.0","message":"m","url":"https://x"}"#,
    r#"{"text":"preset = \"semver\"","channels":{"core":{"latest":{"soak-secs":1}}},"why":"w"}"#,
    r#"{"name":"t","principal":"one/ada","grants":[{"right":"publish","product":"p"}],"until":"2026-11-21T12:00:00Z"}"#,
];

pub(super) fn targets() -> Vec<Target> {
    let key = key();
    let statements = statements();
    let signed = statements.iter().map(|statement| {
        let mut envelope = Envelope::new("application/vnd.in-toto+json", statement.as_bytes());
        envelope.sign(&key);
        envelope.to_json()
    });
    let signed: Vec<_> = signed.collect();
    let ssh = SshSignature::sign(&key, "attestation@trainyard", b"message").to_text();
    let public = key.public_key();
    let keys = [public.to_openssh(), public.to_pem(), ssh];
    let (note, bundle) = (note(), bundle());
    let request = format!("old 0\n\n{note}");
    let log_key = NoteKey::new("log", public).map(|key| key.to_string()).unwrap_or_default();
    let own = Target::with_own_seeds_only;
    let files = snapshots();
    let root = files.first().cloned().unwrap_or_default();
    vec![
        own(Target::of_text("envelopes", signed, envelope)),
        own(Target::of_text("statements", statements, statement)),
        own(Target::of_text("reports of tests", JUNIT.iter().copied(), junit)),
        own(Target::of_text("signed notes", [note, request, log_key], signed_note)),
        own(Target::of_text("tiles", PATHS.iter().copied(), tile)),
        own(Target::of_text("SSH keys", keys, ssh_key)),
        own(Target::of_text("bundles of attestations", [bundle], offline)),
        own(Target::of_text("signed snapshots", files, move |text| snapshot(text, &root))),
        own(Target::of_text("lines of the log", ENTRIES.iter().copied(), entry)),
        own(Target::of_text("requests to a registry", BODIES.iter().copied(), body)),
    ]
}

fn key() -> PrivateKey {
    PrivateKey::from_bytes(&[7; 32])
}

fn statements() -> Vec<String> {
    let digest = || format!("sha256:{}", "5a".repeat(32));
    let mut environment = Environment::default();
    _ = environment.add("os", "linux");
    let result = Statement::TestResult(TestResult {
        name: "studio".to_owned(),
        digest: digest(),
        flavour: "3D & FX".to_owned(),
        outcome: Outcome::Warned,
        environment,
        url: Some("https://ci.example/7".to_owned()),
        finished_on: None,
        tests: Tests { warned: vec!["renders".to_owned()], ..Tests::default() },
    });
    let approval = Statement::Approval(Approval {
        name: "rule".to_owned(),
        digest: digest(),
        proposal: "rule".to_owned(),
        decision: Decision::Rejected,
        reason: "no".to_owned(),
    });
    [result, approval].iter().filter_map(|statement| statement.to_json().ok()).collect()
}

/// A log of three lines.
fn tree() -> Tree {
    let mut tree = Tree::default();
    for line in ENTRIES {
        tree.push(leaf_hash(line.as_bytes()));
    }
    tree
}

fn note() -> String {
    let tree = tree();
    let root = tree.root(tree.size()).unwrap_or_default();
    let checkpoint = Checkpoint { origin: "log".to_owned(), size: tree.size(), root };
    let Ok(mut note) = SignedNote::new(checkpoint.to_string()) else { return String::new() };
    _ = note.sign("log", &key());
    note.to_string()
}

fn bundle() -> String {
    let line = r#"{"seq":0,"at":1,"by":"admin/admin","event":{"product-created":{"product":"p","party":"maker"}}}"#;
    let mut tree = Tree::default();
    tree.push(leaf_hash(line.as_bytes()));
    let lines = [(0, line.to_owned())];
    let made = AttestationBundle::new(&tree, note(), lines, [b"content".to_vec()], None);
    made.map(|bundle| bundle.to_json()).unwrap_or_default()
}

/// The files of a repository with one channel.
fn snapshots() -> Vec<Vec<u8>> {
    let key = key();
    let file = File {
        name: "head.json".to_owned(),
        length: 2,
        digest: Sha256::of(b"{}"),
        facts: TargetFacts { version: Some("1".to_owned()), ..TargetFacts::default() },
    };
    let channel = Channel {
        product: "p".to_owned(),
        channel: "core.production".to_owned(),
        keys: RoleKeys::single(key.public_key()),
        targets: vec![file],
    };
    let wanted = Wanted {
        roles: TopRoles::single(key.public_key()),
        lifetimes: Lifetimes::default(),
        channels: vec![channel],
    };
    let plan = tuf::plan(&Published::default(), &wanted, &[], &[key], jiff::Timestamp::UNIX_EPOCH);
    plan.map(|plan| plan.files.into_iter().map(|file| file.bytes).collect()).unwrap_or_default()
}

fn envelope(text: &str) -> bool {
    let Ok(envelope) = Envelope::from_json(text.as_bytes()) else { return false };
    let again = Envelope::from_json(envelope.to_json().as_bytes()).ok();
    assert_eq!(again.as_ref(), Some(&envelope), "it is read as something else");
    if let Ok(signed) = envelope.verify_statement(&[key().public_key()]) {
        assert!(!signed.signers.is_empty(), "nobody signed it");
    }
    true
}

fn statement(text: &str) -> bool {
    let Ok(statement) = Statement::from_json(text.as_bytes()) else { return false };
    if let Ok(written) = statement.to_json() {
        let again = Statement::from_json(written.as_bytes()).ok();
        assert_eq!(again.as_ref(), Some(&statement), "it is read as something else");
    }
    true
}

fn junit(text: &str) -> bool {
    let mut report = Junit::default();
    report.read(text.as_bytes()).is_ok() && report.finish(Skipped::default()).is_ok()
}

fn signed_note(text: &str) -> bool {
    if let Ok(key) = NoteKey::from_line(text) {
        assert_eq!(key.to_string(), text, "a key has two spellings");
        return true;
    }
    if let Ok(request) = WitnessRequest::from_text(text) {
        assert_eq!(request.to_string(), text, "a request has two spellings");
        return true;
    }
    let Ok(note) = SignedNote::from_text(text) else { return false };
    assert_eq!(note.to_string(), text, "a note has two spellings");
    let Ok(key) = NoteKey::new("log", key().public_key()) else { return true };
    if let Ok(text) = note.verify(&key) {
        let read = Checkpoint::from_text(text).ok();
        let again = read.as_ref().map(|read| Checkpoint::from_text(&read.to_string()).ok());
        assert_eq!(again.flatten(), read, "it is read as something else");
    }
    true
}

fn tile(text: &str) -> bool {
    if let Some(tile) = Tile::from_path(text) {
        assert_eq!(tile.to_string(), text, "a path has two spellings");
        _ = tile.bytes(&tree());
        return true;
    }
    let bundle = EntryBundle { index: 0, width: 3 };
    if let Some(entries) = bundle.read(text.as_bytes()) {
        let written = EntryBundle::write(entries.iter().copied());
        assert_eq!(written.and_then(|bytes| bundle.read(&bytes).map(|it| it.len())), Some(3));
    }
    let Some(bundle) = EntryBundle::from_path(text) else { return false };
    assert_eq!(bundle.to_string(), text, "a path has two spellings");
    _ = bundle.entries();
    true
}

fn ssh_key(text: &str) -> bool {
    if let Ok(key) = PublicKey::from_text(text) {
        assert_eq!(PublicKey::from_openssh(&key.to_openssh()).ok(), Some(key), "it is another key");
        assert_eq!(PublicKey::from_pem(&key.to_pem()).ok(), Some(key), "it is another key");
        return true;
    }
    if let Ok(signature) = SshSignature::from_text(text) {
        let again = SshSignature::from_bytes(&signature.to_bytes());
        assert!(again.is_ok_and(|again| again.key() == signature.key()), "it is another signature");
        _ = signature.verify("attestation@trainyard", b"message");
        return true;
    }
    PrivateKey::from_text(text).is_ok()
}

fn offline(text: &str) -> bool {
    let Ok(bundle) = AttestationBundle::from_json(text.as_bytes()) else { return false };
    let again = AttestationBundle::from_json(bundle.to_json().as_bytes()).ok();
    assert_eq!(again.as_ref(), Some(&bundle), "it is read as something else");
    if let Ok(log) = NoteKey::new("log", key().public_key()) {
        _ = verify_offline(&bundle, &Trust { log, witnesses: Vec::new(), least_witnesses: 0 });
    }
    true
}

fn snapshot(text: &str, root: &[u8]) -> bool {
    let Ok(envelope) = tuf::Envelope::read(text.as_bytes()) else { return false };
    let again = tuf::Envelope::read(&envelope.to_bytes()).ok();
    assert_eq!(again.as_ref(), Some(&envelope), "it is read as something else");
    let now = jiff::Timestamp::UNIX_EPOCH;
    // It is given as the root to begin with, and as every file that a client asks for.
    let begun = Update::begin(Trusted::new(text.as_bytes()), Aim::Everything, now);
    let known = Update::begin(Trusted::new(root), Aim::Everything, now);
    for mut update in [begun, known].into_iter().flatten() {
        while update.next().is_some() && update.give(Some(text.as_bytes())).is_ok() {}
    }
    true
}

fn entry(text: &str) -> bool {
    let Ok(entry) = Entry::from_bytes(0, text.as_bytes()) else { return false };
    let again = Entry::from_bytes(0, &entry.to_bytes()).ok();
    assert_eq!(again.as_ref(), Some(&entry), "it is read as something else");
    true
}

fn body(text: &str) -> bool {
    fn reads<T: Serialize + DeserializeOwned>(text: &str) -> bool {
        let Ok(read) = serde_json::from_str::<T>(text) else { return false };
        let written = serde_json::to_string(&read).unwrap_or_default();
        assert!(serde_json::from_str::<T>(&written).is_ok(), "what is written is not read");
        true
    }
    [
        reads::<api::NewRelease>,
        reads::<api::NewPolicy>,
        reads::<api::NewRisk>,
        reads::<api::NewToken>,
        reads::<api::NewKey>,
        reads::<api::Promote>,
        reads::<api::Schedule>,
        reads::<api::Report>,
        reads::<api::Simulate>,
        reads::<api::Resolve>,
    ]
    .iter()
    .fold(false, |is_read, read| is_read | read(text))
}
