use std::collections::BTreeMap;

use super::{LogError, TiledTree, verify_log};
use crate::{
    encoding::sha256,
    keys::PrivateKey,
    log::{
        Checkpoint, EntryBundle, MAX_ENTRY_BYTES, NoteKey, SignedNote, Tile, Tree, entry_bundles,
        entry_bundles_between, leaf_hash, tiles, tiles_between, verify_consistency,
        verify_inclusion,
    },
};

type Files = BTreeMap<String, Vec<u8>>;

fn entry(number: u64) -> Vec<u8> {
    format!("{{\"sequence\":{number},\"who\":\"ann\",\"why\":\"{}\"}}", number % 7).into_bytes()
}

fn tree(size: u64) -> Tree {
    let mut tree = Tree::default();
    for number in 0..size {
        tree.push(leaf_hash(&entry(number)));
    }
    tree
}

/// All files of a log of so many entries, and what it says of itself.
fn log(size: u64) -> (Files, Checkpoint) {
    let tree = tree(size);
    let mut files = Files::new();
    for tile in tiles(size) {
        files.insert(tile.to_string(), tile.bytes(&tree).unwrap());
    }
    for bundle in entry_bundles(size) {
        let entries: Vec<Vec<u8>> = bundle.entries().unwrap().map(entry).collect();
        let bytes = EntryBundle::write(entries.iter().map(Vec::as_slice)).unwrap();
        files.insert(bundle.to_string(), bytes);
    }
    (files, Checkpoint { origin: "log".to_owned(), size, root: tree.root(size).unwrap() })
}

fn verified(files: &Files, checkpoint: &Checkpoint) -> Result<u64, LogError> {
    let mut count = 0;
    verify_log(
        checkpoint,
        |path| files.get(path).cloned(),
        |number, bytes| {
            assert_eq!(number, count);
            assert!(!bytes.is_empty());
            count += 1;
        },
    )?;
    Ok(count)
}

#[test]
fn bundles_of_entries_have_paths() {
    let bundle = |index, width| EntryBundle { index, width };
    for (bundle, path) in [
        (bundle(1_234_067, 256), "tile/entries/x001/x234/067"),
        (bundle(0, 1), "tile/entries/000.p/1"),
    ] {
        assert_eq!(bundle.to_string(), path);
        assert_eq!(EntryBundle::from_path(path), Some(bundle));
    }
    for path in ["", "tile/0/000", "tile/entries/0", "tile/entries/000.p/256", "tile/entries/../0"]
    {
        assert_eq!(EntryBundle::from_path(path), None, "{path}");
    }
    let paths = |old, new| -> Vec<String> {
        entry_bundles_between(old, new).map(|bundle| bundle.to_string()).collect()
    };
    assert_eq!(paths(255, 258), ["tile/entries/000", "tile/entries/001.p/2"]);
    assert_eq!(paths(7, 7), [""; 0]);
    assert_eq!(bundle(u64::MAX, 256).entries(), None);
}

#[test]
fn bundles_of_entries_are_read_as_they_were_written() {
    let longest = vec![7; MAX_ENTRY_BYTES + 1];
    let entries: [&[u8]; 3] = [b"", b"one", &longest[1..]];
    let bytes = EntryBundle::write(entries).unwrap();
    let bundle = EntryBundle { index: 0, width: 3 };
    assert_eq!(bundle.read(&bytes).unwrap(), entries);
    assert_eq!(EntryBundle { width: 2, ..bundle }.read(&bytes).unwrap(), entries[..2]);
    assert_eq!(EntryBundle { width: 4, ..bundle }.read(&bytes), None);
    assert_eq!(bundle.read(&bytes[..bytes.len() - 1]), None);
    assert_eq!(EntryBundle::write([&longest[..]]), None);
}

#[test]
fn logs_of_every_size_are_right() {
    for size in [0, 1, 2, 255, 256, 257, 300, 511, 512, 513, 1000] {
        let (files, checkpoint) = log(size);
        assert_eq!(verified(&files, &checkpoint), Ok(size));
        let tiled = TiledTree::new(size, |path: &str| files.get(path).cloned());
        assert_eq!(tiled.root(), Some(checkpoint.root));
        assert_eq!(tiled.inclusion_proof(size), None);
    }
}

