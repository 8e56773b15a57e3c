//! Real Django migrations that somebody has labelled.

use trainyard_evidence::{Memo, MemoryTree};

use crate::migration_texts::{compare, files, label_of, labelled};

#[test]
#[expect(clippy::print_stdout, reason = "the score is what such a test is for")]
fn migration_labels_cases_django() {
    let (mut right, mut ran) = (0, 0);
    let mut called_additive = Vec::new();
    for (folder, cases) in labelled("django") {
        let memo = Memo::default();
        let all = files(&folder, |path| path.extension() == Some("py"));
        let new = MemoryTree::new(all.iter().cloned());
        for case in &cases {
            let path = case["path"].as_str().expect("a case has a path");
            let old = all.iter().filter(|(other, _)| other.as_str() != path).cloned();
            let changes = compare(&MemoryTree::new(old), &new, &memo);
            let expected = case["label"].as_str().expect("a case has a label");
            let found = label_of(&changes, path).unwrap_or("nothing");
            ran += 1;
            right += u32::from(found == expected);
            if found != expected {
                let own = changes.iter().filter(|change| {
                    change.source.path.as_ref().is_some_and(|found| found.as_str() == path)
                });
                let sentences: Vec<_> = own.map(|change| change.sentence.as_str()).collect();
                println!("{} {path}: {found}, not {expected}: {sentences:?}", case["id"]);
                if found == "additive" {
                    called_additive.push(case["id"].clone());
                }
            }
        }
    }
    println!("evidence/migration_labels.json, Django: {right} of {ran} cases right");
    assert!(called_additive.is_empty(), "called additive: {called_additive:?}");
    assert!(right * 100 >= ran * 97, "{right} of {ran}");
}
