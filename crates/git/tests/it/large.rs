//! Large histories, and those of well-known projects rebuilt from lists.

use trainyard_history::History;
use trainyard_testkit::{HistoryScript, ListedTag, Tally, case_text, cases_dir, listed_tags};

use crate::{all_ids, names, open, snapshot};

#[test]
fn ten_thousand_commits_and_a_thousand_tags() {
    let repository = HistoryScript::linear(10_000, 1_000).into_bare();
    let read = open(&repository);
    let snapshot = read.history(None).unwrap();
    assert_eq!(snapshot.history.graph.len(), 10_000);
    assert_eq!(snapshot.history.tags.len(), 1_000);
    assert_eq!(snapshot.history.branches.len(), 1);
    let details = read.details(&all_ids(&snapshot.history), None).unwrap();
    assert!(details.iter().all(|detail| detail.paths.len() == 1));
    assert_eq!(details[0].message, "refactor(part3): change number 9999\n\nBecause of #9999.\n");
}

#[test]
fn histories_rebuilt_from_the_tags_of_cases() {
    check_folder("tags");
}

#[test]
fn histories_rebuilt_from_the_releases_of_cases() {
    check_folder("releases");
}

#[expect(clippy::print_stdout, reason = "a skipped folder is told to whoever runs the tests")]
fn check_folder(folder: &str) {
    let Ok(entries) = cases_dir().join("history").join(folder).read_dir_utf8() else {
        return println!("skipped: history/{folder} is not in {}", cases_dir());
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.file_name().to_owned()).collect();
    files.sort_unstable();
    let mut tally = Tally::new(&format!("history/{folder}"));
    for file in files.iter().filter(|file| !file.starts_with('_')) {
        let Some(text) = case_text(&format!("history/{folder}/{file}")) else { continue };
        let listed = listed_tags(&text);
        if listed.is_empty() {
            continue;
        }
        let repository = HistoryScript::from_tags(&listed).into_bare();
        let read = snapshot(&repository);
        tally.check(read.strays.is_empty() && is_rebuilt(&listed, &read.history), || {
            format!("{file}: {}", names(&read))
        });
    }
    tally.finish();
}

fn is_rebuilt(listed: &[ListedTag], history: &History) -> bool {
    let mut expected: Vec<_> = listed.iter().collect();
    expected.sort_unstable_by_key(|tag| &tag.name);
    let right = expected.iter().zip(&history.tags).all(|(expected, found)| {
        let when = found.when.map(|when| when.seconds);
        let committed = found.commit.map(|commit| history.graph.moment(commit).seconds);
        // A tag without an object is as old as its commit.
        let tagged = if expected.annotated { Some(expected.tagged) } else { committed };
        expected.name == found.name && expected.annotated == found.annotated && when == tagged
    });
    right && expected.len() == history.tags.len()
}