/// Above 65,536 leaves there are tiles of tiles of tiles.
#[test]
fn proofs_come_from_tiles_as_from_the_tree() {
    let size = 66_000_u64;
    let mut tree = Tree::default();
    for number in 0..size {
        tree.push(sha256(&[&number.to_be_bytes()]));
    }
    let files: Files =
        tiles(size).map(|tile| (tile.to_string(), tile.bytes(&tree).unwrap())).collect();
    assert!(files.contains_key("tile/2/000.p/1"));
    let tiled = TiledTree::new(size, |path: &str| files.get(path).cloned());
    let root = tree.root(size).unwrap();
    assert_eq!(tiled.root(), Some(root));
    for index in [0_u64, 1, 255, 256, 40_000, 65_535, 65_536, 65_999] {
        let proof = tiled.inclusion_proof(index).unwrap();
        let leaf = sha256(&[&index.to_be_bytes()]);
        assert_eq!(verify_inclusion(&leaf, index, size, &root, &proof), Ok(()));
        let old = tree.root(index).unwrap();
        let proof = tiled.consistency_proof(index).unwrap();
        assert_eq!(verify_consistency((index, &old), (size, &root), &proof), Ok(()));
    }
    let none = TiledTree::new(size, |_: &str| None);
    assert_eq!(none.root(), None);
}

/// Partial files may be gone once the full ones are there.
#[test]
fn a_tree_goes_on_from_its_tiles() {
    let all = tree(70_000);
    let file = |path: &str| Tile::from_path(path)?.bytes(&all);
    for (old, new) in [(0, 1), (1, 2), (5, 300), (256, 257), (511, 66_000), (65_536, 70_000)] {
        let before = TiledTree::new(old, file);
        let mut frontier = before.frontier().unwrap();
        assert_eq!(frontier.tree_root(), all.root(old).unwrap(), "{old}");
        for number in old..new {
            frontier.push(all.node(0, number).unwrap());
        }
        assert_eq!(frontier.tree_root(), all.root(new).unwrap(), "{old} to {new}");
        let now = TiledTree::new(new, file);
        assert!(tiles_between(old, new).all(|tile| now.agrees(tile)), "{old} to {new}");
    }
    assert!(TiledTree::new(300, |_: &str| None).frontier().is_none());
}

#[test]
fn a_turned_bit_of_a_new_tile_is_seen() {
    let (old, new) = (250, 1_030);
    let all = tree(new);
    for wrong in tiles_between(old, new) {
        for bit in (0..usize::from(wrong.width) * 256).step_by(97) {
            let file = |path: &str| {
                let tile = Tile::from_path(path)?;
                let mut bytes = tile.bytes(&all)?;
                if tile == wrong {
                    *bytes.get_mut(bit / 8)? ^= 1 << (bit % 8);
                }
                Some(bytes)
            };
            let tiled = TiledTree::new(new, file);
            let is_right = tiles_between(old, new).all(|tile| tiled.agrees(tile));
            assert!(!is_right || tiled.root() != all.root(new), "bit {bit} of {wrong}");
        }
    }
}

#[test]
fn fuller_files_stand_in_for_partial_ones() {
    let (mut files, _) = log(513);
    files.extend(log(600).0.into_iter().filter(|(path, _)| !path.contains(".p/")));
    let (_, checkpoint) = log(300);
    let files: Files = files.into_iter().filter(|(path, _)| !path.ends_with(".p/44")).collect();
    assert_eq!(verified(&files, &checkpoint), Err(LogError::Missing("tile/1/000.p/1".to_owned())));
    let mut files = files;
    files.insert("tile/1/000.p/1".to_owned(), log(300).0["tile/1/000.p/1"].clone());
    assert_eq!(verified(&files, &checkpoint), Ok(300));
    let tiled = TiledTree::new(300, |path: &str| files.get(path).cloned());
    assert_eq!(tiled.root(), Some(checkpoint.root));
}

