//! The image: unpacked, loaded, and built.

use anyhow::{Context, Result, ensure};
use camino::Utf8Path;
use serde_json::Value;

use super::{Bench, server};
use crate::process;

/// Unpacks the layer as a container engine would, and runs the image's program in it as the image's user.
pub(super) fn in_changed_root(bench: &Bench<'_>) -> Result<()> {
    let archive = bench.package(".oci.tar")?;
    process::output(bench.program("tar").args(["-xf", &archive]))?;
    let read = |path: &Utf8Path| -> Result<Value> {
        Ok(serde_json::from_slice(&fs_err::read(bench.folder.join(path))?)?)
    };
    let list = read("manifest.json".into())?;
    let path = |value: &Value| value.as_str().map(str::to_owned).context("a blob is not named");
    let config = read(path(&list[0]["Config"])?.as_str().into())?;
    let root = bench.folder.join("root");
    fs_err::create_dir(&root)?;
    let layer = path(&list[0]["Layers"][0])?;
    let unpack = ["--same-owner", "--numeric-owner", "-xzpf", &layer, "-C", "root"];
    process::output(bench.program("tar").args(unpack))?;
    // What every engine puts into a container.
    fs_err::create_dir(root.join("dev"))?;
    for (name, minor) in [("null", "3"), ("random", "8"), ("urandom", "9")] {
        let device = root.join("dev").join(name);
        process::output(bench.program("mknod").args([
            "-m",
            "666",
            device.as_str(),
            "c",
            "1",
            minor,
        ]))?;
    }
    let said = process::output(bench.program("chroot").args([
        root.as_str(),
        "/usr/bin/trainyard",
        "--version",
    ]))?;
    ensure!(said.contains(&bench.source.names.semver), "it says {said}");

    let words = |key: &str| {
        let words = config["config"][key].as_array().into_iter().flatten();
        words.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let user = config["config"]["User"].as_str().context("the image has no user")?;
    let mut chroot = bench.program("chroot");
    chroot.arg(format!("--userspec={user}")).arg(&root).args(words("Entrypoint"));
    let command = words("Cmd").into_iter().map(|word| word.replace("0.0.0.0:7345", "127.0.0.1:0"));
    chroot.args(command).args(["--format", "json"]);
    let client = bench.into.join("image/usr/bin/trainyard");
    server::serve(chroot, &root.join("data"), &client)
}

/// Loads the archive into a store of its own.
pub(super) fn loaded(bench: &Bench<'_>) -> Result<()> {
    let archive = bench.package(".oci.tar")?;
    runs(bench, &format!("oci-archive:{archive}"))
}

/// Builds the image from the folder that is left for it.
pub(super) fn built(bench: &Bench<'_>) -> Result<()> {
    let context = bench.into.join("image");
    let mut build = buildah(bench);
    build.args(["build", "--isolation", "chroot", "--tag", "trainyard", context.as_str()]);
    process::output(&mut build)?;
    runs(bench, "trainyard")
}

fn runs(bench: &Bench<'_>, image: &str) -> Result<()> {
    let container = process::output(buildah(bench).args(["from", image]))?;
    let container = container.trim();
    let mut run = buildah(bench);
    run.args(["run", "--isolation", "chroot", container, "--", "/usr/bin/trainyard", "--version"]);
    let said = process::output(&mut run).context("the image does not run")?;
    process::output(buildah(bench).args(["rm", container]))?;
    ensure!(said.contains(&bench.source.names.semver), "it says {said}");
    Ok(())
}

/// A store of the trial's own, which needs no daemon.
fn buildah(bench: &Bench<'_>) -> std::process::Command {
    let mut buildah = bench.program("buildah");
    let storage =
        [format!("--root={}/root", bench.folder), format!("--runroot={}/run", bench.folder)];
    buildah.args(storage).args(["--storage-driver", "vfs"]);
    buildah
}
