use proptest::prelude::*;
use trainyard_history::{CommitDetail, CommitId, Moment};

use super::*;

fn cache() -> (tempfile::TempDir, Cache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(Utf8Path::from_path(folder.path()).unwrap());
    (folder, cache)
}

fn detail(number: u8, paths: Vec<String>) -> CommitDetail {
    CommitDetail {
        id: CommitId([number; 20]),
        message: format!("number {number}"),
        when: Moment { seconds: -5, offset_seconds: -3600 },
        parents: 2,
        paths: paths.into_iter().map(Into::into).collect(),
    }
}

#[test]
fn the_oldest_files_go_when_there_is_no_room() {
    let (_folder, cache) = cache();
    for number in 0..8 {
        let key = number.to_string();
        file::write(&cache.path_of(Kind::Graph, &key), Kind::Graph, &key, &[0; 1000]).unwrap();
        let file =
            fs_err::File::options().append(true).open(cache.path_of(Kind::Graph, &key)).unwrap();
        let modified =
            std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1000 + number);
        file.file().set_modified(modified).unwrap();
    }
    fs_err::write(cache.folder_of(Kind::Graph).join("foreign.txt"), [0; 5000]).unwrap();
    cache.trim(9000);
    assert_eq!(file::list(&cache.folder_of(Kind::Graph)).len(), 8);
    cache.trim(6000);
    let mut left: Vec<_> =
        file::list(&cache.folder_of(Kind::Graph)).into_iter().map(|file| file.path).collect();
    left.sort_unstable();
    let names: Vec<_> = left.iter().filter_map(|path| path.file_stem()).collect();
    assert_eq!(names, ["4", "5", "6", "7"]);
    assert!(cache.folder_of(Kind::Graph).join("foreign.txt").exists());
}

#[test]
fn any_single_change_of_a_file_is_noticed() {
    let (_folder, cache) = cache();
    let path = cache.path_of(Kind::Place, "key");
    file::write(&path, Kind::Place, "key", b"what is kept").unwrap();
    assert_eq!(file::read(&path, Kind::Place, "key").unwrap(), b"what is kept");
    assert!(file::read(&path, Kind::Graph, "key").is_none());
    assert!(file::read(&path, Kind::Place, "other").is_none());
    let whole = fs_err::read(&path).unwrap();
    for place in 0..whole.len() {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[place] ^= 1 << bit;
            fs_err::write(&path, damaged).unwrap();
            assert!(file::read(&path, Kind::Place, "key").is_none(), "byte {place} bit {bit}");
        }
        fs_err::write(&path, &whole[..place]).unwrap();
        assert!(file::read(&path, Kind::Place, "key").is_none(), "cut at {place}");
    }
}

proptest! {
    #[test]
    fn graphs_of_any_bytes_are_refused_or_sound(bytes in any::<Vec<u8>>()) {
        if let Some(graph) = StoredGraph::decode(&bytes) {
            _ = graph.into_graph();
        }
    }

    #[test]
    fn details_come_back(paths in prop::collection::vec("[a-zäöü/.]{0,12}", 0..8)) {
        let (_folder, cache) = cache();
        let details: Vec<_> = (0..5).map(|number| detail(number, paths.clone())).collect();
        let mut store = cache.details("family");
        for detail in &details {
            store.add(detail);
        }
        store.save();
        let store = cache.details("family");
        for detail in &details {
            let read = store.get(detail.id);
            prop_assert_eq!(read.as_ref(), Some(detail));
        }
        prop_assert!(store.get(CommitId([9; 20])).is_none());
        prop_assert!(cache.details("fam").get(details[0].id).is_none());
    }

    #[test]
    fn details_of_any_bytes_are_refused_or_sound(bytes in any::<Vec<u8>>()) {
        let (_folder, cache) = cache();
        file::write(&cache.path_of(Kind::Details, "f.0"), Kind::Details, "f", &bytes).unwrap();
        let store = cache.details("f");
        for number in [0, 1, 255] {
            _ = store.get(CommitId([number; 20]));
        }
    }
}
