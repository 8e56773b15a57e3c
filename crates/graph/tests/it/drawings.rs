//! What is drawn, and that it can be read.

use proptest::prelude::*;
use trainyard_graph::{Diagram, Kind, Line, Node, dot, layout, svg, text};

fn diagram(labels: &[&str], lines: &[(usize, usize)]) -> Diagram {
    Diagram {
        title: "an example".to_owned(),
        nodes: labels
            .iter()
            .map(|label| Node { label: (*label).to_owned(), ..Node::default() })
            .collect(),
        lines: lines
            .iter()
            .map(|(from, to)| Line { from: *from, to: *to, ..Line::default() })
            .collect(),
    }
}

/// A branch that is merged, and a long line beside.
fn branched() -> Diagram {
    let labels = ["base", "left", "right", "left again", "merge", "head"];
    let mut diagram = diagram(&labels, &[(0, 1), (0, 2), (1, 3), (3, 4), (2, 4), (4, 5)]);
    diagram.nodes[5].kind = Kind::Head;
    diagram.nodes[2].kind = Kind::Bad;
    "never runs".clone_into(&mut diagram.nodes[2].note);
    diagram.lines[4].is_dashed = true;
    diagram
}

#[test]
fn a_branch_is_drawn() {
    insta::assert_snapshot!(svg(&branched()));
}

#[test]
fn a_branch_is_told() {
    insta::assert_snapshot!(text(&branched()));
}

#[test]
fn a_branch_is_written_for_graphviz() {
    insta::assert_snapshot!(dot(&branched()));
}

#[test]
fn nothing_is_drawn_as_nothing() {
    let nothing = Diagram::default();
    assert!(svg(&nothing).ends_with("</svg>\n"));
    assert_eq!(text(&nothing), "");
}

#[test]
fn labels_cannot_become_markup() {
    let mut hostile = diagram(&["<script>alert(\"&\")</script>\u{0}"], &[]);
    "]]>\" onload=\"x".clone_into(&mut hostile.nodes[0].note);
    let picture = svg(&hostile);
    assert!(!picture.contains("<script>") && !picture.contains('\u{0}'), "{picture}");
    assert!(dot(&hostile).contains(r#"tooltip="]]>\" onload=\"x""#), "{}", dot(&hostile));
}

#[test]
fn circles_and_lines_to_nowhere_are_drawn_too() {
    let odd = diagram(&["a", "b", "c"], &[(0, 1), (1, 2), (2, 0), (1, 1), (1, 9)]);
    let laid = layout(&odd);
    assert_eq!(laid.routes.len(), 3);
    assert_eq!(laid.centres.len(), 3);
}

#[test]
fn long_chains_and_wide_fans_are_drawn_in_time() {
    let count = 20_000;
    let chain: Vec<_> = (1..count).map(|node| (node - 1, node)).collect();
    let labels = vec!["x"; count];
    assert_eq!(layout(&diagram(&labels, &chain)).centres.len(), count);
    let fan: Vec<_> = (1..count).map(|node| (0, node)).collect();
    assert_eq!(layout(&diagram(&labels, &fan)).centres.len(), count);
    // Every node of a chain also follows the first one.
    let both: Vec<_> = chain.iter().chain(&fan).copied().collect();
    assert_eq!(layout(&diagram(&labels, &both)).routes.len(), both.len());
}

proptest! {
    #[test]
    fn boxes_never_overlap_and_lines_go_down(
        count in 1usize..30,
        lines in prop::collection::vec((0usize..30, 0usize..30), 0..60),
    ) {
        let labels: Vec<String> = (0..count).map(|place| "n".repeat(place % 9 + 1)).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let drawn = diagram(&labels, &lines);
        let laid = layout(&drawn);
        for (one, (place, width)) in laid.centres.iter().zip(&laid.widths).enumerate() {
            prop_assert!(place.x - width / 2 >= 0 && place.x + width / 2 <= laid.width);
            prop_assert!(place.y > 0 && place.y < laid.height);
            for (other, other_width) in laid.centres.iter().zip(&laid.widths).skip(one + 1) {
                let is_apart = (place.x - other.x).abs() >= i64::midpoint(*width, *other_width);
                prop_assert!(place.y != other.y || is_apart, "{:?}", laid);
            }
        }
        for route in &laid.routes {
            prop_assert!(route.windows(2).all(|pair| pair[0].y < pair[1].y), "{:?}", route);
        }
        prop_assert_eq!(svg(&drawn), svg(&drawn));
    }
}
