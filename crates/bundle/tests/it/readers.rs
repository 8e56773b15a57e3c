//! Manifests and bundles of every format.

use std::fmt::Write;

use camino::Utf8PathBuf;
use trainyard_bundle::{
    Manifest, Numbered, Origin,
    read::{self, Gitlink, Imported},
};

use crate::world::shown;

fn read(path: &str, text: &str) -> Imported {
    read::read_file(path.into(), text, &Origin::default()).unwrap()
}

/// Manifests and findings, a line each.
fn told(imported: &Imported) -> String {
    let mut text = String::new();
    for manifest in &imported.manifests {
        text.push_str(&summary(manifest));
    }
    if !imported.findings.is_empty() {
        _ = write!(text, "\n{}", shown(&imported.findings));
    }
    text
}

fn summary(manifest: &Manifest) -> String {
    let place = |place: Option<&trainyard_bundle::Place>| {
        let location = place.map(trainyard_bundle::Place::location).unwrap_or_default();
        let line = location.line.map_or_else(String::new, |line| format!(":{line}"));
        format!("{}{line}", location.path.unwrap_or_default())
    };
    let mut text =
        format!("{} {:?} at {}\n", manifest.name, manifest.version, place(manifest.place.as_ref()));
    for it in &manifest.requirements {
        let condition =
            if it.condition.is_empty() { String::new() } else { format!(" if {}", it.condition) };
        let (kind, range) = (it.kind.as_str(), it.range.shown());
        _ = writeln!(
            text,
            "  {kind} {} {range}{condition} at {}",
            it.target,
            place(it.place.as_ref())
        );
    }
    for (what, need) in manifest.environment.ranges() {
        _ = writeln!(text, "  {what} {} at {}", need.range.shown(), place(need.place.as_ref()));
    }
    text
}

#[test]
fn package_py_of_ayon_is_read_and_never_run() {
    let text = r#"import os
name = "maya"
title = f"Maya {name}"
version: str = "0.5.4+dev"
ayon_server_version = ">=1.1.2"
ayon_launcher_version = os.environ["LAUNCHER"]
ayon_required_addons = {
    "core": ">0.3.2",
    "openpype": None,
    "deadline": ">=" + LOWEST,
}
ayon_soft_required_addons = None
ayon_compatible_addons = {"applications": ">=1.0.3<2.0.0", **more()}
services = {"worker": {"image": f"acme/worker:{version}"}}
"#;
    insta::assert_snapshot!(told(&read("maya/package.py", text)));
    let text = text.replace(", **more()", "");
    insta::assert_snapshot!(told(&read("maya/package.py", &text)));
}

#[test]
fn package_yml_of_ayon_is_read() {
    let text = "name: maya\nversion: 0.5.4\nayon_server_version: '>=1.1.2'\nayon_required_addons:\n  core: '>0.3.2'\n  openpype:\n";
    insta::assert_snapshot!(told(&read("package.yml", text)));
    assert_eq!(told(&read("package.yml", "- just\n- a list\n")), "");
    insta::assert_snapshot!(told(&read("package.yml", "name: maya\nversion: [1\n")));
}

#[test]
fn package_py_of_rez_is_read() {
    let text = "name = 'maya'\nversion = '2023.1'\nrequires = [\n    'python-3.9+<3.11',\n    '~core-1',\n    '!openpype',\n    '.feature-1',\n    'ocio==2.0',\n    late(),\n]\nvariants = [['platform-linux']]\n";
    insta::assert_snapshot!(told(&read("package.py", text)));
    let computed = "name = 'maya'\nversion = '1'\n\n@early()\ndef requires():\n    return []\n";
    insta::assert_snapshot!(told(&read("package.py", computed)));
}

#[test]
fn python_files_that_are_no_manifests_say_nothing() {
    assert_eq!(told(&read("package.py", "class Package:\n    pass\n")), "");
    insta::assert_snapshot!(told(&read("package.py", "name = \n")));
    insta::assert_snapshot!(told(&read(
        "package.py",
        "name = get()\nversion = '1'\nayon_required_addons = {}\n"
    )));
}

#[test]
fn manifests_of_package_managers_are_read() {
    let pyproject = "[project]\nname = \"polyaxon\"\nversion = \"2.8.1rc2\"\nrequires-python = \">=3.8\"\ndependencies = [\n  \"traceml==1.2.*\",\n  \"local @ file:///x\",\n]\n";
    insta::assert_snapshot!(told(&read("pyproject.toml", pyproject)));
    let cargo = "[package]\nname = \"agent\"\nversion = \"1.2.0\"\n[dependencies]\ncommon = \"1.2\"\nlocal = { path = \"../local\" }\n";
    insta::assert_snapshot!(told(&read("agent/Cargo.toml", cargo)));
    let npm = "{\"name\": \"ui\", \"version\": \"1.2.0\",\n\"peerDependencies\": {\"react\": \"^18\"},\n\"dependencies\": {\"lib\": \"~1.2\"}}";
    insta::assert_snapshot!(told(&read("package.json", npm)));
    let chart = "name: agent\nversion: 1.2.0\ndependencies:\n  - name: common\n    version: ~1.2.0\n    repository: https://example.org\n";
    insta::assert_snapshot!(told(&read("Chart.yaml", chart)));
}

