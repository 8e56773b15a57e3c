//! What SQL does: each pair is an earlier migration and the one that is judged.

use insta::assert_snapshot;
use trainyard_evidence::{Comparison, Focus, Memo, MemoryTree, Settings, Verdict};

const PAIRS: &str = include_str!("../pairs/migrations_sql.txt");

const EARLIER: &str = "db/migrations/0001_earlier.sql";
const NOW: &str = "db/migrations/0002_now.sql";

pub(crate) fn verdict<P: Into<camino::Utf8PathBuf> + Clone, B: Into<Vec<u8>> + Clone>(
    old: &[(P, B)],
    new: &[(P, B)],
) -> Verdict {
    let (old, new) = (MemoryTree::new(old.to_vec()), MemoryTree::new(new.to_vec()));
    let settings = Settings::default();
    let comparison = Comparison {
        old: &old,
        new: &new,
        focus: &Focus::new(&|_| true, &settings),
        memo: &Memo::default(),
        verdicts: None,
    };
    comparison.verdict()
}

/// The label of a script that comes after another, with the sentence.
pub(crate) fn judged(earlier: &str, now: &str) -> (String, String) {
    let old = [(EARLIER, earlier)];
    let verdict = verdict(&old, &[old[0], (NOW, now)]);
    let labels: Vec<_> = verdict.changes.iter().collect();
    let [change] = labels.as_slice() else { panic!("one change for {now}: {labels:#?}") };
    let label = change.rule.trim_start_matches("migrations.").to_owned();
    (label, change.sentence.clone())
}

#[test]
fn every_pair_has_its_label() {
    let mut told = Vec::new();
    let mut wrong = Vec::new();
    for pair in PAIRS.split("\n### ").skip(1) {
        let (head, texts) = pair.split_once('\n').expect("a head and texts");
        let (expected, title) = head.split_once(": ").expect("a label and a title");
        let (earlier, now) = texts.split_once("now\n").expect("what is judged");
        let earlier = earlier.strip_prefix("earlier\n").unwrap_or_default();
        let (label, sentence) = judged(earlier, now);
        told.push(format!("{label}: {title}\n    {sentence}"));
        if label != expected {
            wrong.push(format!("{title}: {label}, not {expected}: {sentence}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_snapshot!(told.join("\n"));
}
