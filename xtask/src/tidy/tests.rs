use super::{complaints, rules};
use crate::workspace::{self, File};

fn file(path: &str, text: impl Into<String>) -> File {
    File { path: path.into(), text: text.into() }
}

#[test]
fn this_workspace_is_tidy() {
    let complaints = complaints(&workspace::files().unwrap(), &workspace::crates().unwrap());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn long_files_are_told() {
    assert!(rules::length(&file("crates/a/src/b.rs", "x\n".repeat(500))).is_none());
    assert!(rules::length(&file("crates/a/src/b.rs", "x\n".repeat(501))).is_some());
    assert!(rules::length(&file("crates/a/src/b/tests.rs", "x\n".repeat(800))).is_none());
    assert!(rules::length(&file("crates/a/src/b/tests.rs", "x\n".repeat(801))).is_some());
    let with_tests = "x\n".repeat(400) + "#[cfg(test)]\nmod tests {\n" + &"x\n".repeat(300);
    assert!(rules::length(&file("crates/a/src/b.rs", with_tests)).is_none());
}

#[test]
fn leftovers_are_told_with_their_line() {
    let text =
        format!("a\n// {}: later\n#{}dead_code)]\n", concat!("TO", "DO"), concat!("[al", "low("));
    let told = rules::leftovers(&file("crates/a/src/b.rs", text));
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("crates/a/src/b.rs:2: "));
}

#[test]
fn folders_of_one_machine_are_told_in_documents_and_comments() {
    let path = concat!("see /tm", "p/x\n");
    assert_eq!(rules::machine_paths(&file("a.md", path)).len(), 1);
    assert_eq!(rules::machine_paths(&file("a.rs", format!("// {path}"))).len(), 1);
    assert!(rules::machine_paths(&file("a.rs", format!("let a = \"{path}\";"))).is_empty());
    assert!(rules::machine_paths(&file("a.md", concat!("a/wo", "rk/b"))).is_empty());
}

#[test]
fn blanks_at_ends_are_told() {
    assert!(rules::whitespace(&file("a.md", "a\nb\n")).is_empty());
    assert_eq!(rules::whitespace(&file("a.md", "a \nb\r\nc")).len(), 3);
    assert!(rules::whitespace(&file("a.tsv", "a\t\n")).is_empty());
}

#[test]
fn forgotten_tests_are_told() {
    let files = [
        file("crates/a/tests/it/main.rs", "mod known;\nmod deep;\n"),
        file("crates/a/tests/it/known.rs", ""),
        file("crates/a/tests/it/forgotten.rs", ""),
        file("crates/a/tests/it/deep/mod.rs", "mod inner;\n"),
        file("crates/a/tests/it/deep/inner.rs", ""),
        file("crates/a/tests/it/deep/lost.rs", ""),
        file("crates/a/tests/other.rs", ""),
    ];
    let told = rules::forgotten_tests(&files);
    assert_eq!(told.len(), 3, "{told:#?}");
    for path in ["forgotten.rs", "deep/lost.rs", "tests/other.rs"] {
        assert!(told.iter().any(|complaint| complaint.contains(path)), "{path}");
    }
}

#[test]
fn crates_without_a_line_in_the_map_are_told() {
    let files = [file("ARCHITECTURE.md", "  version    pure  schemes\n")];
    let crates = ["version".to_owned(), "report".to_owned()];
    assert_eq!(rules::unlisted_crates(&files, &crates).len(), 1);
}
