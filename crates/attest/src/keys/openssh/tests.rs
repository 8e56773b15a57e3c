use super::{armoured, unarmoured};
use crate::keys::{KeyError, PrivateKey, PublicKey, SSH_NAMESPACE, SshSignature};

// Made by OpenSSH 9.2 for these tests, and used nowhere else.
const PUBLIC: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAHUlR8/255Nn83wKtrd2/db+XUM6iVYivvs2Bc8AOFM ann@studio.example";
const PLAIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACAB1JUfP9ueTZ/N8Cra3dv3W/l1DOolWIr77NgXPADhTAAAAJhUD5KsVA+S
rAAAAAtzc2gtZWQyNTUxOQAAACAB1JUfP9ueTZ/N8Cra3dv3W/l1DOolWIr77NgXPADhTA
AAAEDD4lajWBu354TtBheTaXfCqRVc08Le8al8OYW0G+g7NQHUlR8/255Nn83wKtrd2/db
+XUM6iVYivvs2Bc8AOFMAAAAEmFubkBzdHVkaW8uZXhhbXBsZQECAw==
-----END OPENSSH PRIVATE KEY-----
";
const LOCKED: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAw2NA5/U
nMyGf6XYrYsISzAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIA77VVee99/UWTmT
VaWIZl4LYeXOXiSUmcwVTp1TI1pbAAAAoNQ8uxwW6jbz/23o9p7sHQmcmnFn/2Z8oDUR/K
DGd31vSQyUTIjEW4z5q1EtWboAfCmqxjWnPE6lyH6ALDb1PSSGG0EXrZnWa2TR8sNuLGdE
Y1yZb1hSI0QsOMR2NpL2likj+n22lvAoDgRlB3LdhIw6MyAQkJijCEUCG8W8Mrcoo2iH3e
d5FyZ3wPsg12p135Do6UNPevd9DtMVzWVbmOk=
-----END OPENSSH PRIVATE KEY-----
";
const OTHER: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQR/zqUH53ArQFJDVca34us8TXs4R9oW
keGOBZV9VjupTQnYcn5CvkOreDi3MFafw9aE4qdj5Up2BY56DhFqFw84AAAAmPb+rzL2/q
8yAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBH/OpQfncCtAUkNV
xrfi6zxNezhH2haR4Y4FlX1WO6lNCdhyfkK+Q6t4OLcwVp/D1oTip2PlSnYFjnoOEWoXDz
gAAAAgfx7/9d51ijUDHrhnCtP8883bu1nJOrWTGwu2CKlEN4IAAAAA
-----END OPENSSH PRIVATE KEY-----
";
const SHA_512: &str = "-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgAdSVHz/bnk2fzfAq2t3b91v5dQ
zqJViK++zYFzwA4UwAAAAVYXR0ZXN0YXRpb25AdHJhaW55YXJkAAAAAAAAAAZzaGE1MTIA
AABTAAAAC3NzaC1lZDI1NTE5AAAAQGeOJeM3xJi5wK3XuEm5mZfTWyGKYWSHG0QU3IKlmK
45SEpg1eksf0D32wjpa2rvN7cMhSzttnGzB3+1jh9PMgQ=
-----END SSH SIGNATURE-----
";
const SHA_256: &str = "-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgAdSVHz/bnk2fzfAq2t3b91v5dQ
zqJViK++zYFzwA4UwAAAAVYXR0ZXN0YXRpb25AdHJhaW55YXJkAAAAAAAAAAZzaGEyNTYA
AABTAAAAC3NzaC1lZDI1NTE5AAAAQM5HwtdQaL3LBzspgb23R5Sl8L5re33takFXszZfVc
w6ZG4e9BLGqu+oQjinGaZhK4GExOvfEW8scsRhAKTtBwM=
-----END SSH SIGNATURE-----
";
const BY_OTHER: &str = "-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE
EEf86lB+dwK0BSQ1XGt+LrPE17OEfaFpHhjgWVfVY7qU0J2HJ+Qr5Dq3g4tzBWn8PWhOKn
Y+VKdgWOeg4RahcPOAAAABVhdHRlc3RhdGlvbkB0cmFpbnlhcmQAAAAAAAAABnNoYTUxMg
AAAGUAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAEoAAAAhAMr22YhpwhAyLCMyzStgLG37
x7uDEABTyWoF4wRxeayUAAAAIQDm1N6bJr9NwlAtbHddXwBVfdDXx7dnrixSb1qwHHOBmw
==
-----END SSH SIGNATURE-----
";
const MESSAGE: &[u8] = b"all is well\n";

