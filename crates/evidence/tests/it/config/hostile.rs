//! Files that want to take the reader down: each is told, soon.

use trainyard_evidence::{
    Change, Class, Comparison, ContentId, EntryKind, FileEntry, Focus, Folder, Memo, Settings,
    Tree, Unreadable,
};
use trainyard_testkit::Effort;

use super::Pair;

/// The changes, in bounded time; the bound is wide, since tests run without optimisation.
fn soon(pair: &Pair) -> Vec<Change> {
    let effort = Effort::begin();
    let changes = pair.changes();
    effort.assert_below(10, &pair.title);
    changes
}

fn assert_unknown(pair: &Pair) {
    let changes = soon(pair);
    assert!(
        changes.iter().any(|change| change.class == Class::Unknown),
        "{}: {changes:?}",
        pair.title
    );
}

#[test]
fn broken_files_are_told() {
    for (path, text) in [
        ("app.schema.json", "{\"type\": "),
        ("app.schema.yaml", "a: [1"),
        ("app/config.py", "class A(BaseModel:\n"),
    ] {
        assert_unknown(&Pair::of(path, "{}", text));
        assert_unknown(&Pair::of(path, text, "{}"));
    }
    let chart = |values: &str| {
        let files = [("Chart.yaml", "name: a"), ("values.yaml", values)];
        files.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec()
    };
    assert_unknown(&Pair { title: "values".to_owned(), old: chart("a: 1"), new: chart("a: [1") });
}

#[test]
fn deep_nesting_is_told() {
    let nested =
        |open: &str, close: &str| format!("{}{}", open.repeat(20_000), close.repeat(20_000));
    assert_unknown(&Pair::of("app.schema.json", "{}", &nested("{\"items\":", "}")));
    assert_unknown(&Pair::of("app.schema.json", "{}", &nested("[", "]")));
    assert_unknown(&Pair::of("app/config.py", "", &format!("x = {}", nested("[", "]"))));
}

#[test]
fn references_that_multiply_are_told() {
    // Each level refers to the next one twice.
    let levels = (0..40).map(|level| {
        let next = level + 1;
        format!("\"d{level}\": {{\"allOf\": [{{\"$ref\": \"#/$defs/d{next}\"}}, {{\"anyOf\": [{{\"$ref\": \"#/$defs/d{next}\"}}, {{\"$ref\": \"#/$defs/d{next}\"}}]}}]}}")
    });
    let schema = |last: &str| {
        let levels = levels.clone().collect::<Vec<_>>().join(",");
        format!(
            "{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{levels}, \"d40\": {{\"type\": \"{last}\"}}}}}}"
        )
    };
    assert!(!soon(&Pair::of("app.schema.json", &schema("string"), &schema("integer"))).is_empty());
}

#[test]
fn long_chains_of_references_are_followed_or_told() {
    let chain = |keyword: &str, last: &str| {
        let links = (0..4_000).map(|link| format!("\"d{link}\": {{\"type\": \"object\", {keyword}: {{\"x\": {{\"$ref\": \"#/$defs/d{}\"}}}}}}", link + 1));
        let links = links.collect::<Vec<_>>().join(",");
        format!(
            "{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{links}, \"d4000\": {{\"type\": \"{last}\"}}}}}}"
        )
    };
    let changes = soon(&Pair::of(
        "app.schema.json",
        &chain("\"properties\"", "string"),
        &chain("\"properties\"", "integer"),
    ));
    assert_eq!(changes.len(), 1);
    assert!(changes[0].subject.len() < 1_000);
    let lists = (0..4_000).map(|link| {
        format!(
            "\"d{link}\": {{\"type\": \"array\", \"items\": {{\"$ref\": \"#/$defs/d{}\"}}}}",
            link + 1
        )
    });
    let lists = format!(
        "{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{}, \"d4000\": {{}}}}}}",
        lists.collect::<Vec<_>>().join(",")
    );
    assert_unknown(&Pair::of("app.schema.json", "{}", &lists));
    let circle = "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"$ref\": \"#/$defs/b\"}, \"b\": {\"$ref\": \"#/$defs/a\"}}}";
    soon(&Pair::of("app.schema.json", "{}", circle));
    let list = "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/a\"}}}}";
    assert_unknown(&Pair::of("app.schema.json", "{}", list));
}

#[test]
fn aliases_that_multiply_are_told() {
    let levels = (1..30).map(|level| {
        let before = level - 1;
        format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 9].join(", "))
    });
    let text = format!("a0: &a0 [x]\n{}", levels.collect::<String>());
    assert_unknown(&Pair::of("app.schema.yaml", "{}", &text));
}

