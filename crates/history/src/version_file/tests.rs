use super::*;

fn key(name: &str) -> VersionPlace {
    VersionPlace::Key(name.to_owned())
}

fn check(path: &str, place: &VersionPlace, text: &str, expected: &str, line: u32) {
    let found = version_in(Utf8Path::new(path), place, text);
    assert_eq!(found, Ok((expected.to_owned(), line)), "{path}");
}

#[test]
fn a_whole_file_is_its_first_line_with_text() {
    check("VERSION", &VersionPlace::Whole, "\n 26.8.0rc1 \n", "26.8.0rc1", 2);
}

#[test]
fn keys_are_found_in_each_format() {
    check(
        "pyproject.toml",
        &key("project.version"),
        "[project]\nname = 'a'\nversion = '1.2'\n",
        "1.2",
        3,
    );
    check(
        "package.json",
        &key("version"),
        "{\n \"name\": \"1.2\",\n \"version\": \"1.2\"\n}",
        "1.2",
        3,
    );
    check("Chart.yaml", &key("appVersion"), "version: 1.0\nappVersion: \"1.2\" # app\n", "1.2", 2);
    check("a.yaml", &key("a.b"), "a:\n  # no\n  c: 1\n  b: 2\nb: 3\n", "2", 4);
}

#[test]
fn text_after_a_mark_is_taken_with_or_without_quotes() {
    let place = VersionPlace::After("__version__ =".to_owned());
    check("a.py", &place, "import x\n__version__ = \"1.2.3+dev\"\n", "1.2.3+dev", 2);
    let place = VersionPlace::After("VERSION=".to_owned());
    check("a.sh", &place, "VERSION=1.2.3\n", "1.2.3", 1);
}

#[test]
fn absence_is_told() {
    let found = version_in(Utf8Path::new("a.json"), &key("version"), "{}");
    assert_eq!(found, Err("there is no text under `version` in a.json".to_owned()));
    assert!(version_in(Utf8Path::new("a.toml"), &key("version"), "=").is_err());
    assert!(version_in(Utf8Path::new("a.yaml"), &key("a.b"), "a:\n  c: 1\nb: 2\n").is_err());
}
