//! Files that repeat the versions of the repository's own packages.

use camino::Utf8Path;
use trainyard_release::edit::{self, Manifest, OwnVersion, Released};
use trainyard_version::Scheme;

fn released(packages: &[(&str, &str, &str)]) -> Vec<Released> {
    let package = |(name, folder, version): &(&str, &str, &str)| Released {
        name: (*name).to_owned(),
        folder: (*folder).into(),
        version: Scheme::semver().parse(version).expect("a version"),
    };
    packages.iter().map(package).collect()
}

fn follow(path: &str, text: &str, packages: &[(&str, &str, &str)]) -> String {
    edit::follow(Utf8Path::new(path), text, &released(packages)).expect("can be followed")
}

#[test]
fn members_of_a_cargo_workspace_follow() {
    let manifest = r#"[package]
name = "app"
version.workspace = true

[dependencies]
core_lib = { path = "../core", version = "0.1.0" } # ours
"exact" = { version = "=0.1.0", path = "../exact" }
serde = { version = "0.1.0" }
plain = { path = "../plain" }

[dependencies.renamed]
package = "core-lib"
path = "../core"
version = "~0.1"

[target.'cfg(unix)'.dev-dependencies]
core-lib = { path = "../core", version = "0.1.0" }
"#;
    let packages =
        [("core-lib", "core", "0.2.0"), ("exact", "exact", "0.2.0"), ("plain", "plain", "0.2.0")];
    insta::assert_snapshot!(follow("app/Cargo.toml", manifest, &packages));
    let workspace =
        "[workspace.dependencies]\r\ncore-lib = { path = \"core\", version = \"0.1.0\" }\r\n";
    assert_eq!(follow("Cargo.toml", workspace, &packages), workspace.replace("0.1.0", "0.2.0"),);
}

#[test]
fn a_requirement_that_only_a_person_can_move_is_told() {
    let manifest = "[dependencies]\na = { path = \"a\", version = \">=0.1, <0.2\" }\n";
    let result =
        edit::follow(Utf8Path::new("Cargo.toml"), manifest, &released(&[("a", "a", "0.3.0")]));
    insta::assert_snapshot!(result.expect_err("is told").to_string());
}

#[test]
fn locks_of_cargo_and_uv_follow() {
    let lock = r#"# This file is generated.
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "core 0.1.0",
 "core 0.1.0 (registry+https://example.org)",
 "serde",
]

[[package]]
name = "core"
version = "0.1.0"

[[package]]
name = "core"
version = "0.1.0"
source = "registry+https://example.org"
"#;
    let packages = [("core", "core", "0.2.0"), ("app", "app", "1.0.0")];
    insta::assert_snapshot!(follow("Cargo.lock", lock, &packages));
    let lock = "[[package]]\nname = \"my-core\"\nversion = \"0.1.0\"\nsource = { editable = \".\" }\n\n[[package]]\nname = \"other\"\nversion = \"0.1.0\"\nsource = { registry = \"x\" }\n";
    let followed = follow("uv.lock", lock, &[("My_Core", "", "0.2.0"), ("other", "o", "9.0.0")]);
    assert_eq!(followed, lock.replacen("0.1.0", "0.2.0", 1));
    let lock = "[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n\n[package.source]\ntype = \"directory\"\nurl = \"x\"\n\n[[package]]\nname = \"other\"\nversion = \"0.1.0\"\n";
    let followed = follow("poetry.lock", lock, &[("own", "own", "0.2.0"), ("other", "o", "9.0.0")]);
    assert_eq!(
        followed,
        lock.replacen("0.1.0", "0.2.0", 1),
        "without a source it is from the index"
    );
}

#[test]
fn the_lock_of_npm_follows() {
    let lock = r#"{
  "name": "root",
  "version": "1.0.0",
  "lockfileVersion": 3,
  "packages": {
    "": { "name": "root", "version": "1.0.0", "workspaces": ["packages/*"] },
    "packages/a": { "version": "1.0.0" },
    "node_modules/a": { "resolved": "packages/a", "link": true },
    "node_modules/b": { "version": "1.0.0" }
  }
}
"#;
    let packages = [("root", "web", "1.1.0"), ("a", "web/packages/a", "1.2.0")];
    insta::assert_snapshot!(follow("web/package-lock.json", lock, &packages));
}

#[test]
fn other_files_stay() {
    assert_eq!(follow("README.md", "core 0.1.0", &[("core", "", "0.2.0")]), "core 0.1.0");
    assert!(edit::follow(Utf8Path::new("Cargo.lock"), "=", &[]).is_err());
}

#[test]
fn manifests_name_their_package() {
    let read = |path: &str, text: &str| Manifest::read(Utf8Path::new(path), text);
    let stated = |name: &str, version: &str| {
        Some(Manifest { name: name.to_owned(), version: OwnVersion::Stated(version.to_owned()) })
    };
    assert_eq!(
        read("a/Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\""),
        stated("a", "1.0.0")
    );
    let inherited = read("Cargo.toml", "[package]\nname = \"a\"\nversion.workspace = true");
    assert_eq!(inherited.map(|manifest| manifest.version), Some(OwnVersion::Inherited));
    assert_eq!(
        read("pyproject.toml", "[tool.poetry]\nname = \"b\"\nversion = \"1.0\""),
        stated("b", "1.0")
    );
    let dynamic = read("pyproject.toml", "[project]\nname = \"b\"\ndynamic = [\"version\"]");
    assert_eq!(dynamic.map(|manifest| manifest.version), Some(OwnVersion::Unstated));
    assert_eq!(
        read("package.json", "{\"name\": \"c\", \"version\": \"1.0.0\"}"),
        stated("c", "1.0.0")
    );
    assert_eq!(read("Cargo.toml", "[workspace]"), None);
}
