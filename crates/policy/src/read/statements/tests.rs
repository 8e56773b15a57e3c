use super::*;

fn paths(source: &str) -> Vec<String> {
    statements(source).into_iter().map(|statement| statement.path).collect()
}

#[test]
fn paths_are_those_of_the_validation() {
    let source = "a = 1\n[rules]\nlint.x = 1\n[components.\"@a/b\".rules] # why\n tag = [\n \"x\",\n]\n\
        [[revisions]]\nname = 1\n[revisions.rules]\nz = 1\n[[revisions]]\n";
    assert_eq!(
        paths(source),
        [
            "a",
            "rules",
            "rules.lint.x",
            "components.\"@a/b\".rules",
            "components.\"@a/b\".rules.tag",
            "revisions[0]",
            "revisions[0].name",
            "revisions[0].rules",
            "revisions[0].rules.z",
            "revisions[1]",
        ]
    );
}

#[test]
fn broken_headers_are_headers_and_texts_are_none() {
    assert_eq!(paths("[rules\nx = 1\n"), ["rules", "rules.x"]);
    assert_eq!(paths("[[revisions]\nx = 1\n"), ["revisions[0]", "revisions[0].x"]);
    assert_eq!(paths("a = \"\"\"\nb = 1\n\"\"\"\nc = 2\n"), ["a", "c"]);
    assert_eq!(paths("a = '''\"\"\"'''\nc = 2\n"), ["a", "c"]);
    assert_eq!(paths("a = [\n[\"b\"],\n]\n"), ["a"]);
}

#[test]
fn statements_cover_the_lines_after_them() {
    let source = "# head\na = [\n1,\n]\nb = 2\n";
    let spans: Vec<&str> =
        statements(source).into_iter().map(|statement| &source[statement.span]).collect();
    assert_eq!(spans, ["a = [\n1,\n]\n", "b = 2\n"]);
}

#[test]
fn what_never_ends_is_found_where_it_begins() {
    let open = |source: &str| {
        let found = statements(source);
        found.into_iter().find_map(|statement| Some((statement.path, statement.open?.0)))
    };
    let some = |path: &str, at: usize| Some((path.to_owned(), at));
    assert_eq!(open("a = [1,\nb = 2\n"), some("a", 4));
    assert_eq!(open("a = [1,\n[b]\n"), some("a", 4));
    assert_eq!(open("a = { x = 1,\n[b]\n"), some("a", 4));
    assert_eq!(open("a = \"\"\"x\n[b]\nc = 1"), some("a", 4));
    for source in [
        "a = [ # ]\n \"]\", ']', \"\\\"[\",\n]\nb = 1\n",
        "a = {\n x = 1,\n y = [2],\n}\nb = 1\n",
        "a = [\n [\"x\"],\n [1],\n [true],\n]\nb = 1\n",
        "a = \"[\nb = 1\n",
        "a = '''\n[\n'''\n",
        "a = \"\u{e4}",
    ] {
        assert_eq!(open(source), None, "{source}");
    }
}
