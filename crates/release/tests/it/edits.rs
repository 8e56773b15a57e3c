//! One version into one file.

use trainyard_policy::{VersionFile, VersionPlace};
use trainyard_release::edit::{self, EditError};

pub(crate) fn key(path: &str, key: &str) -> VersionFile {
    VersionFile { path: path.into(), place: VersionPlace::Key(key.to_owned()) }
}

fn after(path: &str, mark: &str) -> VersionFile {
    VersionFile { path: path.into(), place: VersionPlace::After(mark.to_owned()) }
}

fn whole(path: &str) -> VersionFile {
    VersionFile { path: path.into(), place: VersionPlace::Whole }
}

/// `text` has the old version between `<` and `>`; writing `new` changes only that.
#[track_caller]
fn check(file: &VersionFile, marked: &str, new: &str) {
    let (before, rest) = marked.split_once('<').expect("a mark");
    let (old, behind) = rest.split_once('>').expect("a mark");
    let text = format!("{before}{old}{behind}");
    let written = edit::set_version(file, &text, new).expect("can be written");
    assert_eq!(written, format!("{before}{new}{behind}"));
    let (read, _) = edit::version_in(&file.path, &file.place, &written).expect("can be read");
    assert_eq!(read, new);
}

#[track_caller]
fn refused(file: &VersionFile, text: &str, new: &str) -> String {
    edit::set_version(file, text, new).expect_err("is refused").to_string()
}

#[test]
fn cargo_manifests() {
    let package = key("Cargo.toml", "package.version");
    check(
        &package,
        "# version = \"1.0.0\"\n[package]\nname = \"a\"\nversion   =  '<1.0.0>' # why\n\n[dependencies]\nb = { version = \"1.0.0\" }\n",
        "1.1.0-rc.1",
    );
    check(&package, "package.version = \"<1.0.0>\"\npackage.name='a'", "2.0.0");
    check(&package, "package = { version = \"<1.0.0>\", name = \"version\" }\n", "2.0.0");
    let workspace = key("Cargo.toml", "workspace.package.version");
    check(
        &workspace,
        "\u{feff}[workspace.package]\r\nedition = \"2024\"\r\nversion = \"<0.1.0-dev>\"\r\n",
        "0.1.0",
    );
}

#[test]
fn python_projects() {
    check(
        &key("pyproject.toml", "project.version"),
        "[project]\nversion = \"<26.8.0rc1>\"\n[tool.poetry]\nversion = \"1\"\n",
        "26.8.0",
    );
    check(
        &key("pyproject.toml", "tool.poetry.version"),
        "[tool.poetry]\nname=\"x\"\nversion=\"\"\"<1.0>\"\"\"\n",
        "1.1",
    );
    let dunder = key("a/__init__.py", "__version__");
    check(
        &dunder,
        "\"\"\"Doc.\n\n__version__ = '0'\n\"\"\"\n__version__: str = '<1.0.0+dev>'  # x\n",
        "1.0.1",
    );
    check(&dunder, "x = \"a # b\" # \"\"\"\nversion = '0'\n__version__ = \"<1.0>\"\r\n", "1.0.1");
    check(
        &key("package.py", "version"),
        "name = \"core\"\nversion = \"<1.0.3+dev>\"\nmin_version = \"1\"\n",
        "1.0.4",
    );
    check(
        &after("package.py", "version ="),
        "min_version = \"1\"\nversion = \"<1.0.3+dev>\"\n",
        "1.0.4",
    );
    check(
        &after("setup.py", "version="),
        "setup(\n    name=\"x\",\n    version=\"<20241106.0>\",\n)\n",
        "20241127.0",
    );
}

#[test]
fn node_packages() {
    check(
        &key("package.json", "version"),
        "{\n\t\"name\": \"version\",\n\t\"engines\": { \"version\": \"1.0.0\" },\n\t\"a\\\"\": [\"version\", {\"version\": \"2\"}],\n\t\"version\" : \"<1.0.0>\"}",
        "1.0.1",
    );
    check(
        &key("lerna.json", "a.b"),
        "\u{feff}{\"b\":\"1\",\"a\":{\"b\":\"<1>\",\"c\":2}}\r\n",
        "2",
    );
}