#[test]
fn classes_that_multiply_are_told() {
    // A long line of children, each with a field.
    let line = (0..3_000).map(|number| {
        let base = if number == 0 { "BaseModel".to_owned() } else { format!("C{}", number - 1) };
        format!("class C{number}({base}):\n    f{number}: int = 0\n")
    });
    assert_unknown(&Pair::of("app/config.py", "", &line.collect::<String>()));
    // Names of types that lead to each other, twice each.
    let types =
        (0..60).map(|number| format!("T{number} = dict[str, T{0}] | list[T{0}]\n", number + 1));
    let text = format!("{}class A(BaseModel):\n    x: T0 = None\n", types.collect::<String>());
    assert_unknown(&Pair::of("app/config.py", "class A(BaseModel):\n    y: int = 0\n", &text));
    // Types that nest, in names that lead to each other, and once more in a text.
    let deep = |inner: &str| format!("{}{inner}{}", "list[".repeat(190), "]".repeat(190));
    let types =
        (0..50).map(|number| format!("T{number} = {}\n", deep(&format!("T{}", number + 1))));
    let quoted = format!("U = {}\n", deep(&format!("'{}'", deep("int"))));
    let text =
        format!("{}{quoted}class A(BaseModel):\n    x: T0\n    y: U\n", types.collect::<String>());
    assert_unknown(&Pair::of("app/config.py", "class A(BaseModel):\n    y: int = 0\n", &text));
    let circle = "class A(B):\n    x: int = Field(0)\n\n\nclass B(A):\n    y: int = Field(0)\n\n\nT = T\nclass C(C, BaseModel):\n    t: T\n";
    soon(&Pair::of("app/config.py", "", circle));
}

#[test]
fn long_samples_take_linear_time() {
    let many = |line: &str| line.repeat((1 << 20) / line.len());
    for (path, line) in [
        ("sample.toml", "[a.b.c]\n"),
        ("sample.toml", "a = [\n"),
        ("sample.toml", "# a = \"\"\"\n"),
        ("sample.toml", "[[[[[[[[[[[[[[[[[["),
        (".env.example", "# A=1\n"),
        ("app.sample.yaml", "- - - - - - - a:\n"),
        ("app.sample.yaml", " "),
    ] {
        soon(&Pair::of(path, "", &many(line)));
    }
    let deeper = (0..1_000).map(|depth| format!("{}k{depth}:\n", " ".repeat(depth)));
    soon(&Pair::of("app.sample.yaml", "", &deeper.collect::<String>()));
}

/// A tree whose only file has a size that nobody should read.
struct Huge {
    root: Folder,
    kind: Result<u64, &'static str>,
}

impl Tree for Huge {
    fn root(&self) -> &Folder {
        &self.root
    }

    fn read(&self, _: &FileEntry, largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        match self.kind {
            Ok(size_bytes) => Err(Unreadable::TooLarge { size_bytes, largest_bytes }),
            Err(text) => Ok(text.bytes().chain([0xff]).collect()),
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    for path in ["app.schema.json", "app/config.py", "sample.toml"] {
        for (kind, content) in [
            (EntryKind::File, Ok(100 << 20)),
            (EntryKind::File, Err("not UTF-8")),
            (EntryKind::File, Err(pointer)),
            (EntryKind::Link, Err("")),
            (EntryKind::Submodule, Err("")),
        ] {
            let tree = |content_id: u8, kind| {
                let entry =
                    FileEntry { path: path.into(), content: ContentId([content_id; 20]), kind };
                Huge { root: Folder::of_files("", vec![entry]), kind: content }
            };
            let settings = Settings::default();
            let comparison = Comparison {
                old: &tree(1, EntryKind::File),
                new: &tree(2, kind),
                focus: &Focus::new(&|_| true, &settings),
                memo: &Memo::default(),
                verdicts: None,
            };
            let changes = comparison.verdict().changes;
            let is_told = changes.iter().any(|change| change.rule == "evidence.unreadable");
            assert!(is_told, "{path} {kind:?} {content:?}: {changes:?}");
        }
    }
}

#[test]
fn what_is_copied_for_each_reference_is_bounded() {
    let long = "x".repeat(200_000);
    let references = (0..20_000).map(|key| format!("\"k{key}\": {{\"$ref\": \"#/$defs/long\"}}"));
    let references = references.collect::<Vec<_>>().join(",");
    let schema = format!(
        "{{\"properties\": {{{references}}}, \"$defs\": {{\"long\": {{\"description\": \"{long}\"}}}}}}"
    );
    assert_unknown(&Pair::of("app.schema.json", "{}", &schema));
    let children = (0..5_000).map(|child| format!("class C{child}(Base):\n    pass\n"));
    let classes = format!(
        "class Base(BaseModel):\n    x: int = Field(0, description='{long}')\n{}",
        children.collect::<String>()
    );
    assert_unknown(&Pair::of("app/config.py", "", &classes));
}

#[test]
fn many_alternatives_take_no_quadratic_time() {
    let names =
        |letter: &str| (0..12_000).map(|name| format!("{letter}{name}")).collect::<Vec<_>>();
    let union = |letter: &str| {
        format!("class A(BaseModel):\n    x: Union[{}] = 0\n", names(letter).join(", "))
    };
    assert!(!soon(&Pair::of("app/config.py", &union("A"), &union("B"))).is_empty());
    let types = |letter: &str| format!("{{\"type\": [\"{}\"]}}", names(letter).join("\", \""));
    assert!(!soon(&Pair::of("app.schema.json", &types("a"), &types("b"))).is_empty());
    let keys = |letter: &str| {
        let keys = names(letter).into_iter().map(|key| format!("\"{key}\": {{}}"));
        format!("{{\"properties\": {{{}}}}}", keys.collect::<Vec<_>>().join(", "))
    };
    soon(&Pair::of("app.schema.json", &keys("a"), &keys("b")));
}
