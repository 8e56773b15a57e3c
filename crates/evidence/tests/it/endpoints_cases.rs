//! The routes of a real project's releases, held against what somebody else counted.

use std::collections::BTreeSet;

use camino::Utf8Path;
use trainyard_evidence::{
    Change, Detector, Memo, MemoryTree, Pair, Side, Tree, endpoints::Endpoints,
};

use crate::practice::Practice;

/// Whether it is a Python file of the published interface.
fn is_counted(path: &Utf8Path) -> bool {
    let is_inside = path.starts_with("api") || path.starts_with("ayon_server");
    is_inside && path.extension() == Some("py")
}

fn detect(old: &dyn Tree, new: &dyn Tree, memo: &Memo) -> Vec<Change> {
    let wants = |path: &Utf8Path| Endpoints.wants(path);
    let pair = Pair { old: Side::new(old, wants), new: Side::new(new, wants), memo };
    Endpoints.detect(&pair)
}

/// The subjects of changes by rules that end like this, below the folder that was counted.
fn subjects<'a>(changes: &'a [Change], rule: &str) -> BTreeSet<&'a str> {
    let own = changes.iter().filter(|change| change.rule.ends_with(rule));
    let own = own.filter(|change| {
        change.source.path.as_ref().is_some_and(|path| path.as_str().starts_with("api/"))
    });
    own.map(|change| change.subject.as_str()).collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "the score is what such a test is for")]
fn ayon_backend_endpoints_cases() {
    let Some(practice) = Practice::of("ynput__ayon-backend", is_counted) else { return };
    let memo = Memo::default();
    let nothing = MemoryTree::default();
    let (mut right, mut wrong) = (0, Vec::new());
    for row in practice.rows() {
        let tree = row.tree("version");
        let all = detect(&nothing, &tree, &memo);
        let gone = detect(&tree, &nothing, &memo);
        let mut found = vec![
            ("endpoints", subjects(&all, "endpoint-added").len().to_string()),
            (
                "endpoints_deprecated",
                subjects(&gone, "deprecated-endpoint-removed").len().to_string(),
            ),
        ];
        if !row.get("previous").is_empty() {
            let changes = detect(&row.tree("previous"), &tree, &memo);
            let removed = subjects(&changes, "endpoint-removed");
            found.push(("endpoints_added", subjects(&changes, "endpoint-added").len().to_string()));
            found.push(("endpoints_removed", removed.len().to_string()));
            let mut removed: Vec<_> = removed.into_iter().collect();
            removed.sort_unstable();
            found.push(("removed_names", removed.join(", ")));
        }
        let differs = found.iter().filter(|(name, value)| row.get(name) != *value);
        let differs: Vec<String> = differs
            .map(|(name, value)| format!("{name}: {value}, not {}", row.get(name)))
            .collect();
        if differs.is_empty() {
            right += 1;
        } else {
            wrong.push(format!("{}: {}", row.get("version"), differs.join("; ")));
        }
    }
    let ran = right + wrong.len();
    println!("{}", wrong.join("\n"));
    println!("history/ynput__ayon-backend, endpoints: {right} of {ran} cases right");
    assert!(right * 100 >= ran * 90, "{} rows differ", wrong.len());
}
