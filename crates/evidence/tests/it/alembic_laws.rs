//! What holds for any two states of an environment.

use std::collections::BTreeSet;

use proptest::prelude::*;
use trainyard_evidence::{Change, Class, Memo, MemoryTree};

use crate::migration_texts::compare;

/// Revisions by number, each with the numbers of its parents, which are smaller.
type History = Vec<BTreeSet<usize>>;

fn histories() -> impl Strategy<Value = History> {
    proptest::collection::vec((any::<u8>(), any::<u8>(), any::<bool>()), 1..14).prop_map(|links| {
        let parents = links.iter().enumerate().map(|(number, (one, other, is_merge))| {
            let count = if number == 0 { 0 } else { 1 + usize::from(*is_merge) };
            let picks = [*one, *other].into_iter().take(count);
            picks.map(|pick| usize::from(pick) % number).collect()
        });
        parents.collect()
    })
}

fn tree(history: &History, passes: impl Fn(usize) -> bool) -> MemoryTree {
    let chosen = history.iter().enumerate().filter(|(number, _)| passes(*number));
    MemoryTree::new(chosen.map(|(number, parents)| {
        let parents: Vec<_> = parents.iter().map(|parent| format!("'r{parent}',")).collect();
        let text = format!(
            "from alembic import op\nimport sqlalchemy as sa\nrevision = 'r{number}'\n\
             down_revision = ({})\ndef upgrade():\n    op.create_table('t{number}', sa.Column('id'))\n",
            parents.concat(),
        );
        (format!("db/versions/r{number}.py"), text)
    }))
}

fn ids(changes: &[Change], rule: &str) -> BTreeSet<String> {
    let told = changes.iter().filter(|change| change.rule == rule);
    told.map(|change| change.subject.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_history_that_grows_only_adds(history in histories(), released in 0_usize..14) {
        let released = released.min(history.len());
        let (old, new) = (tree(&history, |number| number < released), tree(&history, |_| true));
        let expected = (released..history.len()).map(|number| format!("alembic r{number}"));
        let expected: BTreeSet<_> = expected.collect();
        let forward = compare(&old, &new, &Memo::default());
        prop_assert_eq!(&ids(&forward, "migrations.additive"), &expected);
        let known = ["migrations.additive", "migrations.several-heads"];
        prop_assert!(forward.iter().all(|change| known.contains(&change.rule.as_str())));
        let back = compare(&new, &old, &Memo::default());
        prop_assert_eq!(&ids(&back, "migrations.removed"), &expected);
        prop_assert!(compare(&new, &new, &Memo::default()).is_empty());
    }

    #[test]
    fn what_is_put_below_is_told(history in histories(), place in 0_usize..14) {
        let place = place.min(history.len() - 1);
        // In the older state, what follows it followed its parents.
        let splice = |parents: &BTreeSet<usize>| -> BTreeSet<usize> {
            let each = parents.iter().flat_map(|parent| {
                if *parent == place { history[place].clone() } else { BTreeSet::from([*parent]) }
            });
            each.collect()
        };
        let before: History = history.iter().map(splice).collect();
        let old = tree(&before, |number| number != place);
        let changes = compare(&old, &tree(&history, |_| true), &Memo::default());
        let is_followed = history.iter().any(|parents| parents.contains(&place));
        let inserted = ids(&changes, "migrations.inserted");
        prop_assert_eq!(inserted.len(), usize::from(is_followed), "{:?}", changes);
        let moved = changes.iter().filter(|change| change.rule == "migrations.re-parented");
        prop_assert!(moved.clone().all(|change| change.class == Class::Dangerous), "{:?}", changes);
    }
}
