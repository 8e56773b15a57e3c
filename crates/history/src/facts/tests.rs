use super::*;

/// A graph from `child parent parent` rows of one-letter names; rows may come in any order.
fn graph(rows: &[&str]) -> CommitGraph {
    let mut builder = GraphBuilder::default();
    for (time, row) in (0i64..).zip(rows) {
        let ids: Vec<_> = row.split(' ').map(id).collect();
        let moment = Moment { seconds: time, offset_seconds: 0 };
        builder.add(ids[0], moment, ids[1..].to_vec());
    }
    builder.build()
}

fn id(name: &str) -> CommitId {
    CommitId([name.as_bytes()[0]; 20])
}

fn at(graph: &CommitGraph, name: &str) -> CommitIndex {
    graph.find(id(name)).expect("the commit is in the graph")
}

fn names(graph: &CommitGraph, commits: &[CommitIndex]) -> String {
    let mut names: Vec<_> =
        commits.iter().map(|commit| char::from(graph.id(*commit).0[0])).collect();
    names.sort_unstable();
    names.into_iter().collect()
}

#[test]
fn children_stand_before_parents() {
    let graph = graph(&["a", "d c b", "b a", "c a"]);
    for commit in graph.iter() {
        assert!(graph.parents(commit).iter().all(|parent| *parent > commit));
    }
    assert_eq!(graph.len(), 4);
}

#[test]
fn a_range_is_what_only_the_tip_reaches() {
    // a - b - d - f(merge of d, e)
    //  \- c - e -/
    let graph = graph(&["a", "b a", "c a", "d b", "e c", "f d e"]);
    let range = |tip, without: &[&str]| {
        names(&graph, &graph.range(at(&graph, tip), without.iter().map(|name| at(&graph, name))))
    };
    assert_eq!(range("f", &["d"]), "cef");
    assert_eq!(range("f", &["e"]), "bdf");
    assert_eq!(range("f", &[]), "abcdef");
    assert_eq!(range("d", &["f"]), "");
    assert_eq!(range("d", &["d"]), "");
    assert_eq!(range("e", &["b"]), "ce");
}

#[test]
fn ancestry_is_reachability() {
    let graph = graph(&["a", "b a", "c a", "d b"]);
    let is = |one, other| graph.is_ancestor(at(&graph, one), at(&graph, other));
    assert!(is("a", "d") && is("d", "d"));
    assert!(!is("d", "a") && !is("c", "d"));
}

#[test]
fn a_missing_parent_is_a_cut() {
    let graph = graph(&["b a", "c b"]);
    assert!(graph.is_cut(at(&graph, "b")));
    assert!(!graph.is_cut(at(&graph, "c")));
}

#[test]
fn commit_ids_are_read_and_written_as_hexadecimal() {
    let hex = "0123456789abcdef0123456789abcdef01234567";
    assert_eq!(hex.parse::<CommitId>().map(|id| id.to_string()), Ok(hex.to_owned()));
    assert!("0123".parse::<CommitId>().is_err());
    assert!("+1".repeat(20).parse::<CommitId>().is_err());
}

proptest::proptest! {
    /// The walk that stops early finds what sets of ancestors say.
    #[test]
    fn ranges_agree_with_sets(links in proptest::collection::vec((0usize..40, 0usize..40), 1..80)) {
        let mut builder = GraphBuilder::default();
        for child in 0u8..40 {
            let parents = links
                .iter()
                .filter(|(from, to)| *from == usize::from(child) && to < from)
                .map(|(_, to)| CommitId([u8::try_from(*to).unwrap_or(0); 20]));
            let mut parents: Vec<_> = parents.collect();
            parents.dedup();
            builder.add(CommitId([child; 20]), Moment::default(), parents);
        }
        let graph = builder.build();
        for tip in graph.iter() {
            for base in graph.iter() {
                let (mine, theirs) = (graph.ancestors([tip]), graph.ancestors([base]));
                let expected: Vec<_> =
                    graph.iter().filter(|each| mine.contains(*each) && !theirs.contains(*each)).collect();
                proptest::prop_assert_eq!(graph.range(tip, [base]), expected);
                proptest::prop_assert_eq!(graph.is_ancestor(base, tip), mine.contains(base));
            }
        }
    }
}
