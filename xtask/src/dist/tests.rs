//! Packages around a script in place of the binary, read by the tools that will read them.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;

use super::{
    Package, Source, archive, chart,
    contents::{Contents, Entry},
    debian, image,
    names::Names,
    node, wheel,
};
use crate::process;

/// A folder with every package but the list of crates, which takes cargo.
struct Made {
    _owned: TempDir,
    folder: Utf8PathBuf,
    packages: Vec<Package>,
}

fn made() -> Made {
    let owned = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(owned.path()).unwrap().to_owned();
    let documents = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md"];
    let source = Source {
        names: Names::of("1.2.0-rc.1").unwrap(),
        target: "x86_64-unknown-linux-musl".to_owned(),
        time: 1_700_000_000,
        maintainer: "Ada <ada@example.org>".to_owned(),
        contents: Contents {
            binary: b"#!/bin/sh\necho ran\n".to_vec(),
            manuals: vec![Entry::file("trainyard.1", ".TH trainyard 1\n")],
            completions: vec![Entry::file("bash-completion/completions/trainyard", "#\n")],
            documents: documents.map(|name| Entry::file(name, format!("{name}\n\nText.\n"))).into(),
        },
    };
    let packages = vec![
        archive::package(&source, &folder).unwrap(),
        wheel::package(&source, &folder).unwrap(),
        node::package(&source, &folder).unwrap(),
        debian::package(&source, &folder).unwrap(),
        chart::package(&source, &folder).unwrap(),
        image::package(&source, &folder).unwrap(),
    ];
    for package in &packages {
        fs_err::write(folder.join(&package.name), &package.bytes).unwrap();
    }
    Made { _owned: owned, folder, packages }
}

impl Made {
    fn says(&self, command: &[&str]) -> String {
        let mut program = process::command(command[0]);
        process::output(program.current_dir(&self.folder).args(&command[1..])).unwrap()
    }
}

fn is_there(program: &str) -> bool {
    process::succeeds(process::command(program).arg("--version"))
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let (one, other) = (made(), made());
    let names: Vec<_> = one.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "trainyard-1.2.0-rc.1-x86_64-unknown-linux-musl.tar.gz",
            "trainyard-1.2.0rc1-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64.whl",
            "trainyard-1.2.0-rc.1-linux-x64.tgz",
            "trainyard_1.2.0~rc.1_amd64.deb",
            "trainyard-chart-1.2.0-rc.1.tgz",
            "trainyard-1.2.0-rc.1-x86_64-unknown-linux-musl.oci.tar",
        ]
    );
    for (one, other) in one.packages.iter().zip(&other.packages) {
        assert!(one.bytes == other.bytes, "{}", one.name);
    }
}

#[test]
fn records_of_wheels_are_true() {
    if !is_there("python3") {
        eprintln!("skipped: no python3 here");
        return;
    }
    let script = "import base64, csv, glob, hashlib, io, zipfile\n\
        wheel = zipfile.ZipFile(glob.glob('*.whl')[0])\n\
        names = wheel.namelist()\n\
        rows = list(csv.reader(io.StringIO(wheel.read(names[-1]).decode())))\n\
        assert [row[0] for row in rows] == names, rows\n\
        for name, digest, size in rows[:-1]:\n\
        \x20   data = wheel.read(name)\n\
        \x20   own = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()\n\
        \x20   assert digest == 'sha256=' + own and int(size) == len(data), name\n\
        print(names[0], len(rows))\n";
    let said = made().says(&["python3", "-c", script]);
    assert_eq!(said, "trainyard-1.2.0rc1.data/scripts/trainyard 6\n");
}

