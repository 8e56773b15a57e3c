use super::{KeyError, PrivateKey, PublicKey};
use crate::encoding::to_hex;

/// The pair of keys that RFC 8410 shows.
const PUBLIC_PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
const PRIVATE_PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
/// The same as OpenSSH writes it, and its name as OpenSSL and sha256sum make it.
const OPENSSH: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBm/RAlphM3+hUG6wWfcO5bIUIaqMLa2ywxcOK1wMWbh";
const ID: &str = "a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f";

#[test]
fn a_key_is_the_same_in_every_form() {
    let key = PublicKey::from_pem(PUBLIC_PEM).unwrap();
    assert_eq!(key.to_pem(), PUBLIC_PEM);
    assert_eq!(key.to_openssh(), OPENSSH);
    assert_eq!(key.id().as_str(), ID);
    assert_eq!(PublicKey::from_openssh(OPENSSH), Ok(key));
    assert_eq!(PublicKey::from_openssh(&format!("{OPENSSH} ann@example.org\n")), Ok(key));
    assert_eq!(PublicKey::from_bytes(&key.to_bytes()), Ok(key));
    assert_eq!(PrivateKey::from_pem(PRIVATE_PEM).unwrap().public_key(), key);
}

/// The first test of RFC 8032, section 7.1: the empty message.
#[test]
fn signatures_are_those_of_the_standard() {
    let secret = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
        0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae,
        0x7f, 0x60,
    ];
    let key = PrivateKey::from_bytes(&secret);
    let public = key.public_key();
    assert_eq!(
        to_hex(&public.to_bytes()),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
    let signature = key.sign(b"");
    assert_eq!(
        to_hex(&signature),
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    );
    assert!(public.has_signed(b"", &signature));
    assert!(!public.has_signed(b" ", &signature));
    assert!(!public.has_signed(b"", &signature[..63]));
}

#[test]
fn a_flipped_bit_is_no_signature() {
    let key = PrivateKey::from_pem(PRIVATE_PEM).unwrap();
    let signature = key.sign(b"a message");
    for bit in 0..512 {
        let mut other = signature;
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(!key.public_key().has_signed(b"a message", &other), "bit {bit}");
    }
}

/// With the neutral point as key, one signature fits every message.
#[test]
fn weak_keys_are_refused() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    assert_eq!(PublicKey::from_bytes(&neutral), Err(KeyError::Weak));
    assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(KeyError::Weak));
}

#[test]
fn other_texts_are_no_keys() {
    let rsa = OPENSSH.replace("ssh-ed25519", "ssh-rsa");
    assert_eq!(PublicKey::from_openssh(&rsa), Err(KeyError::Kind));
    let inner = OPENSSH.replace("AAAAC3NzaC1lZDI1NTE5", "AAAAC3NzaC1lZDI1NTE4");
    assert_eq!(PublicKey::from_openssh(&inner), Err(KeyError::Kind));
    let two_lines = format!("{OPENSSH}\n{OPENSSH}");
    let longer = format!("{OPENSSH}AAAA");
    let texts = ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 !", &two_lines, &longer];
    for text in texts {
        assert!(matches!(PublicKey::from_openssh(text), Err(KeyError::Form(_))), "{text}");
    }
    for text in ["", PRIVATE_PEM, "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"] {
        assert!(PublicKey::from_pem(text).is_err(), "{text}");
    }
    assert!(PrivateKey::from_pem(PUBLIC_PEM).is_err());
}

#[test]
fn secrets_are_not_shown() {
    let key = PrivateKey::from_pem(PRIVATE_PEM).unwrap();
    assert_eq!(format!("{key:?}"), format!("PrivateKey of {ID}"));
}

/// The order of the curve's main subgroup, lowest byte first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The eight points of small order, and the spellings of some of them that are not reduced.
const SMALL_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

fn point(digits: &str) -> [u8; 32] {
    std::array::from_fn(|place| u8::from_str_radix(&digits[place * 2..][..2], 16).unwrap())
}

#[test]
fn points_of_small_order_are_no_keys_and_start_no_signature() {
    let key = PrivateKey::from_pem(PRIVATE_PEM).unwrap().public_key();
    for digits in SMALL_ORDER {
        assert_eq!(PublicKey::from_bytes(&point(digits)), Err(KeyError::Weak), "{digits}");
        // Without a look at the point, S = 0 would fit one message in a few for such an R.
        let signature = [point(digits), [0; 32]].concat();
        let has_signed = |number: u8| key.has_signed(&[number], &signature);
        assert!(!(0..64).any(has_signed), "{digits}");
    }
}

/// A number of a signature has one spelling; one larger by the order would pass elsewhere.
#[test]
fn signatures_have_one_spelling() {
    let key = PrivateKey::from_pem(PRIVATE_PEM).unwrap();
    for message in 0..64_u8 {
        let good = key.sign(&[message]);
        assert!(key.public_key().has_signed(&[message], &good));
        let mut other = good;
        let mut carry = 0;
        for (byte, add) in other[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        assert_eq!(carry, 0);
        assert!(!key.public_key().has_signed(&[message], &other));
        let mut negated = good;
        negated[31] ^= 0x80;
        assert!(!key.public_key().has_signed(&[message], &negated));
    }
    let public = key.public_key();
    for length in [0, 1, 32, 63, 65, 128] {
        assert!(!public.has_signed(b"", &vec![0; length]));
    }
}

/// Bytes that are no reduced coordinate are no key, even where they would name a point.
#[test]
fn keys_have_one_spelling() {
    for low in 0xed..=0xff_u8 {
        for top in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (low, top);
            assert_eq!(PublicKey::from_bytes(&bytes), Err(KeyError::Weak), "{low:x} {top:x}");
        }
    }
}
