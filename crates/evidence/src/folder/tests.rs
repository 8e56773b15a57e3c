use super::*;
use crate::EntryKind;

fn file(path: &str, content: u8) -> FileEntry {
    FileEntry { path: path.into(), content: ContentId([content; 20]), kind: EntryKind::File }
}

fn folder(files: &[(&str, u8)]) -> Folder {
    Folder::of_files("", files.iter().map(|(path, content)| file(path, *content)).collect())
}

fn paths<'a>(entries: impl Iterator<Item = &'a FileEntry>) -> Vec<&'a str> {
    entries.map(|entry| entry.path.as_str()).collect()
}

fn differing(old: &Folder, new: &Folder) -> Vec<String> {
    let path =
        |entry: Option<&FileEntry>| entry.map_or("-", |entry| entry.path.as_str()).to_owned();
    old.differing(new)
        .into_iter()
        .map(|(old, new)| format!("{} {}", path(old), path(new)))
        .collect()
}

#[test]
fn files_come_sorted_by_the_bytes_of_their_paths() {
    let names = ["a.b", "a/x", "a/b/c", "a-b", "a0", "b", "a/b-c", "/odd", "a//b"];
    let folder = folder(&names.map(|name| (name, 1)));
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    assert_eq!(paths(folder.files()), sorted);
}

#[test]
fn what_differs_is_what_a_comparison_of_all_paths_finds() {
    let old =
        folder(&[("a/b/c", 1), ("a/b/d", 1), ("a/e", 1), ("f", 1), ("g/h", 1), ("same/x", 1)]);
    let new =
        folder(&[("a/b/c", 2), ("a/b/d", 1), ("a/i", 1), ("f/j", 1), ("g", 1), ("same/x", 1)]);
    let expected =
        ["a/b/c a/b/c", "a/e -", "- a/i", "f -", "- f/j", "- g", "g/h -"].map(str::to_owned);
    assert_eq!(differing(&old, &new), expected);
    assert!(differing(&new, &new).is_empty());
    assert_eq!(differing(&folder(&[]), &folder(&[("a/b", 1)])), ["- a/b"]);
}

#[test]
fn folders_of_a_store_equal_those_made_of_files() {
    let inside = Folder::named(
        "a/".to_owned(),
        ContentId([7; 20]),
        vec![Node::File(file("a/c", 1)), Node::File(file("a/b", 1))],
    );
    let empty = Folder::named("b/".to_owned(), ContentId([8; 20]), Vec::new());
    let nodes = vec![
        Node::Folder(Arc::new(empty)),
        Node::Folder(Arc::new(inside)),
        Node::File(file("a-b", 1)),
    ];
    let stored = Folder::named(String::new(), ContentId([9; 20]), nodes);
    let made = folder(&[("a/b", 1), ("a/c", 1), ("a-b", 1)]);
    assert_eq!(paths(stored.files()), ["a-b", "a/b", "a/c"]);
    assert!(differing(&stored, &made).is_empty());
    assert_eq!(differing(&stored, &folder(&[("a/b", 1)])), ["a-b -", "a/c -"]);
}

#[test]
fn paths_deeper_than_folders_may_nest_stand_in_the_deepest_folder() {
    let deep = "a/".repeat(Folder::DEEPEST + 10) + "b";
    let folder = folder(&[(&deep, 1), ("a/z", 1)]);
    assert_eq!(paths(folder.files()), [deep.as_str(), "a/z"]);
}
