//! Real migrations in SQL that somebody has labelled.

use std::collections::BTreeMap;

use trainyard_evidence::{Memo, MemoryTree};

use crate::migration_texts::{compare, files, label_of, labelled};

#[test]
#[expect(clippy::print_stdout, reason = "the score is what such a test is for")]
fn migration_labels_cases_sql() {
    let (mut right, mut ran) = (0, 0);
    let mut confusion: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for (folder, cases) in ["sql", "sqlx", "diesel", "prisma"].into_iter().flat_map(labelled) {
        let memo = Memo::default();
        let all = files(&folder, |path| path.extension() == Some("sql"));
        for case in &cases {
            let path = case["path"].as_str().expect("a case has a path");
            // What came later is no state before.
            let new: Vec<_> = all.iter().filter(|(other, _)| other.as_str() <= path).collect();
            let old = new.iter().filter(|(other, _)| other.as_str() != path).copied().cloned();
            let (old, new) = (MemoryTree::new(old), MemoryTree::new(new.iter().copied().cloned()));
            let changes = compare(&old, &new, &memo);
            let expected = case["label"].as_str().expect("a case has a label");
            let found = label_of(&changes, path).unwrap_or("nothing");
            ran += 1;
            right += usize::from(found == expected);
            *confusion.entry((expected.to_owned(), found)).or_default() += 1;
            if found != expected {
                println!("{} {path}: {found}, not {expected}: {changes:#?}", case["id"]);
            }
        }
    }
    println!("evidence/migration_labels.json, SQL: {right} of {ran} cases right");
    for ((expected, found), count) in &confusion {
        println!("  {expected} told as {found}: {count}");
        assert!(expected == found || *found != "additive", "a {expected} one told as additive");
    }
    assert!(right * 100 >= ran * 97, "{right} of {ran}");
}
