//! The log and its proofs, checked without the registry.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use trainyard_attest::{
    AttestationBundle, Checkpoint, Envelope, Hash, NoteKey, Outcome, PublicKey, SignedNote, Trust,
    leaf_hash, verify_consistency, verify_inclusion, verify_offline,
};

use crate::support::{Server, block_on, guarded_channels, on_both, open_channels};

on_both! {
    the_log_is_read_with_the_right_alone
    proofs_verify
    an_attestation_is_proved_offline
}

fn hash(text: &Value) -> Hash {
    let text = text.as_str().expect("a text");
    let byte =
        |index: usize| u8::from_str_radix(&text[2 * index..2 * index + 2], 16).expect("digits");
    std::array::from_fn(byte)
}

fn hashes(list: &Value) -> Vec<Hash> {
    list.as_array().expect("a list").iter().map(hash).collect()
}

fn checked(note: &str, key: &NoteKey) -> Checkpoint {
    let note = SignedNote::from_text(note).expect("a note");
    Checkpoint::from_text(note.verify(key).expect("signed")).expect("what the test needs")
}

async fn note_key(server: &Server) -> NoteKey {
    let told = server.get("log/key").await.is(200).json();
    NoteKey::from_line(told["key"].as_str().expect("a text")).expect("what the test needs")
}

fn the_log_is_read_with_the_right_alone() {
    block_on(async {
        let server = Server::new().await;
        let other = server.token("other", "admin/admin", &["publish"]).await;
        let paths = [
            "log/entries",
            "log/entries/0",
            "log/checkpoint",
            "log/tile/0/000.p/3",
            "log/proofs/inclusion?seq=0",
        ];
        for path in paths {
            server.get(path).await.is(401);
            server.ask(Method::GET, path, &other, &[], None).await.is(403);
            server.get_as_admin(path).await.is(200);
        }
        let open = Server::with(|settings| settings.access.public_log = true).await;
        open.get("log/checkpoint").await.is(200);
    });
}

fn proofs_verify() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let key = note_key(&server).await;
        let old = checked(&server.get_as_admin("log/checkpoint").await.is(200).text, &key);
        let digest = server.publish("1.0.0").await;
        server.attest("one/ada", &digest, Outcome::Passed).await.is(201);
        let new = checked(&server.get_as_admin("log/checkpoint").await.is(200).text, &key);
        let path = format!("log/proofs/consistency?old={}&new={}", old.size, new.size);
        let proof = server.get_as_admin(&path).await.is(200).json();
        verify_consistency((old.size, &old.root), (new.size, &new.root), &hashes(&proof["hashes"]))
            .expect("what the test needs");
        let entries = server.get_as_admin("log/entries").await.is(200);
        let page: trainyard_api::Page<trainyard_api::LogEntry> =
            serde_json::from_str(&entries.text).expect("what the test needs");
        assert_eq!(page.items.len() as u64, new.size);
        for entry in &page.items {
            let path = format!("log/proofs/inclusion?seq={}", entry.seq);
            let proof = server.get_as_admin(&path).await.is(200).json();
            let leaf = leaf_hash(entry.entry.get().as_bytes());
            assert_eq!(hash(&proof["leaf"]), leaf);
            verify_inclusion(&leaf, entry.seq, new.size, &new.root, &hashes(&proof["hashes"]))
                .expect("what the test needs");
        }
        server.get_as_admin("log/proofs/inclusion?seq=99999").await.is(404);
        server.get_as_admin("log/tile/0/000").await.is(404);
        server.get_as_admin("log/tile/x").await.is(400);
    });
}

/// A file that proves something without the registry, after it was read again from its text.
async fn bundle(server: &Server, path: &str) -> AttestationBundle {
    let said = server.get(path).await.is(200);
    AttestationBundle::from_json(said.text.as_bytes()).expect("a bundle")
}

#[test]
fn a_promotion_is_proved_offline_with_all_that_it_rested_on() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(guarded_channels()).await;
        let trust =
            Trust { log: note_key(&server).await, witnesses: Vec::new(), least_witnesses: 0 };
        let digest = server.publish("1.0.0").await;
        let promote = async |channel: &str| {
            let path = format!("products/pipeline/channels/core/{channel}/promote");
            let receipt = server.post(&path, json!({ "version": "1.0.0" })).await.is(200).json();
            receipt["entries"][0]["seq"].as_u64().expect("a number")
        };
        let first = promote("latest").await;
        for who in ["one/ada", "two/ada"] {
            server.attest(who, &digest, Outcome::Passed).await.is(201);
        }
        let seq = promote("production").await;
        // What comes later does not matter.
        server.publish("1.1.0").await;

        let front = "products/pipeline/channels/core";
        let file = bundle(&server, &format!("{front}/production/history/{seq}/evidence")).await;
        let proven = verify_offline(&file, &trust).expect("it is proved");
        let principals: Vec<_> = proven.attestations.iter().flat_map(|it| &it.principals).collect();
        assert_eq!(principals, ["one/ada", "two/ada"]);
        let moved = proven.moved.expect("a move");
        assert_eq!((moved.version.as_str(), moved.digest.as_str()), ("1.0.0", digest.as_str()));
        assert_eq!(moved.verdicts[0].1.to_string(), "met");
        // A channel that asks for nobody's word is proved as well.
        let file = bundle(&server, &format!("{front}/latest/history/{first}/evidence")).await;
        let proven = verify_offline(&file, &trust).expect("it is proved");
        assert!(proven.attestations.is_empty() && proven.moved.is_some());
        // So is one attestation.
        let said = server.get("products/pipeline/attestations").await.is(200).json();
        let id = said["items"][0]["id"].as_str().expect("a text");
        let path = format!("products/pipeline/attestations/{id}/bundle");
        let proven = verify_offline(&bundle(&server, &path).await, &trust).expect("it is proved");
        assert_eq!(proven.attestations[0].id, id);

        let none = format!("{front}/production/history/{first}/evidence");
        server.get(&none).await.is(404);
    });
}

fn an_attestation_is_proved_offline() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let key = note_key(&server).await;
        let digest = server.publish("1.0.0").await;
        let receipt = server.attest("one/ada", &digest, Outcome::Passed).await.is(201).json();
        let id = receipt["entries"][0]["event"]["attested"]["id"].as_str().expect("a text");
        let path = format!("products/pipeline/attestations/{id}/proof");
        let said = server.get(&path).await.is(200);
        let proof: trainyard_api::AttestationProof =
            serde_json::from_str(&said.text).expect("what the test needs");
        let envelope = STANDARD.decode(&proof.envelope_bytes).expect("what the test needs");
        let envelope = Envelope::from_json(&envelope).expect("what the test needs");
        let keys: Vec<_> = proof
            .keys
            .iter()
            .map(|line| PublicKey::from_openssh(line).expect("what the test needs"))
            .collect();
        envelope.verify_statement(&keys).expect("what the test needs");
        let checkpoint = checked(&proof.inclusion.checkpoint, &key);
        let leaf = leaf_hash(proof.entry.get().as_bytes());
        let way: Vec<_> =
            proof.inclusion.hashes.iter().map(|it| hash(&it.as_str().into())).collect();
        verify_inclusion(&leaf, proof.inclusion.seq, checkpoint.size, &checkpoint.root, &way)
            .expect("what the test needs");
        assert!(proof.entry.get().contains(id));
    });
}
