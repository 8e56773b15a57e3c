//! Packed catalogues.

use trainyard_rez::{Catalogue, UnpackError};

use crate::packages::{answer, packages};

fn sample() -> Catalogue {
    packages(
        "a-2 b-1+<3 ~c .x-1 / c-1 / !c d\n a-1 b-1 b-2\n b-2.0-1\n b-1\n c-1 missing\n d\n e-1 !.x-2",
    )
}

#[test]
fn what_is_packed_is_read_again() {
    let catalogue = sample();
    let unpacked = Catalogue::unpack(&catalogue.pack()).unwrap();
    assert_eq!(unpacked, catalogue);
    assert_eq!(answer(&unpacked, &["a", "e"]), answer(&catalogue, &["a", "e"]));
    assert_eq!(unpacked.pack(), catalogue.pack());
    let empty = packages("");
    assert_eq!(Catalogue::unpack(&empty.pack()), Ok(empty));
}

#[test]
fn every_damage_is_an_error() {
    let packed = sample().pack();
    for at in 0..packed.len() {
        let mut damaged = packed.clone();
        damaged[at] ^= 0x41;
        assert!(Catalogue::unpack(&damaged).is_err(), "byte {at}");
        assert!(Catalogue::unpack(&packed[..at]).is_err(), "cut at {at}");
    }
    let longer: Vec<u8> = packed.iter().copied().chain([0]).collect();
    assert!(Catalogue::unpack(&longer).is_err());
}

#[test]
fn errors_say_what_is_wrong() {
    let mut packed = sample().pack();
    packed[8] = 9;
    let errors = [
        Catalogue::unpack(b"").unwrap_err(),
        Catalogue::unpack(b"something else").unwrap_err(),
        Catalogue::unpack(&packed).unwrap_err(),
    ];
    let expected = [
        UnpackError::NotACatalogue,
        UnpackError::NotACatalogue,
        UnpackError::Format { found: 9, expected: 1 },
    ];
    assert_eq!(errors, expected);
}
