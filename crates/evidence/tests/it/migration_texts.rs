//! Texts of real migrations, where they are at hand.

use std::env;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use trainyard_evidence::{Change, Comparison, Focus, Memo, MemoryTree, Settings};
use trainyard_testkit::case_text;

/// The folder of texts: `TRAINYARD_MIGRATION_TEXTS`, or beside the cases, or what was extracted into `target`.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
fn texts_dir() -> Option<Utf8PathBuf> {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let given = env::var("TRAINYARD_MIGRATION_TEXTS").ok().map(Utf8PathBuf::from);
    let usual = [root.join("../shared/migration-texts"), root.join("target/migration-texts")];
    given.into_iter().chain(usual).find(|folder| folder.is_dir())
}

/// The labelled migrations of a framework by the folder of their repository's commit, with that folder.
///
/// Tells on stdout what is skipped.
#[expect(clippy::print_stdout, reason = "a skipped file is told to whoever runs the tests")]
pub(crate) fn labelled(framework: &str) -> Vec<(Utf8PathBuf, Vec<Value>)> {
    let Some(text) = case_text("evidence/migration_labels.json") else { return Vec::new() };
    let Some(texts) = texts_dir() else {
        println!("skipped: no texts of migrations");
        return Vec::new();
    };
    let cases: Value = serde_json::from_str(&text).expect("a file of cases is JSON");
    let mut by_folder: Vec<(Utf8PathBuf, Vec<Value>)> = Vec::new();
    let cases = cases["cases"].as_array().expect("the labels are `cases`");
    for case in cases.iter().filter(|case| case["framework"] == framework) {
        let word = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
        let folder = texts.join(word("repo").replace('/', "+")).join(word("commit"));
        if !folder.join(word("path")).is_file() {
            println!("skipped: {} of {}", word("path"), word("repo"));
            continue;
        }
        match by_folder.iter_mut().find(|(known, _)| *known == folder) {
            Some((_, cases)) => cases.push(case.clone()),
            None => by_folder.push((folder, vec![case.clone()])),
        }
    }
    by_folder
}

/// Every file below a folder whose path passes, relative to it.
pub(crate) fn files(
    folder: &Utf8Path,
    passes: impl Fn(&Utf8Path) -> bool,
) -> Vec<(Utf8PathBuf, Vec<u8>)> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(next) = open.pop() {
        for entry in next.read_dir_utf8().expect("a folder of texts can be read") {
            let path = entry.expect("a folder of texts can be read").into_path();
            let relative = path.strip_prefix(folder).expect("it lies within").to_owned();
            if path.is_dir() {
                open.push(path);
            } else if passes(&relative) {
                found.push((relative, std::fs::read(&path).expect("a text can be read")));
            }
        }
    }
    found
}

/// What the migrations of two trees differ in.
pub(crate) fn compare(old: &MemoryTree, new: &MemoryTree, memo: &Memo) -> Vec<Change> {
    let settings = Settings::default();
    let comparison =
        Comparison { old, new, focus: &Focus::new(&|_| true, &settings), memo, verdicts: None };
    let changes = comparison.verdict().changes.into_iter();
    changes
        .filter(|change| {
            change.rule.starts_with("migrations.") || change.rule.starts_with("evidence.")
        })
        .collect()
}

/// What an added migration was labelled as, in the words of the labels.
pub(crate) fn label_of(changes: &[Change], path: &str) -> Option<&'static str> {
    let own = changes
        .iter()
        .filter(|change| change.source.path.as_ref().is_some_and(|found| found.as_str() == path));
    let labels = own.filter_map(|change| match change.rule.as_str() {
        "migrations.no-op" | "migrations.merge" | "migrations.additive" | "migrations.squashed" => {
            Some("additive")
        }
        "migrations.data" => Some("data"),
        "migrations.destructive" => Some("destructive"),
        "migrations.mixed" => Some("mixed"),
        "migrations.unknown" => Some("unknown"),
        _ => None,
    });
    labels.collect::<Vec<_>>().pop()
}