#[test]
fn private_keys_are_read() {
    let key = PrivateKey::from_openssh(PLAIN).unwrap();
    assert_eq!(key.public_key(), PublicKey::from_text(PUBLIC).unwrap());
    let with_returns = PLAIN.replace('\n', "\r\n");
    assert_eq!(PrivateKey::from_text(&with_returns).unwrap().public_key(), key.public_key());
    assert!(matches!(PrivateKey::from_openssh(OTHER), Err(KeyError::Kind)));
    let locked = PrivateKey::from_text(LOCKED).unwrap_err();
    assert_eq!(locked, KeyError::Locked);
    assert!(locked.to_string().contains("`ssh-keygen -p`"), "{locked}");
    let pem = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert!(matches!(PrivateKey::from_text(pem), Err(KeyError::Locked)));
    for text in
        ["", "-----BEGIN OPENSSH PRIVATE KEY-----", &PLAIN[..300], &PLAIN.replace("b3Bl", "b3Bm")]
    {
        assert!(matches!(PrivateKey::from_text(text), Err(KeyError::Form(_))), "{text}");
    }
}

/// Whatever bit is turned, the key is the same or none, never another.
#[test]
fn damaged_private_keys_are_no_other_keys() {
    let label = "OPENSSH PRIVATE KEY";
    let whole = PrivateKey::from_openssh(PLAIN).unwrap().public_key();
    let bytes = unarmoured(PLAIN, label).unwrap();
    assert_eq!(armoured(&bytes, label), PLAIN);
    for bit in 0..bytes.len() * 8 {
        let mut other = bytes.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        if let Ok(key) = PrivateKey::from_openssh(&armoured(&other, label)) {
            assert_eq!(key.public_key(), whole, "bit {bit}");
        }
    }
    for length in 0..bytes.len() {
        assert!(PrivateKey::from_openssh(&armoured(&bytes[..length], label)).is_err(), "{length}");
    }
}

#[test]
fn signatures_of_openssh_are_verified_and_made_the_same() {
    let key = PrivateKey::from_openssh(PLAIN).unwrap();
    for text in [SHA_512, SHA_256] {
        let signature = SshSignature::from_text(text).unwrap();
        assert_eq!(signature.key(), key.public_key());
        assert!(signature.verify(SSH_NAMESPACE, MESSAGE));
        assert!(!signature.verify("git", MESSAGE));
        assert!(!signature.verify(SSH_NAMESPACE, b"all is well"));
        assert_eq!(signature.to_text(), text);
    }
    assert_eq!(SshSignature::sign(&key, SSH_NAMESPACE, MESSAGE).to_text(), SHA_512);
    assert_eq!(SshSignature::from_text(BY_OTHER), Err(KeyError::Kind));
    for text in ["", PUBLIC, &SHA_512[..200], PLAIN] {
        assert!(matches!(SshSignature::from_text(text), Err(KeyError::Form(_))), "{text}");
    }
}

#[test]
fn every_turned_bit_of_a_signature_is_seen() {
    let bytes = SshSignature::from_text(SHA_512).unwrap().to_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut other = bytes.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        let told = SshSignature::from_bytes(&other);
        assert!(!told.is_ok_and(|it| it.verify(SSH_NAMESPACE, MESSAGE)), "bit {bit}");
    }
    assert!(SshSignature::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
}