#[test]
fn dpkg_reads_the_package() {
    if !is_there("dpkg-deb") {
        eprintln!("skipped: no dpkg-deb here");
        return;
    }
    let made = made();
    let package = "trainyard_1.2.0~rc.1_amd64.deb";
    let field = |name: &str| made.says(&["dpkg-deb", "--field", package, name]);
    assert_eq!((field("Version").trim(), field("Architecture").trim()), ("1.2.0~rc.1", "amd64"));
    assert_eq!(field("Maintainer").trim(), "Ada <ada@example.org>");
    made.says(&["dpkg-deb", "--extract", package, "root"]);
    let root = made.folder.join("root");
    assert_eq!(made.says(&[root.join("usr/bin/trainyard").as_str()]), "ran\n");
    for path in [
        "lib/systemd/system/trainyard.service",
        "etc/trainyard/serve.toml",
        "usr/share/man/man1/trainyard.1.gz",
        "usr/share/bash-completion/completions/trainyard",
        "usr/share/doc/trainyard/copyright",
        "usr/share/doc/trainyard/changelog.gz",
        "usr/share/doc/trainyard/CHANGELOG.md.gz",
    ] {
        assert!(root.join(path).is_file(), "{path}");
    }
}

#[test]
fn archives_and_charts_hold_what_they_should() {
    let made = made();
    let listed = made.says(&["tar", "-tzf", "trainyard-1.2.0-rc.1-linux-x64.tgz"]);
    assert!(
        listed.contains("package/bin/trainyard\n") && listed.contains("package/package.json\n")
    );
    made.says(&["tar", "-xzf", "trainyard-chart-1.2.0-rc.1.tgz"]);
    let chart = fs_err::read_to_string(made.folder.join("trainyard/Chart.yaml")).unwrap();
    assert!(chart.contains("\nversion: 1.2.0-rc.1\nappVersion: 1.2.0-rc.1\n"), "{chart}");
    made.says(&["tar", "-xzf", "trainyard-1.2.0-rc.1-x86_64-unknown-linux-musl.tar.gz"]);
    let stem = "trainyard-1.2.0-rc.1-x86_64-unknown-linux-musl";
    assert_eq!(made.says(&[made.folder.join(stem).join("bin/trainyard").as_str()]), "ran\n");
}

/// What names a blob is its digest and size, from the index down to the layer, and the layer holds what runs.
#[test]
fn images_name_what_they_hold() {
    let made = made();
    made.says(&["tar", "-xf", "trainyard-1.2.0-rc.1-x86_64-unknown-linux-musl.oci.tar"]);
    let json = |path: &str| -> Value {
        serde_json::from_slice(&fs_err::read(made.folder.join(path)).unwrap()).unwrap()
    };
    let blob = |described: &Value| {
        let digest = described["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        let path = format!("blobs/sha256/{digest}");
        let said = made.says(&["sha256sum", &path]);
        assert!(said.starts_with(digest), "{said}");
        let size = fs_err::metadata(made.folder.join(&path)).unwrap().len();
        assert_eq!(described["size"], size);
        path
    };
    let manifest = json(&blob(&json("index.json")["manifests"][0]));
    let config = json(&blob(&manifest["config"]));
    let layer = blob(&manifest["layers"][0]);
    let unpacked = made.says(&["sh", "-c", &format!("gzip -dc {layer} | sha256sum")]);
    assert_eq!(config["rootfs"]["diff_ids"][0], format!("sha256:{}", &unpacked[..64]));
    assert_eq!(config["config"]["User"], "65532:65532");
    assert_eq!(config["config"]["Entrypoint"][0], "/usr/bin/trainyard");
    assert_eq!(config["config"]["Cmd"][0], "serve");
    assert_eq!(config["config"]["ExposedPorts"], serde_json::json!({"7345/tcp": {}}));
    assert_eq!(json("manifest.json")[0]["Layers"][0], layer);
    let listed = made.says(&["tar", "-tvzf", &layer]);
    let data: Vec<_> = listed.lines().find(|it| it.ends_with(" data/")).into_iter().collect();
    assert!(data[0].starts_with("drwx------ 65532/65532"), "{listed}");
    made.says(&["tar", "--no-same-owner", "-xzf", &layer, "usr/bin/trainyard"]);
    assert_eq!(made.says(&[made.folder.join("usr/bin/trainyard").as_str()]), "ran\n");
}
