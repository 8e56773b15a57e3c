//! Real Alembic revisions that somebody has labelled.

use std::collections::BTreeMap;

use trainyard_evidence::{Memo, MemoryTree};

use crate::migration_texts::{compare, files, label_of, labelled};

#[test]
#[expect(clippy::print_stdout, reason = "the score is what such a test is for")]
fn migration_labels_cases_alembic() {
    let mut confusion: BTreeMap<(String, &str), u32> = BTreeMap::new();
    let (mut right, mut ran) = (0, 0);
    let mut called_additive = Vec::new();
    for (folder, cases) in labelled("alembic") {
        let memo = Memo::default();
        let all = files(&folder, |path| path.extension() == Some("py"));
        // Every revision is judged on top of those below it, so one comparison tells of all.
        let changes = compare(&MemoryTree::default(), &MemoryTree::new(all), &memo);
        for case in &cases {
            let path = case["path"].as_str().expect("a case has a path");
            let expected = case["label"].as_str().expect("a case has a label");
            let found = label_of(&changes, path).unwrap_or("nothing");
            ran += 1;
            right += u32::from(found == expected);
            *confusion.entry((expected.to_owned(), found)).or_default() += 1;
            if found != expected {
                let own = changes.iter().filter(|change| {
                    change.source.path.as_ref().is_some_and(|found| found.as_str() == path)
                });
                let sentences: Vec<_> = own.map(|change| change.sentence.as_str()).collect();
                println!("{} {expected}, not {found}: {} {sentences:?}", case["id"], case["flags"]);
                println!("   {path}");
                if found == "additive" {
                    called_additive.push(case["id"].clone());
                }
            }
        }
    }
    println!(
        "evidence/migration_labels.json, Alembic: {right} of {ran} cases right\n  {confusion:?}"
    );
    assert!(called_additive.is_empty(), "called additive: {called_additive:?}");
    assert!(right * 100 >= ran * 97, "{right} of {ran}");
}