#[test]
fn what_is_wrong_is_named() {
    let (files, checkpoint) = log(300);
    let told = |change: &dyn Fn(&mut Files)| {
        let mut files = files.clone();
        change(&mut files);
        verified(&files, &checkpoint).unwrap_err().to_string()
    };
    let path = "tile/entries/001.p/44";
    assert_eq!(told(&|files| drop(files.remove(path))), format!("`{path}` is missing"));
    let longer = |files: &mut Files| files.get_mut(path).unwrap().push(0);
    assert_eq!(told(&longer), format!("`{path}` is no bundle of so many entries"));
    let turned = |files: &mut Files| files.get_mut("tile/entries/000").unwrap()[9] ^= 1;
    assert_eq!(told(&turned), "`tile/0/000` has other hashes than the entries");
    let short = |files: &mut Files| files.get_mut("tile/0/001.p/44").unwrap().truncate(44 * 32 - 1);
    assert_eq!(told(&short), "`tile/0/001.p/44` has other hashes than the entries");
    let other = Checkpoint { size: 299, ..checkpoint.clone() };
    assert!(matches!(verified(&files, &other), Err(LogError::Missing(_))));
    let huge = Checkpoint { size: u64::MAX, ..checkpoint.clone() };
    assert!(matches!(verified(&files, &huge), Err(LogError::Missing(_))));
    let other = Checkpoint { root: [0; 32], ..checkpoint };
    assert_eq!(verified(&files, &other), Err(LogError::Root));
}

/// Turns each of ten thousand bits of logs and of their checkpoint alone, and asks that it is seen. Most of them are of a
/// short log, which costs less to check.
#[test]
fn every_turned_bit_of_a_log_is_seen() {
    let turned = turned_bits_of_a_checkpoint() + turned_bits(40, 8_000) + turned_bits(300, 1_000);
    assert!(turned >= 10_000, "{turned}");
}

fn turned_bits_of_a_checkpoint() -> usize {
    let (files, checkpoint) = log(40);
    let private = PrivateKey::from_bytes(&[7; 32]);
    let key = NoteKey::new("log", private.public_key()).unwrap();
    let mut note = SignedNote::new(checkpoint.to_string()).unwrap();
    note.sign("log", &private).unwrap();
    let signed = |bytes: &[u8]| {
        let note = SignedNote::from_text(std::str::from_utf8(bytes).ok()?).ok()?;
        Checkpoint::from_text(note.verify(&key).ok()?).ok()
    };
    let note = note.to_string().into_bytes();
    assert_eq!(signed(&note), Some(checkpoint));
    for place in 0..note.len() * 8 {
        let mut note = note.clone();
        note[place / 8] ^= 1 << (place % 8);
        let read = signed(&note);
        assert!(read.is_none_or(|read| verified(&files, &read).is_err()), "bit {place}");
    }
    note.len() * 8
}

/// Turns about as many bits as are wanted, evenly over all files, and says how many.
fn turned_bits(size: u64, wanted: usize) -> usize {
    let (mut files, checkpoint) = log(size);
    let sizes: Vec<(String, usize)> =
        files.iter().map(|(path, bytes)| (path.clone(), bytes.len() * 8)).collect();
    let all: usize = sizes.iter().map(|(_, bits)| bits).sum();
    // An odd step meets every place in a byte.
    let step = (all / wanted).saturating_sub(1) | 1;
    let (mut turned, mut place) = (0, 0);
    for (path, bits) in sizes {
        while place < bits {
            files.get_mut(&path).unwrap()[place / 8] ^= 1 << (place % 8);
            assert!(verified(&files, &checkpoint).is_err(), "bit {place} of {path}");
            files.get_mut(&path).unwrap()[place / 8] ^= 1 << (place % 8);
            turned += 1;
            place += step;
        }
        place -= bits;
    }
    assert_eq!(verified(&files, &checkpoint), Ok(size));
    turned
}
