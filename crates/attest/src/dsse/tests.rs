use super::{Envelope, EnvelopeError, Rejection, pre_authentication_encoding};
use crate::keys::{PrivateKey, PublicKey, SSH_NAMESPACE, SshSignature};

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(&[seed; 32])
}

fn signed_by(seeds: &[u8]) -> Envelope {
    let mut envelope = Envelope::new("text/x-trainyard", *b"all is well");
    for seed in seeds {
        envelope.sign(&key(*seed));
    }
    envelope
}

fn public(seeds: &[u8]) -> Vec<PublicKey> {
    seeds.iter().map(|seed| key(*seed).public_key()).collect()
}

/// The value that the protocol's document gives.
#[test]
fn what_is_signed_is_as_the_protocol_says() {
    let encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
    assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    assert_eq!(pre_authentication_encoding("", b""), b"DSSEv1 0  0 ");
    assert_eq!(pre_authentication_encoding("ä", b"\0"), "DSSEv1 2 ä 1 \0".as_bytes());
}

#[test]
fn an_envelope_is_read_as_it_was_written() {
    let envelope = signed_by(&[1, 2]);
    let read = Envelope::from_json(envelope.to_json().as_bytes()).unwrap();
    assert_eq!(read, envelope);
    let verified = read.verify(&public(&[2, 3, 1])).unwrap();
    assert_eq!(verified.payload, b"all is well");
    assert_eq!(verified.payload_type, "text/x-trainyard");
    assert_eq!(verified.signers, public(&[1, 2]).iter().map(PublicKey::id).collect());
    assert_eq!(verified.rejected, []);
}

#[test]
fn keys_that_are_not_known_count_for_nothing() {
    let envelope = signed_by(&[1, 2]);
    let verified_by = public(&[2]);
    let verified = envelope.verify(&verified_by).unwrap();
    assert_eq!(verified.signers.len(), 1);
    assert_eq!(verified.rejected[0].why, Rejection::UnknownKey);
    assert_eq!(envelope.verify(&public(&[3])), None);
    assert_eq!(envelope.verify(&[]), None);
    assert_eq!(signed_by(&[]).verify(&public(&[1])), None);
}

#[test]
fn a_key_counts_once() {
    let mut envelope = signed_by(&[1, 1]);
    assert_eq!(envelope.signatures.len(), 1);
    let again = envelope.signatures[0].clone();
    envelope.signatures.push(again);
    envelope.signatures[1].0 = crate::keys::KeyId::new("someone else");
    let keys = public(&[1, 1]);
    let verified = envelope.verify(&keys).unwrap();
    assert_eq!(verified.signers.len(), 1);
    assert_eq!(verified.rejected[0].why, Rejection::Duplicate);
}

#[test]
fn a_name_is_a_hint_only() {
    let mut envelope = signed_by(&[1]);
    envelope.signatures[0].0 = crate::keys::KeyId::new("");
    assert_eq!(envelope.verify(&public(&[2, 1])).unwrap().signers.len(), 1);
    envelope.signatures[0].0 = key(2).public_key().id();
    assert_eq!(envelope.verify(&public(&[2, 1])), None);
}

#[test]
fn what_was_tampered_with_is_nobodys() {
    let keys = public(&[1]);
    let envelope = signed_by(&[1]);
    for bit in 0..envelope.payload.len() * 8 {
        let mut other = envelope.clone();
        other.payload[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(other.verify(&keys), None);
    }
    let mut other = envelope.clone();
    other.payload_type.push(' ');
    assert_eq!(other.verify(&keys), None);
}

#[test]
fn both_alphabets_of_base64_are_read() {
    let mut envelope = Envelope::new("t", vec![0xfb, 0xff, 0xfe, 0xff]);
    envelope.sign(&key(1));
    let plain = envelope.to_json();
    assert!(plain.contains("\"+//+/w==\""));
    let other = plain.replace("+//+/w==", "-__-_w");
    assert_eq!(Envelope::from_json(other.as_bytes()).unwrap().payload, envelope.payload);
}

#[test]
fn other_texts_are_no_envelopes() {
    let refused = |text: &str| Envelope::from_json(text.as_bytes()).unwrap_err();
    assert!(matches!(refused("{}"), EnvelopeError::Json(_)));
    let twice = r#"{"payload":"","payload":"YQ==","payloadType":"t","signatures":[{"sig":""}]}"#;
    assert!(matches!(refused(twice), EnvelopeError::Json(_)));
    let unsigned = r#"{"payload":"","payloadType":"t","signatures":[]}"#;
    assert!(matches!(refused(unsigned), EnvelopeError::Unsigned));
    let payload = r#"{"payload":"*","payloadType":"t","signatures":[{"sig":""}]}"#;
    assert!(matches!(refused(payload), EnvelopeError::Payload));
    let signature = r#"{"payload":"","payloadType":"t","signatures":[{"sig":"*"}]}"#;
    assert!(matches!(refused(signature), EnvelopeError::Signature(0)));
    let many = vec![r#"{"sig":""}"#; 65].join(",");
    let many = format!(r#"{{"payload":"","payloadType":"t","signatures":[{many}]}}"#);
    assert!(matches!(refused(&many), EnvelopeError::TooManySignatures(65)));
    let deep = "[".repeat(100_000);
    assert!(matches!(refused(&deep), EnvelopeError::Json(_)));
}

#[test]
fn members_that_the_protocol_does_not_name_are_passed_over() {
    let text = signed_by(&[1]).to_json().replacen('{', r#"{"more":[1],"#, 1);
    assert!(Envelope::from_json(text.as_bytes()).unwrap().verify(&public(&[1])).is_some());
}

#[test]
fn signatures_of_ssh_agents_count_like_others() {
    let mut envelope = signed_by(&[1]);
    let made =
        |seed, namespace| SshSignature::sign(&key(seed), namespace, &signed_by(&[1]).message());
    envelope.add_ssh_signature(&made(2, SSH_NAMESPACE)).unwrap();
    envelope.add_ssh_signature(&made(1, SSH_NAMESPACE)).unwrap();
    assert!(envelope.add_ssh_signature(&made(3, "git")).is_err());
    let read = Envelope::from_json(envelope.to_json().as_bytes()).unwrap();
    let verified = read.verify(&public(&[1, 2, 3])).unwrap();
    assert_eq!(verified.signers, public(&[1, 2]).iter().map(PublicKey::id).collect());
    assert_eq!(verified.rejected, []);
    // The same key by both ways is one; a purpose of its own is none.
    for (seed, namespace, why) in
        [(1, SSH_NAMESPACE, Rejection::Duplicate), (3, "git", Rejection::Wrong)]
    {
        let mut other = envelope.clone();
        other.signatures.push((key(seed).public_key().id(), made(seed, namespace).to_bytes()));
        let keys = public(&[1, 2, 3]);
        let verified = other.verify(&keys).unwrap();
        assert_eq!(verified.signers.len(), 2);
        assert_eq!(verified.rejected[0].why, why);
    }
    // A name that is another's, with a signature that tells its own key.
    envelope.signatures[1].0 = key(3).public_key().id();
    assert_eq!(envelope.verify(&public(&[2, 3])), None);
}
