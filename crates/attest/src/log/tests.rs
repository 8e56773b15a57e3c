use super::{
    Checkpoint, Hash, NoteError, NoteKey, ProofError, SignedNote, Tile, Tree, leaf_hash, node_hash,
    tiles, tiles_between, verify_consistency, verify_inclusion,
};
use crate::{
    encoding::{sha256, to_hex},
    keys::PrivateKey,
};

/// RFC 6962's own definition, word for word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

fn leaves(count: u16) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

fn tree(leaves: &[Hash]) -> Tree {
    let mut tree = Tree::default();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree
}

/// The eight leaves and roots that the reference implementation of RFC 6962 is tested with.
#[test]
fn roots_are_those_of_the_reference() {
    let eight: [&[u8]; 8] = [
        b"",
        b"\0",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let tree = tree(&eight.map(leaf_hash));
    for (size, root) in (0..).zip(roots) {
        assert_eq!(to_hex(&tree.root(size).unwrap()), root, "{size} leaves");
    }
    assert_eq!(tree.root(9), None);
}

#[test]
fn every_size_has_the_root_of_the_definition_and_every_leaf_its_proof() {
    let leaves = leaves(300);
    let tree = tree(&leaves);
    for size in 0..=300_u64 {
        let root = tree.root(size).unwrap();
        assert_eq!(root, naive_root(&leaves[..usize::try_from(size).unwrap()]), "{size}");
        for (index, leaf) in (0..size).zip(&leaves) {
            let proof = tree.inclusion_proof(index, size).unwrap();
            assert_eq!(verify_inclusion(leaf, index, size, &root, &proof), Ok(()));
        }
        assert_eq!(tree.inclusion_proof(size, size), None);
    }
    assert_eq!(tree.inclusion_proof(0, 301), None);
}

#[test]
fn every_older_tree_has_its_proof() {
    let tree = tree(&leaves(150));
    for new in 0..=150 {
        let new_root = tree.root(new).unwrap();
        for old in 0..=new {
            let old_root = tree.root(old).unwrap();
            let proof = tree.consistency_proof(old, new).unwrap();
            let told = verify_consistency((old, &old_root), (new, &new_root), &proof);
            assert_eq!(told, Ok(()), "{old} in {new}");
        }
    }
    assert_eq!(tree.consistency_proof(2, 1), None);
    assert_eq!(tree.consistency_proof(1, 151), None);
}

/// All hashes but one, and that with one bit turned.
fn with_a_bit_turned(hashes: &[Hash]) -> impl Iterator<Item = Vec<Hash>> {
    (0..hashes.len() * 256).map(|bit| {
        let mut other = hashes.to_vec();
        other[bit / 256][bit / 8 % 32] ^= 1 << (bit % 8);
        other
    })
}

#[test]
fn every_turned_bit_of_a_proof_is_seen() {
    let leaves = leaves(21);
    let tree = tree(&leaves);
    let root = tree.root(21).unwrap();
    let mut turned = 0;
    for (index, leaf) in (0..21).zip(&leaves) {
        let mut hashes = tree.inclusion_proof(index, 21).unwrap();
        hashes.extend([*leaf, root]);
        for other in with_a_bit_turned(&hashes) {
            let [proof @ .., leaf, root] = other.as_slice() else { unreachable!() };
            assert!(verify_inclusion(leaf, index, 21, root, proof).is_err(), "leaf {index}");
            turned += 1;
        }
    }
    for old in 1..21 {
        let mut hashes = tree.consistency_proof(old, 21).unwrap();
        hashes.extend([tree.root(old).unwrap(), root]);
        for other in with_a_bit_turned(&hashes) {
            let [proof @ .., old_root, root] = other.as_slice() else { unreachable!() };
            assert!(verify_consistency((old, old_root), (21, root), proof).is_err(), "{old}");
            turned += 1;
        }
    }
    assert!(turned > 50_000, "{turned}");
}

#[test]
fn every_turned_bit_of_a_leaf_changes_the_root() {
    let leaves = leaves(40);
    let root = tree(&leaves).root(40);
    for other in with_a_bit_turned(&leaves) {
        assert_ne!(tree(&other).root(40), root);
    }
}

#[test]
fn proofs_for_other_numbers_prove_nothing() {
    let leaves = leaves(21);
    let tree = tree(&leaves);
    let root = tree.root(21).unwrap();
    let proof = tree.inclusion_proof(3, 21).unwrap();
    let check = |index, proof: &[Hash]| verify_inclusion(&leaves[3], index, 21, &root, proof);
    assert_eq!(check(2, &proof), Err(ProofError::Root));
    assert_eq!(check(21, &proof), Err(ProofError::Numbers));
    assert_eq!(check(3, &proof[1..]), Err(ProofError::Length));
    assert_eq!(check(3, &[&proof[..], &[root]].concat()), Err(ProofError::Length));
    let old = tree.root(8).unwrap();
    let proof = tree.consistency_proof(8, 21).unwrap();
    let check = |size, proof: &[Hash]| verify_consistency((size, &old), (21, &root), proof);
    assert!(check(7, &proof).is_err());
    assert_eq!(check(22, &proof), Err(ProofError::Numbers));
    assert_eq!(check(8, &proof[1..]), Err(ProofError::Length));
    assert_eq!(check(8, &[]), Err(ProofError::Length));
    assert_eq!(verify_consistency((21, &old), (21, &root), &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency((0, &old), (21, &root), &[]), Err(ProofError::Root));
}

#[test]
fn tiles_have_paths() {
    let tile = |level, index, width| Tile { level, index, width };
    let rows = [
        (tile(0, 1_234_067, 256), "tile/0/x001/x234/067"),
        (tile(0, 0, 1), "tile/0/000.p/1"),
        (tile(1, 999, 255), "tile/1/999.p/255"),
        (tile(2, 1000, 256), "tile/2/x001/000"),
    ];
    for (tile, path) in rows {
        assert_eq!(tile.to_string(), path);
        assert_eq!(Tile::from_path(path), Some(tile));
    }
    let wrong = [
        "",
        "tile/0/1",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/00/000",
        "tile/0/x000/001",
        "tile/8/000",
        "tile/0/001.p/01",
        "tile/0/+01",
        "tile/-1/000",
        "tile/0/",
        "tile/0/x99999999999999999999999/000",
        "tile/0/../000",
    ];
    for path in wrong {
        assert_eq!(Tile::from_path(path), None, "{path}");
    }
}

#[test]
fn tiles_hold_all_hashes_once() {
    let leaves = leaves(1000);
    let tree = tree(&leaves);
    let paths: Vec<_> = tiles(1000).map(|tile| tile.to_string()).collect();
    assert_eq!(
        paths,
        ["tile/0/000", "tile/0/001", "tile/0/002", "tile/0/003.p/232", "tile/1/000.p/3"]
    );
    let bytes: Vec<u8> = tiles(1000)
        .filter(|tile| tile.level == 0)
        .flat_map(|tile| tile.bytes(&tree).unwrap())
        .collect();
    assert_eq!(bytes, leaves.concat());
    let above = Tile { level: 1, index: 0, width: 3 }.bytes(&tree).unwrap();
    assert_eq!(above[..32], naive_root(&leaves[..256]));
    assert_eq!(Tile { level: 1, index: 0, width: 4 }.bytes(&tree), None);
    assert_eq!(Tile { level: 255, index: u64::MAX, width: 4 }.bytes(&tree), None);
    let new: Vec<_> = tiles_between(255, 257).map(|tile| tile.to_string()).collect();
    assert_eq!(new, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]);
    assert_eq!(tiles_between(300, 300).count(), 0);
    assert_eq!(tiles(0).count(), 0);
}

/// The key by which Go's documentation shows signed notes.
#[test]
fn keys_of_notes_are_numbered_as_elsewhere() {
    let line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key = NoteKey::from_line(line).unwrap();
    assert_eq!(key.number(), [0xc7, 0x4f, 0x20, 0xa3]);
    assert_eq!(key.to_string(), line);
    for other in
        [line.replace("c7", "c8"), line.replace("Peter", "Piotr"), line.replace("+AR", "+AB")]
    {
        assert_eq!(NoteKey::from_line(&other), Err(NoteError::Key), "{other}");
    }
}

#[test]
fn a_checkpoint_is_signed_and_read() {
    let private = PrivateKey::from_bytes(&[7; 32]);
    let key = NoteKey::new("log.example/1", private.public_key()).unwrap();
    let root = tree(&leaves(5)).root(5).unwrap();
    let checkpoint = Checkpoint { origin: "log.example/1".to_owned(), size: 5, root };
    let mut note = SignedNote::new(checkpoint.to_string()).unwrap();
    assert_eq!(note.verify(&key), Err(NoteError::NotSigned));
    note.sign("log.example/1", &private).unwrap();
    note.sign("witness.example", &PrivateKey::from_bytes(&[8; 32])).unwrap();
    let text = note.to_string();
    let read = SignedNote::from_text(&text).unwrap();
    assert_eq!(read, note);
    assert_eq!(Checkpoint::from_text(read.verify(&key).unwrap()), Ok(checkpoint));
    let other = NoteKey::new("log.example/2", private.public_key()).unwrap();
    assert_eq!(read.verify(&other), Err(NoteError::NotSigned));
    for bit in 0..text.len() * 8 {
        let mut bytes = text.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let told = SignedNote::from_text(&changed).map(|note| note.verify(&key).is_ok());
        let is_of_witness = bit / 8 >= text.find("\u{2014} witness").unwrap();
        assert!(is_of_witness || told != Ok(true), "bit {bit}: {changed}");
    }
}

#[test]
fn other_texts_are_no_checkpoints() {
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let good = format!("log\n0\n{root}\nextension\n");
    assert_eq!(Checkpoint::from_text(&good).unwrap().root, sha256(&[]));
    for text in [
        format!("log\n00\n{root}\n"),
        format!("log\n+1\n{root}\n"),
        format!("log\n1\n{root}"),
        format!("\n1\n{root}\n"),
        format!("log\n1\n{root}\n\nmore\n"),
        "log\n1\nAAAA\n".to_owned(),
        "log\n1\n".to_owned(),
        String::new(),
    ] {
        assert_eq!(Checkpoint::from_text(&text), Err(NoteError::Checkpoint), "{text:?}");
    }
    for text in ["", "\n\n", "text\n", "text\n\n\u{2014} name AAAAAA", "text\n\n- name AAAAAA==\n"]
    {
        assert_eq!(SignedNote::from_text(text), Err(NoteError::Form), "{text:?}");
    }
}