#[test]
fn a_package_without_a_version_takes_that_of_its_tag() {
    let origin = Origin { tag: Some("cli/v2.8.1".to_owned()), ..Origin::default() };
    let text = "[project]\nname = \"polyaxon\"\ndynamic = [\"version\"]\n";
    let imported = read::read_file("pyproject.toml".into(), text, &origin).unwrap();
    assert_eq!(imported.manifests[0].version.text(), "2.8.1");
    assert_eq!(told(&read("pyproject.toml", text)), "");
}

#[test]
fn versions_of_tags() {
    for (tag, version) in [
        ("v1.2.0", Some("1.2.0")),
        ("1.2.0-rc.1", Some("1.2.0-rc.1")),
        ("charts/v1.2.0", Some("1.2.0")),
        ("core-1.2.0", Some("1.2.0")),
        ("py3k", None),
        ("pull", None),
    ] {
        assert_eq!(read::version_of_tag(tag), version, "{tag}");
    }
}

#[test]
fn our_own_manifests_tell_every_error_at_once() {
    let text =
        "[release]\nname = \"core\"\nversion = 1\nmaturity = \"young\"\n[require]\nmaya = \"1\"\n";
    let complaints = read::trainyard::release("core.release.toml".into(), text).unwrap_err();
    insta::assert_snapshot!(complaints.render(false));
    let text = "[release]\nname = \"core\"\nversion = \"1.0.0\"\nscheme = \"semantic\"\ngrammar = \"words\"\ndate = \"soon\"\n\
                [requires]\nmaya = \"not a range\"\nnuke = { range = \">=1\", grammar = \"npm\" }\n[serves]\napi = { max = \"five\" }\n";
    insta::assert_snapshot!(told(&read("core.release.toml", text)));
}

#[test]
fn our_own_bundles_tell_every_error_at_once() {
    let text = "[bundle]\nname = \"pipeline\"\nversoin = \"2023.11\"\n[pins]\ncore = 1\nmaya = { version = \"1.0.0\", hash = \"x\" }\n";
    let complaints = read::trainyard::bundle("bundle.toml".into(), text).unwrap_err();
    insta::assert_snapshot!(complaints.render(false));
    let text = "[bundle]\nname = \"pipeline\"\nversion = \"next\"\n[pins]\n";
    insta::assert_snapshot!(told(&read("bundle.toml", text)));
}

#[test]
fn submodules_are_pins() {
    let modules = "[submodule \"sdk\"]\n\tpath = libs/sdk\n\turl = git@example.org:acme/sdks.git\n[submodule \"gone\"]\n\tpath = gone\n";
    let link = |path: &str, tag: Option<&str>| Gitlink {
        path: path.to_owned(),
        commit: "0123456789abcdef".to_owned(),
        tag: tag.map(str::to_owned),
        version: None,
    };
    let links = [link("libs/sdk", Some("v1.2.0")), link("stray", None)];
    let version = Numbered::semver("2.0.0");
    let (bundle, findings) =
        read::submodules("umbrella", &version, (".gitmodules".into(), modules), &links);
    assert_eq!(bundle.title(), "umbrella 2.0.0");
    assert_eq!(bundle.pins.len(), 1);
    assert_eq!((bundle.pins[0].name.as_str(), bundle.pins[0].version.as_str()), ("sdks", "1.2.0"));
    insta::assert_snapshot!(shown(&findings));
}

#[test]
fn trees_leave_out_what_is_other_people_s() {
    let file =
        |path: &str| (path.into(), "name = 'maya'\nversion = '1.0.0'\nayon_x = 1\n".to_owned());
    let files =
        ["package.py", "node_modules/x/package.py", "tests/package.py", "setup.py"].map(file);
    let wanted = files.iter().filter(|(path, _): &&(Utf8PathBuf, String)| read::is_wanted(path));
    assert_eq!(wanted.count(), 1);
}

#[test]
fn schemas_say_what_the_readers_take() {
    let bundle = read::trainyard::bundle_schema();
    assert_eq!(bundle["required"], serde_json::json!(["bundle", "pins"]));
    assert!(bundle["properties"]["pins"].get("maxItems").is_none());
    assert!(read::trainyard::release_schema()["properties"]["requires"]["description"].is_string());
}
