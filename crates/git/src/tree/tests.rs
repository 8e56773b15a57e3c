use super::*;

fn raw(mode: &str, name: &str, digit: u8) -> Vec<u8> {
    let mut bytes = format!("{mode} {name}\0").into_bytes();
    bytes.extend([digit; 20]);
    bytes
}

fn entry(bytes: &[u8]) -> Entry<'_> {
    Entry::split(bytes).unwrap().0
}

#[test]
fn folders_sort_as_if_they_ended_in_a_slash() {
    let (file, folder) = (raw("100644", "a", 1), raw("40000", "a", 1));
    let (between, after) = (raw("100644", "a-b", 1), raw("100644", "a0", 1));
    let order = [&file, &between, &folder, &after].map(|bytes| entry(bytes));
    for (left, right) in order.iter().zip(&order[1..]) {
        assert_eq!(left.order(right), Ordering::Less, "{left:?} {right:?}");
        assert_eq!(right.order(left), Ordering::Greater);
        assert_eq!(left.order(left), Ordering::Equal);
    }
}

#[test]
fn permissions_differ_as_far_as_git_tells_them_apart() {
    use Mode::{Executable, File, Folder, Link, Submodule};

    let modes = ["100644", "100664", "100755", "120000", "160000", "40000", "040000"];
    let parsed: Vec<_> = modes.iter().map(|mode| Mode::parse(mode.as_bytes()).unwrap()).collect();
    assert_eq!(parsed, [File, File, Executable, Link, Submodule, Folder, Folder]);
    assert_eq!(Mode::parse(b"99"), None);
}

#[test]
fn bytes_that_are_no_tree_are_told() {
    for bytes in
        [&b"1"[..], b"100644 name", b"100644 name\0short", b"100644", b" \0", b"10064400000 x\0"]
    {
        let mut rest = bytes;
        assert!(Entry::next(&mut rest).is_err(), "{bytes:?}");
    }
    assert!(Entry::next(&mut &b""[..]).unwrap().is_none());
}

#[test]
fn the_cache_forgets_what_was_not_used_for_two_generations() {
    let mut cache = TreeCache::default();
    let id = |number: u8| ObjectId::from_bytes_or_panic(&[number; 20]);
    let half: Rc<[u8]> = vec![0; GENERATION_BYTES / 2 + 1].into();
    cache.put(id(0), Rc::from(&b"kept"[..]));
    for number in 1..=8 {
        cache.put(id(number), Rc::clone(&half));
        assert!(cache.get(&id(0)).is_some(), "{number}");
    }
    assert!(cache.get(&id(1)).is_none());
    assert!(cache.get(&id(8)).is_some());
}