#[test]
fn charts() {
    let chart = "# version: 0\r\napiVersion: v2\r\ndependencies:\r\n  - name: db\r\n    version: 1.0.0\r\nversion: <1.2.0> # chart\r\nappVersion: \"3.0\"\r\n";
    check(&key("Chart.yaml", "version"), chart, "1.3.0");
    check(&key("Chart.yaml", "appVersion"), "version: 1.2.0\nappVersion: '<3.0>'\n", "3.1");
    check(
        &key("values.yaml", "image.tag"),
        "tag: x\nimage:\n  # tag: y\n  name: a:b\n  tag: <v1>\nother:\n  tag: z\n",
        "v2",
    );
}

#[test]
fn a_version_that_yaml_would_take_for_a_number_gets_quotes() {
    let file = key("Chart.yaml", "appVersion");
    let written = edit::set_version(&file, "appVersion: 2024.1.0\n", "2024.10");
    assert_eq!(written.as_deref(), Ok("appVersion: \"2024.10\"\n"));
    let written = edit::set_version(&file, "appVersion: 2024.9\n", "2024.10");
    assert_eq!(written.as_deref(), Ok("appVersion: 2024.10\n"), "as it was before");
}

#[test]
fn plain_files() {
    check(&whole("VERSION"), "\u{feff}\r\n  <26.8.0rc1> \r\n# more\r\n", "26.8.0");
    check(&whole("VERSION"), "<1>", "2");
    check(&after("build.sh", "VERSION="), "X=1\nVERSION=<1.2.3>\n", "1.2.4");
    check(&after("const.ts", "VERSION:"), "a = { VERSION: \"<1.2.3>\", OTHER: \"1\" };\n", "1.2.4");
}

#[test]
fn what_is_not_there_is_told() {
    let cases = [
        refused(
            &key("Cargo.toml", "package.version"),
            "[package]\nversion.workspace = true\n",
            "1",
        ),
        refused(&key("Cargo.toml", "package.version"), "[package\n", "1"),
        refused(&key("package.json", "version"), "{\"version\": 1}", "1"),
        refused(&key("package.json", "version"), "{\"version\": \"1\"", "1"),
        refused(&key("package.json", "version"), "{\"version\": \"1\"]", "1"),
        refused(&key("Chart.yaml", "version"), "a: 1\n  version: 2\n", "1"),
        refused(&key("a.py", "__version__"), "__version__ = read()\n", "1"),
        refused(&after("a.py", "version ="), "version: 1\n", "1"),
        refused(&whole("VERSION"), " \n", "1"),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn what_is_there_twice_is_told() {
    let cases = [
        refused(&key("package.json", "version"), "{\"version\": \"1\",\n\"version\": \"2\"}", "3"),
        refused(&key("Chart.yaml", "version"), "version: 1.0.0\n---\nversion: 1.0.0\n", "3"),
        refused(&after("a.py", "version ="), "version = 1\n\nversion = 2\n", "3"),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn a_version_that_needs_escapes_is_refused() {
    for version in ["", "1\"", "1\n", "1 # x", "1\\n", "é"] {
        let result = edit::set_version(&whole("VERSION"), "1\n", version);
        assert!(matches!(result, Err(EditError::Unwritable { .. })), "{version}");
    }
    insta::assert_snapshot!(refused(&whole("VERSION"), "1", "1\n2"));
}

#[test]
fn deep_nesting_needs_no_stack() {
    let deep = format!("{}\"version\": \"1\"", "{\"a\":".repeat(200_000));
    assert!(edit::set_version(&key("a.json", "version"), &deep, "2").is_err());
    assert!(edit::set_version(&key("a.json", "version"), &"[".repeat(200_000), "2").is_err());
    let closed =
        format!("{{\"a\":{}{},\"version\":\"1\"}}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(edit::set_version(&key("a.json", "version"), &closed, "2").is_ok());
}

#[test]
fn a_mark_with_a_line_end_begins_a_line() {
    check(
        &after("pkg.py", "\nVERSION ="),
        "NAME = 'x'\nVERSION = '<1.0.0>'\nSCHEMA_VERSION = '2'\n  VERSION = '3'\n",
        "1.1.0",
    );
    check(&after("pkg.py", "\nVERSION ="), "VERSION = '<1.0.0>'\r\n", "1.1.0");
    assert!(refused(&after("pkg.py", "\nVERSION ="), " VERSION = '1'\n", "2").contains("no"));
}
